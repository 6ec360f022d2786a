/* Worker processes: children of the same binary that decode pictures in a sandbox.
 *
 * A request passes one open descriptor and gets facts and encoded pictures back. A worker that
 * crashes, hangs or outgrows its memory is killed and replaced; its picture gets the error
 * (CRASHED, TIMEOUT, TOO_LARGE), no other request notices. A worker that somebody outside kills
 * costs nothing: another one takes its picture. Thread safe: any number of threads may ask, each
 * waits for a free worker.
 *
 * Besides these and CANCELLED, requests fail with UNAVAILABLE when no worker can be started, and
 * with the errors of the functions in media/picture.h, their codes and sentences unchanged. */
#pragma once

#include "media/picture.h"
#include "vision/findings.h"

#include <gio/gio.h>

typedef struct WorkerPool WorkerPool;

/* Starts nothing yet: a worker is started when a request finds none idle, up to `workers`
 * (1..LIMIT_WORKERS). `program` is this binary (/proc/self/exe). */
WorkerPool *worker_pool_new(const char *program, int workers);
/* Waits for requests under way, then ends the workers. */
void worker_pool_free(WorkerPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkerPool, worker_pool_free)

int worker_pool_size(const WorkerPool *pool);

/* Other limits than LIMIT_WORKER_SECONDS_PER_PICTURE and LIMIT_WORKER_PICTURES; before the first
 * request. */
void worker_pool_set_limits(WorkerPool *pool, gint64 picture_ms, guint pictures);

/* media_read in a worker, and the content's hash, which is not left to a worker: what a picture may
 * have taken over must not choose under which name its thumbnails are kept. `fd` stays the
 * caller's. `cancellable` may be NULL. */
MediaPicture *worker_read(WorkerPool *pool, int fd, const char *name, GCancellable *cancellable,
                          GError **error);
/* The same with what a sidecar says (may be NULL), and without the hash and the size of the file,
 * which are the caller's to fill in. */
MediaPicture *worker_read_with(WorkerPool *pool, int fd, const char *name, GBytes *sidecar,
                               GCancellable *cancellable, GError **error);
/* media_render_jpeg in a worker. */
GBytes *worker_render_jpeg(WorkerPool *pool, int fd, const char *name, int max_pixels, int quality,
                           GError **error);
/* media_scale_jpeg in a worker. */
GBytes *worker_scale_jpeg(WorkerPool *pool, GBytes *jpeg, int max_pixels, int quality,
                          GError **error);

/* The picture of the face in a box (pixels of the upright original), as analysis makes it: for
 * library/face_crop.h, when one was lost. */
GBytes *worker_crop(WorkerPool *pool, int fd, const char *name, const VisionBox *box,
                    GCancellable *cancellable, GError **error);

/* Which walls stand around a worker (jobs/sandbox.h), for `doctor`; owned by the caller. Starts one
 * if none is idle. */
char *worker_pool_describe_sandbox(WorkerPool *pool, GError **error);

/* Process ids of the workers alive now, for tests and for `doctor`; owned by the caller. */
GArray *worker_pool_pids(WorkerPool *pool); /* of pid_t */
