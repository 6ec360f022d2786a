/* Persons and faces, as a viewer sees them. Counts are of faces on photos that the viewer may see;
 * a person of whom the viewer sees no face is not shown. Who sees every photo is also shown people
 * whom a user made or named and who have no face to be seen.
 *
 * Not inside a transaction, but for those that take one. */
#pragma once

#include "library/access.h"
#include "library/library.h"
#include "library/person_snapshot.h"

typedef struct {
    gint64 id;
    char *name; /* NULL: not named yet */
    gboolean is_hidden;
    gint64 faces, photos;
    gint64 avatar_face;                   /* the chosen one if it can be seen, else the best; 0 */
    gint64 first_taken_ms, last_taken_ms; /* CATALOG_NO_DATE: none of them is dated */
} Person;

void person_free(Person *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Person, person_free)

typedef enum {
    PERSON_BY_COUNT,  /* faces, then id */
    PERSON_BY_NAME,   /* by its bytes, NULL as "", then falling faces */
    PERSON_BY_RECENT, /* last taken */
    PERSON_BY_ID,
} PersonSort;

typedef struct {
    const char *search; /* part of the name, whatever its capitals; NULL, "": any */
    int is_hidden;      /* 0, 1; -1: both */
    PersonSort sort;
    gboolean ascending;
} PersonFilter;

/* Of Person; ret_total (may be NULL): without the bounds. */
GPtrArray *person_list(Library *library, const Principal *viewer, const PersonFilter *filter,
                       gint64 offset, gint64 limit, gint64 *ret_total, GError **error);
/* NOT_FOUND when the viewer may not know of them. */
Person *person_get(Library *library, const Principal *viewer, gint64 id, GError **error);

typedef struct {
    gint64 id, photo_id;
    char *photo_path;
    gint64 index;                     /* on its photo */
    gint64 x1, y1, x2, y2;            /* pixels of the upright original */
    gint64 photo_width, photo_height; /* of which */
    double confidence;                /* NaN: a user drew it */
    gint64 person;                    /* 0: nobody's */
    char *person_name;                /* NULL: none */
    AssignedBy by;
    gboolean is_ignored;
} Face;

void face_free(Face *face);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Face, face_free)

/* NOT_FOUND when the viewer may not see its photo. */
Face *face_get(StoreTx *tx, const Principal *viewer, gint64 id, GError **error);
/* Of Face, from left to right as they were found; without ignored ones unless asked for. */
GPtrArray *face_of_photo(StoreTx *tx, const Principal *viewer, gint64 photo, gboolean also_ignored,
                         GError **error);
/* Whether a model looked for faces on the photo, or somebody drew one. */
gboolean face_was_looked_for(StoreTx *tx, gint64 photo, gboolean *ret_looked, GError **error);

typedef enum { FACES_OF_PERSON, FACES_UNKNOWN, FACES_IGNORED } FaceKind;

/* Of Face, the latest first, those before the id `before` (0: from the start); `person` for
 * FACES_OF_PERSON. Of unknown ones those that can be told apart stand: too small ones without a
 * vector are not asked about. ret_total may be NULL. */
GPtrArray *face_list(StoreTx *tx, const Principal *viewer, FaceKind kind, gint64 person,
                     gint64 before, gint64 limit, gint64 *ret_total, GError **error);
/* In the order of the ids; those that the viewer may not see are left out. Of Face. */
GPtrArray *face_get_many(StoreTx *tx, const Principal *viewer, const gint64 *ids, gsize count,
                         GError **error);
