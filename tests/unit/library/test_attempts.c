#include "library/attempts.h"

#include "base/hash.h"
#include "base/limits.h"

/* Attempts until the first refusal. */
static int count(Attempts *attempts, const char *name, const char *address, gint64 now_us)
{
    int taken = 0;
    while (taken < 1000 && attempts_take(attempts, name, address, now_us)) {
        taken++;
    }
    return taken;
}

static void test_a_name_has_so_many(void)
{
    g_autoptr(Attempts) attempts = attempts_new();
    g_assert_cmpint(count(attempts, "alice", "1", 0), ==, LIMIT_SIGN_IN_PER_NAME);
    g_assert_false(attempts_take(attempts, "alice", "2", 0)); /* from wherever */
    g_assert_true(attempts_take(attempts, "bob", "2", 0));
}

static void test_an_address_has_so_many(void)
{
    g_autoptr(Attempts) attempts = attempts_new();
    int taken = 0;
    for (int i = 0; i < 100; i++) {
        g_autofree char *name = g_strdup_printf("user %d", i);
        taken += attempts_take(attempts, name, "1", 0);
    }
    g_assert_cmpint(taken, ==, LIMIT_SIGN_IN_PER_ADDRESS);
    g_assert_true(attempts_take(attempts, "user 7", "2", 0));
}

static void test_they_come_back_with_time(void)
{
    const gint64 each = LIMIT_SIGN_IN_REFILL_SECONDS * G_TIME_SPAN_SECOND;
    g_autoptr(Attempts) attempts = attempts_new();
    count(attempts, "alice", "1", 0);
    g_assert_false(attempts_take(attempts, "alice", "1", each - 1));
    g_assert_true(attempts_take(attempts, "alice", "1", each));
    g_assert_false(attempts_take(attempts, "alice", "1", each));
    g_assert_cmpint(count(attempts, "alice", "1", each * 1000), ==, LIMIT_SIGN_IN_PER_NAME);
}

/* Who is refused loses nothing by asking. */
static void test_refusals_cost_nothing(void)
{
    const gint64 each = LIMIT_SIGN_IN_REFILL_SECONDS * G_TIME_SPAN_SECOND;
    g_autoptr(Attempts) attempts = attempts_new();
    count(attempts, "alice", "1", 0);
    for (int i = 0; i < 100; i++) {
        g_assert_false(attempts_take(attempts, "alice", "2", 0));
    }
    g_assert_true(attempts_take(attempts, "alice", "2", each));
    g_assert_cmpint(count(attempts, "bob", "2", 0), ==, LIMIT_SIGN_IN_PER_NAME);
}

/* Somebody with an account of their own gains nothing for trying others' by signing in. */
static void test_success_fills_the_name_alone(void)
{
    g_autoptr(Attempts) attempts = attempts_new();
    count(attempts, "alice", "1", 0);
    g_assert_true(attempts_take(attempts, "bob", "1", 0));
    attempts_succeeded(attempts, "bob", "1");
    g_assert_false(attempts_take(attempts, "alice", "1", 0));
    attempts_succeeded(attempts, "alice", "1");
    g_assert_true(attempts_take(attempts, "alice", "1", 0));
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/attempts/name", test_a_name_has_so_many);
    g_test_add_func("/attempts/address", test_an_address_has_so_many);
    g_test_add_func("/attempts/refill", test_they_come_back_with_time);
    g_test_add_func("/attempts/refused", test_refusals_cost_nothing);
    g_test_add_func("/attempts/success", test_success_fills_the_name_alone);
    return g_test_run();
}
