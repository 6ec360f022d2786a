#include "make.h"
#include "media/jpeg.h"
#include "media/phash.h"
#include "media/picture.h"

#include <lcms2.h>
#include <math.h>
#include <unistd.h>
#include <vips/vips.h>
#include <zlib.h>

static MediaPicture *read_bytes(GBytes *bytes, const char *name, GError **error)
{
    int fd = make_file_of(bytes);
    MediaPicture *picture = media_read(fd, name, error);
    close(fd);
    return picture;
}

static MediaPicture *read_good(GBytes *bytes, const char *name)
{
    g_autoptr(GError) error = NULL;
    MediaPicture *picture = read_bytes(bytes, name, &error);
    g_assert_no_error(error);
    return picture;
}

static void assert_fails(GBytes *bytes, const char *name, int code, const char *sentence)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaPicture) picture = read_bytes(bytes, name, &error);
    g_assert_null(picture);
    g_assert_error(error, ALBUMEN_ERROR, code);
    if (!strstr(error->message, sentence)) {
        g_test_message("'%s' says nothing of '%s'", error->message, sentence);
        g_test_fail();
    }
}

static Bitmap *pixels_of(GBytes *jpeg)
{
    ByteSource source = source_of_bytes(jpeg);
    g_auto(Decoded) decoded = {0};
    g_autoptr(GError) error = NULL;
    jpeg_decode(&source, 0, &decoded, &error);
    g_assert_no_error(error);
    g_assert_null(decoded.exif);
    g_assert_null(decoded.icc);
    return g_steal_pointer(&decoded.bitmap);
}

static void assert_near(const guint8 *rgb, int red, int green, int blue, int tolerance)
{
    const int expected[] = {red, green, blue};
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(ABS(rgb[i] - expected[i]), <=, tolerance);
    }
}

/* The four corners' middles, row by row. */
static void assert_quadrants(GBytes *jpeg, const Quadrant expected[4], int tolerance)
{
    static const int colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
    g_autoptr(Bitmap) bitmap = pixels_of(jpeg);
    for (int i = 0; i < 4; i++) {
        int x = bitmap->width * (1 + 2 * (i % 2)) / 4, y = bitmap->height * (1 + 2 * (i / 2)) / 4;
        const int *colour = colours[expected[i]];
        assert_near(bitmap_row(bitmap, y) + 3 * x, colour[0], colour[1], colour[2], tolerance);
    }
}

static const Quadrant as_made[4] = {RED, GREEN, BLUE, WHITE};

static void test_jpeg_kinds(void)
{
    static const MakeJpeg kinds[] = {
        {.bands = 3}, {.progressive = TRUE}, {.bands = 4}, {.bands = 4, .progressive = TRUE}};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GBytes) jpeg = make_jpeg(&kinds[i]);
        g_autoptr(MediaPicture) picture = read_good(jpeg, "a.jpg");
        g_assert_cmpint(picture->format, ==, MEDIA_JPEG);
        g_assert_cmpint(picture->width, ==, PATTERN_WIDTH);
        g_assert_cmpint(picture->height, ==, PATTERN_HEIGHT);
        assert_quadrants(picture->thumbnail_large, as_made, 12);
        assert_quadrants(picture->thumbnail_small, as_made, 12);
    }
}

static void test_jpeg_grey(void)
{
    g_autoptr(GBytes) jpeg = make_jpeg(&(MakeJpeg){.bands = 1});
    g_autoptr(MediaPicture) picture = read_good(jpeg, "a.jpg");
    g_autoptr(Bitmap) bitmap = pixels_of(picture->thumbnail_large);
    assert_near(bitmap_row(bitmap, 40) + 3 * 60, 76, 76, 76, 4);
    assert_near(bitmap_row(bitmap, 120) + 3 * 180, 255, 255, 255, 4);
}

