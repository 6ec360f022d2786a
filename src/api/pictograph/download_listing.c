/* What a client fetches to have a dataset as a whole: addresses of pictures and annotations. */
#include "api/pictograph/images.h"

#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/uploads.h"
#include "base/limits.h"

#include <string.h>

#define TAG "Pictograph datasets"

static void write_item(JsonWriter *writer, const HttpRequest *request, const Item *item,
                       const char *mode)
{
    json_object_begin(writer);
    json_member_string(writer, "id", item->uuid);
    json_member_string(writer, "filename", item->filename);
    json_member_string(writer, "directory_path", item->directory);
    json_member_int(writer, "file_size", item->file_bytes);
    json_member_int(writer, "annotation_count", item->annotation_count);
    if (strcmp(mode, "annotations_only") != 0) {
        g_autofree char *url = pictograph_signed_image_url(request, item);
        json_member_string(writer, "image_url", url);
    }
    if (strcmp(mode, "images_only") != 0) {
        pictograph_member_annotation_url(writer, item);
    }
    json_object_end(writer);
}

static void write_items(JsonWriter *writer, const HttpRequest *request, const GPtrArray *items)
{
    const char *mode = http_text(request, "mode", "full");
    json_key(writer, "items");
    json_array_begin(writer);
    for (guint i = 0; i < items->len; i++) {
        write_item(writer, request, g_ptr_array_index(items, i), mode);
    }
    json_array_end(writer);
}

/* The oldest client reads the list at the top level. */
static gboolean answer(HttpRequest *request, const Dataset *dataset, const GPtrArray *items,
                       gint64 total, GError **error)
{
    JsonWriter *data = pictograph_writer();
    json_object_begin(data);
    json_member_string(data, "id", dataset->uuid);
    write_items(data, request, items);
    json_member_int(data, "total_items", total);
    json_object_end(data);
    JsonWriter *more = pictograph_writer();
    json_object_begin(more);
    if (pictograph_sdk_major(request) < 1) {
        write_items(more, request, items);
    }
    json_member_string(more, "dataset_id", dataset->uuid);
    json_object_end(more);
    return pictograph_answer(request, data, NULL, more, error);
}

static gboolean get_listing(HttpRequest *request, GError **error)
{
    gint64 total = 0;
    gint64 limit = MIN(http_int(request, "limit", LIMIT_LISTED_ITEMS), LIMIT_LISTED_ITEMS);
    const char *status = http_text(request, "status_filter", "all");
    const ItemFilter filter = {
        .status = strcmp(status, "all") == 0 ? NULL : status,
        .order = ITEM_BY_PATH,
    };
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset =
        tx ? dataset_find(tx, api_principal(request), http_text(request, "dataset", ""), error)
           : NULL;
    g_autoptr(GPtrArray) items =
        dataset ? item_list(tx, dataset, &filter, 0, limit, &total, error) : NULL;
    return items && answer(request, dataset, items, total, error);
}

static const char *const modes[] = {"full", "images_only", "annotations_only", NULL};
static const char *const statuses[] = {"all", "new", "annotate", "review", "complete", NULL};

static const HttpParameter listing_query[] = {
    {.name = "mode", .type = HTTP_TEXT, .choices = modes, .fallback = "full"},
    {.name = "limit",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 1e9,
     .fallback = "10000",
     .summary = "At most 10000 are given"},
    {.name = "status_filter", .type = HTTP_TEXT, .choices = statuses, .fallback = "all"},
    {0},
};

const HttpRoute pictograph_listing_routes[] = {
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET,
               .path = PICTOGRAPH_BASE "/datasets/{dataset}/download", .query = listing_query,
               .tag = TAG, .summary = "Addresses of a dataset's pictures and annotations",
               .response_schema = "PictographListing", .handler = get_listing),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET,
               .path = PICTOGRAPH_BASE "/datasets/by-name/{dataset}/download",
               .query = listing_query, .tag = TAG, .summary = "The same, as it was called once",
               .response_schema = "PictographListing", .handler = get_listing),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_listing_routes) == PICTOGRAPH_LISTING_ROUTES);
