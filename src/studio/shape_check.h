/* Private to studio/: parts of shape_check that the reading of stored shapes needs too. */
#pragma once

#include "studio/shape.h"

/* The numbers and points alone. `ret_field` and `error` may be NULL. */
gboolean shape_check_geometry(const Shape *shape, char **ret_field, GError **error);
/* Of one closed ring, never negative. */
double shape_ring_area(const ShapePoint *points, guint count);
