#include "library/access.h"

#include "library/principal.h"

/* In the order of the enumeration, from CAPABILITY_PUBLIC on: '+' may, '-' FORBIDDEN,
 * '?' UNAUTHORIZED, '0' NOT_FOUND. */
typedef struct {
    const char *who;
    Principal values;
    /* PUBLIC BROWSE SHARED MEDIA EVENTS RATE EDIT SELF ADMIN ACCOUNTS SUPERADMIN, then
     * DATASETS ANNOTATE CURATE MANAGE */
    const char *may;
} Case;

static char *no_directories[] = {NULL};

#define ACCOUNT .kind = PRINCIPAL_ACCOUNT, .account_id = 5
#define OWNER   .kind = PRINCIPAL_OWNER, .role = ROLE_SUPERADMIN

static const Case cases[] = {
    {"nobody",
     {.kind = PRINCIPAL_NOBODY, .role = ROLE_USER, .directories = no_directories},
     "+??0???????????"},
    {"owner", {OWNER, .edition = TRUE}, "++++++++++-++++"},
    {"looking owner", {OWNER}, "+++++--+---+---"},
    {"user", {ACCOUNT, .role = ROLE_USER}, "++++++-+---+++-"},
    {"admin", {ACCOUNT, .role = ROLE_ADMIN}, "++++++++---++++"},
    {"superadmin", {ACCOUNT, .role = ROLE_SUPERADMIN}, "+++++++++++++++"},
    {"owner's reading key", {OWNER, .edition = TRUE, .scope = KEY_SCOPE_READ}, "+++++------+---"},
    {"owner's writing key", {OWNER, .edition = TRUE, .scope = KEY_SCOPE_WRITE}, "+++++++----+++-"},
    {"owner's admin key", {OWNER, .edition = TRUE, .scope = KEY_SCOPE_ADMIN}, "+++++++-+--++++"},
    {"user's admin key", {ACCOUNT, .role = ROLE_USER, .scope = KEY_SCOPE_ADMIN}, "++++++-----+++-"},
    {"admin's admin key",
     {ACCOUNT, .role = ROLE_ADMIN, .scope = KEY_SCOPE_ADMIN},
     "+++++++----++++"},
    {"annotator", {ACCOUNT, .role = ROLE_USER, .member_role = MEMBER_ANNOTATOR}, "++++++-+---++--"},
    {"admin who only views",
     {ACCOUNT, .role = ROLE_ADMIN, .member_role = MEMBER_VIEWER},
     "++++++++---+---"},
    {"superadmin's reading key",
     {ACCOUNT, .role = ROLE_SUPERADMIN, .scope = KEY_SCOPE_READ},
     "+++++------+---"},
    {"superadmin's writing key",
     {ACCOUNT, .role = ROLE_SUPERADMIN, .scope = KEY_SCOPE_WRITE},
     "+++++++----+++-"},
    {"superadmin's admin key",
     {ACCOUNT, .role = ROLE_SUPERADMIN, .scope = KEY_SCOPE_ADMIN},
     "+++++++-+-+++++"},
};

static char answer(const Principal *principal, Capability capability)
{
    g_autoptr(GError) error = NULL;
    if (access_check(principal, capability, &error)) {
        g_assert_no_error(error);
        return '+';
    }
    return error->code == ALBUMEN_ERROR_FORBIDDEN      ? '-'
           : error->code == ALBUMEN_ERROR_UNAUTHORIZED ? '?'
           : error->code == ALBUMEN_ERROR_NOT_FOUND    ? '0'
                                                       : '!';
}

static void test_who_may_what(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Principal) principal = principal_new(&cases[i].values);
        char may[CAPABILITY_LAST + 1] = "";
        for (int c = CAPABILITY_PUBLIC; c <= CAPABILITY_LAST; c++) {
            may[c - 1] = answer(principal, (Capability)c);
        }
        g_test_message("%s", cases[i].who);
        g_assert_cmpstr(may, ==, cases[i].may);
    }
}

static void assert_message(const Principal *values, Capability capability, const char *message)
{
    g_autoptr(Principal) principal = principal_new(values);
    g_autoptr(GError) error = NULL;
    g_assert_false(access_check(principal, capability, &error));
    g_assert_cmpstr(error->message, ==, message);
}

