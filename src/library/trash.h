/* What is kept out of the library although its row stays: the trash, where the files are as well,
 * and photos that were removed while their files stay where they are.
 *
 * A change of the trash is a row, a move, a row. The row of a photo in the trash has the path
 * "trash/UUID/NAME", where its original is, beneath the data folder; its folder and name still say
 * where it belongs, and where something new may lie by now.
 *
 *     put      the row says trash;  the files move;  (on failure: the row is as before)
 *     restore  the row says its new name, if the old one is taken;  the files move;  the row is
 *              shown
 *     delete   the files are set aside;  the row goes;  the files go
 *
 * Whatever is killed between: trash_recover() ends the move of every row that says trash, towards
 * the trash, or lets go of it where that cannot be; a photo whose file is nowhere is missing, and
 * comes back like any other when a scan finds it. It brings back what was set aside of a row that
 * is still there, and deletes it for good where the row is gone. */
#pragma once

#include "base/ids.h"
#include "library/access.h"
#include "library/library.h"

typedef enum { KEPT_OUT_NOT, KEPT_OUT_TRASH, KEPT_OUT_REMOVED } KeptOutState;

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    char *path; /* where it belongs; base/path_text.h */
    char *name;
    gint64 width, height;
    gint64 file_bytes;
    char *format;
    gint64 kept_out_ms;
    char *by; /* the account's display name; NULL for the implicit owner */
} KeptOut;
void kept_out_free(KeptOut *photo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeptOut, kept_out_free)

/* Up to `limit` of those that `viewer` may see, the latest first, after the one of `after_ms` and
 * `after_id` (G_MAXINT64: from the first); without those that are there because of the photo they
 * stand behind. Of KeptOut. */
GPtrArray *kept_out_list(StoreTx *tx, const Principal *viewer, KeptOutState state, gint64 after_ms,
                         gint64 after_id, gint64 limit, GError **error);
gint64 kept_out_count(StoreTx *tx, const Principal *viewer, KeptOutState state, GError **error);

/* Each takes one photo and whatever stands behind it in its stack, and is done when it returns
 * TRUE. NOT_FOUND for a photo that `viewer` may not know of, or that is not (or is already) there.
 */

/* FORBIDDEN where the files cannot be moved: a folder that may only be read. */
gboolean trash_put(Library *library, const Principal *viewer, gint64 photo_id, GError **error);
gboolean trash_restore(Library *library, const Principal *viewer, gint64 photo_id, GError **error);
/* For good. */
gboolean trash_delete(Library *library, const Principal *viewer, gint64 photo_id, GError **error);

/* Out of sight, and not to be indexed again; the file stays. */
gboolean removed_put(Library *library, const Principal *viewer, gint64 photo_id, GError **error);
gboolean removed_restore(Library *library, const Principal *viewer, gint64 photo_id,
                         GError **error);

/* Deletes for good what has been in the trash since before then. */
gboolean trash_empty_before(Library *library, gint64 before_ms, gint64 *ret_photos, GError **error);

typedef struct {
    gint64 finished; /* half-done moves brought to their end in the trash */
    gint64 undone;   /* photos that are shown again */
    gint64 deleted;  /* folders of photos deleted for good that were still there */
    gint64 missing;  /* that are missing now: nowhere by their files */
    gint64 lost;     /* the same, of which that cannot be told, or whose place is taken */
    gint64 strange;  /* folders of no photo in the trash */
} TrashRecovery;

/* Ends whatever an earlier process could not. Safe beside others that work on the trash. */
gboolean trash_recover(Library *library, TrashRecovery *ret_recovery, GError **error);
