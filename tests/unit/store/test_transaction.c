#include "base/limits.h"
#include "store_fixture.h"

#include <glib/gstdio.h>
#include <libpq-fe.h>
#include <sys/stat.h>

static const StoreQuery add_tag = {.name = "add_tag", .sql = "INSERT INTO tag (name) VALUES (?1)"};
static const StoreQuery count_tags = {.name = "count_tags", .sql = "SELECT count(*) FROM tag"};

static StoreTx *begin(Store *store, StoreTx *(*kind)(Store *, GError **))
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = kind(store, &error);
    g_assert_no_error(error);
    return tx;
}

static gboolean try_add(StoreTx *tx, const char *name, GError **error)
{
    StoreStatement *statement = store_prepare(tx, &add_tag, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, name);
    return store_run(statement, NULL, error);
}

static void add(StoreTx *tx, const char *name)
{
    g_autoptr(GError) error = NULL;
    try_add(tx, name, &error);
    g_assert_no_error(error);
}

static void commit(StoreTx *tx)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(store_commit(tx, &error));
    g_assert_no_error(error);
}

static gint64 read_one(StoreTx *tx, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    g_assert_true(store_step_one(statement, &error));
    g_assert_no_error(error);
    return store_column_int(statement, 0);
}

static gint64 count(Store *store)
{
    g_autoptr(StoreTx) tx = begin(store, store_read);
    return read_one(tx, &count_tags);
}

static void test_commit_and_rollback(StoreFixture *fixture, gconstpointer unused)
{
    {
        g_autoptr(StoreTx) tx = begin(fixture->store, store_write);
        add(tx, "undone");
        g_assert_cmpint(read_one(tx, &count_tags), ==, 1);
    }
    g_assert_cmpint(count(fixture->store), ==, 0);
    {
        g_autoptr(StoreTx) tx = begin(fixture->store, store_write);
        add(tx, "kept");
        commit(tx);
        g_autoptr(GError) error = NULL;
        g_assert_null(store_prepare(tx, &count_tags, &error)); /* it is over */
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL);
        g_clear_error(&error);
        g_assert_false(store_commit(tx, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL);
    }
    g_assert_cmpint(count(fixture->store), ==, 1);
}

static void test_commit_with_rows_unread(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery returning = {
        .name = "returning", .sql = "INSERT INTO tag (name) VALUES ('a'), ('b') RETURNING id"};
    g_autoptr(StoreTx) tx = begin(fixture->store, store_write);
    read_one(tx, &returning);
    commit(tx);
    g_assert_cmpint(count(fixture->store), ==, 2);
}

