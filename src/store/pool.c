#include "store/pool.h"

typedef struct {
    pthread_cond_t given;
    gboolean has_turn;
    StoreConnection *connection;
} Waiter;

void pool_init(StorePool *pool, int connections_max)
{
    pthread_mutex_init(&pool->mutex, NULL);
    g_queue_init(&pool->idle);
    g_queue_init(&pool->waiting);
    pool->turns_left = connections_max;
    pool->turns_max = connections_max;
}

void pool_clear(StorePool *pool)
{
    g_assert(pool->turns_left == pool->turns_max);
    StoreConnection *connection = NULL;
    while ((connection = g_queue_pop_head(&pool->idle))) {
        connection_free(connection);
    }
    pthread_mutex_destroy(&pool->mutex);
}

/* With the mutex held. */
static StoreConnection *wait_for_turn(StorePool *pool)
{
    Waiter waiter = {.has_turn = FALSE};
    pthread_cond_init(&waiter.given, NULL);
    g_queue_push_tail(&pool->waiting, &waiter);
    while (!waiter.has_turn) {
        pthread_cond_wait(&waiter.given, &pool->mutex);
    }
    pthread_cond_destroy(&waiter.given);
    return waiter.connection;
}

StoreConnection *pool_take(StorePool *pool)
{
    StoreConnection *connection = NULL;
    pthread_mutex_lock(&pool->mutex);
    if (pool->turns_left > 0) {
        pool->turns_left--;
        connection = g_queue_pop_head(&pool->idle);
    } else {
        connection = wait_for_turn(pool);
    }
    pthread_mutex_unlock(&pool->mutex);
    return connection;
}

void pool_give(StorePool *pool, StoreConnection *connection)
{
    pthread_mutex_lock(&pool->mutex);
    Waiter *waiter = g_queue_pop_head(&pool->waiting);
    if (waiter) {
        waiter->connection = connection;
        waiter->has_turn = TRUE;
        pthread_cond_signal(&waiter->given);
    } else {
        pool->turns_left++;
        if (connection) {
            /* The latest comes first again: its cache is warm, and the others may stay asleep. */
            g_queue_push_head(&pool->idle, connection);
        }
    }
    pthread_mutex_unlock(&pool->mutex);
}
