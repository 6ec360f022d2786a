#include "library/password.h"

#include "base/hash.h"

#include <string.h>

/* The contract's own vector: alicepw with sixteen zeros of salt. */
#define VECTOR                                                                                     \
    "00000000000000000000000000000000:"                                                            \
    "3df78c7bc417b7b0ed783bbdb6ab77093a89224293b624915465f5af627dd6ec"

static void test_our_form(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *one = password_hash("pässword", &error);
    g_autofree char *two = password_hash("pässword", &error);
    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(one, "$argon2id$"));
    g_assert_cmpstr(one, !=, two); /* salted */
    g_assert_true(password_verify(one, "pässword"));
    g_assert_false(password_verify(one, "password"));
    g_assert_false(password_verify(one, ""));
    g_assert_false(password_is_foreign(one));
}

static void test_facets_form(void)
{
    g_assert_true(password_is_foreign(VECTOR));
    g_assert_true(password_verify(VECTOR, "alicepw"));
    g_assert_false(password_verify(VECTOR, "alicepW"));
    g_assert_false(password_verify(VECTOR, ""));
}

static void test_what_is_no_kept_form(void)
{
    static const char *const broken[] = {
        "",
        ":",
        "alicepw",
        "$argon2id$",
        "$argon2id$v=19$m=65536,t=2,p=1$AAAA",
        "00:",
        "00:3df7",
        ":3df78c7bc417b7b0ed783bbdb6ab77093a89224293b624915465f5af627dd6e",
        "0:3df78c7bc417b7b0ed783bbdb6ab77093a89224293b624915465f5af627dd6ec",
        "zz:3df78c7bc417b7b0ed783bbdb6ab77093a89224293b624915465f5af627dd6ec",
        VECTOR ":00",
        VECTOR "00",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_test_message("%s", broken[i]);
        g_assert_false(password_verify(broken[i], "alicepw"));
        g_assert_false(password_verify(broken[i], ""));
    }
}

static void test_what_may_be_a_password(void)
{
    g_autofree char *longest = g_strnfill(1024, 'x');
    g_autofree char *longer = g_strnfill(1025, 'x');
    g_assert_true(password_check("x", NULL));
    g_assert_true(password_check(longest, NULL));
    const char *refused[] = {"", longer, "\xff\xfe"};
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(password_check(refused[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
    g_assert_false(password_verify(VECTOR, longer));
}

static void test_equal(void)
{
    g_assert_true(password_equal("", ""));
    g_assert_true(password_equal("ä", "ä"));
    g_assert_false(password_equal("a", "b"));
    g_assert_false(password_equal("a", "aa"));
    g_assert_false(password_equal("", "a"));
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/password/ours", test_our_form);
    g_test_add_func("/password/facet", test_facets_form);
    g_test_add_func("/password/broken", test_what_is_no_kept_form);
    g_test_add_func("/password/allowed", test_what_may_be_a_password);
    g_test_add_func("/password/equal", test_equal);
    return g_test_run();
}
