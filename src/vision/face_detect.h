/* What a face detector's raw numbers mean. Pure functions: the models are run elsewhere. */
#pragma once

#include "base/error.h"
#include "vision/findings.h"
#include "vision/session.h"

#include <glib.h>

/* Coordinates are pixels of the detector's input, until they are mapped onto the picture. */
typedef struct {
    VisionBox box;
    float score; /* 0..1 */
    float landmarks[VISION_LANDMARKS][2];
    guint number; /* the caller's own */
} FaceCandidate;

#define FACE_LEAST_SCORE 0.5F

/* Appends to `ret_candidates` (of FaceCandidate) what reached FACE_LEAST_SCORE. CORRUPT when a
 * score or a kept candidate's number is none. */

/* blazeface-back: 896 anchors on 256 x 256 pixels. Its mouth is one point: both corners are that.
 */
#define BLAZEFACE_PIXELS  256
#define BLAZEFACE_ANCHORS 896
gboolean blazeface_decode(const VisionResult *result, GArray *ret_candidates, GError **error);
gboolean blazeface_check(const VisionSession *session, GError **error);

/* The same from the numbers themselves; `first` is the number of the first anchor. */
gboolean blazeface_decode_grid(const float *scores, const float *boxes, int first, int count,
                               GArray *ret_candidates, GError **error);

/* SCRFD with landmarks: strides 8, 16 and 32, two anchors a cell, for each stride a tensor of
 * scores, one of boxes and one of landmarks, told apart by their shapes. */
#define SCRFD_PIXELS   640 /* of the input, when the model leaves it open */
#define SCRFD_COARSEST 32  /* its coarsest stride */
gboolean scrfd_decode(const VisionResult *result, gsize outputs, int pixels, GArray *ret_candidates,
                      GError **error);
gboolean scrfd_check(const VisionSession *session, GError **error);

/* The same for one stride; `scores` holds count numbers, `boxes` four and `points` ten times as
 * many. */
gboolean scrfd_decode_stride(const float *scores, const float *boxes, const float *points,
                             int stride, int pixels, GArray *ret_candidates, GError **error);

/* Orders by falling score and drops whatever overlaps a better one: by intersection over union
 * above `most_union`, or by `most_share` of the smaller box or more (2: no matter how much). */
void face_candidates_suppress(GArray *candidates, float most_union, float most_share);
