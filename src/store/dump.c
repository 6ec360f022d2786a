#include "store/dump.h"

#include "store/driver.h"

#include <string.h>

static void column_clear(gpointer column)
{
    g_free(((StoreColumn *)column)->name);
}

void store_table_free(StoreTable *table)
{
    if (table) {
        g_free(table->name);
        g_array_unref(table->columns);
        g_free(table);
    }
}

static StoreTable *table_new(const char *name)
{
    StoreTable *table = g_new0(StoreTable, 1);
    table->name = g_strdup(name);
    table->columns = g_array_new(FALSE, FALSE, sizeof(StoreColumn));
    g_array_set_clear_func(table->columns, column_clear);
    return table;
}

/* SQL with names of the database's own tables in it. No name comes from elsewhere, and a quoted one
 * cannot end early: ours are words. */
static char *quoted(const char *name)
{
    g_assert(!strchr(name, '"'));
    return g_strdup_printf("\"%s\"", name);
}

static StoreStatement *prepare(StoreTx *tx, const char *name, const char *sql, GError **error)
{
    const StoreQuery query = {.name = name, .sql = sql};
    return store_prepare(tx, &query, error);
}

static gboolean run(StoreTx *tx, const char *name, const char *sql, GError **error)
{
    StoreStatement *statement = prepare(tx, name, sql, error);
    return statement && store_run(statement, NULL, error);
}

static StoreType type_of(const char *name)
{
    static const struct {
        const char *name;
        StoreType type;
    } types[] = {
        {"INTEGER", STORE_TYPE_INT}, {"bigint", STORE_TYPE_INT},
        {"REAL", STORE_TYPE_DOUBLE}, {"double precision", STORE_TYPE_DOUBLE},
        {"BLOB", STORE_TYPE_BLOB},   {"bytea", STORE_TYPE_BLOB},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(types[i].name, name) == 0) {
            return types[i].type;
        }
    }
    return STORE_TYPE_TEXT;
}

static GPtrArray *read_tables(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "dump_columns",
        .sql = "SELECT s.name, c.name, c.type FROM sqlite_schema s "
               "JOIN pragma_table_info(s.name) c WHERE s.type = 'table' "
               "AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND s.name <> 'schema_migration' "
               "ORDER BY s.name, c.name",
        .postgres = "SELECT table_name COLLATE \"C\" AS t, column_name COLLATE \"C\" AS c, "
                    "data_type FROM information_schema.columns "
                    "WHERE table_schema = current_schema() AND table_name <> 'schema_migration' "
                    "ORDER BY t, c",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func((GDestroyNotify)store_table_free);
    StoreTable *table = NULL;
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        if (!table || strcmp(table->name, store_column_text(row, 0)) != 0) {
            table = table_new(store_column_text(row, 0));
            g_ptr_array_add(tables, table);
        }
        const StoreColumn column = {g_strdup(store_column_text(row, 1)),
                                    type_of(store_column_text(row, 2))};
        g_array_append_val(table->columns, column);
    }
    return step == STORE_DONE ? g_steal_pointer(&tables) : NULL;
}

/* How far ids are counted: a sequence's last value, or what SQLite remembers of a table that never
 * gives one twice. */
static gboolean read_last_number(StoreTx *tx, StoreTable *table, GError **error)
{
    static const StoreQuery query = {
        .name = "dump_last_number",
        .sql = "SELECT seq FROM sqlite_sequence WHERE name = ?1",
        .postgres = "SELECT s.last_value FROM pg_sequences s "
                    "WHERE s.schemaname = current_schema() "
                    "AND s.sequencename = CAST(?1 AS TEXT) || '_id_seq'",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, table->name);
    StoreStep step = store_step(row, error);
    table->last_number = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

/* SQLite has no table of sequences until a table wants one. */
static gboolean counts_numbers(StoreTx *tx, gboolean *ret_counts, GError **error)
{
    static const StoreQuery query = {
        .name = "dump_counts_numbers",
        .sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'",
        .postgres = "SELECT 1",
    };
    gint64 tables = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    gboolean read = row && store_step_int(row, &tables, error);
    *ret_counts = tables > 0;
    return read;
}

GPtrArray *store_tables(StoreTx *tx, GError **error)
{
    gboolean counts = FALSE;
    g_autoptr(GPtrArray) tables = read_tables(tx, error);
    if (!tables || !counts_numbers(tx, &counts, error)) {
        return NULL;
    }
    for (guint i = 0; counts && i < tables->len; i++) {
        if (!read_last_number(tx, g_ptr_array_index(tables, i), error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&tables);
}

static char *column_list(const StoreTable *table)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < table->columns->len; i++) {
        g_autofree char *name = quoted(g_array_index(table->columns, StoreColumn, i).name);
        g_string_append_printf(list, "%s%s", i ? ", " : "", name);
    }
    return g_string_free(list, FALSE);
}

StoreStatement *store_dump_rows(StoreTx *tx, const StoreTable *table, GError **error)
{
    g_autofree char *columns = column_list(table);
    g_autofree char *name = quoted(table->name);
    g_autofree char *sql = g_strdup_printf("SELECT %s FROM %s", columns, name);
    return prepare(tx, "dump_rows", sql, error);
}

/* Loading */

/* PostgreSQL checks a reference at once, unless its constraint says otherwise; each constraint is
 * told so for the time of the load, and told back. Of names of tables and constraints in turn. */
static GPtrArray *references(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "load_references",
        .sql = "SELECT '', '' WHERE 1 = 0",
        .postgres = "SELECT table_name, constraint_name FROM information_schema.table_constraints "
                    "WHERE constraint_type = 'FOREIGN KEY' AND table_schema = current_schema()",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(names, g_strdup(store_column_text(row, 0)));
        g_ptr_array_add(names, g_strdup(store_column_text(row, 1)));
    }
    return step == STORE_DONE ? g_steal_pointer(&names) : NULL;
}

