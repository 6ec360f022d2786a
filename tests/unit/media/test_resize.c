#include "media/resize.h"

/* What is flat stays exactly flat, whatever the ratio: the weights add up. */
static void test_flat(void)
{
    static const int sizes[][4] = {
        {1404, 936, 640, 427}, {641, 3, 640, 2}, {9, 9, 9, 9}, {1000, 1, 1, 1}, {5000, 7, 3, 7}};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (int bands = 1; bands <= 4; bands += bands == 1 ? 2 : 1) {
            g_autoptr(Bitmap) source = bitmap_new(sizes[i][0], sizes[i][1], bands, NULL);
            gsize bytes = bitmap_stride(source) * (gsize)source->height;
            memset(source->pixels, 201, bytes);
            g_autoptr(Bitmap) small = resize_down(source, sizes[i][2], sizes[i][3], NULL);
            for (gsize k = 0; k < bitmap_stride(small) * (gsize)small->height; k++) {
                g_assert_cmpint(small->pixels[k], ==, 201);
            }
        }
    }
}

/* Detail finer than the result's pixels becomes its mean, not a moiré. */
static void test_averages(void)
{
    g_autoptr(Bitmap) source = bitmap_new(1200, 1200, 1, NULL);
    for (int y = 0; y < 1200; y++) {
        for (int x = 0; x < 1200; x++) {
            bitmap_row(source, y)[x] = (x + y) % 2 ? 255 : 0;
        }
    }
    g_autoptr(Bitmap) small = resize_down(source, 113, 97, NULL);
    for (int i = 0; i < 113 * 97; i++) {
        g_assert_cmpint(ABS(small->pixels[i] - 128), <=, 4);
    }
}

/* A step stays at its place. */
static void test_position(void)
{
    g_autoptr(Bitmap) source = bitmap_new(1000, 10, 1, NULL);
    for (int y = 0; y < 10; y++) {
        for (int x = 0; x < 1000; x++) {
            bitmap_row(source, y)[x] = x < 500 ? 0 : 255;
        }
    }
    g_autoptr(Bitmap) small = resize_down(source, 100, 1, NULL);
    g_assert_cmpint(small->pixels[48], ==, 0);
    g_assert_cmpint(small->pixels[51], ==, 255);
    g_assert_cmpint(ABS(small->pixels[49] + small->pixels[50] - 255), <=, 2);
}

static void test_fit(void)
{
    int width, height;
    bitmap_fit(5616, 3744, 640, &width, &height);
    g_assert_cmpint(width, ==, 640);
    g_assert_cmpint(height, ==, 427);
    bitmap_fit(300, 200, 640, &width, &height);
    g_assert_cmpint(width, ==, 300);
    bitmap_fit(65000, 1, 320, &width, &height);
    g_assert_cmpint(height, ==, 1);
    bitmap_fit(5000, 4000, 0, &width, &height);
    g_assert_cmpint(height, ==, 4000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resize/flat", test_flat);
    g_test_add_func("/resize/averages", test_averages);
    g_test_add_func("/resize/position", test_position);
    g_test_add_func("/resize/fit", test_fit);
    return g_test_run();
}
