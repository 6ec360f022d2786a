/* Albums, by their names as library/album.h shows them. */
#include "library/album.h"

#include "api/pictopy/pictopy.h"
#include "api/session.h"
#include "base/limits.h"
#include "library/catalog.h"

#include <string.h>

/* As upstream tells them apart: its first clients got 500 for whatever the database refused. */
static gboolean refuse_unknown(HttpRequest *request, const char *name)
{
    return pictopy_refuse_as(request, 404, 500, NULL, "Album '%s' does not exist", name);
}

/* The album of this name, or of the same without blanks around it, which is how it is kept. NULL
 * without an error when there is none. */
static Album *find(StoreTx *tx, HttpRequest *request, const char *name, GError **error)
{
    g_autoptr(GError) failure = NULL;
    Album *album = album_find(tx, api_principal(request), name, &failure);
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        g_autofree char *stripped = g_strstrip(g_strdup(name));
        g_clear_error(&failure);
        album = album_find(tx, api_principal(request), stripped, &failure);
    }
    if (failure && !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    return album;
}

static StoreTx *begin_change(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(api_of(request)->library), error);
    return tx && library_touch(tx, error) ? g_steal_pointer(&tx) : NULL;
}

static gboolean end_change(HttpRequest *request, StoreTx *tx, GError **error)
{
    return library_commit(api_of(request)->library, tx, error);
}

/* The value {"album_name": NAME}, to be gone on with. */
static JsonWriter *begin_data(const char *name)
{
    JsonWriter *data = pictopy_writer();
    json_object_begin(data);
    json_member_string(data, "album_name", name);
    return data;
}

/* --- create-album --- */

static gboolean answer_created(HttpRequest *request, const AlbumNew *album, GError **error)
{
    JsonWriter *data = begin_data(album->title);
    json_member_string(data, "description", pictopy_text(request, "description"));
    json_member_bool(data, "is_hidden", album->password_hash != NULL);
    json_object_end(data);
    return pictopy_answer(request, data, NULL, error, "Album '%s' created successfully",
                          album->title);
}

static gboolean create(HttpRequest *request, const AlbumNew *album, GError **error)
{
    gint64 id = 0;
    GError *failure = NULL;
    g_autoptr(StoreTx) tx = begin_change(request, error);
    g_autoptr(Album) same = tx ? find(tx, request, album->title, &failure) : NULL;
    if (!tx || failure) {
        if (failure) {
            g_propagate_error(error, failure);
        }
        return FALSE;
    }
    if (same) {
        return pictopy_refuse_as(request, 409, 500, NULL, "Album '%s' already exists",
                                 album->title);
    }
    return album_create(tx, api_principal(request), album, &id, error) &&
           end_change(request, tx, error) && answer_created(request, album, error);
}

gboolean pictopy_album_create(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    const char *password = pictopy_text(request, "password");
    const char *description = pictopy_text(request, "description");
    gboolean hidden = json_is_true(json_object_get(http_body(request), "is_hidden"));
    g_autofree char *name = g_strstrip(g_strdup(pictopy_text(request, "name")));
    glong length = g_utf8_strlen(name, -1);
    if (length < 1 || length > LIMIT_ALBUM_NAME_CHARS) {
        return pictopy_refuse(request, 400, "An album's name has 1 to 255 characters",
                              "Invalid 'name'");
    }
    if (description && g_utf8_strlen(description, -1) > LIMIT_ALBUM_TEXT_CHARS) {
        return pictopy_refuse(request, 400, NULL, "Invalid 'description'");
    }
    if (hidden && (!password || !*password)) {
        return pictopy_refuse(request, 400, "Password is required when creating a hidden album",
                              "Password required for hidden album");
    }
    g_autofree char *hash = hidden ? sign_in_hash(api_of(request)->sign_in, password, error) : NULL;
    const AlbumNew album = {.title = name, .description = description, .password_hash = hash};
    return (!hidden || hash) && create(request, &album, error);
}

/* --- delete-album --- */

