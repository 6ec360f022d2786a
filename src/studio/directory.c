#include "studio/directory.h"

#include "base/limits.h"
#include "studio/item_rows.h"
#include "studio/names.h"

#include <string.h>

#define ROOT "/"

void directory_free(Directory *directory)
{
    if (!directory) {
        return;
    }
    g_free(directory->parent_uuid);
    g_free(directory->name);
    g_free(directory->path);
    g_free(directory->author);
    g_free(directory);
}

/* Names and paths */

static gboolean is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static gboolean check_part(const char *part, GError **error)
{
    if (!name_is_good(part, LIMIT_DIRECTORY_NAME_CHARACTERS) || is_dots(part) ||
        strchr(part, '/')) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "Each part of a directory's path has 1 to %d characters, no control "
                    "characters, and is not '.' or '..'",
                    LIMIT_DIRECTORY_NAME_CHARACTERS);
        return FALSE;
    }
    return TRUE;
}

char *directory_clean_path(const char *path, GError **error)
{
    g_autofree char *inner = g_strdup(*path == '/' ? path + 1 : path);
    gsize length = strlen(inner);
    if (length > 1 && inner[length - 1] == '/') {
        inner[length - 1] = '\0';
    }
    if (!*inner) {
        return g_strdup(ROOT);
    }
    g_auto(GStrv) parts = g_strsplit(inner, "/", LIMIT_DIRECTORY_DEPTH + 1);
    for (guint i = 0; parts[i]; i++) {
        if (i >= LIMIT_DIRECTORY_DEPTH) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "A directory's path has at most %d parts", LIMIT_DIRECTORY_DEPTH);
            return NULL;
        }
        if (!check_part(parts[i], error)) {
            return NULL;
        }
    }
    return g_strconcat(ROOT, inner, NULL);
}

char *directory_clean_filename(const char *name, GError **error)
{
    GString *clean = g_string_new(NULL);
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (character != '/' && character != '\\' && !g_unichar_iscntrl(character)) {
            g_string_append_unichar(clean, character);
        }
    }
    g_autofree char *whole = g_string_free(clean, FALSE);
    g_autofree char *stripped = g_strdup(g_strstrip(whole));
    if (!*stripped || is_dots(stripped) || strlen(stripped) > LIMIT_ITEM_NAME_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "'%s' is no name for a picture: it has 1 to %d bytes, and is not '.' or '..'",
                    valid, LIMIT_ITEM_NAME_BYTES);
        return NULL;
    }
    return g_steal_pointer(&stripped);
}

/* Reading */

#define SELECT_DIRECTORY                                                                           \
    "SELECT r.id, r.uuid, p.id, p.uuid, p.path, r.name, r.path, a.display_name, r.created_ms, "    \
    "r.changed_ms FROM dataset_directory r LEFT JOIN dataset_directory p ON p.id = r.parent_id "   \
    "LEFT JOIN account a ON a.id = r.account_id WHERE r.dataset_id = ?1 AND "

static Directory *directory_from_row(const StoreStatement *row)
{
    Directory *directory = g_new0(Directory, 1);
    directory->id = store_column_int(row, 0);
    g_strlcpy(directory->uuid, store_column_text(row, 1), sizeof directory->uuid);
    const char *parent_path = store_column_text(row, 4);
    if (parent_path && strcmp(parent_path, ROOT) != 0) {
        directory->parent_id = store_column_int(row, 2);
        directory->parent_uuid = g_strdup(store_column_text(row, 3));
    }
    directory->name = g_strdup(store_column_text(row, 5));
    directory->path = g_strdup(store_column_text(row, 6));
    const char *author = store_column_text(row, 7);
    directory->author = author && *author ? g_strdup(author) : NULL;
    directory->created_ms = store_column_int(row, 8);
    directory->changed_ms = store_column_int(row, 9);
    return directory;
}

