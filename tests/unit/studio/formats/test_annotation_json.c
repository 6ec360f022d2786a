#include "base/limits.h"
#include "studio/formats/annotation_json.h"

#include <string.h>

static json_t *parse(const char *text)
{
    json_error_t where;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &where);
    if (!json) {
        g_error("%s: %s", where.text, text);
    }
    return json;
}

/* The list with single quotes for double ones; NULL when it has faults, which go to the test. */
static GPtrArray *read_list(const char *text, AnnotationSpelling spelling, GPtrArray *faults)
{
    g_autofree char *quoted = g_strdelimit(g_strdup(text), "'", '"');
    json_t *list = parse(quoted);
    GPtrArray *shapes = annotation_json_read_list(list, spelling, faults);
    json_decref(list);
    return shapes;
}

static void refused_in(AnnotationSpelling spelling, const char *text, const char *path,
                       const char *kind)
{
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    g_autoptr(GPtrArray) shapes = read_list(text, spelling, faults);
    g_assert_null(shapes);
    g_assert_cmpuint(faults->len, >, 0);
    const AnnotationFault *fault = g_ptr_array_index(faults, 0);
    g_autofree char *found = annotation_fault_path(fault, "annotations");
    g_assert_cmpstr(found, ==, path);
    g_assert_cmpstr(fault->kind, ==, kind);
}

static void refused(const char *text, const char *path, const char *kind)
{
    refused_in(ANNOTATION_PATHS, text, path, kind);
}

/* What is read is written again as `expected`. */
static void round_trip(const char *text, AnnotationSpelling spelling, const char *expected)
{
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    g_autoptr(GPtrArray) shapes = read_list(text, spelling, faults);
    if (!shapes) {
        g_autofree char *path = annotation_fault_path(g_ptr_array_index(faults, 0), "");
        g_error("%s: %s", path, text);
    }
    g_autoptr(JsonWriter) writer = json_writer_new(1 << 20);
    annotation_json_write_list(writer, shapes, spelling);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *written = g_strndup(data, length);
    g_autofree char *quoted = g_strdelimit(g_strdup(expected), "'", '"');
    g_assert_cmpstr(written, ==, quoted);
}

#define HEAD   "'id':'a','name':'cat'"
#define TAIL   ",'confidence':1.0,'created_by':null,'attributes':[]"
#define POINTS "[{'x':0.0,'y':0.0},{'x':4.0,'y':0.0},{'x':4.0,'y':3.5}]"
#define BOX    "'bounding_box':{'x':0.0,'y':0.0,'w':4.0,'h':3.5}"

static void test_boxes(void)
{
    round_trip(
        "[{" HEAD ",'type':'bbox','bounding_box':{'x':-1,'y':2,'w':3.25,'h':4}}]", ANNOTATION_PATH,
        "[{" HEAD ",'type':'bbox','bounding_box':{'x':-1.0,'y':2.0,'w':3.25,'h':4.0}" TAIL "}]");
    round_trip("[{" HEAD ",'type':'bbox'," BOX
               ",'oriented_box':{'cx':2,'cy':2,'w':3,'h':1,'angle':15.5},'confidence':0.25,"
               "'created_by':'eva','attributes':{'occluded':true}}]",
               ANNOTATION_PATHS,
               "[{" HEAD ",'type':'bbox'," BOX
               ",'oriented_box':{'cx':2.0,'cy':2.0,'w':3.0,'h':1.0,'angle':15.5},"
               "'confidence':0.25,'created_by':'eva','attributes':{'occluded':true}}]");
}

static void test_polygons_in_both_spellings(void)
{
    const char *path = "[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS "}}]";
    const char *paths = "[{" HEAD ",'type':'polygon','polygon':{'paths':[" POINTS "," POINTS "]}}]";
    round_trip(path, ANNOTATION_PATH,
               "[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS "}" TAIL "}]");
    round_trip(path, ANNOTATION_PATHS,
               "[{" HEAD ",'type':'polygon','polygon':{'paths':[" POINTS "]}," BOX TAIL "}]");
    round_trip(paths, ANNOTATION_PATH,
               "[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS ",'holes':[" POINTS "]}" TAIL
               "}]");
    round_trip("[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS ",'holes':[" POINTS "]}}]",
               ANNOTATION_PATHS,
               "[{" HEAD ",'type':'polygon','polygon':{'paths':[" POINTS "," POINTS "]}," BOX TAIL
               "}]");
    round_trip("[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS
               "},'bounding_box':{'x':1,'y':1,'w':1,'h':1}}]",
               ANNOTATION_PATH,
               "[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS
               "},'bounding_box':{'x':1.0,'y':1.0,'w':1.0,'h':1.0}" TAIL "}]");
}

