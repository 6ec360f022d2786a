/* Pictures by their paths: all of them, what is on them, throwing them away, their bytes. */
#include "api/media.h"
#include "api/pictopy/pictopy.h"
#include "base/limits.h"
#include "library/catalog.h"
#include "library/registration.h"
#include "library/seen_objects.h"
#include "library/trash.h"

#include <string.h>

/* --- all-images --- */

/* The list is told twice. */
typedef struct {
    GPtrArray *paths;
    char *folder;
    gboolean bare;
    guint step, at;
} AllImages;

static void all_images_free(gpointer data)
{
    AllImages *all = data;
    g_ptr_array_unref(all->paths);
    g_free(all->folder);
    g_free(all);
}

static void begin_images(JsonWriter *writer, const AllImages *all)
{
    json_object_begin(writer);
    if (!all->bare) {
        json_key(writer, "data");
        json_object_begin(writer);
        json_key(writer, "image_files");
    } else {
        json_key(writer, "images");
    }
    json_array_begin(writer);
}

static void begin_twin(JsonWriter *writer, const AllImages *all)
{
    json_array_end(writer);
    json_member_string(writer, "folder_path", all->folder);
    json_object_end(writer);
    json_member_string(writer, "message", "Successfully retrieved all images");
    json_member_bool(writer, "success", TRUE);
    json_key(writer, "images");
    json_array_begin(writer);
}

static gboolean write_all_images(JsonWriter *writer, gpointer data)
{
    AllImages *all = data;
    if (all->step == 0) {
        begin_images(writer, all);
        all->step = all->bare ? 2 : 1;
    }
    if (pictopy_write_some(writer, all->paths, &all->at)) {
        return TRUE;
    }
    if (all->step == 1) {
        begin_twin(writer, all);
        all->step = 2;
        return TRUE;
    }
    json_array_end(writer);
    json_object_end(writer);
    return FALSE;
}

static int compare_ids(gconstpointer a, gconstpointer b, gpointer columns)
{
    const guint32 *ids = ((const CatalogColumns *)columns)->id;
    guint32 one = ids[*(const guint32 *)a], other = ids[*(const guint32 *)b];
    return (one > other) - (one < other);
}

/* What the caller sees, in the order in which it came into the library. */
static GPtrArray *list_photos(HttpRequest *request, GError **error)
{
    g_autoptr(CatalogView) view =
        catalog_view(library_catalog(api_of(request)->library), api_principal(request), error);
    if (!view) {
        return NULL;
    }
    const CatalogColumns *columns = catalog_columns(view);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint32 row = 0; row < columns->rows; row++) {
        if (catalog_sees(view, row)) {
            g_array_append_val(rows, row);
        }
    }
    g_array_sort_with_data(rows, compare_ids, (gpointer)columns);
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < rows->len; i++) {
        g_ptr_array_add(paths, catalog_path(view, g_array_index(rows, guint32, i)));
    }
    return paths;
}

/* Files that are registered and not read yet; of char *. */
static GPtrArray *list_unread(HttpRequest *request, GError **error)
{
    g_autoptr(GPtrArray) unread = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx && registration_add_unread(tx, api_principal(request), unread, error)
               ? g_steal_pointer(&unread)
               : NULL;
}

/* Those that are not among `paths` by now. */
static void append_missing(GPtrArray *paths, const GPtrArray *unread)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; unread->len > 0 && i < paths->len; i++) {
        g_hash_table_add(known, g_ptr_array_index(paths, i));
    }
    for (guint i = 0; i < unread->len; i++) {
        if (!g_hash_table_contains(known, g_ptr_array_index(unread, i))) {
            g_ptr_array_add(paths, g_strdup(g_ptr_array_index(unread, i)));
        }
    }
}

/* What is not read yet is asked first: what is read meanwhile must not be in neither list. */
gboolean pictopy_images(HttpRequest *request, GError **error)
{
    g_autofree char *folder = pictopy_folder(request, error);
    g_autoptr(GPtrArray) unread = folder ? list_unread(request, error) : NULL;
    g_autoptr(GPtrArray) paths = unread ? list_photos(request, error) : NULL;
    if (!paths) {
        return FALSE;
    }
    append_missing(paths, unread);
    AllImages *all = g_new0(AllImages, 1);
    all->paths = g_steal_pointer(&paths);
    all->folder = g_steal_pointer(&folder);
    all->bare = pictopy_is_bare(request);
    return pictopy_stream(request, write_all_images, all, all_images_free, error);
}

