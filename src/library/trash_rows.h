/* Private to library/: the rows of photos on their way to and from the trash, and the files that go
 * with them. library/trash.h tells the order of the steps. */
#pragma once

#include "base/ids.h"
#include "library/kept_out.h"
#include "library/trash_files.h"

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    char *path, *name; /* texts */
    char *folder, *source, *root_identity;
    gint64 folder_id;
    ContentHash hash;
    gboolean moved;        /* its files were, by this call */
    GPtrArray *face_crops; /* keys of what goes with it; NULL: not read */
} TrashRow;

void trash_row_free(TrashRow *row);

/* For kept_out_select() and trash_row_read(). */
#define TRASH_ROW_COLUMNS                                                                          \
    "SELECT p.id, p.uuid, p.path, p.name, f.path, s.path, p.folder_id, p.content_hash, "           \
    "s.root_identity"

TrashRow *trash_row_read(const StoreStatement *statement);
/* All rows of a query; of TrashRow. */
GPtrArray *trash_rows_read(StoreTx *tx, const StoreSql *sql, GError **error);

/* kept_out ("trash", "removed") by this account, now; and the row's path. */
gboolean trash_row_mark(StoreTx *tx, const TrashRow *row, const char *kept_out, gint64 account,
                        const char *path, GError **error);
/* Not kept out any more: `state` is "present" or "missing". */
gboolean trash_row_show(StoreTx *tx, const TrashRow *row, const char *path, const char *state,
                        GError **error);
gboolean trash_row_rename(StoreTx *tx, const TrashRow *row, const char *name, GError **error);
/* For good. */
gboolean trash_row_forget(StoreTx *tx, const TrashRow *row, GError **error);
/* Whether no photo has the path. */
gboolean trash_path_is_free(StoreTx *tx, const char *path, gboolean *ret_free, GError **error);

/* A path as text; owned by the caller. */
char *trash_row_place(const char *folder, const char *name);

/* The files of a row, and the bytes of names that they point to. */
typedef struct {
    TrashFiles files;
    char *kept_name, *source, *relative;
} TrashRowFiles;
TrashRowFiles trash_row_files(Library *library, const TrashRow *row);
void trash_row_files_clear(TrashRowFiles *files);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TrashRowFiles, trash_row_files_clear)

/* Whether no other photo that is shown has the stem, so that STEM.xmp is this one's alone. */
gboolean trash_row_takes_shared(Library *library, const TrashRow *row);

/* A change of rows, in a transaction of its own; again from its start when another transaction was
 * in its way. */
typedef gboolean (*TrashChange)(StoreTx *tx, gpointer data, GError **error);
gboolean trash_change(Library *library, TrashChange write, gpointer data, GError **error);

/* Holds the trash to the end of the function, which returns FALSE where that cannot be. */
#define HOLD_TRASH(library, lock, error)                                                           \
    __attribute__((cleanup(trash_unlock))) int lock = trash_lock(library_trash(library), error);   \
    if (lock < 0) {                                                                                \
        return FALSE;                                                                              \
    }
void trash_unlock(int *lock);