/* What encloses a straight line is no box. */
static void test_lines_and_points(void)
{
    round_trip("[{" HEAD ",'type':'polyline','polyline':{'path':[{'x':1,'y':1},{'x':1,'y':9}]}}]",
               ANNOTATION_PATHS,
               "[{" HEAD
               ",'type':'polyline','polyline':{'path':[{'x':1.0,'y':1.0},{'x':1.0,'y':9.0}]}" TAIL
               "}]");
    round_trip(
        "[{" HEAD ",'type':'keypoint','keypoint':{'x':1,'y':2},'instance_id':3}]", ANNOTATION_PATHS,
        "[{" HEAD ",'type':'keypoint','keypoint':{'x':1.0,'y':2.0},'instance_id':3" TAIL "}]");
    round_trip("[{" HEAD ",'type':'keypoint','keypoint':{'x':1,'y':2},'instance_id':null}]",
               ANNOTATION_PATH,
               "[{" HEAD ",'type':'keypoint','keypoint':{'x':1.0,'y':2.0}" TAIL "}]");
    round_trip("[]", ANNOTATION_PATH, "[]");
}

static void test_own_members(void)
{
    const char *tag = "[{" HEAD ",'type':'tag'" TAIL
                      ",'source':'model','model':'yolo','proposed':true,'answers':{'q':[1]}}]";
    round_trip(tag, ANNOTATION_OWN, tag);
    refused(tag, "annotations.0.type", "literal_error");
    refused("[{" HEAD ",'type':'bbox'," BOX ",'source':'user'}]", "annotations.0.source",
            "extra_forbidden");
    refused_in(ANNOTATION_OWN, "[{" HEAD ",'type':'bbox'," BOX ",'source':'cat'}]",
               "annotations.0.source", "literal_error");
    refused_in(ANNOTATION_OWN, "[{" HEAD ",'type':'bbox'," BOX ",'proposed':1}]",
               "annotations.0.proposed", "bool_type");

    /* The box of an outline is ours to work out. */
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    g_autoptr(GPtrArray) shapes = read_list("[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS
                                            "},'bounding_box':{'x':1,'y':1,'w':1,'h':1}}]",
                                            ANNOTATION_OWN, faults);
    const Shape *shape = g_ptr_array_index(shapes, 0);
    g_assert_false(shape->box_given);
    g_assert_cmpfloat(shape->box.w, ==, 4);
}

static void test_wrong_members(void)
{
    refused("{}", "annotations", "list_type");
    refused("[1]", "annotations.0", "dict_type");
    refused("[{" HEAD "}]", "annotations.0.type", "missing");
    refused("[{" HEAD ",'type':'obb'}]", "annotations.0.type", "literal_error");
    refused("[{" HEAD ",'type':'bbox'}]", "annotations.0.bounding_box", "missing");
    refused("[{'id':'a','class':'cat','type':'bbox'," BOX "}]", "annotations.0.class",
            "extra_forbidden");
    refused("[{" HEAD ",'type':'bbox','bbox':[1,2,3,4]}]", "annotations.0.bbox", "extra_forbidden");
    refused("[{" HEAD ",'type':'bbox'," BOX ",'polygon':{'path':" POINTS "}}]",
            "annotations.0.polygon", "extra_forbidden");
    refused("[{" HEAD ",'type':'keypoint','keypoint':{'x':1,'y':2}," BOX "}]",
            "annotations.0.bounding_box", "extra_forbidden");
    refused("[{" HEAD ",'type':'bbox'," BOX ",'instance_id':1}]", "annotations.0.instance_id",
            "extra_forbidden");
    refused("[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS ",'paths':[" POINTS "]}}]",
            "annotations.0.polygon", "value_error");
    refused("[{" HEAD ",'type':'polygon','polygon':{'paths':[" POINTS "],'holes':[]}}]",
            "annotations.0.polygon.holes", "extra_forbidden");
    refused("[{" HEAD ",'type':'polygon','polygon':{}}]", "annotations.0.polygon", "value_error");
    refused("[{" HEAD ",'type':'polygon','polygon':[[1,2],[3,4],[5,6]]}]", "annotations.0.polygon",
            "dict_type");
    refused("[{" HEAD ",'type':'polygon','polygon':{'path':[[1,2],[3,4],[5,6]]}}]",
            "annotations.0.polygon.path.0", "dict_type");
    refused("[{" HEAD ",'type':'keypoint','keypoint':{'x':1,'y':2,'v':2}}]",
            "annotations.0.keypoint.v", "extra_forbidden");
}

