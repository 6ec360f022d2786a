/* Makes every decoder load what it loads lazily, while the process may still open files. */
#pragma once

#include <glib.h>

/* Decodes a tiny picture of each format. INTERNAL when one that this build of libvips has does not
 * work; a format that it lacks is no error here (its pictures get one). */
gboolean warm_decoders(GError **error);