/* Items right in each, by the directory's id. */
static gboolean count_items(StoreTx *tx, const Dataset *dataset, GHashTable *by_id, GError **error)
{
    static const StoreQuery query = {
        .name = "directory_counts",
        .sql = "SELECT directory_id, count(*) FROM dataset_item WHERE dataset_id = ?1 "
               "AND archived_ms IS NULL GROUP BY directory_id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        Directory *directory = g_hash_table_lookup(by_id, &id);
        if (directory) {
            directory->image_count = store_column_int(row, 1);
        }
    }
    return step == STORE_DONE;
}

static void add_up(const GPtrArray *directories, GHashTable *by_id)
{
    for (guint i = 0; i < directories->len; i++) {
        const Directory *directory = g_ptr_array_index(directories, i);
        Directory *above = g_hash_table_lookup(by_id, &directory->id);
        for (; above; above = g_hash_table_lookup(by_id, &above->parent_id)) {
            above->nested_count += directory->image_count;
        }
    }
}

GPtrArray *directory_list(StoreTx *tx, const Dataset *dataset, GError **error)
{
    static const StoreQuery query = {
        .name = "directory_list",
        .sql = SELECT_DIRECTORY "r.path <> '/' ORDER BY r.path",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, dataset->id);
    g_autoptr(GPtrArray) directories =
        g_ptr_array_new_with_free_func((GDestroyNotify)directory_free);
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        Directory *directory = directory_from_row(row);
        g_ptr_array_add(directories, directory);
        g_hash_table_insert(by_id, &directory->id, directory);
    }
    if (step != STORE_DONE || !count_items(tx, dataset, by_id, error)) {
        return NULL;
    }
    add_up(directories, by_id);
    return g_steal_pointer(&directories);
}

static gboolean read_directory(StoreTx *tx, const Dataset *dataset, const char *path,
                               Directory **ret_directory, GError **error)
{
    static const StoreQuery query = {
        .name = "directory_find",
        .sql = SELECT_DIRECTORY "r.path = ?2",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    store_bind_text(row, 2, path);
    StoreStep step = store_step(row, error);
    *ret_directory = step == STORE_ROW ? directory_from_row(row) : NULL;
    return step != STORE_ERROR;
}

Directory *directory_find(StoreTx *tx, const Dataset *dataset, const char *path, GError **error)
{
    DirectoryStats right = {0};
    DirectoryStats nested = {0};
    g_autoptr(Directory) directory = NULL;
    if (!read_directory(tx, dataset, path, &directory, error)) {
        return NULL;
    }
    if (!directory) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Directory '%s' not found",
                    path);
        return NULL;
    }
    if (!directory_stats(tx, dataset, directory, FALSE, &right, error) ||
        !directory_stats(tx, dataset, directory, TRUE, &nested, error)) {
        return NULL;
    }
    directory->image_count = right.images;
    directory->nested_count = nested.images;
    return g_steal_pointer(&directory);
}

/* " = path", or also all beneath it. */
static void add_place(StoreSql *sql, const char *path, gboolean nested)
{
    g_autofree char *first = g_strconcat(strcmp(path, ROOT) == 0 ? "" : path, "/", NULL);
    g_autofree char *after = g_strconcat(strcmp(path, ROOT) == 0 ? "" : path, "0", NULL);
    store_sql_add(sql, " AND (r.path = ");
    store_sql_value_text(sql, path);
    if (nested) {
        store_sql_add(sql, " OR (r.path >= ");
        store_sql_value_text(sql, first);
        store_sql_add(sql, " AND r.path < ");
        store_sql_value_text(sql, after);
        store_sql_add(sql, ")");
    }
    store_sql_add(sql, ")");
}

