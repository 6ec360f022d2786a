#include "vision/face_detect.h"

#include <math.h>
#include <string.h>

static GArray *candidates_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(FaceCandidate));
}

static const FaceCandidate *candidate(const GArray *all, guint number)
{
    return &g_array_index(all, FaceCandidate, number);
}

static void assert_box(const VisionBox *box, float x1, float y1, float x2, float y2)
{
    g_assert_cmpfloat_with_epsilon(box->x1, x1, 1e-3F);
    g_assert_cmpfloat_with_epsilon(box->y1, y1, 1e-3F);
    g_assert_cmpfloat_with_epsilon(box->x2, x2, 1e-3F);
    g_assert_cmpfloat_with_epsilon(box->y2, y2, 1e-3F);
}

typedef struct {
    float scores[BLAZEFACE_ANCHORS];
    float boxes[BLAZEFACE_ANCHORS * 16];
} Blaze;

static Blaze *blaze_new(void)
{
    Blaze *blaze = g_new0(Blaze, 1);
    for (int i = 0; i < BLAZEFACE_ANCHORS; i++) {
        blaze->scores[i] = -20;
    }
    return blaze;
}

static gboolean blaze_decode(const Blaze *blaze, GArray *found, GError **error)
{
    return blazeface_decode_grid(blaze->scores, blaze->boxes, 0, 512, found, error) &&
           blazeface_decode_grid(blaze->scores + 512, blaze->boxes + 512 * 16, 512, 384, found,
                                 error);
}

static void test_blazeface(void)
{
    g_autofree Blaze *blaze = blaze_new();
    g_autoptr(GArray) found = candidates_new();
    /* the second anchor of the cell in row 3, column 5 of 16 x 16 */
    const int fine = (3 * 16 + 5) * 2 + 1;
    blaze->scores[fine] = 2;
    const float numbers[16] = {4, -2, 30, 40, 1, 2, 3, 4, 5, 6, 7, 8, 90, 91, 92, 93};
    memcpy(blaze->boxes + fine * 16, numbers, sizeof numbers);
    /* the last anchor of all, in the last cell of 8 x 8 */
    const int last = BLAZEFACE_ANCHORS - 1;
    blaze->scores[last] = 0.01F;
    blaze->boxes[last * 16 + 2] = blaze->boxes[last * 16 + 3] = 10;
    g_autoptr(GError) error = NULL;
    g_assert_true(blaze_decode(blaze, found, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(found->len, ==, 2);
    const FaceCandidate *first = candidate(found, 0);
    assert_box(&first->box, 88 + 4 - 15, 56 - 2 - 20, 88 + 4 + 15, 56 - 2 + 20);
    g_assert_cmpfloat_with_epsilon(first->score, 0.880797F, 1e-5F);
    g_assert_cmpfloat(first->landmarks[0][0], ==, 88 + 1);
    g_assert_cmpfloat(first->landmarks[2][1], ==, 56 + 6);
    for (int corner = 3; corner < 5; corner++) {
        g_assert_cmpfloat(first->landmarks[corner][0], ==, 88 + 7);
        g_assert_cmpfloat(first->landmarks[corner][1], ==, 56 + 8);
    }
    assert_box(&candidate(found, 1)->box, 235, 235, 245, 245);
}

static void test_nan(void)
{
    for (int where = 0; where < 3; where++) {
        g_autofree Blaze *blaze = blaze_new();
        blaze->scores[7] = 5;
        blaze->boxes[7 * 16 + 2] = blaze->boxes[7 * 16 + 3] = 9;
        *(where == 0 ? &blaze->scores[600] : &blaze->boxes[7 * 16 + (where == 1 ? 0 : 9)]) = NAN;
        g_autoptr(GArray) found = candidates_new();
        g_autoptr(GError) error = NULL;
        g_assert_false(blaze_decode(blaze, found, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    }
}

static void test_empty_box(void)
{
    g_autofree Blaze *blaze = blaze_new();
    blaze->scores[0] = blaze->scores[1] = 5;
    blaze->boxes[2] = -3; /* and the other has no size at all */
    g_autoptr(GArray) found = candidates_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(blaze_decode(blaze, found, &error));
    g_assert_cmpuint(found->len, ==, 0);
}

static void test_scrfd(void)
{
    enum { PIXELS = 64, STRIDE = 16, ANCHORS = 4 * 4 * 2 };
    float scores[ANCHORS] = {0}, boxes[ANCHORS * 4] = {0}, points[ANCHORS * 10] = {0};
    const int anchor = (2 * 4 + 3) * 2; /* row 2, column 3 */
    scores[anchor] = 0.75F;
    for (int i = 0; i < 4; i++) {
        boxes[anchor * 4 + i] = (float)(i + 1) / 2;
    }
    for (int i = 0; i < 10; i++) {
        points[anchor * 10 + i] = (float)i / 8;
    }
    g_autoptr(GArray) found = candidates_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(scrfd_decode_stride(scores, boxes, points, STRIDE, PIXELS, found, &error));
    g_assert_cmpuint(found->len, ==, 1);
    assert_box(&candidate(found, 0)->box, 48 - 8, 32 - 16, 48 + 24, 32 + 32);
    g_assert_cmpfloat(candidate(found, 0)->score, ==, 0.75F);
    g_assert_cmpfloat(candidate(found, 0)->landmarks[4][0], ==, 48 + 16);
    g_assert_cmpfloat(candidate(found, 0)->landmarks[4][1], ==, 32 + 18);
    points[anchor * 10] = INFINITY;
    g_assert_false(scrfd_decode_stride(scores, boxes, points, STRIDE, PIXELS, found, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
}

static void add(GArray *all, float x1, float y1, float x2, float y2, float score)
{
    const FaceCandidate one = {.box = {x1, y1, x2, y2}, .score = score};
    g_array_append_val(all, one);
}

static void test_suppress(void)
{
    g_autoptr(GArray) all = candidates_new();
    add(all, 0, 0, 10, 10, 0.6F);
    add(all, 1, 1, 11, 11, 0.9F);   /* the same face, surer */
    add(all, 20, 20, 60, 60, 0.7F); /* another */
    add(all, 25, 25, 40, 40, 0.8F); /* a part of it: overlap 0.14, but all of the smaller */
    face_candidates_suppress(all, 0.3F, 2);
    g_assert_cmpuint(all->len, ==, 3);
    g_assert_cmpfloat(candidate(all, 0)->score, ==, 0.9F);
    g_assert_cmpfloat(candidate(all, 2)->score, ==, 0.7F);
    face_candidates_suppress(all, 0.3F, 0.5F);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpfloat(candidate(all, 1)->score, ==, 0.8F);
    g_array_set_size(all, 0);
    face_candidates_suppress(all, 0.3F, 0.5F);
    g_assert_cmpuint(all->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/face_detect/blazeface", test_blazeface);
    g_test_add_func("/vision/face_detect/nan", test_nan);
    g_test_add_func("/vision/face_detect/empty-box", test_empty_box);
    g_test_add_func("/vision/face_detect/scrfd", test_scrfd);
    g_test_add_func("/vision/face_detect/suppress", test_suppress);
    return g_test_run();
}
