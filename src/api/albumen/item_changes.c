/* Photos put into a dataset, and what becomes of them there. */
#include "api/albumen/datasets.h"

#include "api/filter_params.h"
#include "base/limits.h"
#include "library/album.h"
#include "library/selection.h"
#include "studio/directory.h"

#include <string.h>

static gboolean respond_count(HttpRequest *request, const char *name, gint64 count, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, name, count);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Which photos: by number, those of an album, or all that the gallery's filter shows. Of gint64. */

static GArray *photos_of_body(HttpRequest *request)
{
    const json_t *list = json_object_get(http_body(request), "photos");
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (gsize i = 0; i < json_array_size(list); i++) {
        gint64 id = json_integer_value(json_array_get(list, i));
        g_array_append_val(ids, id);
    }
    return ids;
}

static GArray *photos_of_album(HttpRequest *request, const char *name, GError **error)
{
    const Principal *viewer = api_principal(request);
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Album) album = tx ? album_find(tx, viewer, name, error) : NULL;
    g_autoptr(GPtrArray) paths = album ? album_paths(tx, viewer, album->id, error) : NULL;
    if (!paths) {
        return NULL;
    }
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < paths->len; i++) {
        g_autoptr(Photo) photo = photo_get_by_path(tx, viewer, g_ptr_array_index(paths, i), error);
        if (!photo) {
            return NULL;
        }
        g_array_append_val(ids, photo->id);
    }
    return g_steal_pointer(&ids);
}

static GArray *photos_of_filter(HttpRequest *request, GError **error)
{
    PhotoFilter filter;
    gboolean ascending = FALSE;
    filter_from_request(request, &filter);
    const PhotoSort *sort = sort_from_request(request, &ascending);
    g_autoptr(Selection) selection =
        selection_get(api_of(request)->library, api_principal(request), &filter, sort, ascending,
                      SELECTION_PAGES, error);
    if (!selection) {
        return NULL;
    }
    const PhotoLayout *layout = selection_layout(selection);
    GArray *ids = g_array_sized_new(FALSE, FALSE, sizeof(gint64), layout->count);
    for (guint32 i = 0; i < layout->count; i++) {
        gint64 id = layout->ids[i];
        g_array_append_val(ids, id);
    }
    return ids;
}

static GArray *read_photos(HttpRequest *request, GError **error)
{
    gboolean by_number = albumen_body_has(request, "photos");
    const char *album = json_string_value(json_object_get(http_body(request), "album"));
    gboolean everything = json_is_true(json_object_get(http_body(request), "everything"));
    if (by_number + (album != NULL) + everything != 1) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Name the pictures by one of \"photos\", \"album\" and \"everything\"");
        return NULL;
    }
    g_autoptr(GArray) ids = by_number ? photos_of_body(request)
                            : album   ? photos_of_album(request, album, error)
                                      : photos_of_filter(request, error);
    if (ids && ids->len > LIMIT_ITEMS_PER_REQUEST) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "These are %u pictures; at most %d can be put in at once", ids->len,
                    LIMIT_ITEMS_PER_REQUEST);
        return NULL;
    }
    return g_steal_pointer(&ids);
}

/* The member "directory" as a clean path; "/" when it is absent. */
static char *read_directory(HttpRequest *request, GError **error)
{
    const char *path = json_string_value(json_object_get(http_body(request), "directory"));
    return directory_clean_path(path ? path : "/", error);
}

gboolean albumen_items_add(HttpRequest *request, GError **error)
{
    gint64 added = 0;
    g_auto(AlbumenChange) change = {0};
    g_autofree char *directory = read_directory(request, error);
    g_autoptr(GArray) photos = directory ? read_photos(request, error) : NULL;
    if (!photos || !albumen_change_begin(request, &change, error) ||
        !item_add(change.tx, api_principal(request), change.dataset, directory,
                  (const gint64 *)(gpointer)photos->data, photos->len, &added, NULL, error) ||
        !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "added", added);
    json_member_int(writer, "already", photos->len - added);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Many at once */

/* The rows that "ids" names, of gint64; NOT_FOUND when one is not of the dataset. */
static GArray *read_items(HttpRequest *request, const AlbumenChange *change, GError **error)
{
    g_autofree const char **uuids = albumen_body_texts(request, "ids");
    g_autoptr(GArray) unknown = NULL;
    g_autoptr(GArray) ids = item_ids(change->tx, change->dataset, uuids, &unknown, error);
    if (ids && unknown->len > 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                    "%u of the images are not in this dataset", unknown->len);
        return NULL;
    }
    return g_steal_pointer(&ids);
}

typedef struct {
    HttpRequest *request;
    const AlbumenChange *change;
    const gint64 *ids;
    gsize count;
} Update;

