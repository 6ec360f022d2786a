#include "vision/face_mesh.h"

#include <glib.h>
#include <math.h>

/* A flat face of 80 x 100 in the middle of the piece, turned in space: first up by `pitch`, then to
 * the subject's left by `yaw`, then clockwise by `roll` (degrees). */
static FaceMesh mesh_turned(double yaw, double pitch, double roll)
{
    static const struct {
        int point;
        double x, y;
    } places[] = {
        {MESH_FOREHEAD, 0, -50},
        {MESH_CHIN, 0, 50},
        {MESH_RIGHT_CHEEK, -40, 0},
        {MESH_LEFT_CHEEK, 40, 0},
        {MESH_RIGHT_EYE_OUTER, -30, -20},
        {MESH_RIGHT_EYE_INNER, -10, -20},
        {MESH_LEFT_EYE_INNER, 10, -20},
        {MESH_LEFT_EYE_OUTER, 30, -20},
        {MESH_NOSE, 0, 0},
        {MESH_MOUTH_RIGHT, -15, 25},
        {MESH_MOUTH_LEFT, 15, 25},
    };
    const double y = yaw * G_PI / 180, p = pitch * G_PI / 180, r = roll * G_PI / 180;
    FaceMesh mesh = {.map = {.a = 1}, .score = 1};
    for (int i = 0; i < FACE_MESH_POINTS; i++) {
        mesh.points[i][0] = mesh.points[i][1] = FACE_MESH_PIXELS / 2;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        /* looking up moves the chin towards the viewer (less depth) */
        const double high = places[i].y * cos(p), depth = -places[i].y * sin(p);
        /* looking to the subject's left, which is the picture's right, takes that side away */
        const double wide = places[i].x * cos(y) - depth * sin(y);
        const double far = places[i].x * sin(y) + depth * cos(y);
        float *point = mesh.points[places[i].point];
        point[0] = (float)(wide * cos(r) - high * sin(r)) + FACE_MESH_PIXELS / 2;
        point[1] = (float)(wide * sin(r) + high * cos(r)) + FACE_MESH_PIXELS / 2;
        point[2] = (float)far;
    }
    return mesh;
}

static void test_pose(void)
{
    static const double poses[][3] = {{0, 0, 0},   {30, 0, 0}, {-40, 0, 0}, {0, 20, 0},
                                      {0, -25, 0}, {0, 0, 35}, {0, 0, -60}, {25, 15, 40}};
    for (gsize i = 0; i < G_N_ELEMENTS(poses); i++) {
        const FaceMesh mesh = mesh_turned(poses[i][0], poses[i][1], poses[i][2]);
        float yaw, pitch, roll;
        face_mesh_pose(&mesh, &yaw, &pitch, &roll);
        g_assert_cmpfloat_with_epsilon(yaw, poses[i][0], 0.1);
        g_assert_cmpfloat_with_epsilon(pitch, poses[i][1], 0.1);
        g_assert_cmpfloat_with_epsilon(roll, poses[i][2], 0.1);
    }
    /* What the piece itself is turned by counts too, and a whole turn is none. */
    FaceMesh mesh = mesh_turned(10, 5, 20);
    mesh.angle = (float)G_PI;
    float yaw, pitch, roll;
    face_mesh_pose(&mesh, &yaw, &pitch, &roll);
    g_assert_cmpfloat_with_epsilon(roll, -160, 0.1);
    g_assert_cmpfloat_with_epsilon(yaw, 10, 0.1);
}

static void test_no_pose(void)
{
    const FaceMesh point = {.map = {.a = 1}};
    float yaw, pitch, roll;
    face_mesh_pose(&point, &yaw, &pitch, &roll);
    g_assert_true(isnan(yaw) && isnan(pitch) && isnan(roll));
}

static void test_places(void)
{
    FaceMesh mesh = mesh_turned(0, 0, 0);
    mesh.map = (Similarity){.a = 2, .x = 100, .y = 10};
    float landmarks[VISION_LANDMARKS][2];
    face_mesh_landmarks(&mesh, landmarks);
    g_assert_cmpfloat_with_epsilon(landmarks[0][0], 100 + 2 * (96 - 20), 1e-3);
    g_assert_cmpfloat_with_epsilon(landmarks[1][1], 10 + 2 * (96 - 20), 1e-3);
    g_assert_cmpfloat_with_epsilon(landmarks[4][0], 100 + 2 * (96 + 15), 1e-3);
    g_assert_cmpfloat_with_epsilon(face_line_of_eyes((const float(*)[2])landmarks), 0, 1e-4);
    const VisionBox box = face_mesh_box(&mesh);
    g_assert_cmpfloat_with_epsilon(box.x1, 100 + 2 * (96 - 40), 1e-3);
    g_assert_cmpfloat_with_epsilon(box.y2, 10 + 2 * (96 + 50), 1e-3);
    const FaceSquare square = face_mesh_square(&mesh);
    g_assert_cmpfloat_with_epsilon(square.side, 200, 1e-3);
    g_assert_cmpfloat_with_epsilon(square.x, 100 + 2 * 96, 1e-3);
    const FaceMesh turned = mesh_turned(0, 0, 30);
    g_assert_cmpfloat_with_epsilon(face_mesh_square(&turned).angle, G_PI / 6, 1e-3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/face_mesh/pose", test_pose);
    g_test_add_func("/vision/face_mesh/no-pose", test_no_pose);
    g_test_add_func("/vision/face_mesh/places", test_places);
    return g_test_run();
}
