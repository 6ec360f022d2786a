#include "base/safe_name.h"

#include <string.h>

static void test_what_is_replaced(void)
{
    static const struct {
        const char *name, *safe;
    } cases[] = {
        {"IMG_0001.JPG", "IMG_0001.JPG"},
        {"\xC3\xA9t\xC3\xA9 (1).jpg", "\xC3\xA9t\xC3\xA9 (1).jpg"},
        {"", "_"},
        {".", "_"},
        {"..", "__"},
        {".hidden", ".hidden"},
        {"../../etc/passwd", ".._.._etc_passwd"},
        {"a\\b:c*d?e\"f<g>h|i.jpg", "a_b_c_d_e_f_g_h_i.jpg"},
        {"line\nend\x7F.jpg", "line_end_.jpg"},
        {"blank at the end. . ", "blank at the end____"},
        {"-rf.jpg", "_rf.jpg"},
        {"~root", "_root"},
        {"con", "_con"},
        {"NUL.txt", "_NUL.txt"},
        {"Lpt9.jpg", "_Lpt9.jpg"},
        {"lpt.jpg", "lpt.jpg"},
        {"console.jpg", "console.jpg"},
        {"caf\xEF\x9F\xA9.jpg", "caf_.jpg"}, /* the byte E9, as base/path_text.h writes it */
        {"\xFF\xFE.jpg", "\xEF\xBF\xBD\xEF\xBF\xBD.jpg"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *safe = safe_name(cases[i].name);
        g_assert_cmpstr(safe, ==, cases[i].safe);
    }
}

static void test_long_names(void)
{
    g_autofree char *stem = g_strnfill(300, 'x');
    g_autofree char *name = g_strconcat(stem, ".jpeg", NULL);
    g_autofree char *safe = safe_name(name);
    g_assert_cmpuint(strlen(safe), ==, SAFE_NAME_BYTES_MOST);
    g_assert_true(g_str_has_suffix(safe, "x.jpeg"));

    GString *wide = g_string_new("a"); /* so that the cut falls into a character */
    for (int i = 0; i < 200; i++) {
        g_string_append(wide, "\xC3\xA9");
    }
    g_autofree char *cut = safe_name(wide->str);
    g_assert_true(g_utf8_validate(cut, -1, NULL));
    g_assert_cmpuint(strlen(cut), ==, SAFE_NAME_BYTES_MOST);
    g_string_append(wide, ".jpg");
    g_autofree char *ended = safe_name(wide->str);
    g_assert_true(g_utf8_validate(ended, -1, NULL));
    g_assert_cmpuint(strlen(ended), ==, SAFE_NAME_BYTES_MOST);
    g_string_free(wide, TRUE);

    g_autofree char *endless = g_strconcat("a.", stem, NULL);
    g_autofree char *short_one = safe_name(endless);
    g_assert_cmpuint(strlen(short_one), ==, SAFE_NAME_BYTES_MOST);
}

static void expect(GHashTable *taken, const char *name, const char *expected)
{
    g_autofree char *given = safe_names_take(taken, name);
    g_assert_cmpstr(given, ==, expected);
}

static void test_each_is_given_once(void)
{
    g_autoptr(GHashTable) taken = safe_names_new();
    expect(taken, "a.jpg", "a.jpg");
    expect(taken, "a.jpg", "a (2).jpg");
    expect(taken, "A.JPG", "A (3).JPG");
    expect(taken, "a (2).jpg", "a (2) (2).jpg");
    expect(taken, "a?", "a_");
    expect(taken, "a*", "a_ (2)");
    expect(taken, "\xC3\xA9", "\xC3\xA9");
    expect(taken, "e\xCC\x81", "e\xCC\x81 (2)");
    expect(taken, ".x", ".x");
    expect(taken, ".x", ".x (2)");
    g_autofree char *stem = g_strnfill(300, 'x');
    g_autofree char *first = safe_names_take(taken, stem);
    g_autofree char *second = safe_names_take(taken, stem);
    g_assert_cmpuint(strlen(second), ==, SAFE_NAME_BYTES_MOST);
    g_assert_true(g_str_has_suffix(second, "x (2)"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/safe_name/replaced", test_what_is_replaced);
    g_test_add_func("/safe_name/long", test_long_names);
    g_test_add_func("/safe_name/once", test_each_is_given_once);
    return g_test_run();
}