gboolean pictopy_album_delete(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    const char *name = pictopy_text(request, "name");
    GError *failure = NULL;
    g_autoptr(StoreTx) tx = begin_change(request, &failure);
    g_autoptr(Album) album = tx ? find(tx, request, name, &failure) : NULL;
    if (!album && !failure) {
        return refuse_unknown(request, name);
    }
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (!album_delete(tx, album->id, error) || !end_change(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *data = pictopy_writer();
    json_text(data, name);
    return pictopy_answer(request, data, NULL, error, "Album '%s' deleted successfully", name);
}

/* --- add-multiple-to-album --- */

/* What is to be added: photos by their ids, or the first path that is none. */
typedef struct {
    const char *album;
    GPtrArray *paths; /* as asked for; borrowed */
    GArray *ids;      /* of gint64 */
    const char *unknown;
} Adding;

static void adding_clear(Adding *adding)
{
    g_clear_pointer(&adding->paths, g_ptr_array_unref);
    g_clear_pointer(&adding->ids, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Adding, adding_clear)

static gboolean look_up(HttpRequest *request, Adding *adding, const char *folder, GError **error)
{
    g_autoptr(CatalogView) view =
        catalog_view(library_catalog(api_of(request)->library), api_principal(request), error);
    g_array_set_size(adding->ids, 0);
    adding->unknown = NULL;
    for (guint i = 0; view && !adding->unknown && i < adding->paths->len; i++) {
        const char *path = g_ptr_array_index(adding->paths, i);
        gint64 id = pictopy_photo_id(view, folder, path);
        adding->unknown = id ? NULL : path;
        g_array_append_val(adding->ids, id);
    }
    return view != NULL;
}

/* A file that is registered and not read yet is read now: it is in the library for its client. */
static gboolean find_photos(HttpRequest *request, Adding *adding, GError **error)
{
    g_autofree char *folder = pictopy_folder(request, error);
    adding->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!folder || !look_up(request, adding, folder, error)) {
        return FALSE;
    }
    if (!adding->unknown) {
        return TRUE;
    }
    g_autoptr(GPtrArray) absolute = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < adding->paths->len; i++) {
        g_ptr_array_add(absolute, pictopy_absolute(folder, g_ptr_array_index(adding->paths, i)));
    }
    return pictopy_read_now(request, absolute, error) && look_up(request, adding, folder, error);
}

static gboolean refuse_unknown_album(HttpRequest *request, const Adding *adding)
{
    g_autofree char *message = g_strdup_printf("Album '%s' does not exist", adding->album);
    if (adding->paths->len == 0) {
        return pictopy_refuse_as(request, 404, 500, NULL, "%s", message);
    }
    return pictopy_refuse_as(request, 404, 500, message, "Error adding image '%s' to album '%s'",
                             (const char *)g_ptr_array_index(adding->paths, 0), adding->album);
}

static gboolean refuse_unknown_image(HttpRequest *request, const Adding *adding)
{
    if (pictopy_is_bare(request)) {
        return pictopy_refuse(request, 400, NULL, "%s not in Database", adding->unknown);
    }
    g_autofree char *message =
        g_strdup_printf("Image '%s' not found in the database", adding->unknown);
    return pictopy_refuse(request, 404, message, "Error adding image '%s' to album '%s'",
                          adding->unknown, adding->album);
}

static gboolean answer_added(HttpRequest *request, const Adding *adding, GError **error)
{
    JsonWriter *data = begin_data(adding->album);
    json_key(data, "paths");
    json_array_begin(data);
    for (guint i = 0; i < adding->paths->len; i++) {
        json_text(data, g_ptr_array_index(adding->paths, i));
    }
    json_array_end(data);
    json_object_end(data);
    return pictopy_answer(request, data, NULL, error, "Images added to album '%s' successfully",
                          adding->album);
}

static gboolean add(HttpRequest *request, Adding *adding, GError **error)
{
    GError *failure = NULL;
    gint64 added = 0;
    if (!find_photos(request, adding, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = begin_change(request, &failure);
    g_autoptr(Album) album = tx ? find(tx, request, adding->album, &failure) : NULL;
    if (!failure && !album) {
        return refuse_unknown_album(request, adding);
    }
    if (!failure && adding->unknown) {
        return refuse_unknown_image(request, adding);
    }
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return album_add(tx, album->id, (const gint64 *)(gpointer)adding->ids->data, adding->ids->len,
                     &added, error) &&
           end_change(request, tx, error) && answer_added(request, adding, error);
}

gboolean pictopy_album_add(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    const json_t *paths = json_object_get(http_body(request), "paths");
    g_auto(Adding) adding = {
        .album = pictopy_text(request, "album_name"),
        .paths = g_ptr_array_new(),
    };
    for (gsize i = 0; i < json_array_size(paths); i++) {
        g_ptr_array_add(adding.paths, (gpointer)json_string_value(json_array_get(paths, i)));
    }
    return add(request, &adding, error);
}

gboolean pictopy_album_add_one(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    g_auto(Adding) adding = {
        .album = pictopy_text(request, "album_name"),
        .paths = g_ptr_array_new(),
    };
    g_ptr_array_add(adding.paths, (gpointer)pictopy_text(request, "image_path"));
    return add(request, &adding, error);
}

/* --- remove-from-album --- */

/* The photo that `path` names for the caller; 0 without an error when there is none. */
static gboolean find_photo(HttpRequest *request, const char *path, gint64 *ret_id, GError **error)
{
    g_autofree char *folder = pictopy_folder(request, error);
    g_autoptr(CatalogView) view = folder ? catalog_view(library_catalog(api_of(request)->library),
                                                        api_principal(request), error)
                                         : NULL;
    *ret_id = view ? pictopy_photo_id(view, folder, path) : 0;
    return view != NULL;
}

static gboolean answer_removed(HttpRequest *request, const char *name, const char *path,
                               GError **error)
{
    JsonWriter *data = begin_data(name);
    json_member_string(data, "path", path);
    json_object_end(data);
    return pictopy_answer(request, data, NULL, error,
                          "Image '%s' removed from album '%s' successfully", path, name);
}

gboolean pictopy_album_remove(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    const char *name = pictopy_text(request, "album_name");
    const char *path = pictopy_text(request, "path");
    gint64 photo_id = 0, removed = 0;
    GError *failure = NULL;
    if (!*path) {
        return pictopy_refuse(request, 400, "Image path is required", "Image path not provided");
    }
    if (!find_photo(request, path, &photo_id, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = begin_change(request, &failure);
    g_autoptr(Album) album = tx ? find(tx, request, name, &failure) : NULL;
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (!album) {
        return refuse_unknown(request, name);
    }
    if (!photo_id) {
        return pictopy_refuse_as(request, 404, 500, NULL,
                                 "Image '%s' does not exist in the database", path);
    }
    return album_remove(tx, album->id, photo_id, &removed, error) &&
           end_change(request, tx, error) && answer_removed(request, name, path, error);
}

/* --- view-album --- */

static void write_list(JsonWriter *writer, const char *key, const GPtrArray *texts)
{
    json_key(writer, key);
    json_array_begin(writer);
    for (guint i = 0; i < texts->len; i++) {
        json_text(writer, g_ptr_array_index(texts, i));
    }
    json_array_end(writer);
}

static gboolean answer_view(HttpRequest *request, const char *name, const GPtrArray *paths,
                            GError **error)
{
    g_autofree char *folder = pictopy_folder(request, error);
    if (!folder) {
        return FALSE;
    }
    JsonWriter *data = begin_data(name);
    write_list(data, "photos", paths);
    json_member_string(data, "folder_path", folder);
    json_object_end(data);
    JsonWriter *twins = begin_data(name);
    write_list(twins, "photos", paths);
    json_object_end(twins);
    return pictopy_answer(request, data, twins, error,
                          "Successfully retrieved photos for album '%s'", name);
}

/* TRUE when a hidden album's password was told; FALSE with an error, or without one when it has
 * been answered. */
static gboolean unlock(HttpRequest *request, const Album *album, GError **error)
{
    const char *password = http_text(request, "password", "");
    if (!album->is_hidden) {
        return TRUE;
    }
    if (!*password) {
        pictopy_refuse(request, 401, NULL, "Password required for hidden album");
        return FALSE;
    }
    g_auto(SessionPlace) place = {0};
    session_place(request, &place);
    g_autofree char *name = g_strdup_printf("album/%" G_GINT64_FORMAT, album->id);
    g_autoptr(GError) failure = NULL;
    if (sign_in_opens(api_of(request)->sign_in, name, album->password_hash, password, &place.place,
                      &failure)) {
        return TRUE;
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED)) {
        pictopy_refuse(request, 401, NULL, "Invalid password");
    } else {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    return FALSE;
}

/* The album, and what the caller sees of it; NULL without an error when there is none. */
static Album *read_album(HttpRequest *request, const char *name, GPtrArray **ret_paths,
                         GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Album) album = tx ? find(tx, request, name, error) : NULL;
    *ret_paths = album ? album_paths(tx, api_principal(request), album->id, error) : NULL;
    return *ret_paths ? g_steal_pointer(&album) : NULL;
}

gboolean pictopy_album_view(HttpRequest *request, GError **error)
{
    const char *name = http_text(request, "album_name", "");
    GError *failure = NULL;
    g_autoptr(GPtrArray) paths = NULL;
    if (!*name) {
        return pictopy_refuse(request, 400, "Album name is required",
                              "Missing album_name parameter");
    }
    g_autoptr(Album) album = read_album(request, name, &paths, &failure);
    if (!album && !failure) {
        return pictopy_refuse_as(request, 404, 500, "Album not found", "Album '%s' does not exist",
                                 name);
    }
    if (album && !unlock(request, album, &failure) && !failure) {
        return TRUE;
    }
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return answer_view(request, name, paths, error);
}

/* --- edit-album-description --- */

static gboolean answer_described(HttpRequest *request, const char *name, const char *description,
                                 GError **error)
{
    JsonWriter *data = begin_data(name);
    json_member_string(data, "new_description", description);
    json_object_end(data);
    return pictopy_answer(request, data, NULL, error,
                          "Description for album '%s' updated successfully", name);
}

gboolean pictopy_album_describe(HttpRequest *request, GError **error)
{
    if (pictopy_lacks(request)) {
        return TRUE;
    }
    gboolean is_new = json_object_get(http_body(request), "description") != NULL;
    const char *description = pictopy_text(request, is_new ? "description" : "new_description");
    const char *name = pictopy_text(request, "album_name");
    if (!name) {
        name = pictopy_text(request, "name");
    }
    if (!name || !*name) {
        return pictopy_refuse(request, 400, "Album name is required",
                              "Missing 'album_name' in payload");
    }
    if (description && g_utf8_strlen(description, -1) > LIMIT_ALBUM_TEXT_CHARS) {
        return pictopy_refuse(request, 400, NULL, "Invalid 'description'");
    }
    GError *failure = NULL;
    g_autoptr(StoreTx) tx = begin_change(request, &failure);
    g_autoptr(Album) album = tx ? find(tx, request, name, &failure) : NULL;
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (!album) {
        return refuse_unknown(request, name);
    }
    return album_describe(tx, album->id, description, error) && end_change(request, tx, error) &&
           answer_described(request, name, description, error);
}

/* --- view-all --- */

typedef struct {
    char *name, *description;
    GPtrArray *paths;
} Shown;

static void shown_free(gpointer data)
{
    Shown *shown = data;
    g_free(shown->name);
    g_free(shown->description);
    g_ptr_array_unref(shown->paths);
    g_free(shown);
}

/* The list is told twice, each album's paths bit by bit. */
typedef struct {
    GPtrArray *albums; /* of Shown */
    gboolean bare;
    guint round, album, path;
    gboolean in_list, in_album;
} AllAlbums;

static void all_albums_free(gpointer data)
{
    AllAlbums *all = data;
    g_ptr_array_unref(all->albums);
    g_free(all);
}

static void write_some_of_album(JsonWriter *writer, AllAlbums *all)
{
    const Shown *shown = g_ptr_array_index(all->albums, all->album);
    if (!all->in_album) {
        json_object_begin(writer);
        json_member_string(writer, "album_name", shown->name);
        json_key(writer, "image_paths");
        json_array_begin(writer);
        all->in_album = TRUE;
    }
    if (pictopy_write_some(writer, shown->paths, &all->path)) {
        return;
    }
    json_array_end(writer);
    json_member_string(writer, "description", shown->description);
    json_member_int(writer, "is_hidden", 0);
    json_object_end(writer);
    all->in_album = FALSE;
    all->album++;
}

static void begin_round(JsonWriter *writer, AllAlbums *all)
{
    if (all->round == 0) {
        json_object_begin(writer);
    }
    json_key(writer, all->round == 0 && !all->bare ? "data" : "albums");
    json_array_begin(writer);
    all->in_list = TRUE;
    all->album = 0;
}

/* FALSE: that was the last. */
static gboolean end_round(JsonWriter *writer, AllAlbums *all)
{
    json_array_end(writer);
    all->in_list = FALSE;
    if (all->round++ == 0 && !all->bare) {
        json_member_string(writer, "message", "Successfully retrieved all albums");
        json_member_bool(writer, "success", TRUE);
        return TRUE;
    }
    json_object_end(writer);
    return FALSE;
}

static gboolean write_all_albums(JsonWriter *writer, gpointer data)
{
    AllAlbums *all = data;
    if (!all->in_list) {
        begin_round(writer, all);
    }
    if (all->album < all->albums->len) {
        write_some_of_album(writer, all);
        return TRUE;
    }
    return end_round(writer, all);
}

/* Those that are not hidden; of Shown. */
static GPtrArray *read_all(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) albums = tx ? album_list(tx, api_principal(request), error) : NULL;
    if (!albums) {
        return NULL;
    }
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(shown_free);
    for (guint i = 0; i < albums->len; i++) {
        const Album *album = g_ptr_array_index(albums, i);
        if (album->is_hidden) {
            continue;
        }
        GPtrArray *paths = album_paths(tx, api_principal(request), album->id, error);
        if (!paths) {
            return NULL;
        }
        Shown *shown = g_new0(Shown, 1);
        shown->name = g_strdup(album->name);
        shown->description = g_strdup(album->description);
        shown->paths = paths;
        g_ptr_array_add(all, shown);
    }
    return g_steal_pointer(&all);
}

gboolean pictopy_albums(HttpRequest *request, GError **error)
{
    GPtrArray *albums = read_all(request, error);
    if (!albums) {
        return FALSE;
    }
    AllAlbums *all = g_new0(AllAlbums, 1);
    all->albums = albums;
    all->bare = pictopy_is_bare(request);
    return pictopy_stream(request, write_all_albums, all, all_albums_free, error);
}
