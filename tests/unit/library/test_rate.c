#include "library/rate.h"

#define MINUTE 60
#define START  (1000000 * MINUTE)

static int count(Rate *rate, gint64 key, gint64 own, gint64 now)
{
    int counted = 0;
    while (counted < 1000 && rate_count(rate, key, own, now)) {
        counted++;
    }
    return counted;
}

static void test_a_key_has_so_many(void)
{
    g_autoptr(Rate) rate = rate_new(10);
    g_assert_cmpint(count(rate, 1, 0, START), ==, 10);
    g_assert_cmpint(count(rate, 2, 0, START), ==, 10);  /* each its own */
    g_assert_cmpint(count(rate, 3, 4, START), ==, 4);   /* its limit lowers */
    g_assert_cmpint(count(rate, 4, 99, START), ==, 10); /* and does not raise */
}

static void test_the_hour_slides(void)
{
    g_autoptr(Rate) rate = rate_new(10);
    for (int i = 0; i < 10; i++) { /* one every ten minutes, the last at an hour and a half */
        g_assert_true(rate_count(rate, 1, 0, START + i * 10 * MINUTE));
    }
    gint64 now = START + 90 * MINUTE; /* those of the first half hour are over */
    RateState state;
    rate_look(rate, 1, 0, now, &state);
    g_assert_cmpint(state.limit, ==, 10);
    g_assert_cmpint(state.remaining, ==, 3);
    g_assert_cmpint(count(rate, 1, 0, now), ==, 3);
    rate_look(rate, 1, 0, now, &state);
    g_assert_cmpint(state.remaining, ==, 0);
    g_assert_cmpint(state.retry_seconds, ==, MINUTE); /* until that of half an hour is */
    g_assert_cmpint(state.reset_seconds, ==, now + MINUTE);
    g_assert_false(rate_count(rate, 1, 0, now + MINUTE - 1));
    g_assert_cmpint(count(rate, 1, 0, now + MINUTE), ==, 1);
}

static void test_all_is_forgotten_after_an_hour(void)
{
    g_autoptr(Rate) rate = rate_new(10);
    g_assert_cmpint(count(rate, 1, 0, START), ==, 10);
    RateState state;
    rate_look(rate, 1, 0, START + 61 * MINUTE, &state);
    g_assert_cmpint(state.remaining, ==, 10);
    g_assert_cmpint(count(rate, 1, 0, START + 1000 * MINUTE), ==, 10);
}

static void test_a_clock_that_is_set_back(void)
{
    g_autoptr(Rate) rate = rate_new(10);
    g_assert_cmpint(count(rate, 1, 0, START), ==, 10);
    g_assert_cmpint(count(rate, 1, 0, START - 100 * MINUTE), ==, 0);
    g_assert_cmpint(count(rate, 1, 0, START + 61 * MINUTE), ==, 10);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/so-many", test_a_key_has_so_many);
    g_test_add_func("/rate/slides", test_the_hour_slides);
    g_test_add_func("/rate/forgotten", test_all_is_forgotten_after_an_hour);
    g_test_add_func("/rate/clock", test_a_clock_that_is_set_back);
    return g_test_run();
}
