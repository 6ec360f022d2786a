/* Private to library/: faces read from the database, ready to be grouped. */
#pragma once

#include "library/face_groups.h"
#include "library/library.h"
#include "library/person_snapshot.h"

typedef struct {
    FaceRule rule;
    char *model; /* whose vectors are compared; NULL: there are none */
    guint floats;
    GArray *inputs;      /* FaceInput; their refusals point into `refused` once they are read */
    GArray *owners;      /* gint64: whose each face is in the database; 0: nobody's */
    GHashTable *known;   /* ids of the faces in it */
    GPtrArray *vectors;  /* blocks that the inputs point into */
    GHashTable *refused; /* of a face's id: GArray of gint64 */
} PeopleCloud;

void people_cloud_clear(PeopleCloud *cloud);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PeopleCloud, people_cloud_clear)

/* Empty, with the rule and the model of now. */
gboolean people_cloud_init(PeopleCloud *cloud, Library *library, StoreTx *tx, GError **error);

/* What a query says of faces becomes part of the cloud: id, photo, vector, its model, the person
 * whose it is, and whether that is to stay (0: it is loose). Twice the same face is once. */
gboolean people_cloud_read(PeopleCloud *cloud, StoreStatement *rows, GError **error);
#define PEOPLE_CLOUD_COLUMNS "SELECT f.id, f.photo_id, f.vector, f.vector_model, f.person_id, "

/* Persons that the loose faces were said not to be. */
gboolean people_cloud_read_refused(PeopleCloud *cloud, StoreTx *tx, GError **error);
