/* JPEG straight through libjpeg-turbo, whose inverse DCT can give a small picture for a small part
 * of the work. */
#pragma once

#include "media/bitmap.h"
#include "media/source.h"

/* Decodes at the smallest DCT scale (1/8, 1/4, 1/2, 1) whose long edge is at least
 * `min_long_pixels` (0: the full size, or the largest that LIMIT_BITMAP_BYTES allows). Grey, RGB
 * and CMYK come out as 1, 3 and 4 bands. EXIF, XMP and ICC come from the same pass. A picture that
 * ends early is CORRUPT. */
gboolean jpeg_decode(const ByteSource *source, int min_long_pixels, Decoded *ret_decoded,
                     GError **error);

/* Size and metadata only; no pixels. */
gboolean jpeg_read_metadata(const ByteSource *source, Decoded *ret_decoded, GError **error);

/* A baseline 4:2:0 JPEG without metadata. `bitmap` is RGB; `quality` 1..100. */
GBytes *jpeg_encode(const Bitmap *bitmap, int quality, GError **error);