static void test_wrong_values(void)
{
    refused("[{" HEAD ",'type':'bbox','bounding_box':{'x':'1','y':2,'w':3,'h':4}}]",
            "annotations.0.bounding_box.x", "float_type");
    refused("[{" HEAD ",'type':'bbox','bounding_box':{'x':true,'y':2,'w':3,'h':4}}]",
            "annotations.0.bounding_box.x", "float_type");
    refused("[{" HEAD ",'type':'bbox','bounding_box':{'x':1,'y':2,'w':0,'h':4}}]",
            "annotations.0.bounding_box.w", "value_error");
    refused("[{" HEAD ",'type':'bbox'," BOX ",'confidence':1.001}]", "annotations.0.confidence",
            "value_error");
    refused("[{" HEAD ",'type':'bbox'," BOX ",'confidence':null}]", "annotations.0.confidence",
            "float_type");
    refused("[{" HEAD ",'type':'bbox'," BOX ",'attributes':null}]", "annotations.0.attributes",
            "dict_type");
    refused("[{'id':7,'name':'cat','type':'bbox'," BOX "}]", "annotations.0.id", "string_type");
    refused("[{'id':'a','name':' ','type':'bbox'," BOX "}]", "annotations.0.name", "value_error");
    refused("[{'id':'','name':'cat','type':'bbox'," BOX "}]", "annotations.0.id", "value_error");
    refused("[{" HEAD ",'type':'keypoint','keypoint':{'x':1,'y':2},'instance_id':0}]",
            "annotations.0.instance_id", "greater_than_equal");
    refused("[{" HEAD ",'type':'keypoint','keypoint':{'x':1,'y':2},'instance_id':1.5}]",
            "annotations.0.instance_id", "int_type");
    refused("[{" HEAD ",'type':'polygon','polygon':{'paths':[" POINTS ",[{'x':1,'y':2}]]}}]",
            "annotations.0.polygon.paths.1", "value_error");
    refused("[{" HEAD ",'type':'polygon','polygon':{'path':[{'x':1,'y':2}]}}]",
            "annotations.0.polygon.path", "value_error");
    refused("[{" HEAD ",'type':'polygon','polygon':{'path':" POINTS ",'holes':[[{'x':1,'y':2}]]}}]",
            "annotations.0.polygon.holes.0", "value_error");
    refused("[{" HEAD ",'type':'polygon','polygon':{'path':[{'x':1e10,'y':2},{'x':1,'y':2},"
            "{'x':1,'y':3}]}}]",
            "annotations.0.polygon.path.0.x", "value_error");
    refused("[{" HEAD ",'type':'polyline','polyline':{'path':[{'x':1,'y':2}]}}]",
            "annotations.0.polyline.path", "value_error");
}

static void test_equal_ids_and_many_faults(void)
{
    refused("[{" HEAD ",'type':'bbox'," BOX "},{" HEAD ",'type':'bbox'," BOX "}]",
            "annotations.1.id", "value_error");

    g_autoptr(GPtrArray) faults = annotation_faults_new();
    json_t *list = json_array();
    for (guint i = 0; i < 2 * LIMIT_ANNOTATION_FAULTS; i++) {
        json_array_append_new(list, json_object());
    }
    g_assert_null(annotation_json_read_list(list, ANNOTATION_PATH, faults));
    g_assert_cmpuint(faults->len, ==, LIMIT_ANNOTATION_FAULTS);
    json_decref(list);

    g_autoptr(GPtrArray) missing = annotation_faults_new();
    g_assert_null(annotation_json_read_list(NULL, ANNOTATION_PATH, missing));
    const AnnotationFault *fault = g_ptr_array_index(missing, 0);
    g_assert_cmpstr(fault->kind, ==, "missing");
}

static void test_fields_become_paths(void)
{
    AnnotationFault *fault = annotation_fault_new(3, "polygon.paths.0.7.x", "No");
    g_autofree char *path = annotation_fault_path(fault, "annotations");
    g_assert_cmpstr(path, ==, "annotations.3.polygon.paths.0.7.x");
    g_assert_true(json_is_integer(json_array_get(fault->location, 4)));
    annotation_fault_free(fault);
    fault = annotation_fault_new(-1, NULL, "No");
    g_autofree char *whole = annotation_fault_path(fault, "annotations");
    g_assert_cmpstr(whole, ==, "annotations");
    annotation_fault_free(fault);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/annotation_json/boxes", test_boxes);
    g_test_add_func("/annotation_json/polygons", test_polygons_in_both_spellings);
    g_test_add_func("/annotation_json/lines", test_lines_and_points);
    g_test_add_func("/annotation_json/own", test_own_members);
    g_test_add_func("/annotation_json/members", test_wrong_members);
    g_test_add_func("/annotation_json/values", test_wrong_values);
    g_test_add_func("/annotation_json/list", test_equal_ids_and_many_faults);
    g_test_add_func("/annotation_json/fields", test_fields_become_paths);
    return g_test_run();
}
