#include "vision/face_align.h"

#include <glib.h>
#include <math.h>

/* A face that lies exactly as the template, but turned, larger and elsewhere, comes back onto it.
 */
static void test_turned(void)
{
    const FaceTemplate *templates[] = {&face_template_resnet, &face_template_arcface};
    for (gsize i = 0; i < G_N_ELEMENTS(templates); i++) {
        const Similarity placed = similarity_square(400, 300, 333, 0.6F, templates[i]->pixels);
        float landmarks[VISION_LANDMARKS][2];
        for (int k = 0; k < VISION_LANDMARKS; k++) {
            similarity_apply(&placed, templates[i]->points[k], landmarks[k]);
        }
        Similarity map;
        g_assert_true(face_align(templates[i], (const float(*)[2])landmarks, &map));
        g_assert_cmpfloat_with_epsilon(map.a, placed.a, 1e-3F);
        g_assert_cmpfloat_with_epsilon(map.b, placed.b, 1e-3F);
        g_assert_cmpfloat_with_epsilon(map.x, placed.x, 0.1F);
        g_assert_cmpfloat_with_epsilon(map.y, placed.y, 0.1F);
    }
}

static void test_places(void)
{
    /* dlib's chip has the eyes' line above its middle, 0.5239 / 1.4 of its side apart. */
    const float(*points)[2] = face_template_resnet.points;
    g_assert_cmpfloat_with_epsilon(points[1][0] - points[0][0], 0.5239F / 1.4F * 150, 1e-3F);
    g_assert_cmpfloat_with_epsilon(points[0][1], points[1][1], 1e-4F);
    g_assert_cmpfloat_with_epsilon(points[3][1], 105.021F, 1e-2F);
}

static void test_no_face(void)
{
    Similarity map;
    const float point[VISION_LANDMARKS][2] = {{5, 5}, {5, 5}, {5, 5}, {5, 5}, {5, 5}};
    g_assert_false(face_align(&face_template_resnet, point, &map));
    const float none[VISION_LANDMARKS][2] = {{NAN, 5}, {6, 5}, {7, 5}, {8, 5}, {9, 5}};
    g_assert_false(face_align(&face_template_resnet, none, &map));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/face_align/turned", test_turned);
    g_test_add_func("/vision/face_align/places", test_places);
    g_test_add_func("/vision/face_align/no-face", test_no_face);
    return g_test_run();
}
