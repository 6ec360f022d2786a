/* What people do with persons and faces: each call is one transaction and one change that can be
 * undone (library/person_change.h). Faces on photos that the viewer may not see are passed over, or
 * NOT_FOUND when none is left; persons who do not exist are NOT_FOUND. */
#pragma once

#include "library/access.h"
#include "library/library.h"

#define PERSON_NAME_CHARACTERS 200

typedef struct {
    gint64 change;           /* for person_change_undo; 0: nothing had to be changed */
    gint64 person;           /* made, or the one that is left, or whose the faces are; 0: none */
    gint64 faces;            /* that were moved */
    gboolean person_deleted; /* a person lost the last face, and went */
} PersonEdit;

/* `name` may be NULL everywhere: no name. It is trimmed; "" is none; INVALID when it is longer than
 * PERSON_NAME_CHARACTERS. */

/* Somebody new, with these faces, which leave whom they were with. */
gboolean person_create(Library *library, const Principal *viewer, const char *name,
                       const gint64 *faces, gsize count, PersonEdit *ret_edit, GError **error);

typedef struct {
    gboolean sets_name;
    const char *name;
    int is_hidden;      /* -1: as it is */
    gint64 avatar_face; /* 0: as it is; -1: the best one again. NOT_FOUND when it is not theirs */
} PersonUpdate;

gboolean person_update(Library *library, const Principal *viewer, const gint64 *persons,
                       gsize count, const PersonUpdate *update, PersonEdit *ret_edit,
                       GError **error);
/* Their faces are nobody's afterwards. */
gboolean person_delete(Library *library, const Principal *viewer, const gint64 *persons,
                       gsize count, PersonEdit *ret_edit, GError **error);
/* The sources' faces become the target's, and the sources are gone. The target keeps its name; one
 * without takes that of the first source that has one. */
gboolean person_merge(Library *library, const Principal *viewer, gint64 target,
                      const gint64 *sources, gsize count, PersonEdit *ret_edit, GError **error);
/* These faces of a person become somebody new, who is not suggested as the same one; the machine
 * regroups neither. */
gboolean person_split(Library *library, const Principal *viewer, gint64 person, const char *name,
                      const gint64 *faces, gsize count, PersonEdit *ret_edit, GError **error);
/* These two are not one: never suggested again. */
gboolean person_set_apart(Library *library, const Principal *viewer, gint64 a, gint64 b,
                          PersonEdit *ret_edit, GError **error);

/* To `person`, or when it is 0 to the one of this name, who is made when there is none. */
gboolean face_assign(Library *library, const Principal *viewer, const gint64 *faces, gsize count,
                     gint64 person, const char *name, PersonEdit *ret_edit, GError **error);
/* Nobody's; `is_not_this_person`: and never again that person's by the machine. A person without a
 * name who has no face left goes; with `deletes_empty` also one with a name. */
gboolean face_unassign(Library *library, const Principal *viewer, const gint64 *faces, gsize count,
                       gboolean is_not_this_person, gboolean deletes_empty, PersonEdit *ret_edit,
                       GError **error);
/* Never this person's by the machine, whoever has them now; those that are theirs are nobody's
 * then.
 */
gboolean face_refuse(Library *library, const Principal *viewer, const gint64 *faces, gsize count,
                     gint64 person, PersonEdit *ret_edit, GError **error);
/* No face, or nobody's of interest: not asked about, not grouped. */
gboolean face_ignore(Library *library, const Principal *viewer, const gint64 *faces, gsize count,
                     gboolean is_ignored, PersonEdit *ret_edit, GError **error);

typedef struct {
    double x, y, width, height; /* parts of the upright picture, 0..1 */
} FaceBox;

/* A face that the viewer draws: INVALID when the box is not within the picture. Whose it is: as in
 * face_assign; 0 and NULL: nobody's yet. It has no vector, so no machine groups it. */
gboolean face_draw(Library *library, const Principal *viewer, gint64 photo, const FaceBox *box,
                   gint64 person, const char *name, gint64 *ret_face, GError **error);
/* One that was drawn is deleted, one that a model found is ignored from now on. */
gboolean face_remove(Library *library, const Principal *viewer, gint64 face, PersonEdit *ret_edit,
                     GError **error);
