/* What the machine is not sure of: two persons who may be one, and faces that may be somebody's.
 * Not inside a transaction. */
#pragma once

#include "library/person.h"

/* Of these many at most, those with most faces, is suggested. */
#define SUGGEST_PERSONS 5000
/* The latest unknown faces that are asked about. */
#define REVIEW_FACES      3000
#define REVIEW_CANDIDATES 3

typedef struct {
    Person *a, *b; /* a has at least as many faces */
    double similarity;
} PersonPair;

/* Persons who are as much alike as this, by falling similarity: 1 of the same face, 0.6 of a pair
 * as far apart as the rule's `suggest`, straight between (Facet's default threshold is 0.6). Not
 * those who are hidden, who are on one picture, or who were said to be two. Of PersonPair. */
GPtrArray *person_suggestions(Library *library, const Principal *viewer, double threshold,
                              GError **error);

typedef struct {
    gint64 person;
    char *name; /* NULL: not named yet */
    double distance;
} FaceCandidate;

typedef struct {
    Face *face;
    GPtrArray *candidates; /* FaceCandidate, the nearest first */
} FaceReview;

/* Unknown faces that are near to somebody, not near enough or to several; the latest first, those
 * before the id `before` (0: from the start). Of FaceReview. */
GPtrArray *face_review(Library *library, const Principal *viewer, gint64 before, gint64 limit,
                       gint64 *ret_total, GError **error);
