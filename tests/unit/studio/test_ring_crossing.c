#include "base/limits.h"
#include "studio/ring_crossing.h"

#include <math.h>

static RingCrossing look(const ShapePoint *points, guint count)
{
    guint at = 0;
    return ring_crosses_itself(points, count, &at);
}

static void test_simple_rings(void)
{
    static const ShapePoint square[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}};
    static const ShapePoint hollow[] = {{0, 0}, {10, 0}, {10, 10}, {5, 1}, {0, 10}};
    g_assert_cmpint(look(square, 4), ==, RING_SIMPLE);
    g_assert_cmpint(look(square, 3), ==, RING_SIMPLE);
    g_assert_cmpint(look(hollow, 5), ==, RING_SIMPLE);
}

static void test_a_bow_tie_tells_its_side(void)
{
    static const ShapePoint tie[] = {{0, 0}, {10, 10}, {10, 0}, {0, 10}};
    guint at = 0;
    g_assert_cmpint(ring_crosses_itself(tie, 4, &at), ==, RING_CROSSES);
    g_assert_cmpuint(at, ==, 2);
}

static void test_touching_is_allowed(void)
{
    /* A corner on another side, a point that is there twice, a side gone back along. */
    static const ShapePoint corner[] = {{0, 0}, {10, 0}, {10, 10}, {5, 0}, {0, 10}};
    static const ShapePoint eight[] = {{0, 0}, {5, 5}, {10, 0}, {10, 10}, {5, 5}, {0, 10}};
    static const ShapePoint spike[] = {{0, 0}, {10, 0}, {20, 0}, {10, 0}, {10, 10}};
    static const ShapePoint rounded[] = {{0, 0}, {10, 0}, {10, 10}, {5, -0.001}, {0, 10}};
    g_assert_cmpint(look(corner, 5), ==, RING_SIMPLE);
    g_assert_cmpint(look(eight, 6), ==, RING_SIMPLE);
    g_assert_cmpint(look(spike, 5), ==, RING_SIMPLE);
    g_assert_cmpint(look(rounded, 5), ==, RING_SIMPLE);
    static const ShapePoint through[] = {{0, 0}, {10, 0}, {10, 10}, {5, -0.1}, {0, 10}};
    g_assert_cmpint(look(through, 5), ==, RING_CROSSES);
}

static void test_a_large_ring(void)
{
    enum { POINTS = LIMIT_SHAPE_POINTS };
    g_autofree ShapePoint *points = g_new(ShapePoint, POINTS);
    for (guint i = 0; i < POINTS; i++) {
        double turn = 2 * G_PI * i / POINTS;
        double radius = 20000 + 500 * sin(40 * turn);
        points[i] = (ShapePoint){radius * cos(turn), radius * sin(turn)};
    }
    g_assert_cmpint(look(points, POINTS), ==, RING_SIMPLE);
    points[POINTS / 2].x = 30000;
    g_assert_cmpint(look(points, POINTS), ==, RING_CROSSES);
}

/* A spiral of long sides, inwards and out again beside itself: each extent meets nearly every
 * other, and no side crosses another. */
static void test_looking_ends(void)
{
    enum { HALF = LIMIT_SHAPE_POINTS / 2 };
    g_autofree ShapePoint *points = g_new(ShapePoint, 2 * HALF);
    for (guint i = 0; i < HALF; i++) {
        double size = 1e6 - 4.0 * i;
        int x = i % 4 == 0 || i % 4 == 3 ? -1 : 1;
        int y = i % 4 < 2 ? -1 : 1;
        points[i] = (ShapePoint){x * size, y * size};
        points[2 * HALF - 1 - i] = (ShapePoint){x * (size - 8), y * (size - 8)};
    }
    g_assert_cmpint(look(points, 2 * HALF), ==, RING_TANGLED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ring_crossing/simple", test_simple_rings);
    g_test_add_func("/ring_crossing/bow_tie", test_a_bow_tie_tells_its_side);
    g_test_add_func("/ring_crossing/touching", test_touching_is_allowed);
    g_test_add_func("/ring_crossing/large", test_a_large_ring);
    g_test_add_func("/ring_crossing/ends", test_looking_ends);
    return g_test_run();
}
