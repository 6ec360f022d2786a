#include "jobs/worker_pool.h"

#include "base/limits.h"
#include "base/lock.h"
#include "jobs/worker_ask.h"

/* How many workers one picture may lose to somebody outside before it is called the culprit, which
 * it may be: the kernel, too, kills who is largest when memory runs out. */
#define PICTURE_ATTEMPTS 10

struct WorkerPool {
    WorkerStarter *starter;
    int size;
    gint64 picture_ms;
    guint pictures;
    gint64 resting_bytes;
    GMutex mutex;
    GCond changed;    /* a worker became idle, ended, or a request was cancelled */
    GPtrArray *idle;  /* of Worker, owned; the last one used is the first to be used again */
    GPtrArray *busy;  /* of Worker, owned by the request */
    int in_between;   /* places taken by workers that are starting or ending */
    int under_way;    /* requests */
    char **arguments; /* of workers to come */
    guint crew;       /* how often they were changed */
};

WorkerPool *worker_pool_new(const char *program, int workers)
{
    g_return_val_if_fail(workers >= 1 && workers <= LIMIT_WORKERS, NULL);
    WorkerPool *pool = g_new0(WorkerPool, 1);
    pool->starter = worker_starter_new(program);
    pool->size = workers;
    worker_pool_set_limits(pool, LIMIT_WORKER_SECONDS_PER_PICTURE * 1000, LIMIT_WORKER_PICTURES);
    worker_pool_set_resting_bytes(pool, LIMIT_WORKER_RESTING_BYTES);
    static const char *const arguments[] = {"albumen", "worker", NULL};
    pool->arguments = g_strdupv((char **)arguments);
    g_mutex_init(&pool->mutex);
    g_cond_init(&pool->changed);
    pool->idle = g_ptr_array_new_with_free_func((GDestroyNotify)worker_free);
    pool->busy = g_ptr_array_new();
    return pool;
}

void worker_pool_free(WorkerPool *pool)
{
    if (!pool) {
        return;
    }
    g_mutex_lock(&pool->mutex);
    while (pool->under_way > 0) {
        g_cond_wait(&pool->changed, &pool->mutex);
    }
    g_mutex_unlock(&pool->mutex);
    g_ptr_array_unref(pool->idle);
    g_ptr_array_unref(pool->busy);
    worker_starter_free(pool->starter);
    g_strfreev(pool->arguments);
    g_cond_clear(&pool->changed);
    g_mutex_clear(&pool->mutex);
    g_free(pool);
}

int worker_pool_size(const WorkerPool *pool)
{
    return pool->size;
}

void worker_pool_set_limits(WorkerPool *pool, gint64 picture_ms, guint pictures)
{
    pool->picture_ms = picture_ms;
    pool->pictures = pictures;
}

void worker_pool_set_resting_bytes(WorkerPool *pool, gint64 bytes)
{
    pool->resting_bytes = bytes;
}

/* Buries the idle workers that somebody killed, so that no zombie stays and no request meets one,
 * and ends those that were started in another way than today's. The pool is locked. */
static void pool_sweep(WorkerPool *pool)
{
    for (guint i = pool->idle->len; i-- > 0;) {
        const Worker *worker = g_ptr_array_index(pool->idle, i);
        if (worker->crew != pool->crew || !worker_is_ready(worker)) {
            g_ptr_array_remove_index(pool->idle, i);
        }
    }
}

void worker_pool_set_arguments(WorkerPool *pool, const char *const *arguments)
{
    LOCK_UNTIL_END(&pool->mutex);
    g_strfreev(pool->arguments);
    pool->arguments = g_strdupv((char **)arguments);
    pool->crew++;
    pool_sweep(pool);
}

void worker_pool_rest(WorkerPool *pool, gint64 idle_us)
{
    gint64 before_us = g_get_monotonic_time() - idle_us;
    LOCK_UNTIL_END(&pool->mutex);
    for (guint i = pool->idle->len; i-- > 0;) {
        const Worker *worker = g_ptr_array_index(pool->idle, i);
        if (worker->rested_us <= before_us) {
            g_ptr_array_remove_index(pool->idle, i);
        }
    }
}

/* Waits for an idle worker or a free place for a new one; NULL with *ret_place for the latter. The
 * pool is locked. */
static Worker *pool_wait(WorkerPool *pool, GCancellable *cancellable, gboolean *ret_place,
                         GError **error)
{
    *ret_place = FALSE;
    while (!g_cancellable_is_cancelled(cancellable)) {
        pool_sweep(pool);
        if (pool->idle->len > 0) {
            Worker *worker = g_ptr_array_steal_index(pool->idle, pool->idle->len - 1);
            g_ptr_array_add(pool->busy, worker);
            return worker;
        }
        if (pool->in_between + (int)pool->busy->len < pool->size) {
            *ret_place = TRUE;
            pool->in_between++;
            return NULL;
        }
        g_cond_wait(&pool->changed, &pool->mutex);
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED, "asked to stop");
    return NULL;
}

