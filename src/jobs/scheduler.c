#include "jobs/scheduler.h"

#include "base/ids.h"
#include "base/lock.h"
#include "jobs/export_job.h"
#include "jobs/import_job.h"
#include "jobs/people_job.h"
#include "jobs/scan_job.h"
#include "jobs/vision_job.h"
#include "library/job.h"

#include <string.h>

/* How often the queue is looked at without being woken: for what other nodes leave behind. */
#define POLL_SECONDS 10

/* How often a running job's row is written: often enough for whoever watches it, and to learn that
 * it was stopped. A lease lasts many times as long. */
#define KEEP_MS 500

typedef struct {
    const char *name;
    /* Sets *ret_progress (JSON, owned by the caller) in either case, unless it never began. */
    gboolean (*run)(const JobRun *run, char **ret_progress, GError **error);
    gboolean is_quiet;     /* nobody asked for it: not logged, and forgotten at its end */
    gboolean is_forgotten; /* at its end: what came of it stands elsewhere */
    gboolean needs_vision;
} JobKind;

static const JobKind kinds[] = {
    {.name = SCAN_JOB, .run = scan_job_run},
    {.name = WATCH_JOB, .run = scan_job_run, .is_quiet = TRUE},
    {.name = PEOPLE_JOB, .run = people_job_run},
    {.name = EXPORT_JOB, .run = export_job_run, .is_forgotten = TRUE},
    {.name = IMPORT_JOB, .run = import_job_run},
    {.name = VISION_JOB, .run = vision_job_run, .needs_vision = TRUE},
};

/* A kind's thread. */
typedef struct {
    Scheduler *scheduler;
    const JobKind *kind;
    GThread *thread;
    gboolean woken;
} Lane;

struct Scheduler {
    Library *library;
    WorkerPool *workers;
    VisionPool *vision;
    ScanLog *log;
    char node[UUID_CHARS + 1];
    GCancellable *cancellable;
    GMutex lock;
    GCond changed;
    gboolean stopping, is_held;
    Lane lanes[G_N_ELEMENTS(kinds)];
};

/* Keeping a job's row */

typedef struct {
    Scheduler *scheduler;
    gint64 job_id;
    GCancellable *cancellable;
    GMutex lock;
    GCond changed;
    gboolean is_over, has_news;
    char *progress; /* the latest */
} Keeper;

void job_run_report(const JobRun *run, char *progress)
{
    Keeper *keeper = run->state;
    LOCK_UNTIL_END(&keeper->lock);
    g_free(keeper->progress);
    keeper->progress = progress;
    keeper->has_news = TRUE;
    g_cond_signal(&keeper->changed);
}

static gboolean is_busy(const GError *error)
{
    return g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY);
}

/* A row that another node took over, or that a person ended, ends the job. */
static void write_progress(Keeper *keeper, const char *progress)
{
    Scheduler *scheduler = keeper->scheduler;
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(scheduler->library), &error);
    if (tx && job_report(tx, keeper->job_id, scheduler->node, progress, &error)) {
        store_commit(tx, &error);
    }
    if (g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
        g_cancellable_cancel(keeper->cancellable);
    } else if (error && !is_busy(error)) { /* then the next report has it */
        g_warning("the progress of a job was not written: %s", error->message);
    }
}

/* With the lock held, which is given back meanwhile. */
static void wait_for_news(Keeper *keeper)
{
    gint64 until = g_get_monotonic_time() + KEEP_MS * G_TIME_SPAN_MILLISECOND;
    while (!keeper->is_over && !keeper->has_news &&
           g_cond_wait_until(&keeper->changed, &keeper->lock, until)) {
    }
    keeper->has_news = FALSE;
}

static gpointer keep(gpointer data)
{
    Keeper *keeper = data;
    g_mutex_lock(&keeper->lock);
    for (wait_for_news(keeper); !keeper->is_over; wait_for_news(keeper)) {
        g_autofree char *progress = g_strdup(keeper->progress);
        g_mutex_unlock(&keeper->lock);
        write_progress(keeper, progress);
        g_mutex_lock(&keeper->lock);
    }
    g_mutex_unlock(&keeper->lock);
    return NULL;
}

/* Running a job */

static Job *lease(Scheduler *scheduler, const JobKind *kind, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(scheduler->library), error);
    g_autoptr(Job) job = tx ? job_lease(tx, kind->name, scheduler->node, error) : NULL;
    return job && store_commit(tx, error) ? g_steal_pointer(&job) : NULL;
}

/* It was stopped, or another transaction was in the way (PostgreSQL ends one of two that wait for
 * each other): what it did stays, and it is run again. */
static gboolean is_to_go_on(const GError *failure)
{
    return g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED) || is_busy(failure);
}

static gboolean write_end(const Lane *lane, StoreTx *tx, const Job *job, const char *progress,
                          const GError *failure, GError **error)
{
    const char *node = lane->scheduler->node;
    if (is_to_go_on(failure)) {
        return job_give_back(tx, job->id, node, progress, error);
    }
    if (!job_finish(tx, job->id, node, failure ? "failed" : "done", progress,
                    failure ? failure->message : NULL, error)) {
        return FALSE;
    }
    gboolean is_kept = !lane->kind->is_quiet && !lane->kind->is_forgotten;
    return is_kept || job_forget(tx, job->id, error);
}

/* A job that was stopped waits for the next start, unless another node took it over or a person
 * ended it. */
