#include "studio/formats/id_set.h"

static void test_add(void)
{
    g_autoptr(IdSet) set = id_set_new();
    g_autoptr(GHashTable) same = g_hash_table_new(NULL, NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    static const gint64 odd[] = {0, -1, 63, 64, G_MAXINT64, G_MININT64, 1LL << 40};
    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_assert_true(id_set_add(set, odd[i]));
        g_assert_false(id_set_add(set, odd[i]));
        g_hash_table_add(same, GSIZE_TO_POINTER((gsize)odd[i]));
    }
    for (int i = 0; i < 100000; i++) {
        gint64 id = (gint64)g_rand_int(random) << (i % 20);
        gboolean is_new = g_hash_table_add(same, GSIZE_TO_POINTER((gsize)id));
        g_assert_cmpint(id_set_add(set, id), ==, is_new);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/id_set/add", test_add);
    return g_test_run();
}
