/* The rows of the job queue: long work that outlives a request and, by its lease, a process.
 *
 * A job is queued, then leased by one node, which renews the lease while it works (job_report) and
 * finishes it. A lease that ran out means the node died: the job may be leased again. Payload,
 * progress and result are JSON texts that each kind defines. */
#pragma once

#include "store/store.h"

#define JOB_LEASE_MS 30000

typedef struct {
    gint64 id;
    char *kind;  /* jobs/scheduler.c has them */
    char *state; /* "queued", "running", "done", "failed", "cancelled" */
    char *payload;
    char *progress;                             /* NULL until the first report */
    char *error;                                /* NULL unless failed */
    gint64 created_ms, started_ms, finished_ms; /* 0: not yet */
} Job;

void job_free(Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_free)

/* Queues a job, unless one like it waits already: then that one's id. UNAVAILABLE when
 * LIMIT_WAITING_JOBS of the kind wait. */
gboolean job_queue(StoreTx *tx, const char *kind, const char *payload, gint64 *ret_id,
                   GError **error);

/* Takes the oldest job of the kind that waits or whose node died. NULL without an error when there
 * is none. */
Job *job_lease(StoreTx *tx, const char *kind, const char *node, GError **error);

/* What a node does with its own job; CONFLICT when it is not the node's any more: another took it
 * over, or it has ended. */

/* Renews the lease and says how far it is. */
gboolean job_report(StoreTx *tx, gint64 id, const char *node, const char *progress, GError **error);

/* Ends it as "done", "failed" (with a message) or "cancelled". */
gboolean job_finish(StoreTx *tx, gint64 id, const char *node, const char *state,
                    const char *progress, const char *message, GError **error);

/* Queues it again, for a node that stops before its end. */
gboolean job_give_back(StoreTx *tx, gint64 id, const char *node, const char *progress,
                       GError **error);

/* The newest job of the kind, whatever its state. NULL without an error when there never was one.
 */
Job *job_latest(StoreTx *tx, const char *kind, GError **error);

/* Whether one of the kind waits or runs. FALSE without an error when none does. */
gboolean job_is_pending(StoreTx *tx, const char *kind, gboolean *ret_pending, GError **error);

/* Ends all of the kind that wait or run, whoever has them: their nodes learn of it by their next
 * job_report. */
gboolean job_cancel(StoreTx *tx, const char *kind, gint64 *ret_count, GError **error);

/* Forgets a job of which nobody needs to know. */
gboolean job_forget(StoreTx *tx, gint64 id, GError **error);