static void test_orientations(void)
{
    /* What is seen at the corners for each EXIF orientation of the same stored pixels. */
    static const Quadrant seen[9][4] = {
        [1] = {RED, GREEN, BLUE, WHITE}, [2] = {GREEN, RED, WHITE, BLUE},
        [3] = {WHITE, BLUE, GREEN, RED}, [4] = {BLUE, WHITE, RED, GREEN},
        [5] = {RED, BLUE, GREEN, WHITE}, [6] = {BLUE, RED, WHITE, GREEN},
        [7] = {WHITE, GREEN, BLUE, RED}, [8] = {GREEN, WHITE, RED, BLUE},
    };
    for (int orientation = 1; orientation <= 8; orientation++) {
        g_autoptr(GBytes) exif = make_exif_orientation(orientation);
        g_autoptr(GBytes) jpeg = make_jpeg(&(MakeJpeg){.exif = exif});
        g_autoptr(MediaPicture) picture = read_good(jpeg, "a.jpg");
        gboolean swapped = orientation >= 5;
        g_assert_cmpint(picture->facts->orientation, ==, orientation);
        g_assert_cmpint(picture->width, ==, swapped ? PATTERN_HEIGHT : PATTERN_WIDTH);
        g_assert_cmpint(picture->height, ==, swapped ? PATTERN_WIDTH : PATTERN_HEIGHT);
        assert_quadrants(picture->thumbnail_large, seen[orientation], 12);

        g_autoptr(GError) error = NULL;
        int fd = make_file_of(jpeg);
        g_autoptr(GBytes) shown = media_render_jpeg(fd, "a.jpg", 0, 90, &error);
        close(fd);
        g_assert_no_error(error);
        assert_quadrants(shown, seen[orientation], 12);
    }
}

static void test_formats_of_vips(void)
{
    static const struct {
        const char *suffix, *name;
        MediaFormat format;
    } cases[] = {
        {".png", "a.png", MEDIA_PNG},
        {".png[interlace]", "a.png", MEDIA_PNG},
        {".png[palette]", "a.png", MEDIA_PNG},
        {".webp[lossless]", "a.webp", MEDIA_WEBP},
        {".gif", "a.gif", MEDIA_GIF},
        {".tif", "a.tif", MEDIA_TIFF},
        {".tif[compression=lzw,tile]", "a.tif", MEDIA_TIFF},
        {".tif[compression=deflate,predictor=horizontal]", "a.tif", MEDIA_TIFF},
        {".tif[compression=jpeg]", "a.tif", MEDIA_TIFF},
        {".heic[Q=90,compression=hevc]", "a.heic", MEDIA_HEIF},
        {".avif[Q=90,effort=0]", "a.avif", MEDIA_AVIF},
        {".jxl[Q=95]", "a.jxl", MEDIA_JXL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].suffix);
        g_autoptr(GBytes) file = make_by_vips(cases[i].suffix);
        /* The name does not matter: the bytes tell. */
        g_autoptr(MediaPicture) picture = read_good(file, "wrong.jpg");
        g_assert_cmpint(picture->format, ==, cases[i].format);
        g_assert_cmpint(picture->width, ==, PATTERN_WIDTH);
        g_assert_cmpint(picture->height, ==, PATTERN_HEIGHT);
        assert_quadrants(picture->thumbnail_large, as_made, 24);
        g_assert_true(media_name_is_picture(cases[i].name));

        g_autoptr(GBytes) half = g_bytes_new_from_bytes(file, 0, g_bytes_get_size(file) / 2);
        g_autoptr(GError) error = NULL;
        g_assert_null(read_bytes(half, cases[i].name, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
        g_assert_null(strstr(error->message, "Vips"));
    }
}

static void append_box(GByteArray *out, const char *type, GBytes *body, const char *before)
{
    gsize length = g_bytes_get_size(body), extra = before ? 4 : 0;
    guint32 size = GUINT32_TO_BE((guint32)(8 + extra + length));
    g_byte_array_append(out, (const guint8 *)&size, 4);
    g_byte_array_append(out, (const guint8 *)type, 4);
    g_byte_array_append(out, (const guint8 *)before, (guint)extra);
    g_byte_array_append(out, g_bytes_get_data(body, NULL), (guint)length);
}

/* A JPEG XL container: the codestream turns itself, so the Exif box's orientation must not. */
static void test_jxl_boxes(void)
{
    static const char start[] = "\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14"
                                "ftypjxl \0\0\0\0jxl ";
    g_autoptr(GBytes) codestream = make_by_vips(".jxl[Q=95]");
    MakeTiff *tiff = make_tiff_new(TRUE);
    make_tiff_text(tiff, 0x0110, "Camera");
    make_tiff_short(tiff, 0x0112, 6);
    g_autoptr(GBytes) exif = make_tiff_finish(tiff);
    static const char packet[] =
        "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<r:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='2'/></r:RDF>";
    g_autoptr(GBytes) xmp = g_bytes_new_static(packet, sizeof packet - 1);
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, (const guint8 *)start, sizeof start - 1);
    append_box(out, "Exif", exif, "\0\0\0\0");
    append_box(out, "xml ", xmp, NULL);
    append_box(out, "jxlc", codestream, NULL);
    g_autoptr(GBytes) file = g_byte_array_free_to_bytes(out);
    g_autoptr(MediaPicture) picture = read_good(file, "a.jxl");
    g_assert_cmpint(picture->format, ==, MEDIA_JXL);
    g_assert_cmpstr(picture->facts->camera_model, ==, "Camera");
    g_assert_cmpint(picture->facts->rating, ==, 2);
    g_assert_cmpint(picture->width, ==, PATTERN_WIDTH);
    assert_quadrants(picture->thumbnail_large, as_made, 24);
}

