#include "http/work.h"

#include "base/limits.h"
#include "base/lock.h"

typedef struct {
    void (*run)(gpointer data);
    gpointer data;
} Task;

struct HttpWork {
    GThreadPool *threads;
    GCancellable *cancellable;
    gint count;   /* tasks that wait or run, and one more until work_finish; atomic */
    gint streams; /* atomic */
    GMutex lock;
    GCond done; /* count reached 0 */
};

static void count_down(HttpWork *work)
{
    if (g_atomic_int_dec_and_test(&work->count)) {
        LOCK_UNTIL_END(&work->lock);
        g_cond_broadcast(&work->done);
    }
}

static void run_task(gpointer data, gpointer user_data)
{
    g_autofree Task *task = data;
    task->run(task->data);
    count_down(user_data);
}

HttpWork *work_new(void)
{
    HttpWork *work = g_new0(HttpWork, 1);
    work->threads = g_thread_pool_new(run_task, work, LIMIT_HTTP_WORK_THREADS, FALSE, NULL);
    work->cancellable = g_cancellable_new();
    work->count = 1;
    g_mutex_init(&work->lock);
    g_cond_init(&work->done);
    return work;
}

void work_free(HttpWork *work)
{
    g_thread_pool_free(work->threads, FALSE, TRUE);
    g_object_unref(work->cancellable);
    g_cond_clear(&work->done);
    g_mutex_clear(&work->lock);
    g_free(work);
}

gboolean work_reserve(HttpWork *work, WorkKind kind)
{
    /* Counted before the look at whether the server stops: so either this call sees that it does,
     * or the stop sees this task. */
    int before = g_atomic_int_add(&work->count, 1);
    if ((kind == WORK_NEW && before > LIMIT_HTTP_WORK_THREADS + LIMIT_HTTP_WORK_QUEUE) ||
        g_cancellable_is_cancelled(work->cancellable)) {
        count_down(work);
        return FALSE;
    }
    return TRUE;
}

void work_run(HttpWork *work, void (*run)(gpointer data), gpointer data)
{
    Task *task = g_new(Task, 1);
    *task = (Task){run, data};
    g_thread_pool_push(work->threads, task, NULL);
}

gboolean work_begin_stream(HttpWork *work)
{
    if (g_atomic_int_add(&work->streams, 1) >= LIMIT_HTTP_STREAMS) {
        work_end_stream(work);
        return FALSE;
    }
    return TRUE;
}

void work_end_stream(HttpWork *work)
{
    g_atomic_int_add(&work->streams, -1);
}

GCancellable *work_cancellable(const HttpWork *work)
{
    return work->cancellable;
}

void work_finish(HttpWork *work)
{
    g_cancellable_cancel(work->cancellable);
    count_down(work);
    g_mutex_lock(&work->lock);
    while (g_atomic_int_get(&work->count) > 0) {
        g_cond_wait(&work->done, &work->lock);
    }
    g_mutex_unlock(&work->lock);
}
