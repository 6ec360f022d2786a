#include "vision/warp.h"

#include <glib.h>
#include <math.h>
#include <string.h>

static void assert_maps(const Similarity *map, float u, float v, float x, float y)
{
    const float from[2] = {u, v};
    float to[2];
    similarity_apply(map, from, to);
    g_assert_cmpfloat_with_epsilon(to[0], x, 1e-3F);
    g_assert_cmpfloat_with_epsilon(to[1], y, 1e-3F);
}

static void test_square(void)
{
    /* a quarter turn clockwise: what lies right of the middle comes below it */
    const Similarity map = similarity_square(100, 50, 20, (float)G_PI_2, 10);
    assert_maps(&map, 5, 5, 100, 50);
    assert_maps(&map, 10, 5, 100, 60);
    assert_maps(&map, 5, 0, 110, 50);
    Similarity back;
    g_assert_true(similarity_invert(&map, &back));
    assert_maps(&back, 100, 60, 10, 5);
    const Similarity nothing = {.x = 3};
    g_assert_false(similarity_invert(&nothing, &back));
}

static void test_fit(void)
{
    const float from[4][2] = {{0, 0}, {10, 0}, {10, 10}, {3, 7}};
    const Similarity made = {.a = 1.5F, .b = -0.7F, .x = 12, .y = -4};
    float to[4][2];
    for (int i = 0; i < 4; i++) {
        similarity_apply(&made, from[i], to[i]);
    }
    Similarity found;
    g_assert_true(similarity_fit(from, (const float(*)[2])to, 4, &found));
    assert_maps(&found, 5, 6, 1.5F * 5 + 0.7F * 6 + 12, -0.7F * 5 + 1.5F * 6 - 4);

    /* The squares have their least sum: no small change of it is better. */
    to[2][0] += 5;
    g_assert_true(similarity_fit(from, (const float(*)[2])to, 4, &found));
    float sums[5] = {0};
    for (int change = 0; change < 5; change++) {
        Similarity other = found;
        ((float *)&other)[MIN(change, 3)] += change == 4 ? 0 : 0.01F;
        for (int i = 0; i < 4; i++) {
            float at[2];
            similarity_apply(&other, from[i], at);
            sums[change] += powf(at[0] - to[i][0], 2) + powf(at[1] - to[i][1], 2);
        }
    }
    for (int change = 0; change < 4; change++) {
        g_assert_cmpfloat(sums[change], >, sums[4]);
    }
    const float point[3][2] = {{1, 1}, {1, 1}, {1, 1}};
    g_assert_false(similarity_fit(point, (const float(*)[2])to, 3, &found));
    const float none[2][2] = {{NAN, 1}, {2, 3}};
    g_assert_false(similarity_fit(none, (const float(*)[2])to, 2, &found));
}

/* Red grows to the right, green downwards, blue is the same everywhere. */
static guint8 *slope(int width, int height)
{
    guint8 *rgb = g_malloc((gsize)width * height * 3);
    for (int i = 0; i < width * height; i++) {
        rgb[i * 3] = (guint8)(i % width * 2);
        rgb[i * 3 + 1] = (guint8)(i / width * 2);
        rgb[i * 3 + 2] = 77;
    }
    return rgb;
}

static VisionImage image_of(const guint8 *rgb, int width, int height)
{
    return (VisionImage){width, height, rgb, width, height};
}

static void test_cut(void)
{
    g_autofree guint8 *rgb = slope(100, 60);
    const VisionImage image = image_of(rgb, 100, 60);
    g_autoptr(Warp) warp = warp_new(&image);
    g_assert_cmpint(warp_width(warp), ==, 100);
    g_assert_cmpint(warp_height(warp), ==, 60);

    /* As it is, and pixel by pixel. */
    guint8 same[100 * 60 * 3];
    const Similarity identity = {.a = 1};
    warp_cut(warp, &identity, 100, 60, same);
    g_assert_cmpmem(same, sizeof same, rgb, 100 * 60 * 3);

    /* Shrunk by four: means, so the slope stays a slope, with its middle where it was. */
    guint8 small[20 * 10 * 3];
    const Similarity quarter = {.a = 4, .x = 10, .y = 8};
    warp_cut(warp, &quarter, 20, 10, small);
    for (int i = 0; i < 20 * 10; i++) {
        g_assert_cmpfloat_with_epsilon(small[i * 3], (10 + 4 * (i % 20) + 1.5) * 2, 1.6);
        g_assert_cmpfloat_with_epsilon(small[i * 3 + 1], (8 + 4 * (i / 20) + 1.5) * 2, 1.6);
        g_assert_cmpint(small[i * 3 + 2], ==, 77);
    }

    /* Half a turn: the first pixel comes from the last. */
    guint8 turned[60 * 60 * 3];
    const Similarity half = similarity_square(50, 30, 60, (float)G_PI, 60);
    warp_cut(warp, &half, 60, 60, turned);
    g_assert_cmpint(turned[0], ==, 79 * 2);
    g_assert_cmpint(turned[1], ==, 59 * 2);
}

static void test_outside(void)
{
    g_autofree guint8 *rgb = slope(30, 30);
    const VisionImage image = image_of(rgb, 30, 30);
    g_autoptr(Warp) warp = warp_new(&image);
    guint8 out[8 * 8 * 3];
    const Similarity beside = {.a = 1, .x = -4, .y = 5};
    warp_cut(warp, &beside, 8, 8, out);
    g_assert_cmpint(out[2], ==, 0);
    g_assert_cmpint(out[5 * 3 + 2], ==, 77);
    const Similarity far[] = {{.a = 1, .x = 1e30F},
                              {.a = 1e30F, .b = -1e30F},
                              {.a = NAN, .x = NAN},
                              {.a = INFINITY},
                              {.a = 1, .x = -1e9F, .y = 1e9F}};
    for (gsize i = 0; i < G_N_ELEMENTS(far); i++) {
        memset(out, 1, sizeof out);
        warp_cut(warp, &far[i], 8, 8, out);
        g_assert_cmpint(out[0], ==, 0);
        g_assert_cmpint(out[sizeof out - 1], ==, 0);
    }
}

static void test_one_pixel(void)
{
    const guint8 rgb[3] = {10, 20, 30};
    const VisionImage image = image_of(rgb, 1, 1);
    g_autoptr(Warp) warp = warp_new(&image);
    guint8 out[3];
    const Similarity identity = {.a = 1};
    warp_cut(warp, &identity, 1, 1, out);
    g_assert_cmpmem(out, 3, rgb, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/warp/square", test_square);
    g_test_add_func("/vision/warp/fit", test_fit);
    g_test_add_func("/vision/warp/cut", test_cut);
    g_test_add_func("/vision/warp/outside", test_outside);
    g_test_add_func("/vision/warp/one-pixel", test_one_pixel);
    return g_test_run();
}
