#include "library/source.h"

#include "base/beneath.h"
#include "base/path_text.h"
#include "library/library.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void source_free(Source *source)
{
    if (!source) {
        return;
    }
    g_free(source->path);
    g_free(source->root_identity);
    g_free(source);
}

GPtrArray *source_list(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "source_list",
        .sql = "SELECT id, path, scanned_ms, root_identity, is_uploads, named_only "
               "FROM source "
               "WHERE removed_ms IS NULL ORDER BY path",
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
        source->root_identity = g_strdup(store_column_text(row, 3));
        source->is_uploads = store_column_int(row, 4) != 0;
        source->named_only = store_column_int(row, 5) != 0;
        g_ptr_array_add(sources, source);
    }
    return step == STORE_DONE ? g_steal_pointer(&sources) : NULL;
}

static gboolean set_invalid(GError **error, const char *path, const char *why)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%s %s", path, why);
    return FALSE;
}

static gboolean check_folder(const char *path, const char *real, const char *data_folder,
                             GError **error)
{
    g_autofree char *data = realpath(data_folder, NULL);
    struct stat info;
    if (stat(real, &info) != 0 || !S_ISDIR(info.st_mode)) {
        return set_invalid(error, path, "is not a folder");
    }
    if (access(real, R_OK | X_OK) != 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                    "%s may not be read by the server", path);
        return FALSE;
    }
    if (data &&
        (strcmp(real, data) == 0 || beneath_relative(real, data) || beneath_relative(data, real))) {
        return set_invalid(error, path, "holds the library's own data, or lies in it");
    }
    return TRUE;
}

char *source_folder(const char *path, const char *data_folder, GError **error)
{
    g_autofree char *bytes = path_from_text(path);
    if (!bytes || !g_path_is_absolute(bytes)) {
        set_invalid(error, path, "is no absolute path");
        return NULL;
    }
    g_autofree char *real = realpath(bytes, NULL);
    if (!real) {
        g_set_error(error, ALBUMEN_ERROR,
                    errno == EACCES ? ALBUMEN_ERROR_FORBIDDEN : ALBUMEN_ERROR_INVALID,
                    "%s cannot be used: %s", path, g_strerror(errno));
        return NULL;
    }
    return check_folder(path, real, data_folder, error) ? path_to_text(real) : NULL;
}

gboolean source_holds(const Source *source, const char *folder)
{
    return strcmp(source->path, folder) == 0 ||
           (!source->named_only && beneath_relative(source->path, folder));
}

static gboolean check_apart(const Source *source, const char *path, GError **error)
{
    if (!source->named_only &&
        (beneath_relative(source->path, path) || beneath_relative(path, source->path))) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "%s overlaps %s, which is in the library already: one of them holds the other",
                    path, source->path);
        return FALSE;
    }
    return TRUE;
}

/* The source's row; one that was removed is one again. */
static gboolean ensure_source(StoreTx *tx, const char *path, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "source_ensure",
        .sql = "INSERT INTO source (path, added_ms) VALUES (?1, ?2) "
               "ON CONFLICT (path) DO UPDATE SET removed_ms = NULL, named_only = 0 RETURNING id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, path);
    store_bind_int(row, 2, library_now_ms());
    return store_step_int(row, ret_id, error);
}

/* Text that begins with this and a slash lies beneath: from here up to, not with, the second. */
static void bind_beneath(StoreStatement *statement, int first, const char *path)
{
    const char *slash = g_str_has_suffix(path, "/") ? "" : "/";
    g_autofree char *from = g_strconcat(path, slash, NULL);
    g_autofree char *behind = g_strdup(from);
    behind[strlen(behind) - 1] = '0'; /* follows '/' in ASCII */
    store_bind_text(statement, first, from);
    store_bind_text(statement, first + 1, behind);
}

/* Sources of single files beneath it are no more: all there is this one's. */
static gboolean end_named(StoreTx *tx, const char *path, GError **error)
{
    static const StoreQuery query = {
        .name = "source_end_named",
        .sql = "UPDATE source SET removed_ms = ?1 WHERE named_only = 1 AND path >= ?2 "
               "AND path < ?3",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, library_now_ms());
    bind_beneath(statement, 2, path);
    return store_run(statement, NULL, error);
}

