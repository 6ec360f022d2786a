#include "jobs/vision_pool.h"

#include "base/limits.h"
#include "base/lock.h"
#include "jobs/worker_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* How long it is believed that there is no runtime: somebody may install one in the system. */
#define NO_RUNTIME_US (60 * G_TIME_SPAN_SECOND)

#define ALL_TASKS ((1 << VISION_TASKS) - 1)

struct VisionPool {
    WorkerPool *workers;
    char *folder;
    GMutex lock;
    ModelSet *set;
    char *print; /* tells one set from another */
    /* Why models do not work, by their addresses, which the set keeps: Model -> sentence. */
    GHashTable *problems;
    GHashTable *verified; /* Models whose file is what its manifest says */
    char *runtime;        /* its version; NULL: not known yet */
    GError *no_runtime;
    gint64 no_runtime_us; /* when that was found */
};

/* Which models */

static const VisionTask tasks_in_turn[VISION_TASKS] = {VISION_OBJECTS, VISION_FACES, VISION_SIMILAR,
                                                       VISION_WORDS};

/* A set of purposes. */
#define BIT(purpose) (1U << (purpose))
#define FACE_MODELS                                                                                \
    (BIT(MODEL_FACE_DETECTOR) | BIT(MODEL_FACE_MESH) | BIT(MODEL_EYES) | BIT(MODEL_FACE_VECTOR))
#define TEXT_MODELS (BIT(MODEL_TEXT_WORDS) | BIT(MODEL_VOCABULARY))

/* What a task may use; a purpose without a model in use is passed over. */
static guint purposes_of(int tasks)
{
    guint purposes = tasks & VISION_OBJECTS ? BIT(MODEL_OBJECTS) : 0;
    purposes |= tasks & VISION_FACES ? FACE_MODELS : 0;
    purposes |= tasks & VISION_SIMILAR ? BIT(MODEL_SIMILAR) | BIT(MODEL_OBJECTS) : 0;
    purposes |= tasks & VISION_WORDS ? BIT(MODEL_IMAGE_WORDS) : 0;
    return purposes;
}

/* Loaded anew when one of these changes. */
static gboolean is_same(const Model *one, const Model *other)
{
    if (!one || !other) {
        return one == other;
    }
    return g_strcmp0(one->family, other->family) == 0 &&
           strcmp(one->options, other->options) == 0 &&
           g_strcmp0(one->sha256, other->sha256) == 0 && g_strcmp0(one->file, other->file) == 0;
}

static char *set_print(const ModelSet *set)
{
    GString *print = g_string_new(NULL);
    const GPtrArray *all = model_set_all(set);
    for (guint i = 0; i < all->len; i++) {
        const Model *model = g_ptr_array_index(all, i);
        const char *const parts[] = {model->name, model->family,  model->sha256,
                                     model->file, model->options, model->problem};
        for (gsize j = 0; j < G_N_ELEMENTS(parts); j++) {
            g_string_append_printf(print, "%s\n", parts[j] ? parts[j] : "");
        }
        g_string_append_c(print, vision_is_in_use(set, model) ? '+' : '-');
    }
    return g_string_free(print, FALSE);
}

gboolean vision_is_in_use(const ModelSet *set, const Model *model)
{
    return model->purpose && model_set_of(set, model->purpose) == model;
}

char *vision_face_vector_model(const ModelSet *set)
{
    const Model *model = model_set_of(set, MODEL_FACE_VECTOR);
    return model ? g_strdup_printf("%s@%.12s", model->name, model->sha256) : NULL;
}

/* The pool */

/* Workers are started with the runtime of the set. The pool is locked. */
static void take_set(VisionPool *pool, ModelSet *set, char *print)
{
    const Model *before = pool->set ? model_set_of(pool->set, MODEL_RUNTIME) : NULL;
    const Model *runtime = model_set_of(set, MODEL_RUNTIME);
    if (!pool->set || !is_same(before, runtime)) {
        const char *const arguments[] = {"albumen", "worker", "--vision",
                                         runtime ? runtime->file : NULL, NULL};
        worker_pool_set_arguments(pool->workers, arguments);
    }
    g_clear_pointer(&pool->runtime, g_free);
    g_clear_error(&pool->no_runtime);
    g_hash_table_remove_all(pool->problems);
    g_hash_table_remove_all(pool->verified);
    g_clear_pointer(&pool->set, model_set_unref);
    g_free(pool->print);
    pool->set = set;
    pool->print = print;
}

VisionPool *vision_pool_new(const char *program, int workers, const char *models)
{
    VisionPool *pool = g_new0(VisionPool, 1);
    pool->workers = worker_pool_new(program, workers);
    worker_pool_set_resting_bytes(pool->workers, LIMIT_VISION_RESTING_BYTES);
    pool->folder = g_strdup(models);
    pool->problems = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    pool->verified = g_hash_table_new(NULL, NULL);
    g_mutex_init(&pool->lock);
    vision_pool_look(pool);
    return pool;
}