/* Containers that carry EXIF as it is in a JPEG. */
static void test_orientation_elsewhere(void)
{
    static const Quadrant turned[4] = {BLUE, RED, WHITE, GREEN};
    static const char *const suffixes[] = {".png", ".webp[lossless]", ".tif"};
    g_autoptr(GBytes) plain = make_by_vips(".png");
    g_autoptr(GBytes) exif = make_exif_orientation(6);
    g_autoptr(GByteArray) block = g_byte_array_new();
    g_byte_array_append(block, (const guint8 *)"Exif\0", 6);
    g_byte_array_append(block, g_bytes_get_data(exif, NULL), (guint)g_bytes_get_size(exif));
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        gsize length = 0;
        const void *data = g_bytes_get_data(plain, &length);
        VipsImage *image = vips_image_new_from_buffer(data, length, "", NULL);
        vips_image_set_int(image, VIPS_META_ORIENTATION, 6);
        vips_image_set_blob_copy(image, VIPS_META_EXIF_NAME, block->data, block->len);
        void *saved = NULL;
        g_assert_cmpint(vips_image_write_to_buffer(image, suffixes[i], &saved, &length, NULL), ==,
                        0);
        g_object_unref(image);
        g_autoptr(GBytes) file = g_bytes_new_take(saved, length);
        g_autoptr(MediaPicture) picture = read_good(file, "a");
        g_assert_cmpint(picture->width, ==, PATTERN_HEIGHT);
        assert_quadrants(picture->thumbnail_large, turned, 12);
    }
}

/* One colour, from any libvips image. */
static void assert_colour_of(VipsImage *image, const char *suffix, const guint8 rgb[3])
{
    void *data = NULL;
    gsize length = 0;
    g_assert_cmpint(vips_image_write_to_buffer(image, suffix, &data, &length, NULL), ==, 0);
    g_autoptr(GBytes) file = g_bytes_new_take(data, length);
    g_autoptr(MediaPicture) picture = read_good(file, "a");
    g_autoptr(Bitmap) bitmap = pixels_of(picture->thumbnail_large);
    assert_near(bitmap->pixels, rgb[0], rgb[1], rgb[2], 4);
}