static gboolean count_directories(StoreTx *tx, const Dataset *dataset, const Directory *directory,
                                  gboolean nested, gint64 *ret_count, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT count(*) FROM dataset_directory r WHERE r.dataset_id = ");
    store_sql_value_int(sql, dataset->id);
    store_sql_add(sql, " AND r.id <> ");
    store_sql_value_int(sql, directory->id);
    if (nested) {
        add_place(sql, directory->path, TRUE);
    } else {
        store_sql_add(sql, " AND r.parent_id = ");
        store_sql_value_int(sql, directory->id);
    }
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    return row && store_step_int(row, ret_count, error);
}

gboolean directory_stats(StoreTx *tx, const Dataset *dataset, const Directory *directory,
                         gboolean nested, DirectoryStats *ret_stats, GError **error)
{
    *ret_stats = (DirectoryStats){0};
    if (!count_directories(tx, dataset, directory, nested, &ret_stats->directories, error)) {
        return FALSE;
    }
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT COALESCE(w.status, 'new'), count(*), "
                       "CAST(sum(i.file_bytes) AS BIGINT) FROM dataset_directory r "
                       "JOIN dataset_item i ON i.directory_id = r.id LEFT JOIN project_item w "
                       "ON w.item_id = i.id AND w.project_id = ");
    store_sql_value_int(sql, dataset->project_id);
    store_sql_add(sql, " WHERE i.archived_ms IS NULL AND r.dataset_id = ");
    store_sql_value_int(sql, dataset->id);
    add_place(sql, directory->path, nested);
    store_sql_add(sql, " GROUP BY COALESCE(w.status, 'new')");
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        ItemStatus status = ITEM_NEW;
        item_status_from_name(store_column_text(row, 0), &status);
        ret_stats->by_status[status] = store_column_int(row, 1);
        ret_stats->images += store_column_int(row, 1);
        ret_stats->bytes += store_column_int(row, 2);
    }
    return step == STORE_DONE;
}

/* Making */

