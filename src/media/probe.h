/* Which format a file's first bytes are. */
#pragma once

#include "media/picture.h"
#include "media/source.h"

/* By magic numbers. `name` (may be NULL) decides only between TIFF and the RAW formats that look
 * like TIFF from the first byte to the last. MEDIA_UNKNOWN when nothing matches. */
MediaFormat probe_format(const ByteSource *source, const char *name);

/* UNSUPPORTED or CORRUPT with a sentence on what the file seems to be instead. */
void probe_set_unknown(const ByteSource *source, const char *name, GError **error);
