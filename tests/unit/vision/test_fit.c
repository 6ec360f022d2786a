#include "vision/fit.h"

#include <math.h>

/* A picture whose red tells the column, green the row, and blue is 100. */
static VisionImage make_image(int width, int height, guint8 **ret_pixels)
{
    guint8 *pixels = g_malloc((gsize)width * (gsize)height * 3);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            guint8 *pixel = pixels + (y * width + x) * 3;
            pixel[0] = (guint8)(x * 2);
            pixel[1] = (guint8)(y * 2);
            pixel[2] = 100;
        }
    }
    *ret_pixels = pixels;
    return (VisionImage){width, height, pixels, width * 2, height * 2};
}

static FitSpec plain(int width, int height, FitShape shape)
{
    return (FitSpec){.width = width, .height = height, .shape = shape, .deviation = {1, 1, 1}};
}

static void test_letterbox(void)
{
    g_autofree guint8 *pixels = NULL;
    VisionImage image = make_image(40, 20, &pixels);
    FitSpec spec = plain(10, 10, FIT_LETTERBOX);
    float tensor[300];
    Fit fit;
    g_assert_true(fit_image(&image, NULL, &spec, tensor, &fit));
    for (int x = 0; x < 10; x++) {
        g_assert_cmpfloat(tensor[0 * 10 + x], ==, 0); /* above: two rows and a half */
        g_assert_cmpfloat(tensor[9 * 10 + x], ==, 0);
        /* four columns in one: 2 x (4 x + 1.5) */
        g_assert_cmpfloat_with_epsilon(tensor[5 * 10 + x], 2 * (4 * x + 1.5F), 1e-3F);
        g_assert_cmpfloat_with_epsilon(tensor[200 + 5 * 10 + x], 100, 1e-3F);
    }
    /* the first row with picture in it: rows 0 to 3 */
    g_assert_cmpfloat_with_epsilon(tensor[100 + 2 * 10], 3, 1e-3F);
    VisionBox whole = {0, 2, 10, 7};
    VisionBox back = fit_box_back(&fit, &whole);
    g_assert_cmpfloat_with_epsilon(back.x1, 0, 1e-3F);
    g_assert_cmpfloat_with_epsilon(back.y1, 0, 1e-3F);
    g_assert_cmpfloat_with_epsilon(back.x2, 40, 1e-3F);
    g_assert_cmpfloat_with_epsilon(back.y2, 20, 1e-3F);
    VisionBox full = fit_box_full(&image, &back);
    g_assert_cmpfloat_with_epsilon(full.x2, 80, 1e-2F);
    g_assert_cmpfloat_with_epsilon(full.y2, 40, 1e-2F);
}

/* The other order of channels, numbers from bytes, and black that is not 0. */
static void test_layout(void)
{
    g_autofree guint8 *pixels = NULL;
    VisionImage image = make_image(8, 4, &pixels);
    FitSpec spec = plain(8, 8, FIT_LETTERBOX);
    spec.bgr = spec.channels_last = TRUE;
    for (int i = 0; i < 3; i++) {
        spec.mean[i] = 10 * (float)(i + 1);
        spec.deviation[i] = 2;
    }
    float tensor[192];
    Fit fit;
    g_assert_true(fit_image(&image, NULL, &spec, tensor, &fit));
    const float *black = tensor, *pixel = tensor + (2 * 8 + 3) * 3; /* column 3 of row 0 */
    for (int i = 0; i < 3; i++) {
        g_assert_cmpfloat(black[i], ==, -5 * (float)(i + 1));
    }
    g_assert_cmpfloat_with_epsilon(pixel[0], (100 - 10) / 2.0F, 1e-3F);
    g_assert_cmpfloat_with_epsilon(pixel[1], (0 - 20) / 2.0F, 1e-3F);
    g_assert_cmpfloat_with_epsilon(pixel[2], (6 - 30) / 2.0F, 1e-3F);
}

