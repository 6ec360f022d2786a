/* Thumbnails as files, which PictoPy's front ends find by their names (library/thumbnail_files.h).
 * They are JPEGs, whatever the name ends in: browsers go by the content. */
#include "library/thumbnail_files.h"

#include "api/media.h"
#include "api/pictopy/pictopy.h"
#include "base/beneath.h"
#include "base/limits.h"
#include "jobs/scan.h"
#include "library/catalog.h"
#include "library/source.h"

#include <string.h>

#define THUMBNAIL_PIXELS 400

char *pictopy_thumbnail_folder(Library *library)
{
    g_autofree char *data = g_canonicalize_filename(library_data_folder(library), NULL);
    return g_build_filename(data, "pictopy-thumbnails", NULL);
}

gboolean pictopy_thumbnail_path(HttpRequest *request, GError **error)
{
    g_autofree char *folder = pictopy_thumbnail_folder(api_of(request)->library);
    JsonWriter *writer = pictopy_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    json_member_string(writer, "thumbnailPath", folder);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* --- making them --- */

typedef struct {
    gint64 id;
    char *path;
} Picture;

static void picture_free(gpointer data)
{
    Picture *picture = data;
    g_free(picture->path);
    g_free(picture);
}

/* The pictures that the caller sees beneath the folder; of Picture. */
static GPtrArray *pictures_beneath(HttpRequest *request, const char *folder, GError **error)
{
    g_autoptr(CatalogView) view =
        catalog_view(library_catalog(api_of(request)->library), api_principal(request), error);
    if (!view) {
        return NULL;
    }
    const CatalogColumns *columns = catalog_columns(view);
    GPtrArray *pictures = g_ptr_array_new_with_free_func(picture_free);
    for (guint32 row = 0; row < columns->rows; row++) {
        const char *of = columns->folders.texts[columns->folder[row]];
        if (catalog_sees(view, row) && (strcmp(of, folder) == 0 || beneath_relative(folder, of))) {
            Picture *picture = g_new0(Picture, 1);
            picture->id = columns->id[row];
            picture->path = catalog_path(view, row);
            g_ptr_array_add(pictures, picture);
        }
    }
    return pictures;
}

/* What was registered a moment ago may not be read yet. */
static gboolean read_folder(HttpRequest *request, const char *folder, GError **error)
{
    const Api *api = api_of(request);
    const char *const trees[] = {folder, NULL};
    const ScanOptions options = {
        .library = api->library,
        .workers = api->workers,
        .trees = trees,
        .cancellable = http_request_cancellable(request),
    };
    ScanProgress progress;
    return scan_run(&options, &progress, error);
}

/* Beside the pictures their names tell the folders as well; in the data folder they do not. */
static char *thumbnail_name(const char *folder, const char *path, gboolean beside)
{
    const char *relative = beneath_relative(folder, path);
    char *name = beside && relative ? g_strdup(relative) : g_path_get_basename(path);
    return g_strdelimit(name, "/", '.');
}

static gboolean make_one(HttpRequest *request, const char *folder, const Picture *picture,
                         gboolean beside, GError **error)
{
    Library *library = api_of(request)->library;
    g_autoptr(Grant) grant =
        access_grant_photo(library, api_principal(request), picture->id, error);
    g_autoptr(GBytes) jpeg =
        grant ? api_get_thumbnail(request, grant, THUMBNAIL_PIXELS, error) : NULL;
    g_autofree char *name = thumbnail_name(folder, picture->path, beside);
    g_autofree char *into = beside ? g_build_filename(folder, THUMBNAIL_FILES_FOLDER, NULL)
                                   : pictopy_thumbnail_folder(library);
    return jpeg && thumbnail_files_put(into, name, jpeg, error);
}

/* What could not be done, as clients are told of it. */
typedef struct {
    JsonWriter *failed;
    guint count;
} Failed;

static void add_failed(Failed *failed, const char *folder, const char *file, const char *text,
                       const char *message)
{
    failed->count++;
    json_object_begin(failed->failed);
    json_member_string(failed->failed, "folder_path", folder);
    json_member_string(failed->failed, "error", text);
    json_member_string(failed->failed, "message", message);
    if (file) {
        json_member_string(failed->failed, "file", file);
    }
    json_object_end(failed->failed);
}

/* FALSE when the folder is none of the library's that the caller may see. */
static gboolean make_all(HttpRequest *request, const char *asked, gboolean beside, Failed *failed)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *folder =
        source_folder(asked, library_data_folder(api_of(request)->library), NULL);
    if (!folder || !principal_sees_into(api_principal(request), folder) ||
        !pictopy_is_in_library(request, folder)) {
        add_failed(failed, asked, NULL, "Invalid folder path",
                   "The provided path is not a folder of the library");
        return FALSE;
    }
    g_autoptr(GPtrArray) pictures =
        read_folder(request, folder, &failure) ? pictures_beneath(request, folder, &failure) : NULL;
    if (!pictures) {
        add_failed(failed, asked, NULL, "Error processing folder", failure->message);
        return TRUE;
    }
    for (guint i = 0; i < pictures->len; i++) {
        const Picture *picture = g_ptr_array_index(pictures, i);
        g_clear_error(&failure);
        if (!make_one(request, folder, picture, beside, &failure)) {
            add_failed(failed, asked, picture->path, "Error processing file", failure->message);
        }
    }
    return TRUE;
}

