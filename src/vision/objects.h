/* Finds objects: runs a detector on the whole picture and reads its boxes.
 *
 * Families:
 *   centernet  RGB 0..255, letterboxed; one output of 1 x n x 6: x1, y1, x2, y2 in pixels of the
 *              input, score, class.
 *   nanodet    BGR less a mean over a deviation, letterboxed; for strides 8, 16 and 32 an output of
 *              scores (1 x cells x classes, 0..1) and one of distances (1 x cells x 4 bins: left,
 *              top, right, bottom, each the expected bin of a softmax, times the stride, from the
 *              cell's middle). Generalized Focal Loss, Li and others 2020.
 *   yolo       YOLOv8 and after: RGB 0..1, stretched and sampled bilinearly unless "shape" says
 *              otherwise; one output of 1 x (4 + classes) x n: middle x, y, width, height in pixels
 *              of the input, then scores.
 *
 * Options: "labels" (a name for each class), "score" and "iou" (thresholds), "similar.output" and
 * "similar.mean" (vision/similar.h), and those of vision/fit.h. */
#pragma once

#include "vision/findings.h"
#include "vision/image.h"
#include "vision/options.h"
#include "vision/session.h"

typedef struct Objects Objects;

/* UNSUPPORTED when the session's inputs and outputs are not the family's, INVALID for options that
 * do not fit. Uses the session as long as it lives. */
Objects *objects_new(const VisionSession *session, const char *family, ModelOptions *options,
                     GError **error);
void objects_free(Objects *objects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Objects, objects_free)

/* Whether the same run tells what pictures look alike. */
gboolean objects_have_similar(const Objects *objects);

/* Puts into the findings what their tasks ask for: objects by falling score, and the vector.
 * CORRUPT when the model gave numbers that are none. */
gboolean objects_find(const Objects *objects, const VisionImage *image, VisionFindings *findings,
                      GError **error);
