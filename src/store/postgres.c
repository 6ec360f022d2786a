/* PostgreSQL by libpq. Statements are prepared under a name of the connection's own; values travel
 * as text, whose type the server infers from where they stand, but for bytea. Rows come one by one.
 */

#include "base/limits.h"
#include "store/driver.h"
#include "store/placeholders.h"

#include <libpq-fe.h>

/* pg_type.dat; these numbers are part of the protocol and never change. */
#define OID_BOOL   16
#define OID_BYTEA  17
#define OID_FLOAT4 700
#define OID_FLOAT8 701

#define CONNECT_SECONDS "10"

typedef struct PostgresStatement PostgresStatement;

typedef struct {
    StoreConnection base;
    PGconn *pg;
    guint64 names;                /* given to statements so far */
    PostgresStatement *streaming; /* whose rows are on the wire */
    gboolean stale;               /* what it has prepared does not fit the schema any more */
} PostgresConnection;

typedef struct {
    guint8 *data;
    gsize length;
} Bytes;

struct PostgresStatement {
    StoreStatement base;
    char name[24];
    PGresult *shape; /* column names and types */
    char **values;   /* one a parameter; NULL is NULL */
    int *lengths;
    int *formats; /* 0 text, 1 binary */
    PGresult *row;
    Bytes *blobs;   /* of the row, one a column */
    GQueue waiting; /* PGresult taken off the wire to make way for another statement */
    gint64 changed;
};

static PostgresConnection *own(StoreConnection *connection)
{
    return (PostgresConnection *)connection;
}

static PostgresStatement *own_statement(const StoreStatement *statement)
{
    return (PostgresStatement *)statement;
}

/* Errors (SQLSTATE: PostgreSQL manual, appendix A) */

static AlbumenError code_of(const char *state)
{
    static const struct {
        const char *prefix;
        AlbumenError code;
    } codes[] = {
        {"08", ALBUMEN_ERROR_UNAVAILABLE}, /* connection */
        {"23", ALBUMEN_ERROR_CONFLICT},    /* constraint */
        {"28", ALBUMEN_ERROR_UNAVAILABLE}, /* the server knows no such user */
        {"3D", ALBUMEN_ERROR_UNAVAILABLE}, /* nor such a database */
        {"40", ALBUMEN_ERROR_BUSY},        /* serialization, deadlock */
        {"53", ALBUMEN_ERROR_UNAVAILABLE}, /* disk, memory, connections */
        {"55P03", ALBUMEN_ERROR_BUSY},     /* lock timeout */
        {"57014", ALBUMEN_ERROR_CANCELLED},
        {"57P", ALBUMEN_ERROR_UNAVAILABLE}, /* shutdown, starting up */
        {"58", ALBUMEN_ERROR_UNAVAILABLE},  /* the server's own files */
        {"XX001", ALBUMEN_ERROR_CORRUPT},
        {"XX002", ALBUMEN_ERROR_CORRUPT},
    };
    for (gsize i = 0; state && i < G_N_ELEMENTS(codes); i++) {
        if (g_str_has_prefix(state, codes[i].prefix)) {
            return codes[i].code;
        }
    }
    /* libpq gives no state where it lost the server. */
    return state ? ALBUMEN_ERROR_INTERNAL : ALBUMEN_ERROR_UNAVAILABLE;
}

/* `result` may be NULL: nothing came back. */
static gboolean fail(PostgresConnection *connection, const PGresult *result, GError **error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    g_autofree char *message =
        g_strstrip(g_strdup(primary ? primary : PQerrorMessage(connection->pg)));
    AlbumenError code = code_of(state);
    if (PQstatus(connection->pg) == CONNECTION_BAD) {
        code = ALBUMEN_ERROR_UNAVAILABLE;
    }
    if (state && (g_str_equal(state, "0A000") || g_str_equal(state, "26000"))) {
        connection->stale = TRUE; /* "cached plan must not change result type" and the like */
    }
    g_set_error_literal(error, ALBUMEN_ERROR, code, message);
    return FALSE;
}

/* Takes what is still coming for another statement off the wire, which serves one at a time. */
static void clear_wire(PostgresConnection *connection)
{
    PostgresStatement *statement = g_steal_pointer(&connection->streaming);
    PGresult *result = NULL;
    while (statement && (result = PQgetResult(connection->pg))) {
        g_queue_push_tail(&statement->waiting, result);
    }
}

