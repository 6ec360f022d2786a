/* One SQL interface over two engines: SQLite (a file) and PostgreSQL (a server).
 *
 * A transaction borrows a connection, and everything runs in one. SQLite has one writer, which
 * others wait for, and a pool of read-only connections that never wait for it (WAL). PostgreSQL has
 * a pool for each.
 *
 *     static const StoreQuery find_photo = {
 *         .name = "find_photo",
 *         .sql = "SELECT id, path FROM photo WHERE uuid = ?1",
 *     };
 *     g_autoptr(StoreTx) tx = store_read(store, error);
 *     StoreStatement *statement = tx ? store_prepare(tx, &find_photo, error) : NULL;
 *     if (!statement) return FALSE;
 *     store_bind_text(statement, 1, uuid);
 *     switch (store_step(statement, error)) {
 *     case STORE_ROW: ... store_column_int(statement, 0) ...
 *
 * SQL text is literal (the StoreQuery is a static constant, or a StoreSql made of literals); values
 * are bound, as ?1, ?2 ... in both engines. Engine-specific text goes to .postgres beside .sql. A
 * statement belongs to its transaction and is cached by the connection under its text; preparing it
 * again resets it, so that a query cannot run twice side by side in one transaction. Errors of a
 * bind are kept and reported by the step that follows. A prepare or step that fails ends what the
 * transaction can do, on either engine: what follows fails with the same error, and nothing is
 * kept. So INSERT ... ON CONFLICT, not trying out. Not thread safe: a transaction belongs to one
 * thread; a Store to all. docs/internals/store.md tells more.
 */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct Store Store;
typedef struct StoreTx StoreTx;
typedef struct StoreStatement StoreStatement;

typedef enum { STORE_SQLITE, STORE_POSTGRES } StoreEngine;

typedef struct {
    const char *name;     /* what logs and errors call it */
    const char *sql;      /* for both engines, or for SQLite where .postgres is set */
    const char *postgres; /* NULL: as .sql */
} StoreQuery;

typedef enum { STORE_ERROR = -1, STORE_DONE = 0, STORE_ROW = 1 } StoreStep;

/* Opens `url`: "sqlite:PATH" or a plain path for SQLite (made when missing, mode 0600; its folder
 * must exist), "postgresql://..." for PostgreSQL. Does not migrate. UNAVAILABLE when the engine
 * cannot be reached, NOT_FOUND or FORBIDDEN when the file cannot be made or written, CORRUPT when
 * it is no database. */
Store *store_open(const char *url, GError **error);
void store_close(Store *store); /* every transaction must have ended */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

StoreEngine store_engine(const Store *store);

/* Brings the schema to this program's version, each migration in a transaction of its own. A
 * database that is newer than the program is refused with UNSUPPORTED and left alone. */
gboolean store_migrate(Store *store, GError **error);

/* The version the schema has now; 0 for an empty database, -1 on error. */
int store_schema_version(Store *store, GError **error);

/* A snapshot for reading, taken by its first query; writes through it fail. Waits while
 * LIMIT_READER_CONNECTIONS are in use, so a thread holds at most one. Free it soon: while it lasts
 * SQLite's log can only grow. */
StoreTx *store_read(Store *store, GError **error);
/* The one writer (SQLite) or a read-write transaction (PostgreSQL). Waits for its turn; first come,
 * first served. A thread that holds one and asks for another would wait for itself. BUSY when
 * another process does not end its own in time. */
StoreTx *store_write(Store *store, GError **error);
/* Makes the writes last. On failure (BUSY when it is worth trying the whole transaction again) they
 * are undone. The transaction is over either way, and may only be freed. */
gboolean store_commit(StoreTx *tx, GError **error);
/* Ends it; undone unless it was committed. */
void store_tx_free(StoreTx *tx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTx, store_tx_free)

StoreEngine store_tx_engine(const StoreTx *tx);

StoreStatement *store_prepare(StoreTx *tx, const StoreQuery *query, GError **error);

/* Parameters count from 1; what is never bound is NULL. Text and blobs are copied. Text is UTF-8
 * (INVALID otherwise); NULL text binds NULL; a blob of no bytes is no NULL. A bind after a step
 * begins the statement anew and leaves the other values. */
void store_bind_int(StoreStatement *statement, int index, gint64 value);
void store_bind_double(StoreStatement *statement, int index, double value); /* NaN binds NULL */
void store_bind_text(StoreStatement *statement, int index, const char *value);
void store_bind_blob(StoreStatement *statement, int index, const void *data, gsize length);
void store_bind_null(StoreStatement *statement, int index);

/* The next row, the end (which is told again and again), or an error: CONFLICT for a broken
 * constraint, BUSY, UNAVAILABLE, INTERNAL for the rest. On PostgreSQL rows come one by one; running
 * another statement before the end takes those that remain into memory. */
StoreStep store_step(StoreStatement *statement, GError **error);
/* Steps to the end; rows are passed over. ret_changed (may be NULL): rows written, without those
 * that a reference deleted. */
gboolean store_run(StoreStatement *statement, gint64 *ret_changed, GError **error);
/* Runs a statement that must give one row; NOT_FOUND when it gives none. */
gboolean store_step_one(StoreStatement *statement, GError **error);
/* The same for a statement that gives one number: RETURNING id, count(*). NULL is 0. */
gboolean store_step_int(StoreStatement *statement, gint64 *ret_number, GError **error);

/* Columns of the row that the statement stands on, counted from 0. Text and blobs live until the
 * next step or prepare of the same statement.
 */
gboolean store_column_is_null(const StoreStatement *statement, int column);
gint64 store_column_int(const StoreStatement *statement, int column);       /* 0 for NULL */
double store_column_double(const StoreStatement *statement, int column);    /* NaN for NULL */
const char *store_column_text(const StoreStatement *statement, int column); /* NULL for NULL */
gconstpointer store_column_blob(const StoreStatement *statement, int column, gsize *ret_length);
int store_column_count(const StoreStatement *statement);
const char *store_column_name(const StoreStatement *statement, int column);

/* SQL put together from literals, with its values. The macro refuses anything but a string literal.
 */
typedef struct StoreSql StoreSql;
StoreSql *store_sql_new(void);
void store_sql_free(StoreSql *sql);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreSql, store_sql_free)
#define store_sql_add(sql, literal) store_sql_add_literal_((sql), "" literal "")
void store_sql_add_literal_(StoreSql *sql, const char *literal);
/* For a column or clause that a static table of ours names: pass only pointers into constant
 * tables. */
void store_sql_add_constant(StoreSql *sql, const char *constant);
/* Each appends the next placeholder to the text and keeps the value. */
void store_sql_value_int(StoreSql *sql, gint64 value);
void store_sql_value_double(StoreSql *sql, double value);
void store_sql_value_text(StoreSql *sql, const char *value);
/* Text and values together: equal for two that ask the same. Owned by the caller. */
char *store_sql_key(const StoreSql *sql);
/* The statement with its values bound, ready to step. */
StoreStatement *store_prepare_sql(StoreTx *tx, const StoreSql *sql, GError **error);
