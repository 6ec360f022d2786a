#include "library/access.h"

static const Capability capabilities[] = {CAPABILITY_PUBLIC, CAPABILITY_BROWSE, CAPABILITY_MEDIA,
                                          CAPABILITY_RATE,   CAPABILITY_EDIT,   CAPABILITY_ADMIN};

static void test_the_owner_may_all(void)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_assert_true(principal_is_authenticated(owner));
    g_assert_true(principal_sees_library(owner));
    g_assert_null(principal_user_id(owner));
    g_assert_cmpint(principal_role(owner), ==, ROLE_SUPERADMIN);
    for (gsize i = 0; i < G_N_ELEMENTS(capabilities); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(access_check(owner, capabilities[i], &error));
        g_assert_no_error(error);
    }
}

static void test_nobody_may_what_is_public(void)
{
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_assert_false(principal_is_authenticated(nobody));
    g_assert_false(principal_sees_library(nobody));
    g_assert_true(access_check(nobody, CAPABILITY_PUBLIC, NULL));
    for (gsize i = 1; i < G_N_ELEMENTS(capabilities); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(access_check(nobody, capabilities[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/access/owner", test_the_owner_may_all);
    g_test_add_func("/access/nobody", test_nobody_may_what_is_public);
    return g_test_run();
}
