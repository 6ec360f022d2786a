/* Windows and OS/2 bitmaps: 1, 4, 8, 16, 24 and 32 bits, bit fields, run lengths, either row order.
 * libvips reads them only through ImageMagick, which is too much for a format so small. */
#pragma once

#include "media/bitmap.h"
#include "media/source.h"

/* At full size, RGB. Alpha is ignored: most writers leave it zero in pictures meant to be seen. */
gboolean bmp_decode(const ByteSource *source, Decoded *ret_decoded, GError **error);
