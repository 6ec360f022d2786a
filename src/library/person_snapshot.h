/* Private to library/: persons and faces as they are, to tell what a change did and to undo it. */
#pragma once

#include "store/store.h"

/* A list of ids in a query: parameter 1, in JSON (ids_text). */
#define IDS_SQLITE "(SELECT value FROM json_each(?1))"
#define IDS_POSTGRES                                                                               \
    "(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(?1 AS json)))"
#define WITH_IDS(before, behind)                                                                   \
    .sql = before IDS_SQLITE behind, .postgres = before IDS_POSTGRES behind

/* [1,2,3]; owned by the caller. */
char *ids_text(const GArray *ids);
/* Runs a query whose parameter 1 is a list of ids. */
gboolean ids_run(StoreTx *tx, const StoreQuery *query, const GArray *ids, GError **error);
/* The first column of all rows of it, of gint64. */
GArray *ids_select(StoreTx *tx, const StoreQuery *query, const GArray *ids, GError **error);
GArray *ids_new(void);
GArray *ids_of(const gint64 *ids, gsize count);

typedef enum { ASSIGNED_NOT, ASSIGNED_BY_MACHINE, ASSIGNED_BY_USER } AssignedBy;
const char *assigned_by_name(AssignedBy by); /* NULL, "machine", "user" */
AssignedBy assigned_by_from_name(const char *name);

typedef struct {
    gint64 id, person; /* 0: nobody's */
    AssignedBy by;
    gboolean is_ignored;
} FaceState;

typedef struct {
    gint64 id;
    char *name;
    gboolean is_hidden, is_users;
    gint64 avatar; /* 0: none */
    gint64 created_ms;
} PersonState;

typedef struct {
    gint64 a, b;
} IdPair;

/* Each by its id; what does not exist is not in it. */
typedef struct {
    GArray *faces;      /* FaceState */
    GPtrArray *persons; /* PersonState */
    GArray *refused;    /* IdPair of face and person, of any of both */
    GArray *apart;      /* IdPair of persons */
} PersonSnapshot;

PersonSnapshot *person_snapshot_take(StoreTx *tx, const GArray *persons, const GArray *faces,
                                     GError **error);
void person_snapshot_free(PersonSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PersonSnapshot, person_snapshot_free)

/* NULL when there is none. */
const FaceState *person_snapshot_face(const PersonSnapshot *snapshot, gint64 id);
const PersonState *person_snapshot_person(const PersonSnapshot *snapshot, gint64 id);
gboolean face_state_equal(const FaceState *a, const FaceState *b);
