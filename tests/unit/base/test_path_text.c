#include "base/path_text.h"

#include <glib.h>

static void check_round_trip(const char *bytes, const char *text)
{
    g_autofree char *to = path_to_text(bytes);
    g_assert_cmpstr(to, ==, text);
    g_autofree char *from = path_from_text(to);
    g_assert_cmpstr(from, ==, bytes);
}

static void test_utf8_is_its_own_text(void)
{
    check_round_trip("", "");
    check_round_trip("/photos/a b.jpg", "/photos/a b.jpg");
    check_round_trip("/fotos/ñandú 日本 🐦\n%2F\\.jpg", "/fotos/ñandú 日本 🐦\n%2F\\.jpg");
}

static void test_other_bytes_are_escaped(void)
{
    check_round_trip("caf\xE9.jpg", "caf\xEF\x9F\xA9.jpg");
    check_round_trip("\xFF", "\xEF\x9F\xBF");
    check_round_trip("\xC3", "\xEF\x9F\x83");                                 /* cut short */
    check_round_trip("\xED\xA0\x80", "\xEF\x9F\xAD\xEF\x9E\xA0\xEF\x9E\x80"); /* a surrogate */
}

static void test_a_genuine_escape_is_escaped_itself(void)
{
    check_round_trip("\xEF\x9F\xA9", "\xEF\x9F\xAF\xEF\x9E\x9F\xEF\x9E\xA9");
}

static void test_text_that_names_nothing_is_refused(void)
{
    g_assert_null(path_from_text("\xC3"));
    /* Two escapes that spell the valid "é". */
    g_assert_null(path_from_text("\xEF\x9F\x83\xEF\x9E\xA9"));
}

static void test_every_pair_of_bytes(void)
{
    for (int a = 1; a < 256; a++) {
        for (int b = 1; b < 256; b++) {
            const char bytes[] = {(char)a, (char)b, 0};
            g_autofree char *text = path_to_text(bytes);
            g_assert_true(g_utf8_validate(text, -1, NULL));
            g_autofree char *back = path_from_text(text);
            g_assert_cmpstr(back, ==, bytes);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/path-text/utf8", test_utf8_is_its_own_text);
    g_test_add_func("/path-text/other-bytes", test_other_bytes_are_escaped);
    g_test_add_func("/path-text/genuine-escape", test_a_genuine_escape_is_escaped_itself);
    g_test_add_func("/path-text/refused", test_text_that_names_nothing_is_refused);
    g_test_add_func("/path-text/every-pair", test_every_pair_of_bytes);
    return g_test_run();
}
