#include "library/account.h"

#include "base/hash.h"
#include "library/credential.h"
#include "library_fixture.h"

#include <string.h>

static gint64 add(StoreFixture *fixture, const char *username, Role role, AlbumenError expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    const AccountNew account = {.username = username, .password_hash = "hash", .role = role};
    gint64 id = 0;
    if (!account_add(tx, &account, &id, &error)) {
        g_assert_error(error, ALBUMEN_ERROR, (gint)expected);
        return 0;
    }
    g_assert_cmpint(expected, ==, ALBUMEN_ERROR_INTERNAL); /* none was expected */
    fixture_commit(tx);
    return id;
}
#define add_well(fixture, username, role) add(fixture, username, role, ALBUMEN_ERROR_INTERNAL)

static Account *get(StoreFixture *fixture, gint64 id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    Account *account = account_get(tx, id, &error);
    g_assert_no_error(error);
    return account;
}

static gboolean change(StoreFixture *fixture, gint64 id, const AccountChange *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    if (!account_change(tx, id, wanted, &error)) {
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
        return FALSE;
    }
    fixture_commit(tx);
    return TRUE;
}

static gboolean take_out(StoreFixture *fixture, gint64 id, gboolean even_last)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    if (!account_remove(tx, id, even_last, &error)) {
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
        return FALSE;
    }
    fixture_commit(tx);
    return TRUE;
}

static void test_roles_of_new_ones(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Account) first = get(fixture, add_well(fixture, "alice", 0));
    g_autoptr(Account) second = get(fixture, add_well(fixture, "bob", 0));
    g_autoptr(Account) third = get(fixture, add_well(fixture, "carol", ROLE_ADMIN));
    g_assert_cmpint(first->role, ==, ROLE_SUPERADMIN);
    g_assert_cmpint(second->role, ==, ROLE_USER);
    g_assert_cmpint(third->role, ==, ROLE_ADMIN);
    g_assert_cmpstr(second->display_name, ==, "bob");
    g_assert_cmpint(g_strv_length(second->directories), ==, 0);
    g_assert_false(second->from_settings);
    add(fixture, "bob", 0, ALBUMEN_ERROR_CONFLICT);
}

static void test_names(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *longer = g_strnfill(65, 'x');
    const char *const refused[] = {
        "", " bob", "bob ", "b\nob", "_legacy", "_anonymous", "shared_directories", longer};
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        add(fixture, refused[i], 0, ALBUMEN_ERROR_INVALID);
    }
    const char *const taken[] = {"Zoë", "a b", "x@example.org", "O'Brien; DROP TABLE"};
    for (gsize i = 0; i < G_N_ELEMENTS(taken); i++) {
        g_autoptr(Account) account = get(fixture, add_well(fixture, taken[i], 0));
        g_assert_cmpstr(account->username, ==, taken[i]);
    }
}

static void test_a_superadmin_stays(StoreFixture *fixture, gconstpointer unused)
{
    const AccountChange disable = {.set_disabled = TRUE, .disabled = TRUE};
    const AccountChange enable = {.set_disabled = TRUE};
    const AccountChange demote = {.role = ROLE_ADMIN};
    const AccountChange promote = {.role = ROLE_SUPERADMIN};
    gint64 alice = add_well(fixture, "alice", ROLE_SUPERADMIN);
    gint64 bob = add_well(fixture, "bob", ROLE_USER);
    g_assert_false(change(fixture, alice, &disable));
    g_assert_false(change(fixture, alice, &demote));
    g_assert_false(take_out(fixture, alice, FALSE));
    g_assert_false(take_out(fixture, alice, TRUE)); /* there is bob */
    g_assert_true(change(fixture, alice, &promote));
    g_assert_true(change(fixture, bob, &promote));
    g_assert_true(change(fixture, bob, &disable));
    g_assert_false(change(fixture, alice, &demote)); /* bob cannot come in */
    g_assert_true(change(fixture, bob, &enable));
    g_assert_true(change(fixture, alice, &demote));
    g_assert_true(take_out(fixture, alice, FALSE));
    g_assert_false(take_out(fixture, bob, FALSE));
    g_assert_true(take_out(fixture, bob, TRUE)); /* the only one, by who sits at the machine */
}

static void test_sessions_end(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = add_well(fixture, "alice", 0);
    add_well(fixture, "bob", ROLE_SUPERADMIN);
    g_autoptr(Account) before = get(fixture, id);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    account_end_sessions(tx, id, &error);
    account_end_sessions(tx, id, &error);
    fixture_commit(tx);
    g_autoptr(Account) ended = get(fixture, id);
    g_assert_cmpint(ended->epoch, >, before->epoch);

    g_autoptr(StoreTx) other = fixture_write(fixture);
    account_set_password(other, id, "other", &error);
    g_assert_no_error(error);
    fixture_commit(other);
    g_autoptr(Account) changed = get(fixture, id);
    g_assert_cmpint(changed->epoch, >, ended->epoch);
    g_assert_cmpstr(changed->password_hash, ==, "other");

    change(fixture, id, &(AccountChange){.set_disabled = TRUE, .disabled = TRUE});
    g_autoptr(Account) disabled = get(fixture, id);
    g_assert_cmpint(disabled->epoch, >, changed->epoch);
    g_assert_true(disabled->disabled);
}