/* Folders that removed sources left behind are this one's now. */
static gboolean adopt_folders(StoreTx *tx, gint64 source_id, const char *path, GError **error)
{
    static const StoreQuery query = {
        .name = "source_adopt",
        .sql = "UPDATE folder SET source_id = ?1 WHERE (path = ?2 OR (path >= ?3 AND path < ?4)) "
               "AND source_id IN (SELECT id FROM source WHERE removed_ms IS NOT NULL)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, source_id);
    store_bind_text(statement, 2, path);
    bind_beneath(statement, 3, path);
    return store_run(statement, NULL, error);
}

/* They are shown from now on, or no more. */
static gboolean touch_photos(StoreTx *tx, gint64 source_id, GError **error)
{
    static const StoreQuery query = {
        .name = "source_touch_photos",
        .sql = "UPDATE photo SET version = " LIBRARY_VERSION_SQL " WHERE folder_id IN "
               "(SELECT id FROM folder WHERE source_id = ?1)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, source_id);
    return store_run(statement, NULL, error);
}

gboolean source_add(StoreTx *tx, const char *path, gint64 *ret_id, GError **error)
{
    g_autoptr(GPtrArray) sources = source_list(tx, error);
    if (!sources) {
        return FALSE;
    }
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (strcmp(source->path, path) == 0 && !source->named_only) {
            *ret_id = source->id;
            return TRUE;
        }
        if (!check_apart(source, path, error)) {
            return FALSE;
        }
    }
    return ensure_source(tx, path, ret_id, error) && end_named(tx, path, error) &&
           adopt_folders(tx, *ret_id, path, error) && touch_photos(tx, *ret_id, error);
}

static gboolean mark_removed(StoreTx *tx, gint64 source_id, GError **error)
{
    static const StoreQuery query = {
        .name = "source_remove",
        .sql = "UPDATE source SET removed_ms = ?2 WHERE id = ?1 AND removed_ms IS NULL "
               "AND is_uploads = 0",
    };
    gint64 changed = 0;
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, source_id);
    store_bind_int(statement, 2, library_now_ms());
    if (!store_run(statement, &changed, error)) {
        return FALSE;
    }
    if (changed == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "There is no such folder in the library that could be taken out");
    }
    return changed > 0;
}

static gboolean forget_failures(StoreTx *tx, gint64 source_id, GError **error)
{
    static const StoreQuery query = {
        .name = "source_forget_failures",
        .sql = "DELETE FROM failure WHERE folder_id IN "
               "(SELECT id FROM folder WHERE source_id = ?1)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, source_id);
    return store_run(statement, NULL, error);
}

gboolean source_remove(StoreTx *tx, gint64 source_id, GError **error)
{
    return mark_removed(tx, source_id, error) && forget_failures(tx, source_id, error) &&
           touch_photos(tx, source_id, error);
}

GPtrArray *source_directories(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "source_directories",
        .sql = "SELECT path FROM source WHERE removed_ms IS NULL UNION "
               "SELECT path FROM account_directory UNION SELECT path FROM shared_directory",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(paths, g_strdup(store_column_text(row, 0)));
    }
    return step == STORE_DONE ? g_steal_pointer(&paths) : NULL;
}

/* The index of the source that holds the folder; sources->len when none does. */
static guint index_of_holder(const GPtrArray *sources, const char *folder)
{
    guint i = 0;
    for (; i < sources->len; i++) {
        if (source_holds(g_ptr_array_index(sources, i), folder)) {
            break;
        }
    }
    return i;
}

gint64 *source_count_photos(const CatalogView *view, const GPtrArray *sources)
{
    const CatalogColumns *columns = catalog_columns(view);
    g_autofree guint *holders = g_new(guint, columns->folders.count + 1);
    for (guint32 i = 0; i < columns->folders.count; i++) {
        holders[i] = index_of_holder(sources, columns->folders.texts[i]);
    }
    gint64 *counts = g_new0(gint64, sources->len + 1); /* the last: of none */
    for (guint32 row = 0; row < columns->rows; row++) {
        if (catalog_sees(view, row)) {
            counts[holders[columns->folder[row]]]++;
        }
    }
    return counts;
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

gboolean source_mark_scanned(StoreTx *tx, gint64 source_id, const char *root_identity,
                             GError **error)
{
    static const StoreQuery query = {
        .name = "source_mark_scanned",
        .sql = "UPDATE source SET scanned_ms = ?2, root_identity = ?3 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, source_id);
    store_bind_int(statement, 2, library_now_ms());
    store_bind_text(statement, 3, root_identity);
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