/* --- all-image-objects --- */

#define PHOTOS_AT_ONCE 500

typedef struct {
    GPtrArray *photos; /* of SeenObjects */
    char *folder, *thumbnails;
    const char *message;
    gboolean bare;
    guint at;
} AllObjects;

static void all_objects_free(gpointer data)
{
    AllObjects *all = data;
    g_ptr_array_unref(all->photos);
    g_free(all->folder);
    g_free(all->thumbnails);
    g_free(all);
}

static void write_names(JsonWriter *writer, char **names)
{
    if (!*names) {
        json_text(writer, "None"); /* a text, which clients search as one */
        return;
    }
    json_array_begin(writer);
    for (; *names; names++) {
        json_text(writer, *names);
    }
    json_array_end(writer);
}

static void begin_objects(JsonWriter *writer, const AllObjects *all)
{
    json_object_begin(writer);
    json_key(writer, "data");
    json_object_begin(writer);
    if (!all->bare) {
        json_key(writer, "images");
        json_object_begin(writer);
    }
}

static void end_objects(JsonWriter *writer, const AllObjects *all)
{
    json_object_end(writer);
    if (!all->bare) {
        json_member_string(writer, "folder_path", all->folder);
        json_member_string(writer, "image_path", all->thumbnails);
        json_object_end(writer);
        json_member_string(writer, "message", all->message);
        json_member_bool(writer, "success", TRUE);
    }
    json_object_end(writer);
}

static gboolean write_all_objects(JsonWriter *writer, gpointer data)
{
    AllObjects *all = data;
    if (all->at == 0) {
        begin_objects(writer, all);
    }
    guint end = MIN(all->photos->len, all->at + PHOTOS_AT_ONCE);
    for (; all->at < end; all->at++) {
        const SeenObjects *seen = g_ptr_array_index(all->photos, all->at);
        json_key(writer, seen->path);
        write_names(writer, seen->names);
    }
    if (all->at < all->photos->len) {
        return TRUE;
    }
    end_objects(writer, all);
    return FALSE;
}

gboolean pictopy_image_objects(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    g_autofree char *folder = pictopy_folder(request, error);
    GPtrArray *photos =
        folder ? seen_objects_list(api->library, api_principal(request), error) : NULL;
    if (!photos) {
        return FALSE;
    }
    AllObjects *all = g_new0(AllObjects, 1);
    all->photos = photos;
    all->folder = g_steal_pointer(&folder);
    all->thumbnails = pictopy_thumbnail_folder(api->library);
    all->message = photos->len > 0 || pictopy_has_model(request, VISION_OBJECTS)
                       ? "Successfully retrieved all image objects"
                       : PICTOPY_NO_OBJECT_MODEL;
    all->bare = pictopy_is_bare(request);
    return pictopy_stream(request, write_all_objects, all, all_objects_free, error);
}

/* --- class-ids --- */

static gboolean answer_classes(HttpRequest *request, char **names, GError **error)
{
    JsonWriter *data = pictopy_writer();
    JsonWriter *twins = pictopy_writer();
    json_object_begin(twins);
    json_key(twins, "classes");
    if (names) {
        write_names(data, names);
        write_names(twins, names);
    } else {
        json_object_begin(data);
        json_member_string(data, "class_ids", "None");
        json_object_end(data);
        json_text(twins, "None");
    }
    json_object_end(twins);
    return pictopy_answer(request, data, twins, error, "%s",
                          names ? "Successfully retrieved class IDs"
                          : pictopy_has_model(request, VISION_OBJECTS)
                              ? "No class IDs found for the image"
                              : PICTOPY_NO_OBJECT_MODEL);
}

