#include "vision/face_mesh.h"

#include <math.h>

#define SCORE  "Identity_1"
#define POINTS "Identity_2"

static const FaceFeed mesh_feed = {.pixels = FACE_MESH_PIXELS, .minus = {0, 0, 0}, .over = 255};

gboolean face_mesh_check(const VisionSession *session, GError **error)
{
    return face_feed_check(session, FACE_MESH_PIXELS, error) &&
           face_port_has(session, SCORE, 1, error) &&
           face_port_has(session, POINTS, FACE_MESH_POINTS * 3, error);
}

gboolean face_mesh_look(const VisionSession *session, const Warp *warp, const FaceSquare *square,
                        FaceMesh *ret_mesh, GError **error)
{
    const Similarity map = similarity_square(square->x, square->y, FACE_MESH_MARGIN * square->side,
                                             square->angle, FACE_MESH_PIXELS);
    g_autoptr(VisionResult) result = face_feed_cut(session, &mesh_feed, warp, &map, error);
    if (result == NULL) {
        return FALSE;
    }
    const float *score = face_result_floats(result, SCORE, 1, error);
    const float *points =
        score == NULL ? NULL : face_result_floats(result, POINTS, FACE_MESH_POINTS * 3, error);
    if (points == NULL) {
        return FALSE;
    }
    ret_mesh->map = map;
    ret_mesh->angle = square->angle;
    ret_mesh->score = CLAMP(*score, 0.0F, 1.0F);
    for (int i = 0; i < FACE_MESH_POINTS; i++) {
        for (int axis = 0; axis < 3; axis++) {
            ret_mesh->points[i][axis] = points[i * 3 + axis];
        }
    }
    return TRUE;
}

/* The upright box round the points after a map. */
static VisionBox points_box(const FaceMesh *mesh, const Similarity *map)
{
    VisionBox box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int i = 0; i < FACE_MESH_POINTS; i++) {
        float at[2];
        similarity_apply(map, mesh->points[i], at);
        box.x1 = MIN(box.x1, at[0]);
        box.y1 = MIN(box.y1, at[1]);
        box.x2 = MAX(box.x2, at[0]);
        box.y2 = MAX(box.y2, at[1]);
    }
    return box;
}

VisionBox face_mesh_box(const FaceMesh *mesh)
{
    return points_box(mesh, &mesh->map);
}

FaceSquare face_mesh_square(const FaceMesh *mesh)
{
    const Similarity same = {.a = 1};
    const VisionBox box = points_box(mesh, &same);
    const float middle[2] = {(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2};
    float at[2], landmarks[VISION_LANDMARKS][2];
    similarity_apply(&mesh->map, middle, at);
    face_mesh_landmarks(mesh, landmarks);
    return (FaceSquare){
        .x = at[0],
        .y = at[1],
        .side = MAX(box.x2 - box.x1, box.y2 - box.y1) * hypotf(mesh->map.a, mesh->map.b),
        .angle = face_line_of_eyes(landmarks),
    };
}

void face_mesh_landmarks(const FaceMesh *mesh, float ret_landmarks[VISION_LANDMARKS][2])
{
    static const int points[VISION_LANDMARKS][2] = {
        {MESH_RIGHT_EYE_OUTER, MESH_RIGHT_EYE_INNER},
        {MESH_LEFT_EYE_INNER, MESH_LEFT_EYE_OUTER},
        {MESH_NOSE, MESH_NOSE},
        {MESH_MOUTH_RIGHT, MESH_MOUTH_RIGHT},
        {MESH_MOUTH_LEFT, MESH_MOUTH_LEFT},
    };
    for (int i = 0; i < VISION_LANDMARKS; i++) {
        const float *a = mesh->points[points[i][0]], *b = mesh->points[points[i][1]];
        const float middle[2] = {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2};
        similarity_apply(&mesh->map, middle, ret_landmarks[i]);
    }
}

float face_line_of_eyes(const float landmarks[VISION_LANDMARKS][2])
{
    return atan2f(landmarks[1][1] - landmarks[0][1], landmarks[1][0] - landmarks[0][0]);
}

static void point_difference(const float to[3], const float from[3], double ret_vector[3])
{
    for (int axis = 0; axis < 3; axis++) {
        ret_vector[axis] = (double)to[axis] - (double)from[axis];
    }
}

/* The face's own axes, cheek to cheek and forehead to chin, span its plane; what stands upright on
 * it is where the face looks. Depth grows away from the viewer, in the same unit as width. */
void face_mesh_pose(const FaceMesh *mesh, float *ret_yaw, float *ret_pitch, float *ret_roll)
{
    const double degrees = 180 / G_PI;
    double across[3], down[3];
    point_difference(mesh->points[MESH_LEFT_CHEEK], mesh->points[MESH_RIGHT_CHEEK], across);
    point_difference(mesh->points[MESH_CHIN], mesh->points[MESH_FOREHEAD], down);
    /* down x across: towards the viewer, so negative depth, for a face that looks at them */
    const double look[3] = {
        down[1] * across[2] - down[2] * across[1],
        down[2] * across[0] - down[0] * across[2],
        down[0] * across[1] - down[1] * across[0],
    };
    const double length = sqrt(look[0] * look[0] + look[1] * look[1] + look[2] * look[2]);
    if (!(length > 0)) {
        *ret_yaw = *ret_pitch = *ret_roll = NAN;
        return;
    }
    const double tilt = atan2(across[1], across[0]);
    const double level_x = look[0] * cos(tilt) + look[1] * sin(tilt);
    const double level_y = look[1] * cos(tilt) - look[0] * sin(tilt);
    *ret_yaw = (float)(atan2(level_x, -look[2]) * degrees);
    *ret_pitch = (float)(asin(CLAMP(-level_y / length, -1.0, 1.0)) * degrees);
    *ret_roll = (float)(remainder(tilt + (double)mesh->angle, 2 * G_PI) * degrees);
}
