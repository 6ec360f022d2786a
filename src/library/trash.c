#include "library/trash.h"

#include "base/beneath.h"
#include "base/ids.h"
#include "base/path_text.h"
#include "library/kept_out.h"
#include "library/originals.h"
#include "library/trash_files.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TRIES_OF_A_NAME 1000

/* Reading rows */

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    char *path, *name; /* texts */
    char *folder, *source, *root_identity;
    gint64 folder_id;
    ContentHash hash;
    gboolean moved;
} Row;

static void row_free(Row *row)
{
    g_free(row->path);
    g_free(row->name);
    g_free(row->folder);
    g_free(row->source);
    g_free(row->root_identity);
    g_free(row);
}

#define ROW_COLUMNS                                                                                \
    "SELECT p.id, p.uuid, p.path, p.name, f.path, s.path, p.folder_id, p.content_hash, "           \
    "s.root_identity"

static Row *row_read(const StoreStatement *statement)
{
    Row *row = g_new0(Row, 1);
    row->id = store_column_int(statement, 0);
    g_strlcpy(row->uuid, store_column_text(statement, 1), sizeof row->uuid);
    row->path = g_strdup(store_column_text(statement, 2));
    row->name = g_strdup(store_column_text(statement, 3));
    row->folder = g_strdup(store_column_text(statement, 4));
    row->source = g_strdup(store_column_text(statement, 5));
    row->folder_id = store_column_int(statement, 6);
    gsize length = 0;
    gconstpointer hash = store_column_blob(statement, 7, &length);
    if (length == HASH_BYTES) {
        memcpy(row->hash.bytes, hash, HASH_BYTES);
    }
    row->root_identity = g_strdup(store_column_text(statement, 8));
    return row;
}

static GPtrArray *read_rows(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *statement = store_prepare_sql(tx, sql, error);
    if (!statement) {
        return NULL;
    }
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
    StoreStep step;
    while ((step = store_step(statement, error)) == STORE_ROW) {
        g_ptr_array_add(rows, row_read(statement));
    }
    return step == STORE_DONE ? g_steal_pointer(&rows) : NULL;
}

/* The photo, first, and those that stand behind it, all in the same state. */
static GPtrArray *group_of(StoreTx *tx, const Principal *viewer, KeptOutState state, gint64 id,
                           GError **error)
{
    g_autoptr(StoreSql) sql = kept_out_select(ROW_COLUMNS, viewer, state);
    store_sql_add(sql, " AND (p.id = ");
    store_sql_value_int(sql, id);
    store_sql_add(sql, " OR p.stack_of = ");
    store_sql_value_int(sql, id);
    store_sql_add(sql, ") ORDER BY CASE WHEN p.id = ");
    store_sql_value_int(sql, id);
    store_sql_add(sql, " THEN 0 ELSE 1 END, p.id");
    g_autoptr(GPtrArray) rows = read_rows(tx, sql, error);
    if (rows && (rows->len == 0 || ((Row *)g_ptr_array_index(rows, 0))->id != id)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            state == KEPT_OUT_NOT     ? "Photo not found"
                            : state == KEPT_OUT_TRASH ? "The photo is not in the trash"
                                                      : "The photo is not among the removed ones");
        return NULL;
    }
    return g_steal_pointer(&rows);
}

/* Writing rows */

