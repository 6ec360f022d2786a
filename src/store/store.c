#include "base/limits.h"
#include "store/driver.h"
#include "store/pool.h"

struct Store {
    const StoreDriver *driver;
    char *where;
    StorePool readers;
    StorePool writers;
};

struct StoreTx {
    Store *store;
    StoreAccess access;
    StoreConnection *connection; /* NULL once it has ended */
    GError *failure;
};

static StorePool *pool_for(Store *store, StoreAccess access)
{
    return access == STORE_FOR_READING ? &store->readers : &store->writers;
}

static Store *store_new(const char *url)
{
    Store *store = g_new0(Store, 1);
    if (g_str_has_prefix(url, "postgresql://") || g_str_has_prefix(url, "postgres://")) {
        store->driver = &postgres_driver;
        store->where = g_strdup(url);
    } else {
        const char *path = g_str_has_prefix(url, "sqlite:") ? url + strlen("sqlite:") : url;
        store->driver = &sqlite_driver;
        /* Absolute, so that the program may change its folder and no name means more to SQLite
         * than a file's. */
        store->where = g_canonicalize_filename(path, NULL);
    }
    pool_init(&store->readers, LIMIT_READER_CONNECTIONS);
    pool_init(&store->writers, store->driver->writers_max);
    return store;
}

Store *store_open(const char *url, GError **error)
{
    g_autoptr(Store) store = store_new(url);
    /* The writer first: it makes the file of SQLite. */
    pool_take(&store->writers);
    StoreConnection *connection = store->driver->open(store->where, STORE_FOR_WRITING, error);
    pool_give(&store->writers, connection);
    return connection ? g_steal_pointer(&store) : NULL;
}

void store_close(Store *store)
{
    if (!store) {
        return;
    }
    /* SQLite's writer goes last, and folds the log into the file. */
    pool_clear(&store->readers);
    pool_clear(&store->writers);
    g_free(store->where);
    g_free(store);
}

StoreEngine store_engine(const Store *store)
{
    return store->driver->engine;
}

const StoreDriver *store_driver(const Store *store)
{
    return store->driver;
}

/* A connection with a transaction begun. A kept connection that died while it slept is replaced. */
static StoreConnection *begin(Store *store, StoreConnection *kept, StoreAccess access,
                              GError **error)
{
    const StoreDriver *driver = store->driver;
    if (kept) {
        g_autoptr(GError) failure = NULL;
        if (driver->begin(kept, access, &failure)) {
            return kept;
        }
        if (driver->is_usable(kept)) {
            pool_give(pool_for(store, access), kept);
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
        connection_free(kept);
    }
    StoreConnection *connection = driver->open(store->where, access, error);
    if (connection && !driver->begin(connection, access, error)) {
        connection_free(connection);
        connection = NULL;
    }
    if (!connection) {
        pool_give(pool_for(store, access), NULL);
    }
    return connection;
}

static StoreTx *transaction_new(Store *store, StoreAccess access, GError **error)
{
    StoreConnection *kept = pool_take(pool_for(store, access));
    StoreConnection *connection = begin(store, kept, access, error);
    if (!connection) {
        return NULL;
    }
    StoreTx *tx = g_new0(StoreTx, 1);
    tx->store = store;
    tx->access = access;
    tx->connection = connection;
    return tx;
}

StoreTx *store_read(Store *store, GError **error)
{
    return transaction_new(store, STORE_FOR_READING, error);
}

StoreTx *store_write(Store *store, GError **error)
{
    return transaction_new(store, STORE_FOR_WRITING, error);
}

StoreTx *store_migrating(Store *store, GError **error)
{
    return transaction_new(store, STORE_FOR_MIGRATING, error);
}

static void give_back(StoreTx *tx)
{
    StoreConnection *connection = g_steal_pointer(&tx->connection);
    if (tx->store->driver->is_usable(connection)) {
        connection_trim_statements(connection);
    } else {
        g_clear_pointer(&connection, connection_free);
    }
    pool_give(pool_for(tx->store, tx->access), connection);
}

static void roll_back(StoreTx *tx)
{
    connection_reset_statements(tx->connection);
    tx->store->driver->rollback(tx->connection);
    give_back(tx);
}

gboolean store_commit(StoreTx *tx, GError **error)
{
    if (!store_tx_connection(tx, error)) {
        if (tx->connection) {
            roll_back(tx);
        }
        return FALSE;
    }
    connection_reset_statements(tx->connection);
    if (!tx->store->driver->commit(tx->connection, error)) {
        roll_back(tx);
        return FALSE;
    }
    give_back(tx);
    return TRUE;
}

void store_tx_free(StoreTx *tx)
{
    if (!tx) {
        return;
    }
    if (tx->connection) {
        roll_back(tx);
    }
    g_clear_error(&tx->failure);
    g_free(tx);
}

StoreEngine store_tx_engine(const StoreTx *tx)
{
    return tx->store->driver->engine;
}

StoreConnection *store_tx_connection(StoreTx *tx, GError **error)
{
    if (!tx->connection) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL,
                    "the transaction has ended already");
        return NULL;
    }
    if (tx->failure) {
        g_propagate_error(error, g_error_copy(tx->failure));
        return NULL;
    }
    return tx->connection;
}

void store_tx_fail(StoreTx *tx, const GError *error)
{
    if (!tx->failure) {
        tx->failure = g_error_copy(error);
    }
}
