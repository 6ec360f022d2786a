/* The job that groups faces into people. Its payload: {"full":BOOL}; its progress:
 * {"done","total"}, and at its end also {"faces","joined","persons"}. */
#pragma once

#include "jobs/scheduler.h"
#include "store/store.h"

#define PEOPLE_JOB "people"

/* `is_full`: every face anew; else those that nobody knows. */
gboolean people_queue(StoreTx *tx, gboolean is_full, gint64 *ret_id, GError **error);
gboolean people_job_run(const JobRun *run, char **ret_progress, GError **error);
