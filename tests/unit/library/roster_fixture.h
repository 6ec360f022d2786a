/* A library with a roster, on either engine. */
#pragma once

#include "library/roster.h"
#include "store_fixture.h"

typedef struct {
    StoreFixture *store;
    Library *library;
    Settings *settings;
    Roster *roster;
} RosterFixture;

/* `scoring_json` is the whole of scoring.json, or NULL for none. */
void roster_fixture_start(RosterFixture *fixture, StoreFixture *store, const char *scoring_json);
/* Ends it and starts it anew on the same data, with another scoring.json. */
void roster_fixture_restart(RosterFixture *fixture, const char *scoring_json);
void roster_fixture_stop(RosterFixture *fixture);

/* Makes an account with this password, as another process does: the roster is not told. */
gint64 roster_fixture_account(RosterFixture *fixture, const char *username, const char *password,
                              Role role);
