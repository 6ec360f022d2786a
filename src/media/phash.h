/* A perceptual hash: 64 bits that stay (nearly) the same when a picture is rescaled, recompressed
 * or slightly corrected. After the DCT hash of C. Zauner, "Implementation and Benchmarking of
 * Perceptual Image Hash Functions" (2010):
 *
 *   1. grey by Rec. 601: 0.299 R + 0.587 G + 0.114 B
 *   2. 32 x 32 cells by area average
 *   3. two-dimensional DCT-II
 *   4. the 8 x 8 lowest frequencies, the constant one included
 *   5. a bit is 1 where the coefficient is above the median of the 64 (the mean of the middle two)
 *   6. row by row, the first in the most significant bit
 */
#pragma once

#include "media/bitmap.h"

/* Of an upright RGB bitmap. */
guint64 phash_of(const Bitmap *bitmap);

/* Bits that differ, 0..64. */
int phash_distance(guint64 a, guint64 b);
