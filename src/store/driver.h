/* Between the engines and what is written once for both. A driver opens connections and runs
 * statements; waiting for a turn (pool.h), keeping statements (statement.c), transactions (store.c)
 * and migrations (migrate.c) know no engine.
 *
 * A driver's own structs begin with StoreConnection and StoreStatement. */
#pragma once

#include "store/store.h"

typedef struct StoreDriver StoreDriver;
typedef struct StoreConnection StoreConnection;

/* How long a connection waits for another process or transaction before BUSY. */
#define STORE_BUSY_SECONDS 30

/* Migrating is writing with references unchecked until the commit, so that SQLite can rebuild a
 * table that others refer to. */
typedef enum { STORE_FOR_READING, STORE_FOR_WRITING, STORE_FOR_MIGRATING } StoreAccess;

typedef enum {
    STORE_VALUE_NULL,
    STORE_VALUE_INT,
    STORE_VALUE_DOUBLE,
    STORE_VALUE_TEXT,
    STORE_VALUE_BLOB,
} StoreValueType;

/* `data` and `length` are for text (length without the NUL that follows) and blobs. */
typedef struct {
    StoreValueType type;
    gint64 integer;
    double real;
    const void *data;
    gsize length;
} StoreValue;

struct StoreConnection {
    const StoreDriver *driver;
    GHashTable *statements; /* SQL text to StoreStatement */
    GQueue recent;          /* the same, latest use first; linked through StoreStatement.link */
    gboolean closing;       /* statements need not be taken from the server one by one */
};

typedef enum { STATEMENT_FRESH, STATEMENT_ON_ROW, STATEMENT_DONE } StatementState;

struct StoreStatement {
    StoreConnection *connection;
    char *sql;
    const char *name; /* of the query that prepared it last */
    int parameters;   /* the highest ?N; the driver counts it */
    StatementState state;
    StoreTx *tx;        /* that uses it now; NULL between transactions */
    GError *bind_error; /* the first, until the step that reports it */
    GList link;
};

struct StoreDriver {
    StoreEngine engine;
    const char *migrations; /* the folder of its migrations */
    int writers_max;

    /* `where` is what store_open was given, without the engine's prefix where it has one. */
    StoreConnection *(*open)(const char *where, StoreAccess access, GError **error);
    void (*close)(StoreConnection *connection);
    /* FALSE when nothing can be done with it any more. */
    gboolean (*is_usable)(StoreConnection *connection);

    gboolean (*begin)(StoreConnection *connection, StoreAccess access, GError **error);
    /* After a failure the transaction is still to be rolled back. */
    gboolean (*commit)(StoreConnection *connection, GError **error);
    void (*rollback)(StoreConnection *connection);
    /* Any number of statements without parameters, within the transaction. */
    gboolean (*run_script)(StoreConnection *connection, const char *sql, GError **error);

    StoreStatement *(*prepare)(StoreConnection *connection, const char *sql, GError **error);
    void (*finalize)(
        StoreStatement *statement);           /* frees what the driver allocated, itself included */
    void (*reset)(StoreStatement *statement); /* to before the first step; values stay */
    void (*unbind)(StoreStatement *statement); /* all values NULL again; called after reset */
    gboolean (*bind)(StoreStatement *statement, int index, const StoreValue *value);
    /* Not called again after STORE_DONE or an error without a reset. */
    StoreStep (*step)(StoreStatement *statement, GError **error);
    gint64 (*changed)(const StoreStatement *statement); /* rows written, once done */

    int (*column_count)(const StoreStatement *statement);
    const char *(*column_name)(const StoreStatement *statement, int column);
    gboolean (*column_is_null)(const StoreStatement *statement, int column);
    gint64 (*column_int)(const StoreStatement *statement, int column);
    double (*column_double)(const StoreStatement *statement, int column);
    const char *(*column_text)(const StoreStatement *statement, int column);
    /* Not NULL for a blob of no bytes. Only asked for what is not NULL. */
    gconstpointer (*column_blob)(const StoreStatement *statement, int column, gsize *ret_length);
};

extern const StoreDriver sqlite_driver;
extern const StoreDriver postgres_driver;

/* statement.c, for store.c */
void connection_init(StoreConnection *connection, const StoreDriver *driver);
void connection_free(StoreConnection *connection); /* with its statements; NULL is fine */
/* Ends the use of every statement by the transaction. */
void connection_reset_statements(StoreConnection *connection);
/* Drops the longest unused statements above LIMIT_STATEMENT_CACHE. Outside a transaction, because
 * within one every statement may be in somebody's hands. */
void connection_trim_statements(StoreConnection *connection);
void statement_bind_value(StoreStatement *statement, int index, const StoreValue *value);

/* store.c, for statement.c and migrate.c */
/* NULL and an error when the transaction has ended or failed. */
StoreConnection *store_tx_connection(StoreTx *tx, GError **error);
/* Remembers the first error: nothing more can be done in the transaction, on either engine. */
void store_tx_fail(StoreTx *tx, const GError *error);
const StoreDriver *store_driver(const Store *store);
StoreTx *store_migrating(Store *store, GError **error);
