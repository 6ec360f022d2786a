/* Pixels for models: sRGB, 8 bits, three bands interleaved, upright; rows without gaps. Not
 * media/bitmap.h, because vision/ and media/ do not see each other. */
#pragma once

#include <glib.h>

typedef struct {
    int width, height;
    const guint8 *rgb; /* the maker's; must outlive this */
    /* Of the original that it was scaled down from: findings are told in its pixels. */
    int full_width, full_height;
} VisionImage;