/* Takes the result. */
static gboolean check(PostgresConnection *connection, PGresult *result, GError **error)
{
    ExecStatusType status = PQresultStatus(result);
    gboolean fine = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!fine) {
        fail(connection, result, error);
    }
    PQclear(result);
    return fine;
}

static gboolean execute(PostgresConnection *connection, const char *sql, GError **error)
{
    clear_wire(connection);
    return check(connection, PQexec(connection->pg, sql), error);
}

/* Opening */

static void ignore_notice(void *data, const PGresult *result)
{
}

/* Every setting that the meaning of our SQL and the form of its answers hang on. Names are looked
 * up in the schema that we create in and nowhere else, so that nobody can slip us a function. */
static gboolean configure(PostgresConnection *connection, GError **error)
{
    static const char schema[] =
        "SELECT pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp',"
        " pg_catalog.current_schema()), false) WHERE pg_catalog.current_schema() IS NOT NULL";
    static const char settings[] = "SET standard_conforming_strings = on;"
                                   "SET bytea_output = 'hex';"
                                   "SET extra_float_digits = 1;"
                                   "SET TimeZone = 'UTC';"
                                   "SET jit = off;"
                                   "SET lock_timeout = '" G_STRINGIFY(STORE_BUSY_SECONDS) "s'";

    PGresult *result = PQexec(connection->pg, schema);
    gboolean found = PQntuples(result) == 1;
    if (!check(connection, result, error)) {
        return FALSE;
    }
    if (!found) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                    "the user has no schema there to make tables in");
        return FALSE;
    }
    return execute(connection, settings, error);
}

static void postgres_close(StoreConnection *connection)
{
    PQfinish(own(connection)->pg);
    g_free(connection);
}

static StoreConnection *postgres_open(const char *url, StoreAccess access, GError **error)
{
    /* What stands before dbname the URL may override; what stands after, not. */
    static const char *const names[] = {"connect_timeout", "fallback_application_name", "dbname",
                                        "client_encoding", NULL};
    const char *const values[] = {CONNECT_SECONDS, "albumen", url, "UTF8", NULL};

    PostgresConnection *connection = g_new0(PostgresConnection, 1);
    connection_init(&connection->base, &postgres_driver);
    connection->pg = PQconnectdbParams(names, values, 1);
    if (!connection->pg) {
        g_error("out of memory");
    }
    PQsetNoticeReceiver(connection->pg, ignore_notice, NULL);
    gboolean opened = PQstatus(connection->pg) == CONNECTION_OK ? configure(connection, error)
                                                                : fail(connection, NULL, error);
    if (!opened) {
        g_prefix_error(error, "the database cannot be opened: ");
        connection_free(&connection->base);
        return NULL;
    }
    return &connection->base;
}

static gboolean postgres_is_usable(StoreConnection *connection)
{
    return !own(connection)->stale && PQstatus(own(connection)->pg) == CONNECTION_OK &&
           PQtransactionStatus(own(connection)->pg) == PQTRANS_IDLE;
}

/* Transactions */

static gboolean postgres_begin(StoreConnection *connection, StoreAccess access, GError **error)
{
    return execute(own(connection),
                   access == STORE_FOR_READING ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                               : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
                   error);
}

static gboolean postgres_commit(StoreConnection *connection, GError **error)
{
    return execute(own(connection), "COMMIT", error);
}

static void postgres_rollback(StoreConnection *connection)
{
    /* A failure here shows in is_usable. */
    execute(own(connection), "ROLLBACK", NULL);
}

static gboolean postgres_run_script(StoreConnection *connection, const char *sql, GError **error)
{
    return execute(own(connection), sql, error);
}

/* Statements */

/* The names and types of the columns. NULL on an error. */
static PGresult *prepare_as(PostgresConnection *connection, const char *name, const char *sql,
                            GError **error)
{
    clear_wire(connection);
    if (!check(connection, PQprepare(connection->pg, name, sql, 0, NULL), error)) {
        return NULL;
    }
    PGresult *shape = PQdescribePrepared(connection->pg, name);
    if (PQresultStatus(shape) != PGRES_COMMAND_OK) {
        check(connection, shape, error);
        return NULL;
    }
    return shape;
}

