#include "base/number_text.h"

#include <math.h>
#include <string.h>

static void check(double value, const char *expected)
{
    char text[NUMBER_TEXT_BYTES];
    g_assert_cmpuint(number_text(text, value), ==, strlen(expected));
    g_assert_cmpstr(text, ==, expected);
}

static void test_short(void)
{
    check(0, "0");
    check(12, "12");
    check(-12.5, "-12.5");
    check(100, "100");
    check(0.1, "0.1");
    check(0.000125, "0.000125");
    check(1e-7, "1e-07");
    check(1234567, "1234567");
    check(1.0 / 3, "0.3333333333333333");
    check(1e300, "1e+300");
}

static void test_reads_back(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (int i = 0; i < 20000; i++) {
        double value = ldexp(g_rand_double(random) - 0.5, g_rand_int_range(random, -60, 60));
        char text[NUMBER_TEXT_BYTES];
        gsize length = number_text(text, value);
        g_assert_cmpuint(length, <, NUMBER_TEXT_BYTES);
        g_assert_true(g_ascii_strtod(text, NULL) == value);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/number_text/short", test_short);
    g_test_add_func("/base/number_text/reads_back", test_reads_back);
    return g_test_run();
}
