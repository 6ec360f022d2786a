#include "library/album.h"

#include "base/limits.h"
#include "library/library.h"
#include "library/photo_rows.h"

#include <string.h>

void album_free(Album *album)
{
    if (!album) {
        return;
    }
    g_free(album->name);
    g_free(album->title);
    g_free(album->description);
    g_free(album->password_hash);
    g_free(album);
}

/* Names */

/* The first of TITLE, "TITLE (2)", "TITLE (3)" ... that none of `taken` has. `counts` remembers how
 * far each title has come, so that many albums of one title take no longer than others. */
static char *free_name(GHashTable *taken, GHashTable *counts, const Album *album)
{
    g_autofree char *base = *album->title ? g_strdup(album->title)
                                          : g_strdup_printf("Album %" G_GINT64_FORMAT, album->id);
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, base)) + 1;
    char *name = count == 1 ? g_strdup(base) : g_strdup_printf("%s (%u)", base, count);
    while (g_hash_table_contains(taken, name)) {
        g_free(name);
        name = g_strdup_printf("%s (%u)", base, ++count);
    }
    g_hash_table_insert(counts, g_steal_pointer(&base), GUINT_TO_POINTER(count));
    return name;
}

static void name_albums(const GPtrArray *albums)
{
    g_autoptr(GHashTable) taken = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < albums->len; i++) {
        Album *album = g_ptr_array_index(albums, i);
        album->name = free_name(taken, counts, album);
        g_hash_table_add(taken, album->name);
    }
}

/* Reading */

GPtrArray *album_list(StoreTx *tx, const Principal *viewer, GError **error)
{
    static const StoreQuery query = {
        .name = "album_list",
        .sql = "SELECT id, name, description, is_hidden, password_hash, created_ms, changed_ms "
               "FROM album WHERE account_id = ?1 ORDER BY id",
    };
    g_autoptr(GPtrArray) albums = g_ptr_array_new_with_free_func((GDestroyNotify)album_free);
    if (!principal_sees_library(viewer)) {
        return g_steal_pointer(&albums);
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, principal_account(viewer));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        Album *album = g_new0(Album, 1);
        album->id = store_column_int(row, 0);
        album->title = g_strdup(store_column_text(row, 1));
        album->description = g_strdup(store_column_text(row, 2));
        album->is_hidden = store_column_int(row, 3) != 0;
        album->password_hash = g_strdup(store_column_text(row, 4));
        album->created_ms = store_column_int(row, 5);
        album->changed_ms = store_column_int(row, 6);
        g_ptr_array_add(albums, album);
    }
    name_albums(albums);
    return step == STORE_DONE ? g_steal_pointer(&albums) : NULL;
}

Album *album_find(StoreTx *tx, const Principal *viewer, const char *name, GError **error)
{
    g_autoptr(GPtrArray) albums = album_list(tx, viewer, error);
    for (guint i = 0; albums && i < albums->len; i++) {
        const Album *album = g_ptr_array_index(albums, i);
        if (strcmp(album->name, name) == 0) {
            return g_ptr_array_steal_index(albums, i);
        }
    }
    if (albums) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Album '%s' does not exist",
                    name);
    }
    return NULL;
}

GPtrArray *album_paths(StoreTx *tx, const Principal *viewer, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "album_paths",
        .sql = "SELECT p.path FROM album_photo a JOIN photo p ON p.id = a.photo_id "
               "JOIN folder f ON f.id = p.folder_id JOIN source s ON s.id = f.source_id "
               "WHERE a.album_id = ?1 AND p.state = 'present' AND p.kept_out IS NULL "
               "AND s.removed_ms IS NULL ORDER BY a.position, a.photo_id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, id);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const char *path = store_column_text(row, 0);
        if (principal_sees_path(viewer, path)) {
            g_ptr_array_add(paths, g_strdup(path));
        }
    }
    return step == STORE_DONE ? g_steal_pointer(&paths) : NULL;
}

/* Changing */

static gboolean check_count(StoreTx *tx, const Principal *viewer, GError **error)
{
    static const StoreQuery query = {
        .name = "album_count",
        .sql = "SELECT count(*) FROM album WHERE account_id = ?1",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, principal_account(viewer));
    if (!store_step_int(row, &count, error)) {
        return FALSE;
    }
    if (count >= LIMIT_ALBUMS_PER_ACCOUNT) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "There are %d albums, and no room for more", LIMIT_ALBUMS_PER_ACCOUNT);
    }
    return count < LIMIT_ALBUMS_PER_ACCOUNT;
}