static gboolean update_status(const Update *update, GError **error)
{
    const json_t *body = http_body(update->request);
    const char *name = json_string_value(json_object_get(body, "status"));
    const AlbumenChange *change = update->change;
    ItemStatus status = ITEM_NEW;
    return !name || !item_status_from_name(name, &status) ||
           item_set_status(change->tx, api_principal(update->request), change->dataset, update->ids,
                           update->count, status, error);
}

static gboolean update_split(const Update *update, GError **error)
{
    const json_t *split = json_object_get(http_body(update->request), "split");
    const char *name = json_string_value(split);
    const AlbumenChange *change = update->change;
    Split to = SPLIT_NONE;
    if (!split) {
        return TRUE;
    }
    split_from_name(g_strcmp0(name, "none") == 0 ? NULL : name, &to);
    return item_set_split(change->tx, change->dataset, update->ids, update->count, to, error);
}

static gboolean update_tags(const Update *update, const char *member, gboolean add, GError **error)
{
    g_autofree const char **tags = albumen_body_texts(update->request, member);
    const AlbumenChange *change = update->change;
    return !*tags ||
           item_set_tags(change->tx, change->dataset, update->ids, update->count, tags, add, error);
}

static gboolean update_directory(const Update *update, GError **error)
{
    const AlbumenChange *change = update->change;
    gint64 renamed = 0;
    if (!albumen_body_has(update->request, "directory")) {
        return TRUE;
    }
    g_autofree char *directory = read_directory(update->request, error);
    return directory && item_move(change->tx, api_principal(update->request), change->dataset,
                                  update->ids, update->count, directory, &renamed, error);
}

static gboolean update_archive(const Update *update, GError **error)
{
    const json_t *archived = json_object_get(http_body(update->request), "is_archived");
    const AlbumenChange *change = update->change;
    return !json_is_boolean(archived) ||
           item_set_archived(change->tx, change->dataset, update->ids, update->count,
                             json_is_true(archived), error);
}

/* An annotator hands work in, and puts away; the rest is for those who keep the dataset. */
static gboolean may_update(HttpRequest *request, GError **error)
{
    static const char *const keepers[] = {"split", "directory", "add_tags", "remove_tags"};
    const char *status = json_string_value(json_object_get(http_body(request), "status"));
    gboolean keeps = g_strcmp0(status, "complete") == 0;
    for (gsize i = 0; i < G_N_ELEMENTS(keepers); i++) {
        keeps = keeps || json_object_get(http_body(request), keepers[i]) != NULL;
    }
    return !keeps || access_check(api_principal(request), CAPABILITY_CURATE, error);
}

gboolean albumen_items_update(HttpRequest *request, GError **error)
{
    g_auto(AlbumenChange) change = {0};
    if (!may_update(request, error) || !albumen_change_begin(request, &change, error)) {
        return FALSE;
    }
    g_autoptr(GArray) ids = read_items(request, &change, error);
    if (!ids) {
        return FALSE;
    }
    const Update update = {request, &change, (const gint64 *)(gpointer)ids->data, ids->len};
    return update_status(&update, error) && update_split(&update, error) &&
           update_tags(&update, "add_tags", TRUE, error) &&
           update_tags(&update, "remove_tags", FALSE, error) && update_directory(&update, error) &&
           update_archive(&update, error) && albumen_change_commit(request, &change, error) &&
           respond_count(request, "changed", ids->len, error);
}

gboolean albumen_items_delete(HttpRequest *request, GError **error)
{
    g_auto(AlbumenChange) change = {0};
    g_autoptr(GArray) ids =
        albumen_change_begin(request, &change, error) ? read_items(request, &change, error) : NULL;
    return ids &&
           item_delete(change.tx, change.dataset, (const gint64 *)(gpointer)ids->data, ids->len,
                       error) &&
           albumen_change_commit(request, &change, error) &&
           respond_count(request, "deleted", ids->len, error);
}

gboolean albumen_item_review(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    const char *action = json_string_value(json_object_get(body, "action"));
    g_auto(AlbumenChange) change = {0};
    g_autoptr(Item) item = NULL;
    if (!albumen_change_begin_item(request, &change, &item, error) ||
        !item_review(change.tx, api_principal(request), change.dataset, item->id,
                     g_strcmp0(action, "approve") == 0,
                     json_string_value(json_object_get(body, "note")), error)) {
        return FALSE;
    }
    g_autoptr(Item) after = item_find(change.tx, api_principal(request), item->uuid, error);
    if (!after || !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    albumen_write_item(writer, after, TRUE);
    return http_respond_json(request, writer, error);
}
