#include "http/cookies.h"

#include "base/limits.h"

static void assert_cookie(const char *header, const char *name, const char *expected)
{
    g_autoptr(GArray) cookies = cookies_parse(header);
    g_assert_cmpstr(cookies_find(cookies, name), ==, expected);
}

static void test_values(void)
{
    assert_cookie("a=b", "a", "b");
    assert_cookie("a=b; c=d", "c", "d");
    assert_cookie("a=b;c=d", "c", "d");
    assert_cookie(" a = b ; c = d ", "a", "b");
    assert_cookie("a=\"b c\"", "a", "b c");
    assert_cookie("a=\"", "a", "\"");
    assert_cookie("a=", "a", "");
    assert_cookie("a=b=c", "a", "b=c");
    assert_cookie("a=1; a=2", "a", "1");
    assert_cookie("=b", "", "b");
}

static void test_what_is_none(void)
{
    assert_cookie(NULL, "a", NULL);
    assert_cookie("", "a", NULL);
    assert_cookie("a", "a", NULL);
    assert_cookie("aa=b; ba=c", "a", NULL);
    assert_cookie(";;; ;a", "a", NULL);
    assert_cookie("A=b", "a", NULL);
}

static void test_there_is_an_end(void)
{
    GString *header = g_string_new(NULL);
    for (int i = 0; i < LIMIT_HTTP_COOKIES + 10; i++) {
        g_string_append_printf(header, "c%d=v; ", i);
    }
    g_autoptr(GArray) cookies = cookies_parse(header->str);
    g_assert_cmpuint(cookies->len, ==, LIMIT_HTTP_COOKIES);
    g_string_free(header, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cookies/values", test_values);
    g_test_add_func("/cookies/none", test_what_is_none);
    g_test_add_func("/cookies/end", test_there_is_an_end);
    return g_test_run();
}
