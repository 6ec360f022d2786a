/* Which photos models have looked at: rows of table analysis. A photo waits for a task when it is
 * in the library (shown, or stacked behind one that is) and the model in use has not looked at its
 * content of today. What could not be looked at waits again only when the model or the content
 * changes, or when somebody asks for it. */
#pragma once

#include "base/hash.h"
#include "store/store.h"
#include "vision/findings.h"

/* What names the weights of each task (model_set_task_model), in the order of the bits of
 * VisionTask; NULL: the task cannot be done. */
typedef struct {
    const char *names[VISION_TASKS];
} AnalysisModels;

/* Ids (gint64) of the photos that wait for any of the tasks, the newest first; the caller's.
 * `retry_failed`: what failed waits too. */
GArray *analysis_pending(StoreTx *tx, const AnalysisModels *models, gboolean retry_failed,
                         GError **error);
/* Whether any waits. */
gboolean analysis_is_pending(StoreTx *tx, const AnalysisModels *models, gboolean *ret_pending,
                             GError **error);

/* A photo to be looked at. */
typedef struct {
    gint64 id;
    int tasks; /* that it waits for; 0: none any more */
    ContentHash content;
    char *source_path, *path; /* texts */
    gint64 file_bytes, modified_ns;
    gint64 width, height;
} AnalysisPhoto;

void analysis_photo_free(AnalysisPhoto *photo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AnalysisPhoto, analysis_photo_free)

/* Those of these ids that are in the library still; of AnalysisPhoto, in no order. */
GPtrArray *analysis_photos(StoreTx *tx, const AnalysisModels *models, gboolean retry_failed,
                           const gint64 *ids, gsize count, GError **error);

typedef struct {
    gint64 done, pending, failed;
} AnalysisCounts;

/* With `model` NULL: done is what any model has done, and the rest waits. */
gboolean analysis_count(StoreTx *tx, VisionTask task, const char *model, AnalysisCounts *ret_counts,
                        GError **error);
