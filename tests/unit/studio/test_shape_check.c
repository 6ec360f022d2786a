#include "base/limits.h"
#include "studio/shape.h"

#include <math.h>

static Shape *polygon(const ShapePoint *points, guint count)
{
    Shape *shape = shape_new(SHAPE_POLYGON, "cat");
    shape_add_ring(shape, points, count);
    shape_enclose(shape);
    return shape;
}

static Shape *bbox(double x, double y, double w, double h)
{
    Shape *shape = shape_new(SHAPE_BBOX, "cat");
    shape->box = (ShapeBox){x, y, w, h};
    return shape;
}

/* Takes the shape; `field` NULL: it passes. */
static void check(Shape *taken, const char *field)
{
    g_autoptr(Shape) shape = taken;
    g_autofree char *found = NULL;
    g_autoptr(GError) error = NULL;
    gboolean fits = shape_check(shape, &found, &error);
    g_assert_cmpstr(found, ==, field);
    g_assert_cmpint(fits, ==, field == NULL);
    g_assert_true(fits || g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID));
}

/* The same of what is drawn on a picture of 100 by 50. */
static Shape *drawn(Shape *taken, const char *field)
{
    g_autoptr(Shape) shape = taken;
    g_autofree char *found = NULL;
    g_autoptr(GError) error = NULL;
    gboolean fits = shape_check_drawn(shape, 100, 50, &found, &error);
    g_assert_cmpstr(found, ==, field);
    g_assert_cmpint(fits, ==, field == NULL);
    return g_steal_pointer(&shape);
}

static void check_drawn(Shape *taken, const char *field)
{
    shape_free(drawn(taken, field));
}

static void test_numbers(void)
{
    check(bbox(-5, -7, 1, 2), NULL);
    check(bbox(0, 0, 0, 2), "bounding_box.w");
    check(bbox(0, 0, 1, -2), "bounding_box.h");
    check(bbox(NAN, 0, 1, 2), "bounding_box.x");
    check(bbox(0, INFINITY, 1, 2), "bounding_box.y");
    check(bbox(0, 2 * LIMIT_SHAPE_COORDINATE_PIXELS, 1, 2), "bounding_box.y");

    Shape *unsure = bbox(0, 0, 1, 1);
    unsure->confidence = 1.001;
    check(unsure, "confidence");
    unsure = bbox(0, 0, 1, 1);
    unsure->confidence = NAN;
    check(unsure, "confidence");

    static const ShapePoint line[] = {{1, 1}, {2, NAN}};
    Shape *polyline = shape_new(SHAPE_POLYLINE, "road");
    shape_add_ring(polyline, line, 2);
    check(polyline, "polyline.path.1.y");
}

static void test_angles(void)
{
    Shape *shape = bbox(0, 0, 10, 10);
    shape->is_oriented = TRUE;
    shape->oriented = (ShapeOriented){5, 5, 4, 4, 359.5};
    check(shape_copy(shape), NULL);
    shape->oriented.angle = 360;
    check(shape_copy(shape), "oriented_box.angle");
    shape->oriented.w = 0;
    check(shape, "oriented_box.w");
}

static void test_words(void)
{
    check(shape_new(SHAPE_TAG, " \t"), "name");
    check(shape_new(SHAPE_TAG, NULL), "name");
    check(shape_new(SHAPE_TAG, "\xff"), "name");
    g_autofree char *name = g_strnfill(LIMIT_CLASS_NAME_CHARACTERS + 1, 'a');
    check(shape_new(SHAPE_TAG, name + 1), NULL);
    check(shape_new(SHAPE_TAG, name), "name");
    Shape *shape = shape_new(SHAPE_TAG, "cat");
    shape->uid = g_strdup("");
    check(shape, "id");
    shape = shape_new(SHAPE_TAG, "cat");
    shape->instance_id = 1;
    check(shape, "instance_id");
}