static gboolean mark(StoreTx *tx, const Row *row, const char *kept_out, gint64 account,
                     const char *path, GError **error)
{
    static const StoreQuery query = {
        .name = "kept_out_mark",
        .sql = "UPDATE photo SET kept_out = ?2, kept_out_ms = ?3, kept_out_by = ?4, path = ?5, "
               "version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, row->id);
    store_bind_text(statement, 2, kept_out);
    store_bind_int(statement, 3, library_now_ms());
    store_bind_int(statement, 4, account);
    store_bind_text(statement, 5, path);
    return store_run(statement, NULL, error);
}

static gboolean show_again(StoreTx *tx, const Row *row, const char *path, GError **error)
{
    static const StoreQuery query = {
        .name = "kept_out_show_again",
        .sql = "UPDATE photo SET kept_out = NULL, kept_out_ms = NULL, kept_out_by = NULL, "
               "path = ?2, state = 'present', version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, row->id);
    store_bind_text(statement, 2, path);
    return store_run(statement, NULL, error);
}

static gboolean rename_row(StoreTx *tx, const Row *row, const char *name, GError **error)
{
    static const StoreQuery query = {
        .name = "trash_rename",
        .sql = "UPDATE photo SET name = ?2, version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, row->id);
    store_bind_text(statement, 2, name);
    return store_run(statement, NULL, error);
}

static gboolean run_on(StoreTx *tx, const StoreQuery *query, gint64 id, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    return store_run(statement, NULL, error);
}

static gboolean forget_row(StoreTx *tx, const Row *row, GError **error)
{
    static const StoreQuery gone = {
        .name = "photo_gone",
        /* SQLite gives the last row's number again when it is free. */
        .sql = "INSERT INTO photo_gone (photo_id, version) VALUES (?1, " LIBRARY_VERSION_SQL ") "
               "ON CONFLICT (photo_id) DO UPDATE SET version = excluded.version",
    };
    static const StoreQuery delete = {
        .name = "photo_delete",
        .sql = "DELETE FROM photo WHERE id = ?1",
    };
    return run_on(tx, &delete, row->id, error) && run_on(tx, &gone, row->id, error);
}

static char *join(const char *folder, const char *name)
{
    return g_str_has_suffix(folder, "/") ? g_strconcat(folder, name, NULL)
                                         : g_strconcat(folder, "/", name, NULL);
}

/* The files of a row */

typedef struct {
    TrashFiles files;
    char *kept_name, *source, *relative;
} RowFiles;

static void row_files_clear(RowFiles *files)
{
    g_free(files->kept_name);
    g_free(files->source);
    g_free(files->relative);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RowFiles, row_files_clear)

static RowFiles row_files(Library *library, const Row *row)
{
    g_autofree char *path = join(row->folder, row->name);
    g_autofree char *kept = g_path_get_basename(row->path);
    const char *relative = beneath_relative(row->source, path);
    g_assert(relative);
    RowFiles files = {
        .kept_name = path_from_text(kept),
        .source = path_from_text(row->source),
        .relative = path_from_text(relative),
    };
    files.files = (TrashFiles){
        .trash = library_trash(library),
        .uuid = row->uuid,
        .kept_name = files.kept_name,
        .source = files.source,
        .relative = files.relative,
        .root_identity = row->root_identity,
        .hash = &row->hash,
    };
    return files;
}

/* Whether no other photo that is shown has the stem, so that STEM.xmp is this one's alone. */
static gboolean takes_shared(Library *library, const Row *row)
{
    static const StoreQuery query = {
        .name = "trash_same_stem",
        .sql = "SELECT count(*) FROM photo WHERE folder_id = ?1 AND name > ?2 AND name < ?3 "
               "AND id <> ?4 AND kept_out IS NULL AND state = 'present'",
    };
    const char *dot = strrchr(row->name, '.');
    if (!dot) {
        return FALSE;
    }
    g_autofree char *stem = g_strndup(row->name, (gsize)(dot - row->name));
    g_autofree char *first = g_strconcat(stem, ".", NULL);
    g_autofree char *last = g_strconcat(stem, "/", NULL); /* the character after '.' */
    g_autoptr(StoreTx) tx = store_read(library_store(library), NULL);
    StoreStatement *statement = tx ? store_prepare(tx, &query, NULL) : NULL;
    gint64 others = 1;
    if (statement) {
        store_bind_int(statement, 1, row->folder_id);
        store_bind_text(statement, 2, first);
        store_bind_text(statement, 3, last);
        store_bind_int(statement, 4, row->id);
        store_step_int(statement, &others, NULL);
    }
    return others == 0;
}

/* Every change of rows runs whole, again when another transaction was in its way. */

typedef gboolean (*Change)(StoreTx *tx, gpointer data, GError **error);

#define TRIES_OF_A_CHANGE 5

static gboolean change(Library *library, Change write, gpointer data, GError **error)
{
    for (int try = 1;; try++) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(StoreTx) tx = store_write(library_store(library), &failure);
        if (tx && library_touch(tx, &failure) && write(tx, data, &failure) &&
            library_commit(library, tx, &failure)) {
            return TRUE;
        }
        if (try == TRIES_OF_A_CHANGE ||
            !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
}

/* One call, from its first transaction to its last. */
typedef struct {
    Library *library;
    const Principal *viewer;
    gint64 id;
    GPtrArray *rows; /* of Row */
} Call;

static void call_clear(Call *call)
{
    g_clear_pointer(&call->rows, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, call_clear)

static gboolean read_group(StoreTx *tx, Call *call, KeptOutState state, GError **error)
{
    g_clear_pointer(&call->rows, g_ptr_array_unref);
    call->rows = group_of(tx, call->viewer, state, call->id, error);
    return call->rows != NULL;
}

static Row *row_at(const Call *call, guint index)
{
    return g_ptr_array_index(call->rows, index);
}

static void release(int *lock)
{
    if (*lock >= 0) {
        close(*lock);
    }
}
#define HOLD_TRASH(library, lock, error)                                                           \
    __attribute__((cleanup(release))) int lock = trash_lock(library_trash(library), error);        \
    if (lock < 0) {                                                                                \
        return FALSE;                                                                              \
    }

/* Into the trash */

static gboolean mark_trashed(StoreTx *tx, gpointer data, GError **error)
{
    Call *call = data;
    if (!read_group(tx, call, KEPT_OUT_NOT, error)) {
        return FALSE;
    }
    for (guint i = 0; i < call->rows->len; i++) {
        Row *row = row_at(call, i);
        g_autofree char *path = g_strdup_printf("trash/%s/%s", row->uuid, row->name);
        if (!mark(tx, row, "trash", principal_account(call->viewer), path, error)) {
            return FALSE;
        }
        g_free(row->path);
        row->path = g_steal_pointer(&path);
    }
    return TRUE;
}

static gboolean show_all(StoreTx *tx, gpointer data, GError **error)
{
    const Call *call = data;
    for (guint i = 0; i < call->rows->len; i++) {
        const Row *row = row_at(call, i);
        g_autofree char *path = join(row->folder, row->name);
        if (!row->moved && !show_again(tx, row, path, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean put_files(Call *call, GError **error)
{
    for (guint i = 0; i < call->rows->len; i++) {
        Row *row = row_at(call, i);
        g_auto(RowFiles) files = row_files(call->library, row);
        files.files.takes_shared = takes_shared(call->library, row);
        if (!trash_files_put(&files.files, error)) {
            return FALSE;
        }
        row->moved = TRUE;
    }
    return TRUE;
}

/* All of them or none: what was moved goes back. What cannot go back stays in the trash. */
static void undo_put(Call *call)
{
    for (guint i = 0; i < call->rows->len; i++) {
        Row *row = row_at(call, i);
        g_auto(RowFiles) files = row_files(call->library, row);
        row->moved = row->moved && !trash_files_take_back(&files.files, NULL);
    }
    change(call->library, show_all, call, NULL);
}

gboolean trash_put(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    g_autoptr(GError) failure = NULL;
    HOLD_TRASH(library, lock, error);
    if (!change(library, mark_trashed, &call, error)) {
        return FALSE;
    }
    if (put_files(&call, &failure)) {
        return TRUE;
    }
    undo_put(&call);
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                    "Its file cannot be moved to the trash (%s); remove it from the library "
                    "instead, and the file stays where it is",
                    failure->message);
    } else {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    return FALSE;
}

/* Out of the trash */

static gboolean path_is_free(StoreTx *tx, const char *path, gboolean *ret_free, GError **error)
{
    static const StoreQuery query = {
        .name = "photo_path_is_free",
        .sql = "SELECT count(*) FROM photo WHERE path = ?1",
    };
    gint64 rows = 0;
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, path);
    gboolean read = store_step_int(statement, &rows, error);
    *ret_free = rows == 0;
    return read;
}

/* "IMG (restored).jpg", "IMG (restored 2).jpg" ... */
static char *other_name(const char *name, int number)
{
    const char *dot = strrchr(name, '.');
    gsize stem = dot && dot != name ? (gsize)(dot - name) : strlen(name);
    if (number == 1) {
        return g_strdup_printf("%.*s (restored)%s", (int)stem, name, name + stem);
    }
    return g_strdup_printf("%.*s (restored %d)%s", (int)stem, name, number, name + stem);
}

/* Gives the row a name that neither a file nor another row has. */
static gboolean find_name(StoreTx *tx, Library *library, Row *row, GError **error)
{
    g_autofree char *wanted = g_strdup(row->name);
    for (int number = 0; number < TRIES_OF_A_NAME; number++) {
        g_free(row->name);
        row->name = number == 0 ? g_strdup(wanted) : other_name(wanted, number);
        g_autofree char *path = join(row->folder, row->name);
        g_auto(RowFiles) files = row_files(library, row);
        gboolean is_free = FALSE;
        if (!path_is_free(tx, path, &is_free, error)) {
            return FALSE;
        }
        if (is_free && !trash_files_place_is_taken(&files.files)) {
            return number == 0 || rename_row(tx, row, row->name, error);
        }
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                        "There are too many files of its name in its folder");
    return FALSE;
}

static gboolean name_restored(StoreTx *tx, gpointer data, GError **error)
{
    Call *call = data;
    if (!read_group(tx, call, KEPT_OUT_TRASH, error)) {
        return FALSE;
    }
    for (guint i = 0; i < call->rows->len; i++) {
        if (!find_name(tx, call->library, row_at(call, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean show_moved(StoreTx *tx, gpointer data, GError **error)
{
    const Call *call = data;
    for (guint i = 0; i < call->rows->len; i++) {
        const Row *row = row_at(call, i);
        g_autofree char *path = join(row->folder, row->name);
        if (row->moved && !show_again(tx, row, path, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean trash_restore(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    g_autoptr(GError) failure = NULL;
    HOLD_TRASH(library, lock, error);
    if (!change(library, name_restored, &call, error)) {
        return FALSE;
    }
    for (guint i = 0; i < call.rows->len && !failure; i++) {
        Row *row = row_at(&call, i);
        g_auto(RowFiles) files = row_files(library, row);
        row->moved = trash_files_take_back(&files.files, &failure);
    }
    /* What is back is shown, even when something behind it is not. */
    if (row_at(&call, 0)->moved && !change(library, show_moved, &call, error)) {
        return FALSE;
    }
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return TRUE;
}

/* For good */

static gboolean read_trashed(Call *call, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(call->library), error);
    return tx && read_group(tx, call, KEPT_OUT_TRASH, error);
}

static gboolean forget_group(StoreTx *tx, gpointer data, GError **error)
{
    const Call *call = data;
    for (guint i = 0; i < call->rows->len; i++) {
        if (!forget_row(tx, row_at(call, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean set_aside(const Call *call, GError **error)
{
    for (guint i = 0; i < call->rows->len; i++) {
        if (!trash_folder_set_aside(library_trash(call->library), row_at(call, i)->uuid, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The thumbnails of a content that no photo has any more. */
static void drop_thumbnails(Library *library, const Row *row)
{
    static const StoreQuery query = {
        .name = "photo_has_content",
        .sql = "SELECT count(*) FROM photo WHERE content_hash = ?1",
    };
    gint64 photos = 1;
    {
        g_autoptr(StoreTx) tx = store_read(library_store(library), NULL);
        StoreStatement *statement = tx ? store_prepare(tx, &query, NULL) : NULL;
        if (statement) {
            store_bind_blob(statement, 1, row->hash.bytes, HASH_BYTES);
            store_step_int(statement, &photos, NULL);
        }
    }
    if (photos == 0) {
        thumbnails_drop(library, &row->hash);
    }
}

gboolean trash_delete(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    HOLD_TRASH(library, lock, error);
    if (!read_trashed(&call, error)) {
        return FALSE;
    }
    gboolean gone = set_aside(&call, error) && change(library, forget_group, &call, error);
    for (guint i = 0; i < call.rows->len; i++) {
        const char *uuid = row_at(&call, i)->uuid;
        if (gone) {
            trash_folder_forget(library_trash(library), uuid, NULL); /* or at the next start */
            drop_thumbnails(library, row_at(&call, i));
        } else {
            trash_folder_bring_back(library_trash(library), uuid, NULL);
        }
    }
    return gone;
}

gboolean trash_empty_before(Library *library, gint64 before_ms, gint64 *ret_photos, GError **error)
{
    static const StoreQuery query = {
        .name = "trash_before",
        .sql = "SELECT id FROM photo WHERE kept_out = 'trash' AND kept_out_ms < ?1 ORDER BY id",
    };
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, before_ms);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(ids, id);
    }
    g_clear_pointer(&tx, store_tx_free);
    *ret_photos = 0;
    for (guint i = 0; step == STORE_DONE && i < ids->len; i++) {
        g_autoptr(GError) failure = NULL;
        /* One that went with the photo before it is not there any more. */
        if (trash_delete(library, owner, g_array_index(ids, gint64, i), &failure)) {
            ++*ret_photos;
        } else if (!g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return step == STORE_DONE;
}

/* Removed */

static gboolean mark_removed(StoreTx *tx, gpointer data, GError **error)
{
    Call *call = data;
    if (!read_group(tx, call, KEPT_OUT_NOT, error)) {
        return FALSE;
    }
    for (guint i = 0; i < call->rows->len; i++) {
        const Row *row = row_at(call, i);
        if (!mark(tx, row, "removed", principal_account(call->viewer), row->path, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean mark_restored(StoreTx *tx, gpointer data, GError **error)
{
    Call *call = data;
    return read_group(tx, call, KEPT_OUT_REMOVED, error) && show_all(tx, call, error);
}

gboolean removed_put(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    return change(library, mark_removed, &call, error);
}

gboolean removed_restore(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    return change(library, mark_restored, &call, error);
}

/* Recovery */

typedef struct {
    Library *library;
    TrashRecovery *recovery;
} Recovering;

static gboolean undo_row(StoreTx *tx, gpointer data, GError **error)
{
    const Row *row = data;
    g_autofree char *path = join(row->folder, row->name);
    gboolean is_free = FALSE;
    if (!path_is_free(tx, path, &is_free, error)) {
        return FALSE;
    }
    if (!is_free) { /* what lies there now has a row of its own */
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "the place is taken");
        return FALSE;
    }
    return show_again(tx, row, path, error);
}

static void settle(Recovering *recovering, Row *row)
{
    g_auto(RowFiles) files = row_files(recovering->library, row);
    files.files.takes_shared = takes_shared(recovering->library, row);
    switch (trash_files_settle(&files.files)) {
    case TRASH_SETTLED:
        break;
    case TRASH_FINISHED:
        recovering->recovery->finished++;
        break;
    case TRASH_UNDONE:
        if (change(recovering->library, undo_row, row, NULL)) {
            recovering->recovery->undone++;
        } else {
            recovering->recovery->lost++;
        }
        break;
    case TRASH_LOST:
        recovering->recovery->lost++;
        break;
    }
}

static GPtrArray *next_rows(Library *library, gint64 after_id, GError **error)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreSql) sql = kept_out_select(ROW_COLUMNS, owner, KEPT_OUT_TRASH);
    store_sql_add(sql, " AND p.id > ");
    store_sql_value_int(sql, after_id);
    store_sql_add(sql, " ORDER BY p.id LIMIT 500");
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    return tx ? read_rows(tx, sql, error) : NULL;
}

static gboolean settle_rows(Recovering *recovering, GError **error)
{
    gint64 after_id = 0;
    for (;;) {
        g_autoptr(GPtrArray) rows = next_rows(recovering->library, after_id, error);
        if (!rows || rows->len == 0) {
            return rows != NULL;
        }
        for (guint i = 0; i < rows->len; i++) {
            Row *row = g_ptr_array_index(rows, i);
            settle(recovering, row);
            after_id = row->id;
        }
    }
}

/* The row of this uuid, whatever its state; NULL without an error when there is none. */
static Row *row_of_uuid(Library *library, const char *uuid, KeptOutState *ret_state, GError **error)
{
    static const StoreQuery query = {
        .name = "trash_row_of_uuid",
        .sql = ROW_COLUMNS ", p.kept_out FROM photo p JOIN folder f ON f.id = p.folder_id "
                           "JOIN source s ON s.id = f.source_id WHERE p.uuid = ?1",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    StoreStatement *statement = tx ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return NULL;
    }
    store_bind_text(statement, 1, uuid);
    if (store_step(statement, error) != STORE_ROW) {
        return NULL;
    }
    const char *kept_out = store_column_text(statement, 9);
    *ret_state = !kept_out                        ? KEPT_OUT_NOT
                 : g_str_equal(kept_out, "trash") ? KEPT_OUT_TRASH
                                                  : KEPT_OUT_REMOVED;
    return row_read(statement);
}

/* A power cut may take the row's last change and leave the move: the file goes where the row says.
 */
static gboolean take_back_unknown(Library *library, const Row *row)
{
    g_auto(RowFiles) files = row_files(library, row);
    return !trash_files_place_is_taken(&files.files) && trash_files_take_back(&files.files, NULL);
}

static gboolean settle_folder(const char *uuid, gboolean is_aside, gpointer data, GError **error)
{
    const Recovering *recovering = data;
    TrashRecovery *recovery = recovering->recovery;
    int trash = library_trash(recovering->library);
    GError *failure = NULL;
    KeptOutState state = KEPT_OUT_NOT;
    Row *row = row_of_uuid(recovering->library, uuid, &state, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (is_aside && !row) {
        recovery->deleted += trash_folder_forget(trash, uuid, NULL);
    } else if (is_aside) {
        trash_folder_bring_back(trash, uuid, NULL);
    } else if (state != KEPT_OUT_TRASH && unlinkat(trash, uuid, AT_REMOVEDIR) != 0) {
        if (row && take_back_unknown(recovering->library, row)) {
            recovery->undone++;
        } else {
            recovery->strange++;
        }
    }
    g_clear_pointer(&row, row_free);
    return TRUE;
}

gboolean trash_recover(Library *library, TrashRecovery *ret_recovery, GError **error)
{
    *ret_recovery = (TrashRecovery){0};
    Recovering recovering = {library, ret_recovery};
    HOLD_TRASH(library, lock, error);
    /* The folders first: one that was set aside is where its row expects it afterwards. */
    return trash_folder_each(library_trash(library), settle_folder, &recovering, error) &&
           settle_rows(&recovering, error);
}
