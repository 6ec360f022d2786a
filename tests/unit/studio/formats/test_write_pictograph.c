#include "format_fixture.h"

static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/a", "x y.jpg", SPLIT_NONE);
    format_holed(shapes, "ring");
    format_rotated(shapes, "boat");
    format_keypoint(shapes, "nose", 1, 2, 3);
    format_tag(shapes, "sea");
    format_image(&scene, "/", "x.jpg", SPLIT_NONE);
    format_write(&scene, &write_pictograph);
    format_assert_names(&scene, "annotations/a/x y.jpg.json annotations/x.jpg.json");
    format_assert_part(
        &scene, "annotations/a/x y.jpg.json",
        "{\"image\":\"x y.jpg\",\"image_url\":\"https://example.org/api/v1/developer/images/"
        "00000000-0000-7000-8000-000000000001\",\"annotation_url\":\"https://example.org/project/"
        "00000000-0000-7000-8000-0000000000aa/annotate/x%20y.jpg\","
        "\"image_uuid\":\"00000000-0000-7000-8000-000000000001\",\"image_path\":\"/a\","
        "\"annotation_count\":3,\"dataset\":{\"name\":\"Fleet\",\"slug\":\"fleet\"},"
        "\"org\":{\"name\":\"Harbour\",\"slug\":\"harbour\"},\"annotations\":[{");
    format_assert_part(
        &scene, "annotations/a/x y.jpg.json",
        "\"polygon\":{\"paths\":[[{\"x\":10.0,\"y\":10.0},{\"x\":40.0,\"y\":10.0},"
        "{\"x\":40.0,\"y\":40.0},{\"x\":10.0,\"y\":40.0}],[{\"x\":20.0,\"y\":20.0},");
    format_assert_part(&scene, "annotations/a/x y.jpg.json",
                       "\"oriented_box\":{\"cx\":50.0,\"cy\":40.0,\"w\":20.0,\"h\":10.0,\"angle\":"
                       "90.0}");
    format_assert_part(&scene, "annotations/a/x y.jpg.json", "\"instance_id\":3");
    format_assert_part(&scene, "annotations/x.jpg.json", "\"annotations\":[]}\n");
    format_assert_loss(&scene, "tags of whole pictures are left out", 1);
}

static void test_splits(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    scene.told.by_split = TRUE;
    format_image(&scene, "/", "a.jpg", SPLIT_VAL);
    format_image(&scene, "/", "b.jpg", SPLIT_NONE);
    format_write(&scene, &write_pictograph);
    format_assert_names(&scene, "train/annotations/b.jpg.json valid/annotations/a.jpg.json");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_pictograph/whole", test_whole);
    g_test_add_func("/formats/write_pictograph/splits", test_splits);
    return g_test_run();
}
