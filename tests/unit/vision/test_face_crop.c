#include "vision/face_crop.h"

#include <glib.h>

static void assert_place(VisionBox box, int width, int height, VisionBox expected,
                         int pixels_across, int pixels_down)
{
    int across, down;
    const VisionBox place = face_crop_place(&box, width, height, &across, &down);
    g_assert_cmpfloat_with_epsilon(place.x1, expected.x1, 1e-3);
    g_assert_cmpfloat_with_epsilon(place.y1, expected.y1, 1e-3);
    g_assert_cmpfloat_with_epsilon(place.x2, expected.x2, 1e-3);
    g_assert_cmpfloat_with_epsilon(place.y2, expected.y2, 1e-3);
    g_assert_cmpint(across, ==, pixels_across);
    g_assert_cmpint(down, ==, pixels_down);
}

static void test_place(void)
{
    /* a square of one and a half times the longer side, never enlarged */
    assert_place((VisionBox){100, 100, 140, 160}, 1000, 800, (VisionBox){75, 85, 165, 175}, 90, 90);
    /* a large one is shrunk */
    assert_place((VisionBox){300, 200, 600, 600}, 2000, 2000, (VisionBox){150, 100, 750, 700}, 192,
                 192);
    /* at a border and in a corner it moves inwards */
    assert_place((VisionBox){0, 300, 40, 340}, 1000, 800, (VisionBox){0, 290, 60, 350}, 60, 60);
    assert_place((VisionBox){960, 760, 1000, 800}, 1000, 800, (VisionBox){940, 740, 1000, 800}, 60,
                 60);
    /* a picture with less room than that gives what it has */
    assert_place((VisionBox){0, 0, 50, 60}, 50, 200, (VisionBox){0, 0, 50, 90}, 50, 90);
    assert_place((VisionBox){0, 0, 1, 1}, 1, 1, (VisionBox){0, 0, 1, 1}, 1, 1);
}

static void test_pixels(void)
{
    guint8 rgb[40 * 30 * 3];
    for (gsize i = 0; i < sizeof rgb; i++) {
        rgb[i] = (guint8)(i / 3 % 40);
    }
    const VisionImage image = {40, 30, rgb, 40, 30};
    g_autoptr(Warp) warp = warp_new(&image);
    g_autoptr(VisionFace) face = g_new0(VisionFace, 1);
    face_crop_take(face, warp, &(VisionBox){10, 10, 20, 20});
    g_assert_cmpint(face->crop_width, ==, 15);
    g_assert_cmpint(face->crop_height, ==, 15);
    gsize bytes;
    const guint8 *crop = g_bytes_get_data(face->crop, &bytes);
    g_assert_cmpuint(bytes, ==, 15 * 15 * 3);
    for (int x = 0; x < 15; x++) { /* from 7.5 on: means of two neighbours, rounded up */
        g_assert_cmpint(crop[x * 3], ==, x + 8);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/face_crop/place", test_place);
    g_test_add_func("/vision/face_crop/pixels", test_pixels);
    return g_test_run();
}