static StoreStatement *postgres_prepare(StoreConnection *connection, const char *sql,
                                        GError **error)
{
    PostgresStatement *statement = g_new0(PostgresStatement, 1);
    int *parameters = &statement->base.parameters;
    g_autofree char *text = placeholders_to_postgres(sql, parameters);
    g_snprintf(statement->name, sizeof statement->name, "s%" G_GUINT64_FORMAT,
               ++own(connection)->names);
    statement->shape = prepare_as(own(connection), statement->name, text, error);
    if (!statement->shape) {
        g_free(statement);
        return NULL;
    }
    statement->values = g_new0(char *, *parameters);
    statement->lengths = g_new0(int, *parameters);
    statement->formats = g_new0(int, *parameters);
    statement->blobs = g_new0(Bytes, PQnfields(statement->shape));
    return &statement->base;
}

static void drop_row(PostgresStatement *statement)
{
    for (int i = 0; i < PQnfields(statement->shape); i++) {
        g_clear_pointer(&statement->blobs[i].data, g_free);
    }
    g_clear_pointer(&statement->row, PQclear);
}

static void postgres_reset(StoreStatement *statement)
{
    PostgresConnection *connection = own(statement->connection);
    PostgresStatement *postgres = own_statement(statement);
    if (connection->streaming == postgres) {
        PGresult *result = NULL;
        while ((result = PQgetResult(connection->pg))) {
            PQclear(result);
        }
        connection->streaming = NULL;
    }
    g_queue_clear_full(&postgres->waiting, (GDestroyNotify)PQclear);
    drop_row(postgres);
}

static void postgres_unbind(StoreStatement *statement)
{
    for (int i = 0; i < statement->parameters; i++) {
        g_clear_pointer(&own_statement(statement)->values[i], g_free);
    }
}

static void postgres_finalize(StoreStatement *statement)
{
    PostgresConnection *connection = own(statement->connection);
    PostgresStatement *postgres = own_statement(statement);
    postgres_reset(statement);
    postgres_unbind(statement);
    if (!statement->connection->closing) {
        g_autofree char *sql = g_strdup_printf("DEALLOCATE %s", postgres->name);
        execute(connection, sql, NULL);
    }
    PQclear(postgres->shape);
    g_free(postgres->values);
    g_free(postgres->lengths);
    g_free(postgres->formats);
    g_free(postgres->blobs);
    g_free(postgres);
}

static gboolean postgres_bind(StoreStatement *statement, int index, const StoreValue *value)
{
    PostgresStatement *postgres = own_statement(statement);
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    char *text = NULL;
    switch (value->type) {
    case STORE_VALUE_NULL:
        break;
    case STORE_VALUE_INT:
        text = g_strdup_printf("%" G_GINT64_FORMAT, value->integer);
        break;
    case STORE_VALUE_DOUBLE:
        text = g_strdup(g_ascii_dtostr(number, sizeof number, value->real));
        break;
    case STORE_VALUE_TEXT:
        text = g_strndup(value->data, value->length);
        break;
    case STORE_VALUE_BLOB:
        text = g_malloc(value->length + 1); /* not NULL for no bytes */
        memcpy(text, value->length ? value->data : "", value->length);
        break;
    }
    g_free(postgres->values[index - 1]);
    postgres->values[index - 1] = text;
    postgres->lengths[index - 1] = (int)value->length;
    postgres->formats[index - 1] = value->type == STORE_VALUE_BLOB;
    return TRUE;
}

static gboolean send_statement(PostgresStatement *statement, GError **error)
{
    PostgresConnection *connection = own(statement->base.connection);
    clear_wire(connection);
    if (!PQsendQueryPrepared(connection->pg, statement->name, statement->base.parameters,
                             (const char *const *)statement->values, statement->lengths,
                             statement->formats, 0)) {
        return fail(connection, NULL, error);
    }
    PQsetSingleRowMode(connection->pg);
    connection->streaming = statement;
    return TRUE;
}

static PGresult *next_result(PostgresStatement *statement)
{
    PostgresConnection *connection = own(statement->base.connection);
    if (!g_queue_is_empty(&statement->waiting) || connection->streaming != statement) {
        return g_queue_pop_head(&statement->waiting);
    }
    return PQgetResult(connection->pg);
}

