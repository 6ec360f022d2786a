#include "base/hash.h"
#include "base/ids.h"

static void test_uuids_are_valid_and_ordered_by_time(void)
{
    char first[UUID_CHARS + 1], second[UUID_CHARS + 1];
    uuid_new(first);
    g_usleep(3000);
    uuid_new(second);
    g_assert_true(uuid_is_valid(first));
    g_assert_cmpint(first[14], ==, '7');
    g_assert_cmpint(g_strcmp0(first, second), <, 0);
    g_assert_false(uuid_is_valid("not-a-uuid"));
}

static void test_random_hex(void)
{
    g_autofree char *a = random_hex(32);
    g_autofree char *b = random_hex(32);
    g_assert_cmpuint(strlen(a), ==, 64);
    g_assert_cmpstr(a, !=, b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    g_test_add_func("/ids/uuid", test_uuids_are_valid_and_ordered_by_time);
    g_test_add_func("/ids/random", test_random_hex);
    return g_test_run();
}
