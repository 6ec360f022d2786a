#include "media/raw.h"

#include "base/error.h"
#include "base/limits.h"
#include "media/jpeg.h"

#include <libraw/libraw.h>

/* A preview smaller than this (Facet's thumbnail size) is worth a development instead. */
#define PREVIEW_LONG_PIXELS 640

/* What developing holds: sensor values, four 16-bit colours, the finished pixels, and work space
 * of the interpolation, by the pixel of the result. */
#define DEVELOP_BYTES_PER_PIXEL 16

/* No sensor's data packs so well: fewer bytes than this say that only metadata were kept. LibRaw
 * would make a black picture of them. */
#define PIXELS_PER_BYTE_MAX 64

typedef struct {
    gboolean ended_early; /* sensor data was asked for beyond the end */
    GBytes *bytes;        /* LibRaw reads from them */
    libraw_data_t *raw;
} RawFile;

static void raw_file_clear(RawFile *file)
{
    g_clear_pointer(&file->raw, libraw_close);
    g_clear_pointer(&file->bytes, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RawFile, raw_file_clear)

/* Always FALSE. */
static gboolean set_error(int status, GError **error)
{
    switch (status) {
    case LIBRAW_FILE_UNSUPPORTED:
    case LIBRAW_NOT_IMPLEMENTED:
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "this RAW file holds no picture data in a form that is known");
        break;
    case LIBRAW_UNSUFFICIENT_MEMORY:
    case LIBRAW_TOO_BIG:
    case LIBRAW_MEMPOOL_OVERFLOW:
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "there is not enough memory for this picture");
        break;
    case LIBRAW_DATA_ERROR:
    case LIBRAW_BAD_CROP:
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "the picture's data is damaged");
        break;
    default: /* of which "input/output error" is a read beyond the end */
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "this RAW file holds no picture data, or ends in the middle of it");
        break;
    }
    return FALSE;
}

/* LibRaw's flip as EXIF counts it. */
static int orientation_of(const libraw_data_t *raw)
{
    switch (raw->sizes.flip) {
    case 3:
        return 3;
    case 5:
        return 8;
    case 6:
        return 6;
    default:
        return 1;
    }
}

/* Canon's CRW is the one format here without EXIF; its time is the camera's wall clock, counted
 * from 1970. (Of other formats LibRaw makes a time in the server's zone.) */
static gboolean is_crw(GBytes *bytes)
{
    static const char magic[] = "HEAPCCDR";
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    return length > 6 + sizeof magic && memcmp(data + 6, magic, sizeof magic - 1) == 0;
}

static MediaFacts *facts_of(const RawFile *file)
{
    const libraw_data_t *raw = file->raw;
    MediaFacts *facts = media_facts_new();
    const libraw_imgother_t *other = &raw->other;
    facts->camera_make = raw->idata.make[0] ? g_strdup(raw->idata.make) : NULL;
    facts->camera_model = raw->idata.model[0] ? g_strdup(raw->idata.model) : NULL;
    facts->lens_model = raw->lens.Lens[0] ? g_utf8_make_valid(raw->lens.Lens, -1) : NULL;
    if (is_crw(file->bytes) && other->timestamp > 0) {
        facts->taken_local_ms = (gint64)other->timestamp * 1000;
    }
    facts->iso = other->iso_speed > 0 ? (gint64)other->iso_speed : FACT_NONE;
    facts->shutter_seconds = other->shutter > 0 ? (double)other->shutter : NAN;
    facts->f_stop = other->aperture > 0 ? (double)other->aperture : NAN;
    facts->focal_length_mm = other->focal_len > 0 ? (double)other->focal_len : NAN;
    return facts;
}

/* LibRaw goes on with black where data is missing, and tells it only here: the offset of the
 * damage, or -1 for the end of the file. */
static void on_damage(void *data, const char *name, const int offset)
{
    RawFile *file = data;
    file->ended_early = file->ended_early || offset < 0;
}

/* LibRaw forgets a file over which it failed, so this may be called again for the next attempt. */
static gboolean open_raw(RawFile *file, GError **error)
{
    g_clear_pointer(&file->raw, libraw_close);
    file->raw = libraw_init(LIBRAW_OPIONS_NO_MEMERR_CALLBACK);
    if (!file->raw) {
        return set_error(LIBRAW_UNSUFFICIENT_MEMORY, error);
    }
    libraw_set_dataerror_handler(file->raw, on_damage, file);
    gsize length = 0;
    /* LibRaw takes a pointer that is not const, and only reads. */
    gpointer data = (gpointer)g_bytes_get_data(file->bytes, &length);
    int status = libraw_open_buffer(file->raw, data, length);
    if (status != LIBRAW_SUCCESS) {
        return set_error(status, error);
    }
    const libraw_image_sizes_t *sizes = &file->raw->sizes;
    return decoded_check_size(sizes->width, sizes->height, error) &&
           decoded_check_size(sizes->raw_width, sizes->raw_height, error);
}

/* Opens the file and notes all but the pixels: what follows may change it. */
static gboolean load_raw(const ByteSource *source, RawFile *file, Decoded *ret_description,
                         GError **error)
{
    file->bytes = source_load(source, LIMIT_RAW_FILE_BYTES, error);
    if (!file->bytes || !open_raw(file, error)) {
        return FALSE;
    }
    *ret_description = (Decoded){
        .full_width = file->raw->sizes.width,
        .full_height = file->raw->sizes.height,
        .orientation = orientation_of(file->raw),
        .facts = facts_of(file),
    };
    return TRUE;
}