static VipsImage *plain_image(const double *bands, int count, VipsBandFormat format,
                              VipsInterpretation interpretation)
{
    VipsImage *black = NULL, *coloured = NULL, *cast = NULL, *image = NULL;
    g_autofree double *ones = g_new(double, count);
    for (int i = 0; i < count; i++) {
        ones[i] = 1;
    }
    g_assert_cmpint(vips_black(&black, 40, 30, "bands", count, NULL), ==, 0);
    g_assert_cmpint(vips_linear(black, &coloured, ones, bands, count, NULL), ==, 0);
    g_assert_cmpint(vips_cast(coloured, &cast, format, NULL), ==, 0);
    g_assert_cmpint(vips_copy(cast, &image, "interpretation", interpretation, NULL), ==, 0);
    g_object_unref(black);
    g_object_unref(coloured);
    g_object_unref(cast);
    return image;
}

static void test_depths_and_alpha(void)
{
    static const struct {
        double bands[4];
        int count;
        VipsBandFormat format;
        VipsInterpretation interpretation;
        const char *suffix;
        guint8 rgb[3];
    } cases[] = {
        {{200, 100, 50, 0},
         4,
         VIPS_FORMAT_UCHAR,
         VIPS_INTERPRETATION_sRGB,
         ".png",
         {255, 255, 255}},
        {{200, 100, 50, 128},
         4,
         VIPS_FORMAT_UCHAR,
         VIPS_INTERPRETATION_sRGB,
         ".png",
         {227, 177, 152}},
        {{200 * 257, 100 * 257, 50 * 257},
         3,
         VIPS_FORMAT_USHORT,
         VIPS_INTERPRETATION_RGB16,
         ".png",
         {200, 100, 50}},
        {{200 * 257, 100 * 257, 50 * 257, 0},
         4,
         VIPS_FORMAT_USHORT,
         VIPS_INTERPRETATION_RGB16,
         ".png",
         {255, 255, 255}},
        {{77 * 257}, 1, VIPS_FORMAT_USHORT, VIPS_INTERPRETATION_GREY16, ".png", {77, 77, 77}},
        {{77, 0}, 2, VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_B_W, ".png", {255, 255, 255}},
        {{200 * 257, 100 * 257, 50 * 257},
         3,
         VIPS_FORMAT_USHORT,
         VIPS_INTERPRETATION_RGB16,
         ".tif",
         {200, 100, 50}},
        {{0, 255, 255, 0}, 4, VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_CMYK, ".tif", {255, 0, 0}},
        {{53.24, 80.09, 67.2}, 3, VIPS_FORMAT_FLOAT, VIPS_INTERPRETATION_LAB, ".tif", {255, 0, 0}},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("case %zu", i);
        VipsImage *image =
            plain_image(cases[i].bands, cases[i].count, cases[i].format, cases[i].interpretation);
        assert_colour_of(image, cases[i].suffix, cases[i].rgb);
        g_object_unref(image);
    }
}

/* Two pages, the first red: only that one is the picture. */
static void test_first_of_several(void)
{
    static const char *const suffixes[] = {".gif[page-height=30]", ".tif[page-height=30]",
                                           ".webp[lossless,page-height=30]"};
    const double red[] = {255, 0, 0}, blue[] = {0, 0, 255};
    VipsImage *first = plain_image(red, 3, VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_sRGB);
    VipsImage *second = plain_image(blue, 3, VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_sRGB);
    VipsImage *both = NULL;
    g_assert_cmpint(vips_join(first, second, &both, VIPS_DIRECTION_VERTICAL, NULL), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        void *data = NULL;
        gsize length = 0;
        vips_image_set_int(both, "page-height", 30);
        g_assert_cmpint(vips_image_write_to_buffer(both, suffixes[i], &data, &length, NULL), ==, 0);
        g_autoptr(GBytes) file = g_bytes_new_take(data, length);
        g_autoptr(MediaPicture) picture = read_good(file, "a");
        g_assert_cmpint(picture->height, ==, 30);
        g_autoptr(Bitmap) bitmap = pixels_of(picture->thumbnail_large);
        assert_near(bitmap_row(bitmap, 29), 255, 0, 0, 6);
    }
    g_object_unref(both);
    g_object_unref(first);
    g_object_unref(second);
}

