#include "format_fixture.h"

static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/a", "x.jpg", SPLIT_NONE);
    Shape *box = format_box(shapes, "kot", 1, 2, 3, 4);
    box->confidence = 0.5;
    box->attributes = g_strdup("[{\"name\":\"fur\",\"value\":\"long\"}]");
    format_holed(shapes, "ring");
    format_line(shapes, "rope");
    format_tag(shapes, "sea");
    format_keypoint(shapes, "nose", 5, 6, 2);
    format_write(&scene, &write_darwin);
    const char *name = "annotations/a/x.jpg.json";
    format_assert_part(
        &scene, name,
        "\"item\":{\"name\":\"x.jpg\",\"path\":\"/a\",\"slots\":[{\"type\":\"image\","
        "\"slot_name\":\"0\",\"width\":200,\"height\":100,\"source_files\":["
        "{\"file_name\":\"x.jpg\",");
    format_assert_part(
        &scene, name,
        "{\"id\":\"s1\",\"name\":\"kot\",\"slot_names\":[\"0\"],\"bounding_box\":"
        "{\"h\":4.0,\"w\":3.0,\"x\":1.0,\"y\":2.0},\"inference\":{\"confidence\":0.5},"
        "\"properties\":[{\"frame_index\":null,\"name\":\"fur\",\"value\":\"long\"}]}");
    format_assert_part(
        &scene, name,
        "\"polygon\":{\"paths\":[[{\"x\":10.0,\"y\":10.0},{\"x\":40.0,\"y\":10.0},"
        "{\"x\":40.0,\"y\":40.0},{\"x\":10.0,\"y\":40.0}],[{\"x\":20.0,\"y\":20.0},");
    format_assert_part(&scene, name,
                       "\"line\":{\"path\":[{\"x\":1.0,\"y\":2.0},{\"x\":3.0,\"y\":4.0},"
                       "{\"x\":5.0,\"y\":2.5}]}");
    format_assert_part(&scene, name, "\"tag\":{}");
    format_assert_part(&scene, name,
                       "\"keypoint\":{\"x\":5.0,\"y\":6.0},\"instance_id\":{\"value\":2}");
    g_assert_cmpuint(g_hash_table_size(scene.losses), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_darwin/whole", test_whole);
    return g_test_run();
}
