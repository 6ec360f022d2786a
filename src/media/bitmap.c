#include "media/bitmap.h"

#include "base/error.h"
#include "base/limits.h"

Bitmap *bitmap_new(int width, int height, int bands, GError **error)
{
    g_assert(width > 0 && height > 0 && (bands == 1 || bands == 3 || bands == 4));
    guint64 bytes = (guint64)width * (guint64)height * (guint64)bands;
    guint8 *pixels = bytes <= LIMIT_BITMAP_BYTES ? g_try_malloc(bytes) : NULL;
    if (!pixels) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "there is not enough memory for a picture of %d x %d pixels", width, height);
        return NULL;
    }
    Bitmap *bitmap = g_new(Bitmap, 1);
    *bitmap = (Bitmap){.width = width, .height = height, .bands = bands, .pixels = pixels};
    return bitmap;
}

void bitmap_free(Bitmap *bitmap)
{
    if (bitmap) {
        g_free(bitmap->pixels);
        g_free(bitmap);
    }
}

void bitmap_fit(int width, int height, int max_pixels, int *ret_width, int *ret_height)
{
    int edge = MAX(width, height);
    if (max_pixels > 0 && edge > max_pixels) {
        width = MAX(1, (int)(((gint64)width * max_pixels + edge / 2) / edge));
        height = MAX(1, (int)(((gint64)height * max_pixels + edge / 2) / edge));
    }
    *ret_width = width;
    *ret_height = height;
}

void decoded_clear(Decoded *decoded)
{
    g_clear_pointer(&decoded->bitmap, bitmap_free);
    g_clear_pointer(&decoded->facts, media_facts_free);
    g_clear_pointer(&decoded->icc, g_bytes_unref);
    g_clear_pointer(&decoded->exif, g_bytes_unref);
    g_clear_pointer(&decoded->xmp, g_bytes_unref);
}

gboolean decoded_check_size(gint64 width, gint64 height, GError **error)
{
    if (width < 1 || height < 1) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "the picture's header gives no size");
        return FALSE;
    }
    if (width > LIMIT_PICTURE_SIDE_PIXELS || height > LIMIT_PICTURE_SIDE_PIXELS ||
        width * height > LIMIT_PICTURE_MEGAPIXELS * 1000000LL) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the file says that its picture has %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                    " pixels; the limit is %d megapixels",
                    width, height, LIMIT_PICTURE_MEGAPIXELS);
        return FALSE;
    }
    return TRUE;
}
