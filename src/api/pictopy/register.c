/* Bringing files and folders into the library where they lie. They are told of at once and read by
 * a scan. */
#include "library/registration.h"

#include "api/pictopy/pictopy.h"
#include "base/beneath.h"
#include "base/limits.h"
#include "base/path_text.h"
#include "jobs/scan_job.h"
#include "jobs/walk.h"
#include "library/catalog.h"
#include "library/ingest.h"
#include "library/source.h"
#include "library/trash.h"
#include "media/picture.h"

#include <string.h>

/* A file that is to be registered. */
typedef struct {
    char *folder, *name;
} Named;

static void named_free(gpointer data)
{
    Named *named = data;
    g_free(named->folder);
    g_free(named->name);
    g_free(named);
}

static gboolean is_admin(HttpRequest *request)
{
    return access_check(api_principal(request), CAPABILITY_ADMIN, NULL);
}

static void tell_others(const Api *api)
{
    if (api->wake) {
        api->wake(api->wake_data);
    }
    watch_wake(api->watch);
}

static GPtrArray *list_sources(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx ? source_list(tx, error) : NULL;
}

static const Source *holder_of(const GPtrArray *sources, const char *folder)
{
    for (guint i = 0; i < sources->len; i++) {
        if (source_holds(g_ptr_array_index(sources, i), folder)) {
            return g_ptr_array_index(sources, i);
        }
    }
    return NULL;
}

/* Who may not choose the library's folders names only what lies in them. */
static gboolean may_name(HttpRequest *request, const GPtrArray *sources, const char *folder)
{
    const Source *source = holder_of(sources, folder);
    g_autofree char *inside = g_strconcat(folder, "/", NULL);
    return is_admin(request) ||
           (source && !source->named_only && principal_sees_path(api_principal(request), inside));
}

gboolean pictopy_is_in_library(HttpRequest *request, const char *folder)
{
    g_autoptr(GPtrArray) sources = list_sources(request, NULL);
    const Source *source = sources ? holder_of(sources, folder) : NULL;
    return source && !source->named_only;
}

/* --- images --- */

/* The distinct folders of `files`; NULL-terminated. */
static GStrv folders_of(const GPtrArray *files)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GStrvBuilder) folders = g_strv_builder_new();
    for (guint i = 0; i < files->len; i++) {
        const Named *named = g_ptr_array_index(files, i);
        if (g_hash_table_add(seen, named->folder)) {
            g_strv_builder_add(folders, named->folder);
        }
    }
    return g_strv_builder_end(folders);
}