static void finish(const Lane *lane, const Job *job, const char *progress, const GError *failure)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(lane->scheduler->library), &error);
    if (tx && write_end(lane, tx, job, progress, failure, &error)) {
        store_commit(tx, &error);
    }
    if (error && !g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
        g_warning("the end of a job was not written: %s", error->message);
    }
}

static void cancel_other(GCancellable *cancelled, gpointer other)
{
    g_cancellable_cancel(other);
}

/* Runs it while a thread beside keeps its row. */
static void run_kept(const Lane *lane, const Job *job, Keeper *keeper)
{
    char *progress = NULL;
    g_autoptr(GError) failure = NULL;
    const JobRun run = {
        .library = lane->scheduler->library,
        .workers = lane->scheduler->workers,
        .vision = lane->scheduler->vision,
        .payload = job->payload,
        .cancellable = keeper->cancellable,
        .log = lane->kind->is_quiet ? NULL : lane->scheduler->log,
        .state = keeper,
    };
    GThread *thread = g_thread_new("job-keeper", keep, keeper);
    lane->kind->run(&run, &progress, &failure);
    g_mutex_lock(&keeper->lock);
    keeper->is_over = TRUE;
    g_cond_signal(&keeper->changed);
    g_mutex_unlock(&keeper->lock);
    g_thread_join(thread);
    if (failure && lane->kind->is_quiet && !is_to_go_on(failure)) {
        g_warning("what changed was not scanned: %s", failure->message); /* nobody else says so */
    }
    finish(lane, job, progress, failure);
    g_free(progress);
}

static gboolean run_one(const Lane *lane, GError **error)
{
    Scheduler *scheduler = lane->scheduler;
    gboolean can_run = !lane->kind->needs_vision || scheduler->vision;
    g_autoptr(Job) job = can_run ? lease(scheduler, lane->kind, error) : NULL;
    if (!job) {
        return FALSE;
    }
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    gulong link =
        g_cancellable_connect(scheduler->cancellable, G_CALLBACK(cancel_other), cancellable, NULL);
    Keeper keeper = {.scheduler = scheduler, .job_id = job->id, .cancellable = cancellable};
    g_mutex_init(&keeper.lock);
    g_cond_init(&keeper.changed);
    run_kept(lane, job, &keeper);
    g_mutex_clear(&keeper.lock);
    g_cond_clear(&keeper.changed);
    g_free(keeper.progress);
    g_cancellable_disconnect(scheduler->cancellable, link);
    return TRUE;
}

/* The threads */

/* TRUE when there may be something to do, FALSE when it is time to stop. */
static gboolean wait_for_work(Lane *lane)
{
    Scheduler *scheduler = lane->scheduler;
    LOCK_UNTIL_END(&scheduler->lock);
    gint64 until = g_get_monotonic_time() + POLL_SECONDS * G_TIME_SPAN_SECOND;
    while (!lane->woken && !scheduler->stopping) {
        if (!g_cond_wait_until(&scheduler->changed, &scheduler->lock, until)) {
            break;
        }
    }
    lane->woken = FALSE;
    return !scheduler->stopping;
}

static void wait_for_release(Scheduler *scheduler)
{
    LOCK_UNTIL_END(&scheduler->lock);
    while (scheduler->is_held && !scheduler->stopping) {
        g_cond_wait(&scheduler->changed, &scheduler->lock);
    }
}

static gpointer run(gpointer data)
{
    Lane *lane = data;
    wait_for_release(lane->scheduler);
    do {
        g_autoptr(GError) error = NULL;
        while (!g_cancellable_is_cancelled(lane->scheduler->cancellable) && run_one(lane, &error)) {
        }
        if (error && !is_busy(error)) {
            g_warning("the job queue cannot be read: %s", error->message);
        }
    } while (wait_for_work(lane));
    return NULL;
}

Scheduler *scheduler_start(const SchedulerOptions *options)
{
    Scheduler *scheduler = g_new0(Scheduler, 1);
    scheduler->library = options->library;
    scheduler->workers = options->workers;
    scheduler->vision = options->vision;
    scheduler->log = options->log;
    scheduler->is_held = options->is_held;
    uuid_new(scheduler->node);
    scheduler->cancellable = g_cancellable_new();
    g_mutex_init(&scheduler->lock);
    g_cond_init(&scheduler->changed);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        Lane *lane = &scheduler->lanes[i];
        lane->scheduler = scheduler;
        lane->kind = &kinds[i];
        lane->thread = g_thread_new(kinds[i].name, run, lane);
    }
    return scheduler;
}

void scheduler_release(Scheduler *scheduler)
{
    LOCK_UNTIL_END(&scheduler->lock);
    scheduler->is_held = FALSE;
    g_cond_broadcast(&scheduler->changed);
}

void scheduler_wake(Scheduler *scheduler)
{
    LOCK_UNTIL_END(&scheduler->lock);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        scheduler->lanes[i].woken = TRUE;
    }
    g_cond_broadcast(&scheduler->changed);
}

void job_run_wake(const JobRun *run)
{
    const Keeper *keeper = run->state;
    scheduler_wake(keeper->scheduler);
}

void scheduler_stop(Scheduler *scheduler)
{
    if (!scheduler) {
        return;
    }
    g_cancellable_cancel(scheduler->cancellable);
    g_mutex_lock(&scheduler->lock);
    scheduler->stopping = TRUE;
    g_cond_broadcast(&scheduler->changed);
    g_mutex_unlock(&scheduler->lock);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_thread_join(scheduler->lanes[i].thread);
    }
    g_object_unref(scheduler->cancellable);
    g_mutex_clear(&scheduler->lock);
    g_cond_clear(&scheduler->changed);
    g_free(scheduler);
}
