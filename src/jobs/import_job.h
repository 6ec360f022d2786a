/* The job that reads and applies imports. Its payload: {"import":"UUID"}; its progress:
 * {"done","total"}, bytes of the file or annotations. */
#pragma once

#include "jobs/scheduler.h"
#include "store/store.h"

#define IMPORT_JOB "import"

gboolean import_queue(StoreTx *tx, const char *uuid, GError **error);
gboolean import_job_run(const JobRun *run, char **ret_progress, GError **error);
