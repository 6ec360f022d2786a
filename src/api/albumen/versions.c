/* Versions of datasets, and the address where each can always be had in any format. */
#include "api/albumen/datasets.h"
#include "api/albumen/exports.h"
#include "api/photo_values.h"
#include "api/public_url.h"
#include "base/limits.h"

#include <string.h>

#define RETRY_SECONDS "2"
/* An export that failed is tried again by who asks later than this. */
#define FAILED_MS 60000

/* --- what is told --- */

static void write_version(JsonWriter *writer, const Version *version)
{
    g_autofree char *created = time_iso(version->created_ms);
    char hash[HASH_HEX_CHARS + 1];
    hash_to_hex(&version->content_hash, hash);
    json_object_begin(writer);
    json_member_string(writer, "id", version->uuid);
    json_member_int(writer, "number", version->number);
    json_member_string(writer, "name", version->name);
    json_member_string(writer, "note", version->note);
    json_member_string(writer, "author", version->author);
    json_member_string(writer, "created", created);
    json_member_int(writer, "images", version->item_count);
    json_member_int(writer, "annotations", version->annotation_count);
    json_key(writer, "splits");
    json_object_begin(writer);
    for (int split = SPLIT_TRAIN; split < SPLITS; split++) {
        json_member_int(writer, split_name((Split)split), version->split_counts[split]);
    }
    json_member_int(writer, "none", version->split_counts[SPLIT_NONE]);
    json_object_end(writer);
    json_key(writer, "split_rule");
    if (version->split_rule) {
        json_raw(writer, version->split_rule, strlen(version->split_rule));
    } else {
        json_none(writer);
    }
    json_member_string(writer, "content_hash", hash);
    json_object_end(writer);
}

static gboolean respond_version(HttpRequest *request, const Version *version, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    write_version(writer, version);
    return http_respond_json(request, writer, error);
}

static gboolean albumen_versions(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) list = dataset ? version_list(tx, dataset, error) : NULL;
    if (!list) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "versions");
    json_array_begin(writer);
    for (guint i = 0; i < list->len; i++) {
        write_version(writer, g_ptr_array_index(list, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static Version *find(HttpRequest *request, StoreTx *tx, Dataset **ret_dataset, GError **error)
{
    return version_find(tx, api_principal(request), http_text(request, "version", ""), ret_dataset,
                        error);
}

static gboolean albumen_version(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Version) version = tx ? find(request, tx, NULL, error) : NULL;
    return version && respond_version(request, version, error);
}

static void write_item(JsonWriter *writer, const Item *item)
{
    char hash[HASH_HEX_CHARS + 1];
    hash_to_hex(&item->content_hash, hash);
    json_object_begin(writer);
    json_member_string(writer, "id", item->uuid);
    json_member_string(writer, "directory", item->directory);
    json_member_string(writer, "filename", item->filename);
    json_member_string(writer, "content_hash", hash);
    json_member_string(writer, "format", item->format);
    json_member_int(writer, "bytes", item->file_bytes);
    json_member_int(writer, "width", item->width);
    json_member_int(writer, "height", item->height);
    json_member_string(writer, "status", item_status_name(item->status));
    json_member_string(writer, "split", split_name(item->split));
    json_key(writer, "tags");
    json_array_begin(writer);
    for (char **tag = item->tags; *tag; tag++) {
        json_text(writer, *tag);
    }
    json_array_end(writer);
    json_member_int(writer, "annotations", item->annotation_count);
    json_object_end(writer);
}

static gboolean albumen_version_items(HttpRequest *request, GError **error)
{
    gint64 offset = 0, limit = 0;
    if (!albumen_read_page(request, &offset, &limit, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Version) version = tx ? find(request, tx, NULL, error) : NULL;
    g_autoptr(GPtrArray) items =
        version ? version_items(tx, version->id, offset, limit, error) : NULL;
    if (!items) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "items");
    json_array_begin(writer);
    for (guint i = 0; i < items->len; i++) {
        write_item(writer, g_ptr_array_index(items, i));
    }
    json_array_end(writer);
    albumen_write_page(writer, offset, items->len, version->item_count);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* --- changes --- */

static gboolean set_invalid(GError **error, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, message);
    return FALSE;
}

static int share_of(const json_t *splits, const char *name)
{
    const json_t *value = json_object_get(splits, name);
    gint64 share = json_is_integer(value) ? json_integer_value(value) : -1;
    return share >= 0 && share <= 100 ? (int)share : -1;
}

static gboolean read_rule(const json_t *splits, SplitRule *ret_rule, GError **error)
{
    const json_t *seed = json_object_get(splits, "seed");
    const json_t *by = json_object_get(splits, "by");
    ret_rule->train = share_of(splits, "train");
    ret_rule->val = share_of(splits, "val");
    ret_rule->test = share_of(splits, "test");
    ret_rule->seed = json_integer_value(seed);
    ret_rule->grouping = SPLIT_BY_IMAGE;
    if (ret_rule->train < 0 || ret_rule->val < 0 || ret_rule->test < 0 ||
        ret_rule->train + ret_rule->val + ret_rule->test != 100) {
        return set_invalid(error, "splits: train, val and test are percents, together 100");
    }
    if (seed && !json_is_integer(seed) && !json_is_null(seed)) {
        return set_invalid(error, "splits.seed is a whole number");
    }
    if (by && !json_is_null(by) &&
        !split_grouping_from_name(json_string_value(by), &ret_rule->grouping)) {
        return set_invalid(error, "splits.by is image, burst, person or folder");
    }
    return TRUE;
}

static gboolean albumen_version_create(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    const json_t *splits = json_object_get(body, "splits");
    gboolean has_rule = splits && !json_is_null(splits);
    SplitRule rule;
    g_auto(AlbumenChange) change = {0};
    if ((has_rule && !read_rule(splits, &rule, error)) ||
        !albumen_change_begin(request, &change, error)) {
        return FALSE;
    }
    const VersionNew values = {
        .name = json_string_value(json_object_get(body, "name")),
        .note = json_string_value(json_object_get(body, "note")),
        .rule = has_rule ? &rule : NULL,
    };
    g_autoptr(Version) version =
        version_create(change.tx, api_principal(request), change.dataset, &values, error);
    if (!version || !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    http_set_status(request, 201);
    return respond_version(request, version, error);
}

static gboolean albumen_version_delete(HttpRequest *request, GError **error)
{
    Library *library = api_of(request)->library;
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    g_autoptr(Version) version =
        tx && library_touch(tx, error) ? find(request, tx, &dataset, error) : NULL;
    if (!version || !dataset_touch(tx, dataset->id, error) || !version_delete(tx, version, error) ||
        !library_commit(library, tx, error)) {
        return FALSE;
    }
    http_set_status(request, 204);
    return http_respond_text(request, NULL, "");
}

/* --- the permanent address --- */

static const Format *path_format(HttpRequest *request, GError **error)
{
    const Format *format = format_find(http_text(request, "format", ""));
    if (!format || !format->writer) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "This is no format that is written");
        return NULL;
    }
    return format;
}

/* The latest export of the version; made when there is none that is of use. */
static DatasetExport *find_or_make(HttpRequest *request, const Format *format, GError **error)
{
    Library *library = api_of(request)->library;
    const Principal *viewer = api_principal(request);
    gboolean images = http_flag(request, "images", FALSE);
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    g_autoptr(Version) version =
        tx && library_touch(tx, error) ? find(request, tx, &dataset, error) : NULL;
    if (!version) {
        return NULL;
    }
    g_autoptr(GError) failure = NULL;
    g_autoptr(DatasetExport) found =
        export_find_of_version(tx, viewer, version, format, images, &failure);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
    }
    if (found &&
        (found->state != EXPORT_FAILED || found->finished_ms + FAILED_MS > library_now_ms())) {
        return g_steal_pointer(&found);
    }
    g_autofree char *base_url = public_url(request);
    const ExportNew values = {.format = format,
                              .version = version,
                              .include_images = images,
                              .organize_by_split = TRUE,
                              .base_url = base_url};
    g_autoptr(DatasetExport) made = export_create(tx, viewer, dataset, &values, error);
    if (!made || !dataset_touch(tx, dataset->id, error) || !library_commit(library, tx, error)) {
        return NULL;
    }
    albumen_export_wake(request);
    return g_steal_pointer(&made);
}

