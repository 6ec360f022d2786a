/* Private to library/: rows of table person and face, for those who change them. */
#pragma once

#include "library/person_edit.h"
#include "library/person_snapshot.h"

/* Those of the faces whose photos the viewer sees, of gint64, by id. */
GArray *face_rows_visible(StoreTx *tx, const Principal *viewer, const gint64 *faces, gsize count,
                          GError **error);
/* A face that a user drew: its row. */
gboolean face_rows_draw(StoreTx *tx, const Principal *viewer, gint64 photo, const FaceBox *box,
                        gint64 *ret_face, GError **error);

/* NOT_FOUND when there is no such person. */
gboolean person_rows_check(StoreTx *tx, gint64 person, GError **error);
/* The new person's id; 0 with an error. */
gint64 person_rows_add(StoreTx *tx, const char *name, AssignedBy made_by, GError **error);
/* Somebody of this name, whatever its capitals (of ASCII); 0 when there is nobody. */
gboolean person_rows_find(StoreTx *tx, const char *name, gint64 *ret_person, GError **error);
/* NULL for NULL and for what is white. */
gboolean person_name_trim(const char *name, char **ret_name, GError **error);
