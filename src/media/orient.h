/* EXIF orientation: how stored pixels become an upright picture. */
#pragma once

#include "media/bitmap.h"

/* TRUE for 5..8, where width and height change places. */
gboolean orient_swaps_sides(int orientation);

/* Takes the bitmap and gives back the upright one: the same for orientation 1 and for numbers that
 * EXIF does not know. NULL with TOO_LARGE (the bitmap is freed then too). */
Bitmap *orient_upright(Bitmap *bitmap, int orientation, GError **error);
