/* A fresh, migrated database for each test, on both engines.
 *
 *     static void test_photo(StoreFixture *fixture, gconstpointer unused)
 *     {
 *         ... fixture->store ...
 *     }
 *     ...
 *     store_fixture_add("/photo/something", test_photo);
 *
 * adds /photo/something/sqlite, in a temporary folder, and /photo/something/postgres, in an emptied
 * database of the process's own on the server that ALBUMEN_TEST_POSTGRES names
 * (scripts/test-postgres starts one). Without the variable the second fails, unless
 * ALBUMEN_TEST_SQLITE_ONLY=1 leaves it out. */
#pragma once

#include "store/store.h"

#include <glib.h>

typedef struct {
    Store *store;
    StoreEngine engine;
    char *url;    /* for store_open: a second Store on the same database */
    char *folder; /* temporary and the test's own, for SQLite and PostgreSQL alike */
} StoreFixture;

typedef void (*StoreFixtureTest)(StoreFixture *fixture, gconstpointer unused);

void store_fixture_add(const char *path, StoreFixtureTest test);
/* With an empty database that is not even open: fixture->store is NULL. */
void store_fixture_add_empty(const char *path, StoreFixtureTest test);
/* For what only one of them has. */
void store_fixture_add_for(StoreEngine engine, const char *path, StoreFixtureTest test);
void store_fixture_add_empty_for(StoreEngine engine, const char *path, StoreFixtureTest test);

/* Removes a folder and what is in it. */
void store_fixture_remove_folder(const char *folder);
