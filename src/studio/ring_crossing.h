/* Private to studio/: whether a closed ring passes through itself. */
#pragma once

#include "studio/shape.h"

typedef enum {
    RING_SIMPLE,
    RING_CROSSES,
    RING_TANGLED, /* after LIMIT_SHAPE_CROSSING_TESTS it is still not known */
} RingCrossing;

/* Two sides cross where they pass through each other, with all four ends farther than a hundredth
 * of a pixel from the other side's line: a ring may touch itself, and rounding makes no crossing.
 * `*ret_point`: where the side begins that crosses an earlier one. `count` at least 3. */
RingCrossing ring_crosses_itself(const ShapePoint *points, guint count, guint *ret_point);
