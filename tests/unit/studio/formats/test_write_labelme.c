#include "format_fixture.h"

static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    scene.told.has_images = TRUE;
    GPtrArray *shapes = format_image(&scene, "/a/b", "x.jpg", SPLIT_NONE);
    format_box(shapes, "\"kot\"", 1, 2, 3, 4);
    format_rotated(shapes, "boat");
    format_line(shapes, "rope");
    format_keypoint(shapes, "nose", 5, 6.5, 2);
    format_write(&scene, &write_labelme);
    format_assert_file(
        &scene, "annotations/a/b/x.json",
        "{\"version\":\"5.0.1\",\"flags\":{},\"shapes\":["
        "{\"label\":\"\\\"kot\\\"\",\"points\":[[1.0,2.0],[4.0,6.0]],\"group_id\":null,"
        "\"description\":\"\",\"shape_type\":\"rectangle\",\"flags\":{}},"
        "{\"label\":\"boat\",\"points\":[[55.0,30.0],[55.0,50.0],[45.0,50.0],[45.0,30.0]],"
        "\"group_id\":null,\"description\":\"\",\"shape_type\":\"polygon\",\"flags\":{}},"
        "{\"label\":\"rope\",\"points\":[[1.0,2.0],[3.0,4.0],[5.0,2.5]],\"group_id\":null,"
        "\"description\":\"\",\"shape_type\":\"linestrip\",\"flags\":{}},"
        "{\"label\":\"nose\",\"points\":[[5.0,6.5]],\"group_id\":2,\"description\":\"\","
        "\"shape_type\":\"point\",\"flags\":{}}],\"imagePath\":\"../../../images/a/b/x.jpg\","
        "\"imageData\":null,\"imageHeight\":100,\"imageWidth\":200}\n");
    format_assert_loss(&scene, "rotated boxes became polygons of four points", 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_labelme/whole", test_whole);
    return g_test_run();
}
