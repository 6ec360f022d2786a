#include "studio/ring_crossing.h"

#include "base/limits.h"

#include <math.h>

#define TOLERANCE_PIXELS 0.01

typedef struct {
    double x0, y0, x1, y1;
} Extent;

/* A heap of extents: the leaves are the sides in their order, each inner node covers its two
 * children. Sides that follow each other lie near each other, so the nodes of a drawn ring are
 * small, and two halves of it are told apart after a few looks. */
typedef struct {
    const ShapePoint *points;
    guint count;
    guint leaves;    /* a power of two */
    Extent *extents; /* from 1; the leaves from `leaves` on */
    guint tests_left;
    guint crossing; /* the side; when it was found */
} Tree;

static Extent extent_join(const Extent *a, const Extent *b)
{
    return (Extent){MIN(a->x0, b->x0), MIN(a->y0, b->y0), MAX(a->x1, b->x1), MAX(a->y1, b->y1)};
}

static gboolean extents_meet(const Extent *a, const Extent *b)
{
    return a->x0 <= b->x1 && b->x0 <= a->x1 && a->y0 <= b->y1 && b->y0 <= a->y1;
}

static void tree_fill(Tree *tree)
{
    for (guint i = 0; i < tree->leaves; i++) {
        const ShapePoint *a = &tree->points[i % tree->count];
        const ShapePoint *b = &tree->points[(i + 1) % tree->count];
        tree->extents[tree->leaves + i] =
            i < tree->count
                ? (Extent){MIN(a->x, b->x), MIN(a->y, b->y), MAX(a->x, b->x), MAX(a->y, b->y)}
                : (Extent){INFINITY, INFINITY, -INFINITY, -INFINITY};
    }
    for (guint i = tree->leaves - 1; i > 0; i--) {
        tree->extents[i] = extent_join(&tree->extents[2 * i], &tree->extents[2 * i + 1]);
    }
}

/* How far `point` lies from the line through a and b, on its left above 0; 0 when it is within the
 * tolerance. */
static double side_of(const ShapePoint *a, const ShapePoint *b, const ShapePoint *point)
{
    double dx = b->x - a->x;
    double dy = b->y - a->y;
    double length = hypot(dx, dy);
    if (length == 0) {
        return 0;
    }
    double distance = (dx * (point->y - a->y) - dy * (point->x - a->x)) / length;
    return fabs(distance) < TOLERANCE_PIXELS ? 0 : distance;
}

static gboolean sides_cross(const Tree *tree, guint first, guint second)
{
    const ShapePoint *a = &tree->points[first];
    const ShapePoint *b = &tree->points[(first + 1) % tree->count];
    const ShapePoint *c = &tree->points[second];
    const ShapePoint *d = &tree->points[(second + 1) % tree->count];
    return side_of(a, b, c) * side_of(a, b, d) < 0 && side_of(c, d, a) * side_of(c, d, b) < 0;
}

/* Of two nodes of one height, the first of them before the second. */
static RingCrossing compare(Tree *tree, guint first, guint second)
{
    if (tree->tests_left-- == 0) {
        tree->tests_left = 0;
        return RING_TANGLED;
    }
    if (!extents_meet(&tree->extents[first], &tree->extents[second])) {
        return RING_SIMPLE;
    }
    if (first >= tree->leaves) {
        tree->crossing = second - tree->leaves;
        return sides_cross(tree, first - tree->leaves, tree->crossing) ? RING_CROSSES : RING_SIMPLE;
    }
    RingCrossing found = RING_SIMPLE;
    for (guint i = 0; i < 4 && found == RING_SIMPLE; i++) {
        found = compare(tree, 2 * first + i / 2, 2 * second + i % 2);
    }
    return found;
}

RingCrossing ring_crosses_itself(const ShapePoint *points, guint count, guint *ret_point)
{
    guint leaves = 1;
    while (leaves < count) {
        leaves *= 2;
    }
    g_autofree Extent *extents = g_new(Extent, 2 * (gsize)leaves);
    Tree tree = {points, count, leaves, extents, LIMIT_SHAPE_CROSSING_TESTS, 0};
    tree_fill(&tree);
    RingCrossing found = RING_SIMPLE;
    for (guint node = leaves - 1; node > 0 && found == RING_SIMPLE; node--) {
        found = compare(&tree, 2 * node, 2 * node + 1);
    }
    *ret_point = tree.crossing;
    return found;
}
