/* Statements: kept by their connection under their text, bound, stepped and read. */

#include "base/limits.h"
#include "store/driver.h"

#include <math.h>

void connection_init(StoreConnection *connection, const StoreDriver *driver)
{
    connection->driver = driver;
    connection->statements = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&connection->recent);
}

static void statement_free(StoreStatement *statement)
{
    StoreConnection *connection = statement->connection;
    g_hash_table_remove(connection->statements, statement->sql);
    g_queue_unlink(&connection->recent, &statement->link);
    g_clear_error(&statement->bind_error);
    g_free(statement->sql);
    connection->driver->finalize(statement);
}

void connection_free(StoreConnection *connection)
{
    if (!connection) {
        return;
    }
    connection->closing = TRUE;
    while (connection->recent.head) {
        statement_free(connection->recent.head->data);
    }
    g_hash_table_destroy(connection->statements);
    connection->driver->close(connection);
}

void connection_reset_statements(StoreConnection *connection)
{
    /* What the transaction used stands before everything else. */
    for (GList *link = connection->recent.head; link; link = link->next) {
        StoreStatement *statement = link->data;
        if (!statement->tx) {
            break;
        }
        connection->driver->reset(statement);
        connection->driver->unbind(statement);
        statement->tx = NULL;
    }
}

void connection_trim_statements(StoreConnection *connection)
{
    while (connection->recent.length > LIMIT_STATEMENT_CACHE) {
        statement_free(connection->recent.tail->data);
    }
}

static StoreStatement *statement_new(StoreConnection *connection, const char *sql, GError **error)
{
    StoreStatement *statement = connection->driver->prepare(connection, sql, error);
    if (!statement) {
        return NULL;
    }
    statement->connection = connection;
    statement->sql = g_strdup(sql);
    statement->link.data = statement;
    g_hash_table_insert(connection->statements, statement->sql, statement);
    g_queue_push_head_link(&connection->recent, &statement->link);
    return statement;
}

static void statement_renew(StoreStatement *statement)
{
    StoreConnection *connection = statement->connection;
    connection->driver->reset(statement);
    connection->driver->unbind(statement);
    g_queue_unlink(&connection->recent, &statement->link);
    g_queue_push_head_link(&connection->recent, &statement->link);
}

StoreStatement *store_prepare(StoreTx *tx, const StoreQuery *query, GError **error)
{
    StoreConnection *connection = store_tx_connection(tx, error);
    if (!connection) {
        return NULL;
    }
    gboolean own = connection->driver->engine == STORE_POSTGRES && query->postgres;
    const char *sql = own ? query->postgres : query->sql;
    StoreStatement *statement = g_hash_table_lookup(connection->statements, sql);
    if (statement) {
        statement_renew(statement);
    } else {
        GError *failure = NULL;
        statement = statement_new(connection, sql, &failure);
        if (!statement) {
            g_prefix_error(&failure, "the query %s cannot be prepared: ", query->name);
            store_tx_fail(tx, failure);
            g_propagate_error(error, failure);
            return NULL;
        }
    }
    g_clear_error(&statement->bind_error);
    statement->name = query->name;
    statement->state = STATEMENT_FRESH;
    statement->tx = tx;
    return statement;
}

/* Only the first error of the binds is kept; it is the one that explains the rest. */
static void fail_bind(StoreStatement *statement, AlbumenError code, int index, const char *why)
{
    if (!statement->bind_error) {
        statement->bind_error = g_error_new(ALBUMEN_ERROR, code, "value %d %s", index, why);
    }
}

void statement_bind_value(StoreStatement *statement, int index, const StoreValue *value)
{
    const StoreDriver *driver = statement->connection->driver;
    if (statement->state != STATEMENT_FRESH) {
        driver->reset(statement);
        statement->state = STATEMENT_FRESH;
    }
    if (index < 1 || index > statement->parameters) {
        fail_bind(statement, ALBUMEN_ERROR_INTERNAL, index, "has no place in the statement");
    } else if (value->type == STORE_VALUE_TEXT &&
               !g_utf8_validate_len(value->data, value->length, NULL)) {
        fail_bind(statement, ALBUMEN_ERROR_INVALID, index, "is not UTF-8 text");
    } else if (value->length > G_MAXINT) {
        fail_bind(statement, ALBUMEN_ERROR_TOO_LARGE, index, "is too long");
    } else if (!driver->bind(statement, index, value)) {
        fail_bind(statement, ALBUMEN_ERROR_INTERNAL, index, "was refused");
    }
}

