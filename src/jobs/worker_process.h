/* One worker process as the server sees it: started, spoken to, ended. */
#pragma once

#include "jobs/worker_protocol.h"

#include <sys/types.h>

/* Starts processes from a thread of its own, because the kernel takes the end of the thread that
 * started a child for the end of its parent, and workers ask to end with their parent
 * (PR_SET_PDEATHSIG). */
typedef struct WorkerStarter WorkerStarter;

WorkerStarter *worker_starter_new(const char *program);
/* Every worker must have ended. */
void worker_starter_free(WorkerStarter *starter);

typedef struct {
    pid_t pid;
    gboolean reaped; /* ended; the number may be another's by now */
    int socket;
    char *walls;                       /* what its sandbox says of itself */
    guint pictures;                    /* answered so far */
    guint crew;                        /* the pool's: which arguments it was started with */
    gint64 rested_us;                  /* the pool's: since when it is idle */
    Model *models[MODEL_PURPOSES + 1]; /* jobs/vision_pool.c: what is loaded in it; NULL: none */
} Worker;

/* Runs `program` with the arguments (NULL-terminated, the program's name first) and waits for its
 * greeting, again while somebody outside kills what it started. UNAVAILABLE when there is no
 * greeting within LIMIT_WORKER_START_SECONDS. */
Worker *worker_start(WorkerStarter *starter, const char *const *arguments, GError **error);

/* Kills and reaps it. */
void worker_free(Worker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Worker, worker_free)

/* TRUE while it lives and keeps silent, as it must between requests. */
gboolean worker_is_ready(const Worker *worker);

/* Bytes of memory it has resident; 0 when it cannot be told. */
gint64 worker_resident_bytes(const Worker *worker);

typedef enum {
    WORKER_ANSWERED,   /* the reply is valid, and may be the picture's error */
    WORKER_FAILED,     /* the error tells; the worker must be freed */
    WORKER_TAKEN_AWAY, /* ended by somebody outside, not by the picture: ask another one */
} WorkerOutcome;

/* Asks and waits for the answer. Errors: TIMEOUT, CANCELLED, CRASHED, TOO_LARGE (out of memory). */
WorkerOutcome worker_ask(Worker *worker, GBytes *request, int descriptor, FrameKind expected,
                         const FrameWait *wait, WorkerReply *ret_reply, GError **error);
