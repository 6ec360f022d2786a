#include "media/vips_decode.h"

#include "base/error.h"
#include "base/limits.h"

#include <errno.h>
#include <vips/vips.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VipsImage, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VipsSourceCustom, g_object_unref)

/* What must be known of a format's loader. The loader is named, never found by sniffing: what the
 * probe did not recognise is not decoded. */
typedef struct {
    const char *operation;
    gboolean is_upright; /* it turns the picture as the file asks */
    /* Of the whole picture, held by the decoder at once, measured with a picture of 20 megapixels;
     * 0 when it goes row by row. */
    int bytes_per_pixel;
} Loader;

static const Loader *loader_of(MediaFormat format)
{
    static const Loader loaders[] = {
        [MEDIA_PNG] = {"pngload_source", FALSE, 0},  [MEDIA_WEBP] = {"webpload_source", FALSE, 4},
        [MEDIA_GIF] = {"gifload_source", FALSE, 8},  [MEDIA_TIFF] = {"tiffload_source", FALSE, 0},
        [MEDIA_HEIF] = {"heifload_source", TRUE, 9}, [MEDIA_AVIF] = {"heifload_source", TRUE, 9},
        [MEDIA_JXL] = {"jxlload_source", TRUE, 12},
    };
    g_assert((gsize)format < G_N_ELEMENTS(loaders) && loaders[format].operation);
    return &loaders[format];
}

/* libvips logs what it makes of strange files; whoever asked gets an error instead. */
static void drop_message(const char *domain, GLogLevelFlags level, const char *message,
                         gpointer data)
{
}

gboolean vips_decode_init(GError **error)
{
    g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG,
                      drop_message, NULL);
    if (VIPS_INIT("albumen") != 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL, "libvips does not start: %s",
                    vips_error_buffer());
        vips_error_clear();
        return FALSE;
    }
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoadJxl", FALSE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    return TRUE;
}

/* A reader's place in the source; libvips pulls through the two callbacks. */
typedef struct {
    ByteSource source;
    gint64 offset;
    gboolean wanted_more; /* than there is */
} Cursor;

static gint64 on_read(VipsSourceCustom *custom, void *buffer, gint64 length, Cursor *cursor)
{
    gssize got = source_read(&cursor->source, cursor->offset, buffer, (gsize)MAX(length, 0));
    cursor->offset += MAX(got, 0);
    cursor->wanted_more = cursor->wanted_more || got == 0;
    return got;
}

static gint64 on_seek(VipsSourceCustom *custom, gint64 offset, int whence, Cursor *cursor)
{
    gint64 base = whence == SEEK_SET   ? 0
                  : whence == SEEK_CUR ? cursor->offset
                                       : cursor->source.length;
    if (offset < -base || offset > G_MAXINT64 - base) {
        return -1;
    }
    cursor->offset = base + offset;
    return cursor->offset;
}

