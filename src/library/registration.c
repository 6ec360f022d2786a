#include "library/registration.h"

#include "base/beneath.h"
#include "base/path_text.h"
#include "library/library.h"
#include "library/source.h"
#include "media/picture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Neither a photo nor a file that could not be read. */
#define UNREAD                                                                                     \
    "NOT EXISTS (SELECT 1 FROM photo p WHERE p.path = r.path AND p.state = 'present') "            \
    "AND NOT EXISTS (SELECT 1 FROM failure f WHERE f.path = r.path)"
#define SCANNING                                                                                   \
    "EXISTS (SELECT 1 FROM job j WHERE j.kind IN ('scan', 'watch') "                               \
    "AND j.state IN ('queued', 'running'))"

static gboolean is_readable_file(const char *bytes)
{
    struct stat info;
    return stat(bytes, &info) == 0 && S_ISREG(info.st_mode) && access(bytes, R_OK) == 0;
}

static gboolean lies_in(const char *folder, const char *own)
{
    g_autofree char *real = realpath(own, NULL);
    return real && (strcmp(folder, real) == 0 || beneath_relative(real, folder));
}

gboolean registration_look(const char *path, const char *data_folder, char **ret_folder,
                           char **ret_name, GError **error)
{
    g_autofree char *bytes = path_from_text(path);
    g_autofree char *parent = bytes ? g_path_get_dirname(bytes) : NULL;
    g_autofree char *folder = bytes && g_path_is_absolute(bytes) && is_readable_file(bytes)
                                  ? realpath(parent, NULL)
                                  : NULL;
    if (!folder || lies_in(folder, data_folder)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "Invalid file path: %s", path);
        return FALSE;
    }
    g_autofree char *name = g_path_get_basename(bytes);
    if (!media_name_is_picture(name)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED, "File is not an image: %s",
                    path);
        return FALSE;
    }
    *ret_folder = path_to_text(folder);
    *ret_name = path_to_text(name);
    return TRUE;
}

gboolean registration_take_back(StoreTx *tx, const char *folder, const char *name, GError **error)
{
    static const StoreQuery query = {
        .name = "registration_take_back",
        .sql = "UPDATE photo SET kept_out = NULL, kept_out_ms = NULL, kept_out_by = NULL, "
               "version = " LIBRARY_VERSION_SQL " WHERE path = ?1 AND kept_out = 'removed'",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    g_autofree char *path = g_build_filename(folder, name, NULL);
    store_bind_text(statement, 1, path);
    return store_run(statement, NULL, error);
}

gboolean registration_add(StoreTx *tx, const char *folder, const char *name, GError **error)
{
    static const StoreQuery query = {
        .name = "registration_add",
        .sql = "INSERT INTO registered_file (path, folder, name, registered_ms) "
               "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (path) DO NOTHING",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    g_autofree char *path = g_build_filename(folder, name, NULL);
    store_bind_text(statement, 1, path);
    store_bind_text(statement, 2, folder);
    store_bind_text(statement, 3, name);
    store_bind_int(statement, 4, library_now_ms());
    return store_run(statement, NULL, error);
}

/* Photos of sources that were taken out come back with their folder, but for those that nobody
 * named: those were removed with it. */
static gboolean keep_out_others(StoreTx *tx, const char *folder, GError **error)
{
    static const StoreQuery query = {
        .name = "registration_keep_out_others",
        .sql = "UPDATE photo SET kept_out = 'removed', kept_out_ms = ?2, "
               "version = " LIBRARY_VERSION_SQL " WHERE kept_out IS NULL AND folder_id IN "
               "(SELECT f.id FROM folder f JOIN source s ON s.id = f.source_id "
               "WHERE s.removed_ms IS NOT NULL AND (s.path = ?1 OR f.path = ?1))",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, folder);
    store_bind_int(statement, 2, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean make_source(StoreTx *tx, const char *folder, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "registration_make_source",
        .sql = "INSERT INTO source (path, added_ms, named_only) VALUES (?1, ?2, 1) "
               "ON CONFLICT (path) DO UPDATE SET removed_ms = NULL, named_only = 1 RETURNING id",
    };
    if (!keep_out_others(tx, folder, error)) {
        return FALSE;
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, folder);
    store_bind_int(row, 2, library_now_ms());
    return store_step_int(row, ret_id, error);
}

gboolean registration_source(StoreTx *tx, const char *folder, gint64 *ret_source_id, GError **error)
{
    g_autoptr(GPtrArray) sources = source_list(tx, error);
    for (guint i = 0; sources && i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (source_holds(source, folder)) {
            *ret_source_id = source->id;
            return TRUE;
        }
    }
    return sources && make_source(tx, folder, ret_source_id, error);
}

GHashTable *registration_names(StoreTx *tx, const char *folder, GError **error)
{
    static const StoreQuery query = {
        .name = "registration_names",
        .sql = "SELECT name FROM registered_file WHERE folder = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_text(row, 1, folder);
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_hash_table_add(names, g_strdup(store_column_text(row, 0)));
    }
    return step == STORE_DONE ? g_steal_pointer(&names) : NULL;
}

gboolean registration_add_unread(StoreTx *tx, const Principal *viewer, GPtrArray *paths,
                                 GError **error)
{
    static const StoreQuery query = {
        .name = "registration_unread",
        .sql = "SELECT r.path FROM registered_file r WHERE " SCANNING " AND " UNREAD
               " ORDER BY r.registered_ms, r.path",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        const char *path = store_column_text(row, 0);
        if (principal_sees_library(viewer) && principal_sees_path(viewer, path)) {
            g_ptr_array_add(paths, g_strdup(path));
        }
    }
    return step == STORE_DONE;
}

/* The index of the source that holds the folder; sources->len when none does. */
static guint holder_of(const GPtrArray *sources, const char *folder)
{
    guint i = 0;
    while (i < sources->len && !source_holds(g_ptr_array_index(sources, i), folder)) {
        i++;
    }
    return i;
}

RegistrationProgress *registration_progress(StoreTx *tx, const GPtrArray *sources, GError **error)
{
    static const StoreQuery query = {
        .name = "registration_progress",
        .sql = "SELECT r.folder, count(*), sum(CASE WHEN " UNREAD " THEN 0 ELSE 1 END) "
               "FROM registered_file r WHERE " SCANNING " GROUP BY r.folder",
    };
    g_autofree RegistrationProgress *progress = g_new0(RegistrationProgress, sources->len + 1);
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        RegistrationProgress *of = &progress[holder_of(sources, store_column_text(row, 0))];
        of->total += store_column_int(row, 1);
        of->read += store_column_int(row, 2);
    }
    return step == STORE_DONE ? g_steal_pointer(&progress) : NULL;
}

gboolean registration_tidy(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "registration_tidy",
        .sql = "DELETE FROM registered_file WHERE path IN (SELECT r.path FROM registered_file r "
               "WHERE NOT (" SCANNING " AND " UNREAD ") AND r.folder NOT IN "
               "(SELECT path FROM source WHERE named_only = 1))",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    return statement && store_run(statement, NULL, error);
}
