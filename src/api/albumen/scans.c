/* Looking for what changed: scans, the folders they look through, and following what happens. */
#include "api/albumen/albumen.h"
#include "api/photo_values.h"
#include "base/limits.h"
#include "jobs/scan_job.h"
#include "library/catalog.h"
#include "library/job.h"
#include "library/source.h"

static void wake(const Api *api)
{
    if (api->wake) {
        api->wake(api->wake_data);
    }
}

/* Scans */

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;
    return (one > other) - (one < other);
}

/* Sorted, so that two who ask for the same ask for one scan. */
static GArray *asked_sources(const json_t *list)
{
    if (!list) {
        return NULL;
    }
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (gsize i = 0; i < json_array_size(list); i++) {
        gint64 id = json_integer_value(json_array_get(list, i));
        g_array_append_val(ids, id);
    }
    g_array_sort(ids, compare_ids);
    return ids;
}

gboolean albumen_scan(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    const json_t *body = http_body(request);
    g_auto(ScanRequest) asked = {
        .source_ids = asked_sources(json_object_get(body, "sources")),
        .take_back = json_is_true(json_object_get(body, "include_removed")),
        .retry_failed = json_is_true(json_object_get(body, "retry_failed")),
        .accept_empty = json_is_true(json_object_get(body, "accept_empty")),
    };
    gint64 id = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !scan_queue(tx, SCAN_JOB, &asked, &id, error) || !store_commit(tx, error)) {
        return FALSE;
    }
    wake(api);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "id", id);
    json_member_string(writer, "state", "queued");
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_scans_cancel(HttpRequest *request, GError **error)
{
    gint64 scans = 0, watched = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(api_of(request)->library), error);
    if (!tx || !job_cancel(tx, SCAN_JOB, &scans, error) ||
        !job_cancel(tx, WATCH_JOB, &watched, error) || !store_commit(tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "cancelled", scans + watched);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Sources */

static void write_source(JsonWriter *writer, HttpRequest *request, const Source *source,
                         gint64 photos)
{
    g_autofree char *problem = NULL;
    gboolean watched = watch_sees(api_of(request)->watch, source->id, &problem);
    g_autofree char *scanned = time_iso(source->scanned_ms);
    json_object_begin(writer);
    json_member_int(writer, "id", source->id);
    json_member_string(writer, "path", source->path);
    json_member_string(writer, "scanned_at", scanned);
    json_member_int(writer, "photos", photos);
    json_member_bool(writer, "is_uploads", source->is_uploads);
    json_member_bool(writer, "watched", watched);
    json_member_string(writer, "problem", problem);
    json_object_end(writer);
}

/* With the photos of each; NULL with an error. */
static GPtrArray *list_sources(HttpRequest *request, gint64 **ret_photos, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) sources = tx ? source_list(tx, error) : NULL;
    g_clear_pointer(&tx, store_tx_free); /* a view of the catalogue stands outside of any */
    g_autoptr(CatalogView) view = sources ? catalog_view(library_catalog(api_of(request)->library),
                                                         api_principal(request), error)
                                          : NULL;
    if (!view) {
        return NULL;
    }
    *ret_photos = source_count_photos(view, sources);
    return g_steal_pointer(&sources);
}

gboolean albumen_sources(HttpRequest *request, GError **error)
{
    g_autofree gint64 *photos = NULL;
    g_autoptr(GPtrArray) sources = list_sources(request, &photos, error);
    if (!sources) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "sources");
    json_array_begin(writer);
    for (guint i = 0; i < sources->len; i++) {
        write_source(writer, request, g_ptr_array_index(sources, i), photos[i]);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* A watch that sees the new source has it scanned; without one it is queued here. */
static gboolean add_source(const Api *api, const char *path, gint64 *ret_id, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !library_touch(tx, error) || !source_add(tx, path, ret_id, error)) {
        return FALSE;
    }
    if (!api->watch) {
        gint64 job_id = 0;
        g_auto(ScanRequest) request = {.source_ids = g_array_new(FALSE, FALSE, sizeof(gint64))};
        g_array_append_val(request.source_ids, *ret_id);
        if (!scan_queue(tx, SCAN_JOB, &request, &job_id, error)) {
            return FALSE;
        }
    }
    return library_commit(api->library, tx, error);
}

static void tell_others(const Api *api)
{
    wake(api);
    watch_wake(api->watch);
}

/* Tells of the one source. */
static gboolean respond_source(HttpRequest *request, gint64 id, GError **error)
{
    g_autofree gint64 *photos = NULL;
    g_autoptr(GPtrArray) sources = list_sources(request, &photos, error);
    for (guint i = 0; sources && i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (source->id == id) {
            JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
            write_source(writer, request, source, photos[i]);
            return http_respond_json(request, writer, error);
        }
    }
    if (sources) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "The folder was taken out of the library again");
    }
    return FALSE;
}

gboolean albumen_source_add(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    const char *asked = json_string_value(json_object_get(http_body(request), "path"));
    g_autofree char *path = source_folder(asked, library_data_folder(api->library), error);
    gint64 id = 0;
    if (!path || !add_source(api, path, &id, error)) {
        return FALSE;
    }
    tell_others(api);
    return respond_source(request, id, error);
}

gboolean albumen_source_remove(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    gint64 id = http_int(request, "id", 0);
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !library_touch(tx, error) || !source_remove(tx, id, error) ||
        !library_commit(api->library, tx, error)) {
        return FALSE;
    }
    tell_others(api);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "id", id);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Events */

gboolean albumen_events(HttpRequest *request, GError **error)
{
    static const char *const names[] = {"library", "scan", "trash", "analysis", "studio", NULL};
    return http_respond_states(request, names, error);
}