static gboolean mentions(const char *text, const char *const words[])
{
    for (gsize i = 0; words[i]; i++) {
        if (strstr(text, words[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

/* libvips and the libraries below it report text for developers; this is what it means. Always
 * FALSE. */
static gboolean set_error(const Cursor *cursor, MediaFormat format, GError **error)
{
    static const char *const early[] = {
        "truncated",      "premature", "end of file", "End of file", "ead error",   "end of stream",
        "unexpected end", "EOF",       "not enough",  "Not enough",  "end-of-file", NULL};
    static const char *const unsupported[] = {"nsupported",
                                              "not supported",
                                              "nknown compression",
                                              "not configured",
                                              "class \"",
                                              "not implemented",
                                              NULL};
    static const char *const memory[] = {"ut of memory", "too large", "ecurity limit", NULL};
    g_autofree char *text = vips_error_buffer_copy(); /* and empties it */
    if (mentions(text, memory)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "there is not enough memory for this picture");
    } else if (mentions(text, unsupported)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "this is a rare kind of %s picture that cannot be read",
                    media_format_name(format));
    } else if (cursor->wanted_more || mentions(text, early)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "the file ends in the middle of the picture");
    } else {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "the picture's data is damaged");
    }
    return FALSE;
}

/* Reads the header; the pixels follow when they are pulled. `scale` is for loaders that can shrink
 * by themselves (WebP), 1 for others. */
static VipsImage *open_image(Cursor *cursor, MediaFormat format, double scale, GError **error)
{
    *cursor = (Cursor){.source = cursor->source};
    g_autoptr(VipsSourceCustom) custom = vips_source_custom_new();
    g_signal_connect(custom, "read", G_CALLBACK(on_read), cursor);
    g_signal_connect(custom, "seek", G_CALLBACK(on_seek), cursor);
    VipsImage *image = NULL;
    const char *operation = loader_of(format)->operation;
    int failed = scale < 1 ? vips_call(operation, custom, &image, "access", VIPS_ACCESS_SEQUENTIAL,
                                       "fail_on", VIPS_FAIL_ON_TRUNCATED, "scale", scale, NULL)
                           : vips_call(operation, custom, &image, "access", VIPS_ACCESS_SEQUENTIAL,
                                       "memory", TRUE, "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
    if (failed) {
        g_clear_object(&image);
        set_error(cursor, format, error);
    }
    return image;
}

/* What the decoder will hold besides our bitmap. */
static gint64 decoder_bytes(VipsImage *image, MediaFormat format)
{
    gint64 pixels = (gint64)vips_image_get_width(image) * vips_image_get_height(image);
    gint64 bytes_per_pixel = loader_of(format)->bytes_per_pixel;
    if (vips_image_get_typeof(image, "interlaced")) { /* PNG: all passes, then the rows */
        bytes_per_pixel = 2 * (gint64)VIPS_IMAGE_SIZEOF_PEL(image);
    }
    return pixels * bytes_per_pixel;
}

static gboolean check_memory(VipsImage *image, MediaFormat format, GError **error)
{
    int width = vips_image_get_width(image), height = vips_image_get_height(image);
    if (!decoded_check_size(width, height, error)) {
        return FALSE;
    }
    if (decoder_bytes(image, format) > LIMIT_DECODER_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "a %s picture of %d x %d pixels needs more memory to decode than the %lld MB "
                    "it may have",
                    media_format_name(format), width, height, LIMIT_DECODER_BYTES >> 20);
        return FALSE;
    }
    return TRUE;
}

static GBytes *take_blob(VipsImage *image, const char *name, gsize cap_bytes)
{
    const void *data = NULL;
    gsize length = 0;
    if (!vips_image_get_typeof(image, name) || vips_image_get_blob(image, name, &data, &length)) {
        vips_error_clear();
        return NULL;
    }
    return length > 0 && length <= cap_bytes ? g_bytes_new(data, length) : NULL;
}

static GBytes *take_exif(VipsImage *image)
{
    static const char prefix[] = "Exif\0";
    g_autoptr(GBytes) exif = take_blob(image, VIPS_META_EXIF_NAME, LIMIT_EXIF_BYTES);
    gsize length = 0;
    const char *data = exif ? g_bytes_get_data(exif, &length) : NULL;
    gboolean prefixed = length > sizeof prefix && memcmp(data, prefix, sizeof prefix) == 0;
    gsize skip = prefixed ? sizeof prefix : 0;
    return exif ? g_bytes_new_from_bytes(exif, skip, length - skip) : NULL;
}

static void *find_mime_item(VipsImage *image, const char *field, GValue *value, void *data)
{
    return g_str_has_prefix(field, "heif-mime-") ? (void *)field : NULL;
}

/* libvips 8.14 knows the XMP of a HEIF file only as an item of some MIME type: there is no other
 * kind in pictures, and what is no XMP is not taken for any by its reader. */
static GBytes *take_xmp(VipsImage *image)
{
    const char *item = vips_image_map(image, find_mime_item, NULL);
    return take_blob(image, item ? item : VIPS_META_XMP_NAME, LIMIT_XMP_BYTES);
}

/* Replaces *image by what an operation made of it. */
static gboolean step(VipsImage **image, int status, VipsImage **next)
{
    if (status != 0) {
        g_clear_object(next);
        return FALSE;
    }
    g_object_unref(*image);
    *image = g_steal_pointer(next);
    return TRUE;
}

/* Lays alpha on white, before shrinking, so that what is invisible cannot bleed into the rest. */
static gboolean flatten(VipsImage **image)
{
    if (!vips_image_hasalpha(*image)) {
        return TRUE;
    }
    VipsInterpretation kind = vips_image_get_interpretation(*image);
    gboolean is_16 = kind == VIPS_INTERPRETATION_RGB16 || kind == VIPS_INTERPRETATION_GREY16;
    double white = is_16 ? G_MAXUINT16 : G_MAXUINT8;
    VipsArrayDouble *background = vips_array_double_newv(1, white);
    VipsImage *flat = NULL;
    int status = vips_flatten(*image, &flat, "background", background, NULL);
    vips_area_unref(VIPS_AREA(background));
    return step(image, status, &flat);
}

/* To 8 bits of grey, RGB or CMYK; the embedded profile is applied later, to fewer pixels. */
static gboolean to_bytes(VipsImage **image, gboolean *ret_is_srgb)
{
    VipsImage *next = NULL;
    VipsInterpretation kind = vips_image_guess_interpretation(*image);
    VipsInterpretation to = VIPS_INTERPRETATION_sRGB;
    *ret_is_srgb = FALSE;
    switch (kind) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_CMYK:
    case VIPS_INTERPRETATION_MULTIBAND:
        if (vips_image_get_format(*image) == VIPS_FORMAT_USHORT &&
            !step(image, vips_msb(*image, &next, NULL), &next)) {
            return FALSE;
        }
        return step(image, vips_cast_uchar(*image, &next, NULL), &next);
    case VIPS_INTERPRETATION_GREY16:
        to = VIPS_INTERPRETATION_B_W;
        break;
    case VIPS_INTERPRETATION_RGB16:
        break;
    default: /* Lab, linear light and the like say what their numbers mean */
        *ret_is_srgb = TRUE;
        break;
    }
    return step(image, vips_colourspace(*image, &next, to, "source_space", kind, NULL), &next);
}

