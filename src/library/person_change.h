/* Changes of persons and of whose faces are, with what it takes to undo them: what a change did is
 * told by looking before and after it, so every kind is recorded and undone by the same code.
 *
 * Kinds: "create", "update", "delete", "merge", "split", "assign", "unassign", "refuse", "ignore",
 * "apart".
 */
#pragma once

#include "library/access.h"
#include "library/library.h"
#include "library/person_snapshot.h"

typedef struct PersonChange PersonChange;

/* Remembers these persons and faces (ids) as they are; before they are changed, in the transaction
 * that will. */
PersonChange *person_change_begin(StoreTx *tx, const char *kind, const GArray *persons,
                                  const GArray *faces, GError **error);
/* One that the change made. */
void person_change_add_person(PersonChange *change, gint64 id);
/* Stamps the photos of the faces, and the persons, and keeps what became of them. `ret_id`: 0 when
 * nothing did. */
gboolean person_change_end(StoreTx *tx, PersonChange *change, gint64 account, gint64 *ret_id,
                           GError **error);
void person_change_free(PersonChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PersonChange, person_change_free)

/* Makes everything as it was before the change, but for what was changed otherwise and for photos
 * that are gone. CONFLICT when something that it would bring back was changed since, or when it was
 * undone already; NOT_FOUND when there is no such change. `ret_persons` (may be NULL): the persons
 * concerned that there are now, of gint64. */
gboolean person_change_undo(Library *library, gint64 id, GArray **ret_persons, GError **error);

/* The photos of these faces; of gint64. */
GArray *person_photos(StoreTx *tx, const GArray *faces, GError **error);
/* Tells the lists what became of these persons and photos: at the end of every change of them. */
gboolean person_stamp(StoreTx *tx, const GArray *persons, const GArray *photos, GError **error);
