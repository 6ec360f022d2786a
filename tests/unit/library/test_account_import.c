#include "library/account_import.h"

#include "base/hash.h"
#include "library_fixture.h"

#include <string.h>

#define ALICE                                                                                      \
    "\"alice\": {\"password_hash\": \"aa:bb\", \"display_name\": \"Alice\", "                      \
    "\"role\": \"superadmin\", \"directories\": [\"/photos/alice/\"]}"
#define BOB "\"bob\": {\"password_hash\": \"cc:dd\"}"

/* Takes in the section; whether it changed anything. */
static gboolean import(StoreFixture *fixture, const char *users)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    json_t *json = users ? json_loads(users, 0, NULL) : NULL;
    g_assert_true(!users || json);
    gboolean changed = FALSE;
    account_import(tx, json, &changed, &error);
    g_assert_no_error(error);
    json_decref(json);
    fixture_commit(tx);
    return changed;
}

static Account *get(StoreFixture *fixture, const char *username)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    Account *account = account_get_by_name(tx, username, &error);
    g_assert_no_error(error);
    return account;
}

static void assert_shared(StoreFixture *fixture, const char *expected)
{
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_auto(GStrv) shared = shared_directories(tx, NULL);
    g_autofree char *joined = g_strjoinv(":", shared);
    g_assert_cmpstr(joined, ==, expected);
}

static void test_accounts_are_made(StoreFixture *fixture, gconstpointer unused)
{
    g_assert_true(
        import(fixture, "{" ALICE "," BOB ", \"shared_directories\": [\"/photos/all\"]}"));
    g_autoptr(Account) alice = get(fixture, "alice");
    g_assert_cmpstr(alice->display_name, ==, "Alice");
    g_assert_cmpint(alice->role, ==, ROLE_SUPERADMIN);
    g_assert_cmpstr(alice->password_hash, ==, "aa:bb");
    g_assert_cmpstr(alice->directories[0], ==, "/photos/alice");
    g_assert_true(alice->from_settings);
    g_autoptr(Account) bob = get(fixture, "bob");
    g_assert_cmpstr(bob->display_name, ==, "bob");
    g_assert_cmpint(bob->role, ==, ROLE_USER);
    g_assert_cmpint(g_strv_length(bob->directories), ==, 0);
    assert_shared(fixture, "/photos/all");
    g_assert_false(
        import(fixture, "{" ALICE "," BOB ", \"shared_directories\": [\"/photos/all\"]}"));
}

static void test_accounts_follow(StoreFixture *fixture, gconstpointer unused)
{
    import(fixture, "{" ALICE "," BOB "}");
    g_autoptr(Account) before = get(fixture, "bob");
    g_assert_true(import(fixture, "{" ALICE ", \"bob\": {\"password_hash\": \"cc:dd\", "
                                  "\"role\": \"admin\", "
                                  "\"directories\": [\"/b\", \"/a\", \"/a\"]}}"));
    g_autoptr(Account) after = get(fixture, "bob");
    g_assert_cmpint(after->role, ==, ROLE_ADMIN);
    g_assert_cmpint(g_strv_length(after->directories), ==, 2);
    g_assert_cmpint(after->epoch, ==, before->epoch);

    g_assert_true(import(fixture, "{" ALICE "}"));
    g_autoptr(Account) gone = get(fixture, "bob");
    g_assert_true(gone->disabled);
    g_assert_cmpint(gone->epoch, >, after->epoch);
    g_assert_false(import(fixture, "{" ALICE "}"));
    g_assert_true(import(fixture, "{" ALICE "," BOB "}"));
    g_autoptr(Account) back = get(fixture, "bob");
    g_assert_false(back->disabled);

    g_assert_true(import(fixture, NULL)); /* the section is gone */
    g_autoptr(Account) alice = get(fixture, "alice");
    g_assert_true(alice->disabled);
}

static void test_passwords(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    import(fixture, "{" BOB "}");
    g_autoptr(Account) before = get(fixture, "bob");
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    account_set_password(tx, before->id, "chosen here", &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_assert_false(import(fixture, "{" BOB "}")); /* what was chosen here stays */
    g_autoptr(Account) chosen = get(fixture, "bob");
    g_assert_cmpstr(chosen->password_hash, ==, "chosen here");
    g_assert_true(import(fixture, "{\"bob\": {\"password_hash\": \"ee:ff\"}}"));
    g_autoptr(Account) after = get(fixture, "bob");
    g_assert_cmpstr(after->password_hash, ==, "ee:ff");
    g_assert_cmpint(after->epoch, >, chosen->epoch);
}

static void test_what_the_file_tells_is_changed_there(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    import(fixture, "{" ALICE "," BOB ", \"shared_directories\": [\"/photos/all\"]}");
    g_autoptr(Account) bob = get(fixture, "bob");
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_false(account_change(tx, bob->id, &(AccountChange){.role = ROLE_ADMIN}, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_false(account_remove(tx, bob->id, FALSE, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    const char *const none[] = {NULL};
    g_assert_false(shared_directories_set(tx, none, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_pointer(&tx, store_tx_free);

    import(fixture, "{" ALICE "}");
    assert_shared(fixture, "");
    g_autoptr(StoreTx) later = fixture_write(fixture);
    g_assert_true(account_remove(later, bob->id, FALSE, NULL));
    const char *const chosen[] = {"/x", "/y", NULL};
    g_assert_true(shared_directories_set(later, chosen, NULL));
    fixture_commit(later);
    import(fixture, "{" ALICE "}");
    assert_shared(fixture, "/x:/y");
}

/* Somebody made an account here before the file had one of that name. */
static void test_the_file_wins(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    const AccountNew account = {.username = "bob", .password_hash = "mine"};
    gint64 id = 0;
    account_add(tx, &account, &id, NULL);
    fixture_commit(tx);
    import(fixture, "{" BOB "}");
    g_autoptr(Account) bob = get(fixture, "bob");
    g_assert_cmpint(bob->id, ==, id);
    g_assert_cmpstr(bob->password_hash, ==, "cc:dd");
    g_assert_cmpint(bob->role, ==, ROLE_USER);
    g_assert_true(bob->from_settings);
}

static void test_broken_sections(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const broken[] = {
        "{\"bob\": 5}",
        "{\"bob\": {\"password_hash\": 5}}",
        "{\"bob\": {\"display_name\": []}}",
        "{\"bob\": {\"role\": \"owner\"}}",
        "{\"bob\": {\"role\": null}}",
        "{\"bob\": {\"directories\": \"/photos\"}}",
        "{\"bob\": {\"directories\": [5]}}",
        "{\"bob\": {\"directories\": [\"\"]}}",
        "{\"_legacy\": {}}",
        "{\"shared_directories\": {}}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(StoreTx) tx = fixture_write(fixture);
        json_t *json = json_loads(broken[i], 0, NULL);
        gboolean changed = FALSE;
        g_test_message("%s", broken[i]);
        g_assert_false(account_import(tx, json, &changed, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        json_decref(json);
    }
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/account_import/made", test_accounts_are_made);
    store_fixture_add("/account_import/follow", test_accounts_follow);
    store_fixture_add("/account_import/passwords", test_passwords);
    store_fixture_add("/account_import/there", test_what_the_file_tells_is_changed_there);
    store_fixture_add("/account_import/wins", test_the_file_wins);
    store_fixture_add("/account_import/broken", test_broken_sections);
    return g_test_run();
}
