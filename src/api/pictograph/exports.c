/* Exports of datasets, named by their UUID, or by dataset and name. */
#include "api/attachment.h"
#include "api/export_values.h"
#include "api/photo_values.h"
#include "api/pictograph/lookup.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "api/public_url.h"
#include "base/limits.h"
#include "library/signed_address.h"
#include "studio/export.h"

#include <string.h>

#define TAG    "pictograph exports"
#define KIND   "exports"
#define SIGNED PICTOGRAPH_BASE "/signed/" KIND "/"

/* --- what is told --- */

/* Clients know twelve formats, and fail to parse another one's name. */
static const char *format_name(const Format *format)
{
    if (!format) {
        return "pictograph";
    }
    return strcmp(format->name, "yolo_seg") == 0 ? "yolo" : format->name;
}

static char *download_url(const HttpRequest *request, const DatasetExport *value)
{
    gint64 end = signed_address_end(library_now_ms() / 1000);
    g_autofree char *what = g_strconcat(KIND "/", value->uuid, NULL);
    g_autofree char *query =
        signed_address_query(roster_secret(api_of(request)->roster), "GET", what, end);
    g_autofree char *path = g_strconcat(SIGNED, value->uuid, "?", query, NULL);
    return pictograph_url(request, path);
}

static void write_export(JsonWriter *writer, const HttpRequest *request, const DatasetExport *value)
{
    g_autofree char *url = value->state == EXPORT_COMPLETED ? download_url(request, value) : NULL;
    json_object_begin(writer);
    json_member_string(writer, "id", value->uuid);
    json_member_string(writer, "dataset_id", value->dataset_uuid);
    json_member_string(writer, "project_id", value->dataset_uuid);
    json_member_string(writer, "dataset_name", value->dataset_name);
    json_member_string(writer, "organization_id", value->organization_uuid);
    json_member_string(writer, "name", value->name);
    json_member_string(writer, "format", format_name(value->format));
    json_member_string(writer, "status", export_state_name(value->state));
    time_member(writer, "created_at", value->created_ms);
    json_member_bool(writer, "include_images", value->include_images);
    export_member_filters(writer, value);
    json_member_string(writer, "error_message", value->error);
    export_member_count(writer, "file_size", value->file_bytes);
    export_member_count(writer, "image_count", value->image_count);
    export_member_count(writer, "annotation_count", value->annotation_count);
    time_member(writer, "expires_at", value->expires_ms);
    json_member_string(writer, "download_url", url);
    json_object_end(writer);
}

static gboolean answer_export(HttpRequest *request, const DatasetExport *value, GError **error)
{
    JsonWriter *writer = pictograph_writer();
    write_export(writer, request, value);
    return pictograph_answer(request, writer, "export", NULL, error);
}

/* --- which one --- */

static DatasetExport *refuse_unknown(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Export not found");
    return NULL;
}

/* By its UUID, else by dataset (NULL: none was named) and name. */
static DatasetExport *find(HttpRequest *request, StoreTx *tx, const char *dataset,
                           const char *export, GError **error)
{
    const Principal *viewer = api_principal(request);
    if (uuid_is_valid(export)) {
        g_autoptr(GError) failure = NULL;
        DatasetExport *value = export_find(tx, viewer, export, &failure);
        if (value || !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return value;
        }
    }
    if (!dataset || !*dataset) {
        return refuse_unknown(error);
    }
    g_autoptr(Dataset) found = dataset_find(tx, viewer, dataset, error);
    return found ? export_find_named(tx, found, export, error) : NULL;
}

/* /exports/{export}?dataset= */
static DatasetExport *find_one(HttpRequest *request, StoreTx *tx, GError **error)
{
    const char *dataset = pictograph_query_text(request, "dataset", "dataset_name");
    return find(request, tx, dataset, http_text(request, "export", ""), error);
}

/* /exports/{dataset}/{export} */
static DatasetExport *find_named(HttpRequest *request, StoreTx *tx, GError **error)
{
    return find(request, tx, http_text(request, "dataset", ""), http_text(request, "export", ""),
                error);
}

/* --- reading --- */

