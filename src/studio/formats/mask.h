/* The pixels of a polygon with holes as COCO's run-length encoding. */
#pragma once

#include "studio/shape.h"

/* The pixels whose centre lies within (even-odd), of a picture of this size: runs of pixels out of
 * and in the polygon by turns, down each column and column after column, in the compressed text of
 * pycocotools (common/maskApi.c, rleToString). Owned by the caller; NULL for a polygon that crosses
 * the picture's columns more than LIMIT_MASK_CROSSINGS times. */
char *mask_encode(const Shape *polygon, gint64 width, gint64 height);