void store_bind_int(StoreStatement *statement, int index, gint64 value)
{
    statement_bind_value(statement, index,
                         &(StoreValue){.type = STORE_VALUE_INT, .integer = value});
}

void store_bind_double(StoreStatement *statement, int index, double value)
{
    StoreValueType type = isnan(value) ? STORE_VALUE_NULL : STORE_VALUE_DOUBLE;
    statement_bind_value(statement, index, &(StoreValue){.type = type, .real = value});
}

void store_bind_text(StoreStatement *statement, int index, const char *value)
{
    if (!value) {
        store_bind_null(statement, index);
        return;
    }
    statement_bind_value(
        statement, index,
        &(StoreValue){.type = STORE_VALUE_TEXT, .data = value, .length = strlen(value)});
}

void store_bind_blob(StoreStatement *statement, int index, const void *data, gsize length)
{
    statement_bind_value(statement, index,
                         &(StoreValue){.type = STORE_VALUE_BLOB, .data = data, .length = length});
}

void store_bind_null(StoreStatement *statement, int index)
{
    statement_bind_value(statement, index, &(StoreValue){.type = STORE_VALUE_NULL});
}

static StoreStep fail_step(StoreStatement *statement, GError *failure, GError **error)
{
    g_prefix_error(&failure, "the query %s failed: ", statement->name);
    statement->state = STATEMENT_DONE;
    store_tx_fail(statement->tx, failure);
    g_propagate_error(error, failure);
    return STORE_ERROR;
}

StoreStep store_step(StoreStatement *statement, GError **error)
{
    g_assert(statement->tx);
    if (!store_tx_connection(statement->tx, error)) {
        return STORE_ERROR;
    }
    if (statement->bind_error) {
        return fail_step(statement, g_steal_pointer(&statement->bind_error), error);
    }
    if (statement->state == STATEMENT_DONE) {
        return STORE_DONE;
    }
    GError *failure = NULL;
    StoreStep step = statement->connection->driver->step(statement, &failure);
    if (step == STORE_ERROR) {
        return fail_step(statement, failure, error);
    }
    statement->state = step == STORE_ROW ? STATEMENT_ON_ROW : STATEMENT_DONE;
    return step;
}

gboolean store_run(StoreStatement *statement, gint64 *ret_changed, GError **error)
{
    StoreStep step = STORE_ROW;
    while (step == STORE_ROW) {
        step = store_step(statement, error);
    }
    if (step == STORE_ERROR) {
        return FALSE;
    }
    if (ret_changed) {
        *ret_changed = statement->connection->driver->changed(statement);
    }
    return TRUE;
}

gboolean store_step_one(StoreStatement *statement, GError **error)
{
    StoreStep step = store_step(statement, error);
    if (step == STORE_DONE) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "the query %s found nothing",
                    statement->name);
    }
    return step == STORE_ROW;
}

gboolean store_step_int(StoreStatement *statement, gint64 *ret_number, GError **error)
{
    if (!store_step_one(statement, error)) {
        return FALSE;
    }
    *ret_number = store_column_int(statement, 0);
    return TRUE;
}

static gboolean has_column(const StoreStatement *statement, int column)
{
    return statement->state == STATEMENT_ON_ROW && column >= 0 &&
           column < statement->connection->driver->column_count(statement);
}

gboolean store_column_is_null(const StoreStatement *statement, int column)
{
    g_assert(has_column(statement, column));
    return statement->connection->driver->column_is_null(statement, column);
}

gint64 store_column_int(const StoreStatement *statement, int column)
{
    return store_column_is_null(statement, column)
               ? 0
               : statement->connection->driver->column_int(statement, column);
}

double store_column_double(const StoreStatement *statement, int column)
{
    return store_column_is_null(statement, column)
               ? NAN
               : statement->connection->driver->column_double(statement, column);
}

const char *store_column_text(const StoreStatement *statement, int column)
{
    return store_column_is_null(statement, column)
               ? NULL
               : statement->connection->driver->column_text(statement, column);
}

gconstpointer store_column_blob(const StoreStatement *statement, int column, gsize *ret_length)
{
    *ret_length = 0;
    return store_column_is_null(statement, column)
               ? NULL
               : statement->connection->driver->column_blob(statement, column, ret_length);
}

int store_column_count(const StoreStatement *statement)
{
    return statement->connection->driver->column_count(statement);
}

const char *store_column_name(const StoreStatement *statement, int column)
{
    return statement->connection->driver->column_name(statement, column);
}
