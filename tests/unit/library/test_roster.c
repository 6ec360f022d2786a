#include "library/roster.h"

#include "base/hash.h"
#include "library/organization.h"
#include "library/token.h"
#include "roster_fixture.h"

#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void refresh(RosterFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    roster_refresh(fixture->roster, &error);
    g_assert_no_error(error);
}

/* "nobody", "owner" (who may edit), "looking owner", or the account's name; with "'s key". */
static void assert_who(RosterFixture *fixture, const char *shown, gboolean is_here,
                       const char *expected)
{
    g_autoptr(Principal) principal = roster_identify(fixture->roster, shown, is_here);
    const char *who = "looking owner";
    if (!principal_is_authenticated(principal)) {
        who = "nobody";
    } else if (principal_has_account(principal)) {
        who = principal_user_id(principal);
    } else if (access_check(principal, CAPABILITY_RATE, NULL)) {
        who = "owner";
    }
    g_autofree char *told =
        g_strconcat(who, principal_key_scope(principal) ? "'s key" : NULL, NULL);
    g_assert_cmpstr(told, ==, expected);
}

static char *session_of_single(RosterFixture *fixture, const char *id, gboolean edition)
{
    g_autoptr(Principal) principal = roster_single(fixture->roster, id, edition);
    return roster_token(fixture->roster, principal);
}

static char *session_of(RosterFixture *fixture, const char *username)
{
    g_autoptr(Principal) principal = NULL;
    g_autofree char *hash = roster_password_hash(fixture->roster, username, &principal);
    g_assert_nonnull(hash);
    return roster_token(fixture->roster, principal);
}

static void test_an_open_library(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    g_assert_cmpint(roster_mode(fixture.roster), ==, ACCESS_OPEN);
    assert_who(&fixture, NULL, TRUE, "owner");
    assert_who(&fixture, NULL, FALSE, "nobody");
    assert_who(&fixture, "nonsense", TRUE, "owner");
    g_autofree char *session = session_of_single(&fixture, "_anonymous", FALSE);
    assert_who(&fixture, session, TRUE, "owner");
    assert_who(&fixture, session, FALSE, "nobody");
    g_autoptr(Principal) named = roster_identify(fixture.roster, session, TRUE);
    g_assert_cmpstr(principal_user_id(named), ==, "_anonymous");
    roster_fixture_stop(&fixture);
}

static void test_an_open_library_with_edition(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, "{\"viewer\": {\"edition_password\": \"e\"}}");
    g_assert_cmpint(roster_mode(fixture.roster), ==, ACCESS_OPEN);
    assert_who(&fixture, NULL, TRUE, "looking owner");
    g_autofree char *session = session_of_single(&fixture, "_legacy", TRUE);
    assert_who(&fixture, session, TRUE, "owner");
    assert_who(&fixture, session, FALSE, "nobody");
    roster_fixture_stop(&fixture);
}

#define WITH_PASSWORD  "{\"viewer\": {\"password\": \"p\"}}"
#define WITH_BOTH      "{\"viewer\": {\"password\": \"p\", \"edition_password\": \"e\"}}"
#define OTHER_PASSWORD "{\"viewer\": {\"password\": \"q\", \"edition_password\": \"e\"}}"

static void test_a_library_with_a_password(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, WITH_PASSWORD);
    g_assert_cmpint(roster_mode(fixture.roster), ==, ACCESS_PASSWORD);
    assert_who(&fixture, NULL, TRUE, "nobody");
    assert_who(&fixture, "nonsense", TRUE, "nobody");
    g_autofree char *session = session_of_single(&fixture, "_legacy", FALSE);
    assert_who(&fixture, session, FALSE, "owner");

    roster_fixture_restart(&fixture, WITH_PASSWORD);
    assert_who(&fixture, session, FALSE, "owner"); /* a restart ends no session */
    roster_fixture_restart(&fixture, WITH_BOTH);
    assert_who(&fixture, session, FALSE, "nobody"); /* another password does */
    g_autofree char *looking = session_of_single(&fixture, "_legacy", FALSE);
    g_autofree char *editing = session_of_single(&fixture, "_legacy", TRUE);
    assert_who(&fixture, looking, FALSE, "looking owner");
    assert_who(&fixture, editing, FALSE, "owner");
    roster_fixture_restart(&fixture, OTHER_PASSWORD);
    assert_who(&fixture, looking, FALSE, "nobody");
    assert_who(&fixture, editing, FALSE, "nobody");
    roster_fixture_stop(&fixture);
}

