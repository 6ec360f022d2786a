/* Runs the jobs of the queue, one of a kind at a time, on a thread of its own. */
#pragma once

#include "jobs/worker_pool.h"
#include "library/library.h"

typedef struct Scheduler Scheduler;

/* `library` and `workers` must outlive it. */
Scheduler *scheduler_start(Library *library, WorkerPool *workers);
/* Cancels what runs, which stays queued for the next start, and ends the thread. */
void scheduler_stop(Scheduler *scheduler);
/* Something was queued: looks at once. Any thread. */
void scheduler_wake(Scheduler *scheduler);
