/* The shapes of one picture as bytes: for its history and for versions. Our own compact form,
 * compressed with zstd; what is packed is read by every later version of this program. */
#pragma once

#include "studio/shape.h"

/* The caller's. */
GBytes *shapes_pack(const GPtrArray *shapes);
/* CORRUPT, also for more than the limits of a picture's shapes. */
GPtrArray *shapes_unpack(gconstpointer data, gsize length, GError **error);