static GBytes *make_display_p3(void)
{
    cmsCIExyY white = {0.3127, 0.3290, 1};
    cmsCIExyYTRIPLE primaries = {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
    double srgb_curve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsToneCurve *curve = cmsBuildParametricToneCurve(NULL, 4, srgb_curve);
    cmsToneCurve *curves[] = {curve, curve, curve};
    cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves);
    cmsUInt32Number length = 0;
    cmsSaveProfileToMem(profile, NULL, &length);
    void *data = g_malloc(length);
    cmsSaveProfileToMem(profile, data, &length);
    cmsCloseProfile(profile);
    cmsFreeToneCurve(curve);
    return g_bytes_new_take(data, length);
}

static double to_linear(double value)
{
    value /= 255;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static int from_linear(double value)
{
    value = value <= 0.0031308 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055;
    return (int)lround(CLAMP(value, 0, 1) * 255);
}

static void test_profile(void)
{
    static const guint8 stored[3] = {200, 120, 100};
    /* Linear Display P3 to linear sRGB, from the primaries and the common white point. */
    static const double matrix[3][3] = {
        {1.22494, -0.22494, 0}, {-0.04206, 1.04206, 0}, {-0.01964, -0.07864, 1.09827}};
    int expected[3];
    for (int row = 0; row < 3; row++) {
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            sum += matrix[row][i] * to_linear(stored[i]);
        }
        expected[row] = from_linear(sum);
    }
    g_autoptr(GBytes) icc = make_display_p3();
    g_autoptr(GBytes) jpeg = make_jpeg(&(MakeJpeg){.icc = icc, .colour = stored, .quality = 100});
    g_autoptr(MediaPicture) picture = read_good(jpeg, "a.jpg");
    g_autoptr(Bitmap) bitmap = pixels_of(picture->thumbnail_large);
    assert_near(bitmap->pixels, expected[0], expected[1], expected[2], 3);

    static const char nonsense[] = "this is no profile";
    g_autoptr(GBytes) broken = g_bytes_new_static(nonsense, sizeof nonsense);
    g_autoptr(GBytes) plain =
        make_jpeg(&(MakeJpeg){.icc = broken, .colour = stored, .quality = 100});
    g_autoptr(MediaPicture) untouched = read_good(plain, "a.jpg");
    g_autoptr(Bitmap) as_stored = pixels_of(untouched->thumbnail_large);
    assert_near(as_stored->pixels, stored[0], stored[1], stored[2], 3);
}

static void test_metadata_joins(void)
{
    MakeTiff *tiff = make_tiff_new(FALSE);
    make_tiff_text(tiff, 0x0110, "Camera");
    make_tiff_text(tiff, 0x010E, "from the camera");
    make_tiff_short(tiff, 0x4746, 1);
    g_autoptr(GBytes) exif = make_tiff_finish(tiff);
    static const char packet[] =
        "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description "
        "xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='5' "
        "xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Model='Editor' tiff:Make='Maker' "
        "tiff:Orientation='6' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' dc:description='by a person'/></r:RDF>";
    g_autoptr(GBytes) xmp = g_bytes_new_static(packet, sizeof packet - 1);
    g_autoptr(GBytes) jpeg = make_jpeg(&(MakeJpeg){.exif = exif, .xmp = xmp});
    g_autoptr(MediaPicture) picture = read_good(jpeg, "a.jpg");
    g_assert_cmpstr(picture->facts->camera_model, ==, "Camera");
    g_assert_cmpstr(picture->facts->camera_make, ==, "Maker");
    g_assert_cmpint(picture->facts->rating, ==, 5);
    g_assert_cmpstr(picture->facts->description, ==, "by a person");
    g_assert_cmpint(picture->facts->orientation, ==, 1);
}