static gboolean list_exports(HttpRequest *request, GError **error)
{
    PictographPage page = pictograph_page(request);
    const char *name = pictograph_query_text(request, "dataset_name", "dataset");
    ExportState state;
    gboolean has_state = export_state_from_name(http_text(request, "status", ""), &state);
    gint64 total = 0;
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset =
        tx && name ? dataset_find(tx, api_principal(request), name, error) : NULL;
    if (!tx || (name && !dataset)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) list =
        export_list(tx, api_principal(request), dataset, has_state ? (int)state : -1, page.offset,
                    page.limit, &total, error);
    if (!list) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_array_begin(writer);
    for (guint i = 0; i < list->len; i++) {
        write_export(writer, request, g_ptr_array_index(list, i));
    }
    json_array_end(writer);
    return pictograph_answer_list(request, writer, "exports", page, total, error);
}

typedef DatasetExport *(*FindExport)(HttpRequest *request, StoreTx *tx, GError **error);

static gboolean get_found(HttpRequest *request, FindExport find_export, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(DatasetExport) value = tx ? find_export(request, tx, error) : NULL;
    return value && answer_export(request, value, error);
}

static gboolean get_export(HttpRequest *request, GError **error)
{
    return get_found(request, find_one, error);
}

static gboolean get_by_name(HttpRequest *request, GError **error)
{
    return get_found(request, find_named, error);
}

static gboolean answer_download(HttpRequest *request, const DatasetExport *value, GError **error)
{
    if (value->state != EXPORT_COMPLETED) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            value->state == EXPORT_FAILED ? "The export failed: it has no file"
                                                          : "The export is not complete yet");
        return FALSE;
    }
    g_autofree char *url = download_url(request, value);
    JsonWriter *data = pictograph_writer();
    json_object_begin(data);
    json_member_string(data, "download_url", url);
    json_object_end(data);
    JsonWriter *more = pictograph_writer();
    json_object_begin(more);
    json_member_string(more, "download_url", url);
    json_object_end(more);
    return pictograph_answer(request, data, NULL, more, error);
}

static gboolean download_found(HttpRequest *request, FindExport find_export, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(DatasetExport) value = tx ? find_export(request, tx, error) : NULL;
    return value && answer_download(request, value, error);
}

static gboolean download_by_name(HttpRequest *request, GError **error)
{
    return download_found(request, find_named, error);
}

/* The export's address when it is told by its UUID, or with its dataset beside; else what is called
 * "download" in the dataset. */
