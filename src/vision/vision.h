/* The loaded models of a process, and what they see on a picture. Not thread safe: one for each
 * worker. */
#pragma once

#include "vision/findings.h"
#include "vision/image.h"
#include "vision/model.h"
#include "vision/session.h"

typedef struct Vision Vision;

/* Nothing is loaded yet. Keeps a reference to the runtime. */
Vision *vision_new(VisionRuntime *runtime);
void vision_free(Vision *vision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Vision, vision_free)

/* Takes a model in place of the one the purpose had: `contents` is the file, `options` the JSON of
 * its manifest. UNSUPPORTED, naming what does not fit, when its inputs and outputs are not those of
 * the family; the one before stays then. */
gboolean vision_load(Vision *vision, ModelPurpose purpose, const char *family, const char *options,
                     GBytes *contents, GError **error);
/* Forgets the model of a purpose. */
void vision_drop(Vision *vision, ModelPurpose purpose);

/* Does the tasks asked for. UNAVAILABLE when a model for one is not loaded. CORRUPT when a model
 * gave numbers that are none (NaN): what a picture shows is then not known. */
VisionFindings *vision_analyse(Vision *vision, const VisionImage *image, int tasks, GError **error);

/* A face that a user drew: its vector and landmarks from a box; the vector is NULL when the
 * models see no face in it. */
VisionFace *vision_describe_face(Vision *vision, const VisionImage *image, const VisionBox *box,
                                 GError **error);

/* The vector of a text in the space of VISION_WORDS; of float, length 1. */
GArray *vision_text_vector(Vision *vision, const char *text, GError **error);
