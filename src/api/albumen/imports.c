/* Imports: a file of annotations is sent, looked at, and applied. */
#include "api/albumen/imports.h"

#include "api/albumen/datasets.h"
#include "api/photo_values.h"
#include "base/limits.h"
#include "jobs/import_job.h"
#include "studio/import.h"

#include <string.h>

static void write_import(JsonWriter *writer, const DatasetImport *value)
{
    g_autofree char *created = time_iso(value->created_ms);
    g_autofree char *expires = time_iso(value->expires_ms);
    json_object_begin(writer);
    json_member_string(writer, "id", value->uuid);
    json_member_string(writer, "filename", value->filename);
    json_member_string(writer, "format", value->format ? value->format->name : NULL);
    json_member_string(writer, "state", import_state_name(value->state));
    json_member_string(writer, "error", value->error);
    json_key(writer, "preview");
    if (value->preview) {
        json_raw(writer, value->preview, strlen(value->preview));
    } else {
        json_none(writer);
    }
    json_member_string(writer, "created", created);
    json_member_string(writer, "expires", expires);
    json_object_end(writer);
}

static gboolean respond_import(HttpRequest *request, const DatasetImport *value, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    write_import(writer, value);
    return http_respond_json(request, writer, error);
}

/* Another import waits or runs: the job of this one comes after it. */
static void wake(HttpRequest *request)
{
    const Api *api = api_of(request);
    if (api->wake) {
        api->wake(api->wake_data);
    }
}

/* A file that comes. */
typedef struct {
    Library *library;
    ImportFile *file;
} Coming;

static void coming_free(gpointer data)
{
    Coming *coming = data;
    import_file_free(coming->file);
    g_free(coming);
}

static gboolean take_bytes(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    return import_file_append(((Coming *)data)->file, bytes, length, error);
}