/* A worker for one request; give it back with pool_release. */
static Worker *pool_acquire(WorkerPool *pool, GCancellable *cancellable, GError **error)
{
    gboolean place;
    g_mutex_lock(&pool->mutex);
    Worker *worker = pool_wait(pool, cancellable, &place, error);
    g_auto(GStrv) arguments = place ? g_strdupv(pool->arguments) : NULL;
    guint crew = pool->crew;
    g_mutex_unlock(&pool->mutex);
    if (!place) {
        return worker;
    }
    worker = worker_start(pool->starter, (const char *const *)arguments, error);
    g_mutex_lock(&pool->mutex);
    pool->in_between--;
    if (worker) {
        worker->crew = crew;
        g_ptr_array_add(pool->busy, worker);
    } else {
        g_cond_broadcast(&pool->changed); /* its place is free for others to try */
    }
    g_mutex_unlock(&pool->mutex);
    return worker;
}

static gboolean worker_is_worn(const WorkerPool *pool, const Worker *worker)
{
    return worker->pictures >= pool->pictures ||
           worker_resident_bytes(worker) > pool->resting_bytes;
}

/* Takes the worker back, to be used again unless it is of no more use. */
static void pool_release(WorkerPool *pool, Worker *worker, gboolean usable)
{
    usable = usable && !worker_is_worn(pool, worker);
    g_mutex_lock(&pool->mutex);
    g_ptr_array_remove_fast(pool->busy, worker);
    worker->rested_us = g_get_monotonic_time();
    if (usable && worker->crew == pool->crew) {
        g_ptr_array_add(pool->idle, worker);
    } else {
        pool->in_between++; /* so that never more than `size` live */
        g_mutex_unlock(&pool->mutex);
        worker_free(worker);
        g_mutex_lock(&pool->mutex);
        pool->in_between--;
    }
    g_cond_broadcast(&pool->changed);
    g_mutex_unlock(&pool->mutex);
}

static WorkerOutcome ask_prepared(Worker *worker, const WorkerAsk *ask, GBytes *body,
                                  const FrameWait *wait, WorkerReply *ret_reply, GError **error)
{
    WorkerOutcome outcome = WORKER_ANSWERED;
    if (ask->prepare) {
        outcome = ask->prepare(worker, ask->data, wait, ret_reply, error);
    }
    if (outcome != WORKER_ANSWERED || ret_reply->failure || !body) {
        return outcome;
    }
    return worker_ask(worker, body, ask->fd, ask->expected, wait, ret_reply, error);
}

static WorkerOutcome pool_try(WorkerPool *pool, const WorkerAsk *ask, GBytes *body, GPollFD *cancel,
                              WorkerReply *ret_reply, GError **error)
{
    Worker *worker = pool_acquire(pool, ask->cancellable, error);
    if (!worker) {
        return WORKER_FAILED;
    }
    g_autoptr(GError) local = NULL;
    FrameWait wait = {g_get_monotonic_time() + pool->picture_ms * 1000, cancel};
    WorkerOutcome outcome = ask_prepared(worker, ask, body, &wait, ret_reply, &local);
    pool_release(pool, worker, outcome == WORKER_ANSWERED);
    if (g_error_matches(local, ALBUMEN_ERROR, ALBUMEN_ERROR_TIMEOUT)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TIMEOUT,
                    "the picture took longer than the %g seconds it may take to decode",
                    (double)pool->picture_ms / 1000);
    } else if (local) {
        g_propagate_error(error, g_steal_pointer(&local));
    }
    return outcome;
}

static void on_cancelled(GCancellable *cancellable, gpointer data)
{
    WorkerPool *pool = data;
    g_mutex_lock(&pool->mutex);
    g_cond_broadcast(&pool->changed);
    g_mutex_unlock(&pool->mutex);
}

/* `body` may be NULL: preparing is all. */
static gboolean pool_ask_all(WorkerPool *pool, const WorkerAsk *ask, GBytes *body,
                             WorkerReply *ret_reply, GError **error)
{
    gulong handler = 0;
    GPollFD cancel = {0};
    gboolean pollable = g_cancellable_make_pollfd(ask->cancellable, &cancel);
    if (ask->cancellable) {
        handler = g_cancellable_connect(ask->cancellable, G_CALLBACK(on_cancelled), pool, NULL);
    }
    WorkerOutcome outcome = WORKER_TAKEN_AWAY;
    for (int attempt = 0; attempt < PICTURE_ATTEMPTS && outcome == WORKER_TAKEN_AWAY; attempt++) {
        g_clear_error(error);
        outcome = pool_try(pool, ask, body, pollable ? &cancel : NULL, ret_reply, error);
    }
    g_cancellable_disconnect(ask->cancellable, handler);
    if (pollable) {
        g_cancellable_release_fd(ask->cancellable);
    }
    if (outcome == WORKER_ANSWERED && ret_reply->failure) {
        g_propagate_error(error, g_steal_pointer(&ret_reply->failure));
        outcome = WORKER_FAILED;
    }
    return outcome == WORKER_ANSWERED;
}