void vision_pool_free(VisionPool *pool)
{
    if (!pool) {
        return;
    }
    worker_pool_free(pool->workers);
    g_hash_table_unref(pool->problems);
    g_hash_table_unref(pool->verified);
    model_set_unref(pool->set);
    g_free(pool->print);
    g_free(pool->runtime);
    g_clear_error(&pool->no_runtime);
    g_mutex_clear(&pool->lock);
    g_free(pool->folder);
    g_free(pool);
}

int vision_pool_size(const VisionPool *pool)
{
    return worker_pool_size(pool->workers);
}

const char *vision_pool_folder(const VisionPool *pool)
{
    return pool->folder;
}

/* A folder that cannot be read has no models: what is told of it is told by who reads it. */
static ModelSet *read_set(const VisionPool *pool)
{
    ModelSet *set = model_set_read(pool->folder, NULL);
    return set ? set : model_set_read("/nonexistent", NULL);
}

gboolean vision_pool_look(VisionPool *pool)
{
    worker_pool_rest(pool->workers, LIMIT_VISION_IDLE_SECONDS * G_TIME_SPAN_SECOND);
    ModelSet *set = read_set(pool);
    char *print = set_print(set);
    LOCK_UNTIL_END(&pool->lock);
    if (g_strcmp0(print, pool->print) == 0) {
        model_set_unref(set);
        g_free(print);
        return FALSE;
    }
    take_set(pool, set, print);
    return TRUE;
}

ModelSet *vision_pool_models(VisionPool *pool)
{
    LOCK_UNTIL_END(&pool->lock);
    return model_set_ref(pool->set);
}

/* Problems */

char *vision_pool_model_problem(VisionPool *pool, const Model *model)
{
    LOCK_UNTIL_END(&pool->lock);
    return g_strdup(model->problem ? model->problem : g_hash_table_lookup(pool->problems, model));
}

/* Keeps why, unless the model is not of today's set any more; takes the error. */
static void keep_problem(VisionPool *pool, const ModelSet *set, const Model *model, GError *why)
{
    LOCK_UNTIL_END(&pool->lock);
    if (pool->set == set) {
        g_hash_table_replace(pool->problems, (gpointer)model, g_strdup(why->message));
    }
    g_error_free(why);
}

static gboolean set_unusable(GError **error, const Model *model, const char *why)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE, "the model %s cannot be used: %s",
                model->name, why);
    return FALSE;
}

/* Giving models to a worker */

typedef struct {
    VisionPool *pool;
    ModelSet *set;
    guint purposes;
} Outfit;

/* Once for each file: weights that are not what their name says would be told of under it. */
static gboolean check_file(const Outfit *outfit, const Model *model, GError **error)
{
    VisionPool *pool = outfit->pool;
    g_mutex_lock(&pool->lock);
    gboolean known = pool->set == outfit->set && g_hash_table_contains(pool->verified, model);
    g_mutex_unlock(&pool->lock);
    if (known) {
        return TRUE;
    }
    if (!model_verify(model, error)) {
        return FALSE;
    }
    LOCK_UNTIL_END(&pool->lock);
    if (pool->set == outfit->set) {
        g_hash_table_add(pool->verified, (gpointer)model);
    }
    return TRUE;
}

/* The file, open; -1 when there is none, or with an error. */
static int open_model(const Outfit *outfit, const Model *model, GError **error)
{
    if (!model || !check_file(outfit, model, error)) {
        return -1;
    }
    int fd = open(model->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(error, errno, "open the model's file");
    }
    return fd;
}

static WorkerOutcome send_model(Worker *worker, ModelPurpose purpose, const Model *model, int fd,
                                const FrameWait *wait, GError **refusal, GError **error)
{
    const WorkerRequest request = {
        .operation = WORKER_LOAD,
        .purpose = purpose,
        .family = model ? model->family : NULL,
        .text = model ? model->options : NULL,
    };
    g_auto(WorkerReply) reply = {0};
    g_autoptr(GBytes) body = worker_request_encode(&request, error);
    if (!body) {
        return WORKER_FAILED;
    }
    WorkerOutcome outcome = worker_ask(worker, body, fd, FRAME_TEXT, wait, &reply, error);
    *refusal = g_steal_pointer(&reply.failure);
    return outcome;
}

/* Whether a worker's end is the doing of what it loaded. */
static gboolean is_models_own(const GError *failure)
{
    return g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED) ||
           g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE) ||
           g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_TIMEOUT);
}

/* Puts today's model in the place of what the worker has for a purpose. A model that is refused
 * becomes the failure of the reply. */
