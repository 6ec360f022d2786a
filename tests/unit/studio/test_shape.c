#include "studio/shape.h"

#include <math.h>
#include <string.h>

static const ShapePoint outer[] = {{0, 0}, {40, 0}, {40, 30}, {0, 30}};
static const ShapePoint hole[] = {{10, 10}, {20, 10}, {20.25, 20}};

static Shape *holed(void)
{
    Shape *shape = shape_new(SHAPE_POLYGON, "cat");
    shape_add_ring(shape, outer, G_N_ELEMENTS(outer));
    shape_add_ring(shape, hole, G_N_ELEMENTS(hole));
    shape_enclose(shape);
    return shape;
}

static void test_names(void)
{
    for (ShapeKind kind = SHAPE_BBOX; kind <= SHAPE_TAG; kind++) {
        g_assert_cmpint(shape_kind_from_name(shape_kind_name(kind)), ==, kind);
    }
    g_assert_cmpint(shape_kind_from_name("obb"), ==, 0);
    g_assert_cmpint(shape_kind_from_name(NULL), ==, 0);
    g_assert_cmpint(shape_source_from_name("model"), ==, SHAPE_BY_MODEL);
}

static void test_enclosure_and_area(void)
{
    g_autoptr(Shape) shape = holed();
    g_assert_cmpfloat(shape->box.w, ==, 40);
    g_assert_cmpfloat(shape->box.h, ==, 30);
    g_assert_cmpfloat(shape_area(shape), ==, 1200);
    shape->box_given = TRUE;
    shape->box.x = 7;
    shape_enclose(shape);
    g_assert_cmpfloat(shape->box.x, ==, 7);

    g_autoptr(Shape) point = shape_new(SHAPE_KEYPOINT, "nose");
    shape_add_ring(point, &hole[1], 1);
    shape_enclose(point);
    g_assert_cmpfloat(point->box.x, ==, 20);
    g_assert_cmpfloat(point->box.w, ==, 0);
    g_assert_cmpfloat(shape_area(point), ==, 0);
}

/* Clockwise on the screen: the top left corner of a box turned by a right angle is its top right.
 */
static void test_corners(void)
{
    g_autoptr(Shape) shape = shape_new(SHAPE_BBOX, "cat");
    shape->box = (ShapeBox){1, 2, 3, 4};
    ShapePoint corners[4];
    shape_corners(shape, corners);
    g_assert_cmpfloat(corners[2].x, ==, 4);
    g_assert_cmpfloat(corners[2].y, ==, 6);

    shape->is_oriented = TRUE;
    shape->oriented = (ShapeOriented){10, 10, 8, 4, 90};
    shape_corners(shape, corners);
    g_assert_cmpfloat_with_epsilon(corners[0].x, 12, 1e-9);
    g_assert_cmpfloat_with_epsilon(corners[0].y, 6, 1e-9);
    g_assert_cmpfloat_with_epsilon(corners[1].x, 12, 1e-9);
    g_assert_cmpfloat_with_epsilon(corners[1].y, 14, 1e-9);
    shape_enclose(shape);
    g_assert_cmpfloat_with_epsilon(shape->box.x, 8, 1e-9);
    g_assert_cmpfloat_with_epsilon(shape->box.h, 8, 1e-9);
    g_assert_cmpfloat(shape_area(shape), ==, 32);
}

static void test_overlap(void)
{
    const ShapeBox a = {0, 0, 10, 10};
    const ShapeBox b = {5, 0, 10, 10};
    const ShapeBox apart = {10, 0, 10, 10};
    const ShapeBox nothing = {0, 0, 0, 0};
    g_assert_cmpfloat_with_epsilon(shape_overlap(&a, &b), 1.0 / 3, 1e-12);
    g_assert_cmpfloat(shape_overlap(&a, &a), ==, 1);
    g_assert_cmpfloat(shape_overlap(&a, &apart), ==, 0);
    g_assert_cmpfloat(shape_overlap(&nothing, &nothing), ==, 0);
}

