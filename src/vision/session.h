/* One neural network, loaded: ONNX Runtime behind a small face. The only file that knows the
 * runtime's C API is session.c.
 *
 * The runtime is loaded with dlopen and is one more file among the models: without it nothing here
 * works and everything else does. One thread each, spinning off. A session may be run from several
 * threads. Lives in worker processes, and where a text is turned into a vector for a search.
 *
 * Errors: UNAVAILABLE (no runtime, or too old), CORRUPT (a file that is no model, or truncated),
 * UNSUPPORTED (a model whose inputs or outputs are not what its purpose needs), INTERNAL. */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct VisionRuntime VisionRuntime;
typedef struct VisionSession VisionSession;

/* Loads the runtime's library by its path; NULL: whatever the system's own loader finds as
 * libonnxruntime.so.1. Before a sandbox closes. */
VisionRuntime *vision_runtime_load(const char *path, GError **error);
VisionRuntime *vision_runtime_ref(VisionRuntime *runtime);
void vision_runtime_unref(VisionRuntime *runtime);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VisionRuntime, vision_runtime_unref)
const char *vision_runtime_version(const VisionRuntime *runtime); /* "1.29.0" */

/* Runs a network of one node on it: whether the functions lie where we call them. UNAVAILABLE. */
gboolean vision_runtime_try(VisionRuntime *runtime, GError **error);

#define VISION_TENSOR_RANK 8

/* VISION_OTHER: bytes, half floats, no tensor at all: such a model loads, and what is there cannot
 * be read or fed. */
typedef enum { VISION_FLOAT, VISION_INT64, VISION_INT32, VISION_OTHER } VisionElement;

/* An input or output as the model states it; -1 for a size that is open. */
typedef struct {
    char *name;
    VisionElement element;
    int rank;
    gint64 shape[VISION_TENSOR_RANK];
} VisionPort;

/* `model` holds the whole file (a mapping of it, say) and is not needed afterwards. */
VisionSession *vision_session_new(VisionRuntime *runtime, GBytes *model, GError **error);
void vision_session_free(VisionSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VisionSession, vision_session_free)

/* The session's own. */
const VisionPort *vision_session_inputs(const VisionSession *session, gsize *ret_count);
const VisionPort *vision_session_outputs(const VisionSession *session, gsize *ret_count);
/* NULL when there is none of that name. */
const VisionPort *vision_session_output(const VisionSession *session, const char *name);

/* Dense values, row by row. */
typedef struct {
    VisionElement element;
    int rank;
    gint64 shape[VISION_TENSOR_RANK];
    gsize count; /* of elements; 0 when they cannot be read */
    union {
        const float *floats;
        const gint64 *int64s;
        const gint32 *int32s;
    };
} VisionTensor;

/* What a run gave; the tensors live as long as it, and it no longer than its session. */
typedef struct VisionResult VisionResult;
void vision_result_free(VisionResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VisionResult, vision_result_free)

/* `inputs` in the order of vision_session_inputs; all outputs are computed. */
VisionResult *vision_session_run(const VisionSession *session, const VisionTensor *inputs,
                                 gsize input_count, GError **error);
/* By its place among the outputs, or by its name; NULL when there is none. Values may be NaN: who
 * reads them checks. */
const VisionTensor *vision_result_at(const VisionResult *result, gsize index);
const VisionTensor *vision_result_named(const VisionResult *result, const char *name);