static void test_accounts(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, WITH_PASSWORD);
    g_autofree char *single = session_of_single(&fixture, "_legacy", TRUE);
    gint64 alice = roster_fixture_account(&fixture, "alice", "a", ROLE_SUPERADMIN);
    roster_fixture_account(&fixture, "bob", NULL, ROLE_USER);
    refresh(&fixture);
    g_assert_cmpint(roster_mode(fixture.roster), ==, ACCESS_ACCOUNTS);
    assert_who(&fixture, NULL, TRUE, "nobody");
    assert_who(&fixture, single, TRUE, "nobody");
    g_autofree char *session = session_of(&fixture, "alice");
    assert_who(&fixture, session, FALSE, "alice");
    g_autoptr(Principal) principal = roster_identify(fixture.roster, session, FALSE);
    g_assert_cmpint(principal_account(principal), ==, alice);
    g_assert_cmpint(principal_role(principal), ==, ROLE_SUPERADMIN);
    g_assert_null(principal_directories(principal));

    Principal *none = NULL;
    g_assert_null(roster_password_hash(fixture.roster, "bob", &none)); /* has no password */
    g_assert_null(roster_password_hash(fixture.roster, "carol", &none));
    g_assert_null(roster_password_hash(fixture.roster, "", &none));
    g_assert_null(none);
    roster_fixture_stop(&fixture);
}

static void with_write(RosterFixture *fixture,
                       gboolean (*change)(StoreTx *tx, gint64 id, GError **error), gint64 id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(fixture->store->store, &error);
    change(tx, id, &error);
    g_assert_no_error(error);
    store_commit(tx, &error);
    g_assert_no_error(error);
}

static gboolean other_password(StoreTx *tx, gint64 id, GError **error)
{
    return account_set_password(tx, id, "another", error);
}

static gboolean disable(StoreTx *tx, gint64 id, GError **error)
{
    const AccountChange change = {.set_disabled = TRUE, .disabled = TRUE};
    return account_change(tx, id, &change, error);
}

static gboolean enable(StoreTx *tx, gint64 id, GError **error)
{
    const AccountChange change = {.set_disabled = TRUE};
    return account_change(tx, id, &change, error);
}

static gboolean demote(StoreTx *tx, gint64 id, GError **error)
{
    const AccountChange change = {.role = ROLE_USER};
    return account_change(tx, id, &change, error);
}

static gboolean take_out(StoreTx *tx, gint64 id, GError **error)
{
    return account_remove(tx, id, FALSE, error);
}

static void test_sessions_end(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    roster_fixture_account(&fixture, "alice", "a", ROLE_SUPERADMIN);
    gint64 bob = roster_fixture_account(&fixture, "bob", "b", ROLE_SUPERADMIN);
    refresh(&fixture);
    g_autofree char *session = session_of(&fixture, "bob");
    with_write(&fixture, demote, bob);
    refresh(&fixture);
    g_autoptr(Principal) demoted = roster_identify(fixture.roster, session, FALSE);
    g_assert_cmpint(principal_role(demoted), ==, ROLE_USER); /* not what the token says */
    g_assert_nonnull(principal_directories(demoted));

    gboolean (*const ends[])(StoreTx *, gint64, GError **) = {other_password, account_end_sessions,
                                                              disable};
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *before = session_of(&fixture, "bob");
        assert_who(&fixture, before, FALSE, "bob");
        with_write(&fixture, ends[i], bob);
        refresh(&fixture);
        assert_who(&fixture, before, FALSE, "nobody");
    }
    with_write(&fixture, enable, bob);
    refresh(&fixture);
    assert_who(&fixture, session, FALSE, "nobody");
    g_autofree char *last = session_of(&fixture, "bob");
    with_write(&fixture, take_out, bob);
    roster_fixture_account(&fixture, "bob", "b", ROLE_SUPERADMIN); /* another of that name */
    refresh(&fixture);
    assert_who(&fixture, last, FALSE, "nobody");
    roster_fixture_stop(&fixture);
}

