/* SQLite. One writer and many readers on a write-ahead log, each connection opened as for a file
 * that somebody else may have prepared. */

#include "store/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#define BUSY_MS       (STORE_BUSY_SECONDS * 1000)
#define BUSY_RETRY_MS 10
/* Of the file, mapped into memory by each connection: what is read again and again, not all of it.
 */
#define MAPPED_BYTES     "16777216"
#define WRITER_CACHE_KIB "16384"

typedef struct {
    StoreConnection base;
    sqlite3 *db;
    /* Of a reader, which begins and ends a transaction for every request: kept, not parsed again.
     */
    sqlite3_stmt *begin, *rollback;
    gboolean references_unchecked; /* in a migration */
} SqliteConnection;

typedef struct {
    StoreStatement base;
    sqlite3_stmt *handle;
    gint64 changes_before; /* of the whole connection, at the first step */
    gint64 changed;
} SqliteStatement;

static sqlite3 *db_of(StoreConnection *connection)
{
    return ((SqliteConnection *)connection)->db;
}

static sqlite3_stmt *handle_of(const StoreStatement *statement)
{
    return ((const SqliteStatement *)statement)->handle;
}

static AlbumenError code_of(int extended)
{
    switch (extended & 0xff) {
    case SQLITE_CONSTRAINT:
        /* A value of the wrong type is a mistake in the query. */
        return extended == SQLITE_CONSTRAINT_DATATYPE ? ALBUMEN_ERROR_INTERNAL
                                                      : ALBUMEN_ERROR_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ALBUMEN_ERROR_BUSY;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return ALBUMEN_ERROR_CORRUPT;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
        return ALBUMEN_ERROR_UNAVAILABLE;
    case SQLITE_TOOBIG:
        return ALBUMEN_ERROR_TOO_LARGE;
    default:
        return ALBUMEN_ERROR_INTERNAL;
    }
}

static gboolean fail(sqlite3 *db, GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, code_of(sqlite3_extended_errcode(db)), "%s",
                sqlite3_errmsg(db));
    return FALSE;
}

static gboolean execute(sqlite3 *db, const char *sql, GError **error)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(db, error);
}

/* The same, prepared once into *kept. */
static gboolean execute_kept(sqlite3 *db, sqlite3_stmt **kept, const char *sql, GError **error)
{
    if (!*kept && sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL)) {
        return fail(db, error);
    }
    gboolean done = sqlite3_step(*kept) == SQLITE_DONE || fail(db, error);
    sqlite3_reset(*kept);
    return done;
}

/* Opening */

/* SQLite makes files that everybody may read; the log and its index take their mode from the file.
 */
static gboolean make_private_file(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        /* What exists is not opened here: closing it would drop the locks that SQLite holds. */
        return errno == EEXIST || error_set_errno(error, errno, "make the database");
    }
    close(fd);
    return TRUE;
}

/* SQLite does not wait by itself for two processes that turn the log on at once. */
static gboolean turn_log_on(sqlite3 *db, GError **error)
{
    for (int waited_ms = 0;; waited_ms += BUSY_RETRY_MS) {
        g_autoptr(GError) failure = NULL;
        if (execute(db, "PRAGMA journal_mode = WAL", &failure)) {
            return TRUE;
        }
        if (!g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY) || waited_ms >= BUSY_MS) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        g_usleep(BUSY_RETRY_MS * 1000UL);
    }
}

static gboolean configure(sqlite3 *db, StoreAccess access, GError **error)
{
    static const struct {
        int option;
        int value;
    } options[] = {{SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                   {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
                   {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                   {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}};

    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_MS);
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        int now = -1;
        if (sqlite3_db_config(db, options[i].option, options[i].value, &now) != SQLITE_OK ||
            now != options[i].value) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                        "this SQLite lacks a safety that Albumen needs");
            return FALSE;
        }
    }
    if (sqlite3_db_readonly(db, "main") == 1) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN, "its file may not be written");
        return FALSE;
    }
    if (!turn_log_on(db, error)) {
        return FALSE;
    }
    /* NORMAL loses no transaction when the program dies, and never corrupts; a power cut may take
     * the last ones, which the next scan makes again. LIKE tells A from a as PostgreSQL does. */
    return execute(db,
                   "PRAGMA synchronous = NORMAL;"
                   "PRAGMA cell_size_check = ON;"
                   "PRAGMA case_sensitive_like = ON;"
                   "PRAGMA mmap_size = " MAPPED_BYTES ";"
                   "PRAGMA journal_size_limit = 67108864;",
                   error) &&
           execute(db,
                   access == STORE_FOR_READING ? "PRAGMA query_only = ON"
                                               : "PRAGMA cache_size = -" WRITER_CACHE_KIB,
                   error);
}

