/* How far eyes are open. Family "iris". */
#pragma once

#include "vision/face_mesh.h"

#define FACE_EYE_PIXELS 64
#define FACE_EYE_POINTS 76

gboolean face_eyes_check(const VisionSession *session, GError **error);

/* The mean openness of both eyes (findings.h); NaN when an eye has no width. */
gboolean face_eyes_look(const VisionSession *session, const Warp *warp, const FaceMesh *mesh,
                        float *ret_openness, GError **error);

/* Height over width of one opening, from the model's 76 points x, y, z. NaN without a width. */
float face_eye_openness(const float *points);
