#include "make.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jpeglib.h>
#include <vips/vips.h>

static const guint8 colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};

static void pattern_pixel(int x, int y, int width, int height, guint8 *rgb)
{
    memcpy(rgb, colours[(y >= height / 2) * 2 + (x >= width / 2)], 3);
}

static void put_pixel(const MakeJpeg *options, int x, int y, int width, int height, guint8 *out)
{
    guint8 rgb[3];
    pattern_pixel(x, y, width, height, rgb);
    if (options->colour) {
        memcpy(rgb, options->colour, 3);
    }
    switch (options->bands) {
    case 1:
        out[0] = (guint8)((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000);
        break;
    case 4: /* Adobe's inverted inks: the complement of cyan is red as it is */
        memcpy(out, rgb, 3);
        out[3] = 255;
        break;
    default:
        memcpy(out, rgb, 3);
        break;
    }
}

static void write_marker(j_compress_ptr info, int marker, const char *name, gsize name_bytes,
                         GBytes *bytes)
{
    if (bytes) {
        g_autoptr(GByteArray) segment = g_byte_array_new();
        g_byte_array_append(segment, (const guint8 *)name, (guint)name_bytes);
        g_byte_array_append(segment, g_bytes_get_data(bytes, NULL), (guint)g_bytes_get_size(bytes));
        jpeg_write_marker(info, marker, segment->data, segment->len);
    }
}

GBytes *make_jpeg(const MakeJpeg *options)
{
    int width = options->width ? options->width : PATTERN_WIDTH;
    int height = options->height ? options->height : PATTERN_HEIGHT;
    int bands = options->bands ? options->bands : 3;
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long length = 0;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &data, &length);
    info.image_width = (JDIMENSION)width;
    info.image_height = (JDIMENSION)height;
    info.input_components = bands;
    info.in_color_space = bands == 1 ? JCS_GRAYSCALE : bands == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&info);
    if (bands == 4) {
        jpeg_set_colorspace(&info, JCS_YCCK);
    }
    jpeg_set_quality(&info, options->quality ? options->quality : 95, TRUE);
    if (options->progressive) {
        jpeg_simple_progression(&info);
    }
    jpeg_start_compress(&info, TRUE);
    write_marker(&info, JPEG_APP0 + 1, "Exif\0\0", 6, options->exif);
    write_marker(&info, JPEG_APP0 + 1, "http://ns.adobe.com/xap/1.0/\0", 29, options->xmp);
    write_marker(&info, JPEG_APP0 + 2, "ICC_PROFILE\0\1\1", 14, options->icc);
    g_autofree guint8 *row = g_malloc((gsize)width * (gsize)bands);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            put_pixel(options, x, y, width, height, row + (gsize)x * (gsize)bands);
        }
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    GBytes *bytes = g_bytes_new(data, length);
    free(data);
    return bytes;
}

GBytes *make_by_vips(const char *suffix)
{
    gsize bytes = (gsize)PATTERN_WIDTH * PATTERN_HEIGHT * 3;
    g_autofree guint8 *pixels = g_malloc(bytes);
    for (int y = 0; y < PATTERN_HEIGHT; y++) {
        for (int x = 0; x < PATTERN_WIDTH; x++) {
            pattern_pixel(x, y, PATTERN_WIDTH, PATTERN_HEIGHT,
                          pixels + (y * PATTERN_WIDTH + x) * 3);
        }
    }
    VipsImage *plain = vips_image_new_from_memory(pixels, bytes, PATTERN_WIDTH, PATTERN_HEIGHT, 3,
                                                  VIPS_FORMAT_UCHAR);
    VipsImage *image = NULL;
    g_assert_cmpint(vips_copy(plain, &image, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), ==,
                    0);
    void *data = NULL;
    gsize length = 0;
    vips_operation_block_set("VipsForeignSaveJxl", FALSE);
    if (vips_image_write_to_buffer(image, suffix, &data, &length, NULL) != 0) {
        g_error("%s: %s", suffix, vips_error_buffer());
    }
    g_object_unref(image);
    g_object_unref(plain);
    return g_bytes_new_take(data, length);
}

int make_file(const void *data, gsize length)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, data, length), ==, (gssize)length);
    return fd;
}

