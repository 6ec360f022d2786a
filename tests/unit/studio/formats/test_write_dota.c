#include "format_fixture.h"

/* Corners run from the top left one of the box's own frame. */
static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/p", "x.jpg", SPLIT_NONE);
    format_rotated(shapes, "small boat");
    format_box(shapes, "łódź", 1.25, 2, 3, 4);
    format_polygon(shapes, "pier");
    format_keypoint(shapes, "mast", 1, 1, 0);
    format_write(&scene, &write_dota);
    format_assert_names(&scene, "labelTxt/p/x.txt");
    format_assert_file(&scene, "labelTxt/p/x.txt",
                       "55 30 55 50 45 50 45 30 small_boat 0\n"
                       "1.25 2 4.25 2 4.25 6 1.25 6 łódź 0\n"
                       "10 10 40 10 40 40 10 40 pier 0\n");
    format_assert_loss(&scene, "blanks in the names of classes became underscores", 1);
    format_assert_loss(&scene, "polygons became the boxes around them", 1);
    format_assert_loss(&scene, "keypoints are left out", 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_dota/whole", test_whole);
    return g_test_run();
}
