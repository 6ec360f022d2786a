#include "library/sign_in.h"

#include "base/hash.h"
#include "base/limits.h"
#include "library/password.h"
#include "roster_fixture.h"

#define FOREIGN                                                                                    \
    "00000000000000000000000000000000:"                                                            \
    "3df78c7bc417b7b0ed783bbdb6ab77093a89224293b624915465f5af627dd6ec" /* alicepw */

static const SignInPlace here = {.address = "here", .is_here = TRUE};
static const SignInPlace away = {.address = "away"};

/* "" for who came in, else the error's message. */
static void assert_sign_in(SignIn *self, const char *username, const char *password,
                           const SignInPlace *place, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) principal = sign_in(self, username, password, place, &error);
    g_assert_true(!principal == !!error);
    g_assert_cmpstr(error ? error->message : "", ==, expected);
}

static void test_accounts(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    roster_fixture_account(&fixture, "bob", "bobpw", ROLE_USER);
    roster_fixture_account(&fixture, "mute", NULL, ROLE_USER);
    roster_refresh(fixture.roster, NULL);
    g_autoptr(SignIn) self = sign_in_new(fixture.roster);
    assert_sign_in(self, "bob", "bobpw", &away, "");
    assert_sign_in(self, "bob", "wrong", &away, "Invalid credentials");
    assert_sign_in(self, "bob", "", &away, "Invalid credentials");
    assert_sign_in(self, "eve", "bobpw", &away, "Invalid credentials");
    assert_sign_in(self, "mute", "", &away, "Invalid credentials");
    assert_sign_in(self, "shared_directories", "", &away, "Invalid credentials");
    assert_sign_in(self, NULL, "bobpw", &away, "Username required");
    assert_sign_in(self, "", "bobpw", &away, "Username required");
    g_autoptr(GError) error = NULL;
    g_assert_null(sign_in_edition(self, "bobpw", &here, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    roster_fixture_stop(&fixture);
}

static char *hash_of(RosterFixture *fixture, const char *username)
{
    g_autoptr(Principal) principal = NULL;
    return roster_password_hash(fixture->roster, username, &principal);
}

static void test_facets_hashes_are_replaced(StoreFixture *store, gconstpointer unused)
{
    const char *scoring = "{\"users\": {\"alice\": {\"password_hash\": \"" FOREIGN "\"}, "
                          "\"broken\": {\"password_hash\": \"xyz\"}}}";
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, scoring);
    g_autoptr(SignIn) self = sign_in_new(fixture.roster);
    assert_sign_in(self, "alice", "wrong", &away, "Invalid credentials");
    g_autofree char *before = hash_of(&fixture, "alice");
    g_assert_true(password_is_foreign(before));
    assert_sign_in(self, "broken", "xyz", &away, "Invalid credentials");
    g_autoptr(Principal) alice = sign_in(self, "alice", "alicepw", &away, NULL);
    g_autofree char *session = roster_token(fixture.roster, alice);
    g_autofree char *after = hash_of(&fixture, "alice");
    g_assert_false(password_is_foreign(after));
    assert_sign_in(self, "alice", "alicepw", &away, "");
    g_clear_pointer(&self, sign_in_free);

    roster_fixture_restart(&fixture, scoring); /* the file is as it was: the better hash stays */
    g_autofree char *later = hash_of(&fixture, "alice");
    g_assert_cmpstr(later, ==, after);
    g_autoptr(Principal) still = roster_identify(fixture.roster, session, FALSE);
    g_assert_cmpstr(principal_user_id(still), ==, "alice");
    roster_fixture_stop(&fixture);
}

static void test_passwords_of_the_library(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store,
                         "{\"viewer\": {\"password\": \"pä\", \"edition_password\": \"e\"}}");
    g_autoptr(SignIn) self = sign_in_new(fixture.roster);
    assert_sign_in(self, NULL, "pä", &away, "");
    assert_sign_in(self, "anybody", "pä", &away, "");
    assert_sign_in(self, NULL, "", &here, "Invalid password");
    assert_sign_in(self, NULL, "pö", &here, "Invalid password");
    assert_sign_in(self, NULL, "e", &here, "Invalid password");
    g_autoptr(Principal) editor = sign_in_edition(self, "e", &away, NULL);
    g_assert_true(access_check(editor, CAPABILITY_EDIT, NULL));
    g_assert_null(sign_in_edition(self, "pä", &away, NULL));
    g_assert_null(sign_in_edition(self, "", &away, NULL));
    roster_fixture_stop(&fixture);
}

