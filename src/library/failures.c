#include "library/failures.h"

void failure_free(Failure *failure)
{
    if (!failure) {
        return;
    }
    g_free(failure->path);
    g_free(failure->name);
    g_free(failure->code);
    g_free(failure->reason);
    g_free(failure);
}

static Failure *failure_from_row(const StoreStatement *row)
{
    Failure *failure = g_new0(Failure, 1);
    failure->path = g_strdup(store_column_text(row, 0));
    failure->name = g_strdup(store_column_text(row, 1));
    if (!*failure->name) { /* a folder, which could not be read itself */
        g_free(failure->name);
        failure->name = g_path_get_basename(failure->path);
    }
    failure->code = g_strdup(store_column_text(row, 2));
    failure->reason = g_strdup(store_column_text(row, 3));
    failure->file_bytes = store_column_int(row, 4);
    failure->failed_ms = store_column_int(row, 5);
    return failure;
}

/* Of the files beneath a folder: "0" is what follows "/". */
static void add_beneath(StoreSql *sql, const char *directory)
{
    g_autofree char *first = g_strconcat(directory, "/", NULL);
    g_autofree char *after = g_strconcat(directory, "0", NULL);
    store_sql_add(sql, " OR (path >= ");
    store_sql_value_text(sql, first);
    store_sql_add(sql, " AND path < ");
    store_sql_value_text(sql, after);
    store_sql_add(sql, ")");
}

/* "columns FROM failure WHERE ..." of what `viewer` may know of. */
static StoreSql *visible(const char *columns, const Principal *viewer)
{
    const char *const *directories = principal_directories(viewer);
    StoreSql *sql = store_sql_new();
    store_sql_add_constant(sql, columns);
    store_sql_add(sql, " FROM failure WHERE (");
    store_sql_add_constant(sql, directories ? "1 = 0" : "1 = 1");
    for (; directories && *directories; directories++) {
        add_beneath(sql, *directories);
    }
    store_sql_add(sql, ")");
    return sql;
}

GPtrArray *failure_list(StoreTx *tx, const Principal *viewer, const char *after, gint64 limit,
                        GError **error)
{
    g_autoptr(StoreSql) sql =
        visible("SELECT path, name, code, reason, file_bytes, failed_ms", viewer);
    store_sql_add(sql, " AND path > ");
    store_sql_value_text(sql, after ? after : "");
    store_sql_add(sql, " ORDER BY path LIMIT ");
    store_sql_value_int(sql, limit);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) failures = g_ptr_array_new_with_free_func((GDestroyNotify)failure_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(failures, failure_from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&failures) : NULL;
}

gint64 failure_count(StoreTx *tx, const Principal *viewer, GError **error)
{
    g_autoptr(StoreSql) sql = visible("SELECT count(*)", viewer);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    gint64 count = -1;
    return row && store_step_int(row, &count, error) ? count : -1;
}