static void test_sizes(void)
{
    g_autoptr(GBytes) large = make_jpeg(&(MakeJpeg){.width = 3000, .height = 2000});
    g_autoptr(MediaPicture) picture = read_good(large, "a.jpg");
    g_autoptr(Bitmap) bitmap = pixels_of(picture->thumbnail_large);
    g_assert_cmpint(bitmap->width, ==, MEDIA_THUMBNAIL_LARGE_PIXELS);
    g_assert_cmpint(bitmap->height, ==, 427);
    g_autoptr(Bitmap) small = pixels_of(picture->thumbnail_small);
    g_assert_cmpint(small->width, ==, MEDIA_THUMBNAIL_SMALL_PIXELS);
    g_assert_cmpint(small->height, ==, 214);

    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) scaled = media_scale_jpeg(picture->thumbnail_large, 100, 80, &error);
    g_assert_no_error(error);
    g_autoptr(Bitmap) scaled_pixels = pixels_of(scaled);
    g_assert_cmpint(scaled_pixels->width, ==, 100);
    assert_quadrants(scaled, as_made, 16);
    g_autoptr(GBytes) same = media_scale_jpeg(picture->thumbnail_small, 5000, 80, &error);
    g_assert_true(g_bytes_equal(same, picture->thumbnail_small));

    g_autoptr(GBytes) tiny = make_jpeg(&(MakeJpeg){.width = 1, .height = 1});
    g_autoptr(MediaPicture) dot = read_good(tiny, "a.jpg");
    g_assert_cmpint(dot->width, ==, 1);
    g_autoptr(GBytes) thin = make_jpeg(&(MakeJpeg){.width = 2000, .height = 1});
    g_autoptr(MediaPicture) line = read_good(thin, "a.jpg");
    g_autoptr(Bitmap) line_pixels = pixels_of(line->thumbnail_small);
    g_assert_cmpint(line_pixels->width, ==, MEDIA_THUMBNAIL_SMALL_PIXELS);
    g_assert_cmpint(line_pixels->height, ==, 1);
}

/* Only the header is there, and it lies about the size. */
static void test_enormous(void)
{
    g_autoptr(GBytes) jpeg = make_jpeg(&(MakeJpeg){0});
    gsize length = 0;
    g_autofree guint8 *data = g_memdup2(g_bytes_get_data(jpeg, &length), g_bytes_get_size(jpeg));
    for (gsize i = 0; i + 9 < length; i++) {
        if (data[i] == 0xFF && data[i + 1] == 0xC0) {
            memcpy(data + i + 5, "\xFA\xFA\xFA\xFA", 4); /* 64250 by 64250 */
        }
    }
    g_autoptr(GBytes) lying = g_bytes_new(data, length);
    assert_fails(lying, "a.jpg", ALBUMEN_ERROR_TOO_LARGE, "64250 x 64250");

    guint8 png[] = "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\xFA\xFA\0\0\xFA\xFA\x08\2\0\0\0CRC4\0\0\0\0"
                   "IDAT\x35\xAF\x06\x1E\0\0\0\0IEND\xAE\x42\x60\x82";
    guint32 crc = GUINT32_TO_BE((guint32)crc32(0, png + 12, 17));
    memcpy(png + 29, &crc, sizeof crc);
    g_autoptr(GBytes) lying_png = g_bytes_new(png, sizeof png - 1);
    assert_fails(lying_png, "a.png", ALBUMEN_ERROR_TOO_LARGE, "64250 x 64250");

    static const char bmp[] = "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\xFA\xFA\0\0\xFA\xFA\0\0"
                              "\1\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    g_autoptr(GBytes) lying_bmp = g_bytes_new_static(bmp, sizeof bmp - 1);
    assert_fails(lying_bmp, "a.bmp", ALBUMEN_ERROR_TOO_LARGE, "64250 x 64250");
}

/* The size is within the limits, but the coefficients of all scans together are not. */
static void test_progressive_memory(void)
{
    g_autoptr(GBytes) jpeg = make_jpeg(&(MakeJpeg){.bands = 4, .progressive = TRUE});
    gsize length = g_bytes_get_size(jpeg);
    g_autofree guint8 *data = g_memdup2(g_bytes_get_data(jpeg, NULL), length);
    for (gsize i = 0; i + 9 < length; i++) {
        if (data[i] == 0xFF && data[i + 1] == 0xC2) {
            memcpy(data + i + 5, "\x2E\xE0\x2E\xE0", 4); /* 12000 by 12000 */
        }
    }
    g_autoptr(GBytes) large = g_bytes_new(data, length);
    assert_fails(large, "a.jpg", ALBUMEN_ERROR_TOO_LARGE, "needs more memory");
}