int make_file_of(GBytes *bytes)
{
    return make_file(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

#define ENTRIES_MAX   30
#define DIRECTORY_MAX (2 + ENTRIES_MAX * 12 + 4)

struct MakeTiff {
    gboolean big_endian;
    GByteArray *bytes;
    gsize directory; /* where the one under way begins */
    guint entries;
};

static void poke16(MakeTiff *tiff, gsize at, guint16 value)
{
    tiff->bytes->data[at + (tiff->big_endian ? 0 : 1)] = (guint8)(value >> 8);
    tiff->bytes->data[at + (tiff->big_endian ? 1 : 0)] = (guint8)value;
}

static void poke32(MakeTiff *tiff, gsize at, guint32 value)
{
    poke16(tiff, at + (tiff->big_endian ? 0 : 2), (guint16)(value >> 16));
    poke16(tiff, at + (tiff->big_endian ? 2 : 0), (guint16)value);
}

/* Room of zeros at the end, on an even offset. */
static gsize grow(MakeTiff *tiff, gsize bytes)
{
    gsize at = tiff->bytes->len + tiff->bytes->len % 2;
    guint old = tiff->bytes->len;
    g_byte_array_set_size(tiff->bytes, (guint)(at + bytes));
    memset(tiff->bytes->data + old, 0, at + bytes - old);
    return at;
}

static void begin_directory(MakeTiff *tiff)
{
    tiff->directory = grow(tiff, DIRECTORY_MAX);
    tiff->entries = 0;
}

MakeTiff *make_tiff_new(gboolean big_endian)
{
    MakeTiff *tiff = g_new0(MakeTiff, 1);
    tiff->big_endian = big_endian;
    tiff->bytes = g_byte_array_new();
    grow(tiff, 8);
    memcpy(tiff->bytes->data, big_endian ? "MM" : "II", 2);
    poke16(tiff, 2, 42);
    poke32(tiff, 4, 8);
    begin_directory(tiff);
    return tiff;
}

/* The new entry's place for its value. */
static gsize add_entry(MakeTiff *tiff, guint16 tag, guint16 type, guint32 count)
{
    g_assert_cmpuint(tiff->entries, <, ENTRIES_MAX);
    gsize at = tiff->directory + 2 + 12 * tiff->entries++;
    poke16(tiff, tiff->directory, (guint16)tiff->entries);
    poke16(tiff, at, tag);
    poke16(tiff, at + 2, type);
    poke32(tiff, at + 4, count);
    return at + 8;
}

void make_tiff_short(MakeTiff *tiff, guint16 tag, guint16 value)
{
    poke16(tiff, add_entry(tiff, tag, 3, 1), value);
}

void make_tiff_long(MakeTiff *tiff, guint16 tag, guint32 value)
{
    poke32(tiff, add_entry(tiff, tag, 4, 1), value);
}

void make_tiff_bytes(MakeTiff *tiff, guint16 tag, guint16 type, guint32 count, const void *data,
                     gsize length)
{
    gsize field = add_entry(tiff, tag, type, count);
    if (length > 4) {
        gsize at = grow(tiff, length);
        poke32(tiff, field, (guint32)at);
        field = at;
    }
    memcpy(tiff->bytes->data + field, data, length);
}

void make_tiff_text(MakeTiff *tiff, guint16 tag, const char *text)
{
    gsize length = strlen(text) + 1;
    make_tiff_bytes(tiff, tag, 2, (guint32)length, text, length);
}

void make_tiff_rationals(MakeTiff *tiff, guint16 tag, gboolean is_signed, guint count,
                         const gint32 *pairs)
{
    gsize field = add_entry(tiff, tag, is_signed ? 10 : 5, count);
    gsize at = grow(tiff, 8 * count);
    poke32(tiff, field, (guint32)at);
    for (guint i = 0; i < 2 * count; i++) {
        poke32(tiff, at + 4 * i, (guint32)pairs[i]);
    }
}

void make_tiff_directory(MakeTiff *tiff, guint16 tag)
{
    gsize main_directory = 8;
    guint main_entries = tiff->bytes->data[main_directory + (tiff->big_endian ? 1 : 0)];
    begin_directory(tiff);
    gsize at = tiff->directory;
    tiff->directory = main_directory;
    tiff->entries = main_entries;
    make_tiff_long(tiff, tag, (guint32)at);
    tiff->directory = at;
    tiff->entries = 0;
}

GBytes *make_tiff_finish(MakeTiff *tiff)
{
    GBytes *bytes = g_byte_array_free_to_bytes(tiff->bytes);
    g_free(tiff);
    return bytes;
}

GBytes *make_exif_orientation(int orientation)
{
    MakeTiff *tiff = make_tiff_new(TRUE);
    make_tiff_short(tiff, 0x0112, (guint16)orientation);
    return make_tiff_finish(tiff);
}

/* The leak sanitizer asks the program for what to overlook: x265, with which libvips encodes HEIC,
 * keeps a block. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libx265\n";
}