static WorkerOutcome give_model(Worker *worker, const Outfit *outfit, ModelPurpose purpose,
                                const FrameWait *wait, WorkerReply *ret_reply, GError **error)
{
    const Model *model = model_set_of(outfit->set, purpose);
    GError *why = NULL;
    g_autoptr(GError) local = NULL;
    WorkerOutcome outcome = WORKER_ANSWERED;
    int fd = open_model(outfit, model, &why);
    if (!why) {
        outcome = send_model(worker, purpose, model, fd, wait, &why, &local);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (model && outcome == WORKER_FAILED && is_models_own(local)) {
        why = g_steal_pointer(&local);
        set_unusable(error, model, why->message);
    }
    if (why) {
        if (outcome == WORKER_ANSWERED) {
            set_unusable(&ret_reply->failure, model, why->message);
        }
        keep_problem(outfit->pool, outfit->set, model, why);
    } else if (outcome == WORKER_ANSWERED) {
        g_clear_pointer(&worker->models[purpose], model_unref);
        worker->models[purpose] = model ? model_ref((Model *)model) : NULL;
    } else if (local) {
        g_propagate_error(error, g_steal_pointer(&local));
    }
    return outcome;
}

static WorkerOutcome fit_out(Worker *worker, gpointer data, const FrameWait *wait,
                             WorkerReply *ret_reply, GError **error)
{
    const Outfit *outfit = data;
    WorkerOutcome outcome = WORKER_ANSWERED;
    for (int purpose = MODEL_RUNTIME + 1; purpose <= MODEL_PURPOSES; purpose++) {
        if ((outfit->purposes & BIT(purpose)) &&
            !is_same(worker->models[purpose], model_set_of(outfit->set, (ModelPurpose)purpose))) {
            outcome = give_model(worker, outfit, (ModelPurpose)purpose, wait, ret_reply, error);
        }
        if (outcome != WORKER_ANSWERED || ret_reply->failure) {
            break;
        }
    }
    return outcome;
}

/* Asking */

static gboolean check_known_problems(const Outfit *outfit, GError **error)
{
    for (int purpose = MODEL_RUNTIME + 1; purpose <= MODEL_PURPOSES; purpose++) {
        const Model *model = outfit->purposes & BIT(purpose)
                                 ? model_set_of(outfit->set, (ModelPurpose)purpose)
                                 : NULL;
        g_autofree char *problem = model ? vision_pool_model_problem(outfit->pool, model) : NULL;
        if (problem) {
            return set_unusable(error, model, problem);
        }
    }
    return TRUE;
}

static gboolean check_known_runtime(VisionPool *pool, GError **error)
{
    LOCK_UNTIL_END(&pool->lock);
    if (pool->no_runtime && g_get_monotonic_time() < pool->no_runtime_us + NO_RUNTIME_US) {
        g_propagate_error(error, g_error_copy(pool->no_runtime));
        return FALSE;
    }
    return TRUE;
}

/* A worker that does not start has no runtime. */
static void keep_no_runtime(VisionPool *pool, const ModelSet *set, const GError *failure)
{
    LOCK_UNTIL_END(&pool->lock);
    if (pool->set == set && g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE)) {
        g_clear_error(&pool->no_runtime);
        pool->no_runtime = g_error_copy(failure);
        pool->no_runtime_us = g_get_monotonic_time();
    }
}

/* `request` may be NULL: giving the models is all. */
static gboolean ask_with(const Outfit *outfit, const WorkerRequest *request, int fd,
                         FrameKind expected, GCancellable *cancellable, WorkerReply *ret_reply,
                         GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!check_known_problems(outfit, error) || !check_known_runtime(outfit->pool, error)) {
        return FALSE;
    }
    const WorkerAsk ask = {
        .request = request,
        .fd = fd,
        .expected = expected,
        .prepare = fit_out,
        .data = (gpointer)outfit,
        .cancellable = cancellable,
    };
    gboolean answered = worker_pool_ask(outfit->pool->workers, &ask, ret_reply, &local);
    if (answered) {
        return TRUE;
    }
    if (check_known_problems(outfit, NULL)) {
        keep_no_runtime(outfit->pool, outfit->set, local);
    }
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
}

char *vision_pool_runtime(VisionPool *pool, GError **error)
{
    {
        LOCK_UNTIL_END(&pool->lock);
        if (pool->runtime) {
            return g_strdup(pool->runtime);
        }
    }
    g_autoptr(ModelSet) set = vision_pool_models(pool);
    const Outfit outfit = {pool, set, 0};
    const WorkerRequest request = {.operation = WORKER_RUNTIME};
    g_auto(WorkerReply) reply = {0};
    if (!ask_with(&outfit, &request, -1, FRAME_TEXT, NULL, &reply, error)) {
        return NULL;
    }
    LOCK_UNTIL_END(&pool->lock);
    if (pool->set == set) {
        g_free(pool->runtime);
        pool->runtime = g_strdup(reply.text);
    }
    return g_steal_pointer(&reply.text);
}

