#include "studio/names.h"

#include <glib.h>

static void assert_slug(const char *name, const char *expected)
{
    g_autofree char *slug = name_slug(name);
    g_assert_cmpstr(slug, ==, expected);
}

static void test_slugs(void)
{
    assert_slug("Street", "street");
    assert_slug("  A -- B_2 ", "a-b-2");
    assert_slug("ünï", "n");
    assert_slug("車", "dataset");
    assert_slug("", "dataset");
}

static void assert_numbered(const char *name, guint number, gsize most, const char *expected)
{
    g_autofree char *numbered = name_numbered(name, number, most);
    g_assert_cmpstr(numbered, ==, expected);
}

static void test_numbers(void)
{
    assert_numbered("a.jpg", 2, 255, "a-2.jpg");
    assert_numbered("a.b.jpg", 1, 255, "a.b-1.jpg");
    assert_numbered("a", 1, 255, "a-1");
    assert_numbered(".hidden", 1, 255, ".hidden-1");
    assert_numbered("abcdef.jpg", 10, 10, "abc-10.jpg");
    assert_numbered("ééé.jpg", 1, 10, "éé-1.jpg"); /* no half of a character */
}

static void test_good_names(void)
{
    g_assert_true(name_is_good("a/b?#", 10));
    g_assert_true(name_is_good("ééé", 3));
    g_assert_false(name_is_good("éééé", 3));
    g_assert_false(name_is_good("", 3));
    g_assert_false(name_is_good(" \xc2\xa0", 3));
    g_assert_false(name_is_good("a\n", 3));
    g_assert_false(name_is_good("a\x7f", 3));
    g_assert_false(name_is_good("\xff", 3));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/names/slugs", test_slugs);
    g_test_add_func("/names/numbers", test_numbers);
    g_test_add_func("/names/good", test_good_names);
    return g_test_run();
}