static gboolean register_files(StoreTx *tx, const GPtrArray *files, GError **error)
{
    g_autoptr(GHashTable) sources = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < files->len; i++) {
        const Named *named = g_ptr_array_index(files, i);
        gint64 source_id = 0;
        if ((g_hash_table_add(sources, named->folder) &&
             !registration_source(tx, named->folder, &source_id, error)) ||
            !registration_add(tx, named->folder, named->name, error) ||
            !registration_take_back(tx, named->folder, named->name, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean register_and_scan(HttpRequest *request, const GPtrArray *files, GError **error)
{
    const Api *api = api_of(request);
    gint64 job_id = 0;
    g_auto(ScanRequest) scan = {.folders = folders_of(files)};
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !library_touch(tx, error) || !registration_tidy(tx, error) ||
        !register_files(tx, files, error) || !scan_queue(tx, SCAN_JOB, &scan, &job_id, error) ||
        !library_commit(api->library, tx, error)) {
        return FALSE;
    }
    tell_others(api);
    return TRUE;
}

/* The file that a path means; NULL when that was answered. */
static Named *look(HttpRequest *request, const GPtrArray *sources, const char *folder,
                   const char *path)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *absolute = pictopy_absolute(folder, path);
    Named *named = g_new0(Named, 1);
    if (registration_look(absolute, library_data_folder(api_of(request)->library), &named->folder,
                          &named->name, &failure) &&
        may_name(request, sources, named->folder)) {
        return named;
    }
    gboolean wrong_type = g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
    g_autofree char *message =
        g_strdup_printf(wrong_type ? "File is not an image: %s" : "Invalid file path: %s", path);
    pictopy_refuse(request, 400, message, wrong_type ? "Invalid file type" : "Invalid file path");
    named_free(named);
    return NULL;
}

/* All are looked at before the first is registered. */
gboolean pictopy_images_add(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    const json_t *paths = json_object_get(http_body(request), "paths");
    g_autofree char *folder = pictopy_folder(request, error);
    g_autoptr(GPtrArray) sources = folder ? list_sources(request, error) : NULL;
    if (!sources) {
        return FALSE;
    }
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(named_free);
    for (gsize i = 0; i < json_array_size(paths); i++) {
        const char *path = json_string_value(json_array_get(paths, i));
        Named *named = look(request, sources, folder, path);
        if (!named) {
            return TRUE;
        }
        g_ptr_array_add(files, named);
    }
    if (files->len > 0 && !register_and_scan(request, files, error)) {
        return FALSE;
    }
    JsonWriter *data = pictopy_writer();
    json_int(data, files->len);
    return pictopy_answer(request, data, NULL, error,
                          "Images are being processed in the background");
}

/* --- reading at once --- */

/* Those of `paths` that nobody has read yet: a set. */
static GHashTable *unread_of(HttpRequest *request, const GPtrArray *paths, GError **error)
{
    g_autoptr(GPtrArray) unread = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx || !registration_add_unread(tx, api_principal(request), unread, error)) {
        return NULL;
    }
    g_autoptr(GHashTable) all = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < unread->len; i++) {
        g_hash_table_add(all, g_ptr_array_index(unread, i));
    }
    GHashTable *wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < paths->len; i++) {
        if (g_hash_table_contains(all, g_ptr_array_index(paths, i))) {
            g_hash_table_add(wanted, g_strdup(g_ptr_array_index(paths, i)));
        }
    }
    return wanted;
}

gboolean pictopy_read_now(HttpRequest *request, const GPtrArray *paths, GError **error)
{
    const Api *api = api_of(request);
    g_autoptr(GHashTable) unread = unread_of(request, paths, error);
    g_autoptr(GHashTable) folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!unread || g_hash_table_size(unread) == 0) {
        return unread != NULL;
    }
    GHashTableIter iter;
    gpointer path = NULL;
    g_hash_table_iter_init(&iter, unread);
    while (g_hash_table_iter_next(&iter, &path, NULL)) {
        g_hash_table_add(folders, g_path_get_dirname(path));
    }
    g_autofree gpointer *list = g_hash_table_get_keys_as_array(folders, NULL);
    const ScanOptions options = {
        .library = api->library,
        .workers = api->workers,
        .folders = (const char *const *)list,
        .cancellable = http_request_cancellable(request),
    };
    ScanProgress progress;
    return scan_run(&options, &progress, error);
}

/* --- add-folder --- */

static gboolean is_new(GHashTable *known, GHashTable *registered, const char *name)
{
    const KnownFile *file = g_hash_table_lookup(known, name);
    return !(file && (file->present || file->failed || file->kept_out)) &&
           !g_hash_table_contains(registered, name);
}

/* Adds the new pictures of one folder to `files`; those beyond the cap are only counted. */
static gboolean add_new(HttpRequest *request, const char *path, const WalkFolder *found,
                        GPtrArray *files, gint64 *count, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GHashTable) known = tx ? ingest_known_files(tx, path, error) : NULL;
    g_autoptr(GHashTable) registered = known ? registration_names(tx, path, error) : NULL;
    for (guint i = 0; registered && i < found->files->len; i++) {
        g_autofree char *name = path_to_text(g_array_index(found->files, WalkFile, i).name);
        if (!is_new(known, registered, name)) {
            continue;
        }
        ++*count;
        if (files->len < LIMIT_REGISTERED_AT_ONCE) {
            Named *named = g_new0(Named, 1);
            named->folder = g_strdup(path);
            named->name = g_steal_pointer(&name);
            g_ptr_array_add(files, named);
        }
    }
    return registered != NULL;
}

