/* The mesh of a face: is it one, and where are its parts. Family "facemesh". */
#pragma once

#include "vision/face_feed.h"
#include "vision/findings.h"

#define FACE_MESH_PIXELS 192
#define FACE_MESH_POINTS 468
#define FACE_MESH_LEAST  0.5F /* below, it is no face */
#define FACE_MESH_MARGIN 1.5F /* side of the piece over the face's */

/* Numbers of points of the mesh (MediaPipe's); right and left are the subject's. */
enum {
    MESH_FOREHEAD = 10,
    MESH_CHIN = 152,
    MESH_RIGHT_CHEEK = 234,
    MESH_LEFT_CHEEK = 454,
    MESH_RIGHT_EYE_OUTER = 33,
    MESH_RIGHT_EYE_INNER = 133,
    MESH_LEFT_EYE_INNER = 362,
    MESH_LEFT_EYE_OUTER = 263,
    MESH_NOSE = 4,
    MESH_MOUTH_RIGHT = 61,
    MESH_MOUTH_LEFT = 291,
};

typedef struct {
    Similarity map; /* from the levelled piece to the picture */
    float angle;    /* of the piece in the picture: radians, clockwise */
    float score;    /* that it is a face: 0..1 */
    float points[FACE_MESH_POINTS]
                [3]; /* pixels of the piece; the third is depth, from the viewer */
} FaceMesh;

gboolean face_mesh_check(const VisionSession *session, GError **error);

/* A square in the picture: of `side` a side, turned by `angle` (radians, clockwise). */
typedef struct {
    float x, y, side, angle; /* x, y: its middle */
} FaceSquare;

/* Looks at FACE_MESH_MARGIN times that square. */
gboolean face_mesh_look(const VisionSession *session, const Warp *warp, const FaceSquare *square,
                        FaceMesh *ret_mesh, GError **error);

/* In the picture: the square that the points fill, levelled by their eyes, for a second look; the
 * upright box round them; the five landmarks; and the angle of the line of the eyes (radians,
 * clockwise). */
FaceSquare face_mesh_square(const FaceMesh *mesh);
VisionBox face_mesh_box(const FaceMesh *mesh);
void face_mesh_landmarks(const FaceMesh *mesh, float ret_landmarks[VISION_LANDMARKS][2]);
float face_line_of_eyes(const float landmarks[VISION_LANDMARKS][2]);

/* Degrees, as findings.h tells them; NaN when the points do not span a face. */
void face_mesh_pose(const FaceMesh *mesh, float *ret_yaw, float *ret_pitch, float *ret_roll);
