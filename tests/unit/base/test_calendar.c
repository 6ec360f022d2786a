#include "base/calendar.h"

/* Every day there is, against GLib's calendar. */
static void test_every_day(void)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, 1, 1, 1);
    for (gint64 day = CALENDAR_FIRST_DAY; day <= CALENDAR_LAST_DAY; day++) {
        CalendarDate found = calendar_date(day);
        g_assert_cmpint(found.year, ==, g_date_get_year(&date));
        g_assert_cmpint(found.month, ==, g_date_get_month(&date));
        g_assert_cmpint(found.day, ==, g_date_get_day(&date));
        g_assert_cmpint(calendar_day(found.year, found.month, found.day), ==, day);
        g_assert_cmpint(calendar_weekday(day), ==, g_date_get_weekday(&date) - 1);
        g_date_add_days(&date, 1);
    }
    g_assert_cmpint(g_date_get_year(&date), ==, 10000);
}

static void test_texts(void)
{
    static const struct {
        const char *text;
        gint32 day;
    } good[] = {
        {"1970-01-01", 0},
        {"1969-12-31", -1},
        {"2024-02-29", 19782},
        {"0001-01-01", CALENDAR_FIRST_DAY},
        {"9999-12-31", CALENDAR_LAST_DAY},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        gint32 day = 0;
        g_assert_true(calendar_parse(good[i].text, &day));
        g_assert_cmpint(day, ==, good[i].day);
    }
    static const char *const bad[] = {
        "",
        "2024",
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-01",
        "2024-01-00",
        "2024-01-32",
        "0000-01-01",
        "2024:01:01",
        "2024-1-01",
        "2024-01-1",
        "2024-01-01 ",
        "+024-01-01",
        "2024-+1-01",
        "20240-1-01",
        "2024-01-01T00:00:00",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        gint32 day = 0;
        g_assert_false(calendar_parse(bad[i], &day));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/calendar/every-day", test_every_day);
    g_test_add_func("/calendar/texts", test_texts);
    return g_test_run();
}