/* Averages keep the mean of a picture, whatever the sizes; sampling does not have to. */
static void test_area(void)
{
    g_autofree guint8 *pixels = NULL;
    VisionImage image = make_image(97, 61, &pixels);
    static const int sizes[][2] = {{13, 11}, {96, 60}, {1, 1}, {97, 61}, {40, 61}};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        int width = sizes[i][0], height = sizes[i][1];
        FitSpec spec = plain(width, height, FIT_STRETCH);
        g_autofree float *tensor = g_new(float, (gsize)(3 * width * height));
        Fit fit;
        g_assert_true(fit_image(&image, NULL, &spec, tensor, &fit));
        double red = 0, green = 0;
        for (int k = 0; k < width * height; k++) {
            red += tensor[k];
            green += tensor[width * height + k];
        }
        g_assert_cmpfloat_with_epsilon(red / (width * height), 96, 0.01);
        g_assert_cmpfloat_with_epsilon(green / (width * height), 60, 0.01);
    }
}

/* Bilinear at the middles of pixels, as PictoPy's contract tells it. */
static void test_sampled(void)
{
    g_autofree guint8 *pixels = NULL;
    VisionImage image = make_image(64, 64, &pixels);
    FitSpec spec = plain(16, 8, FIT_STRETCH);
    spec.sampled = TRUE;
    float tensor[384];
    Fit fit;
    g_assert_true(fit_image(&image, NULL, &spec, tensor, &fit));
    for (int x = 0; x < 16; x++) {
        g_assert_cmpfloat_with_epsilon(tensor[x], 2 * ((x + 0.5F) * 4 - 0.5F), 1e-3F);
    }
    g_assert_cmpfloat_with_epsilon(tensor[128 + 16], 2 * (1.5F * 8 - 0.5F), 1e-3F);
}

static void test_crop_and_parts(void)
{
    g_autofree guint8 *pixels = NULL;
    VisionImage image = make_image(40, 20, &pixels);
    FitSpec spec = plain(5, 5, FIT_CROP);
    float tensor[75];
    Fit fit;
    g_assert_true(fit_image(&image, NULL, &spec, tensor, &fit));
    g_assert_cmpfloat_with_epsilon(tensor[0], 2 * (10 + 1.5F), 1e-3F);
    VisionBox whole = {0, 0, 5, 5};
    VisionBox back = fit_box_back(&fit, &whole);
    g_assert_cmpfloat_with_epsilon(back.x1, 10, 1e-3F);
    g_assert_cmpfloat_with_epsilon(back.x2, 30, 1e-3F);

    VisionBox part = {30, 10, 60, 30}; /* the corner; beyond it there is nothing */
    spec.shape = FIT_STRETCH;
    g_assert_true(fit_image(&image, &part, &spec, tensor, &fit));
    g_assert_cmpfloat_with_epsilon(tensor[0], 2 * (30 + 0.5F), 1e-3F);
    back = fit_box_back(&fit, &whole);
    g_assert_cmpfloat_with_epsilon(back.x1, 30, 1e-3F);
    g_assert_cmpfloat_with_epsilon(back.y2, 20, 1e-3F);

    VisionBox outside = {40, 0, 60, 20}, nothing = {NAN, 0, 10, 10};
    g_assert_false(fit_image(&image, &outside, &spec, tensor, &fit));
    g_assert_false(fit_image(&image, &nothing, &spec, tensor, &fit));
}

/* A single pixel fills anything. */
static void test_tiny(void)
{
    const guint8 pixel[3] = {1, 2, 3};
    VisionImage image = {1, 1, pixel, 1, 1};
    FitSpec spec = plain(7, 7, FIT_LETTERBOX);
    float tensor[147];
    Fit fit;
    g_assert_true(fit_image(&image, NULL, &spec, tensor, &fit));
    for (int i = 0; i < 49; i++) {
        g_assert_cmpfloat_with_epsilon(tensor[i], 1, 1e-5F);
        g_assert_cmpfloat_with_epsilon(tensor[98 + i], 3, 1e-5F);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/fit/letterbox", test_letterbox);
    g_test_add_func("/vision/fit/layout", test_layout);
    g_test_add_func("/vision/fit/area", test_area);
    g_test_add_func("/vision/fit/sampled", test_sampled);
    g_test_add_func("/vision/fit/crop-and-parts", test_crop_and_parts);
    g_test_add_func("/vision/fit/tiny", test_tiny);
    return g_test_run();
}
