/* Colours to sRGB. */
#pragma once

#include "media/bitmap.h"

/* Takes a bitmap of any bands and gives back an RGB one in sRGB. `icc` is the embedded profile, or
 * NULL: then grey and RGB are taken as sRGB, CMYK by the plain ink formula. A profile that does not
 * fit the bands, or that is damaged, counts as none: the picture is worth more than its exact
 * colours. NULL with TOO_LARGE (the bitmap is freed then too). */
Bitmap *colour_to_srgb(Bitmap *bitmap, GBytes *icc, GError **error);
