#include "media/crop.h"

#include "media/jpeg.h"
#include "media/resize.h"

#include <math.h>
#include <string.h>

/* Tried in turn until the JPEG is small enough. */
static const int qualities[] = {MEDIA_THUMBNAIL_QUALITY, 60, 40, 20};

typedef struct {
    int x, y, width, height;
} Region;

static double scale_of(const MediaPixels *pixels)
{
    return (double)pixels->bitmap->width / pixels->full_width;
}

double crop_side_pixels(const MediaPixels *pixels, const MediaBox *box)
{
    double side = CROP_MARGIN * MAX(box->x2 - box->x1, box->y2 - box->y1);
    return side * scale_of(pixels);
}

/* FALSE for NaN as well. */
static gboolean box_is_within(const MediaPixels *pixels, const MediaBox *box)
{
    return box->x1 >= 0 && box->y1 >= 0 && box->x2 > box->x1 && box->y2 > box->y1 &&
           box->x2 <= pixels->full_width && box->y2 <= pixels->full_height;
}

/* One axis: `length` around `centre`, within 0..whole. */
static void place(double centre, double length, int whole, int *ret_start, int *ret_length)
{
    int rounded = CLAMP((int)lround(length), 1, whole);
    *ret_length = rounded;
    *ret_start = CLAMP((int)lround(centre - length / 2), 0, whole - rounded);
}

static Region region_of(const MediaPixels *pixels, const MediaBox *box)
{
    Region region;
    double scale = scale_of(pixels), side = crop_side_pixels(pixels, box);
    place((box->x1 + box->x2) / 2 * scale, side, pixels->bitmap->width, &region.x, &region.width);
    place((box->y1 + box->y2) / 2 * scale, side, pixels->bitmap->height, &region.y, &region.height);
    return region;
}

static Bitmap *cut(const Bitmap *bitmap, const Region *region, GError **error)
{
    Bitmap *part = bitmap_new(region->width, region->height, bitmap->bands, error);
    gsize skip = (gsize)region->x * (gsize)bitmap->bands;
    for (int y = 0; part && y < region->height; y++) {
        memcpy(bitmap_row(part, y), bitmap_row(bitmap, region->y + y) + skip, bitmap_stride(part));
    }
    return part;
}

static GBytes *encode_small(const Bitmap *bitmap, gsize cap_bytes, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(qualities); i++) {
        g_autoptr(GBytes) jpeg = jpeg_encode(bitmap, qualities[i], error);
        if (!jpeg || g_bytes_get_size(jpeg) <= cap_bytes) {
            return g_steal_pointer(&jpeg);
        }
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                        "the part of the picture is too large as a JPEG");
    return NULL;
}

GBytes *crop_jpeg(const MediaPixels *pixels, const MediaBox *box, int max_pixels, gsize cap_bytes,
                  GError **error)
{
    if (!box_is_within(pixels, box)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "the box does not lie within the picture");
        return NULL;
    }
    Region region = region_of(pixels, box);
    g_autoptr(Bitmap) part = cut(pixels->bitmap, &region, error);
    if (!part) {
        return NULL;
    }
    int width, height;
    bitmap_fit(part->width, part->height, max_pixels, &width, &height);
    g_autoptr(Bitmap) small =
        width < part->width ? resize_down(part, width, height, error) : g_steal_pointer(&part);
    return small ? encode_small(small, cap_bytes, error) : NULL;
}
