#include "jobs/people_job.h"

#include "library/job.h"
#include "library/people_group.h"

#include <string.h>

#define FULL "{\"full\":true}"
#define REST "{\"full\":false}"

gboolean people_queue(StoreTx *tx, gboolean is_full, gint64 *ret_id, GError **error)
{
    return job_queue(tx, PEOPLE_JOB, is_full ? FULL : REST, ret_id, error);
}

static gboolean report(gint64 done, gint64 total, gpointer data)
{
    const JobRun *run = data;
    job_run_report(run,
                   g_strdup_printf("{\"done\":%" G_GINT64_FORMAT ",\"total\":%" G_GINT64_FORMAT "}",
                                   done, total));
    return !g_cancellable_is_cancelled(run->cancellable);
}

gboolean people_job_run(const JobRun *run, char **ret_progress, GError **error)
{
    PeopleGrouped grouped = {0};
    gboolean is_full = strcmp(run->payload, FULL) == 0;
    gboolean done =
        is_full ? people_group_all(run->library, report, (gpointer)run, &grouped, error)
                : people_group_unknown(run->library, report, (gpointer)run, &grouped, error);
    *ret_progress = g_strdup_printf(
        "{\"done\":%" G_GINT64_FORMAT ",\"total\":%" G_GINT64_FORMAT ",\"faces\":%" G_GINT64_FORMAT
        ",\"joined\":%" G_GINT64_FORMAT ",\"persons\":%" G_GINT64_FORMAT "}",
        grouped.faces, grouped.faces, grouped.faces, grouped.joined, grouped.persons);
    return done;
}
