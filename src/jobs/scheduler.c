#include "jobs/scheduler.h"

#include "base/ids.h"
#include "base/lock.h"
#include "jobs/scan.h"
#include "library/job.h"

/* How often the queue is looked at without being woken: for what other nodes leave behind. */
#define POLL_SECONDS 10

struct Scheduler {
    Library *library;
    WorkerPool *workers;
    char node[UUID_CHARS + 1];
    GCancellable *cancellable;
    GThread *thread;
    GMutex lock;
    GCond changed;
    gboolean woken, stopping;
};

typedef struct {
    Scheduler *scheduler;
    gint64 job_id;
    GCancellable *cancellable; /* of this scan: the scheduler stops, or another node has the job */
} Running;

/* The row follows the scan; a row that another node took over ends it here. */
static void report(const ScanProgress *progress, gpointer data)
{
    const Running *running = data;
    Scheduler *scheduler = running->scheduler;
    g_autofree char *json = scan_progress_json(progress);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(scheduler->library), &error);
    if (tx && job_report(tx, running->job_id, scheduler->node, json, &error)) {
        store_commit(tx, &error);
    }
    if (g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
        g_cancellable_cancel(running->cancellable);
    } else if (error) {
        g_warning("the scan's progress was not written: %s", error->message);
    }
}

static Job *lease(Scheduler *scheduler, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(scheduler->library), error);
    g_autoptr(Job) job = tx ? job_lease(tx, "scan", scheduler->node, error) : NULL;
    return job && store_commit(tx, error) ? g_steal_pointer(&job) : NULL;
}

static gboolean write_end(const Scheduler *scheduler, StoreTx *tx, const Job *job,
                          const char *progress, const GError *failure, GError **error)
{
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED)) {
        return job_give_back(tx, job->id, scheduler->node, progress, error);
    }
    return job_finish(tx, job->id, scheduler->node, failure ? "failed" : "done", progress,
                      failure ? failure->message : NULL, error);
}

/* A scan that was stopped waits for the next start, unless another node took it over. */
static void finish(Scheduler *scheduler, const Job *job, const ScanProgress *progress,
                   const GError *failure)
{
    g_autofree char *json = scan_progress_json(progress);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(scheduler->library), &error);
    if (tx && write_end(scheduler, tx, job, json, failure, &error)) {
        store_commit(tx, &error);
    }
    if (error && !g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
        g_warning("the end of a scan was not written: %s", error->message);
    }
}

static void cancel_other(GCancellable *cancelled, gpointer other)
{
    g_cancellable_cancel(other);
}

static gboolean run_one(Scheduler *scheduler, GError **error)
{
    g_autoptr(Job) job = lease(scheduler, error);
    if (!job) {
        return FALSE;
    }
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    gulong link =
        g_cancellable_connect(scheduler->cancellable, G_CALLBACK(cancel_other), cancellable, NULL);
    Running running = {scheduler, job->id, cancellable};
    const ScanOptions options = {
        .library = scheduler->library,
        .workers = scheduler->workers,
        .report = report,
        .report_data = &running,
        .cancellable = cancellable,
    };
    ScanProgress progress = {0};
    g_autoptr(GError) failure = NULL;
    scan_run(&options, &progress, &failure);
    g_cancellable_disconnect(scheduler->cancellable, link);
    finish(scheduler, job, &progress, failure);
    return TRUE;
}

/* TRUE when there may be something to do, FALSE when it is time to stop. */
static gboolean wait_for_work(Scheduler *scheduler)
{
    LOCK_UNTIL_END(&scheduler->lock);
    gint64 until = g_get_monotonic_time() + POLL_SECONDS * G_TIME_SPAN_SECOND;
    while (!scheduler->woken && !scheduler->stopping) {
        if (!g_cond_wait_until(&scheduler->changed, &scheduler->lock, until)) {
            break;
        }
    }
    scheduler->woken = FALSE;
    return !scheduler->stopping;
}

static gpointer run(gpointer data)
{
    Scheduler *scheduler = data;
    do {
        g_autoptr(GError) error = NULL;
        while (!g_cancellable_is_cancelled(scheduler->cancellable) && run_one(scheduler, &error)) {
        }
        if (error) {
            g_warning("the job queue cannot be read: %s", error->message);
        }
    } while (wait_for_work(scheduler));
    return NULL;
}

Scheduler *scheduler_start(Library *library, WorkerPool *workers)
{
    Scheduler *scheduler = g_new0(Scheduler, 1);
    scheduler->library = library;
    scheduler->workers = workers;
    uuid_new(scheduler->node);
    scheduler->cancellable = g_cancellable_new();
    g_mutex_init(&scheduler->lock);
    g_cond_init(&scheduler->changed);
    scheduler->thread = g_thread_new("scheduler", run, scheduler);
    return scheduler;
}

void scheduler_wake(Scheduler *scheduler)
{
    LOCK_UNTIL_END(&scheduler->lock);
    scheduler->woken = TRUE;
    g_cond_signal(&scheduler->changed);
}

void scheduler_stop(Scheduler *scheduler)
{
    if (!scheduler) {
        return;
    }
    g_cancellable_cancel(scheduler->cancellable);
    g_mutex_lock(&scheduler->lock);
    scheduler->stopping = TRUE;
    g_cond_signal(&scheduler->changed);
    g_mutex_unlock(&scheduler->lock);
    g_thread_join(scheduler->thread);
    g_object_unref(scheduler->cancellable);
    g_mutex_clear(&scheduler->lock);
    g_cond_clear(&scheduler->changed);
    g_free(scheduler);
}
