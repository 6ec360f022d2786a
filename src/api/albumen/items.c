/* Items: which there are, what is known of each, and their pictures. */
#include "api/albumen/datasets.h"

#include "api/media.h"
#include "api/photo_values.h"
#include "base/limits.h"

#include <string.h>

/* One in JSON */

static void write_work(JsonWriter *writer, const Item *item)
{
    json_member_string(writer, "status", item_status_name(item->status));
    json_member_string(writer, "split", split_name(item->split));
    json_key(writer, "tags");
    json_array_begin(writer);
    for (char **tag = item->tags; *tag; tag++) {
        json_text(writer, *tag);
    }
    json_array_end(writer);
    json_member_int(writer, "annotations", item->annotation_count);
    json_member_int(writer, "proposals", item->proposal_count);
    json_member_string(writer, "annotator", item->annotator);
    json_member_string(writer, "review_note", item->review_note);
    json_member_int(writer, "revision", item->revision);
    json_member_double(writer, "min_confidence", item->min_confidence);
}

static void write_photo(JsonWriter *writer, const Item *item)
{
    if (item->photo_id) {
        json_member_int(writer, "photo_id", item->photo_id);
    } else {
        json_member_null(writer, "photo_id");
    }
    json_member_bool(writer, "is_missing", item->is_missing);
    json_member_bool(writer, "is_changed", item->is_changed);
    json_member_bool(writer, "is_archived", item->archived_ms != 0);
}

void albumen_write_item(JsonWriter *writer, const Item *item, gboolean with_dataset)
{
    g_autofree char *created = time_iso(item->created_ms);
    g_autofree char *changed = time_iso(item->changed_ms);
    json_object_begin(writer);
    json_member_string(writer, "id", item->uuid);
    if (with_dataset) {
        json_member_string(writer, "dataset", item->dataset_uuid);
    }
    json_member_string(writer, "filename", item->filename);
    json_member_string(writer, "directory", item->directory);
    json_member_int(writer, "width", item->width);
    json_member_int(writer, "height", item->height);
    json_member_string(writer, "format", item->format);
    json_member_int(writer, "bytes", item->file_bytes);
    write_work(writer, item);
    write_photo(writer, item);
    json_member_string(writer, "created", created);
    json_member_string(writer, "changed", changed);
    json_object_end(writer);
}

/* Lists */

static ItemArchived archived_of(const char *name)
{
    return strcmp(name, "true") == 0  ? ITEM_ARCHIVED
           : strcmp(name, "any") == 0 ? ITEM_ANY
                                      : ITEM_IN_USE;
}

static ItemOrder order_of(const char *name)
{
    static const struct {
        const char *name;
        ItemOrder order;
    } orders[] = {
        {"path", ITEM_BY_PATH}, {"changed", ITEM_BY_CHANGE}, {"confidence", ITEM_BY_CONFIDENCE}};
    for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
        if (strcmp(orders[i].name, name) == 0) {
            return orders[i].order;
        }
    }
    return ITEM_NEWEST;
}

/* Texts are the request's. */
static ItemFilter read_filter(const HttpRequest *request)
{
    return (ItemFilter){
        .directory = http_text(request, "directory", NULL),
        .beneath = http_text(request, "beneath", NULL),
        .search = http_text(request, "search", NULL),
        .status = http_text(request, "status", NULL),
        .split = http_text(request, "split", NULL),
        .class_name = http_text(request, "class", NULL),
        .annotator = http_text(request, "annotator", NULL),
        .tag = http_text(request, "tag", NULL),
        .has_proposals = http_flag(request, "has_proposals", FALSE),
        .is_empty = http_flag(request, "is_empty", FALSE),
        .archived = archived_of(http_text(request, "archived", "false")),
        .order = order_of(http_text(request, "sort", "newest")),
    };
}

gboolean albumen_items(HttpRequest *request, GError **error)
{
    const ItemFilter filter = read_filter(request);
    gint64 offset = 0;
    gint64 limit = 0;
    gint64 total = 0;
    if (!albumen_read_page(request, &offset, &limit, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) items =
        dataset ? item_list(tx, dataset, &filter, offset, limit, &total, error) : NULL;
    if (!items) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "items");
    json_array_begin(writer);
    for (guint i = 0; i < items->len; i++) {
        albumen_write_item(writer, g_ptr_array_index(items, i), FALSE);
    }
    json_array_end(writer);
    albumen_write_page(writer, offset, items->len, total);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_item_ids(HttpRequest *request, GError **error)
{
    const ItemFilter filter = read_filter(request);
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) uuids = dataset ? item_uuids(tx, dataset, &filter, error) : NULL;
    if (!uuids) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "ids");
    json_array_begin(writer);
    for (guint i = 0; i < uuids->len; i++) {
        json_text(writer, g_ptr_array_index(uuids, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* One */

gboolean albumen_item(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Item) item =
        tx ? item_find(tx, api_principal(request), http_text(request, "item", ""), error) : NULL;
    if (!item) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    albumen_write_item(writer, item, TRUE);
    return http_respond_json(request, writer, error);
}

static Grant *grant_of(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx ? access_grant_item(tx, api_principal(request), http_text(request, "item", ""), error)
              : NULL;
}

gboolean albumen_item_thumbnail(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) grant = grant_of(request, error);
    return grant &&
           api_send_thumbnail(request, grant, http_int(request, "size", 0), CACHE_AND_ASK, error);
}

gboolean albumen_item_image(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) grant = grant_of(request, error);
    return grant && api_send_image(request, grant, CACHE_AND_ASK, error);
}
