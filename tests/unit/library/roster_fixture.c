#include "roster_fixture.h"

#include "library/password.h"

#include <glib/gstdio.h>

static void open_library(RosterFixture *fixture, const char *scoring_json)
{
    g_autoptr(GError) error = NULL;
    const char *folder = fixture->store->folder;
    g_autofree char *path = g_build_filename(folder, "scoring.json", NULL);
    if (scoring_json) {
        g_assert_true(g_file_set_contents(path, scoring_json, -1, NULL));
    } else {
        g_unlink(path);
    }
    fixture->settings = settings_load(folder, &error);
    g_assert_no_error(error);
    fixture->library = library_open(folder, fixture->store->url, &error);
    g_assert_no_error(error);
    fixture->roster = roster_new(fixture->library, fixture->settings, &error);
    g_assert_no_error(error);
}

void roster_fixture_start(RosterFixture *fixture, StoreFixture *store, const char *scoring_json)
{
    *fixture = (RosterFixture){.store = store};
    open_library(fixture, scoring_json);
}

void roster_fixture_stop(RosterFixture *fixture)
{
    roster_free(fixture->roster);
    library_close(fixture->library);
    settings_free(fixture->settings);
}

void roster_fixture_restart(RosterFixture *fixture, const char *scoring_json)
{
    roster_fixture_stop(fixture);
    open_library(fixture, scoring_json);
}

gint64 roster_fixture_account(RosterFixture *fixture, const char *username, const char *password,
                              Role role)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *hash = password ? password_hash(password, &error) : NULL;
    g_autoptr(StoreTx) tx = store_write(fixture->store->store, &error);
    const AccountNew account = {.username = username, .password_hash = hash, .role = role};
    gint64 id = 0;
    account_add(tx, &account, &id, &error);
    g_assert_no_error(error);
    store_commit(tx, &error);
    g_assert_no_error(error);
    return id;
}
