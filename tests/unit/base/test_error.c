#include "base/error.h"

#include <errno.h>

static void test_names(void)
{
    g_assert_cmpstr(albumen_error_name(ALBUMEN_ERROR_NOT_FOUND), ==, "not_found");
    g_assert_cmpstr(albumen_error_name(ALBUMEN_ERROR_IO), ==, "io");
    g_assert_cmpstr(albumen_error_name((AlbumenError)999), ==, "internal");
}

static void test_names_read_again(void)
{
    for (AlbumenError code = ALBUMEN_ERROR_INTERNAL; code <= ALBUMEN_ERROR_IO; code++) {
        g_assert_cmpint(albumen_error_from_name(albumen_error_name(code)), ==, code);
    }
    g_assert_cmpint(albumen_error_from_name(""), ==, ALBUMEN_ERROR_INTERNAL);
    g_assert_cmpint(albumen_error_from_name("not_founds"), ==, ALBUMEN_ERROR_INTERNAL);
}

static void test_errno(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(error_set_errno(&error, ENOENT, "open the picture"));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==, "cannot open the picture: No such file or directory");
    g_clear_error(&error);
    error_set_errno(&error, EIO, "read");
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/names", test_names);
    g_test_add_func("/error/names_read_again", test_names_read_again);
    g_test_add_func("/error/errno", test_errno);
    return g_test_run();
}
