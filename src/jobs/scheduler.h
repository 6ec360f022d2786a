/* Runs the jobs of the queue: each kind on a thread of its own, one job of a kind at a time. */
#pragma once

#include "jobs/scan_log.h"
#include "jobs/vision_pool.h"
#include "jobs/worker_pool.h"
#include "library/library.h"

typedef struct Scheduler Scheduler;

/* All of it must outlive the scheduler. */
typedef struct {
    Library *library;
    WorkerPool *workers;
    VisionPool *vision; /* NULL: nothing is analysed */
    ScanLog *log;       /* is told what the scans do that a person asked for; NULL: nobody is */
    gboolean is_held;   /* nothing runs before scheduler_release */
} SchedulerOptions;

Scheduler *scheduler_start(const SchedulerOptions *options);
void scheduler_release(Scheduler *scheduler);
/* Cancels what runs, which stays queued for the next start, and ends the threads. */
void scheduler_stop(Scheduler *scheduler);
/* Something was queued: looks at once. Any thread. */
void scheduler_wake(Scheduler *scheduler);

/* What a kind of job is given to run with. */
typedef struct {
    Library *library;
    WorkerPool *workers;
    VisionPool *vision;  /* NULL: nothing is analysed */
    const char *payload; /* JSON */
    GCancellable
        *cancellable; /* the scheduler stops, a person stops the job, or another node has it */
    ScanLog *log;     /* NULL: nobody is told */
    gpointer state;   /* the scheduler's */
} JobRun;

/* How far the job is: JSON, taken. Costs nothing: the row follows on a thread of its own, which
 * also renews the lease. Any thread. */
void job_run_report(const JobRun *run, char *progress);

/* The run has queued another job: whoever runs that one looks at once. */
void job_run_wake(const JobRun *run);
