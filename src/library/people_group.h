/* Grouping the library's faces into people (library/face_groups.h has the rule).
 *
 * What people did stays: a face that a user assigned does not move, a person whom a user made,
 * named, hid, merged or gave an avatar is neither dissolved nor merged, and a face does not come
 * back to a person that it was said not to be. Faces without a vector, faces that are ignored, and
 * vectors of another model than the one in use are passed over. */
#pragma once

#include "library/face_groups.h"
#include "library/library.h"

typedef struct {
    gint64 faces;   /* that were looked at */
    gint64 joined;  /* that belong to a person since */
    gint64 persons; /* that were made */
} PeopleGrouped;

/* The faces of these photos, which have just been analysed, join the people that they are near to,
 * or found new ones with others that nobody knows. In transactions of its own: call it outside of
 * any, after the findings are committed. `ret_grouped` may be NULL. */
gboolean people_group_new(Library *library, const gint64 *photo_ids, gsize count,
                          PeopleGrouped *ret_grouped, GError **error);

/* Told now and then, on the calling thread; FALSE ends the work with CANCELLED. */
typedef gboolean (*PeopleProgress)(gint64 done, gint64 total, gpointer data);

/* The same for every face that nobody knows. `progress` may be NULL. */
gboolean people_group_unknown(Library *library, PeopleProgress progress, gpointer data,
                              PeopleGrouped *ret_grouped, GError **error);

/* Groups every face anew: people whom the machine alone made are made again, the others are filled
 * up. What comes out does not depend on the order in which the faces came. `progress` may be NULL.
 */
gboolean people_group_all(Library *library, PeopleProgress progress, gpointer data,
                          PeopleGrouped *ret_grouped, GError **error);

/* By which faces are compared now: the options of the face-vector model in use, else what fits the
 * model of most vectors. The name of that model as face.vector_model has it is written to
 * `ret_model` (NULL: there are no vectors at all); the caller's. */
gboolean people_rule(Library *library, StoreTx *tx, FaceRule *ret_rule, char **ret_model,
                     GError **error);