static void test_broken_files(void)
{
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    assert_fails(empty, "a.jpg", ALBUMEN_ERROR_CORRUPT, "the file is empty");
    g_autoptr(GBytes) text = g_bytes_new_static("Dear Sir or Madam,\n", 19);
    assert_fails(text, "a.jpg", ALBUMEN_ERROR_CORRUPT, "text");
    assert_fails(text, "a.svg", ALBUMEN_ERROR_UNSUPPORTED, "not supported");
    static const char nothing[4096] = {0};
    g_autoptr(GBytes) zeros = g_bytes_new_static(nothing, sizeof nothing);
    assert_fails(zeros, "a.png", ALBUMEN_ERROR_CORRUPT, "zeros");
    g_autoptr(GBytes) bare = g_bytes_new_static("\xFF\xD8\xFF\xD9", 4);
    assert_fails(bare, "a.jpg", ALBUMEN_ERROR_CORRUPT, "no picture");
}

static void test_cut_jpegs(void)
{
    for (int progressive = 0; progressive <= 1; progressive++) {
        g_autoptr(GBytes) jpeg =
            make_jpeg(&(MakeJpeg){.progressive = progressive, .width = 640, .height = 480});
        gsize length = g_bytes_get_size(jpeg);
        for (int percent = 5; percent < 95; percent += 15) {
            g_autoptr(GBytes) part = g_bytes_new_from_bytes(jpeg, 0, length * percent / 100);
            assert_fails(part, "a.jpg", ALBUMEN_ERROR_CORRUPT, "ends in the middle");
        }
        /* Only the end marker is missing: nothing of the picture is. */
        g_autoptr(GBytes) unended = g_bytes_new_from_bytes(jpeg, 0, length - 2);
        g_autoptr(MediaPicture) picture = read_good(unended, "a.jpg");
        assert_quadrants(picture->thumbnail_large, as_made, 12);
    }
}

static void test_not_a_file(void)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(media_read(ends[0], "a.jpg", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    close(ends[0]);
    close(ends[1]);
}

static void test_names(void)
{
    g_assert_true(media_name_is_picture("IMG_1.JPG"));
    g_assert_true(media_name_is_picture("\xFF\xFE.Cr3"));
    g_assert_false(media_name_is_picture("notes.txt"));
    g_assert_false(media_name_is_picture("jpg"));
    g_assert_false(media_name_is_picture("._IMG_1.JPG"));
    g_assert_false(media_name_is_picture(""));
    g_assert_cmpstr(media_format_name(MEDIA_HEIF), ==, "heif");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* libvips warns of much */
    g_autoptr(GError) error = NULL;
    media_init(&error);
    g_assert_no_error(error);
    g_test_add_func("/picture/jpeg/kinds", test_jpeg_kinds);
    g_test_add_func("/picture/jpeg/grey", test_jpeg_grey);
    g_test_add_func("/picture/orientations", test_orientations);
    g_test_add_func("/picture/formats", test_formats_of_vips);
    g_test_add_func("/picture/jxl-boxes", test_jxl_boxes);
    g_test_add_func("/picture/orientation-elsewhere", test_orientation_elsewhere);
    g_test_add_func("/picture/depths-and-alpha", test_depths_and_alpha);
    g_test_add_func("/picture/first-of-several", test_first_of_several);
    g_test_add_func("/picture/profile", test_profile);
    g_test_add_func("/picture/metadata", test_metadata_joins);
    g_test_add_func("/picture/sizes", test_sizes);
    g_test_add_func("/picture/enormous", test_enormous);
    g_test_add_func("/picture/progressive-memory", test_progressive_memory);
    g_test_add_func("/picture/broken", test_broken_files);
    g_test_add_func("/picture/cut", test_cut_jpegs);
    g_test_add_func("/picture/not-a-file", test_not_a_file);
    g_test_add_func("/picture/names", test_names);
    return g_test_run();
}
