/* How a face must lie for each family of vectors. */
#pragma once

#include "vision/findings.h"
#include "vision/warp.h"

typedef struct {
    int pixels; /* of the square's side */
    float points[VISION_LANDMARKS][2];
} FaceTemplate;

extern const FaceTemplate face_template_resnet;  /* 150 pixels, dlib's proportions */
extern const FaceTemplate face_template_arcface; /* 112 pixels */

/* The way from the template's square to the picture that the landmarks lie in. FALSE when they are
 * one point, or a number is none. */
gboolean face_align(const FaceTemplate *to, const float landmarks[VISION_LANDMARKS][2],
                    Similarity *ret_map);
