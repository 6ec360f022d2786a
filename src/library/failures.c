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
    failure->code = g_strdup(store_column_text(row, 2));
    failure->reason = g_strdup(store_column_text(row, 3));
    failure->file_bytes = store_column_int(row, 4);
    failure->failed_ms = store_column_int(row, 5);
    return failure;
}

GPtrArray *failure_list(StoreTx *tx, const Principal *viewer, const char *after, gint64 limit,
                        GError **error)
{
    static const StoreQuery query = {
        .name = "failure_list",
        .sql = "SELECT path, name, code, reason, file_bytes, failed_ms FROM failure "
               "WHERE path > ?1 ORDER BY path LIMIT ?2",
    };
    g_autoptr(GPtrArray) failures = g_ptr_array_new_with_free_func((GDestroyNotify)failure_free);
    if (!principal_sees_library(viewer)) {
        return g_steal_pointer(&failures);
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_text(row, 1, after ? after : "");
    store_bind_int(row, 2, limit);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(failures, failure_from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&failures) : NULL;
}

gint64 failure_count(StoreTx *tx, const Principal *viewer, GError **error)
{
    static const StoreQuery query = {
        .name = "failure_count",
        .sql = "SELECT count(*) FROM failure",
    };
    if (!principal_sees_library(viewer)) {
        return 0;
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    gint64 count = -1;
    return row && store_step_int(row, &count, error) ? count : -1;
}
