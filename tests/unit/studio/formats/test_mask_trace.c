#include "base/limits.h"
#include "studio/formats/mask.h"
#include "studio/formats/mask_trace.h"

#include <string.h>

/* Columns after columns of "#" and ".". */
static GPtrArray *trace(const char *const *rows, gint64 height, GError **error)
{
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(guint32));
    gint64 width = (gint64)strlen(rows[0]);
    char now = '.';
    guint32 run = 0;
    for (gint64 x = 0; x < width; x++) {
        for (gint64 y = 0; y < height; y++) {
            if (rows[y][x] != now) {
                g_array_append_val(runs, run);
                run = 0;
                now = rows[y][x];
            }
            run++;
        }
    }
    g_array_append_val(runs, run);
    return mask_trace((const guint32 *)(gpointer)runs->data, runs->len, width, height, error);
}

/* The corners of every ring, and the mask that they are written as. */
static void assert_traced(const char *const *rows, gint64 height, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) shapes = trace(rows, height, &error);
    g_autoptr(GString) told = g_string_new(NULL);
    g_assert_no_error(error);
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        for (guint ring = 0, point = 0; ring < shape->ring_count; ring++) {
            g_string_append_c(told, ring == 0 ? '[' : '(');
            for (guint j = 0; j < shape->rings[ring]; j++, point++) {
                g_string_append_printf(told, "%g,%g ", shape->points[point].x,
                                       shape->points[point].y);
            }
        }
    }
    g_assert_cmpstr(told->str, ==, expected);
}

static void test_outlines(void)
{
    assert_traced((const char *const[]){"...", ".#.", "..."}, 3, "[1,1 2,1 2,2 1,2 ");
    assert_traced((const char *const[]){"##.", "#..", "..."}, 3, "[0,0 2,0 2,1 1,1 1,2 0,2 ");
    assert_traced((const char *const[]){"....", "...."}, 2, "");
    assert_traced((const char *const[]){"####"}, 1, "[0,0 4,0 4,1 0,1 ");
    /* Two that touch at a corner are two. */
    assert_traced((const char *const[]){"#.", ".#"}, 2, "[0,0 1,0 1,1 0,1 [1,1 2,1 2,2 1,2 ");
}

static void test_holes(void)
{
    assert_traced((const char *const[]){"####", "#..#", "####"}, 3,
                  "[0,0 4,0 4,3 0,3 (3,1 1,1 1,2 3,2 ");
    /* An island in a hole is a part of its own; its hole is its own too. */
    assert_traced((const char *const[]){"#######", "#.....#", "#.###.#", "#.#.#.#", "#.###.#",
                                        "#.....#", "#######"},
                  7, "[0,0 7,0 7,7 0,7 (6,1 1,1 1,6 6,6 [2,2 5,2 5,5 2,5 (4,3 3,3 3,4 4,4 ");
}

/* What is traced is written as the same mask again. */
static void test_exact(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int round = 0; round < 200; round++) {
        enum { WIDTH = 12, HEIGHT = 9 };
        char rows[HEIGHT][WIDTH + 1];
        const char *lines[HEIGHT];
        int pixels = 0;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                gboolean in = g_rand_int_range(random, 0, 100) < 60;
                rows[y][x] = in ? '#' : '.';
                pixels += in;
            }
            rows[y][WIDTH] = 0;
            lines[y] = rows[y];
        }
        g_autoptr(GPtrArray) shapes = trace(lines, HEIGHT, NULL);
        int found = 0;
        for (guint i = 0; i < shapes->len; i++) {
            g_autofree char *mask = mask_encode(g_ptr_array_index(shapes, i), WIDTH, HEIGHT);
            g_autoptr(GArray) runs = mask_runs_parse(mask, NULL);
            gint64 at = 0;
            for (guint run = 0; run < runs->len; run++) {
                guint32 length = g_array_index(runs, guint32, run);
                for (gint64 p = at; run % 2 == 1 && p < at + length; p++, found++) {
                    g_assert_cmpint(rows[p % HEIGHT][p / HEIGHT], ==, '#');
                }
                at += length;
            }
        }
        g_assert_cmpint(found, ==, pixels);
    }
}

static void test_refusals(void)
{
    static const struct {
        guint32 runs[4];
        gsize count;
        gint64 width, height;
        int code;
    } cases[] = {
        {{1, 2}, 2, 2, 2, ALBUMEN_ERROR_CORRUPT},
        {{1, 9}, 2, 2, 2, ALBUMEN_ERROR_CORRUPT},
        {{0, 4}, 2, 0, 2, ALBUMEN_ERROR_CORRUPT},
        {{0, 4}, 2, LIMIT_PICTURE_SIDE_PIXELS + 1, 2, ALBUMEN_ERROR_CORRUPT},
        {{0, 3600000000U}, 2, 60000, 60000, ALBUMEN_ERROR_TOO_LARGE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(
            mask_trace(cases[i].runs, cases[i].count, cases[i].width, cases[i].height, &error));
        g_assert_error(error, ALBUMEN_ERROR, cases[i].code);
    }
    static const char *const texts[] = {"é", "\x1f", "oooooooooooo", "O"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(mask_runs_parse(texts[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mask_trace/outlines", test_outlines);
    g_test_add_func("/mask_trace/holes", test_holes);
    g_test_add_func("/mask_trace/exact", test_exact);
    g_test_add_func("/mask_trace/refusals", test_refusals);
    return g_test_run();
}