/* The answer to several folders, which clients of 2025 ask for. */
static gboolean answer_several(HttpRequest *request, Failed *failed, GError **error)
{
    g_autoptr(GBytes) list = json_writer_finish(failed->failed, error);
    if (!list) {
        return FALSE;
    }
    JsonWriter *writer = pictopy_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", failed->count == 0);
    json_member_string(writer, "message",
                       failed->count == 0
                           ? "Thumbnails generated successfully for all valid folders"
                           : "Some folders or files could not be processed");
    json_key(writer, "failed_paths");
    if (failed->count == 0) {
        json_none(writer);
    } else {
        json_raw(writer, g_bytes_get_data(list, NULL), g_bytes_get_size(list));
    }
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static gboolean make_for(HttpRequest *request, Failed *failed, GError **error)
{
    const json_t *several = json_object_get(http_body(request), "folder_paths");
    const char *one = pictopy_text(request, "folder_path");
    json_array_begin(failed->failed);
    if (several) {
        for (gsize i = 0; i < json_array_size(several); i++) {
            make_all(request, json_string_value(json_array_get(several, i)), FALSE, failed);
        }
        json_array_end(failed->failed);
        return answer_several(request, failed, error);
    }
    if (!make_all(request, one, TRUE, failed)) {
        return pictopy_refuse(request, 400, "The provided path is not a valid directory",
                              "Invalid folder path");
    }
    JsonWriter *data = pictopy_writer();
    json_text(data, "");
    return pictopy_answer(request, data, NULL, error, "Thumbnails generated successfully");
}

gboolean pictopy_thumbnails_make(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    g_autoptr(JsonWriter) list = pictopy_writer();
    Failed failed = {.failed = list};
    return make_for(request, &failed, error);
}

/* --- deleting them --- */

/* Of the folder, and of each beneath it that has pictures. */
static GPtrArray *folders_beneath(HttpRequest *request, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) pictures = pictures_beneath(request, folder, error);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(folders, g_build_filename(folder, THUMBNAIL_FILES_FOLDER, NULL));
    for (guint i = 0; pictures && i < pictures->len; i++) {
        const Picture *picture = g_ptr_array_index(pictures, i);
        g_autofree char *of = g_path_get_dirname(picture->path);
        g_autofree char *path = g_build_filename(of, THUMBNAIL_FILES_FOLDER, NULL);
        if (!g_hash_table_contains(seen, path)) {
            g_hash_table_add(seen, path);
            g_ptr_array_add(folders, g_steal_pointer(&path));
        }
    }
    if (!pictures) {
        g_clear_pointer(&folders, g_ptr_array_unref);
    }
    return folders;
}

static gboolean answer_gone(HttpRequest *request, GError **error)
{
    JsonWriter *writer = pictopy_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    json_member_string(writer, "message",
                       "All " THUMBNAIL_FILES_FOLDER " folders have been successfully deleted.");
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean pictopy_thumbnails_delete(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    g_autofree char *folder = source_folder(pictopy_text(request, "folder_path"),
                                            library_data_folder(api_of(request)->library), NULL);
    if (!folder || !principal_sees_into(api_principal(request), folder) ||
        !pictopy_is_in_library(request, folder)) {
        return pictopy_refuse(request, 400, "The provided path is not a valid directory",
                              "Invalid folder path");
    }
    g_autoptr(GPtrArray) folders = folders_beneath(request, folder, error);
    for (guint i = 0; folders && i < folders->len; i++) {
        if (!thumbnail_files_delete(g_ptr_array_index(folders, i), error)) {
            return FALSE;
        }
    }
    return folders && answer_gone(request, error);
}
