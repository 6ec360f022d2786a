#include "store/pool.h"

#include "store_fixture.h"

#define THREADS 5

static StoreConnection *open_connection(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(fixture->folder, "albumen.db", NULL);
    StoreConnection *connection = sqlite_driver.open(path, STORE_FOR_READING, &error);
    g_assert_no_error(error);
    return connection;
}

static void test_idle_connections_are_kept(StoreFixture *fixture, gconstpointer unused)
{
    StorePool pool;
    pool_init(&pool, 2);
    g_assert_null(pool_take(&pool));
    g_assert_null(pool_take(&pool));
    StoreConnection *first = open_connection(fixture);
    StoreConnection *second = open_connection(fixture);
    pool_give(&pool, first);
    pool_give(&pool, second);
    g_assert_true(pool_take(&pool) == second); /* the latest used */
    g_assert_true(pool_take(&pool) == first);
    pool_give(&pool, first);
    connection_free(second); /* as if it had died */
    pool_give(&pool, NULL);
    g_assert_true(pool_take(&pool) == first);
    g_assert_null(pool_take(&pool));
    pool_give(&pool, NULL);
    pool_give(&pool, first);
    pool_clear(&pool);
}

typedef struct {
    StorePool *pool;
    StoreConnection *expected;
    int number;
    int *served; /* guarded by the only turn of the pool */
} Turn;

static gpointer take_turn(gpointer data)
{
    Turn *turn = data;
    StoreConnection *connection = pool_take(turn->pool);
    g_assert_true(connection == turn->expected);
    g_assert_cmpint(*turn->served, ==, turn->number);
    (*turn->served)++;
    pool_give(turn->pool, connection);
    return NULL;
}

static void wait_until_waiting(StorePool *pool, guint threads)
{
    guint waiting = 0;
    while (waiting < threads) {
        g_thread_yield();
        pthread_mutex_lock(&pool->mutex);
        waiting = pool->waiting.length;
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void test_first_come_first_served(StoreFixture *fixture, gconstpointer unused)
{
    StorePool pool;
    pool_init(&pool, 1);
    g_assert_null(pool_take(&pool));
    StoreConnection *connection = open_connection(fixture);
    int served = 0;
    Turn turns[THREADS];
    GThread *threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        turns[i] = (Turn){.pool = &pool, .expected = connection, .number = i, .served = &served};
        threads[i] = g_thread_new("turn", take_turn, &turns[i]);
        wait_until_waiting(&pool, i + 1);
    }
    pool_give(&pool, connection);
    for (int i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
    }
    g_assert_cmpint(served, ==, THREADS);
    pool_clear(&pool);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add_for(STORE_SQLITE, "/pool/idle", test_idle_connections_are_kept);
    store_fixture_add_for(STORE_SQLITE, "/pool/turns", test_first_come_first_served);
    return g_test_run();
}