/* "\x" and two digits a byte. */
static Bytes bytes_from_hex(const char *text, int length)
{
    gsize bytes = length > 2 ? (gsize)(length - 2) / 2 : 0;
    guint8 *data = g_malloc(bytes + 1);
    for (gsize i = 0; i < bytes; i++) {
        data[i] = (guint8)(g_ascii_xdigit_value(text[2 + 2 * i]) << 4 |
                           g_ascii_xdigit_value(text[3 + 2 * i]));
    }
    return (Bytes){.data = data, .length = bytes};
}

static void take_row(PostgresStatement *statement, PGresult *row)
{
    statement->row = row;
    for (int i = 0; i < PQnfields(row); i++) {
        if (PQftype(row, i) == OID_BYTEA && !PQgetisnull(row, 0, i)) {
            statement->blobs[i] = bytes_from_hex(PQgetvalue(row, 0, i), PQgetlength(row, 0, i));
        }
    }
}

static void take_end(PostgresStatement *statement, PGresult *result)
{
    gboolean wrote = !g_str_has_prefix(PQcmdStatus(result), "SELECT");
    statement->changed = wrote ? g_ascii_strtoll(PQcmdTuples(result), NULL, 10) : 0;
    PQclear(result);
    postgres_reset(&statement->base); /* the empty answer that follows the last */
}

static StoreStep postgres_step(StoreStatement *statement, GError **error)
{
    PostgresStatement *postgres = own_statement(statement);
    if (statement->state == STATEMENT_FRESH && !send_statement(postgres, error)) {
        return STORE_ERROR;
    }
    drop_row(postgres);
    PGresult *result = next_result(postgres);
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        take_row(postgres, result);
        return STORE_ROW;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        take_end(postgres, result);
        return STORE_DONE;
    default:
        fail(own(statement->connection), result, error);
        PQclear(result);
        postgres_reset(statement);
        return STORE_ERROR;
    }
}

static gint64 postgres_changed(const StoreStatement *statement)
{
    return own_statement(statement)->changed;
}

/* Columns */

static int postgres_column_count(const StoreStatement *statement)
{
    return PQnfields(own_statement(statement)->shape);
}

static const char *postgres_column_name(const StoreStatement *statement, int column)
{
    return PQfname(own_statement(statement)->shape, column);
}

static gboolean postgres_column_is_null(const StoreStatement *statement, int column)
{
    return PQgetisnull(own_statement(statement)->row, 0, column);
}

static const char *postgres_column_text(const StoreStatement *statement, int column)
{
    return PQgetvalue(own_statement(statement)->row, 0, column);
}

static double postgres_column_double(const StoreStatement *statement, int column)
{
    return g_ascii_strtod(postgres_column_text(statement, column), NULL);
}

static gint64 postgres_column_int(const StoreStatement *statement, int column)
{
    const char *text = postgres_column_text(statement, column);
    switch (PQftype(own_statement(statement)->shape, column)) {
    case OID_BOOL:
        return *text == 't';
    case OID_FLOAT4:
    case OID_FLOAT8: /* may be written with an exponent */
        return (gint64)CLAMP(postgres_column_double(statement, column), -0x1p63, 0x1p63 - 1024);
    default:
        return g_ascii_strtoll(text, NULL, 10);
    }
}

static gconstpointer postgres_column_blob(const StoreStatement *statement, int column,
                                          gsize *ret_length)
{
    const PostgresStatement *postgres = own_statement(statement);
    if (postgres->blobs[column].data) {
        *ret_length = postgres->blobs[column].length;
        return postgres->blobs[column].data;
    }
    *ret_length = (gsize)PQgetlength(postgres->row, 0, column);
    return PQgetvalue(postgres->row, 0, column);
}

const StoreDriver postgres_driver = {
    .engine = STORE_POSTGRES,
    .migrations = "postgres",
    .writers_max = LIMIT_WRITER_CONNECTIONS,
    .open = postgres_open,
    .close = postgres_close,
    .is_usable = postgres_is_usable,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .run_script = postgres_run_script,
    .prepare = postgres_prepare,
    .finalize = postgres_finalize,
    .reset = postgres_reset,
    .unbind = postgres_unbind,
    .bind = postgres_bind,
    .step = postgres_step,
    .changed = postgres_changed,
    .column_count = postgres_column_count,
    .column_name = postgres_column_name,
    .column_is_null = postgres_column_is_null,
    .column_int = postgres_column_int,
    .column_double = postgres_column_double,
    .column_text = postgres_column_text,
    .column_blob = postgres_column_blob,
};
