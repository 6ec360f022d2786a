/* The library as a whole: what is in it, what could not be read, and looking again. */
#include "api/albumen/albumen.h"

#include "api/photo_values.h"
#include "base/limits.h"
#include "library/failures.h"
#include "library/job.h"
#include "library/photo_query.h"
#include "library/source.h"

#include <math.h>

static void write_sources(JsonWriter *writer, const GPtrArray *sources, const Principal *viewer)
{
    json_key(writer, "sources");
    json_array_begin(writer);
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (!principal_sees_into(viewer, source->path)) {
            continue;
        }
        g_autofree char *scanned = time_iso(source->scanned_ms);
        json_object_begin(writer);
        json_member_string(writer, "path", source->path);
        json_member_string(writer, "scanned_at", scanned);
        json_object_end(writer);
    }
    json_array_end(writer);
}

/* What a scan counted so far; before its first report, nothing. */
static void write_progress(JsonWriter *writer, const json_t *progress)
{
    static const char *const counts[] = {"found",  "indexed", "unchanged",
                                         "failed", "missing", "done"};
    static const char *const measures[] = {"total", "rate", "seconds", "seconds_left"};
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        json_member_int(writer, counts[i],
                        json_integer_value(json_object_get(progress, counts[i])));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(measures); i++) {
        const json_t *value = json_object_get(progress, measures[i]);
        if (json_is_integer(value)) {
            json_member_int(writer, measures[i], json_integer_value(value));
        } else {
            json_member_double(writer, measures[i],
                               json_is_real(value) ? json_real_value(value) : NAN);
        }
    }
}

static void write_scan(JsonWriter *writer, const Job *job)
{
    json_key(writer, "scan");
    if (!job) {
        json_none(writer);
        return;
    }
    g_autofree char *started = time_iso(job->started_ms);
    g_autofree char *finished = time_iso(job->finished_ms);
    json_t *progress = job->progress ? json_loads(job->progress, 0, NULL) : NULL;
    json_object_begin(writer);
    json_member_string(writer, "state", job->state);
    json_member_string(writer, "started_at", started);
    json_member_string(writer, "finished_at", finished);
    json_member_string(writer, "error", job->error);
    write_progress(writer, progress);
    json_object_end(writer);
    json_decref(progress);
}

gboolean albumen_library(HttpRequest *request, GError **error)
{
    const Principal *viewer = api_principal(request);
    PhotoFilter everything;
    photo_filter_init(&everything);
    g_autoptr(StoreTx) tx = api_read(request, error);
    gint64 photos = tx ? photo_count(tx, viewer, &everything, error) : -1;
    gint64 failures = photos >= 0 ? failure_count(tx, viewer, error) : -1;
    g_autoptr(GPtrArray) sources = failures >= 0 ? source_list(tx, error) : NULL;
    if (!sources) {
        return FALSE;
    }
    GError *job_error = NULL;
    g_autoptr(Job) job = job_latest(tx, "scan", &job_error);
    if (job_error) {
        g_propagate_error(error, job_error);
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "version", api_of(request)->version);
    json_member_int(writer, "photos", photos);
    json_member_int(writer, "failures", failures);
    write_sources(writer, sources, viewer);
    write_scan(writer, job);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static void write_failure(JsonWriter *writer, const Failure *failure)
{
    g_autofree char *folder = g_path_get_dirname(failure->path);
    g_autofree char *failed = time_iso(failure->failed_ms);
    json_object_begin(writer);
    json_member_string(writer, "path", failure->path);
    json_member_string(writer, "filename", failure->name);
    json_member_string(writer, "folder", folder);
    json_member_string(writer, "code", failure->code);
    json_member_string(writer, "reason", failure->reason);
    json_member_int(writer, "file_bytes", failure->file_bytes);
    json_member_string(writer, "failed_at", failed);
    json_object_end(writer);
}

/* The cursor is the last path of the page before. */
gboolean albumen_failures(HttpRequest *request, GError **error)
{
    const Principal *viewer = api_principal(request);
    gint64 limit = http_int(request, "limit", 100);
    g_autoptr(StoreTx) tx = api_read(request, error);
    gint64 total = tx ? failure_count(tx, viewer, error) : -1;
    if (total < 0) {
        return FALSE;
    }
    g_autoptr(GPtrArray) failures =
        failure_list(tx, viewer, http_text(request, "cursor", NULL), limit, error);
    if (!failures) {
        return FALSE;
    }
    const Failure *last =
        failures->len == limit ? g_ptr_array_index(failures, failures->len - 1) : NULL;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "failures");
    json_array_begin(writer);
    for (guint i = 0; i < failures->len; i++) {
        write_failure(writer, g_ptr_array_index(failures, i));
    }
    json_array_end(writer);
    json_member_int(writer, "total", total);
    json_member_string(writer, "next_cursor", last ? last->path : NULL);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_scan(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    gint64 id = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !job_queue(tx, "scan", "{}", &id, error) || !store_commit(tx, error)) {
        return FALSE;
    }
    if (api->wake) {
        api->wake(api->wake_data);
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "id", id);
    json_member_string(writer, "state", "queued");
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
