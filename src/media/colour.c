#include "media/colour.h"

#include "base/limits.h"

#include <lcms2.h>

/* Bands as LittleCMS sees them. */
typedef struct {
    cmsColorSpaceSignature space;
    cmsUInt32Number layout;
} PixelKind;

static PixelKind kind_of(int bands)
{
    switch (bands) {
    case 1:
        return (PixelKind){cmsSigGrayData, TYPE_GRAY_8};
    case 3:
        return (PixelKind){cmsSigRgbData, TYPE_RGB_8};
    default:
        /* LittleCMS counts 8-bit CMYK as ours: 0 is no ink. */
        return (PixelKind){cmsSigCmykData, TYPE_CMYK_8};
    }
}

/* Most files carry one of the many copies of sRGB; they all say so in their description, and the
 * work can be spared. */
static gboolean is_srgb(cmsHPROFILE profile)
{
    char text[64] = "";
    cmsGetProfileInfoASCII(profile, cmsInfoDescription, "en", "US", text, sizeof text);
    return g_str_has_prefix(text, "sRGB") || g_str_equal(text, "c2") /* Facebook's tiny sRGB */;
}

/* NULL when nothing is to be done, or can be. */
static cmsHTRANSFORM transform_new(GBytes *icc, int bands)
{
    if (!icc || g_bytes_get_size(icc) > LIMIT_ICC_BYTES) {
        return NULL;
    }
    gsize length = 0;
    const void *data = g_bytes_get_data(icc, &length);
    cmsHPROFILE embedded = cmsOpenProfileFromMem(data, (cmsUInt32Number)length);
    if (!embedded) {
        return NULL;
    }
    PixelKind kind = kind_of(bands);
    cmsHTRANSFORM transform = NULL;
    if (cmsGetColorSpace(embedded) == kind.space && !(bands == 3 && is_srgb(embedded))) {
        cmsHPROFILE srgb = cmsCreate_sRGBProfile();
        transform = cmsCreateTransform(embedded, kind.layout, srgb, TYPE_RGB_8, INTENT_PERCEPTUAL,
                                       cmsFLAGS_NOCACHE);
        cmsCloseProfile(srgb);
    }
    cmsCloseProfile(embedded);
    return transform;
}

static void spread_grey(const guint8 *grey, guint8 *rgb, gsize pixels)
{
    for (gsize i = 0; i < pixels; i++) {
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = grey[i];
    }
}

/* Without a profile nothing better is known: ink takes away light, black from all three. */
static void mix_inks(const guint8 *cmyk, guint8 *rgb, gsize pixels)
{
    for (gsize i = 0; i < pixels; i++) {
        const guint8 *ink = cmyk + 4 * i;
        for (int b = 0; b < 3; b++) {
            rgb[3 * i + (gsize)b] = (guint8)(((255 - ink[b]) * (255 - ink[3]) + 127) / 255);
        }
    }
}

Bitmap *colour_to_srgb(Bitmap *bitmap, GBytes *icc, GError **error)
{
    cmsHTRANSFORM transform = transform_new(icc, bitmap->bands);
    gsize pixels = (gsize)bitmap->width * (gsize)bitmap->height;
    if (bitmap->bands == 3) {
        if (transform) { /* in place: both sides have the same layout */
            cmsDoTransform(transform, bitmap->pixels, bitmap->pixels, (cmsUInt32Number)pixels);
            cmsDeleteTransform(transform);
        }
        return bitmap;
    }
    g_autoptr(Bitmap) source = bitmap;
    Bitmap *rgb = bitmap_new(source->width, source->height, 3, error);
    if (rgb && transform) {
        cmsDoTransform(transform, source->pixels, rgb->pixels, (cmsUInt32Number)pixels);
    } else if (rgb && source->bands == 1) {
        spread_grey(source->pixels, rgb->pixels, pixels);
    } else if (rgb) {
        mix_inks(source->pixels, rgb->pixels, pixels);
    }
    if (transform) {
        cmsDeleteTransform(transform);
    }
    return rgb;
}
