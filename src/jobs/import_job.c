#include "jobs/import_job.h"

#include "library/job.h"
#include "studio/import.h"

#include <string.h>

#define PAYLOAD "{\"import\":\"%s\"}"
/* Between two tellings of how far it is. */
#define REPORT_MS 200

gboolean import_queue(StoreTx *tx, const char *uuid, GError **error)
{
    g_autofree char *payload = g_strdup_printf(PAYLOAD, uuid);
    gint64 id = 0;
    return job_queue(tx, IMPORT_JOB, payload, &id, error);
}

typedef struct {
    const JobRun *run;
    gint64 reported; /* monotonic time */
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
    }
}

gboolean import_job_run(const JobRun *run, char **ret_progress, GError **error)
{
    char uuid[UUID_CHARS + 1] = "";
    Report at = {.run = run};
    g_autoptr(GError) swept = NULL;
    const char *from = strstr(run->payload, ":\"");
    if (from) {
        g_strlcpy(uuid, from + 2, sizeof uuid);
    }
    *ret_progress = progress_json(1, 1);
    if (!import_sweep(run->library, &swept)) {
        g_warning("old imports were not swept away: %s", swept->message);
    }
    return import_run(run->library, uuid, run->cancellable, report, &at, error);
}