static gboolean defer_references(StoreTx *tx, const char *how, GError **error)
{
    g_autoptr(GPtrArray) names = references(tx, error);
    for (guint i = 0; names && i < names->len; i += 2) {
        g_autofree char *table = quoted(g_ptr_array_index(names, i));
        g_autofree char *constraint = quoted(g_ptr_array_index(names, i + 1));
        g_autofree char *sql =
            g_strdup_printf("ALTER TABLE %s ALTER CONSTRAINT %s %s", table, constraint, how);
        if (!run(tx, "load_defer", sql, error)) {
            return FALSE;
        }
    }
    return names != NULL;
}

static gboolean empty_tables(StoreTx *tx, GError **error)
{
    g_autoptr(GPtrArray) tables = read_tables(tx, error);
    for (guint i = 0; tables && i < tables->len; i++) {
        g_autofree char *name = quoted(((StoreTable *)g_ptr_array_index(tables, i))->name);
        g_autofree char *sql = g_strdup_printf("DELETE FROM %s", name);
        if (!run(tx, "load_empty", sql, error)) {
            return FALSE;
        }
    }
    return tables != NULL;
}

StoreTx *store_load_begin(Store *store, GError **error)
{
    g_autoptr(StoreTx) tx = store_migrating(store, error);
    if (!tx || !defer_references(tx, "DEFERRABLE INITIALLY DEFERRED", error) ||
        !empty_tables(tx, error)) {
        return NULL;
    }
    return g_steal_pointer(&tx);
}

StoreStatement *store_load_row(StoreTx *tx, const StoreTable *table, GError **error)
{
    g_autofree char *columns = column_list(table);
    g_autofree char *name = quoted(table->name);
    GString *sql = g_string_new(NULL);
    g_string_printf(sql, "INSERT INTO %s (%s) VALUES (", name, columns);
    for (guint i = 0; i < table->columns->len; i++) {
        g_string_append_printf(sql, "%s?%u", i ? ", " : "", i + 1);
    }
    g_string_append_c(sql, ')');
    g_autofree char *text = g_string_free(sql, FALSE);
    return prepare(tx, "load_row", text, error);
}

/* At least as far as was counted, and as far as the rows go. */
static gboolean count_on(StoreTx *tx, const StoreTable *table, GError **error)
{
    if (store_tx_engine(tx) == STORE_SQLITE) {
        static const StoreQuery query = {
            .name = "load_count_on",
            .sql = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1",
        };
        StoreStatement *statement = store_prepare(tx, &query, error);
        if (!statement) {
            return FALSE;
        }
        store_bind_text(statement, 1, table->name);
        store_bind_int(statement, 2, table->last_number);
        return store_run(statement, NULL, error);
    }
    g_autofree char *name = quoted(table->name);
    g_autofree char *sql =
        g_strdup_printf("SELECT setval(pg_get_serial_sequence('%s', 'id'), "
                        "greatest(CAST(?1 AS BIGINT), (SELECT max(id) FROM %s), 1))",
                        name, name);
    StoreStatement *row = prepare(tx, "load_count_on", sql, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, table->last_number);
    return store_step_one(row, error);
}

/* The tables whose ids the engine counts. */
static gboolean is_counted(StoreTx *tx, const StoreTable *table, gboolean *ret_counted,
                           GError **error)
{
    static const StoreQuery query = {
        .name = "load_is_counted",
        .sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1 "
               "AND sql LIKE '%AUTOINCREMENT%'",
        .postgres = "SELECT count(*) FROM information_schema.columns "
                    "WHERE table_schema = current_schema() AND table_name = ?1 "
                    "AND column_name = 'id' AND is_identity = 'YES'",
    };
    gint64 counted = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, table->name);
    gboolean read = store_step_int(row, &counted, error);
    *ret_counted = counted > 0;
    return read;
}

static gboolean check_references(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "load_check",
        .sql = "SELECT 1", /* the commit of such a transaction checks them */
        .postgres = "SET CONSTRAINTS ALL IMMEDIATE",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    return statement && store_run(statement, NULL, error) &&
           defer_references(tx, "NOT DEFERRABLE", error);
}

gboolean store_load_end(StoreTx *tx, const GPtrArray *tables, GError **error)
{
    for (guint i = 0; i < tables->len; i++) {
        const StoreTable *table = g_ptr_array_index(tables, i);
        gboolean counted = FALSE;
        if (!is_counted(tx, table, &counted, error) || (counted && !count_on(tx, table, error))) {
            return FALSE;
        }
    }
    return check_references(tx, error);
}