static gboolean albumen_version_export(HttpRequest *request, GError **error)
{
    const Format *format = access_check(api_principal(request), CAPABILITY_DATASETS, error)
                               ? path_format(request, error)
                               : NULL;
    g_autoptr(DatasetExport) value = format ? find_or_make(request, format, error) : NULL;
    if (!value) {
        return FALSE;
    }
    if (value->state == EXPORT_COMPLETED) {
        return albumen_export_send(request, value, error);
    }
    if (value->state == EXPORT_FAILED) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "The export failed: %s",
                    value->error ? value->error : "");
        return FALSE;
    }
    http_set_status(request, 202);
    http_set_header(request, "Retry-After", RETRY_SECONDS);
    return albumen_export_respond(request, value, error);
}

/* --- routes --- */

static const HttpParameter create_body[] = {
    {.name = "name",
     .type = HTTP_TEXT,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_VERSION_NAME_CHARACTERS},
    {.name = "note", .type = HTTP_TEXT, .bounded = TRUE, .max = LIMIT_VERSION_NOTE_CHARACTERS},
    {.name = "splits",
     .type = HTTP_OBJECT,
     .summary = "Percents train, val and test, a seed, and by: image, burst, person or folder; "
                "null: splits as the items have them"},
    {0},
};

static const HttpParameter items_query[] = {
    {.name = "cursor", .type = HTTP_TEXT, .summary = "next_cursor of the page before"},
    {.name = "limit", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 1000, .fallback = "100"},
    {0},
};

static const HttpParameter export_query[] = {
    {.name = "images", .type = HTTP_BOOL, .fallback = "false", .summary = "With the pictures"},
    {0},
};

#define ROUTE(cap, verb, route, schema, text, function, ...)                                       \
    HTTP_ROUTE(cap, .method = verb, .path = "/api/albumen/" route, .tag = "Datasets",              \
               .summary = text, .response_schema = schema, .handler = function, __VA_ARGS__)

const HttpRoute albumen_version_routes[ALBUMEN_VERSION_ROUTES] = {
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}/versions", "DatasetVersions",
          "Its versions, the newest first", albumen_versions, .status = 200),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets/{dataset}/versions", "DatasetVersion",
          "Freezes it as it stands", albumen_version_create, .body = create_body,
          .body_optional = TRUE, .status = 201),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "versions/{version}", "DatasetVersion", "A version",
          albumen_version, .status = 200),
    ROUTE(CAPABILITY_MANAGE, HTTP_DELETE, "versions/{version}", NULL,
          "Deletes a version with its exports", albumen_version_delete, .status = 204),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "versions/{version}/items", "VersionItems",
          "Its items by directory and filename", albumen_version_items, .query = items_query),
    HTTP_ROUTE(CAPABILITY_MEDIA, .method = HTTP_GET,
               .path = "/api/albumen/versions/{version}/export/{format}", .tag = "Datasets",
               .summary = "A version in a format, always; 202 while it is written",
               .handler = albumen_version_export, .query = export_query, .response_mime = "*/*"),
};