/* What is in the folder and not yet in the library. */
static gboolean find_new(HttpRequest *request, const char *folder, GPtrArray *files, gint64 *count,
                         GError **error)
{
    g_autofree char *bytes = path_from_text(folder);
    g_autoptr(WalkRoot) root = walk_root_open(bytes, error);
    g_autoptr(Walk) walk = root ? walk_new(root, media_name_is_picture) : NULL;
    GError *failure = NULL;
    while (walk) {
        g_autoptr(WalkFolder) found = walk_next(walk, &failure);
        if (!found) {
            break;
        }
        g_autofree char *relative = path_to_text(found->path);
        g_autofree char *path =
            *relative ? g_build_filename(folder, relative, NULL) : g_strdup(folder);
        if (!found->error && !add_new(request, path, found, files, count, error)) {
            return FALSE;
        }
    }
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return walk != NULL;
}

/* Folders of the library that lie in the new one become part of it; their photos stay. */
static gboolean take_in(StoreTx *tx, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) sources = source_list(tx, error);
    for (guint i = 0; sources && i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (source_holds(source, folder) && !source->named_only) {
            return TRUE;
        }
        if (beneath_relative(folder, source->path) && !source->named_only &&
            !source_remove(tx, source->id, error)) {
            return FALSE;
        }
    }
    gint64 id = 0;
    return sources && source_add(tx, folder, &id, error);
}

static gboolean add_folders(HttpRequest *request, const GPtrArray *folders, const GPtrArray *files,
                            GError **error)
{
    const Api *api = api_of(request);
    gint64 job_id = 0;
    g_autoptr(GStrvBuilder) trees = g_strv_builder_new();
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    gboolean goes_on = tx && library_touch(tx, error) && registration_tidy(tx, error);
    for (guint i = 0; goes_on && i < folders->len; i++) {
        g_strv_builder_add(trees, g_ptr_array_index(folders, i));
        goes_on = take_in(tx, g_ptr_array_index(folders, i), error);
    }
    for (guint i = 0; goes_on && i < files->len; i++) {
        const Named *named = g_ptr_array_index(files, i);
        goes_on = registration_add(tx, named->folder, named->name, error);
    }
    g_auto(ScanRequest) scan = {.trees = g_strv_builder_end(trees)};
    if (!goes_on || !scan_queue(tx, SCAN_JOB, &scan, &job_id, error) ||
        !library_commit(api->library, tx, error)) {
        return FALSE;
    }
    tell_others(api);
    return TRUE;
}

/* The canonical paths of what the body names, each once; NULL when that was answered. */
static GPtrArray *asked_folders(HttpRequest *request, const GPtrArray *sources)
{
    const json_t *asked = json_object_get(http_body(request), "folder_path");
    const char *data_folder = library_data_folder(api_of(request)->library);
    gsize count = json_is_string(asked) ? 1 : json_array_size(asked);
    g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < count; i++) {
        const char *text =
            json_string_value(json_is_string(asked) ? asked : json_array_get(asked, i));
        g_autofree char *folder = source_folder(text, data_folder, NULL);
        if (!folder || !may_name(request, sources, folder)) {
            pictopy_refuse(request, 400, "The provided path is not a valid directory",
                           "Invalid folder path");
            return NULL;
        }
        if (!g_ptr_array_find_with_equal_func(folders, folder, g_str_equal, NULL)) {
            g_ptr_array_add(folders, g_steal_pointer(&folder));
        }
    }
    return g_steal_pointer(&folders);
}

static gboolean answer_folders(HttpRequest *request, gint64 count, GError **error)
{
    JsonWriter *data = pictopy_writer();
    json_int(data, count);
    if (count == 0) {
        return pictopy_answer(request, data, NULL, error,
                              "No valid images found in the specified folder");
    }
    return pictopy_answer(
        request, data, NULL, error,
        "Processing %" G_GINT64_FORMAT " images from the folder in the background", count);
}

gboolean pictopy_folder_add(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    g_autoptr(GPtrArray) sources = list_sources(request, error);
    if (!sources) {
        return FALSE;
    }
    g_autoptr(GPtrArray) folders = asked_folders(request, sources);
    if (!folders) {
        return TRUE;
    }
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(named_free);
    gint64 count = 0;
    for (guint i = 0; i < folders->len; i++) {
        if (!find_new(request, g_ptr_array_index(folders, i), files, &count, error)) {
            return FALSE;
        }
    }
    return (folders->len == 0 || add_folders(request, folders, files, error)) &&
           answer_folders(request, count, error);
}

