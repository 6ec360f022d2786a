/* Private to library/: which faces lie near each other, for library/face_groups.h. */
#pragma once

#include "library/face_groups.h"

/* Of what is beyond FACE_GROUPS_EXACT: neighbours of a face that are kept, landmarks around which
 * it looks for them, and faces around one that it looks at. */
#define FACE_NEAR_KEPT      24
#define FACE_NEAR_LANDMARKS 8
#define FACE_NEAR_LOOKED    20000

typedef struct {
    float distance;
    guint32 a, b; /* a < b */
} FaceEdge;

/* Pairs of `vectors` within `radius`, in no order; some of them may come twice. NULL when
 * `progress` said to stop. */
GArray *face_near_edges(const float *const *vectors, guint32 count, guint floats, float radius,
                        FaceProgress progress, gpointer data);

/* The square of the distance; any number above `enough` when it is more than that. */
float face_square(const float *a, const float *b, guint floats, float enough);
