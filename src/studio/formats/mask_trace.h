/* Polygons of masks: COCO's run-length encoding read back.
 *
 * The outline that is traced runs along the edges of pixels, so the polygons hold exactly the
 * pixels of the mask, and the same mask is what they are written as again. Pixels that only touch
 * at a corner are apart; each part is a polygon with its holes. */
#pragma once

#include "studio/shape.h"

/* Lengths of the runs out of and in the mask by turns, down each column and column after column;
 * from their compressed text (pycocotools, common/maskApi.c, rleFrString). CORRUPT. Of guint32. */
GArray *mask_runs_parse(const char *text, GError **error);

/* Of Shape, all polygons without a name; none for an empty mask. CORRUPT when the runs are not
 * those of a picture of that size, TOO_LARGE beyond LIMIT_IMPORT_MASK_PIXELS of the box around the
 * mask or LIMIT_SHAPE_POINTS corners in all. */
GPtrArray *mask_trace(const guint32 *runs, gsize count, gint64 width, gint64 height,
                      GError **error);
