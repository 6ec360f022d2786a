#include "jobs/analyse.h"

#include "base/beneath.h"
#include "base/limits.h"
#include "base/lock.h"
#include "base/path_text.h"
#include "jobs/scan_writer.h"
#include "jobs/walk.h"
#include "library/analysis.h"
#include "library/findings.h"
#include "library/people_group.h"

#include <string.h>
#include <unistd.h>

/* What came of a photo; NULL findings and no failure: it is passed over. */
typedef struct {
    const AnalysisPhoto *photo;
    int tasks;
    VisionFindings *findings;
    char *failure;
} Look;

typedef struct {
    const AnalyseOptions *options;
    ModelSet *set;
    int tasks; /* that can be done */
    AnalysisModels models;
    char *vector_model;
    GMutex lock;
    GCancellable *cancellable; /* the caller's, or when going on is of no use */
    GError *broken;            /* why */
    AnalyseProgress progress;
} Analysis;

static void look_clear(Look *look)
{
    g_clear_pointer(&look->findings, vision_findings_free);
    g_free(look->failure);
}

/* Looking */

/* -1 when the file is not there any more, or is not the one that the library knows: a scan's
 * business. */
static int open_photo(const AnalysisPhoto *photo)
{
    g_autofree char *source = path_from_text(photo->source_path);
    g_autofree char *path = path_from_text(photo->path);
    const char *relative = source && path ? beneath_relative(source, path) : NULL;
    int fd = relative ? beneath_open(source, relative, NULL) : -1;
    if (fd >= 0 && !walk_check_file(fd, photo->file_bytes, photo->modified_ns, NULL)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Whether a failure is the picture's own, to be remembered. */
static gboolean is_the_pictures_own(const GError *failure)
{
    switch ((AlbumenError)failure->code) {
    case ALBUMEN_ERROR_CANCELLED:
    case ALBUMEN_ERROR_CONFLICT: /* another picture by now */
    case ALBUMEN_ERROR_NOT_FOUND:
    case ALBUMEN_ERROR_UNAVAILABLE:
    case ALBUMEN_ERROR_BUSY:
        return FALSE;
    default:
        return TRUE;
    }
}

/* Takes the error. */
static void give_up(Analysis *analysis, GError *error)
{
    LOCK_UNTIL_END(&analysis->lock);
    if (analysis->broken) {
        g_error_free(error);
    } else {
        analysis->broken = error;
    }
    g_cancellable_cancel(analysis->cancellable);
}

static void look_open(Analysis *analysis, Look *look, int fd)
{
    const AnalysisPhoto *photo = look->photo;
    g_autofree char *bytes = path_from_text(photo->path);
    g_autofree char *name = g_path_get_basename(bytes);
    const VisionPicture picture = {
        .fd = fd, .name = name, .width = photo->width, .height = photo->height};
    GError *failure = NULL;
    look->findings = vision_pool_analyse(analysis->options->vision, analysis->set, &picture,
                                         look->tasks, analysis->cancellable, &failure);
    if (!walk_check_file(fd, photo->file_bytes, photo->modified_ns, NULL)) {
        g_clear_pointer(&look->findings, vision_findings_free); /* it was being written */
        g_clear_error(&failure);
    } else if (failure && is_the_pictures_own(failure)) {
        look->failure = g_strdup(failure->message);
        g_clear_error(&failure);
    } else if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE)) {
        give_up(analysis, failure);
        failure = NULL;
    }
    g_clear_error(&failure);
}

static void count(Analysis *analysis, const Look *look)
{
    LOCK_UNTIL_END(&analysis->lock);
    analysis->progress.done += look->findings != NULL;
    analysis->progress.failed += look->failure != NULL;
    analysis->progress.pending -= analysis->progress.pending > 0;
    if (analysis->options->report) {
        analysis->options->report(&analysis->progress, analysis->options->report_data);
    }
}

/* Runs on a thread of the batch. */
static void run_look(gpointer data, gpointer user_data)
{
    Analysis *analysis = user_data;
    Look *look = data;
    int fd = look->tasks && !g_cancellable_is_cancelled(analysis->cancellable)
                 ? open_photo(look->photo)
                 : -1;
    if (fd >= 0) {
        look_open(analysis, look, fd);
        close(fd);
    }
    if (!g_cancellable_is_cancelled(analysis->cancellable)) {
        count(analysis, look);
    }
}

