#include "format_fixture.h"

static void test_boxes(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_class(&scene, "zebra", SHAPE_BBOX);
    format_class(&scene, "zebra", SHAPE_POLYGON);
    GPtrArray *shapes = format_image(&scene, "/a", "x.jpg", SPLIT_NONE);
    format_box(shapes, "Łódź: \"1\"", 10, 20, 30, 40);
    format_polygon(shapes, "zebra");
    format_line(shapes, "rope");
    format_keypoint(shapes, "nose", 1, 1, 0);
    format_box(shapes, "zebra", -10, -10, 20, 20);
    format_box(shapes, "zebra", 300, 0, 20, 20);
    format_image(&scene, "/a", "x.png", SPLIT_NONE);
    format_write(&scene, &write_yolo);
    format_assert_names(&scene, "classes.txt data.yaml labels/a/x.png.txt labels/a/x.txt");
    format_assert_file(&scene, "labels/a/x.txt",
                       "3 0.125000 0.400000 0.150000 0.400000\n"
                       "0 0.125000 0.250000 0.150000 0.300000\n"
                       "0 0.025000 0.050000 0.050000 0.100000\n");
    format_assert_file(&scene, "labels/a/x.png.txt", "");
    format_assert_file(&scene, "classes.txt", "zebra\nnose\nrope\nŁódź: \"1\"\n");
    format_assert_file(&scene, "data.yaml",
                       "path: .\ntrain: images\nval: images\nnc: 4\n"
                       "names: [\"zebra\", \"nose\", \"rope\", \"Łódź: \\\"1\\\"\"]\n");
    format_assert_loss(&scene, "polylines are left out", 1);
    format_assert_loss(&scene, "keypoints are left out", 1);
    format_assert_loss(&scene, "polygons became the boxes around them", 1);
    format_assert_loss(&scene, "shapes that reach beyond their picture end at its edge", 1);
    format_assert_loss(&scene, "shapes that lie outside of their picture are left out", 1);
}

/* A dataset of polygons alone has their outlines. */
static void test_polygons(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/", "x.jpg", SPLIT_NONE);
    format_holed(shapes, "ring");
    format_write(&scene, &write_yolo);
    format_assert_file(
        &scene, "labels/x.txt",
        "0 0.050000 0.100000 0.200000 0.100000 0.200000 0.400000 0.050000 0.400000\n");
    format_assert_loss(&scene, "holes of polygons are filled", 1);
}

static void test_segments(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/", "x.jpg", SPLIT_NONE);
    format_polygon(shapes, "a");
    format_box(shapes, "b", 0, 0, 20, 10);
    format_write(&scene, &write_yolo_seg);
    format_assert_file(
        &scene, "labels/x.txt",
        "0 0.050000 0.100000 0.200000 0.100000 0.200000 0.400000 0.050000 0.400000\n"
        "1 0.000000 0.000000 0.100000 0.000000 0.100000 0.100000 0.000000 0.100000\n");
    format_assert_loss(&scene, "boxes became polygons of four points", 1);
}

/* Corners run from the top left one of the box's own frame. */
static void test_rotated(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/", "x.jpg", SPLIT_NONE);
    format_rotated(shapes, "a");
    format_box(shapes, "a", 0, 0, 20, 10);
    format_write(&scene, &write_yolo_obb);
    format_assert_file(
        &scene, "labels/x.txt",
        "0 0.275000 0.300000 0.275000 0.500000 0.225000 0.500000 0.225000 0.300000\n"
        "0 0.000000 0.000000 0.100000 0.000000 0.100000 0.100000 0.000000 0.100000\n");
}

static void test_poses(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_class(&scene, "sailor", SHAPE_KEYPOINT)->skeleton =
        g_strdup("{\"nodes\":[{\"name\":\"head\"},{\"name\":\"foot\"}],\"edges\":[[0,1]]}");
    GPtrArray *shapes = format_image(&scene, "/", "x.jpg", SPLIT_NONE);
    format_keypoint(shapes, "foot", 40, 50, 1)->attributes = g_strdup("{\"occluded\":true}");
    format_keypoint(shapes, "head", 20, 10, 1);
    format_keypoint(shapes, "head", 100, 50, 2);
    format_box(shapes, "sailor", 0, 0, 5, 5);
    format_write(&scene, &write_yolo_pose);
    format_assert_file(&scene, "labels/x.txt",
                       "0 0.150000 0.300000 0.100000 0.400000 0.100000 0.100000 2 "
                       "0.200000 0.500000 1\n"
                       "0 0.502500 0.505000 0.005000 0.010000 0.500000 0.500000 2 "
                       "0.000000 0.000000 0\n");
    format_assert_part(&scene, "data.yaml", "kpt_shape: [2, 3]\n");
    format_assert_loss(&scene, "boxes are left out", 1);
}

static void test_splits(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    scene.told.by_split = TRUE;
    format_image(&scene, "/", "a.jpg", SPLIT_NONE);
    format_image(&scene, "/", "b.jpg", SPLIT_TEST);
    format_write(&scene, &write_yolo);
    format_assert_names(&scene, "classes.txt data.yaml test/labels/b.txt train/labels/a.txt");
    format_assert_file(
        &scene, "data.yaml",
        "path: .\ntrain: train/images\nval: train/images\ntest: test/images\nnc: 0\nnames: []\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_yolo/boxes", test_boxes);
    g_test_add_func("/formats/write_yolo/polygons", test_polygons);
    g_test_add_func("/formats/write_yolo/segments", test_segments);
    g_test_add_func("/formats/write_yolo/rotated", test_rotated);
    g_test_add_func("/formats/write_yolo/poses", test_poses);
    g_test_add_func("/formats/write_yolo/splits", test_splits);
    return g_test_run();
}
