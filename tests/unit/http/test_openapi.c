/* The document of the API. */
#include "server_fixture.h"

static void test_document(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = http_openapi(&fixture_options, &error);
    g_assert_no_error(error);
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    g_assert_nonnull(document);
    json_t *paths = json_object_get(document, "paths");
    const HttpDialect *dialect = fixture_options.dialects[0];
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; i < dialect->route_count; i++) {
        static const char *const methods[] = {"get", "post", "put", "patch", "delete"};
        g_autoptr(GString) path = g_string_new(dialect->routes[i].path);
        g_string_replace(path, "...", "", 0);
        json_t *operation =
            json_object_get(json_object_get(paths, path->str), methods[dialect->routes[i].method]);
        g_assert_nonnull(operation);
        const char *id = json_string_value(json_object_get(operation, "operationId"));
        gboolean same_path = g_str_has_suffix(dialect->routes[i].path, "...}");
        g_assert_true(g_hash_table_add(ids, (gpointer)id) || same_path);
    }
    json_t *page = NULL, *query = json_object_get(json_object_get(paths, "/api/query"), "get");
    g_assert_cmpstr(json_string_value(json_object_get(query, "x-capability")), ==, "all");
    size_t i;
    json_array_foreach(json_object_get(query, "parameters"), i, page)
    {
        if (g_str_equal(json_string_value(json_object_get(page, "name")), "page")) {
            break;
        }
    }
    char *schema = json_dumps(json_object_get(page, "schema"), JSON_COMPACT);
    g_assert_cmpstr(schema, ==,
                    "{\"type\":\"integer\",\"minimum\":1,\"maximum\":100000,\"default\":1}");
    free(schema);
    json_t *photos = json_object_get(
        json_object_get(json_object_get(document, "components"), "schemas"), "Photos");
    g_assert_true(json_is_object(photos));
    json_decref(document);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/openapi/document", test_document);
    return g_test_run();
}