/* --- add-folder-progress --- */

static void write_progress(JsonWriter *writer, const GPtrArray *sources,
                           const RegistrationProgress *progress)
{
    gint64 total = 0, read = 0;
    for (guint i = 0; i < sources->len; i++) {
        total += progress[i].total;
        read += progress[i].read;
    }
    json_object_begin(writer);
    json_member_int(writer, "data", total > 0 ? read * 100 / total : 100);
    json_key(writer, "message");
    json_object_begin(writer);
    for (guint i = 0; i < sources->len; i++) {
        const RegistrationProgress *of = &progress[i];
        if (of->total > 0) {
            g_autofree char *id = g_strdup_printf(
                "%" G_GINT64_FORMAT, ((const Source *)g_ptr_array_index(sources, i))->id);
            json_key(writer, id);
            json_object_begin(writer);
            json_member_int(writer, "total", of->total);
            json_member_int(writer, "completed", of->read);
            json_member_string(writer, "status", of->read < of->total ? "pending" : "completed");
            json_object_end(writer);
        }
    }
    json_object_end(writer);
    json_member_bool(writer, "success", TRUE);
    json_object_end(writer);
}

gboolean pictopy_folder_progress(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) sources = tx ? source_list(tx, error) : NULL;
    g_autofree RegistrationProgress *progress =
        sources ? registration_progress(tx, sources, error) : NULL;
    if (!progress) {
        return FALSE;
    }
    JsonWriter *writer = pictopy_writer();
    write_progress(writer, sources, progress);
    return http_respond_json(request, writer, error);
}

/* --- delete-folder --- */

static gboolean take_out_source(HttpRequest *request, gint64 id, GError **error)
{
    const Api *api = api_of(request);
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !library_touch(tx, error) || !source_remove(tx, id, error) ||
        !library_commit(api->library, tx, error)) {
        return FALSE;
    }
    tell_others(api);
    return TRUE;
}

/* The photos that the caller sees beneath the folder; of gint64. */
static GArray *photos_beneath(HttpRequest *request, const char *folder, GError **error)
{
    g_autoptr(CatalogView) view =
        catalog_view(library_catalog(api_of(request)->library), api_principal(request), error);
    if (!view) {
        return NULL;
    }
    const CatalogColumns *columns = catalog_columns(view);
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint32 row = 0; row < columns->rows; row++) {
        const char *of = columns->folders.texts[columns->folder[row]];
        if (catalog_sees(view, row) && (strcmp(of, folder) == 0 || beneath_relative(folder, of))) {
            gint64 id = columns->id[row];
            g_array_append_val(ids, id);
        }
    }
    return ids;
}

/* FALSE without an error when none of the library's photos lie there. */
static gboolean remove_beneath(HttpRequest *request, const char *folder, GError **error)
{
    g_autoptr(GArray) ids = photos_beneath(request, folder, error);
    for (guint i = 0; ids && i < ids->len; i++) {
        g_autoptr(GError) failure = NULL;
        if (!removed_put(api_of(request)->library, api_principal(request),
                         g_array_index(ids, gint64, i), &failure) &&
            !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return ids && ids->len > 0;
}

gboolean pictopy_folder_delete(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    const char *asked = pictopy_text(request, "folder_path");
    g_autoptr(GPtrArray) sources = list_sources(request, error);
    const Source *source = sources ? holder_of(sources, asked) : NULL;
    gboolean whole = source && strcmp(source->path, asked) == 0 && is_admin(request);
    GError *failure = NULL;
    if (!sources) {
        return FALSE;
    }
    gboolean done = whole ? take_out_source(request, source->id, &failure)
                          : remove_beneath(request, asked, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (!done) {
        return pictopy_refuse(request, 404, "No pictures of the library lie there",
                              "Folder not found");
    }
    JsonWriter *data = pictopy_writer();
    json_text(data, "");
    return pictopy_answer(request, data, NULL, error, "Folder deleted successfully");
}