static void sqlite_close(StoreConnection *connection)
{
    sqlite3_finalize(((SqliteConnection *)connection)->begin);
    sqlite3_finalize(((SqliteConnection *)connection)->rollback);
    int status = sqlite3_close(db_of(connection));
    g_assert(status == SQLITE_OK); /* statements left open would make it fail */
    g_free(connection);
}

static StoreConnection *sqlite_open(const char *path, StoreAccess access, GError **error)
{
    if (access == STORE_FOR_WRITING && !make_private_file(path, error)) {
        return NULL;
    }
    SqliteConnection *connection = g_new0(SqliteConnection, 1);
    connection_init(&connection->base, &sqlite_driver);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    gboolean opened = sqlite3_open_v2(path, &connection->db, flags, NULL) == SQLITE_OK
                          ? configure(connection->db, access, error)
                          : fail(connection->db, error);
    if (!opened) {
        g_prefix_error(error, "the database cannot be opened: ");
        connection_free(&connection->base);
        return NULL;
    }
    return &connection->base;
}

static gboolean sqlite_is_usable(StoreConnection *connection)
{
    return sqlite3_get_autocommit(db_of(connection)) != 0;
}

/* Transactions */

/* References are a matter of the connection, and cannot be turned on or off in a transaction. */
static void check_references_at_once(StoreConnection *connection, gboolean at_once)
{
    sqlite3_db_config(db_of(connection), SQLITE_DBCONFIG_ENABLE_FKEY, at_once, NULL);
    ((SqliteConnection *)connection)->references_unchecked = !at_once;
}

static gboolean check_references(sqlite3 *db, GError **error)
{
    sqlite3_stmt *handle = NULL;
    int status = sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &handle, NULL);
    if (status == SQLITE_OK) {
        status = sqlite3_step(handle);
    }
    if (status == SQLITE_ROW) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "a row of the table %s refers to nothing", sqlite3_column_text(handle, 0));
    } else if (status != SQLITE_DONE) {
        fail(db, error);
    }
    sqlite3_finalize(handle);
    return status == SQLITE_DONE;
}

static gboolean sqlite_begin(StoreConnection *connection, StoreAccess access, GError **error)
{
    sqlite3 *db = db_of(connection);
    if (access == STORE_FOR_READING) {
        return execute_kept(db, &((SqliteConnection *)connection)->begin, "BEGIN", error);
    }
    check_references_at_once(connection, access != STORE_FOR_MIGRATING);
    return execute(db, "BEGIN IMMEDIATE", error);
}

static gboolean sqlite_commit(StoreConnection *connection, GError **error)
{
    sqlite3 *db = db_of(connection);
    gboolean unchecked = ((SqliteConnection *)connection)->references_unchecked;
    return (!unchecked || check_references(db, error)) && execute(db, "COMMIT", error);
}

static void sqlite_rollback(StoreConnection *connection)
{
    /* SQLite has rolled back by itself after some errors; what fails here shows in is_usable. */
    sqlite3 *db = db_of(connection);
    if (!sqlite3_get_autocommit(db)) {
        execute_kept(db, &((SqliteConnection *)connection)->rollback, "ROLLBACK", NULL);
    }
}

static gboolean sqlite_run_script(StoreConnection *connection, const char *sql, GError **error)
{
    return execute(db_of(connection), sql, error);
}

/* Statements */

static StoreStatement *sqlite_prepare(StoreConnection *connection, const char *sql, GError **error)
{
    sqlite3 *db = db_of(connection);
    sqlite3_stmt *handle = NULL;
    const char *rest = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, &rest) != SQLITE_OK) {
        fail(db, error);
        return NULL;
    }
    if (!handle || rest[strspn(rest, " \t\r\n")]) {
        sqlite3_finalize(handle);
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL, "it is not one statement");
        return NULL;
    }
    SqliteStatement *statement = g_new0(SqliteStatement, 1);
    statement->handle = handle;
    statement->base.parameters = sqlite3_bind_parameter_count(handle);
    return &statement->base;
}

