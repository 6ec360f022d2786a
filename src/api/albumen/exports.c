/* Formats, and exports: a dataset is written into a file of one of them by a job. */
#include "api/albumen/exports.h"
#include "api/export_values.h"

#include "api/albumen/datasets.h"
#include "api/attachment.h"
#include "api/photo_values.h"
#include "api/public_url.h"
#include "base/limits.h"

#include <string.h>

/* --- formats --- */

static void write_format(JsonWriter *writer, const Format *format)
{
    json_object_begin(writer);
    json_member_string(writer, "name", format->name);
    json_member_string(writer, "title", format->title);
    json_member_bool(writer, "reads", format->reader != NULL);
    json_member_bool(writer, "writes", format->writer != NULL);
    json_key(writer, "kinds");
    json_array_begin(writer);
    for (int kind = 1; kind <= SHAPE_KINDS; kind++) {
        if (format->kinds & (1U << kind)) {
            json_text(writer, shape_kind_name((ShapeKind)kind));
        }
    }
    json_array_end(writer);
    json_member_bool(writer, "holes", format->holds_holes);
    json_member_bool(writer, "attributes", format->holds_attributes);
    json_member_bool(writer, "confidence", format->holds_confidence);
    json_member_bool(writer, "rotation", format->holds_rotation);
    json_object_end(writer);
}

