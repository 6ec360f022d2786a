/* XMP packets, from inside a picture or from a sidecar file beside it (ISO 16684-1). */
#pragma once

#include "media/facts.h"

/* What the packet states; owned by the caller. Nothing outside the packet is ever read: a document
 * type, and with it any entity, is refused. INVALID for that, TOO_LARGE over LIMIT_XMP_*, CORRUPT
 * when it is not well-formed UTF-8 XML. */
MediaFacts *xmp_read(GBytes *packet, GError **error);