/* What another process changed is noticed without being told. */
static void test_it_follows(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    roster_fixture_account(&fixture, "alice", "a", ROLE_SUPERADMIN);
    for (int i = 0; i < 600 && roster_mode(fixture.roster) == ACCESS_OPEN; i++) {
        g_usleep(50000);
    }
    g_assert_cmpint(roster_mode(fixture.roster), ==, ACCESS_ACCOUNTS);
    roster_fixture_stop(&fixture);
}

static char *make_key(RosterFixture *fixture, gint64 account, const char *name, KeyScope scope,
                      gint64 expires_ms)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(fixture->store->store, &error);
    gint64 id = 0;
    char *secret = key_create(
        tx,
        &(KeyNew){.account_id = account, .name = name, .scope = scope, .expires_ms = expires_ms},
        &id, &error);
    g_assert_no_error(error);
    store_commit(tx, &error);
    g_assert_no_error(error);
    return secret;
}

static void test_parts_in_an_organization(StoreFixture *store, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    roster_fixture_account(&fixture, "alice", "a", ROLE_SUPERADMIN);
    gint64 bob = roster_fixture_account(&fixture, "bob", "b", ROLE_USER), other = 0, id = 0;
    g_autofree char *bobs = make_key(&fixture, bob, "bob's", KEY_SCOPE_ADMIN, 0);
    g_autoptr(StoreTx) tx = store_write(store->store, &error);
    g_assert_true(organization_create(tx, "Elsewhere", NULL, &other, &error));
    g_assert_true(member_put(tx, bob, other, MEMBER_ANNOTATOR, &error));
    const KeyNew viewers = {.account_id = bob,
                            .name = "viewer's",
                            .scope = KEY_SCOPE_ADMIN,
                            .role = MEMBER_VIEWER,
                            .rate_limit = 7};
    g_autofree char *viewer = key_create(tx, &viewers, &id, &error);
    g_assert_true(store_commit(tx, &error));
    refresh(&fixture);

    g_autoptr(Principal) as_bob = roster_identify(fixture.roster, bobs, FALSE);
    g_assert_cmpint(principal_organization(as_bob), ==, other);
    g_assert_cmpint(principal_member_role(as_bob), ==, MEMBER_ANNOTATOR);
    g_autoptr(Principal) as_viewer = roster_identify(fixture.roster, viewer, FALSE);
    g_assert_cmpint(principal_member_role(as_viewer), ==, MEMBER_VIEWER);
    g_assert_cmpint(principal_rate_limit(as_viewer), ==, 7);

    g_autoptr(StoreTx) stop = store_write(store->store, &error);
    g_autoptr(Key) key = key_get(stop, id, &error);
    g_assert_true(key_change(stop, key, &(KeyChange){.set_active = TRUE}, &error));
    g_assert_true(store_commit(stop, &error));
    refresh(&fixture);
    assert_who(&fixture, viewer, FALSE, "nobody");
    roster_fixture_stop(&fixture);
}

static gint64 key_used_ms(RosterFixture *fixture, const char *name)
{
    g_autoptr(StoreTx) tx = store_read(fixture->store->store, NULL);
    g_autoptr(GPtrArray) keys = key_list(tx, -1, NULL);
    for (guint i = 0; i < keys->len; i++) {
        const Key *key = keys->pdata[i];
        if (strcmp(key->name, name) == 0) {
            return key->used_ms;
        }
    }
    return 0;
}

static void test_keys(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store, NULL);
    g_autofree char *owners = make_key(&fixture, 0, "owner's", KEY_SCOPE_WRITE, 0);
    g_autofree char *expired = make_key(&fixture, 0, "expired", KEY_SCOPE_WRITE, 1);
    refresh(&fixture);
    assert_who(&fixture, owners, FALSE, "owner's key"); /* from anywhere */
    assert_who(&fixture, expired, FALSE, "nobody");
    assert_who(&fixture, "alb_0123456789012345678901234567890123456789012", FALSE, "nobody");

    gint64 user = roster_fixture_account(&fixture, "bob", "b", ROLE_USER);
    refresh(&fixture);
    assert_who(&fixture, owners, FALSE, "nobody"); /* there is no implicit owner any more */
    roster_fixture_account(&fixture, "alice", "a", ROLE_SUPERADMIN);
    g_autofree char *bobs = make_key(&fixture, user, "bob's", KEY_SCOPE_ADMIN, 0);
    refresh(&fixture);
    assert_who(&fixture, owners, FALSE, "alice's key"); /* who took it over */
    assert_who(&fixture, bobs, FALSE, "bob's key");
    with_write(&fixture, disable, user);
    refresh(&fixture);
    assert_who(&fixture, bobs, FALSE, "nobody");
    for (int i = 0; i < 600 && key_used_ms(&fixture, "bob's") == 0; i++) {
        g_usleep(50000);
    }
    g_assert_cmpint(key_used_ms(&fixture, "bob's"), >, 0);
    g_assert_cmpint(key_used_ms(&fixture, "expired"), ==, 0);
    roster_fixture_stop(&fixture);
}

