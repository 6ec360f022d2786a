/* Dates, and what an Accept-Encoding header means. */
#include "http/conditions.h"

static void test_dates(void)
{
    char text[HTTP_DATE_CHARS + 1];
    gint64 seconds = -1;
    http_date_format(1709164800, text); /* a leap day */
    g_assert_cmpstr(text, ==, "Thu, 29 Feb 2024 00:00:00 GMT");
    g_assert_true(http_date_parse(text, &seconds));
    g_assert_cmpint(seconds, ==, 1709164800);
    static const char *const bad[] = {"",
                                      "Thu, 30 Feb 2024 00:00:00 GMT",
                                      "Fri, 29 Feb 2024 00:00:00 GMT",
                                      "Thu, 29 Feb 2024 00:00:00 CET",
                                      "Thu, 29 Fxb 2024 00:00:00 GMT",
                                      "Thu, 29 Feb 2024 25:00:00 GMT",
                                      "Sunday, 06-Nov-94 08:49:37 GMT"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(http_date_parse(bad[i], &seconds));
    }
}

static void test_who_takes_gzip(void)
{
    static const struct {
        const char *header;
        gboolean takes;
    } cases[] = {
        {NULL, FALSE},          {"", FALSE},
        {"gzip", TRUE},         {"GZIP", TRUE},
        {"br, gzip", TRUE},     {"deflate, gzip;q=1.0, *;q=0.5", TRUE},
        {"gzip;q=0", FALSE},    {"gzip; q=0.000", FALSE},
        {"gzip;q=0.001", TRUE}, {"*", TRUE},
        {"*;q=0", FALSE},       {"gzip;q=0, *", FALSE},
        {"br", FALSE},          {"identity", FALSE},
        {"gzipped", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(http_accepts_gzip(cases[i].header), ==, cases[i].takes);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/conditions/dates", test_dates);
    g_test_add_func("/http/conditions/gzip", test_who_takes_gzip);
    return g_test_run();
}
