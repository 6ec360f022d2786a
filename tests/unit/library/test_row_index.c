#include "library/row_index.h"

#include <string.h>

#define ROWS   5000
#define ROUNDS 200000
#define HASHES 700 /* few, so that many rows share one */

static gboolean is_row(gconstpointer data, guint32 row)
{
    return *(const guint32 *)data == row;
}

static guint32 find(const RowIndex *index, guint32 row)
{
    return row_index_find(index, row_hash_number(row % HASHES), is_row, &row);
}

/* Against an array that tells what is in it. */
static void test_random_rows(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    g_autofree guint8 *model = g_new0(guint8, ROWS);
    RowIndex index = {0};
    for (int round = 0; round < ROUNDS; round++) {
        guint32 row = (guint32)g_rand_int_range(random, 0, ROWS);
        guint32 hash = row_hash_number(row % HASHES);
        g_assert_cmpuint(find(&index, row), ==, model[row] ? row : G_MAXUINT32);
        if (model[row]) {
            row_index_remove(&index, hash, row);
        } else {
            row_index_add(&index, hash, row);
        }
        model[row] = !model[row];
    }
    for (guint32 row = 0; row < ROWS; row++) {
        g_assert_cmpuint(find(&index, row), ==, model[row] ? row : G_MAXUINT32);
    }
    row_index_clear(&index);
}

static void test_replace(void)
{
    RowIndex index = {0};
    row_index_add(&index, 7, 1);
    row_index_add(&index, 7, 2);
    row_index_replace(&index, 7, 1, 3);
    const guint32 rows[] = {1, 2, 3};
    g_assert_cmpuint(row_index_find(&index, 7, is_row, &rows[0]), ==, G_MAXUINT32);
    g_assert_cmpuint(row_index_find(&index, 7, is_row, &rows[1]), ==, 2);
    g_assert_cmpuint(row_index_find(&index, 7, is_row, &rows[2]), ==, 3);
    g_assert_cmpuint(row_index_find(&index, 8, is_row, &rows[2]), ==, G_MAXUINT32);
    row_index_clear(&index);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/row_index/random", test_random_rows);
    g_test_add_func("/row_index/replace", test_replace);
    return g_test_run();
}
