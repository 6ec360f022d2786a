#include "format_fixture.h"

#define SKELETON                                                                                   \
    "{\"nodes\":[{\"name\":\"head\",\"x\":0,\"y\":0},{\"name\":\"hand\",\"x\":1,\"y\":0},"         \
    "{\"name\":\"foot\",\"x\":1,\"y\":1}],\"edges\":[[0,1],[1,2]]}"

static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_class(&scene, "żaglówka \"A\"", 0);
    GPtrArray *shapes = format_image(&scene, "/", "a.jpg", SPLIT_NONE);
    Shape *box = format_box(shapes, "buoy", 1, 2, 3.5, 4);
    box->confidence = 0.5;
    box->attributes = g_strdup("{\"wet\":true}");
    format_polygon(shapes, "żaglówka \"A\"");
    format_line(shapes, "rope");
    format_tag(shapes, "sea");
    format_image(&scene, "/b c", "empty.png", SPLIT_VAL);
    format_write(&scene, &write_coco);
    format_assert_names(&scene, "annotations.json");
    format_assert_file(
        &scene, "annotations.json",
        "{\"info\":{\"description\":\"Fleet\",\"version\":\"1.0\"},\"licenses\":[],\"images\":["
        "{\"id\":1,\"file_name\":\"a.jpg\",\"width\":200,\"height\":100},"
        "{\"id\":2,\"file_name\":\"b c/empty.png\",\"width\":200,\"height\":100}],"
        "\"annotations\":["
        "{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[1.0,2.0,3.5,4.0],\"area\":14.0,"
        "\"iscrowd\":0,\"segmentation\":[],\"score\":0.5,\"attributes\":{\"wet\":true}},"
        "{\"id\":2,\"image_id\":1,\"category_id\":4,\"bbox\":[10.0,10.0,30.0,30.0],\"area\":900.0,"
        "\"iscrowd\":0,\"segmentation\":[[10.0,10.0,40.0,10.0,40.0,40.0,10.0,40.0]]}],"
        "\"categories\":[{\"id\":1,\"name\":\"buoy\",\"supercategory\":\"\"},"
        "{\"id\":2,\"name\":\"rope\",\"supercategory\":\"\"},"
        "{\"id\":3,\"name\":\"sea\",\"supercategory\":\"\"},"
        "{\"id\":4,\"name\":\"żaglówka \\\"A\\\"\",\"supercategory\":\"\"}]}\n");
    format_assert_loss(&scene, "polylines are left out", 1);
    format_assert_loss(&scene, "tags of whole pictures are left out", 1);
}

/* The mask of a square of 30 with one of 10 cut out, on a picture of 200 by 100: its runs are
 * 10 columns of nothing and 10 more, then per column 30 of it and 70 of nothing, and in the middle
 * 10, 10, 10 and 70. */
static void test_hole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_holed(format_image(&scene, "/", "a.jpg", SPLIT_NONE), "ring");
    format_write(&scene, &write_coco);
    format_assert_part(&scene, "annotations.json",
                       "\"area\":900.0,\"iscrowd\":0,\"segmentation\":{\"size\":[100,200],"
                       "\"counts\":\"");
    g_assert_cmpuint(g_hash_table_size(scene.losses), ==, 0);
}

static void test_rotated(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_rotated(format_image(&scene, "/", "a.jpg", SPLIT_NONE), "boat");
    format_write(&scene, &write_coco);
    format_assert_part(&scene, "annotations.json", "\"bbox\":[45.0,30.0,10.0,20.0],\"area\":200.0");
    format_assert_part(
        &scene, "annotations.json",
        "\"oriented_box\":{\"cx\":50.0,\"cy\":40.0,\"w\":20.0,\"h\":10.0,\"angle\":90.0}");
}

static void test_joints(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_class(&scene, "sailor", SHAPE_KEYPOINT)->skeleton = g_strdup(SKELETON);
    GPtrArray *shapes = format_image(&scene, "/", "a.jpg", SPLIT_NONE);
    format_keypoint(shapes, "head", 10, 10, 1);
    format_keypoint(shapes, "head", 50, 10, 2);
    format_keypoint(shapes, "foot", 12, 30, 1)->attributes = g_strdup("{\"occluded\":true}");
    format_keypoint(shapes, "anchor", 5, 6, 3);
    format_write(&scene, &write_coco);
    format_assert_part(
        &scene, "annotations.json",
        "\"category_id\":4,\"bbox\":[10.0,10.0,2.0,20.0],\"area\":40.0,\"iscrowd\":0,"
        "\"segmentation\":[],\"keypoints\":[10.0,10.0,2,0,0,0,12.0,30.0,1],"
        "\"num_keypoints\":2}");
    format_assert_part(
        &scene, "annotations.json",
        "\"bbox\":[50.0,10.0,1.0,1.0],\"area\":1.0,\"iscrowd\":0,\"segmentation\":[],"
        "\"keypoints\":[50.0,10.0,2,0,0,0,0,0,0],\"num_keypoints\":1}");
    format_assert_part(&scene, "annotations.json",
                       "\"keypoints\":[5.0,6.0,2],\"num_keypoints\":1}");
    format_assert_part(
        &scene, "annotations.json",
        "\"name\":\"sailor\",\"supercategory\":\"\",\"keypoints\":[\"head\",\"hand\","
        "\"foot\"],\"skeleton\":[[1,2],[2,3]]}");
    format_assert_part(
        &scene, "annotations.json",
        "\"name\":\"anchor\",\"supercategory\":\"\",\"keypoints\":[\"anchor\"],\"skeleton\":[]}");
}

static void test_splits(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    scene.told.by_split = TRUE;
    format_box(format_image(&scene, "/", "a.jpg", SPLIT_NONE), "x", 0, 0, 1, 1);
    format_box(format_image(&scene, "/", "b.jpg", SPLIT_VAL), "x", 0, 0, 1, 1);
    format_image(&scene, "/", "c.jpg", SPLIT_TRAIN);
    format_write(&scene, &write_coco);
    format_assert_names(&scene, "train/annotations.json valid/annotations.json");
    format_assert_part(&scene, "valid/annotations.json",
                       "\"images\":[{\"id\":1,\"file_name\":\"b.jpg\",\"width\":200,\"height\":100}"
                       "],\"annotations\":[{\"id\":1,\"image_id\":1,");
    format_assert_part(&scene, "train/annotations.json", "\"id\":2,\"file_name\":\"c.jpg\"");
}

static void test_nothing(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_write(&scene, &write_coco);
    format_assert_part(&scene, "annotations.json",
                       "\"images\":[],\"annotations\":[],\"categories\":[]}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_coco/whole", test_whole);
    g_test_add_func("/formats/write_coco/hole", test_hole);
    g_test_add_func("/formats/write_coco/rotated", test_rotated);
    g_test_add_func("/formats/write_coco/joints", test_joints);
    g_test_add_func("/formats/write_coco/splits", test_splits);
    g_test_add_func("/formats/write_coco/nothing", test_nothing);
    return g_test_run();
}
