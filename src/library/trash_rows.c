#include "library/trash_rows.h"

#include "base/beneath.h"
#include "base/path_text.h"
#include "library/item_link.h"

#include <string.h>
#include <unistd.h>

/* Reading rows */

void trash_row_free(TrashRow *row)
{
    g_free(row->path);
    g_free(row->name);
    g_free(row->folder);
    g_free(row->source);
    g_free(row->root_identity);
    g_clear_pointer(&row->face_crops, g_ptr_array_unref);
    g_free(row);
}

TrashRow *trash_row_read(const StoreStatement *statement)
{
    TrashRow *row = g_new0(TrashRow, 1);
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

GPtrArray *trash_rows_read(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *statement = store_prepare_sql(tx, sql, error);
    if (!statement) {
        return NULL;
    }
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)trash_row_free);
    StoreStep step;
    while ((step = store_step(statement, error)) == STORE_ROW) {
        g_ptr_array_add(rows, trash_row_read(statement));
    }
    return step == STORE_DONE ? g_steal_pointer(&rows) : NULL;
}

/* Writing rows */

gboolean trash_row_mark(StoreTx *tx, const TrashRow *row, const char *kept_out, gint64 account,
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

gboolean trash_row_show(StoreTx *tx, const TrashRow *row, const char *path, const char *state,
                        GError **error)
{
    static const StoreQuery query = {
        .name = "kept_out_show_again",
        .sql =
            "UPDATE photo SET kept_out = NULL, kept_out_ms = NULL, kept_out_by = NULL, "
            "path = ?2, state = ?3, state_ms = ?4, version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, row->id);
    store_bind_text(statement, 2, path);
    store_bind_text(statement, 3, state);
    store_bind_int(statement, 4, library_now_ms());
    return store_run(statement, NULL, error);
}

gboolean trash_row_rename(StoreTx *tx, const TrashRow *row, const char *name, GError **error)
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

gboolean trash_row_forget(StoreTx *tx, const TrashRow *row, GError **error)
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
    return run_on(tx, &delete, row->id, error) && run_on(tx, &gone, row->id, error) &&
           item_link_content(tx, &row->hash, error);
}

char *trash_row_place(const char *folder, const char *name)
{
    return g_str_has_suffix(folder, "/") ? g_strconcat(folder, name, NULL)
                                         : g_strconcat(folder, "/", name, NULL);
}

/* The files of a row */

void trash_row_files_clear(TrashRowFiles *files)
{
    g_free(files->kept_name);
    g_free(files->source);
    g_free(files->relative);
}
TrashRowFiles trash_row_files(Library *library, const TrashRow *row)
{
    g_autofree char *path = trash_row_place(row->folder, row->name);
    g_autofree char *kept = g_path_get_basename(row->path);
    const char *relative = beneath_relative(row->source, path);
    g_assert(relative);
    TrashRowFiles files = {
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

gboolean trash_row_takes_shared(Library *library, const TrashRow *row)
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

/* Every trash_change of rows runs whole, again when another transaction was in its way. */

#define TRIES_OF_A_CHANGE 5

gboolean trash_change(Library *library, TrashChange write, gpointer data, GError **error)
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

gboolean trash_path_is_free(StoreTx *tx, const char *path, gboolean *ret_free, GError **error)
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

void trash_unlock(int *lock)
{
    if (*lock >= 0) {
        close(*lock);
    }
}
