#include "jobs/vision_job.h"

#include "base/json_writer.h"
#include "base/limits.h"
#include "library/job.h"
#include "library/vectors.h"

#include <jansson.h>
#include <string.h>

#define ALL_TASKS ((1 << VISION_TASKS) - 1)

/* How often the folder of models is looked at. */
#define LOOK_SECONDS 3

/* The request */

static char *finish_text(JsonWriter *writer)
{
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static char *request_json(int tasks, gboolean retry_failed)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    if (tasks && tasks != ALL_TASKS) {
        json_key(writer, "tasks");
        json_array_begin(writer);
        for (int i = 0; i < VISION_TASKS; i++) {
            if (tasks & (1 << i)) {
                json_text(writer, vision_task_name((VisionTask)(1 << i)));
            }
        }
        json_array_end(writer);
    }
    if (retry_failed) {
        json_member_bool(writer, "retry_failed", TRUE);
    }
    json_object_end(writer);
    return finish_text(writer);
}

/* What is no task is passed over: a later version's, perhaps. */
static int parse_tasks(const json_t *list)
{
    int tasks = 0;
    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        for (int bit = 0; name && bit < VISION_TASKS; bit++) {
            VisionTask task = (VisionTask)(1 << bit);
            tasks |= strcmp(name, vision_task_name(task)) == 0 ? task : 0;
        }
    }
    return tasks;
}

static gboolean request_parse(const char *json, AnalyseOptions *options, GError **error)
{
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "the analysis' order cannot be read");
        return FALSE;
    }
    const json_t *tasks = json_object_get(root, "tasks");
    options->tasks = tasks ? parse_tasks(tasks) : ALL_TASKS;
    options->retry_failed = json_is_true(json_object_get(root, "retry_failed"));
    json_decref(root);
    return TRUE;
}

gboolean vision_queue(StoreTx *tx, int tasks, gboolean retry_failed, gint64 *ret_id, GError **error)
{
    g_autofree char *payload = request_json(tasks, retry_failed);
    return job_queue(tx, VISION_JOB, payload, ret_id, error);
}

gboolean vision_queue_pending(Library *library, VisionPool *vision, gboolean *ret_queued,
                              GError **error)
{
    gint64 id = 0;
    if (!analyse_is_pending(library, vision, ret_queued, error)) {
        return FALSE;
    }
    if (!*ret_queued) {
        return TRUE;
    }
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    return tx && vision_queue(tx, 0, FALSE, &id, error) && store_commit(tx, error);
}

/* Running */

static char *progress_json(const AnalyseProgress *progress)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "pending", progress->pending);
    json_member_int(writer, "done", progress->done);
    json_member_int(writer, "failed", progress->failed);
    json_object_end(writer);
    return finish_text(writer);
}

static void report(const AnalyseProgress *progress, gpointer data)
{
    job_run_report(data, progress_json(progress));
}

gboolean vision_job_run(const JobRun *run, char **ret_progress, GError **error)
{
    AnalyseOptions options = {
        .library = run->library,
        .vision = run->vision,
        .report = report,
        .report_data = (gpointer)run,
        .cancellable = run->cancellable,
    };
    AnalyseProgress progress = {0};
    if (!request_parse(run->payload, &options, error)) {
        return FALSE;
    }
    gboolean done = analyse_run(&options, &progress, error);
    *ret_progress = progress_json(&progress);
    return done;
}

/* The watch */

struct VisionWatch {
    Library *library;
    VisionPool *vision;
    Scheduler *scheduler;
    ModelSet *seen; /* that an analysis was queued for */
    GThread *thread;
    GMutex lock;
    GCond changed;
    gboolean stopping;
};

/* Vectors of different models do not compare: those of the models in use are searched. */
static void use_vectors(Library *library, const ModelSet *set)
{
    Vectors *vectors = library_vectors(library);
    g_autofree char *faces = vision_face_vector_model(set);
    vectors_use(vectors, VECTORS_SIMILAR, model_set_task_model(set, VISION_SIMILAR));
    vectors_use(vectors, VECTORS_WORDS, model_set_task_model(set, VISION_WORDS));
    vectors_use(vectors, VECTORS_FACES, faces);
}

/* Unless it was for the same models that one was queued last. */
static void queue(VisionWatch *watch)
{
    gboolean queued = FALSE;
    g_autoptr(GError) error = NULL;
    g_autoptr(ModelSet) set = vision_pool_models(watch->vision);
    if (set == watch->seen) {
        return;
    }
    g_clear_pointer(&watch->seen, model_set_unref);
    watch->seen = g_steal_pointer(&set);
    use_vectors(watch->library, watch->seen);
    if (!vision_queue_pending(watch->library, watch->vision, &queued, &error)) {
        g_warning("an analysis could not be queued: %s", error->message);
    } else if (queued) {
        scheduler_wake(watch->scheduler);
    }
}

/* FALSE when it is time to stop. */
static gboolean wait(VisionWatch *watch)
{
    g_mutex_lock(&watch->lock);
    gint64 until = g_get_monotonic_time() + LOOK_SECONDS * G_TIME_SPAN_SECOND;
    while (!watch->stopping && g_cond_wait_until(&watch->changed, &watch->lock, until)) {
    }
    gboolean goes_on = !watch->stopping;
    g_mutex_unlock(&watch->lock);
    return goes_on;
}

static gpointer watch_run(gpointer data)
{
    VisionWatch *watch = data;
    queue(watch);
    while (wait(watch)) {
        vision_pool_look(watch->vision);
        queue(watch);
    }
    return NULL;
}

VisionWatch *vision_watch_start(Library *library, VisionPool *vision, Scheduler *scheduler)
{
    VisionWatch *watch = g_new0(VisionWatch, 1);
    watch->library = library;
    watch->vision = vision;
    watch->scheduler = scheduler;
    g_mutex_init(&watch->lock);
    g_cond_init(&watch->changed);
    watch->thread = g_thread_new("vision-watch", watch_run, watch);
    return watch;
}

void vision_watch_stop(VisionWatch *watch)
{
    if (!watch) {
        return;
    }
    g_mutex_lock(&watch->lock);
    watch->stopping = TRUE;
    g_cond_signal(&watch->changed);
    g_mutex_unlock(&watch->lock);
    g_thread_join(watch->thread);
    g_clear_pointer(&watch->seen, model_set_unref);
    g_mutex_clear(&watch->lock);
    g_cond_clear(&watch->changed);
    g_free(watch);
}