static gboolean download_export(HttpRequest *request, GError **error)
{
    const char *first = http_text(request, "export", "");
    if (uuid_is_valid(first) || pictograph_query_text(request, "dataset", "dataset_name")) {
        return download_found(request, find_one, error);
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(DatasetExport) value = tx ? find(request, tx, first, "download", error) : NULL;
    return value && answer_export(request, value, error);
}

/* The signature is the permission. */
static gboolean get_signed(HttpRequest *request, GError **error)
{
    gint64 expires = g_ascii_strtoll(http_text(request, "expires", ""), NULL, 10);
    int fd = -1;
    gint64 bytes = 0;
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(DatasetExport) value =
        tx ? export_find_signed(tx, roster_secret(api_of(request)->roster),
                                http_text(request, "export", ""), expires,
                                http_text(request, "signature", ""), error)
           : NULL;
    g_clear_pointer(&tx, store_tx_free);
    if (!value || !export_open(api_of(request)->library, value, &fd, &bytes, error)) {
        return FALSE;
    }
    g_autofree char *name = g_strconcat(value->name, ".zip", NULL);
    const HttpCaching caching = {.etag = value->uuid, .cache_control = "private, no-cache"};
    attachment_set(request, name);
    return http_respond_file(request, "application/zip", fd, bytes, &caching);
}

/* --- changes --- */

static gboolean create_export(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    const Api *api = api_of(request);
    const char *name = pictograph_body_text(request, "dataset_name", "dataset", "dataset_id");
    const char *format = json_string_value(json_object_get(body, "format"));
    if (!name) {
        const PictographProblem problem = {"dataset_name", "Field required", "missing"};
        return pictograph_refuse_body(request, &problem, 1);
    }
    g_autofree const char **classes = pictograph_body_list(request, "class_filter");
    g_autofree char *base_url = public_url(request);
    const ExportNew values = {
        .name = json_string_value(json_object_get(body, "name")),
        .format = format_find(format ? format : "pictograph"),
        .include_images = json_is_true(json_object_get(body, "include_images")),
        .organize_by_split = json_is_true(json_object_get(body, "organize_by_split")),
        .class_filter = classes,
        .status_filter = json_string_value(json_object_get(body, "status_filter")),
        .base_url = base_url,
    };
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = pictograph_begin_dataset_change(request, name, &dataset, error);
    g_autoptr(DatasetExport) value =
        tx ? export_create(tx, api_principal(request), dataset, &values, error) : NULL;
    if (!value || !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    if (api->wake) {
        api->wake(api->wake_data);
    }
    return answer_export(request, value, error);
}

static gboolean delete_found(HttpRequest *request, FindExport find_export, GError **error)
{
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(DatasetExport) value = tx ? find_export(request, tx, error) : NULL;
    if (!value || !dataset_touch(tx, value->dataset_id, error) ||
        !export_delete(tx, value, error) || !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    export_remove_file(api_of(request)->library, value->uuid);
    return pictograph_answer_nothing(request);
}

static gboolean delete_export(HttpRequest *request, GError **error)
{
    return delete_found(request, find_one, error);
}

static gboolean delete_by_name(HttpRequest *request, GError **error)
{
    return delete_found(request, find_named, error);
}

/* Deletes one of many: TRUE also when there is none, with *ret_there FALSE. */
static gboolean delete_one(HttpRequest *request, StoreTx *tx, const char *uuid, gboolean *ret_there,
                           GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(DatasetExport) value = export_find(tx, api_principal(request), uuid, &failure);
    *ret_there = value != NULL;
    if (!value) {
        gboolean absent = g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
        if (!absent) {
            g_propagate_error(error, g_steal_pointer(&failure));
        }
        return absent;
    }
    return dataset_touch(tx, value->dataset_id, error) && export_delete(tx, value, error);
}

static void write_texts(JsonWriter *writer, const char *key, const GPtrArray *texts)
{
    json_key(writer, key);
    json_array_begin(writer);
    for (guint i = 0; i < texts->len; i++) {
        json_text(writer, g_ptr_array_index(texts, i));
    }
    json_array_end(writer);
}

static gboolean delete_many(HttpRequest *request, GError **error)
{
    g_autofree const char **uuids = pictograph_body_list(request, "export_ids");
    g_autoptr(GPtrArray) deleted = g_ptr_array_new(), absent = g_ptr_array_new();
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    if (!tx) {
        return FALSE;
    }
    for (const char **uuid = uuids; *uuid; uuid++) {
        gboolean there = FALSE;
        if (!delete_one(request, tx, *uuid, &there, error)) {
            return FALSE;
        }
        g_ptr_array_add(there ? deleted : absent, (gpointer)*uuid);
    }
    if (!pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    for (guint i = 0; i < deleted->len; i++) {
        g_autofree char *uuid = g_ascii_strdown(g_ptr_array_index(deleted, i), -1);
        export_remove_file(api_of(request)->library, uuid);
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    write_texts(writer, "succeeded", deleted);
    write_texts(writer, "not_found", absent);
    json_member_int(writer, "count", deleted->len);
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

/* --- routes --- */

#define EXPORTS PICTOGRAPH_BASE "/exports"
#define BY_NAME EXPORTS "/by-name/{dataset}/{export}"

static const char *const formats[] = {
    "pictograph", "darwin", "coco",     "yolo",    "yolo_obb", "yolo_pose", "dota",
    "pascal_voc", "cvat",   "datumaro", "labelme", "csv",      NULL,
};

static const HttpParameter create_body[] = {
    {.name = "dataset_name", .type = HTTP_TEXT, .summary = "Or its UUID"},
    {.name = "dataset", .type = HTTP_TEXT, .summary = "The same"},
    {.name = "dataset_id", .type = HTTP_TEXT, .summary = "The same"},
    {.name = "name",
     .type = HTTP_TEXT,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_EXPORT_NAME_CHARACTERS},
    {.name = "format", .type = HTTP_TEXT, .choices = formats, .fallback = "pictograph"},
    {.name = "include_images", .type = HTTP_BOOL, .fallback = "false"},
    {.name = "organize_by_split", .type = HTTP_BOOL, .fallback = "false"},
    {.name = "class_filter",
     .type = HTTP_TEXT_LIST,
     .bounded = TRUE,
     .max = LIMIT_EXPORT_CLASSES,
     .summary = "An empty list is no filter"},
    {.name = "status_filter",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"new", "annotate", "review", "complete", "all", "", NULL}},
    {0},
};

static const HttpParameter list_query[] = {
    PICTOGRAPH_PAGE_PARAMS,
    {.name = "dataset_name", .type = HTTP_TEXT, .summary = "Or its UUID"},
    {.name = "dataset", .type = HTTP_TEXT, .summary = "The same"},
    {.name = "status",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"pending", "processing", "completed", "failed", NULL}},
    {0},
};

static const HttpParameter one_query[] = {
    {.name = "dataset", .type = HTTP_TEXT, .summary = "Whose export it is, when it is named"},
    {.name = "dataset_name", .type = HTTP_TEXT, .summary = "The same"},
    {0},
};

static const HttpParameter signed_query[] = {
    {.name = "expires", .type = HTTP_TEXT, .summary = "As the address was given out"},
    {.name = "signature", .type = HTTP_TEXT, .summary = "Likewise"},
    {0},
};

static const HttpParameter many_body[] = {
    {.name = "export_ids",
     .type = HTTP_TEXT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_EXPORTS_PER_DATASET},
    {0},
};

#define READ(route, text, schema, function, ...)                                                   \
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = route, .tag = TAG,                 \
               .summary = text, .response_schema = schema, .handler = function, __VA_ARGS__)
#define DELETE(route, function, ...)                                                               \
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_DELETE, .path = route, .tag = TAG,                \
               .summary = "Delete an export with its file", .status = 204, .handler = function,    \
               __VA_ARGS__)

const HttpRoute pictograph_export_routes[] = {
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = EXPORTS, .body = create_body,
               .tag = TAG, .summary = "Write a dataset into a file", .status = 201,
               .response_schema = "PictographExportAnswer", .handler = create_export),
    READ(EXPORTS, "Exports, the newest first", "PictographExports", list_exports,
         .query = list_query),
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = HTTP_POST, .path = EXPORTS "/bulk-delete",
               .body = many_body, .tag = TAG, .summary = "Delete many exports",
               .response_schema = "PictographExportsDeleted", .handler = delete_many),
    READ(EXPORTS "/{export}", "An export, by its UUID or by name and dataset",
         "PictographExportAnswer", get_export, .query = one_query),
    DELETE(EXPORTS "/{export}", delete_export, .query = one_query),
    READ(EXPORTS "/{export}/download", "Where its file can be had", "PictographExportDownload",
         download_export, .query = one_query),
    READ(EXPORTS "/{dataset}/{export}", "The same, as the oldest clients name it",
         "PictographExportAnswer", get_by_name, .status = 200),
    DELETE(EXPORTS "/{dataset}/{export}", delete_by_name, .body_optional = TRUE),
    READ(EXPORTS "/{dataset}/{export}/download", "Where its file can be had",
         "PictographExportDownload", download_by_name, .status = 200),
    READ(BY_NAME, "The same", "PictographExportAnswer", get_by_name, .status = 200),
    DELETE(BY_NAME, delete_by_name, .body_optional = TRUE),
    READ(BY_NAME "/download", "Where its file can be had", "PictographExportDownload",
         download_by_name, .status = 200),
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_GET, .path = SIGNED "{export}",
               .query = signed_query, .tag = TAG,
               .summary = "The file of an export, by a signed address",
               .response_mime = "application/zip", .handler = get_signed),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_export_routes) == PICTOGRAPH_EXPORT_ROUTES);