gboolean pictopy_class_ids(HttpRequest *request, GError **error)
{
    const char *path = http_text(request, "path", "");
    GError *failure = NULL;
    if (!*path) {
        return pictopy_refuse(request, 400, "Image path is required", "Missing 'path' parameter");
    }
    g_autofree char *folder = pictopy_folder(request, error);
    if (!folder) {
        return FALSE;
    }
    g_autofree char *absolute = pictopy_absolute(folder, path);
    g_auto(GStrv) names =
        seen_objects_of(api_of(request)->library, api_principal(request), absolute, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return answer_classes(request, names, error);
}

/* --- delete-image, multiple-images --- */

typedef gboolean (*KeepOut)(Library *library, const Principal *viewer, gint64 photo_id,
                            GError **error);

/* The photos' ids by `paths`, in their order, 0 for one that is none. */
static GArray *find_ids(HttpRequest *request, const char *folder, const GPtrArray *paths,
                        GError **error)
{
    g_autoptr(CatalogView) view =
        catalog_view(library_catalog(api_of(request)->library), api_principal(request), error);
    if (!view) {
        return NULL;
    }
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < paths->len; i++) {
        gint64 id = pictopy_photo_id(view, folder, g_ptr_array_index(paths, i));
        g_array_append_val(ids, id);
    }
    return ids;
}

/* What stands behind a photo goes with it, and may be named as well: it is out already then. */
static gboolean keep_out_all(HttpRequest *request, const GArray *ids, KeepOut keep_out,
                             GError **error)
{
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(GError) failure = NULL;
        if (!keep_out(api_of(request)->library, api_principal(request),
                      g_array_index(ids, gint64, i), &failure) &&
            !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return TRUE;
}

gboolean pictopy_image_delete(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    const char *path = pictopy_text(request, "path");
    g_autofree char *folder = pictopy_folder(request, error);
    if (!folder) {
        return FALSE;
    }
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    g_ptr_array_add(paths, (gpointer)path);
    g_autoptr(GArray) ids = find_ids(request, folder, paths, error);
    if (!ids) {
        return FALSE;
    }
    if (g_array_index(ids, gint64, 0) == 0) {
        return pictopy_refuse(request, 404, "Image file not found", "Image not found");
    }
    if (!keep_out_all(request, ids, trash_put, error)) {
        return FALSE;
    }
    g_autofree char *absolute = pictopy_absolute(folder, path);
    JsonWriter *data = pictopy_writer();
    json_text(data, absolute);
    return pictopy_answer(request, data, NULL, error, "Image deleted successfully");
}

static gboolean answer_deleted(HttpRequest *request, const char *folder, const GPtrArray *paths,
                               GError **error)
{
    JsonWriter *data = pictopy_writer();
    json_array_begin(data);
    for (guint i = 0; i < paths->len; i++) {
        g_autofree char *absolute = pictopy_absolute(folder, g_ptr_array_index(paths, i));
        json_text(data, absolute);
    }
    json_array_end(data);
    return pictopy_answer(request, data, NULL, error, "Images deleted successfully");
}

/* All that are named must be there before the first goes. */
static gboolean delete_images(HttpRequest *request, const GPtrArray *paths, GError **error)
{
    const json_t *from_device = json_object_get(http_body(request), "isFromDevice");
    g_autofree char *folder = pictopy_folder(request, error);
    g_autoptr(GArray) ids = folder ? find_ids(request, folder, paths, error) : NULL;
    for (guint i = 0; ids && i < ids->len; i++) {
        if (g_array_index(ids, gint64, i) == 0) {
            g_autofree char *message = g_strdup_printf("Image file not found: %s",
                                                       (const char *)g_ptr_array_index(paths, i));
            return pictopy_refuse(request, 404, message, "Image not found");
        }
    }
    return ids &&
           keep_out_all(request, ids, json_is_false(from_device) ? removed_put : trash_put,
                        error) &&
           answer_deleted(request, folder, paths, error);
}

gboolean pictopy_images_delete(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    const json_t *list = json_object_get(http_body(request), "paths");
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    for (gsize i = 0; i < json_array_size(list); i++) {
        g_ptr_array_add(paths, (gpointer)json_string_value(json_array_get(list, i)));
    }
    return delete_images(request, paths, error);
}

/* --- bytes --- */

static Grant *grant_by_path(HttpRequest *request, GError **error)
{
    return access_grant_path(api_of(request)->library, api_principal(request),
                             http_text(request, "path", ""), error);
}

gboolean pictopy_image_file(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) grant = grant_by_path(request, error);
    return grant && api_send_original(request, grant, "private, no-cache", error);
}

gboolean pictopy_image_thumbnail(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) grant = grant_by_path(request, error);
    return grant &&
           api_send_thumbnail(request, grant, http_int(request, "size", 400), CACHE_AND_ASK, error);
}