gboolean vision_pool_can(VisionPool *pool, ModelSet *set, int tasks, GCancellable *cancellable,
                         int *ret_tasks, GError **error)
{
    tasks &= model_set_tasks(set);
    *ret_tasks = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(tasks_in_turn); i++) {
        VisionTask task = tasks_in_turn[i];
        const Outfit outfit = {pool, set, purposes_of(task)};
        g_auto(WorkerReply) reply = {0};
        g_autoptr(GError) failure = NULL;
        if (!(tasks & task)) {
            continue;
        }
        if (ask_with(&outfit, NULL, -1, FRAME_TEXT, cancellable, &reply, &failure)) {
            *ret_tasks |= task;
        } else if (check_known_problems(&outfit, NULL)) { /* it is no model's */
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return TRUE;
}

char *vision_pool_problem(VisionPool *pool, VisionTask task)
{
    g_autoptr(ModelSet) set = vision_pool_models(pool);
    g_autoptr(GError) error = NULL;
    const char *problem = model_set_task_problem(set, task);
    const Outfit outfit = {pool, set, purposes_of(task)};
    if (problem) {
        return g_strdup(problem);
    }
    if (!check_known_problems(&outfit, &error) || !check_known_runtime(pool, &error)) {
        return g_strdup(error->message);
    }
    return NULL;
}

/* Findings of another picture, or of other tasks, are nonsense that only the asker can see. */
static gboolean check_answer(const WorkerReply *reply, const VisionPicture *picture, int tasks,
                             GError **error)
{
    if (reply->findings->tasks != tasks) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED,
                            "the worker process answered something else than it was asked");
        return FALSE;
    }
    if (reply->width != picture->width || reply->height != picture->height) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "the picture has another size than it had");
        return FALSE;
    }
    return TRUE;
}

VisionFindings *vision_pool_analyse(VisionPool *pool, ModelSet *set, const VisionPicture *picture,
                                    int tasks, GCancellable *cancellable, GError **error)
{
    g_return_val_if_fail(tasks && !(tasks & ~ALL_TASKS), NULL);
    const Outfit outfit = {pool, set, purposes_of(tasks)};
    const WorkerRequest request = {
        .operation = WORKER_ANALYSE, .name = (char *)picture->name, .tasks = tasks};
    g_auto(WorkerReply) reply = {0};
    return ask_with(&outfit, &request, picture->fd, FRAME_FINDINGS, cancellable, &reply, error) &&
                   check_answer(&reply, picture, tasks, error)
               ? g_steal_pointer(&reply.findings)
               : NULL;
}

VisionFace *vision_pool_face(VisionPool *pool, const VisionPicture *picture, const VisionBox *box,
                             GCancellable *cancellable, GError **error)
{
    g_autoptr(ModelSet) set = vision_pool_models(pool);
    const Outfit outfit = {pool, set, FACE_MODELS};
    const WorkerRequest request = {
        .operation = WORKER_FACE, .name = (char *)picture->name, .box = *box};
    g_auto(WorkerReply) reply = {0};
    if (!ask_with(&outfit, &request, picture->fd, FRAME_FINDINGS, cancellable, &reply, error) ||
        !check_answer(&reply, picture, VISION_FACES, error)) {
        return NULL;
    }
    if (reply.findings->faces->len != 1) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED,
                            "the worker process answered something else than it was asked");
        return NULL;
    }
    return g_ptr_array_steal_index(reply.findings->faces, 0);
}

GArray *vision_pool_text(VisionPool *pool, const char *text, GCancellable *cancellable,
                         GError **error)
{
    if (strlen(text) > LIMIT_WORDS_TEXT_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "a text to search for is at most %d bytes long", LIMIT_WORDS_TEXT_BYTES);
        return NULL;
    }
    g_autoptr(ModelSet) set = vision_pool_models(pool);
    if (!model_set_of(set, MODEL_TEXT_WORDS)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                            "no model that understands texts is installed");
        return NULL;
    }
    const Outfit outfit = {pool, set, TEXT_MODELS};
    const WorkerRequest request = {.operation = WORKER_TEXT, .text = (char *)text};
    g_auto(WorkerReply) reply = {0};
    if (!ask_with(&outfit, &request, -1, FRAME_FINDINGS, cancellable, &reply, error)) {
        return NULL;
    }
    if (!reply.findings->words) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED,
                            "the worker process answered something else than it was asked");
        return NULL;
    }
    return g_steal_pointer(&reply.findings->words);
}

GArray *vision_pool_pids(VisionPool *pool)
{
    return worker_pool_pids(pool->workers);
}