/* Keeping */

typedef struct {
    const Analysis *analysis;
    GArray *looks;
    GArray *faced; /* ids of photos with faces, kept */
} Batch;

static PhotoFindings row_of(const Analysis *analysis, const Look *look)
{
    PhotoFindings row = {
        .photo_id = look->photo->id,
        .content = look->photo->content,
        .tasks = look->tasks,
        .vector_model = analysis->vector_model,
        .findings = look->findings,
        .failure = look->failure,
    };
    memcpy(row.names, analysis->models.names, sizeof(row.names));
    return row;
}

static gboolean is_told(const Look *look)
{
    return look->findings || look->failure;
}

static gboolean write_batch(StoreTx *tx, gpointer data, GError **error)
{
    Batch *batch = data;
    g_array_set_size(batch->faced, 0);
    if (!library_touch(tx, error)) {
        return FALSE;
    }
    for (guint i = 0; i < batch->looks->len; i++) {
        const Look *look = &g_array_index(batch->looks, Look, i);
        const PhotoFindings row = row_of(batch->analysis, look);
        gboolean stored = FALSE;
        if (is_told(look) && !findings_store(tx, &row, &stored, error)) {
            return FALSE;
        }
        if (stored && look->findings && look->findings->faces->len > 0) {
            g_array_append_val(batch->faced, look->photo->id);
        }
    }
    return TRUE;
}

