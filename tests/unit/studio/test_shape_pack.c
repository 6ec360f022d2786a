#include "base/limits.h"
#include "studio/shape_pack.h"

#include <string.h>

static Shape *fancy(void)
{
    static const ShapePoint outer[] = {{0, 0}, {40, 0}, {40, 30}, {0, 30}};
    static const ShapePoint hole[] = {{10, 10}, {20, 10}, {20.25, 20}};
    Shape *shape = shape_new(SHAPE_POLYGON, "Kätzchen");
    shape_add_ring(shape, outer, G_N_ELEMENTS(outer));
    shape_add_ring(shape, hole, G_N_ELEMENTS(hole));
    shape_enclose(shape);
    shape->uid = g_strdup("a");
    shape->confidence = 0.3;
    shape->attributes = g_strdup("{\"k\":1}");
    shape->answers = g_strdup("[]");
    shape->author = g_strdup("eva");
    shape->source = SHAPE_BY_MODEL;
    shape->model = g_strdup("yolo");
    shape->is_proposed = TRUE;
    shape->box_given = TRUE;
    return shape;
}

static GPtrArray *some(void)
{
    static const ShapePoint nose = {3, 4};
    GPtrArray *shapes = shapes_new();
    g_ptr_array_add(shapes, fancy());
    Shape *point = shape_new(SHAPE_KEYPOINT, "nose");
    point->uid = g_strdup("b");
    point->instance_id = 12;
    shape_add_ring(point, &nose, 1);
    shape_enclose(point);
    g_ptr_array_add(shapes, point);
    Shape *box = shape_new(SHAPE_BBOX, "cat");
    box->uid = g_strdup("c");
    box->box = (ShapeBox){1, 2, 3, 4};
    g_ptr_array_add(shapes, box);
    Shape *tag = shape_new(SHAPE_TAG, "blurred");
    tag->uid = g_strdup("d");
    g_ptr_array_add(shapes, tag);
    return shapes;
}

static GPtrArray *again(const GPtrArray *shapes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = shapes_pack(shapes);
    gsize length = 0;
    gconstpointer data = g_bytes_get_data(bytes, &length);
    GPtrArray *back = shapes_unpack(data, length, &error);
    g_assert_no_error(error);
    return back;
}

static void test_all_comes_back(void)
{
    g_autoptr(GPtrArray) shapes = some();
    g_autoptr(GPtrArray) back = again(shapes);
    g_assert_cmpuint(back->len, ==, shapes->len);
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *a = g_ptr_array_index(shapes, i);
        const Shape *b = g_ptr_array_index(back, i);
        g_assert_true(shape_equal_geometry(a, b));
        g_assert_cmpstr(a->uid, ==, b->uid);
        g_assert_cmpstr(a->name, ==, b->name);
        g_assert_cmpstr(a->attributes, ==, b->attributes);
        g_assert_cmpstr(a->answers, ==, b->answers);
        g_assert_cmpstr(a->author, ==, b->author);
        g_assert_cmpstr(a->model, ==, b->model);
        g_assert_cmpint(a->source, ==, b->source);
        g_assert_cmpint(a->is_proposed, ==, b->is_proposed);
        g_assert_cmpint(a->box_given, ==, b->box_given);
        g_assert_cmpint(a->instance_id, ==, b->instance_id);
        g_assert_cmpfloat(a->confidence, ==, b->confidence);
        g_assert_cmpmem(&a->box, sizeof a->box, &b->box, sizeof b->box);
    }
    g_autoptr(GPtrArray) none = shapes_new();
    g_autoptr(GPtrArray) none_again = again(none);
    g_assert_cmpuint(none_again->len, ==, 0);
}

static void test_the_bound_holds(void)
{
    g_autoptr(GPtrArray) shapes = some();
    g_autoptr(GBytes) bytes = shapes_pack(shapes);
    g_assert_cmpuint(shapes_packed_bytes(shapes), >, 0);
    g_autoptr(GPtrArray) many = shapes_new();
    for (guint i = 0; i < LIMIT_SHAPES_PER_ITEM; i++) {
        g_ptr_array_add(many, fancy());
    }
    g_assert_cmpuint(shapes_packed_bytes(many), <, LIMIT_SHAPES_PACKED_BYTES);
    g_autoptr(GPtrArray) back = again(many);
    g_assert_cmpuint(back->len, ==, many->len);
    g_ptr_array_add(many, fancy());
    g_autoptr(GBytes) too_many = shapes_pack(many);
    gsize length = 0;
    gconstpointer data = g_bytes_get_data(too_many, &length);
    g_assert_null(shapes_unpack(data, length, NULL));
}

/* Whatever is damaged is told, or is a shape that holds together. */
static void test_damage(void)
{
    g_autoptr(GPtrArray) shapes = some();
    g_autoptr(GBytes) bytes = shapes_pack(shapes);
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    for (gsize cut = 0; cut < length; cut++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(shapes_unpack(data, cut, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    }
    for (gsize at = 0; at < length; at++) {
        g_autofree guint8 *bad = g_memdup2(data, length);
        bad[at] ^= 0x55;
        g_autoptr(GPtrArray) back = shapes_unpack(bad, length, NULL);
        for (guint i = 0; back && i < back->len; i++) {
            g_assert_true(shape_check(g_ptr_array_index(back, i), NULL, NULL));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shape_pack/all", test_all_comes_back);
    g_test_add_func("/shape_pack/bound", test_the_bound_holds);
    g_test_add_func("/shape_pack/damage", test_damage);
    return g_test_run();
}