/* A number that came back would bring back sessions and ratings. */
static void test_numbers_are_given_once(StoreFixture *fixture, gconstpointer unused)
{
    gint64 alice = add_well(fixture, "alice", 0);
    gint64 bob = add_well(fixture, "bob", 0);
    g_assert_true(take_out(fixture, bob, FALSE));
    g_assert_cmpint(add_well(fixture, "bob", 0), >, bob);
    g_assert_cmpint(bob, >, alice);
}

static void test_a_better_hash_replaces_only_its_own(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = add_well(fixture, "alice", 0);
    g_autoptr(Account) before = get(fixture, id);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_true(account_renew_hash(tx, id, "an older one", "wrong", NULL));
    g_assert_true(account_renew_hash(tx, id, "hash", "better", NULL));
    fixture_commit(tx);
    g_autoptr(Account) after = get(fixture, id);
    g_assert_cmpstr(after->password_hash, ==, "better");
    g_assert_cmpint(after->epoch, ==, before->epoch);
}

static void test_folders(StoreFixture *fixture, gconstpointer unused)
{
    const char *const folders[] = {"/b", "/a", "/a", "", NULL};
    gint64 id = add_well(fixture, "alice", 0);
    change(fixture, id, &(AccountChange){.directories = folders});
    g_autoptr(Account) account = get(fixture, id);
    g_autofree char *joined = g_strjoinv(":", account->directories);
    g_assert_cmpstr(joined, ==, ":/a:/b");
    change(fixture, id, &(AccountChange){.directories = folders + 4});
    g_autoptr(Account) emptied = get(fixture, id);
    g_assert_cmpint(g_strv_length(emptied->directories), ==, 0);

    static const struct {
        const char *given, *kept;
    } paths[] = {{"/a/b", "/a/b"}, {"/a//", "/a"}, {"/", ""}, {"a", NULL}, {"", NULL}};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *kept = account_directory(paths[i].given, NULL);
        g_assert_cmpstr(kept, ==, paths[i].kept);
    }
}

static gint64 number(StoreFixture *fixture, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    gint64 value = 0;
    store_step_int(store_prepare(tx, query, &error), &value, &error);
    g_assert_no_error(error);
    return value;
}

static gint64 rated_by(StoreFixture *fixture)
{
    static const StoreQuery query = {.name = "rated_by", .sql = "SELECT account_id FROM rating"};
    return number(fixture, &query);
}

static void rate_as_owner(StoreFixture *fixture)
{
    static const StoreQuery query = {
        .name = "rate",
        .sql = "INSERT INTO rating (account_id, photo_id, stars, favorite, rejected, changed_ms, "
               "version) SELECT 0, id, 5, 1, 0, 0, 0 FROM photo",
    };
    g_autoptr(GError) error = NULL;
    fixture_add(fixture, FIXTURE_SOURCE "/1.jpg", NULL);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 id = 0;
    store_run(store_prepare(tx, &query, &error), NULL, &error);
    g_assert_no_error(error);
    g_autofree char *secret =
        key_create(tx, &(KeyNew){.name = "mine", .scope = KEY_SCOPE_READ}, &id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static gint64 key_of(StoreFixture *fixture)
{
    static const StoreQuery query = {.name = "key_of", .sql = "SELECT account_id FROM credential"};
    return number(fixture, &query);
}

static void test_the_first_superadmin_takes_over(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery stamped = {
        .name = "stamped",
        .sql = "SELECT count(*) FROM rating WHERE version = (SELECT version FROM library_version)",
    };
    rate_as_owner(fixture);
    add_well(fixture, "user", ROLE_USER);
    g_assert_cmpint(rated_by(fixture), ==, 0);
    gint64 alice = add_well(fixture, "alice", ROLE_SUPERADMIN);
    add_well(fixture, "bob", ROLE_SUPERADMIN);
    g_assert_cmpint(rated_by(fixture), ==, alice);
    g_assert_cmpint(key_of(fixture), ==, alice);
    g_assert_cmpint(number(fixture, &stamped), ==, 1);
}

static void test_what_is_changed_is_another_version(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(StoreTx) before = fixture_read(fixture);
    g_autofree char *none = account_version(before, NULL);
    g_clear_pointer(&before, store_tx_free);
    add_well(fixture, "alice", 0);
    g_autoptr(StoreTx) one_tx = fixture_read(fixture);
    g_autofree char *one = account_version(one_tx, NULL);
    g_clear_pointer(&one_tx, store_tx_free);
    add_well(fixture, "bob", 0);
    g_autoptr(StoreTx) two_tx = fixture_read(fixture);
    g_autofree char *two = account_version(two_tx, NULL);
    g_assert_cmpstr(none, ==, "");
    g_assert_cmpstr(one, !=, none);
    g_assert_cmpstr(two, !=, one);
}

static void test_unknown(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_null(account_get(tx, 0, &error)); /* the implicit owner is no account */
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(account_get_by_name(tx, "", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/account/roles", test_roles_of_new_ones);
    store_fixture_add("/account/names", test_names);
    store_fixture_add("/account/last", test_a_superadmin_stays);
    store_fixture_add("/account/sessions", test_sessions_end);
    store_fixture_add("/account/numbers", test_numbers_are_given_once);
    store_fixture_add("/account/renew", test_a_better_hash_replaces_only_its_own);
    store_fixture_add("/account/folders", test_folders);
    store_fixture_add("/account/take_over", test_the_first_superadmin_takes_over);
    store_fixture_add("/account/version", test_what_is_changed_is_another_version);
    store_fixture_add("/account/unknown", test_unknown);
    return g_test_run();
}