static gboolean keep_bands(VipsImage **image)
{
    int bands = vips_image_get_bands(*image);
    gboolean cmyk = vips_image_get_interpretation(*image) == VIPS_INTERPRETATION_CMYK;
    int keep = bands >= 4 && cmyk ? 4 : bands >= 3 ? 3 : 1;
    VipsImage *next = NULL;
    return keep == bands ||
           step(image, vips_extract_band(*image, &next, 0, "n", keep, NULL), &next);
}

/* The largest whole factor that leaves the long edge at least `min_long_pixels`, or more where the
 * bitmap must be smaller to fit the memory (then down to about a megapixel, not further). */
static int shrink_factor(VipsImage *image, MediaFormat format, int min_long_pixels)
{
    gint64 width = vips_image_get_width(image), height = vips_image_get_height(image);
    gint64 room = LIMIT_DECODER_BYTES - decoder_bytes(image, format);
    room = CLAMP(room, 4LL << 20, LIMIT_BITMAP_BYTES);
    int factor = min_long_pixels > 0 ? (int)MAX(1, MAX(width, height) / min_long_pixels) : 1;
    while (((width + factor - 1) / factor) * ((height + factor - 1) / factor) * 4 > room) {
        factor++;
    }
    return factor;
}

static gboolean shrink(VipsImage **image, int factor)
{
    VipsImage *next = NULL;
    int across = MIN(factor, vips_image_get_width(*image));
    int down = MIN(factor, vips_image_get_height(*image));
    return factor == 1 || step(image, vips_shrink(*image, &next, across, down, NULL), &next);
}

/* Runs the whole pipeline, straight into the bitmap's memory. */
static gboolean pull_pixels(VipsImage *image, Bitmap *bitmap)
{
    gsize bytes = bitmap_stride(bitmap) * (gsize)bitmap->height;
    g_autoptr(VipsImage) target = vips_image_new_from_memory(
        bitmap->pixels, bytes, bitmap->width, bitmap->height, bitmap->bands, VIPS_FORMAT_UCHAR);
    return target && vips_image_write(image, target) == 0;
}

gboolean vips_decode(const ByteSource *source, MediaFormat format, int min_long_pixels,
                     Decoded *ret_decoded, GError **error)
{
    Cursor cursor = {.source = *source};
    g_autoptr(VipsImage) image = open_image(&cursor, format, 1, error);
    if (!image || !check_memory(image, format, error)) {
        return FALSE;
    }
    g_auto(Decoded) decoded = {
        .full_width = vips_image_get_width(image),
        .full_height = vips_image_get_height(image),
        .is_upright = loader_of(format)->is_upright,
        .exif = take_exif(image),
        .xmp = take_xmp(image),
        .icc = take_blob(image, VIPS_META_ICC_NAME, LIMIT_ICC_BYTES),
    };
    int factor = shrink_factor(image, format, min_long_pixels);
    if (format == MEDIA_WEBP && factor > 1) {
        g_object_unref(image);
        image = open_image(&cursor, format, 1.0 / factor, error);
        factor = 1;
        if (!image) {
            return FALSE;
        }
    }
    gboolean is_srgb = FALSE;
    if (!flatten(&image) || !shrink(&image, factor) || !to_bytes(&image, &is_srgb) ||
        !keep_bands(&image)) {
        return set_error(&cursor, format, error);
    }
    if (is_srgb) {
        g_clear_pointer(&decoded.icc, g_bytes_unref);
    }
    decoded.bitmap = bitmap_new(vips_image_get_width(image), vips_image_get_height(image),
                                vips_image_get_bands(image), error);
    if (!decoded.bitmap) {
        return FALSE;
    }
    if (!pull_pixels(image, decoded.bitmap)) {
        return set_error(&cursor, format, error);
    }
    *ret_decoded = decoded;
    decoded = (Decoded){0};
    return TRUE;
}
