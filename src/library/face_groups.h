/* Which faces are one person's: the rule alone, without a database.
 *
 * Two groups are as far apart as all their pairs of faces are on average (the root of the mean
 * square, which centres and spreads tell without looking at the pairs). The nearest two become one,
 * again and again, up to the rule's `join`. Never become one
 *   - groups with faces of the same picture,
 *   - groups of two persons that there are already,
 *   - a person and a face that was said not to be theirs,
 *   - a group and a person when another person is as near (FACE_GROUPS_MARGIN): that is for people.
 * What comes out depends on the faces alone, not on their order or their numbers. Up to
 * FACE_GROUPS_EXACT faces every pair is looked at; beyond, the nearest of each face among those
 * that lie around the same landmarks of the space. */
#pragma once

#include "vision/vector_index.h"

/* Distances within which two persons are equally near. */
#define FACE_GROUPS_MARGIN 0.03F
#define FACE_GROUPS_EXACT  8192

/* Distances are Euclidean; where the metric is the cosine, between vectors of length 1: the root of
 * twice the cosine's distance. */
typedef struct {
    VectorMetric metric;
    float join;    /* up to it the machine joins */
    float suggest; /* up to it people are asked */
} FaceRule;

/* For face-resnet. On 98 faces of 32 people no two people come together up to 0.55; among pictures
 * with heavy make-up two did at 0.522, and a wrong pile is worse than two of one person. */
#define FACE_RULE_DEFAULT ((FaceRule){VECTOR_EUCLIDEAN, 0.50F, 0.60F})

/* The rule of a model by the options of its manifest: "metric" ("euclidean", "cosine"), "average"
 * (up to which groups join) and "suggest", distances in that metric. What is absent or makes no
 * sense is as in FACE_RULE_DEFAULT. */
FaceRule face_rule_of_options(const char *options);

/* Brings a vector to the length that the rule compares. FALSE when it has none (zeros, NaN). */
gboolean face_rule_ready(const FaceRule *rule, float *vector, guint floats);
/* Between two such vectors. */
float face_distance(const float *a, const float *b, guint floats);

typedef struct {
    gint64 id, photo;
    const float *vector;   /* made ready; NULL: belongs to `person` or to nobody */
    gint64 person;         /* whose it is and stays; 0: to be found out */
    const gint64 *refused; /* persons whose it is not */
    gsize refused_count;
} FaceInput;

/* Where a face came to be. */
typedef struct {
    guint32 group;         /* the same for those of one person, from 1; 0: alone */
    gint64 person;         /* the person of the group; 0: a new one */
    gboolean is_ambiguous; /* near enough to several persons: alone for that */
} FacePlace;

/* FALSE: stop. */
typedef gboolean (*FaceProgress)(gsize done, gsize total, gpointer data);

/* One FacePlace a face, in their order; NULL when `progress` (which may be NULL) said to stop. */
FacePlace *face_groups_make(const FaceInput *faces, gsize count, guint floats, const FaceRule *rule,
                            FaceProgress progress, gpointer data);
