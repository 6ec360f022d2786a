/* Where each format keeps its EXIF and XMP. */
#pragma once

#include "media/bitmap.h"
#include "media/picture.h"
#include "media/source.h"

/* All facts that the file states; owned by the caller. `decoded` may hold blocks that its decoder
 * came across. What is damaged is left out; nothing fails. */
MediaFacts *metadata_read(const ByteSource *source, MediaFormat format, const Decoded *decoded);
