#include "jobs/export_job.h"

#include "studio/export_write.h"

#include <jansson.h>

/* Steps between two reports: the row follows at its own pace, this spares making the text. */
#define STEPS_OF_REPORT 64

static char *progress_text(gint64 done, gint64 total)
{
    return g_strdup_printf("{\"done\":%" G_GINT64_FORMAT ",\"total\":%" G_GINT64_FORMAT "}", done,
                           total);
}

static gboolean report(gint64 done, gint64 total, gpointer data)
{
    const JobRun *run = data;
    if (done % STEPS_OF_REPORT == 0) {
        job_run_report(run, progress_text(done, total));
    }
    return !g_cancellable_is_cancelled(run->cancellable);
}

static gboolean set_processing(Library *library, gint64 id, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    return tx && export_set_processing(tx, id, error) && store_commit(tx, error);
}

/* Which its clients see at once: the change of an export is one of the library. */
static gboolean set_completed(Library *library, gint64 id, const ExportWritten *written,
                              GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    return tx && library_touch(tx, error) && export_set_completed(tx, id, written, error) &&
           library_commit(library, tx, error);
}

static void set_failed(Library *library, gint64 id, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(library), &error);
    gboolean written = tx && library_touch(tx, &error) &&
                       export_set_failed(tx, id, message, &error) &&
                       library_commit(library, tx, &error);
    if (!written && !g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
        g_warning("that an export failed was not written: %s", error->message);
    }
}

static gboolean write_export(const JobRun *run, gint64 id, const char *base_url,
                             char **ret_progress, GError **error)
{
    const ExportOptions options = {.base_url = base_url, .progress = report, .data = (gpointer)run};
    ExportWritten written = {0};
    if (!set_processing(run->library, id, error) ||
        !export_write(run->library, id, &options, &written, error)) {
        return FALSE;
    }
    gboolean done = set_completed(run->library, id, &written, error);
    *ret_progress = progress_text(written.images, written.images);
    g_free(written.report);
    return done;
}

gboolean export_job_run(const JobRun *run, char **ret_progress, GError **error)
{
    json_t *payload = json_loads(run->payload, 0, NULL);
    gint64 id = json_integer_value(json_object_get(payload, "export"));
    const char *base_url = json_string_value(json_object_get(payload, "base_url"));
    g_autoptr(GError) failure = NULL;
    gboolean done = write_export(run, id, base_url ? base_url : "", ret_progress, &failure);
    json_decref(payload);
    /* One that is stopped goes on at the next start; one that was deleted is nobody's any more. */
    if (!done && !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED)) {
        set_failed(run->library, id, failure->message);
    }
    if (!done) {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    return done;
}
