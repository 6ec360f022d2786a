/* Private to jobs/: asking a pool's workers for more than worker_pool.h offers. */
#pragma once

#include "jobs/worker_pool.h"
#include "jobs/worker_process.h"

/* What is done with a worker before it gets the request. WORKER_ANSWERED with a failure in
 * `ret_reply` ends the request with that failure, and the worker stays. */
typedef WorkerOutcome (*WorkerPrepare)(Worker *worker, gpointer data, const FrameWait *wait,
                                       WorkerReply *ret_reply, GError **error);

typedef struct {
    const WorkerRequest *request; /* NULL: preparing is all */
    int fd;                       /* -1: none */
    FrameKind expected;
    WorkerPrepare prepare; /* may be NULL */
    gpointer data;
    GCancellable *cancellable; /* may be NULL */
} WorkerAsk;

/* Asks until a worker lives long enough to answer. FALSE with the error of the worker or the
 * picture. */
gboolean worker_pool_ask(WorkerPool *pool, const WorkerAsk *ask, WorkerReply *ret_reply,
                         GError **error);

/* With which arguments workers are started from now on, instead of {"albumen", "worker"}; those
 * that were started with others end when they are idle. */
void worker_pool_set_arguments(WorkerPool *pool, const char *const *arguments);
/* Other than LIMIT_WORKER_RESTING_BYTES; before the first request. */
void worker_pool_set_resting_bytes(WorkerPool *pool, gint64 bytes);
/* Ends the workers that have been idle for so long. */
void worker_pool_rest(WorkerPool *pool, gint64 idle_us);