static gboolean store_crops(const Batch *batch, guint *ret_told, GError **error)
{
    *ret_told = 0;
    for (guint i = 0; i < batch->looks->len; i++) {
        const Look *look = &g_array_index(batch->looks, Look, i);
        const PhotoFindings row = row_of(batch->analysis, look);
        *ret_told += is_told(look);
        if (!findings_store_crops(batch->analysis->options->library, &row, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    gint64 one = ((const Look *)a)->photo->id, other = ((const Look *)b)->photo->id;
    return one < other ? -1 : one > other;
}

/* In the order of the ids, so that two processes lock the same rows in the same order. */
static gboolean store_batch(const Analysis *analysis, GArray *looks, GError **error)
{
    g_autoptr(GArray) faced = g_array_new(FALSE, FALSE, sizeof(gint64));
    Batch batch = {analysis, looks, faced};
    guint told = 0;
    g_array_sort(looks, compare_ids);
    if (!store_crops(&batch, &told, error)) {
        return FALSE;
    }
    Library *library = analysis->options->library;
    return told == 0 ||
           (scan_write(library, write_batch, &batch, error) &&
            (faced->len == 0 || people_group_new(library, (const gint64 *)(gpointer)faced->data,
                                                 faced->len, NULL, error)));
}

/* Batches */

static GPtrArray *read_batch(const Analysis *analysis, const gint64 *ids, gsize count_of_ids,
                             GError **error)
{
    const AnalyseOptions *options = analysis->options;
    g_autoptr(StoreTx) tx = store_read(library_store(options->library), error);
    return tx ? analysis_photos(tx, &analysis->models, options->retry_failed, ids, count_of_ids,
                                error)
              : NULL;
}

static GArray *look_at(Analysis *analysis, const GPtrArray *photos)
{
    GArray *looks = g_array_sized_new(FALSE, TRUE, sizeof(Look), photos->len);
    g_array_set_clear_func(looks, (GDestroyNotify)look_clear);
    g_array_set_size(looks, photos->len);
    GThreadPool *threads = g_thread_pool_new(
        run_look, analysis, vision_pool_size(analysis->options->vision), FALSE, NULL);
    for (guint i = 0; i < photos->len; i++) {
        Look *look = &g_array_index(looks, Look, i);
        look->photo = g_ptr_array_index(photos, i);
        look->tasks = look->photo->tasks & analysis->tasks;
        g_thread_pool_push(threads, look, NULL);
    }
    g_thread_pool_free(threads, FALSE, TRUE);
    return looks;
}

/* What was seen is kept also when the analysis is to stop. */
static gboolean run_batch(Analysis *analysis, const gint64 *ids, gsize count_of_ids, GError **error)
{
    g_autoptr(GPtrArray) photos = read_batch(analysis, ids, count_of_ids, error);
    g_autoptr(GArray) looks = photos ? look_at(analysis, photos) : NULL;
    return looks && store_batch(analysis, looks, error);
}

/* Passes */

static GArray *read_pending(const Analysis *analysis, GError **error)
{
    const AnalyseOptions *options = analysis->options;
    g_autoptr(StoreTx) tx = store_read(library_store(options->library), error);
    return tx ? analysis_pending(tx, &analysis->models, options->retry_failed, error) : NULL;
}

static void name_models(const ModelSet *set, int tasks, AnalysisModels *ret_models)
{
    for (int i = 0; i < VISION_TASKS; i++) {
        VisionTask task = (VisionTask)(1 << i);
        ret_models->names[i] = tasks & task ? model_set_task_model(set, task) : NULL;
    }
}

static gboolean take_models(Analysis *analysis, GError **error)
{
    const AnalyseOptions *options = analysis->options;
    g_clear_pointer(&analysis->set, model_set_unref);
    g_clear_pointer(&analysis->vector_model, g_free);
    vision_pool_look(options->vision);
    analysis->set = vision_pool_models(options->vision);
    analysis->vector_model = vision_face_vector_model(analysis->set);
    if (!vision_pool_can(options->vision, analysis->set, options->tasks, analysis->cancellable,
                         &analysis->tasks, error)) {
        return FALSE;
    }
    name_models(analysis->set, analysis->tasks, &analysis->models);
    return TRUE;
}

static gboolean models_changed(const Analysis *analysis)
{
    vision_pool_look(analysis->options->vision);
    g_autoptr(ModelSet) set = vision_pool_models(analysis->options->vision);
    return set != analysis->set;
}

/* All that waits for the models of now. *ret_again: they changed before the end. */
static gboolean run_pass(Analysis *analysis, gboolean *ret_again, GError **error)
{
    *ret_again = FALSE;
    if (!take_models(analysis, error)) {
        return FALSE;
    }
    g_autoptr(GArray) ids = read_pending(analysis, error);
    if (!ids) {
        return FALSE;
    }
    analysis->progress.pending = ids->len;
    for (guint at = 0; at < ids->len && !g_cancellable_is_cancelled(analysis->cancellable);) {
        guint size = MIN(ids->len - at, LIMIT_SCAN_BATCH_PHOTOS);
        if (models_changed(analysis)) {
            *ret_again = TRUE;
            return TRUE;
        }
        if (!run_batch(analysis, &g_array_index(ids, gint64, at), size, error)) {
            return FALSE;
        }
        at += size;
    }
    return TRUE;
}

static void cancel_other(GCancellable *cancelled, gpointer other)
{
    g_cancellable_cancel(other);
}

static gboolean run_passes(Analysis *analysis, GError **error)
{
    gboolean again = TRUE;
    while (again) {
        if (!run_pass(analysis, &again, error)) {
            return FALSE;
        }
    }
    if (analysis->broken) {
        g_propagate_error(error, g_steal_pointer(&analysis->broken));
        return FALSE;
    }
    if (g_cancellable_is_cancelled(analysis->cancellable)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED,
                            "the analysis was stopped; the next one goes on from here");
        return FALSE;
    }
    return TRUE;
}

gboolean analyse_run(const AnalyseOptions *options, AnalyseProgress *ret_progress, GError **error)
{
    Analysis analysis = {.options = options, .cancellable = g_cancellable_new()};
    gulong link = options->cancellable
                      ? g_cancellable_connect(options->cancellable, G_CALLBACK(cancel_other),
                                              analysis.cancellable, NULL)
                      : 0;
    g_mutex_init(&analysis.lock);
    gboolean done = run_passes(&analysis, error);
    g_cancellable_disconnect(options->cancellable, link);
    *ret_progress = analysis.progress;
    g_mutex_clear(&analysis.lock);
    g_clear_error(&analysis.broken);
    g_clear_pointer(&analysis.set, model_set_unref);
    g_free(analysis.vector_model);
    g_object_unref(analysis.cancellable);
    return done;
}

gboolean analyse_is_pending(Library *library, VisionPool *vision, gboolean *ret_pending,
                            GError **error)
{
    g_autoptr(ModelSet) set = vision_pool_models(vision);
    int tasks = model_set_tasks(set);
    AnalysisModels models;
    *ret_pending = FALSE;
    if (!tasks) {
        return TRUE;
    }
    name_models(set, tasks, &models);
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    return tx && analysis_is_pending(tx, &models, ret_pending, error);
}