/* Facet's client shows none of them, and its tests know each. */
static void test_the_contracts_words(void)
{
    const Principal nobody = {.kind = PRINCIPAL_NOBODY};
    const Principal looks = {OWNER};
    const Principal user = {ACCOUNT, .role = ROLE_USER};
    assert_message(&nobody, CAPABILITY_BROWSE, "Authentication required");
    assert_message(&nobody, CAPABILITY_MEDIA, "Not found");
    assert_message(&looks, CAPABILITY_RATE, "Edition disabled");
    assert_message(&looks, CAPABILITY_EDIT, "Edition access required");
    assert_message(&looks, CAPABILITY_SUPERADMIN, "Multi-user mode required");
    assert_message(&user, CAPABILITY_EDIT, "Edition access required");
    assert_message(&user, CAPABILITY_SUPERADMIN, "Superadmin access required");
}

static void test_the_two_that_anybody_makes(void)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_assert_true(principal_is_authenticated(owner));
    g_assert_true(principal_sees_library(owner));
    g_assert_null(principal_user_id(owner));
    g_assert_null(principal_directories(owner));
    g_assert_cmpint(principal_role(owner), ==, ROLE_SUPERADMIN);
    g_assert_cmpint(principal_account(owner), ==, 0);
    g_assert_false(principal_has_account(owner));
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_assert_false(principal_is_authenticated(nobody));
    g_assert_false(principal_sees_library(nobody));
    g_assert_nonnull(principal_directories(nobody));
    g_assert_cmpstr(principal_display_name(nobody), ==, "");
}

static gboolean sees(char **directories, const char *path)
{
    g_autoptr(Principal) principal =
        principal_new(&(Principal){ACCOUNT, .role = ROLE_USER, .directories = directories});
    return principal_sees_path(principal, path);
}

/* Literal and case-sensitive: in Facet "_" and "%" of a folder's name let others through. */
static void test_folders(void)
{
    char *own[] = {"/photos/a_b", "/photos/100%", NULL};
    g_assert_true(sees(own, "/photos/a_b/1.jpg"));
    g_assert_true(sees(own, "/photos/a_b/deep/er/1.jpg"));
    g_assert_true(sees(own, "/photos/a_b"));
    g_assert_true(sees(own, "/photos/100%/1.jpg"));
    g_assert_false(sees(own, "/photos/axb/1.jpg"));
    g_assert_false(sees(own, "/photos/a_bc/1.jpg"));
    g_assert_false(sees(own, "/photos/A_B/1.jpg"));
    g_assert_false(sees(own, "/photos/1000/1.jpg"));
    g_assert_false(sees(own, "/photos/1.jpg"));
    g_assert_false(sees(own, "/"));
    g_autoptr(Principal) user =
        principal_new(&(Principal){ACCOUNT, .role = ROLE_USER, .directories = own});
    g_assert_true(principal_sees_into(user, "/photos"));
    g_assert_true(principal_sees_into(user, "/photos/a_b"));
    g_assert_true(principal_sees_into(user, "/photos/a_b/c"));
    g_assert_false(principal_sees_into(user, "/photos/a"));
    g_assert_false(principal_sees_into(user, "/other"));
    char *root[] = {"", NULL};
    g_assert_true(sees(root, "/photos/1.jpg"));
    g_assert_false(sees(no_directories, "/photos/1.jpg"));
    g_assert_true(sees(NULL, "/photos/1.jpg"));
}

static void test_names(void)
{
    for (Role role = ROLE_USER; role <= ROLE_SUPERADMIN; role++) {
        g_assert_cmpint(role_from_name(role_name(role)), ==, role);
    }
    for (KeyScope scope = KEY_SCOPE_READ; scope <= KEY_SCOPE_ADMIN; scope++) {
        g_assert_cmpint(key_scope_from_name(key_scope_name(scope)), ==, scope);
    }
    g_assert_cmpint(role_from_name("Admin"), ==, 0);
    g_assert_cmpint(role_from_name(NULL), ==, 0);
    g_assert_cmpint(key_scope_from_name(""), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/access/table", test_who_may_what);
    g_test_add_func("/access/words", test_the_contracts_words);
    g_test_add_func("/access/made", test_the_two_that_anybody_makes);
    g_test_add_func("/access/folders", test_folders);
    g_test_add_func("/access/names", test_names);
    return g_test_run();
}