static void test_enough_points(void)
{
    static const ShapePoint points[] = {{0, 0}, {10, 0}, {10, 10}};
    check(polygon(points, 3), NULL);
    check(polygon(points, 2), "polygon.paths.0");
    Shape *holed = polygon(points, 3);
    shape_add_ring(holed, points, 2);
    check(holed, "polygon.paths.1");
    Shape *line = shape_new(SHAPE_POLYLINE, "road");
    shape_add_ring(line, points, 1);
    check(line, "polyline.path");
    check(shape_new(SHAPE_POLYGON, "cat"), "polygon");
    check(shape_new(SHAPE_KEYPOINT, "nose"), "keypoint");

    g_autofree ShapePoint *many = g_new0(ShapePoint, LIMIT_SHAPE_POINTS + 1);
    check(polygon(many, LIMIT_SHAPE_POINTS), NULL);
    check(polygon(many, LIMIT_SHAPE_POINTS + 1), "polygon");
}

static void test_drawn_within(void)
{
    Shape *slipped = drawn(bbox(-0.4, 0, 10, 50.3), NULL);
    g_assert_cmpfloat(slipped->box.x, ==, 0);
    g_assert_cmpfloat(slipped->box.w, ==, 9.6);
    g_assert_cmpfloat(slipped->box.h, ==, 50);
    shape_free(slipped);
    check_drawn(bbox(-0.6, 0, 10, 10), "bounding_box.x");
    check_drawn(bbox(0, 51, 10, 10), "bounding_box.y");
    check_drawn(bbox(95, 0, 6, 10), "bounding_box.w");
    check_drawn(bbox(0, 45, 10, 6), "bounding_box.h");
    check_drawn(bbox(100.2, 0, 0.1, 10), "bounding_box");

    static const ShapePoint outside[] = {{0, 0}, {10, 0}, {10, 51}};
    check_drawn(polygon(outside, 3), "polygon.paths.0.2.y");
    static const ShapePoint edge[] = {{0, 0}, {100.5, 0}, {10, 50}};
    Shape *pulled = drawn(polygon(edge, 3), NULL);
    g_assert_cmpfloat(pulled->points[1].x, ==, 100);
    g_assert_cmpfloat(pulled->box.w, ==, 100);
    shape_free(pulled);

    Shape *turned = bbox(0, 0, 1, 1);
    turned->is_oriented = TRUE;
    turned->oriented = (ShapeOriented){1, 1, 10, 10, 45};
    turned = drawn(turned, NULL);
    g_assert_cmpfloat(turned->box.x, <, -6);
    turned->oriented.cx = -1;
    check_drawn(turned, "oriented_box");
}

static void test_drawn_rings(void)
{
    static const ShapePoint tie[] = {{0, 0}, {10, 10}, {10, 0}, {0, 10}};
    static const ShapePoint thin[] = {{0, 0}, {10, 10}, {20, 20}};
    static const ShapePoint square[] = {{0, 0}, {40, 0}, {40, 40}, {0, 40}};
    check_drawn(polygon(tie, 4), "polygon.paths.0.2");
    check_drawn(polygon(thin, 3), "polygon.paths.0");
    Shape *holed = polygon(square, 4);
    shape_add_ring(holed, tie, 4);
    check_drawn(holed, "polygon.paths.1.2");
}

/* A box that a client gave is not believed in what is drawn. */
static void test_drawn_box_is_the_enclosure(void)
{
    static const ShapePoint square[] = {{0, 0}, {40, 0}, {40, 40}, {0, 40}};
    Shape *shape = polygon(square, 4);
    shape->box_given = TRUE;
    shape->box = (ShapeBox){1, 2, 3, 4};
    shape = drawn(shape, NULL);
    g_assert_cmpfloat(shape->box.w, ==, 40);
    g_assert_true(shape->box_given);
    shape_free(shape);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shape_check/numbers", test_numbers);
    g_test_add_func("/shape_check/angles", test_angles);
    g_test_add_func("/shape_check/words", test_words);
    g_test_add_func("/shape_check/points", test_enough_points);
    g_test_add_func("/shape_check/drawn/within", test_drawn_within);
    g_test_add_func("/shape_check/drawn/rings", test_drawn_rings);
    g_test_add_func("/shape_check/drawn/box", test_drawn_box_is_the_enclosure);
    return g_test_run();
}