static void sqlite_finalize(StoreStatement *statement)
{
    sqlite3_finalize(handle_of(statement));
    g_free(statement);
}

static void sqlite_reset(StoreStatement *statement)
{
    sqlite3_reset(handle_of(statement));
}

static void sqlite_unbind(StoreStatement *statement)
{
    sqlite3_clear_bindings(handle_of(statement));
}

static gboolean sqlite_bind(StoreStatement *statement, int index, const StoreValue *value)
{
    sqlite3_stmt *handle = handle_of(statement);
    int length = (int)value->length;
    int status = SQLITE_ERROR;
    switch (value->type) {
    case STORE_VALUE_NULL:
        status = sqlite3_bind_null(handle, index);
        break;
    case STORE_VALUE_INT:
        status = sqlite3_bind_int64(handle, index, value->integer);
        break;
    case STORE_VALUE_DOUBLE:
        status = sqlite3_bind_double(handle, index, value->real);
        break;
    case STORE_VALUE_TEXT:
        status = sqlite3_bind_text(handle, index, value->data, length, SQLITE_TRANSIENT);
        break;
    case STORE_VALUE_BLOB:
        /* No bytes at no address would be NULL to SQLite. */
        status = length ? sqlite3_bind_blob(handle, index, value->data, length, SQLITE_TRANSIENT)
                        : sqlite3_bind_zeroblob(handle, index, 0);
        break;
    }
    return status == SQLITE_OK;
}

static StoreStep sqlite_step(StoreStatement *statement, GError **error)
{
    sqlite3 *db = db_of(statement->connection);
    SqliteStatement *sqlite = (SqliteStatement *)statement;
    if (statement->state == STATEMENT_FRESH) {
        sqlite->changes_before = sqlite3_total_changes64(db);
    }
    switch (sqlite3_step(sqlite->handle)) {
    case SQLITE_ROW:
        return STORE_ROW;
    case SQLITE_DONE:
        /* A statement that cannot write leaves sqlite3_changes as an earlier one set it. */
        sqlite->changed =
            sqlite3_total_changes64(db) == sqlite->changes_before ? 0 : sqlite3_changes64(db);
        return STORE_DONE;
    default:
        fail(db, error);
        return STORE_ERROR;
    }
}

static gint64 sqlite_changed(const StoreStatement *statement)
{
    return ((const SqliteStatement *)statement)->changed;
}

/* Columns */

static int sqlite_column_count(const StoreStatement *statement)
{
    return sqlite3_column_count(handle_of(statement));
}

static const char *sqlite_column_name(const StoreStatement *statement, int column)
{
    return sqlite3_column_name(handle_of(statement), column);
}

static gboolean sqlite_column_is_null(const StoreStatement *statement, int column)
{
    return sqlite3_column_type(handle_of(statement), column) == SQLITE_NULL;
}

static gint64 sqlite_column_int(const StoreStatement *statement, int column)
{
    return sqlite3_column_int64(handle_of(statement), column);
}

static double sqlite_column_double(const StoreStatement *statement, int column)
{
    return sqlite3_column_double(handle_of(statement), column);
}

static const char *sqlite_column_text(const StoreStatement *statement, int column)
{
    return (const char *)sqlite3_column_text(handle_of(statement), column);
}

static gconstpointer sqlite_column_blob(const StoreStatement *statement, int column,
                                        gsize *ret_length)
{
    sqlite3_stmt *handle = handle_of(statement);
    gconstpointer data = sqlite3_column_blob(handle, column);
    *ret_length = (gsize)sqlite3_column_bytes(handle, column);
    return data ? data : "";
}

const StoreDriver sqlite_driver = {
    .engine = STORE_SQLITE,
    .migrations = "sqlite",
    .writers_max = 1,
    .open = sqlite_open,
    .close = sqlite_close,
    .is_usable = sqlite_is_usable,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .run_script = sqlite_run_script,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .reset = sqlite_reset,
    .unbind = sqlite_unbind,
    .bind = sqlite_bind,
    .step = sqlite_step,
    .changed = sqlite_changed,
    .column_count = sqlite_column_count,
    .column_name = sqlite_column_name,
    .column_is_null = sqlite_column_is_null,
    .column_int = sqlite_column_int,
    .column_double = sqlite_column_double,
    .column_text = sqlite_column_text,
    .column_blob = sqlite_column_blob,
};
