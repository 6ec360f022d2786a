/* What is worked out of a dataset: the listing of its files, numbers about it, images that show the
 * same. */
#include "api/pictograph/images.h"
#include "api/pictograph/lookup.h"
#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "base/limits.h"

#include <string.h>

static Dataset *find_dataset(HttpRequest *request, StoreTx *tx, GError **error)
{
    return dataset_find(tx, api_principal(request), http_text(request, "dataset", ""), error);
}

/* --- the listing --- */

static void write_listed(JsonWriter *writer, const HttpRequest *request, const Item *item,
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

static void write_listing(JsonWriter *writer, HttpRequest *request, const GPtrArray *items)
{
    const char *mode = http_text(request, "mode", "full");
    json_array_begin(writer);
    for (guint i = 0; i < items->len; i++) {
        write_listed(writer, request, g_ptr_array_index(items, i), mode);
    }
    json_array_end(writer);
}

/* The oldest clients look for the list at the top. */
static gboolean answer_listing(HttpRequest *request, const Dataset *dataset, const GPtrArray *items,
                               gint64 total, GError **error)
{
    JsonWriter *data = pictograph_writer(), *more = pictograph_writer();
    json_object_begin(data);
    json_member_string(data, "id", dataset->uuid);
    json_key(data, "items");
    write_listing(data, request, items);
    json_member_int(data, "total_items", total);
    json_object_end(data);
    json_object_begin(more);
    json_key(more, "items");
    if (pictograph_sdk_major(request) >= 1) {
        json_array_begin(more);
        json_array_end(more);
    } else {
        write_listing(more, request, items);
    }
    json_member_string(more, "dataset_id", dataset->uuid);
    json_object_end(more);
    return pictograph_answer(request, data, NULL, more, error);
}

static gboolean download(HttpRequest *request, GError **error)
{
    const char *status = http_text(request, "status_filter", "all");
    const ItemFilter filter = {
        .status = *status && strcmp(status, "all") != 0 ? status : NULL,
        .order = ITEM_BY_PATH,
    };
    gint64 limit = MIN(http_int(request, "limit", LIMIT_LISTED_ITEMS), LIMIT_LISTED_ITEMS);
    gint64 total = 0;
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) items =
        dataset ? item_list(tx, dataset, &filter, 0, limit, &total, error) : NULL;
    return items && answer_listing(request, dataset, items, total, error);
}

/* --- numbers --- */

static gboolean get_insights(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? find_dataset(request, tx, error) : NULL;
    g_autoptr(Insights) insights = dataset ? insights_of(tx, dataset, error) : NULL;
    if (!insights) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    pictograph_write_insights(writer, insights);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

/* --- images that show the same --- */

/* The directory that is asked for, a clean path; NULL without an error: all. The caller's. */
static char *wanted_directory(HttpRequest *request, GError **error)
{
    return http_has(request, "directory_path")
               ? directory_clean_path(http_text(request, "directory_path", ""), error)
               : NULL;
}

static Dataset *read_dataset(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx ? find_dataset(request, tx, error) : NULL;
}

static gboolean get_duplicates(HttpRequest *request, GError **error)
{
    g_autofree char *directory = wanted_directory(request, error);
    if (http_has(request, "directory_path") && !directory) {
        return FALSE;
    }
    const DuplicatesWanted wanted = {
        .threshold = http_number(request, "threshold", 0.92),
        .sample = http_int(request, "sample", 1000),
        .neighbors = http_int(request, "neighbors", 10),
        .max_pairs = http_int(request, "max_pairs", 2000),
        .directory = directory,
    };
    g_autoptr(Dataset) dataset = read_dataset(request, error);
    g_autoptr(Duplicates) duplicates =
        dataset ? duplicates_find(api_of(request)->library, dataset, &wanted, error) : NULL;
    if (!duplicates) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    pictograph_write_duplicates(writer, &wanted, duplicates);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

/* --- where it is stored: always at hand --- */

static gboolean get_storage(HttpRequest *request, GError **error)
{
    g_autoptr(Dataset) dataset = read_dataset(request, error);
    if (!dataset) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "storage_class", "standard");
    json_member_string(writer, "storage_state", "idle");
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

static gboolean change_storage(HttpRequest *request, GError **error)
{
    g_autoptr(Dataset) dataset = read_dataset(request, error);
    if (dataset) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "This server has one kind of storage, from which all can be read at "
                            "once: there is nothing to freeze or restore");
    }
    return FALSE;
}

/* --- routes --- */

#define DATASET PICTOGRAPH_BASE "/datasets/{dataset}"
#define BY_NAME PICTOGRAPH_BASE "/datasets/by-name/{dataset}"
#define TAG     "pictograph datasets"

static const char *const modes[] = {"full", "images_only", "annotations_only", NULL};
static const char *const stages[] = {"all", "new", "annotate", "review", "complete", NULL};

static const HttpParameter download_query[] = {
    {.name = "mode", .type = HTTP_TEXT, .choices = modes, .fallback = "full"},
    {.name = "limit",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 1e9,
     .fallback = "10000",
     .summary = "At most 10000 are given"},
    {.name = "status_filter", .type = HTTP_TEXT, .choices = stages, .fallback = "all"},
    {0},
};

static const HttpParameter duplicates_query[] = {
    {.name = "threshold",
     .type = HTTP_NUMBER,
     .bounded = TRUE,
     .min = 0.5,
     .max = 0.9999,
     .fallback = "0.92",
     .summary = "How alike two images must be"},
    {.name = "sample",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_DUPLICATES_SAMPLE,
     .fallback = "1000"},
    {.name = "neighbors",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 100,
     .fallback = "10"},
    {.name = "max_pairs",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 100000,
     .fallback = "2000"},
    {.name = "directory_path", .type = HTTP_TEXT},
    {0},
};

const HttpRoute pictograph_report_routes[] = {
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DATASET "/download",
               .query = download_query, .tag = TAG,
               .summary = "Addresses of a dataset's images and annotation files",
               .response_schema = "PictographListing", .handler = download),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = BY_NAME "/download",
               .query = download_query, .tag = TAG, .summary = "The same",
               .response_schema = "PictographListing", .handler = download),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DATASET "/insights", .tag = TAG,
               .summary = "Numbers about a dataset", .response_schema = "PictographInsights",
               .handler = get_insights),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = BY_NAME "/insights", .tag = TAG,
               .summary = "The same", .response_schema = "PictographInsights",
               .handler = get_insights),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DATASET "/duplicates",
               .query = duplicates_query, .tag = TAG, .summary = "Images that show the same",
               .response_schema = "PictographDuplicates", .handler = get_duplicates),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DATASET "/storage", .tag = TAG,
               .summary = "How quickly a dataset's images can be had",
               .response_schema = "PictographStorage", .handler = get_storage),
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_POST, .path = DATASET "/storage/freeze",
               .tag = TAG, .summary = "Answers a conflict: there is no cold storage",
               .response_schema = "PictographStorage", .handler = change_storage),
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_POST, .path = DATASET "/storage/restore",
               .tag = TAG, .summary = "Answers a conflict: there is no cold storage",
               .response_schema = "PictographStorage", .handler = change_storage),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_report_routes) == PICTOGRAPH_REPORT_ROUTES);