static const char *text_or_null(const char *text)
{
    return text && *text ? text : NULL;
}

gboolean album_create(StoreTx *tx, const Principal *viewer, const AlbumNew *album, gint64 *ret_id,
                      GError **error)
{
    static const StoreQuery query = {
        .name = "album_create",
        .sql = "INSERT INTO album (name, description, account_id, is_hidden, password_hash, "
               "created_ms, changed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) RETURNING id",
    };
    StoreStatement *row = check_count(tx, viewer, error) ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, album->title);
    store_bind_text(row, 2, text_or_null(album->description));
    store_bind_int(row, 3, principal_account(viewer));
    store_bind_int(row, 4, album->password_hash != NULL);
    store_bind_text(row, 5, album->password_hash);
    store_bind_int(row, 6, library_now_ms());
    return store_step_int(row, ret_id, error);
}

gboolean album_delete(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "album_delete",
        .sql = "DELETE FROM album WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    return store_run(statement, NULL, error);
}

static gboolean change_text(StoreTx *tx, const StoreQuery *query, gint64 id, const char *text,
                            GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, text);
    store_bind_int(statement, 3, library_now_ms());
    return store_run(statement, NULL, error);
}

gboolean album_rename(StoreTx *tx, gint64 id, const char *title, GError **error)
{
    static const StoreQuery query = {
        .name = "album_rename",
        .sql = "UPDATE album SET name = ?2, changed_ms = ?3 WHERE id = ?1",
    };
    return change_text(tx, &query, id, title, error);
}

gboolean album_describe(StoreTx *tx, gint64 id, const char *description, GError **error)
{
    static const StoreQuery query = {
        .name = "album_describe",
        .sql = "UPDATE album SET description = ?2, changed_ms = ?3 WHERE id = ?1",
    };
    return change_text(tx, &query, id, text_or_null(description), error);
}

static gboolean mark_changed(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "album_mark_changed",
        .sql = "UPDATE album SET changed_ms = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_int(statement, 2, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean next_position(StoreTx *tx, gint64 id, gint64 *ret_position, GError **error)
{
    static const StoreQuery query = {
        .name = "album_next_position",
        .sql = "SELECT COALESCE(max(position), 0) + 1 FROM album_photo WHERE album_id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, id);
    return store_step_int(row, ret_position, error);
}

/* CONFLICT with a reference: there is no such photo. */
static gboolean add_one(StoreTx *tx, gint64 id, gint64 photo_id, gint64 position, gint64 *ret_added,
                        GError **error)
{
    static const StoreQuery query = {
        .name = "album_add",
        .sql = "INSERT INTO album_photo (album_id, photo_id, position, added_ms) "
               "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (album_id, photo_id) DO NOTHING",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_int(statement, 2, photo_id);
    store_bind_int(statement, 3, position);
    store_bind_int(statement, 4, library_now_ms());
    gint64 added = 0;
    gboolean ran = store_run(statement, &added, error);
    *ret_added += added;
    return ran;
}

gboolean album_add(StoreTx *tx, gint64 id, const gint64 *photo_ids, gsize count, gint64 *ret_added,
                   GError **error)
{
    gint64 position = 0;
    GError *failure = NULL;
    *ret_added = 0;
    if (!next_position(tx, id, &position, error)) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        if (!add_one(tx, id, photo_ids[i], position + (gint64)i, ret_added, &failure)) {
            if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
                g_clear_error(&failure);
                photo_set_not_found(&failure);
            }
            g_propagate_error(error, failure);
            return FALSE;
        }
    }
    return *ret_added == 0 || mark_changed(tx, id, error);
}

gboolean album_remove(StoreTx *tx, gint64 id, gint64 photo_id, gint64 *ret_removed, GError **error)
{
    static const StoreQuery query = {
        .name = "album_remove",
        .sql = "DELETE FROM album_photo WHERE album_id = ?1 AND photo_id = ?2",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_int(statement, 2, photo_id);
    return store_run(statement, ret_removed, error) &&
           (*ret_removed == 0 || mark_changed(tx, id, error));
}
