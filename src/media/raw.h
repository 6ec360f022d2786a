/* Camera RAW files through LibRaw: the preview that the camera put in, or a development. */
#pragma once

#include "media/bitmap.h"
#include "media/source.h"

/* A small picture for looking at: the embedded preview if it is large enough, else developed at
 * half size. */
gboolean raw_decode_preview(const ByteSource *source, int min_long_pixels, Decoded *ret_decoded,
                            GError **error);

/* Developed with the camera's white balance and automatic brightness, sRGB; at half size when the
 * full one needs more than LIMIT_DECODER_BYTES, or when that is enough for `min_long_pixels`
 * (0: as large as can be). */
gboolean raw_develop(const ByteSource *source, int min_long_pixels, Decoded *ret_decoded,
                     GError **error);