static gboolean finish(HttpRequest *request, gpointer data, GError **error)
{
    Coming *coming = data;
    const Format *format = format_find(http_text(request, "format", "auto"));
    g_auto(AlbumenChange) change = {0};
    if (!albumen_change_begin(request, &change, error)) {
        return FALSE;
    }
    g_autoptr(DatasetImport) value =
        import_add(change.tx, api_principal(request), change.dataset, coming->file,
                   http_text(request, "filename", ""), format, error);
    if (!value || !import_queue(change.tx, value->uuid, error) ||
        !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    import_file_keep(coming->file);
    wake(request);
    http_set_status(request, 202);
    return respond_import(request, value, error);
}

/* The dataset and the format are looked at before the file comes. */
static gboolean check_target(HttpRequest *request, GError **error)
{
    const char *name = http_text(request, "format", "auto");
    const Format *format = format_find(name);
    if (strcmp(name, "auto") != 0 && (!format || !format->reader)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%.50s is no format that is read",
                    name);
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    return dataset != NULL;
}

static gboolean albumen_import_send(HttpRequest *request, GError **error)
{
    static const HttpSink sink = {take_bytes, finish, coming_free};
    if (!check_target(request, error)) {
        return FALSE;
    }
    Coming *coming = g_new0(Coming, 1);
    coming->library = api_of(request)->library;
    coming->file = import_file_new(coming->library, error);
    if (!coming->file) {
        coming_free(coming);
        return FALSE;
    }
    return http_take_body(request, &sink, coming, error);
}

static gboolean albumen_imports(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) list = dataset ? import_list(tx, dataset, error) : NULL;
    if (!list) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "imports");
    json_array_begin(writer);
    for (guint i = 0; i < list->len; i++) {
        write_import(writer, g_ptr_array_index(list, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static DatasetImport *find(HttpRequest *request, StoreTx *tx, GError **error)
{
    return import_find(tx, api_principal(request), http_text(request, "import", ""), error);
}

static gboolean albumen_import(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(DatasetImport) value = tx ? find(request, tx, error) : NULL;
    return value && respond_import(request, value, error);
}

static StoreTx *begin(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(api_of(request)->library), error);
    return tx && library_touch(tx, error) ? g_steal_pointer(&tx) : NULL;
}

/* {"from":"to"|null}; NULL when a value is neither. */
static GHashTable *read_classes(const json_t *body, GError **error)
{
    const char *from = NULL;
    json_t *to = NULL;
    g_autoptr(GHashTable) classes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    json_object_foreach(json_object_get(body, "classes"), from, to)
    {
        const char *name = json_string_value(to);
        if (!json_is_null(to) &&
            (!name || !*name || g_utf8_strlen(name, -1) > LIMIT_CLASS_NAME_CHARACTERS)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "The class \"%.100s\" cannot become what \"classes\" says", from);
            return NULL;
        }
        g_hash_table_insert(classes, g_strdup(from), g_strdup(name));
    }
    return g_steal_pointer(&classes);
}

static gboolean albumen_import_apply(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    const char *mode = json_string_value(json_object_get(body, "mode"));
    g_autoptr(GHashTable) classes = read_classes(body, error);
    if (!classes) {
        return FALSE;
    }
    const ImportPlan plan = {
        .mode = g_strcmp0(mode, "add") == 0 ? IMPORT_ADD : IMPORT_REPLACE,
        .as_proposals = json_is_true(json_object_get(body, "as_proposals")),
        .classes = classes,
        .skip_problems = json_is_true(json_object_get(body, "skip_problems")),
    };
    g_autoptr(StoreTx) tx = begin(request, error);
    g_autoptr(DatasetImport) value = tx ? find(request, tx, error) : NULL;
    if (!value || !import_plan(tx, value, &plan, error) || !import_queue(tx, value->uuid, error)) {
        return FALSE;
    }
    g_autoptr(DatasetImport) planned = find(request, tx, error);
    if (!planned || !library_commit(api_of(request)->library, tx, error)) {
        return FALSE;
    }
    wake(request);
    http_set_status(request, 202);
    return respond_import(request, planned, error);
}

static gboolean albumen_import_delete(HttpRequest *request, GError **error)
{
    Library *library = api_of(request)->library;
    g_autoptr(StoreTx) tx = begin(request, error);
    g_autoptr(DatasetImport) value = tx ? find(request, tx, error) : NULL;
    if (!value || !import_delete(tx, value, error) || !library_commit(library, tx, error)) {
        return FALSE;
    }
    import_file_delete(library, value->uuid);
    http_set_status(request, 204);
    return http_respond_text(request, NULL, "");
}

static const HttpParameter send_query[] = {
    {.name = "filename",
     .type = HTTP_TEXT,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_ITEM_NAME_BYTES,
     .summary = "What the file is called; its ending helps to know its format"},
    {.name = "format",
     .type = HTTP_TEXT,
     .fallback = "auto",
     .summary = "Of GET /api/albumen/formats; auto: what it looks like"},
    {0},
};

static const HttpParameter apply_body[] = {
    {.name = "mode",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"replace", "add", NULL},
     .fallback = "replace",
     .summary = "Of images that the file names: its annotations instead, or beside"},
    {.name = "as_proposals",
     .type = HTTP_BOOL,
     .fallback = "false",
     .summary = "To be accepted one by one"},
    {.name = "classes",
     .type = HTTP_OBJECT,
     .summary = "From a class of the file to one of the dataset; null leaves its annotations out"},
    {.name = "skip_problems",
     .type = HTTP_BOOL,
     .fallback = "false",
     .summary = "Leaves out what problems are about; else they refuse the whole"},
    {0},
};

#define ROUTE(cap, verb, route, schema, text, function, ...)                                       \
    HTTP_ROUTE(cap, .method = verb, .path = "/api/albumen/" route, .tag = "Datasets",              \
               .summary = text, .response_schema = schema, .handler = function, __VA_ARGS__)

const HttpRoute albumen_import_routes[ALBUMEN_IMPORT_ROUTES] = {
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "datasets/{dataset}/imports", "DatasetImport",
          "Takes a file of annotations and looks at it; nothing is written yet",
          albumen_import_send, .query = send_query, .body_bytes = LIMIT_IMPORT_FILE_BYTES,
          .body_mime = "application/octet-stream", .status = 202),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "datasets/{dataset}/imports", "DatasetImports",
          "Files that were sent, the newest first", albumen_imports, .status = 200),
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "imports/{import}", "DatasetImport",
          "What is known of a file that was sent", albumen_import, .status = 200),
    ROUTE(CAPABILITY_CURATE, HTTP_POST, "imports/{import}/apply", "DatasetImport",
          "Writes its annotations, all or nothing", albumen_import_apply, .body = apply_body,
          .body_optional = TRUE, .status = 202),
    ROUTE(CAPABILITY_CURATE, HTTP_DELETE, "imports/{import}", NULL,
          "Forgets a file that was sent, and stops what runs of it", albumen_import_delete,
          .status = 204),
};
