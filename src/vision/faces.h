/* Faces on a picture: found, verified, measured, turned into vectors. docs/internals/faces.md tells
 * the way and where its numbers come from.
 *
 * Widths of faces count in pixels of the VisionImage, for these are all that the models see; an
 * image of 1280 pixels or more on its long side (if the original has them) loses nothing. */
#pragma once

#include "base/error.h"
#include "vision/findings.h"
#include "vision/image.h"
#include "vision/model.h"
#include "vision/session.h"

/* A loaded model of one of the purposes below; a NULL session: none. The maker's. */
typedef struct {
    const char *family;
    const VisionSession *session;
} FaceModel;

/* Only the detector must be there. Without the mesh nothing verifies what it found, and poses are
 * not known; without the eyes' model openness is not known; without the last one vectors are NULL.
 */
typedef struct {
    FaceModel detector; /* "blazeface", "scrfd" */
    FaceModel mesh;     /* "facemesh" */
    FaceModel eyes;     /* "iris" */
    FaceModel vector;   /* "face-resnet", "arcface" */
} FaceModels;

/* Whether a session has the inputs and outputs that the family is fed and read with. UNSUPPORTED,
 * naming what does not fit. */
gboolean face_model_check(ModelPurpose purpose, const FaceModel *model, GError **error);

/* A face is told from 2 % of the picture's long side and 12 pixels on, and gets a vector from 24.
 */
#define FACE_LEAST_SHARE         0.02F
#define FACE_LEAST_PIXELS        12
#define FACE_LEAST_VECTOR_PIXELS 24

/* Openness below which an eye counts as closed (findings.h). */
#define FACE_CLOSED_EYES 0.20F

/* The picture's faces, at most LIMIT_FACES_PER_PICTURE: those of the highest confidence; from left
 * to right. GPtrArray of VisionFace, the caller's. CORRUPT when a model gave numbers that are none.
 */
GPtrArray *faces_find(const FaceModels *models, const VisionImage *image, GError **error);

/* A face in a box that a person drew (pixels of the original): box and confidence (NaN) stay as
 * they are, and what the models see in the box is added. When they see no face there, landmarks are
 * NaN and there is no vector. INVALID when the box is empty or lies outside the picture. */
VisionFace *faces_describe(const FaceModels *models, const VisionImage *image, const VisionBox *box,
                           GError **error);
