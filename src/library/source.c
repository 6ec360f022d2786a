#include "library/source.h"

#include "base/beneath.h"
#include "library/library.h"

#include <string.h>

void source_free(Source *source)
{
    if (!source) {
        return;
    }
    g_free(source->path);
    g_free(source);
}

GPtrArray *source_list(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "source_list",
        .sql = "SELECT id, path, scanned_ms FROM source ORDER BY path",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func((GDestroyNotify)source_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        Source *source = g_new0(Source, 1);
        source->id = store_column_int(row, 0);
        source->path = g_strdup(store_column_text(row, 1));
        source->scanned_ms = store_column_int(row, 2);
        g_ptr_array_add(sources, source);
    }
    return step == STORE_DONE ? g_steal_pointer(&sources) : NULL;
}

static gboolean check_apart(const Source *source, const char *path, GError **error)
{
    if (beneath_relative(source->path, path) || beneath_relative(path, source->path)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "%s overlaps %s, which is in the library already: one of them holds the other",
                    path, source->path);
        return FALSE;
    }
    return TRUE;
}

gboolean source_add(StoreTx *tx, const char *path, gint64 *ret_id, GError **error)
{
    static const StoreQuery insert = {
        .name = "source_insert",
        .sql = "INSERT INTO source (path, added_ms) VALUES (?1, ?2) RETURNING id",
    };
    g_autoptr(GPtrArray) sources = source_list(tx, error);
    if (!sources) {
        return FALSE;
    }
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (strcmp(source->path, path) == 0) {
            *ret_id = source->id;
            return TRUE;
        }
        if (!check_apart(source, path, error)) {
            return FALSE;
        }
    }
    StoreStatement *row = store_prepare(tx, &insert, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, path);
    store_bind_int(row, 2, library_now_ms());
    return store_step_int(row, ret_id, error);
}

char *source_of_photo(StoreTx *tx, gint64 photo_id, GError **error)
{
    static const StoreQuery query = {
        .name = "source_of_photo",
        .sql = "SELECT s.path FROM photo p JOIN folder f ON f.id = p.folder_id "
               "JOIN source s ON s.id = f.source_id WHERE p.id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, photo_id);
    return store_step_one(row, error) ? g_strdup(store_column_text(row, 0)) : NULL;
}

gboolean source_mark_scanned(StoreTx *tx, gint64 source_id, GError **error)
{
    static const StoreQuery query = {
        .name = "source_mark_scanned",
        .sql = "UPDATE source SET scanned_ms = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, source_id);
    store_bind_int(statement, 2, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean find_folder(StoreTx *tx, gint64 source_id, const char *path, gint64 *ret_id,
                            GError **error)
{
    static const StoreQuery query = {
        .name = "folder_find",
        .sql = "SELECT id FROM folder WHERE path = ?1 AND source_id = ?2",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, path);
    store_bind_int(row, 2, source_id);
    StoreStep step = store_step(row, error);
    *ret_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

gboolean folder_ensure(StoreTx *tx, gint64 source_id, const char *path, gint64 *ret_id,
                       GError **error)
{
    static const StoreQuery query = {
        .name = "folder_ensure",
        .sql = "INSERT INTO folder (source_id, path) VALUES (?1, ?2) "
               "ON CONFLICT (path) DO UPDATE SET source_id = excluded.source_id RETURNING id",
    };
    /* Called for every file of the folder: it is there but for the first, and looking locks nobody
     * out. */
    if (!find_folder(tx, source_id, path, ret_id, error)) {
        return FALSE;
    }
    if (*ret_id) {
        return TRUE;
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, source_id);
    store_bind_text(row, 2, path);
    return store_step_int(row, ret_id, error);
}
