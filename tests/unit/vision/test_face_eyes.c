#include "vision/face_eyes.h"

#include <glib.h>
#include <math.h>

static void test_openness(void)
{
    float points[FACE_EYE_POINTS * 3] = {0};
    for (int i = 0; i <= 8; i++) { /* the lower lid, flat, from the outer corner at 10 to 50 */
        points[i * 3] = 10 + 5 * (float)i;
        points[i * 3 + 1] = 40;
        points[i * 3 + 2] = (float)i; /* depth counts for nothing */
    }
    static const struct {
        int upper, lower;
        float height;
    } pairs[] = {{11, 3, 8}, {12, 4, 10}, {13, 5, 12}};
    for (int i = 0; i < 3; i++) {
        points[pairs[i].upper * 3] = points[pairs[i].lower * 3];
        points[pairs[i].upper * 3 + 1] = 40 - pairs[i].height;
    }
    g_assert_cmpfloat_with_epsilon(face_eye_openness(points), 10.0 / 40, 1e-6);
    for (int i = 0; i < 3; i++) {
        points[pairs[i].upper * 3 + 1] = 40;
    }
    g_assert_cmpfloat(face_eye_openness(points), ==, 0);
    const float point[FACE_EYE_POINTS * 3] = {0};
    g_assert_true(isnan(face_eye_openness(point)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/face_eyes/openness", test_openness);
    return g_test_run();
}
