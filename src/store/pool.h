/* Connections that wait for work, and threads that wait for a connection: first come, first served.
 */
#pragma once

#include "store/driver.h"

#include <pthread.h>

/* POSIX locks rather than GLib's: ThreadSanitizer sees the order that they make. */
typedef struct {
    pthread_mutex_t mutex;
    GQueue idle;    /* StoreConnection */
    GQueue waiting; /* Waiter, of pool.c */
    int turns_left;
    int turns_max;
} StorePool;

void pool_init(StorePool *pool, int connections_max);
/* Closes the connections. Every turn must have ended. */
void pool_clear(StorePool *pool);

/* Waits for a turn. NULL when no connection is idle: the caller opens one. */
StoreConnection *pool_take(StorePool *pool);
/* Ends a turn. NULL when there is no connection to keep. */
void pool_give(StorePool *pool, StoreConnection *connection);