static char *folders_of(RosterFixture *fixture, const char *username)
{
    g_autoptr(Principal) principal = NULL;
    g_autofree char *hash = roster_password_hash(fixture->roster, username, &principal);
    const char *const *folders = principal_directories(principal);
    return folders ? g_strjoinv(":", (char **)folders) : g_strdup("all");
}

static void test_folders(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(
        &fixture, store,
        "{\"users\": {\"alice\": {\"role\": \"superadmin\", \"directories\": [\"/a/\"]}, "
        "\"zoe\": {\"role\": \"superadmin\"}, \"bob\": {}, \"shared_directories\": [\"/all\"]}}");
    roster_fixture_account(&fixture, "made", "m", ROLE_SUPERADMIN);
    refresh(&fixture);
    g_autofree char *alice = folders_of(&fixture, "alice");
    g_autofree char *zoe = folders_of(&fixture, "zoe");
    g_autofree char *bob = folders_of(&fixture, "bob");
    g_autofree char *made = folders_of(&fixture, "made");
    g_assert_cmpstr(alice, ==, "/a:/all");
    g_assert_cmpstr(zoe, ==, "/all"); /* as Facet has it */
    g_assert_cmpstr(bob, ==, "/all");
    g_assert_cmpstr(made, ==, "all");
    roster_fixture_stop(&fixture);
}

static char *foreign_token(const char *user_id, gint64 issued_seconds)
{
    json_t *claims = json_pack("{s:s, s:s, s:I, s:I}", "sub", user_id, "role", "superadmin", "iat",
                               (json_int_t)issued_seconds, "exp",
                               (json_int_t)g_get_real_time() / G_USEC_PER_SEC + 1000);
    char *token = token_sign(claims, SECRET);
    json_decref(claims);
    return token;
}

/* Facet's own tokens, by the same secret, count from when they were issued. */
static void test_facets_tokens(StoreFixture *store, gconstpointer unused)
{
    RosterFixture fixture;
    roster_fixture_start(&fixture, store,
                         "{\"share_secret\": \"" SECRET "\", \"users\": {\"bob\": {}}}");
    gint64 now_seconds = g_get_real_time() / G_USEC_PER_SEC;
    g_autofree char *later = foreign_token("bob", now_seconds + 1);
    g_autofree char *earlier = foreign_token("bob", now_seconds - 1000);
    g_autofree char *stranger = foreign_token("eve", now_seconds + 1);
    assert_who(&fixture, later, FALSE, "bob");
    assert_who(&fixture, earlier, FALSE, "nobody");
    assert_who(&fixture, stranger, FALSE, "nobody");
    g_autoptr(Principal) bob = roster_identify(fixture.roster, later, FALSE);
    g_assert_cmpint(principal_role(bob), ==, ROLE_USER);
    roster_fixture_restart(&fixture, "{\"share_secret\": \"another\", \"users\": {\"bob\": {}}}");
    assert_who(&fixture, later, FALSE, "nobody");
    roster_fixture_stop(&fixture);
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/roster/open", test_an_open_library);
    store_fixture_add("/roster/open_edition", test_an_open_library_with_edition);
    store_fixture_add("/roster/password", test_a_library_with_a_password);
    store_fixture_add("/roster/accounts", test_accounts);
    store_fixture_add("/roster/sessions", test_sessions_end);
    store_fixture_add("/roster/follows", test_it_follows);
    store_fixture_add("/roster/keys", test_keys);
    store_fixture_add("/roster/folders", test_folders);
    store_fixture_add("/roster/facet", test_facets_tokens);
    store_fixture_add("/roster/organization", test_parts_in_an_organization);
    return g_test_run();
}