/* A broken constraint ends the transaction on both engines alike. */
static void test_conflicts(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery broken[] = {
        {.name = "unique", .sql = "INSERT INTO tag (name) VALUES ('twice'), ('twice')"},
        {.name = "not_null", .sql = "INSERT INTO tag (name) VALUES (NULL)"},
        {.name = "reference",
         .sql = "INSERT INTO folder (source_id, path) VALUES (123456, '/nowhere')"},
        {.name = "check",
         .sql = "INSERT INTO job (kind, state, payload, created_ms) VALUES ('k', 'odd', '{}', 1)"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(StoreTx) tx = begin(fixture->store, store_write);
        add(tx, "before");
        StoreStatement *statement = store_prepare(tx, &broken[i], &error);
        g_assert_no_error(error);
        g_assert_cmpint(store_step(statement, &error), ==, STORE_ERROR);
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
        g_assert_nonnull(strstr(error->message, broken[i].name));
        g_clear_error(&error);
        g_assert_false(try_add(tx, "after", &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
        g_clear_error(&error);
        g_assert_false(store_commit(tx, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    }
    g_assert_cmpint(count(fixture->store), ==, 0);
}

static void test_deleting_a_source_takes_its_folders(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery source = {
        .name = "source", .sql = "INSERT INTO source (id, path, added_ms) VALUES (1, '/a', 0)"};
    static const StoreQuery folder = {
        .name = "folder", .sql = "INSERT INTO folder (source_id, path) VALUES (1, '/a')"};
    static const StoreQuery delete_source = {.name = "delete", .sql = "DELETE FROM source"};
    static const StoreQuery folders = {.name = "folders", .sql = "SELECT count(*) FROM folder"};
    g_autoptr(StoreTx) tx = begin(fixture->store, store_write);
    gint64 changed = 0;
    g_assert_true(store_run(store_prepare(tx, &source, NULL), NULL, NULL));
    g_assert_true(store_run(store_prepare(tx, &folder, NULL), NULL, NULL));
    g_assert_true(store_run(store_prepare(tx, &delete_source, NULL), &changed, NULL));
    g_assert_cmpint(changed, ==, 1);
    g_assert_cmpint(read_one(tx, &folders), ==, 0);
}

static void test_reading_does_not_write(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = begin(fixture->store, store_read);
    g_assert_false(try_add(tx, "no", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL);
}

static gpointer count_in_thread(gpointer store)
{
    return GINT_TO_POINTER((int)count(store) + 100);
}

/* The reader comes to its end while the write is open, or this test never does. */
static void test_reader_does_not_wait_for_writer(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(StoreTx) writer = begin(fixture->store, store_write);
    add(writer, "not seen yet");
    GThread *reader = g_thread_new("reader", count_in_thread, fixture->store);
    g_assert_cmpint(GPOINTER_TO_INT(g_thread_join(reader)), ==, 100);
    commit(writer);
    g_assert_cmpint(count(fixture->store), ==, 1);
}

static void test_reader_keeps_its_snapshot(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(StoreTx) reader = begin(fixture->store, store_read);
    g_assert_cmpint(read_one(reader, &count_tags), ==, 0);
    g_autoptr(StoreTx) writer = begin(fixture->store, store_write);
    add(writer, "later");
    commit(writer);
    g_assert_cmpint(read_one(reader, &count_tags), ==, 0);
    g_assert_cmpint(count(fixture->store), ==, 1);
}

typedef struct {
    Store *store;
    int number;
} Worker;

#define WRITERS            6
#define READERS            20 /* more than there are connections */
#define TRANSACTIONS       15
#define TAGS_A_TRANSACTION 4

static void write_once(Worker *worker, int round)
{
    g_autoptr(StoreTx) tx = begin(worker->store, store_write);
    for (int i = 0; i < TAGS_A_TRANSACTION; i++) {
        g_autofree char *name = g_strdup_printf("%d-%d-%d", worker->number, round, i);
        add(tx, name);
    }
    if (round % 5 != 4) {
        commit(tx);
    }
}

static gpointer write_often(gpointer data)
{
    for (int round = 0; round < TRANSACTIONS; round++) {
        write_once(data, round);
    }
    return NULL;
}

static gpointer read_often(gpointer data)
{
    Worker *worker = data;
    gint64 before = 0;
    for (int round = 0; round < TRANSACTIONS; round++) {
        gint64 now = count(worker->store);
        g_assert_cmpint(now % TAGS_A_TRANSACTION, ==, 0); /* transactions are seen whole */
        g_assert_cmpint(now, >=, before);
        before = now;
    }
    return NULL;
}

static void test_many_threads(StoreFixture *fixture, gconstpointer unused)
{
    G_STATIC_ASSERT(READERS > LIMIT_READER_CONNECTIONS);
    Worker workers[WRITERS + READERS];
    GThread *threads[WRITERS + READERS];
    for (int i = 0; i < WRITERS + READERS; i++) {
        workers[i] = (Worker){.store = fixture->store, .number = i};
        threads[i] = g_thread_new("worker", i < WRITERS ? write_often : read_often, &workers[i]);
    }
    for (int i = 0; i < WRITERS + READERS; i++) {
        g_thread_join(threads[i]);
    }
    int kept = TRANSACTIONS - TRANSACTIONS / 5;
    g_assert_cmpint(count(fixture->store), ==, WRITERS * kept * TAGS_A_TRANSACTION);
}

static gpointer commit_in_thread(gpointer data)
{
    g_usleep(50 * 1000);
    commit(data);
    return NULL;
}

/* Two stores on one database stand for two processes: locks are the engine's, not ours. */
static void test_two_stores_take_turns(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) other = store_open(fixture->url, &error);
    g_assert_no_error(error);
    StoreTx *first = begin(fixture->store, store_write);
    add(first, "first");
    GThread *thread = g_thread_new("commit", commit_in_thread, first);
    g_autoptr(StoreTx) second = begin(other, store_write);
    add(second, "second");
    commit(second);
    g_thread_join(thread);
    store_tx_free(first);
    g_assert_cmpint(count(other), ==, 2);
}

static void kill_backends(StoreFixture *fixture)
{
    PGconn *server = PQconnectdb(fixture->url);
    PGresult *result = PQexec(server, "SELECT count(pg_terminate_backend(pid, 5000)) FROM"
                                      " pg_stat_activity WHERE datname = current_database()"
                                      " AND pid <> pg_backend_pid()");
    g_assert_cmpint(PQresultStatus(result), ==, PGRES_TUPLES_OK);
    g_assert_cmpstr(PQgetvalue(result, 0, 0), !=, "0");
    PQclear(result);
    PQfinish(server);
}

static void test_postgres_recovers(StoreFixture *fixture, gconstpointer unused)
{
    g_assert_cmpint(count(fixture->store), ==, 0);
    kill_backends(fixture); /* of connections that sleep: nobody notices */
    g_assert_cmpint(count(fixture->store), ==, 0);
    {
        g_autoptr(GError) error = NULL;
        g_autoptr(StoreTx) tx = begin(fixture->store, store_write);
        add(tx, "lost");
        kill_backends(fixture); /* of one at work: it is told, and the next goes on */
        g_assert_false(try_add(tx, "too late", &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
        g_assert_false(store_commit(tx, NULL));
    }
    g_autoptr(StoreTx) tx = begin(fixture->store, store_write);
    add(tx, "kept");
    commit(tx);
    g_assert_cmpint(count(fixture->store), ==, 1);
}

static void test_unreachable(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(store_open("postgresql:///none?host=%2Fnonexistent", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_assert_null(store_open("sqlite:/nonexistent/folder/albumen.db", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_no_database(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(fixture->folder, "letter.txt", NULL);
    g_autofree char *text = g_strnfill(5000, 'x');
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_null(store_open(path, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_autofree char *after = NULL;
    g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, text);
}

static void test_file_is_private(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const names[] = {"albumen.db", "albumen.db-wal", "albumen.db-shm"};
    g_autoptr(StoreTx) tx = begin(fixture->store, store_write);
    add(tx, "to have a log");
    commit(tx);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        struct stat status;
        g_autofree char *path = g_build_filename(fixture->folder, names[i], NULL);
        g_assert_cmpint(g_stat(path, &status), ==, 0);
        g_assert_cmpint(status.st_mode & 07777, ==, 0600);
    }
}

static void test_sqlite_is_opened_defensively(StoreFixture *fixture, gconstpointer unused)
{
    static const struct {
        StoreQuery query;
        gint64 value;
    } settings[] = {
        {{.name = "foreign_keys", .sql = "PRAGMA foreign_keys"}, 1},
        {{.name = "trusted_schema", .sql = "PRAGMA trusted_schema"}, 0},
        {{.name = "cell_size_check", .sql = "PRAGMA cell_size_check"}, 1},
        {{.name = "synchronous", .sql = "PRAGMA synchronous"}, 1},
        {{.name = "query_only", .sql = "PRAGMA query_only"}, 1},
    };
    g_autoptr(StoreTx) tx = begin(fixture->store, store_read);
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_assert_cmpint(read_one(tx, &settings[i].query), ==, settings[i].value);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    albumen_error_quark(); /* before threads do */
    store_fixture_add("/transaction/commit", test_commit_and_rollback);
    store_fixture_add("/transaction/unread", test_commit_with_rows_unread);
    store_fixture_add("/transaction/conflicts", test_conflicts);
    store_fixture_add("/transaction/cascade", test_deleting_a_source_takes_its_folders);
    store_fixture_add("/transaction/read-only", test_reading_does_not_write);
    store_fixture_add("/transaction/no-waiting", test_reader_does_not_wait_for_writer);
    store_fixture_add("/transaction/snapshot", test_reader_keeps_its_snapshot);
    store_fixture_add("/transaction/threads", test_many_threads);
    store_fixture_add("/transaction/turns", test_two_stores_take_turns);
    store_fixture_add_for(STORE_POSTGRES, "/transaction/recovers", test_postgres_recovers);
    store_fixture_add_for(STORE_SQLITE, "/transaction/no-database", test_no_database);
    store_fixture_add_for(STORE_SQLITE, "/transaction/private", test_file_is_private);
    store_fixture_add_for(STORE_SQLITE, "/transaction/defensive",
                          test_sqlite_is_opened_defensively);
    g_test_add_func("/transaction/unreachable", test_unreachable);
    return g_test_run();
}
