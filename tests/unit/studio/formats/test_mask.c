#include "studio/formats/mask.h"

#include <string.h>

/* The runs again: what pycocotools' rleFrString does. */
static GArray *decode(const char *text)
{
    GArray *runs = g_array_new(FALSE, FALSE, sizeof(gint64));
    while (*text) {
        gint64 value = 0;
        int shift = 0;
        gboolean more = TRUE;
        while (more) {
            gint64 group = *text++ - 48;
            value |= (group & 0x1f) << shift;
            more = (group & 0x20) != 0;
            shift += 5;
            if (!more && (group & 0x10)) {
                value |= -1LL * (1LL << shift);
            }
        }
        if (runs->len > 2) {
            value += g_array_index(runs, gint64, runs->len - 2);
        }
        g_array_append_val(runs, value);
    }
    return runs;
}

/* Of a picture, row after row; '#' is within. */
static char *draw(const char *text, guint width, guint height)
{
    g_autoptr(GArray) runs = decode(text);
    char *picture = g_malloc0((width + 1) * height + 1);
    guint at = 0;
    for (guint i = 0; i < runs->len; i++) {
        for (gint64 left = g_array_index(runs, gint64, i); left > 0; left--, at++) {
            g_assert_cmpuint(at, <, width * height);
            picture[at % height * (width + 1) + at / height] = i % 2 ? '#' : '.';
        }
    }
    g_assert_cmpuint(at, ==, width * height);
    for (guint row = 0; row < height; row++) {
        picture[row * (width + 1) + width] = '\n';
    }
    return picture;
}

static void check(Shape *polygon, guint width, guint height, const char *expected)
{
    g_autofree char *text = mask_encode(polygon, width, height);
    g_autofree char *picture = draw(text, width, height);
    g_assert_cmpstr(picture, ==, expected);
}

static Shape *polygon_new(const ShapePoint *outer, guint count)
{
    Shape *shape = shape_new(SHAPE_POLYGON, "x");
    shape_add_ring(shape, outer, count);
    return shape;
}

static void test_hole(void)
{
    static const ShapePoint outer[] = {{1, 1}, {6, 1}, {6, 5}, {1, 5}};
    static const ShapePoint hole[] = {{2, 2}, {4, 2}, {4, 4}, {2, 4}};
    g_autoptr(Shape) shape = polygon_new(outer, 4);
    shape_add_ring(shape, hole, 4);
    check(shape, 7, 6,
          ".......\n"
          ".#####.\n"
          ".#..##.\n"
          ".#..##.\n"
          ".#####.\n"
          ".......\n");
}

/* A pixel is within when its middle is. */
static void test_slope(void)
{
    static const ShapePoint outer[] = {{0, 0}, {4, 4}, {0, 4}};
    g_autoptr(Shape) shape = polygon_new(outer, 3);
    check(shape, 4, 4,
          "#...\n"
          "##..\n"
          "###.\n"
          "####\n");
}

static void test_edges(void)
{
    static const ShapePoint beyond[] = {{-5, -5}, {20, -5}, {20, 20}, {-5, 20}};
    static const ShapePoint elsewhere[] = {{10, 10}, {20, 10}, {20, 20}};
    g_autoptr(Shape) all = polygon_new(beyond, 4);
    check(all, 3, 2, "###\n###\n");
    g_autoptr(Shape) none = polygon_new(elsewhere, 3);
    check(none, 3, 2, "...\n...\n");
}

/* Texts that pycocotools' encode gives for these runs: rows 1 to 2 of column 1 of 3 by 4, and a
 * column of 100 begun at the 40th pixel. */
static void test_text(void)
{
    static const ShapePoint one[] = {{1, 1}, {2, 1}, {2, 3}, {1, 3}};
    static const ShapePoint long_one[] = {{0, 40}, {1, 40}, {1, 100}, {0, 100}};
    g_autoptr(Shape) small = polygon_new(one, 4);
    g_autofree char *runs = mask_encode(small, 3, 4); /* 5 2 5 */
    g_assert_cmpstr(runs, ==, "525");
    g_autoptr(Shape) large = polygon_new(long_one, 4);
    g_autofree char *more = mask_encode(large, 1, 100); /* 40 60 */
    g_assert_cmpstr(more, ==, "X1l1");
}

static void test_too_intricate(void)
{
    g_autofree ShapePoint *points = g_new(ShapePoint, 100000);
    for (guint i = 0; i < 100000; i++) {
        points[i] = (ShapePoint){i % 2 ? 60000 : 0, i % 7};
    }
    g_autoptr(Shape) shape = polygon_new(points, 100000);
    g_assert_null(mask_encode(shape, 60000, 100));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/mask/hole", test_hole);
    g_test_add_func("/formats/mask/slope", test_slope);
    g_test_add_func("/formats/mask/edges", test_edges);
    g_test_add_func("/formats/mask/text", test_text);
    g_test_add_func("/formats/mask/too_intricate", test_too_intricate);
    return g_test_run();
}
