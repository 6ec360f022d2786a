/* A part of a picture as a small JPEG of its own: a face. */
#pragma once

#include "media/picture.h"

/* How much of the picture around a box is shown: the crop is a square whose side is this many times
 * the box's longer side, moved into the picture and, where the picture is smaller, cut to it. */
#define CROP_MARGIN 1.5

/* How many pixels of `pixels` the crop of a box would be wide. */
double crop_side_pixels(const MediaPixels *pixels, const MediaBox *box);

/* The crop as a JPEG whose long edge is at most `max_pixels`, never enlarged, of at most
 * `cap_bytes`. INVALID for a box without a size, or that is not within the picture; TOO_LARGE. */
GBytes *crop_jpeg(const MediaPixels *pixels, const MediaBox *box, int max_pixels, gsize cap_bytes,
                  GError **error);
