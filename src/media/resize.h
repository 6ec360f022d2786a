/* Makes a bitmap smaller: separable, with the Hamming-windowed sinc of support 1 (as sharp as a
 * cubic kernel at about the cost of a triangle, and never negative, so 16-bit arithmetic holds).
 */
#pragma once

#include "media/bitmap.h"

/* `width` and `height` must not be larger than the source's. */
Bitmap *resize_down(const Bitmap *source, int width, int height, GError **error);