static gboolean albumen_formats(HttpRequest *request, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "formats");
    json_array_begin(writer);
    for (const Format *const *format = formats_all(); *format; format++) {
        write_format(writer, *format);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* --- exports --- */

static void write_export(JsonWriter *writer, const DatasetExport *value)
{
    json_object_begin(writer);
    json_member_string(writer, "id", value->uuid);
    json_member_string(writer, "dataset", value->dataset_uuid);
    json_member_string(writer, "name", value->name);
    json_member_string(writer, "format", value->format ? value->format->name : NULL);
    json_member_string(writer, "version", *value->version_uuid ? value->version_uuid : NULL);
    json_member_bool(writer, "include_images", value->include_images);
    json_member_bool(writer, "organize_by_split", value->organize_by_split);
    export_member_filters(writer, value);
    json_member_string(writer, "state", export_state_name(value->state));
    json_member_string(writer, "error", value->error);
    json_key(writer, "report");
    if (value->report) {
        json_raw(writer, value->report, strlen(value->report));
    } else {
        json_none(writer);
    }
    export_member_count(writer, "bytes", value->file_bytes);
    export_member_count(writer, "images", value->image_count);
    export_member_count(writer, "annotations", value->annotation_count);
    time_member(writer, "created", value->created_ms);
    time_member(writer, "finished", value->finished_ms);
    time_member(writer, "expires", value->expires_ms);
    json_object_end(writer);
}

gboolean albumen_export_respond(HttpRequest *request, const DatasetExport *value, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    write_export(writer, value);
    return http_respond_json(request, writer, error);
}

void albumen_export_wake(HttpRequest *request)
{
    const Api *api = api_of(request);
    if (api->wake) {
        api->wake(api->wake_data);
    }
}

static gboolean albumen_exports(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) list = dataset ? export_list(tx, api_principal(request), dataset, -1, 0,
                                                      LIMIT_EXPORTS_PER_DATASET, NULL, error)
                                        : NULL;
    if (!list) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "exports");
    json_array_begin(writer);
    for (guint i = 0; i < list->len; i++) {
        write_export(writer, g_ptr_array_index(list, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* NULL without an error when none was asked for. */
static gboolean find_version(HttpRequest *request, StoreTx *tx, const Dataset *dataset,
                             Version **ret_version, GError **error)
{
    const char *uuid = json_string_value(json_object_get(http_body(request), "version"));
    if (!uuid || !*uuid) {
        return TRUE;
    }
    *ret_version = version_find(tx, api_principal(request), uuid, NULL, error);
    if (*ret_version && (*ret_version)->project_id != dataset->project_id) {
        g_clear_pointer(ret_version, version_free);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Version not found");
    }
    return *ret_version != NULL;
}

static const Format *body_format(const HttpRequest *request, GError **error)
{
    const char *name = json_string_value(json_object_get(http_body(request), "format"));
    const Format *format = format_find(name);
    if (!format || !format->writer) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "%.50s is no format that is written", name);
        return NULL;
    }
    return format;
}

static gboolean albumen_export_create(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    g_auto(AlbumenChange) change = {0};
    g_autoptr(Version) version = NULL;
    const Format *format = body_format(request, error);
    if (!format || !albumen_change_begin(request, &change, error) ||
        !find_version(request, change.tx, change.dataset, &version, error)) {
        return FALSE;
    }
    g_autofree const char **classes = albumen_body_texts(request, "class_filter");
    g_autofree char *base_url = public_url(request);
    const ExportNew values = {
        .name = json_string_value(json_object_get(body, "name")),
        .format = format,
        .version = version,
        .include_images = json_is_true(json_object_get(body, "include_images")),
        .organize_by_split = json_is_true(json_object_get(body, "organize_by_split")),
        .class_filter = classes,
        .status_filter = json_string_value(json_object_get(body, "status_filter")),
        .base_url = base_url,
    };
    g_autoptr(DatasetExport) value =
        export_create(change.tx, api_principal(request), change.dataset, &values, error);
    if (!value || !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    albumen_export_wake(request);
    http_set_status(request, 202);
    return albumen_export_respond(request, value, error);
}

static DatasetExport *find(HttpRequest *request, StoreTx *tx, GError **error)
{
    return export_find(tx, api_principal(request), http_text(request, "export", ""), error);
}

static gboolean albumen_export(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(DatasetExport) value = tx ? find(request, tx, error) : NULL;
    return value && albumen_export_respond(request, value, error);
}

static gboolean albumen_export_delete(HttpRequest *request, GError **error)
{
    Library *library = api_of(request)->library;
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    g_autoptr(DatasetExport) value =
        tx && library_touch(tx, error) ? find(request, tx, error) : NULL;
    if (!value || !dataset_touch(tx, value->dataset_id, error) ||
        !export_delete(tx, value, error) || !library_commit(library, tx, error)) {
        return FALSE;
    }
    export_remove_file(library, value->uuid);
    http_set_status(request, 204);
    return http_respond_text(request, NULL, "");
}

gboolean albumen_export_send(HttpRequest *request, const DatasetExport *value, GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!export_open(api_of(request)->library, value, &fd, &bytes, error)) {
        return FALSE;
    }
    g_autofree char *name = g_strconcat(value->name, ".zip", NULL);
    const HttpCaching caching = {.etag = value->uuid, .cache_control = "private, no-cache"};
    attachment_set(request, name);
    return http_respond_file(request, "application/zip", fd, bytes, &caching);
}

/* The cookie alone may ask for it, as it may for pictures; but it needs more than pictures do. */
static gboolean albumen_export_download(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = access_check(api_principal(request), CAPABILITY_DATASETS, error)
                                ? api_read(request, error)
                                : NULL;
    g_autoptr(DatasetExport) value = tx ? find(request, tx, error) : NULL;
    g_clear_pointer(&tx, store_tx_free);
    return value && albumen_export_send(request, value, error);
}

static const HttpParameter create_body[] = {
    {.name = "format",
     .type = HTTP_TEXT,
     .required = TRUE,
     .summary = "Of GET /api/albumen/formats"},
    {.name = "name",
     .type = HTTP_TEXT,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_EXPORT_NAME_CHARACTERS},
    {.name = "version", .type = HTTP_TEXT, .summary = "Of this version; else of what stands"},
    {.name = "include_images", .type = HTTP_BOOL, .fallback = "false"},
    {.name = "organize_by_split",
     .type = HTTP_BOOL,
     .fallback = "false",
     .summary = "Folders train, valid and test"},
    {.name = "class_filter",
     .type = HTTP_TEXT_LIST,
     .bounded = TRUE,
     .max = LIMIT_EXPORT_CLASSES,
     .summary = "Shapes of these classes; images all the same"},
    {.name = "status_filter",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"new", "annotate", "review", "complete", "all", NULL}},
    {0},
};

#define ROUTE(cap, verb, route, schema, text, function, ...)                                       \
    HTTP_ROUTE(cap, .method = verb, .path = "/api/albumen/" route, .tag = "Datasets",              \
               .summary = text, .response_schema = schema, .handler = function, __VA_ARGS__)

const HttpRoute albumen_export_routes[ALBUMEN_EXPORT_ROUTES] = {
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "formats", "Formats",
          "Files of annotations: what each format holds", albumen_formats, .status = 200),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}/exports", "DatasetExports",
          "Its exports, the newest first", albumen_exports, .status = 200),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets/{dataset}/exports", "DatasetExport",
          "Writes it into a file; which takes a while", albumen_export_create, .body = create_body,
          .status = 202),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "exports/{export}", "DatasetExport",
          "How far an export is", albumen_export, .status = 200),
    ROUTE(CAPABILITY_MANAGE, HTTP_DELETE, "exports/{export}", NULL,
          "Deletes an export with its file", albumen_export_delete, .status = 204),
    ROUTE(CAPABILITY_MEDIA, HTTP_GET, "exports/{export}/download", NULL, "The file of an export",
          albumen_export_download, .response_mime = "application/zip"),
};
