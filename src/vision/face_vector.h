/* A face as numbers: near for the same person. Families "face-resnet" (Euclidean distance) and
 * "arcface" (cosine). */
#pragma once

#include "vision/face_feed.h"
#include "vision/findings.h"

gboolean face_vector_check(const char *family, const VisionSession *session, GError **error);

/* Array of float, as the model gives it, the caller's; NULL when the landmarks span no face.
 * CORRUPT when the model gave NaN, or a vector without length. */
gboolean face_vector_take(const char *family, const VisionSession *session, const Warp *warp,
                          const float landmarks[VISION_LANDMARKS][2], GArray **ret_vector,
                          GError **error);
