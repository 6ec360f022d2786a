#include "format_fixture.h"

#define HEAD "filename,directory,width,height,class,x,y,w,h,confidence\r\n"

static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/a, b", "x \"1\".jpg", SPLIT_NONE);
    format_box(shapes, "kot, \"ü\"\nnowy", 1.5, 2, 3, 4)->confidence = 0.25;
    format_polygon(shapes, "roof");
    format_line(shapes, "rope");
    format_image(&scene, "/", "empty.jpg", SPLIT_NONE);
    format_write(&scene, &write_csv);
    format_assert_file(&scene, "annotations.csv",
                       HEAD "\"x \"\"1\"\".jpg\",\"/a, b\",200,100,\"kot, \"\"ü\"\"\nnowy\","
                            "1.5,2,3,4,0.25\r\n"
                            "\"x \"\"1\"\".jpg\",\"/a, b\",200,100,roof,10,10,30,30,1\r\n");
    format_assert_loss(&scene, "polygons became the boxes around them", 1);
    format_assert_loss(&scene, "polylines are left out", 1);
    format_assert_loss(&scene, "pictures without boxes have no line", 1);
}

static void test_splits(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    scene.told.by_split = TRUE;
    format_image(&scene, "/", "a.jpg", SPLIT_TEST);
    format_write(&scene, &write_csv);
    format_assert_names(&scene, "test/annotations.csv");
    format_assert_file(&scene, "test/annotations.csv", HEAD);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_csv/whole", test_whole);
    g_test_add_func("/formats/write_csv/splits", test_splits);
    return g_test_run();
}
