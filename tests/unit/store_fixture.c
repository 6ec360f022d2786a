#include "store_fixture.h"

#include <glib/gstdio.h>
#include <libpq-fe.h>
#include <unistd.h>

#define SERVER_VARIABLE "ALBUMEN_TEST_POSTGRES"

/* Of this process, made by its first test. Emptying it is much faster than making another. */
static char *database; /* kept to the end: the last thing the process does is to drop it */

static void ignore_notice(void *data, const PGresult *notice)
{
}

static void execute(const char *url, const char *sql)
{
    PGconn *server = PQconnectdb(url);
    PQsetNoticeReceiver(server, ignore_notice, NULL);
    PGresult *result = PQexec(server, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        g_error("%s: %s", sql, PQerrorMessage(server));
    }
    PQclear(result);
    PQfinish(server);
}

static void drop_database(void)
{
    g_autofree char *sql = g_strdup_printf("DROP DATABASE IF EXISTS %s WITH (FORCE)", database);
    execute(g_getenv(SERVER_VARIABLE), sql);
}

/* The server's URL with the name of the database in it. */
static char *url_of_database(void)
{
    const char *server = g_getenv(SERVER_VARIABLE);
    const char *authority = strstr(server, "//") + 2;
    const char *path = strchr(authority, '/');
    g_assert_nonnull(path);
    const char *query = strchr(path, '?');
    return g_strdup_printf("%.*s/%s%s", (int)(path - server), server, database, query ? query : "");
}

static char *url_of_empty_database(void)
{
    if (!database) {
        database = g_strdup_printf("albumen_test_%d", (int)getpid());
        g_autofree char *sql = g_strdup_printf("CREATE DATABASE %s", database);
        drop_database(); /* a process of the same number may have died over a test */
        execute(g_getenv(SERVER_VARIABLE), sql);
        atexit(drop_database);
    }
    char *url = url_of_database();
    execute(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    return url;
}

static void set_up_empty(StoreFixture *fixture, gconstpointer engine)
{
    g_autoptr(GError) error = NULL;
    fixture->engine = GPOINTER_TO_INT(engine);
    fixture->folder = g_dir_make_tmp("albumen-store-XXXXXX", &error);
    g_assert_no_error(error);
    if (fixture->engine == STORE_POSTGRES) {
        fixture->url = url_of_empty_database();
    } else {
        fixture->url = g_strdup_printf("sqlite:%s/albumen.db", fixture->folder);
    }
}

static void set_up(StoreFixture *fixture, gconstpointer engine)
{
    g_autoptr(GError) error = NULL;
    set_up_empty(fixture, engine);
    fixture->store = store_open(fixture->url, &error);
    g_assert_no_error(error);
    store_migrate(fixture->store, &error);
    g_assert_no_error(error);
}

void store_fixture_remove_folder(const char *folder)
{
    GDir *entries = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(entries);
    const char *name = NULL;
    while ((name = g_dir_read_name(entries))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
            store_fixture_remove_folder(path);
        } else {
            g_unlink(path);
        }
    }
    g_dir_close(entries);
    g_rmdir(folder);
}

static void tear_down(StoreFixture *fixture, gconstpointer engine)
{
    store_close(fixture->store);
    store_fixture_remove_folder(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->url);
}

static void fail_without_server(void)
{
    g_test_message("set " SERVER_VARIABLE " (scripts/test-postgres COMMAND does), or "
                   "ALBUMEN_TEST_SQLITE_ONLY=1 to test SQLite alone");
    g_test_fail();
}

static void add(StoreEngine engine, const char *path, void (*start)(StoreFixture *, gconstpointer),
                StoreFixtureTest test)
{
    gboolean postgres = engine == STORE_POSTGRES;
    g_autofree char *name = g_strconcat(path, postgres ? "/postgres" : "/sqlite", NULL);
    if (!postgres || g_getenv(SERVER_VARIABLE)) {
        g_test_add(name, StoreFixture, GINT_TO_POINTER(engine), start, test, tear_down);
    } else if (g_strcmp0(g_getenv("ALBUMEN_TEST_SQLITE_ONLY"), "1") != 0) {
        g_test_add_func(name, fail_without_server);
    }
}

void store_fixture_add_for(StoreEngine engine, const char *path, StoreFixtureTest test)
{
    add(engine, path, set_up, test);
}

void store_fixture_add_empty_for(StoreEngine engine, const char *path, StoreFixtureTest test)
{
    add(engine, path, set_up_empty, test);
}

void store_fixture_add(const char *path, StoreFixtureTest test)
{
    store_fixture_add_for(STORE_SQLITE, path, test);
    store_fixture_add_for(STORE_POSTGRES, path, test);
}

void store_fixture_add_empty(const char *path, StoreFixtureTest test)
{
    store_fixture_add_empty_for(STORE_SQLITE, path, test);
    store_fixture_add_empty_for(STORE_POSTGRES, path, test);
}
