/* Decoded pixels: 8 bits a band, bands interleaved, rows from the top without gaps between them.
 * Bands are 1 (grey), 3 (RGB) or 4 (CMYK, 0 is no ink). */
#pragma once

#include "media/facts.h"

#include <glib.h>

typedef struct {
    int width, height, bands;
    guint8 *pixels;
} Bitmap;

/* Undefined pixels. NULL with TOO_LARGE over LIMIT_BITMAP_BYTES or when memory is short. */
Bitmap *bitmap_new(int width, int height, int bands, GError **error);
void bitmap_free(Bitmap *bitmap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bitmap, bitmap_free)

static inline gsize bitmap_stride(const Bitmap *bitmap)
{
    return (gsize)bitmap->width * (gsize)bitmap->bands;
}

static inline guint8 *bitmap_row(const Bitmap *bitmap, int y)
{
    return bitmap->pixels + (gsize)y * bitmap_stride(bitmap);
}

/* The largest size with the picture's proportions whose long edge is at most `max_pixels`, never
 * enlarged, never below one pixel; 0 keeps the size. */
void bitmap_fit(int width, int height, int max_pixels, int *ret_width, int *ret_height);

/* What a decoder hands over. */
typedef struct {
    Bitmap *bitmap;              /* NULL when only the header was read */
    int full_width, full_height; /* of the original as stored, before any turning */
    gboolean is_upright;         /* the decoder has turned the pixels already */
    int orientation;             /* how it says they must be turned; 0: as EXIF says */
    MediaFacts *facts;           /* what the decoder knows beyond EXIF and XMP, or NULL */
    GBytes *icc;                 /* the embedded colour profile, or NULL */
    GBytes *exif;                /* a TIFF block (without "Exif\0\0"), or NULL */
    GBytes *xmp;                 /* an XMP packet, or NULL */
} Decoded;

void decoded_clear(Decoded *decoded);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Decoded, decoded_clear)

/* Refuses, from the header alone, what is over LIMIT_PICTURE_MEGAPIXELS or
 * LIMIT_PICTURE_SIDE_PIXELS, naming the size, and sizes below one pixel as CORRUPT. */
gboolean decoded_check_size(gint64 width, gint64 height, GError **error);