/* Out and in again; both are the same. */
static Shape *again(const Shape *shape)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = shape_pack_geometry(shape);
    Shape *back = shape_new(shape->kind, shape->name);
    back->box = shape->box;
    gsize length = 0;
    gconstpointer data = bytes ? g_bytes_get_data(bytes, &length) : NULL;
    g_assert_true(shape_unpack_geometry(back, data, length, &error));
    g_assert_no_error(error);
    g_assert_true(shape_equal_geometry(shape, back));
    g_assert_cmpint(shape->box_given, ==, back->box_given);
    return back;
}

static void test_packing(void)
{
    g_autoptr(Shape) polygon = holed();
    polygon->box_given = TRUE;
    g_autoptr(Shape) polygon_again = again(polygon);
    g_assert_cmpuint(polygon_again->ring_count, ==, 2);
    g_assert_cmpfloat(polygon_again->points[6].x, ==, 20.25);
    polygon_again->points[6].x = 20.5;
    g_assert_false(shape_equal_geometry(polygon, polygon_again));

    g_autoptr(Shape) box = shape_new(SHAPE_BBOX, "cat");
    box->box = (ShapeBox){1, 2, 3, 4};
    g_assert_null(shape_pack_geometry(box));
    g_autoptr(Shape) box_again = again(box);
    box->is_oriented = TRUE;
    box->oriented = (ShapeOriented){1, 2, 3, 4, 5.5};
    g_assert_false(shape_equal_geometry(box, box_again));
    g_autoptr(Shape) turned_again = again(box);
    g_assert_cmpfloat(turned_again->oriented.angle, ==, 5.5);

    g_autoptr(Shape) point = shape_new(SHAPE_KEYPOINT, "nose");
    shape_add_ring(point, &hole[2], 1);
    shape_enclose(point);
    g_autoptr(Shape) point_again = again(point);
    g_autoptr(Shape) tag = shape_new(SHAPE_TAG, "blurred");
    g_autoptr(Shape) tag_again = again(tag);
}

/* The layout is a promise to databases that are older than the program. */
static void test_bytes(void)
{
    static const guint8 expected[] = {1, 0, 1, 2, 0, 0, 0, 0,    0, 0, 0xf0, 0x3f,
                                      0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0,    0,
                                      0, 0, 0, 0, 0, 0, 0, 0,    0, 0, 0xe0, 0x3f};
    static const ShapePoint points[] = {{1, -2}, {0, 0.5}};
    g_autoptr(Shape) line = shape_new(SHAPE_POLYLINE, "road");
    shape_add_ring(line, points, 2);
    g_autoptr(GBytes) bytes = shape_pack_geometry(line);
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    g_assert_cmpmem(data, length, expected, sizeof expected);
}

static void test_damage(void)
{
    g_autoptr(Shape) polygon = holed();
    g_autoptr(GBytes) bytes = shape_pack_geometry(polygon);
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    for (gsize cut = 0; cut < length; cut++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Shape) back = shape_new(SHAPE_POLYGON, "cat");
        g_assert_false(shape_unpack_geometry(back, data, cut, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    }
    g_autofree guint8 *bad = g_memdup2(data, length);
    bad[length - 1] = 0x7f;
    bad[length - 2] = 0xf8; /* not a number */
    g_autoptr(Shape) back = shape_new(SHAPE_POLYGON, "cat");
    g_assert_false(shape_unpack_geometry(back, bad, length, NULL));
    g_autoptr(Shape) bare = shape_new(SHAPE_POLYGON, "cat");
    g_assert_false(shape_unpack_geometry(bare, NULL, 0, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shape/names", test_names);
    g_test_add_func("/shape/enclosure", test_enclosure_and_area);
    g_test_add_func("/shape/corners", test_corners);
    g_test_add_func("/shape/overlap", test_overlap);
    g_test_add_func("/shape/packing", test_packing);
    g_test_add_func("/shape/bytes", test_bytes);
    g_test_add_func("/shape/damage", test_damage);
    return g_test_run();
}
