/* Private to library/: what a person looks like, as far as vectors tell: the centre of the faces
 * and their spread around it. Kept in memory until the person changes. */
#pragma once

#include "library/face_groups.h"
#include "library/library.h"

/* By these faces, the first that there were, a person of many is known. */
#define PERSON_SHAPE_FACES 256

typedef struct {
    guint floats;
    float spread; /* mean square of the distance from the centre */
    float centre[];
} PersonShape;

/* The caller's; NULL in `ret_shape` when no face of the person has a vector of the model. */
gboolean person_shape_get(Library *library, StoreTx *tx, gint64 person, const FaceRule *rule,
                          const char *model, PersonShape **ret_shape, GError **error);
/* The root of the mean square over all pairs, as library/face_groups.h has it. */
float person_shape_distance(const PersonShape *a, const PersonShape *b);
float person_shape_face_distance(const PersonShape *shape, const float *face);
