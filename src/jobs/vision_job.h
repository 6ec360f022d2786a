/* An analysis as a job of the queue, and who queues it. */
#pragma once

#include "jobs/analyse.h"
#include "jobs/scheduler.h"

#define VISION_JOB "vision"

/* Queues one. `tasks` 0: all. */
gboolean vision_queue(StoreTx *tx, int tasks, gboolean retry_failed, gint64 *ret_id,
                      GError **error);
/* Queues one when a photo waits. */
gboolean vision_queue_pending(Library *library, VisionPool *vision, gboolean *ret_queued,
                              GError **error);

/* Of the scheduler's table of kinds. Its progress is {"pending", "done", "failed"}. */
gboolean vision_job_run(const JobRun *run, char **ret_progress, GError **error);

/* Looks at the models every few seconds, and queues an analysis when they have changed, and at the
 * start, if a photo waits for them. */
typedef struct VisionWatch VisionWatch;
VisionWatch *vision_watch_start(Library *library, VisionPool *vision, Scheduler *scheduler);
void vision_watch_stop(VisionWatch *watch); /* may be NULL */
