#include "jobs/import_job.h"

#include "library/job.h"
#include "studio/import.h"

#include <string.h>

#define PAYLOAD "{\"import\":\"%s\"}"
/* Between two tellings of how far it is, and two looks whether it is still wanted. */
#define REPORT_MS 500

gboolean import_queue(StoreTx *tx, const char *uuid, GError **error)
{
    g_autofree char *payload = g_strdup_printf(PAYLOAD, uuid);
    gint64 id = 0;
    return job_queue(tx, IMPORT_JOB, payload, &id, error);
}

typedef struct {
    const JobRun *run;
    const char *uuid;
    GCancellable *cancellable; /* the run's, or nobody wants the import any more */
    gint64 reported;           /* monotonic time */
} Report;

static char *progress_json(gint64 done, gint64 total)
{
    return g_strdup_printf("{\"done\":%" G_GINT64_FORMAT ",\"total\":%" G_GINT64_FORMAT "}", done,
                           total);
}

static void report(gpointer data, gint64 done, gint64 total)
{
    Report *at = data;
    gint64 now = g_get_monotonic_time();
    if (now - at->reported >= REPORT_MS * G_TIME_SPAN_MILLISECOND) {
        at->reported = now;
        job_run_report(at->run, progress_json(done, total));
        if (!import_is_wanted(at->run->library, at->uuid)) {
            g_cancellable_cancel(at->cancellable);
        }
    }
}

static void cancel_other(GCancellable *cancelled, gpointer other)
{
    g_cancellable_cancel(other);
}

/* One that was deleted is at its end; one that the server stops is not. */
static gboolean run_import(Report *at, GError **error)
{
    const JobRun *run = at->run;
    g_autoptr(GError) failure = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    gulong link =
        g_cancellable_connect(run->cancellable, G_CALLBACK(cancel_other), cancellable, NULL);
    at->cancellable = cancellable;
    gboolean done = import_run(run->library, at->uuid, cancellable, report, at, &failure);
    g_cancellable_disconnect(run->cancellable, link);
    if (!done && g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED) &&
        !g_cancellable_is_cancelled(run->cancellable)) {
        return TRUE;
    }
    if (!done) {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    return done;
}

gboolean import_job_run(const JobRun *run, char **ret_progress, GError **error)
{
    char uuid[UUID_CHARS + 1] = "";
    Report at = {.run = run, .uuid = uuid};
    g_autoptr(GError) swept = NULL;
    const char *from = strstr(run->payload, ":\"");
    if (from) {
        g_strlcpy(uuid, from + 2, sizeof uuid);
    }
    *ret_progress = progress_json(1, 1);
    if (!import_sweep(run->library, &swept)) {
        g_warning("old imports were not swept away: %s", swept->message);
    }
    return run_import(&at, error);
}
