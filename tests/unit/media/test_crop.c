#include "media/crop.h"

#include "media/jpeg.h"
#include "media/source.h"

#include <math.h>
#include <string.h>

/* Grey, with a white square of 100 pixels around (`x`, `y`), of an original twice as large. */
static MediaPixels picture_new(int x, int y)
{
    Bitmap *bitmap = bitmap_new(800, 600, 3, NULL);
    memset(bitmap->pixels, 60, bitmap_stride(bitmap) * 600);
    for (int row = MAX(0, y - 50); row < MIN(600, y + 50); row++) {
        int left = MAX(0, x - 50), right = MIN(800, x + 50);
        memset(bitmap_row(bitmap, row) + 3 * left, 255, (gsize)(3 * (right - left)));
    }
    return (MediaPixels){bitmap, 1600, 1200};
}

static Bitmap *decode(GBytes *jpeg)
{
    ByteSource source = source_of_bytes(jpeg);
    g_auto(Decoded) decoded = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(jpeg_decode(&source, 0, &decoded, &error));
    g_assert_no_error(error);
    return g_steal_pointer(&decoded.bitmap);
}

static Bitmap *crop(const MediaPixels *pixels, MediaBox box, int max_pixels)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) jpeg = crop_jpeg(pixels, &box, max_pixels, 20 << 10, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(jpeg), <=, 20 << 10);
    return decode(jpeg);
}

static void assert_about(int value, int wanted)
{
    g_assert_cmpint(abs(value - wanted), <, 25);
}

static void test_shows_box_and_margin(void)
{
    g_auto(MediaPixels) pixels = picture_new(400, 300);
    const MediaBox box = {700, 500, 900, 700};
    g_assert_cmpfloat(fabs(crop_side_pixels(&pixels, &box) - 150), <, 0.01);
    g_autoptr(Bitmap) part = crop(&pixels, box, 1000);
    g_assert_cmpint(part->width, ==, 150);
    g_assert_cmpint(part->height, ==, 150);
    assert_about(bitmap_row(part, 75)[3 * 75], 255);
    assert_about(bitmap_row(part, 75)[3 * 10], 60);
    assert_about(bitmap_row(part, 10)[3 * 75], 60);
    g_autoptr(Bitmap) small = crop(&pixels, box, 64);
    g_assert_cmpint(small->width, ==, 64);
}

static void test_moves_into_the_picture(void)
{
    g_auto(MediaPixels) pixels = picture_new(50, 50);
    g_autoptr(Bitmap) part = crop(&pixels, (MediaBox){0, 0, 200, 200}, 1000);
    g_assert_cmpint(part->width, ==, 150);
    assert_about(bitmap_row(part, 5)[15], 255);
    assert_about(bitmap_row(part, 140)[3 * 140], 60);
    g_autoptr(Bitmap) whole = crop(&pixels, (MediaBox){0, 0, 1600, 1200}, 1000);
    g_assert_cmpint(whole->width, ==, 800);
    g_assert_cmpint(whole->height, ==, 600);
    g_autoptr(Bitmap) speck = crop(&pixels, (MediaBox){5, 5, 6, 6}, 1000);
    g_assert_cmpint(speck->width, ==, 1);
}

static void test_refuses_other_boxes(void)
{
    static const MediaBox boxes[] = {
        {-1, 0, 10, 10}, {0, 0, 1601, 10}, {10, 10, 10, 20}, {0, 20, 10, 10}, {NAN, 0, 10, 10},
    };
    g_auto(MediaPixels) pixels = picture_new(400, 300);
    for (gsize i = 0; i < G_N_ELEMENTS(boxes); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(crop_jpeg(&pixels, &boxes[i], 100, 20 << 10, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
}

/* Noise that no quality makes small is refused; what a lower one makes small is not. */
static void test_keeps_to_the_cap(void)
{
    g_auto(MediaPixels) pixels = picture_new(400, 300);
    guint32 state = 1;
    for (gsize i = 0; i < bitmap_stride(pixels.bitmap) * 600; i++) {
        state = state * 1664525 + 1013904223;
        pixels.bitmap->pixels[i] = (guint8)(state >> 24);
    }
    const MediaBox box = {700, 500, 900, 700};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) fine = crop_jpeg(&pixels, &box, 1000, 1 << 20, &error);
    g_autoptr(GBytes) coarse = crop_jpeg(&pixels, &box, 1000, g_bytes_get_size(fine) / 2, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(coarse), <=, g_bytes_get_size(fine) / 2);
    g_assert_null(crop_jpeg(&pixels, &box, 1000, 100, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/crop/shows-box-and-margin", test_shows_box_and_margin);
    g_test_add_func("/crop/moves-into-the-picture", test_moves_into_the_picture);
    g_test_add_func("/crop/refuses-other-boxes", test_refuses_other_boxes);
    g_test_add_func("/crop/keeps-to-the-cap", test_keeps_to_the_cap);
    return g_test_run();
}
