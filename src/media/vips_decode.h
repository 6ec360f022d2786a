/* Every format but JPEG, BMP and RAW, through libvips. */
#pragma once

#include "media/bitmap.h"
#include "media/picture.h"
#include "media/source.h"

/* Starts libvips with what we allow it: no cache, no threads of its own, no loader that its authors
 * do not call safe but those we need. */
gboolean vips_decode_init(GError **error);

/* Decodes the first (or primary) picture of a file of `format`, box-shrunk while its long edge
 * stays at least `min_long_pixels` (0: the full size, or the largest that LIMIT_BITMAP_BYTES
 * allows). Alpha is laid on white. */
gboolean vips_decode(const ByteSource *source, MediaFormat format, int min_long_pixels,
                     Decoded *ret_decoded, GError **error);
