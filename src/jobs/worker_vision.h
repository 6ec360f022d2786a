/* The worker's side of models: pictures decoded for them, their findings made ready to be told. */
#pragma once

#include "vision/vision.h"

/* What of the models works in this worker. */
typedef struct WorkerVision WorkerVision;

/* Loads the runtime; before the sandbox closes. `path` NULL: the system's. UNAVAILABLE. */
WorkerVision *worker_vision_new(const char *path, GError **error);
const char *worker_vision_runtime(gpointer vision);

/* Findings are in whole pixels of the upright original, whose size goes to ret_width, ret_height;
 * faces have their crops as JPEG. */
typedef struct {
    int width, height;
} WorkerSize;

gboolean worker_vision_load(gpointer vision, ModelPurpose purpose, const char *family,
                            const char *options, GBytes *contents, GError **error);
void worker_vision_drop(gpointer vision, ModelPurpose purpose);
VisionFindings *worker_vision_analyse(gpointer vision, int fd, const char *name, int tasks,
                                      WorkerSize *ret_size, GError **error);
/* One face: the one in `box`, which a person drew. */
VisionFindings *worker_vision_face(gpointer vision, int fd, const char *name, const VisionBox *box,
                                   WorkerSize *ret_size, GError **error);
VisionFindings *worker_vision_text(gpointer vision, const char *text, GError **error);

/* The picture of the face in `box`: what worker_vision_analyse puts beside a face in the same box.
 * Needs no models. */
GBytes *worker_vision_crop(int fd, const char *name, const VisionBox *box, GError **error);
