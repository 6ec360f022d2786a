#include "library/failures.h"

#include "library/principal.h"
#include "library_fixture.h"

static void assert_list(StoreFixture *fixture, const Principal *viewer, const char *after,
                        gint64 limit, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) failures = failure_list(tx, viewer, after, limit, &error);
    g_assert_no_error(error);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < failures->len; i++) {
        g_string_append(names, ((Failure *)g_ptr_array_index(failures, i))->name);
    }
    g_assert_cmpstr(names->str, ==, expected);
    g_string_free(names, TRUE);
}

static void test_pages_by_path(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) nobody = principal_new_anonymous();
    fixture_add(fixture, "/photos/good", NULL);
    assert_list(fixture, owner, NULL, 10, "");
    static const char *const paths[] = {"/photos/b", "/photos/a/c", "/photos/D", "/photos/e"};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        fixture_add_failure(fixture, paths[i], ALBUMEN_ERROR_CORRUPT, "broken");
    }
    assert_list(fixture, owner, NULL, 10, "Dcbe");
    assert_list(fixture, owner, NULL, 2, "Dc");
    assert_list(fixture, owner, "/photos/a/c", 2, "be");
    assert_list(fixture, owner, "/photos/e", 2, "");
    assert_list(fixture, owner, "/photos/a", 1, "c"); /* the one before need not be there */
    assert_list(fixture, nobody, NULL, 10, "");
    char *own[] = {"/photos/a", "/photos/e_", NULL};
    g_autoptr(Principal) user =
        principal_new(&(Principal){.kind = PRINCIPAL_ACCOUNT, .directories = own});
    assert_list(fixture, user, NULL, 10, "c");
    assert_list(fixture, user, "/photos/a/c", 10, "");
}

static void test_count(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) nobody = principal_new_anonymous();
    fixture_add_failure(fixture, "/photos/a", ALBUMEN_ERROR_CORRUPT, "broken");
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_cmpint(failure_count(tx, owner, &error), ==, 1);
    g_assert_no_error(error);
    g_assert_cmpint(failure_count(tx, nobody, &error), ==, 0);
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/failures/pages", test_pages_by_path);
    store_fixture_add("/failures/count", test_count);
    return g_test_run();
}
