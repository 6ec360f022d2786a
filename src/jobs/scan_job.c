#include "jobs/scan_job.h"

#include "base/limits.h"
#include "jobs/vision_job.h"
#include "library/job.h"
#include "library/source.h"

#include <jansson.h>
#include <string.h>

/* The request */

void scan_request_clear(ScanRequest *request)
{
    g_clear_pointer(&request->source_ids, g_array_unref);
    g_clear_pointer(&request->folders, g_strfreev);
    g_clear_pointer(&request->trees, g_strfreev);
}

static void write_texts(JsonWriter *writer, const char *name, const char *const *texts)
{
    if (!texts) {
        return;
    }
    json_key(writer, name);
    json_array_begin(writer);
    for (; *texts; texts++) {
        json_text(writer, *texts);
    }
    json_array_end(writer);
}

static void write_flag(JsonWriter *writer, const char *name, gboolean flag)
{
    if (flag) {
        json_member_bool(writer, name, TRUE);
    }
}

char *scan_request_json(const ScanRequest *request)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    if (request->source_ids) {
        json_key(writer, "sources");
        json_array_begin(writer);
        for (guint i = 0; i < request->source_ids->len; i++) {
            json_int(writer, g_array_index(request->source_ids, gint64, i));
        }
        json_array_end(writer);
    }
    write_texts(writer, "folders", (const char *const *)request->folders);
    write_texts(writer, "trees", (const char *const *)request->trees);
    write_flag(writer, "include_removed", request->take_back);
    write_flag(writer, "retry_failed", request->retry_failed);
    write_flag(writer, "accept_empty", request->accept_empty);
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static GArray *parse_ids(const json_t *list)
{
    if (!json_is_array(list)) {
        return NULL;
    }
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (gsize i = 0; i < json_array_size(list); i++) {
        gint64 id = json_integer_value(json_array_get(list, i));
        g_array_append_val(ids, id);
    }
    return ids;
}

static GStrv parse_texts(const json_t *list)
{
    if (!json_is_array(list)) {
        return NULL;
    }
    g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text) {
            g_strv_builder_add(texts, text);
        }
    }
    return g_strv_builder_end(texts);
}

gboolean scan_request_parse(const char *json, ScanRequest *ret_request, GError **error)
{
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "the scan's order cannot be read");
        return FALSE;
    }
    *ret_request = (ScanRequest){
        .source_ids = parse_ids(json_object_get(root, "sources")),
        .folders = parse_texts(json_object_get(root, "folders")),
        .trees = parse_texts(json_object_get(root, "trees")),
        .take_back = json_is_true(json_object_get(root, "include_removed")),
        .retry_failed = json_is_true(json_object_get(root, "retry_failed")),
        .accept_empty = json_is_true(json_object_get(root, "accept_empty")),
    };
    json_decref(root);
    return TRUE;
}

gboolean scan_queue(StoreTx *tx, const char *kind, const ScanRequest *request, gint64 *ret_id,
                    GError **error)
{
    g_autofree char *payload = scan_request_json(request);
    return job_queue(tx, kind, payload, ret_id, error);
}

/* Running */

static void report(const ScanProgress *progress, gpointer data)
{
    const JobRun *run = data;
    job_run_report(run, scan_progress_json(progress));
    if (run->log) {
        g_autofree char *line = scan_progress_line(progress);
        scan_log_add(run->log, line);
    }
}

/* What the log says of: the folders asked for, or those of the sources. */
static GStrv told_folders(const JobRun *run, const ScanRequest *request)
{
    if (request->trees) {
        return g_strdupv(request->trees);
    }
    g_autoptr(StoreTx) tx = store_read(library_store(run->library), NULL);
    g_autoptr(GPtrArray) sources = tx ? source_list(tx, NULL) : NULL;
    g_autoptr(GStrvBuilder) paths = g_strv_builder_new();
    for (guint i = 0; sources && i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        gboolean chosen = !request->source_ids;
        for (guint j = 0; request->source_ids && j < request->source_ids->len; j++) {
            chosen = chosen || g_array_index(request->source_ids, gint64, j) == source->id;
        }
        if (chosen) {
            g_strv_builder_add(paths, source->path);
        }
    }
    return g_strv_builder_end(paths);
}

static void log_begin(const JobRun *run, const ScanRequest *request)
{
    if (run->log) {
        g_auto(GStrv) folders = told_folders(run, request);
        scan_log_begin(run->log, (const char *const *)folders);
    }
}

static void log_end(const JobRun *run, const ScanProgress *progress, const GError *failure)
{
    if (!run->log) {
        return;
    }
    g_autofree char *summary = scan_summary(progress);
    scan_log_add(run->log, summary);
    if (failure) {
        scan_log_add(run->log, failure->message);
    }
    scan_log_end(run->log, failure ? 1 : 0);
}

/* What the scan brought is shown to models. A failure costs nothing but the time to the next one.
 */
static void queue_analysis(const JobRun *run, const ScanProgress *progress)
{
    gboolean queued = FALSE;
    g_autoptr(GError) error = NULL;
    if (!run->vision || progress->indexed == 0) {
        return;
    }
    if (!vision_queue_pending(run->library, run->vision, &queued, &error)) {
        g_warning("an analysis could not be queued: %s", error->message);
    } else if (queued) {
        job_run_wake(run);
    }
}

gboolean scan_job_run(const JobRun *run, char **ret_progress, GError **error)
{
    g_auto(ScanRequest) request = {0};
    if (!scan_request_parse(run->payload, &request, error)) {
        return FALSE;
    }
    const ScanOptions options = {
        .library = run->library,
        .workers = run->workers,
        .source_ids =
            request.source_ids ? (const gint64 *)(gpointer)request.source_ids->data : NULL,
        .source_count = request.source_ids ? request.source_ids->len : 0,
        .folders = (const char *const *)request.folders,
        .trees = (const char *const *)request.trees,
        .take_back = request.take_back,
        .retry_failed = request.retry_failed,
        .accept_empty = request.accept_empty,
        .report = report,
        .report_data = (gpointer)run,
        .cancellable = run->cancellable,
    };
    ScanProgress progress = {0};
    g_autoptr(GError) failure = NULL;
    log_begin(run, &request);
    scan_run(&options, &progress, &failure);
    log_end(run, &progress, failure);
    queue_analysis(run, &progress);
    *ret_progress = scan_progress_json(&progress);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return TRUE;
}