/* A preview in plain pixels, as old cameras wrote them. */
static Bitmap *take_bitmap(const libraw_thumbnail_t *preview, GError **error)
{
    gsize bytes = (gsize)preview->twidth * preview->theight * 3;
    if (preview->twidth == 0 || preview->theight == 0 || preview->tlength < bytes) {
        set_error(LIBRAW_NO_THUMBNAIL, error);
        return NULL;
    }
    Bitmap *bitmap = bitmap_new(preview->twidth, preview->theight, 3, error);
    if (bitmap) {
        memcpy(bitmap->pixels, preview->thumb, bytes);
    }
    return bitmap;
}

/* Only pixels and their profile: everything else the RAW file says better itself. */
static Bitmap *read_preview(RawFile *file, int min_long_pixels, GBytes **ret_icc, GError **error)
{
    const libraw_thumbnail_t *preview = &file->raw->thumbnail;
    int status = preview->tlength <= LIMIT_RAW_PREVIEW_BYTES ? libraw_unpack_thumb(file->raw)
                                                             : LIBRAW_TOO_BIG;
    if (status != LIBRAW_SUCCESS) {
        set_error(status, error);
        return NULL;
    }
    if (preview->tformat == LIBRAW_THUMBNAIL_BITMAP) {
        return take_bitmap(preview, error);
    }
    if (preview->tformat != LIBRAW_THUMBNAIL_JPEG) {
        set_error(LIBRAW_NO_THUMBNAIL, error);
        return NULL;
    }
    ByteSource jpeg = source_of_memory(preview->thumb, preview->tlength);
    g_auto(Decoded) decoded = {0};
    if (!jpeg_decode(&jpeg, min_long_pixels, &decoded, error)) {
        return NULL;
    }
    *ret_icc = g_steal_pointer(&decoded.icc);
    return g_steal_pointer(&decoded.bitmap);
}

static gboolean wants_half(const libraw_data_t *raw, int min_long_pixels)
{
    gint64 width = raw->sizes.width, height = raw->sizes.height;
    return width * height * DEVELOP_BYTES_PER_PIXEL > LIMIT_DECODER_BYTES ||
           (min_long_pixels > 0 && MAX(width, height) / 2 >= min_long_pixels);
}

static Bitmap *take_image(const libraw_processed_image_t *image, GError **error)
{
    if (image->type != LIBRAW_IMAGE_BITMAP || image->bits != 8 ||
        (image->colors != 1 && image->colors != 3)) {
        set_error(LIBRAW_NOT_IMPLEMENTED, error);
        return NULL;
    }
    Bitmap *bitmap = bitmap_new(image->width, image->height, image->colors, error);
    if (bitmap) {
        memcpy(bitmap->pixels, image->data, (gsize)image->width * image->height * image->colors);
    }
    return bitmap;
}

static Bitmap *develop(RawFile *file, int min_long_pixels, GError **error)
{
    libraw_data_t *raw = file->raw;
    raw->params.use_camera_wb = 1;
    raw->params.output_bps = 8;
    raw->params.output_color = 1; /* sRGB */
    raw->params.user_flip = 0;    /* turned by us, like everything else */
    raw->params.half_size = wants_half(raw, min_long_pixels);
    gint64 pixels = (gint64)raw->sizes.raw_width * raw->sizes.raw_height;
    gboolean holds_pixels = (gint64)g_bytes_get_size(file->bytes) > pixels / PIXELS_PER_BYTE_MAX;
    int status = holds_pixels ? libraw_unpack(raw) : LIBRAW_IO_ERROR;
    status = file->ended_early ? LIBRAW_IO_ERROR : status;
    status = status == LIBRAW_SUCCESS ? libraw_dcraw_process(raw) : status;
    libraw_processed_image_t *image =
        status == LIBRAW_SUCCESS ? libraw_dcraw_make_mem_image(raw, &status) : NULL;
    if (!image) {
        set_error(status, error);
        return NULL;
    }
    Bitmap *bitmap = take_image(image, error);
    libraw_dcraw_clear_mem(image);
    return bitmap;
}

gboolean raw_decode_preview(const ByteSource *source, int min_long_pixels, Decoded *ret_decoded,
                            GError **error)
{
    g_auto(RawFile) file = {0};
    g_auto(Decoded) decoded = {0};
    if (!load_raw(source, &file, &decoded, error)) {
        return FALSE;
    }
    decoded.bitmap = read_preview(&file, min_long_pixels, &decoded.icc, NULL);
    if (!decoded.bitmap ||
        MAX(decoded.bitmap->width, decoded.bitmap->height) < PREVIEW_LONG_PIXELS) {
        /* A small preview is still better than an error. */
        GError **development_error = decoded.bitmap ? NULL : error;
        Bitmap *developed = open_raw(&file, development_error)
                                ? develop(&file, min_long_pixels, development_error)
                                : NULL;
        if (developed) {
            bitmap_free(decoded.bitmap);
            decoded.bitmap = developed;
            g_clear_pointer(&decoded.icc, g_bytes_unref);
        }
    }
    if (!decoded.bitmap) {
        return FALSE;
    }
    *ret_decoded = decoded;
    decoded = (Decoded){0};
    return TRUE;
}

gboolean raw_develop(const ByteSource *source, int min_long_pixels, Decoded *ret_decoded,
                     GError **error)
{
    g_auto(RawFile) file = {0};
    g_auto(Decoded) decoded = {0};
    if (!load_raw(source, &file, &decoded, error)) {
        return FALSE;
    }
    decoded.bitmap = develop(&file, min_long_pixels, error);
    if (!decoded.bitmap) {
        return FALSE;
    }
    *ret_decoded = decoded;
    decoded = (Decoded){0};
    return TRUE;
}