static gboolean find_id(StoreTx *tx, const Dataset *dataset, const char *path, gint64 *ret_id,
                        GError **error)
{
    static const StoreQuery query = {
        .name = "directory_id",
        .sql = "SELECT id FROM dataset_directory WHERE dataset_id = ?1 AND path = ?2",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    store_bind_text(row, 2, path);
    StoreStep step = store_step(row, error);
    *ret_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

static gboolean check_room(StoreTx *tx, const Dataset *dataset, GError **error)
{
    static const StoreQuery query = {
        .name = "directory_count",
        .sql = "SELECT count(*) FROM dataset_directory WHERE dataset_id = ?1",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    if (!store_step_int(row, &count, error)) {
        return FALSE;
    }
    if (count > LIMIT_DIRECTORIES_PER_DATASET) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "The dataset has %d directories, and no room for more",
                    LIMIT_DIRECTORIES_PER_DATASET);
        return FALSE;
    }
    return TRUE;
}

static gboolean insert_directory(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                                 gint64 parent_id, const char *path, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "directory_make",
        .sql = "INSERT INTO dataset_directory (uuid, dataset_id, parent_id, name, path, "
               "account_id, created_ms, changed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) "
               "RETURNING id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_text(row, 1, uuid);
    store_bind_int(row, 2, dataset->id);
    store_bind_int(row, 3, parent_id);
    store_bind_text(row, 4, strrchr(path, '/') + 1);
    store_bind_text(row, 5, path);
    store_bind_int(row, 6, principal_account(viewer));
    store_bind_int(row, 7, library_now_ms());
    return store_step_int(row, ret_id, error);
}

gboolean directory_make(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                        const char *path, gint64 *ret_id, GError **error)
{
    gint64 parent_id = 0;
    if (!find_id(tx, dataset, path, ret_id, error) || *ret_id) {
        return *ret_id != 0;
    }
    g_autofree char *above = g_path_get_dirname(path);
    return check_room(tx, dataset, error) &&
           directory_make(tx, viewer, dataset, above, &parent_id, error) &&
           insert_directory(tx, viewer, dataset, parent_id, path, ret_id, error);
}

/* Changing */

static char *sibling_path(const Directory *directory, const char *name)
{
    g_autofree char *above = g_path_get_dirname(directory->path);
    return g_strconcat(strcmp(above, ROOT) == 0 ? "" : above, "/", name, NULL);
}

static gboolean write_name(StoreTx *tx, const Directory *directory, const char *name,
                           GError **error)
{
    static const StoreQuery query = {
        .name = "directory_rename",
        .sql = "UPDATE dataset_directory SET name = ?2, changed_ms = ?3 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, directory->id);
    store_bind_text(statement, 2, name);
    store_bind_int(statement, 3, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean write_paths(StoreTx *tx, const Dataset *dataset, const char *from, const char *to,
                            GError **error)
{
    static const StoreQuery query = {
        .name = "directory_move",
        .sql = "UPDATE dataset_directory SET path = CAST(?3 AS TEXT) || "
               "substr(path, length(CAST(?2 AS TEXT)) + 1) WHERE dataset_id = ?1 "
               "AND (path = ?2 OR (path >= ?4 AND path < ?5))",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    g_autofree char *first = g_strconcat(from, "/", NULL);
    g_autofree char *after = g_strconcat(from, "0", NULL);
    store_bind_int(statement, 1, dataset->id);
    store_bind_text(statement, 2, from);
    store_bind_text(statement, 3, to);
    store_bind_text(statement, 4, first);
    store_bind_text(statement, 5, after);
    return store_run(statement, NULL, error);
}

static gboolean refuse_root(const Directory *directory, GError **error)
{
    if (strcmp(directory->path, ROOT) == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "The root directory stays as it is");
        return FALSE;
    }
    return TRUE;
}

gboolean directory_rename(StoreTx *tx, const Dataset *dataset, const Directory *directory,
                          const char *name, GError **error)
{
    gint64 taken = 0;
    if (!refuse_root(directory, error) || !check_part(name, error)) {
        return FALSE;
    }
    g_autofree char *path = sibling_path(directory, name);
    if (!find_id(tx, dataset, path, &taken, error)) {
        return FALSE;
    }
    if (taken && taken != directory->id) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "There is a directory called '%s' already", name);
        return FALSE;
    }
    return write_name(tx, directory, name, error) &&
           write_paths(tx, dataset, directory->path, path, error);
}

/* Archived ones too; of gint64. */
static GArray *items_in(StoreTx *tx, const Directory *directory, GError **error)
{
    static const StoreQuery query = {
        .name = "directory_items",
        .sql = "SELECT id FROM dataset_item WHERE directory_id = ?1 ORDER BY filename",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, directory->id);
    return item_rows_read_ids(row, error);
}

static gboolean delete_row(StoreTx *tx, const Directory *directory, GError **error)
{
    static const StoreQuery query = {
        .name = "directory_delete",
        .sql = "DELETE FROM dataset_directory WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, directory->id);
    return store_run(statement, NULL, error);
}

gboolean directory_delete(StoreTx *tx, const Dataset *dataset, const Directory *directory,
                          gboolean cascade, gint64 *ret_moved, GError **error)
{
    gint64 beneath = 0;
    gint64 above_id = 0;
    *ret_moved = 0;
    if (!refuse_root(directory, error) ||
        !count_directories(tx, dataset, directory, FALSE, &beneath, error)) {
        return FALSE;
    }
    g_autoptr(GArray) items = items_in(tx, directory, error);
    if (!items) {
        return FALSE;
    }
    if (beneath > 0 || (items->len > 0 && !cascade)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "'%s' holds %s: it is not empty",
                    directory->path, beneath > 0 ? "directories" : "pictures");
        return FALSE;
    }
    g_autofree char *above = g_path_get_dirname(directory->path);
    const gint64 *ids = (const gint64 *)(gpointer)items->data;
    *ret_moved = items->len;
    return find_id(tx, dataset, above, &above_id, error) &&
           item_rows_move(tx, ids, items->len, above_id, NULL, error) &&
           delete_row(tx, directory, error);
}
