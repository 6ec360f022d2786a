/* The shapes of one picture as bytes: for its history and for versions. Our own compact form,
 * compressed with zstd; what is packed is read by every later version of this program.
 *
 * The layout (1), then a zstd frame that tells the length of its content: how many shapes there
 * are, and of each its kind and its source (the numbers of shape.h), flags (1: is_proposed, 2: the
 * confidence is not 1, 4: there is geometry), uid, name, author, model, attributes, answers,
 * instance_id, the box as four doubles, then the confidence and the geometry with its length, if
 * there are any. Counts, texts and doubles are as in studio/bytes.h, geometry as in shape.h. */
#pragma once

#include "studio/bytes.h"
#include "studio/shape.h"

/* How long they are before they are compressed: what LIMIT_SHAPES_PACKED_BYTES bounds. */
gsize shapes_packed_bytes(const GPtrArray *shapes);
/* Of Shape, within that limit. The same bytes for the same shapes. The caller's. */
GBytes *shapes_pack(const GPtrArray *shapes);
/* CORRUPT, also for more than the limits of a picture's shapes. */
GPtrArray *shapes_unpack(gconstpointer data, gsize length, GError **error);

/* One of them as it stands in there, uncompressed, and what it adds to that limit at most. */
void shape_put(GByteArray *out, const Shape *shape);
Shape *shape_get(BytesReader *reader); /* NULL when the reader failed */
gsize shape_packed_bytes(const Shape *shape);