/* Facet's empty edition password lets everybody edit, and nobody sign in by it. */
static void test_an_open_library(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    g_autoptr(SignIn) self = sign_in_new(fixture.roster);
    assert_sign_in(self, NULL, "whatever", &here, "");
    assert_sign_in(self, NULL, "whatever", &away, "Invalid password");
    g_autoptr(GError) error = NULL;
    g_assert_null(sign_in_edition(self, "", &here, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED);
    roster_fixture_stop(&fixture);
}

static void test_attempts_are_counted(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, "{\"viewer\": {\"password\": \"p\"}}");
    g_autoptr(SignIn) self = sign_in_new(fixture.roster);
    for (int i = 0; i < LIMIT_SIGN_IN_PER_NAME; i++) {
        assert_sign_in(self, NULL, "wrong", &away, "Invalid password");
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(sign_in(self, NULL, "p", &away, &error)); /* not even the right one */
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_OFTEN);
    roster_fixture_stop(&fixture);
}

static void assert_change(SignIn *self, const Principal *who, const char *current,
                          const char *password, int code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) renewed =
        sign_in_change_password(self, who, current, password, &away, &error);
    if (code < 0) {
        g_assert_no_error(error);
        g_assert_nonnull(renewed);
    } else {
        g_assert_error(error, ALBUMEN_ERROR, code);
    }
}

static void test_another_password(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    roster_fixture_account(&fixture, "bob", "old", ROLE_USER);
    roster_refresh(fixture.roster, NULL);
    g_autoptr(SignIn) self = sign_in_new(fixture.roster);
    g_autoptr(Principal) bob = sign_in(self, "bob", "old", &away, NULL);
    g_autofree char *session = roster_token(fixture.roster, bob);
    assert_change(self, bob, "wrong", "new", ALBUMEN_ERROR_FORBIDDEN);
    assert_change(self, bob, "old", "", ALBUMEN_ERROR_INVALID);
    assert_change(self, bob, "old", "new", -1);
    assert_sign_in(self, "bob", "old", &away, "Invalid credentials");
    assert_sign_in(self, "bob", "new", &away, "");
    g_autoptr(Principal) ended = roster_identify(fixture.roster, session, TRUE);
    g_assert_false(principal_is_authenticated(ended));
    /* Who was checked against the old password gets no session of the new one. */
    g_autofree char *late = roster_token(fixture.roster, bob);
    g_autoptr(Principal) too_late = roster_identify(fixture.roster, late, TRUE);
    g_assert_false(principal_is_authenticated(too_late));
    g_autoptr(Principal) owner = principal_new_owner();
    assert_change(self, owner, "old", "new", ALBUMEN_ERROR_CONFLICT);
    roster_fixture_stop(&fixture);
}

typedef struct {
    SignIn *sign_in;
    gint in, busy, other;
} Crowd;

static void come_in(gpointer data, gpointer user_data)
{
    Crowd *crowd = user_data;
    g_autofree char *name = g_strdup_printf("user%d", GPOINTER_TO_INT(data));
    const SignInPlace place = {.address = name};
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) principal = sign_in(crowd->sign_in, name, "pw", &place, &error);
    gboolean busy = g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY);
    g_atomic_int_inc(principal ? &crowd->in : busy ? &crowd->busy : &crowd->other);
}

/* Few are checked at a time and few wait; the rest is told to come again. */
static void test_a_crowd(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    for (int i = 1; i <= 24; i++) {
        g_autofree char *name = g_strdup_printf("user%d", i);
        roster_fixture_account(&fixture, name, i == 1 ? "pw" : NULL, ROLE_USER);
    }
    roster_refresh(fixture.roster, NULL);
    g_autoptr(SignIn) self = sign_in_new(fixture.roster);
    Crowd crowd = {.sign_in = self};
    GThreadPool *pool = g_thread_pool_new(come_in, &crowd, 24, TRUE, NULL);
    for (int i = 1; i <= 24; i++) {
        g_thread_pool_push(pool, GINT_TO_POINTER(i), NULL);
    }
    g_thread_pool_free(pool, FALSE, TRUE);
    g_assert_cmpint(crowd.in + crowd.busy + crowd.other, ==, 24);
    g_assert_cmpint(crowd.in, <=, 1); /* user1, if it was not told to come again */
    g_assert_cmpint(crowd.in + crowd.other, >=,
                    LIMIT_PASSWORD_CHECKS + LIMIT_PASSWORD_CHECKS_WAITING);
    assert_sign_in(self, "user1", "pw", &away, ""); /* nobody is left in the way */
    roster_fixture_stop(&fixture);
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/sign_in/accounts", test_accounts);
    store_fixture_add("/sign_in/facet", test_facets_hashes_are_replaced);
    store_fixture_add("/sign_in/passwords", test_passwords_of_the_library);
    store_fixture_add("/sign_in/open", test_an_open_library);
    store_fixture_add("/sign_in/attempts", test_attempts_are_counted);
    store_fixture_add("/sign_in/change", test_another_password);
    store_fixture_add("/sign_in/crowd", test_a_crowd);
    return g_test_run();
}