gboolean worker_pool_ask(WorkerPool *pool, const WorkerAsk *ask, WorkerReply *ret_reply,
                         GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(GBytes) body = ask->request ? worker_request_encode(ask->request, error) : NULL;
    if (ask->request && !body) {
        return FALSE;
    }
    g_mutex_lock(&pool->mutex);
    pool->under_way++;
    g_mutex_unlock(&pool->mutex);
    gboolean answered = pool_ask_all(pool, ask, body, ret_reply, &local);
    g_mutex_lock(&pool->mutex);
    pool->under_way--;
    g_cond_broadcast(&pool->changed);
    g_mutex_unlock(&pool->mutex);
    if (!answered) {
        g_propagate_error(error, g_steal_pointer(&local));
    }
    return answered;
}

MediaPicture *worker_read_with(WorkerPool *pool, int fd, const char *name, GBytes *sidecar,
                               GCancellable *cancellable, GError **error)
{
    WorkerRequest request = {
        .operation = WORKER_READ,
        .name = (char *)name,
        .sidecar = sidecar,
    };
    const WorkerAsk ask = {
        .request = &request, .fd = fd, .expected = FRAME_PICTURE, .cancellable = cancellable};
    WorkerReply reply = {0};
    worker_pool_ask(pool, &ask, &reply, error);
    return reply.picture;
}

MediaPicture *worker_read(WorkerPool *pool, int fd, const char *name, GCancellable *cancellable,
                          GError **error)
{
    g_autoptr(MediaPicture) picture = worker_read_with(pool, fd, name, NULL, cancellable, error);
    return picture && hash_file(fd, &picture->hash, &picture->file_bytes, error)
               ? g_steal_pointer(&picture)
               : NULL;
}

GBytes *worker_render_jpeg(WorkerPool *pool, int fd, const char *name, int max_pixels, int quality,
                           GError **error)
{
    WorkerRequest request = {
        .operation = WORKER_RENDER,
        .name = (char *)name,
        .max_pixels = max_pixels,
        .quality = quality,
    };
    const WorkerAsk ask = {.request = &request, .fd = fd, .expected = FRAME_JPEG};
    WorkerReply reply = {0};
    worker_pool_ask(pool, &ask, &reply, error);
    return reply.jpeg;
}

GBytes *worker_scale_jpeg(WorkerPool *pool, GBytes *jpeg, int max_pixels, int quality,
                          GError **error)
{
    WorkerRequest request = {
        .operation = WORKER_SCALE,
        .name = (char *)"",
        .max_pixels = max_pixels,
        .quality = quality,
        .jpeg = jpeg,
    };
    const WorkerAsk ask = {.request = &request, .fd = -1, .expected = FRAME_JPEG};
    WorkerReply reply = {0};
    worker_pool_ask(pool, &ask, &reply, error);
    return reply.jpeg;
}

GBytes *worker_crop(WorkerPool *pool, int fd, const char *name, const VisionBox *box,
                    GCancellable *cancellable, GError **error)
{
    WorkerRequest request = {.operation = WORKER_CROP, .name = (char *)name, .box = *box};
    const WorkerAsk ask = {
        .request = &request, .fd = fd, .expected = FRAME_JPEG, .cancellable = cancellable};
    WorkerReply reply = {0};
    worker_pool_ask(pool, &ask, &reply, error);
    return reply.jpeg;
}

char *worker_pool_describe_sandbox(WorkerPool *pool, GError **error)
{
    Worker *worker = pool_acquire(pool, NULL, error);
    if (!worker) {
        return NULL;
    }
    char *walls = g_strdup(worker->walls);
    pool_release(pool, worker, TRUE);
    return walls;
}

static void pids_add(GArray *pids, const GPtrArray *workers)
{
    for (guint i = 0; i < workers->len; i++) {
        const Worker *worker = g_ptr_array_index(workers, i);
        g_array_append_val(pids, worker->pid);
    }
}

GArray *worker_pool_pids(WorkerPool *pool)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_mutex_lock(&pool->mutex);
    pool_sweep(pool);
    pids_add(pids, pool->idle);
    pids_add(pids, pool->busy);
    g_mutex_unlock(&pool->mutex);
    return pids;
}
