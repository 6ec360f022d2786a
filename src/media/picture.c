#include "media/picture.h"

#include "base/limits.h"
#include "media/bmp.h"
#include "media/colour.h"
#include "media/jpeg.h"
#include "media/metadata.h"
#include "media/orient.h"
#include "media/phash.h"
#include "media/probe.h"
#include "media/raw.h"
#include "media/resize.h"
#include "media/source.h"
#include "media/vips_decode.h"
#include "media/warm.h"

/* The long edge that the one decode must have: enough for the thumbnails with a good filter, and
 * for what looks at the picture later. */
#define DECODE_LONG_PIXELS 1280

void media_picture_free(MediaPicture *picture)
{
    if (picture) {
        media_facts_free(picture->facts);
        g_clear_pointer(&picture->thumbnail_large, g_bytes_unref);
        g_clear_pointer(&picture->thumbnail_small, g_bytes_unref);
        g_free(picture);
    }
}

gboolean media_init(GError **error)
{
    hash_init();
    tzset(); /* LibRaw asks for the time zone, which is a file */
    return vips_decode_init(error) && warm_decoders(error);
}

/* A purpose tells apart what a RAW file's picture is: its preview, or a development. */
typedef enum { DECODE_TO_LOOK, DECODE_TO_SHOW } DecodePurpose;

static gboolean decode(const ByteSource *source, MediaFormat format, const char *name,
                       DecodePurpose purpose, int min_long_pixels, Decoded *ret_decoded,
                       GError **error)
{
    switch (format) {
    case MEDIA_UNKNOWN:
        probe_set_unknown(source, name, error);
        return FALSE;
    case MEDIA_JPEG:
        return jpeg_decode(source, min_long_pixels, ret_decoded, error);
    case MEDIA_BMP:
        return bmp_decode(source, ret_decoded, error);
    case MEDIA_RAW:
        return purpose == DECODE_TO_LOOK
                   ? raw_decode_preview(source, min_long_pixels, ret_decoded, error)
                   : raw_develop(source, min_long_pixels, ret_decoded, error);
    default:
        return vips_decode(source, format, min_long_pixels, ret_decoded, error);
    }
}

/* The decoded picture as people see it: at most `max_pixels` long (0: as decoded), sRGB, upright.
 * Shrinks first, since the other steps cost by the pixel. */
static Bitmap *finish(Decoded *decoded, int max_pixels, int orientation, GError **error)
{
    Bitmap *bitmap = g_steal_pointer(&decoded->bitmap);
    int width, height;
    bitmap_fit(bitmap->width, bitmap->height, max_pixels, &width, &height);
    if (width != bitmap->width || height != bitmap->height) {
        Bitmap *small = resize_down(bitmap, width, height, error);
        bitmap_free(bitmap);
        bitmap = small;
    }
    if (bitmap) {
        bitmap = colour_to_srgb(bitmap, decoded->icc, error);
    }
    if (bitmap) {
        bitmap = orient_upright(bitmap, orientation, error);
    }
    return bitmap;
}

static void upright_size(const Decoded *decoded, int orientation, int *ret_width, int *ret_height)
{
    gboolean swaps = orient_swaps_sides(orientation);
    *ret_width = swaps ? decoded->full_height : decoded->full_width;
    *ret_height = swaps ? decoded->full_width : decoded->full_height;
}

/* Both thumbnails and the perceptual hash; the small ones are made from the large one's pixels. */
static gboolean make_thumbnails(MediaPicture *picture, Decoded *decoded, GError **error)
{
    g_autoptr(Bitmap) large =
        finish(decoded, MEDIA_THUMBNAIL_LARGE_PIXELS, picture->facts->orientation, error);
    if (!large) {
        return FALSE;
    }
    picture->thumbnail_large = jpeg_encode(large, MEDIA_THUMBNAIL_QUALITY, error);
    int width, height;
    bitmap_fit(large->width, large->height, MEDIA_THUMBNAIL_SMALL_PIXELS, &width, &height);
    g_autoptr(Bitmap) small = resize_down(large, width, height, error);
    if (!picture->thumbnail_large || !small) {
        return FALSE;
    }
    picture->phash = phash_of(small);
    picture->thumbnail_small = jpeg_encode(small, MEDIA_THUMBNAIL_QUALITY, error);
    return picture->thumbnail_small != NULL;
}

MediaPicture *media_read(int fd, const char *name, GError **error)
{
    ByteSource source;
    g_autoptr(MediaPicture) picture = g_new0(MediaPicture, 1);
    if (!source_of_file(fd, &source, error)) {
        return NULL;
    }
    picture->format = probe_format(&source, name);
    g_auto(Decoded) decoded = {0};
    if (!decode(&source, picture->format, name, DECODE_TO_LOOK, DECODE_LONG_PIXELS, &decoded,
                error)) {
        return NULL;
    }
    picture->facts = metadata_read(&source, picture->format, &decoded);
    upright_size(&decoded, picture->facts->orientation, &picture->width, &picture->height);
    return make_thumbnails(picture, &decoded, error) ? g_steal_pointer(&picture) : NULL;
}

GBytes *media_render_jpeg(int fd, const char *name, int max_pixels, int quality, GError **error)
{
    ByteSource source;
    if (!source_of_file(fd, &source, error)) {
        return NULL;
    }
    MediaFormat format = probe_format(&source, name);
    g_auto(Decoded) decoded = {0};
    if (!decode(&source, format, name, DECODE_TO_SHOW, max_pixels, &decoded, error)) {
        return NULL;
    }
    g_autoptr(MediaFacts) facts = metadata_read(&source, format, &decoded);
    g_autoptr(Bitmap) bitmap = finish(&decoded, max_pixels, facts->orientation, error);
    return bitmap ? jpeg_encode(bitmap, quality, error) : NULL;
}

void media_pixels_clear(MediaPixels *pixels)
{
    g_clear_pointer(&pixels->bitmap, bitmap_free);
}

gboolean media_pixels(int fd, const char *name, int min_long_pixels, MediaPixels *ret_pixels,
                      GError **error)
{
    ByteSource source;
    if (!source_of_file(fd, &source, error)) {
        return FALSE;
    }
    MediaFormat format = probe_format(&source, name);
    g_auto(Decoded) decoded = {0};
    if (!decode(&source, format, name, DECODE_TO_LOOK, min_long_pixels, &decoded, error)) {
        return FALSE;
    }
    g_autoptr(MediaFacts) facts = metadata_read(&source, format, &decoded);
    MediaPixels pixels = {0};
    upright_size(&decoded, facts->orientation, &pixels.full_width, &pixels.full_height);
    pixels.bitmap = finish(&decoded, 2 * min_long_pixels, facts->orientation, error);
    *ret_pixels = pixels;
    return pixels.bitmap != NULL;
}

GBytes *media_scale_jpeg(GBytes *jpeg, int max_pixels, int quality, GError **error)
{
    ByteSource source = source_of_bytes(jpeg);
    g_auto(Decoded) decoded = {0};
    if (!jpeg_decode(&source, max_pixels, &decoded, error)) {
        return NULL;
    }
    if (max_pixels <= 0 || MAX(decoded.full_width, decoded.full_height) <= max_pixels) {
        return g_bytes_ref(jpeg);
    }
    g_autoptr(Bitmap) bitmap = finish(&decoded, max_pixels, 1, error);
    return bitmap ? jpeg_encode(bitmap, quality, error) : NULL;
}
