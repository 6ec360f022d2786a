#include "api/class_json.h"

#include <string.h>

/* What is written of the classes that are read. The caller's. */
static char *round_trip(const char *text, gboolean tags)
{
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    json_t *list = json_loads(text, 0, NULL);
    g_autoptr(GPtrArray) classes = class_json_read_list(list, tags, faults);
    json_decref(list);
    g_assert_cmpuint(faults->len, ==, 0);
    g_autoptr(JsonWriter) writer = json_writer_new(10000);
    json_array_begin(writer);
    for (guint i = 0; i < classes->len; i++) {
        json_object_begin(writer);
        class_json_write_members(writer, g_ptr_array_index(classes, i));
        json_object_end(writer);
    }
    json_array_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void test_round_trip(void)
{
    g_autofree char *plain = round_trip("[]", FALSE);
    g_assert_cmpstr(plain, ==, "[]");
    g_autofree char *some = round_trip(
        "[{\"name\":\"cat\",\"type\":\"box\",\"color\":\"#00ff00\",\"id\":5,\"attributes\":["
        "{\"name\":\"fur\",\"type\":\"select\",\"values\":[\"a\",\"b\"],\"more\":1},"
        "{\"name\":\"age\",\"type\":\"number\"}]},{\"name\":\"any\",\"type\":null}]",
        FALSE);
    g_assert_cmpstr(some, ==,
                    "[{\"name\":\"cat\",\"type\":\"bbox\",\"color\":\"#00ff00\",\"attributes\":["
                    "{\"name\":\"fur\",\"type\":\"select\",\"values\":[\"a\",\"b\"]},"
                    "{\"name\":\"age\",\"type\":\"number\",\"values\":null}]},"
                    "{\"name\":\"any\",\"type\":null,\"color\":null,\"attributes\":null}]");
    g_autofree char *body =
        round_trip("[{\"name\":\"body\",\"type\":\"keypoint\",\"skeleton\":{\"nodes\":["
                   "{\"name\":\"head\",\"x\":0.5,\"y\":1},{\"name\":\"hand\",\"x\":2,\"y\":3}],"
                   "\"edges\":[[0,1]]}}]",
                   FALSE);
    g_assert_nonnull(strstr(body, "\"skeleton\":{\"nodes\":[{\"name\":\"head\",\"x\":0.5,\"y\":1},"
                                  "{\"name\":\"hand\",\"x\":2,\"y\":3}],\"edges\":[[0,1]]}"));
    g_autofree char *tag = round_trip("[{\"name\":\"night\",\"type\":\"tag\"}]", TRUE);
    g_assert_nonnull(strstr(tag, "\"type\":\"tag\""));
}

static void test_faults(void)
{
    static const char *const cases[][2] = {
        {"{}", "c"},
        {"[5]", "c.0"},
        {"[{}]", "c.0.name"},
        {"[{\"name\":5}]", "c.0.name"},
        {"[{\"name\":\"ok\"},{\"name\":\" \"}]", "c.1.name"},
        {"[{\"name\":\"a\",\"type\":\"tag\"}]", "c.0.type"},
        {"[{\"name\":\"a\",\"type\":5}]", "c.0.type"},
        {"[{\"name\":\"a\",\"color\":\"red\"}]", "c.0.color"},
        {"[{\"name\":\"a\",\"color\":5}]", "c.0.color"},
        {"[{\"name\":\"a\",\"attributes\":{}}]", "c.0.attributes"},
        {"[{\"name\":\"a\",\"attributes\":[5]}]", "c.0.attributes.0.name"},
        {"[{\"name\":\"a\",\"attributes\":[{\"name\":\"b\"}]}]", "c.0.attributes.0.type"},
        {"[{\"name\":\"a\",\"attributes\":[{\"name\":\"b\",\"type\":\"text\",\"values\":[5]}]}]",
         "c.0.attributes.0.values.0"},
        {"[{\"name\":\"a\",\"attributes\":[{\"name\":\"b\",\"type\":\"text\",\"values\":5}]}]",
         "c.0.attributes.0.values"},
        {"[{\"name\":\"a\",\"skeleton\":{\"nodes\":[]}}]", "c.0.skeleton"},
        {"[{\"name\":\"a\",\"type\":\"keypoint\",\"skeleton\":5}]", "c.0.skeleton"},
        {"[{\"name\":\"a\",\"type\":\"keypoint\",\"skeleton\":{\"nodes\":[{}]}}]",
         "c.0.skeleton.nodes.0"},
        {"[{\"name\":\"a\",\"type\":\"keypoint\",\"skeleton\":{\"nodes\":[],\"edges\":[[0,0]]}}]",
         "c.0.skeleton.edges.0"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) faults = annotation_faults_new();
        json_t *list = json_loads(cases[i][0], 0, NULL);
        g_assert_nonnull(list);
        g_assert_null(class_json_read_list(list, FALSE, faults));
        g_assert_cmpuint(faults->len, ==, 1);
        g_autofree char *path = annotation_fault_path(g_ptr_array_index(faults, 0), "c");
        g_assert_cmpstr(path, ==, cases[i][1]);
        json_decref(list);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/class_json/round_trip", test_round_trip);
    g_test_add_func("/class_json/faults", test_faults);
    return g_test_run();
}
