#include "base/limits.h"
#include "vision/boxes.h"

#include <math.h>

static void test_shares(void)
{
    VisionBox a = {0, 0, 10, 10}, b = {5, 0, 15, 10}, inside = {2, 2, 4, 4},
              apart = {20, 20, 30, 30};
    g_assert_cmpfloat_with_epsilon(box_union_share(&a, &b), 50.0F / 150, 1e-6F);
    g_assert_cmpfloat(box_smaller_share(&a, &inside), ==, 1);
    g_assert_cmpfloat(box_union_share(&a, &apart), ==, 0);
    g_assert_cmpfloat(box_smaller_share(&a, &apart), ==, 0);
    VisionBox flat = {3, 3, 3, 9};
    g_assert_cmpfloat(box_union_share(&a, &flat), ==, 0);
}

static void test_clip(void)
{
    VisionBox box = {-5, 2, 30, 8};
    g_assert_true(box_clip(&box, 20, 10));
    g_assert_cmpfloat(box.x1, ==, 0);
    g_assert_cmpfloat(box.x2, ==, 20);
    VisionBox outside = {25, 0, 30, 5}, none = {0, 0, NAN, 5}, endless = {0, 0, INFINITY, 5};
    g_assert_false(box_clip(&outside, 20, 10));
    g_assert_false(box_clip(&none, 20, 10));
    g_assert_true(box_clip(&endless, 20, 10));
    VisionBox turned = {5, 0, 2, 5};
    g_assert_false(box_is_real(&turned));
}

static void add(GArray *all, float x, float score, guint label)
{
    BoxCandidate one = {{x, 0, x + 10, 10}, score, label, all->len};
    g_array_append_val(all, one);
}

static void test_suppress(void)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(BoxCandidate));
    add(all, 0, 0.5F, 1);
    add(all, 1, 0.9F, 1);   /* over the first */
    add(all, 1, 0.4F, 2);   /* another class */
    add(all, 100, 0.9F, 1); /* elsewhere; as good as the second */
    boxes_suppress(all, 0.5F);
    g_assert_cmpuint(all->len, ==, 3);
    g_assert_cmpuint(g_array_index(all, BoxCandidate, 0).index, ==, 1);
    g_assert_cmpuint(g_array_index(all, BoxCandidate, 1).index, ==, 3);
    g_assert_cmpuint(g_array_index(all, BoxCandidate, 2).index, ==, 2);
}

/* A share that is just the threshold does not survive: PictoPy's "strictly below". */
static void test_just(void)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(BoxCandidate));
    add(all, 0, 0.9F, 0);
    add(all, 5, 0.8F, 0);
    boxes_suppress(all, 50.0F / 150);
    g_assert_cmpuint(all->len, ==, 1);
    add(all, 5, 0.8F, 0);
    boxes_suppress(all, 0.34F);
    g_assert_cmpuint(all->len, ==, 2);
}

static void test_many(void)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(BoxCandidate));
    for (int i = 0; i < 2 * LIMIT_BOX_CANDIDATES; i++) {
        add(all, (float)i * 20, (float)i, 0);
    }
    boxes_suppress(all, 0.5F);
    g_assert_cmpuint(all->len, ==, LIMIT_BOX_CANDIDATES);
    g_assert_cmpfloat(g_array_index(all, BoxCandidate, 0).score, ==, 2 * LIMIT_BOX_CANDIDATES - 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vision/boxes/shares", test_shares);
    g_test_add_func("/vision/boxes/clip", test_clip);
    g_test_add_func("/vision/boxes/suppress", test_suppress);
    g_test_add_func("/vision/boxes/just", test_just);
    g_test_add_func("/vision/boxes/many", test_many);
    return g_test_run();
}
