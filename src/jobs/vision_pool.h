/* Worker processes that have models, and which models these are.
 *
 * A pool of its own beside the one that decodes: its workers load ONNX Runtime before their sandbox
 * closes, run at a lower priority, and end when they have been idle for a while, for models take
 * memory. A worker gets a model when it first needs it, and another one in its place when another
 * one is in use by then. Thread safe; requests wait and fail as those of jobs/worker_pool.h.
 *
 * A model that does not load (truncated, not what its purpose needs), or no runtime, is no
 * picture's fault: what needs it fails with UNAVAILABLE and a sentence that names it, at once,
 * until the models change. */
#pragma once

#include "jobs/worker_pool.h"
#include "vision/model.h"

typedef struct VisionPool VisionPool;

/* `models` is the folder of models, which need not exist. Starts nothing yet. `program` and
 * `workers` as of worker_pool_new. */
VisionPool *vision_pool_new(const char *program, int workers, const char *models);
void vision_pool_free(VisionPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VisionPool, vision_pool_free)

int vision_pool_size(const VisionPool *pool);
const char *vision_pool_folder(const VisionPool *pool);

/* Looks at the folder; TRUE when its models are not those they were. Also ends workers that are
 * idle for LIMIT_VISION_IDLE_SECONDS. To be called every few seconds. */
gboolean vision_pool_look(VisionPool *pool);

/* The models as of the last look; the caller's reference. */
ModelSet *vision_pool_models(VisionPool *pool);

/* The runtime's version, and NULL with why there is none. Starts a worker the first time. Owned by
 * the caller. */
char *vision_pool_runtime(VisionPool *pool, GError **error);

/* Those of `tasks` that can be done with the models of `set`: loads them into a worker to see.
 * UNAVAILABLE or CANCELLED when none can be asked at all; no task at all is no error. */
gboolean vision_pool_can(VisionPool *pool, ModelSet *set, int tasks, GCancellable *cancellable,
                         int *ret_tasks, GError **error);
/* Why a task is known not to work, for a person; NULL: nothing is known against it. Starts nothing.
 * Owned by the caller. */
char *vision_pool_problem(VisionPool *pool, VisionTask task);
char *vision_pool_model_problem(VisionPool *pool, const Model *model); /* likewise */

/* A picture to look at: its open file, and the upright size that the library knows. */
typedef struct {
    int fd;
    const char *name; /* the file's own, any bytes */
    gint64 width, height;
} VisionPicture;

/* With the models of `set`, be they today's or not, so that the caller knows whose findings they
 * are. CORRUPT, UNSUPPORTED, TOO_LARGE, CRASHED, TIMEOUT are the picture's; CONFLICT: it is not of
 * the size that was said. */
VisionFindings *vision_pool_analyse(VisionPool *pool, ModelSet *set, const VisionPicture *picture,
                                    int tasks, GCancellable *cancellable, GError **error);
/* The face in a box that a person drew (pixels of the upright original). */
VisionFace *vision_pool_face(VisionPool *pool, const VisionPicture *picture, const VisionBox *box,
                             GCancellable *cancellable, GError **error);
/* The vector of a text in the space of VISION_WORDS; of float. */
GArray *vision_pool_text(VisionPool *pool, const char *text, GCancellable *cancellable,
                         GError **error);

/* Whether the model is what the set uses for its purpose. */
gboolean vision_is_in_use(const ModelSet *set, const Model *model);

/* For face.vector_model; NULL: there is none. Owned by the caller. */
char *vision_face_vector_model(const ModelSet *set);

/* Process ids of the workers alive now; owned by the caller. */
GArray *vision_pool_pids(VisionPool *pool); /* of pid_t */
