/* Boxes that detectors give: how far they overlap, and which of them tell of the same thing. */
#pragma once

#include "vision/findings.h"

#include <glib.h>

/* Whether its numbers are numbers, and it has an area. */
gboolean box_is_real(const VisionBox *box);
float box_area(const VisionBox *box);
/* Area in common over the area of both together; 0 for boxes without area. */
float box_union_share(const VisionBox *a, const VisionBox *b);
/* Area in common over the area of the smaller one. */
float box_smaller_share(const VisionBox *a, const VisionBox *b);
/* Cuts the box to 0..width, 0..height. FALSE when nothing is left. */
gboolean box_clip(VisionBox *box, float width, float height);

typedef struct {
    VisionBox box;
    float score;
    guint label; /* its class; 0 where there are none */
    guint index; /* the maker's */
} BoxCandidate;

/* Leaves of `candidates` (of BoxCandidate), by falling score, those whose union share with every
 * better one of their class lies below `share`. Of more than LIMIT_BOX_CANDIDATES the best are
 * looked at and the rest is dropped. */
void boxes_suppress(GArray *candidates, float share);
