/* The job that writes an export (studio/export.h has its payload). Its progress: {"done","total"},
 * steps of which each image is one, and each picture. */
#pragma once

#include "jobs/scheduler.h"
#include "studio/export.h"

gboolean export_job_run(const JobRun *run, char **ret_progress, GError **error);
