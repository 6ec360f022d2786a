/* XMP sidecars: what people wrote about a picture, in a file of its own beside it. */
#pragma once

#include "media/facts.h"

/* TRUE for the name of a file that may be one (".xmp", any case). */
gboolean sidecar_name_fits(const char *name);

/* Takes over what the sidecar says: title, caption, keywords, rating, place and time stand before
 * the picture's own, the rest fills what is absent. A sidecar that cannot be read says nothing. */
void sidecar_apply(MediaFacts *facts, GBytes *xmp);
