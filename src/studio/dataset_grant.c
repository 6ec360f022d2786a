/* Which annotators work on a dataset. */
#include "studio/dataset.h"

static gboolean clear(StoreTx *tx, gint64 dataset_id, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_grant_none",
        .sql = "DELETE FROM dataset_member WHERE dataset_id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset_id);
    return store_run(statement, NULL, error);
}

static gboolean grant_one(StoreTx *tx, gint64 dataset_id, gint64 account_id, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_grant",
        .sql = "INSERT INTO dataset_member (dataset_id, account_id) VALUES (?1, ?2) "
               "ON CONFLICT (dataset_id, account_id) DO NOTHING",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset_id);
    store_bind_int(statement, 2, account_id);
    return store_run(statement, NULL, error);
}

gboolean dataset_grant(StoreTx *tx, const Dataset *dataset, const gint64 *accounts, gsize count,
                       GError **error)
{
    if (!clear(tx, dataset->id, error)) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        if (!grant_one(tx, dataset->id, accounts[i], error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean find_account(StoreTx *tx, const Dataset *dataset, const char *username,
                             gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_grant_account",
        .sql = "SELECT a.id FROM account a JOIN dataset d "
               "ON d.organization_id = a.organization_id WHERE d.id = ?1 AND a.username = ?2 "
               "AND a.id <> 0",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    store_bind_text(row, 2, username);
    switch (store_step(row, error)) {
    case STORE_ROW:
        *ret_id = store_column_int(row, 0);
        return TRUE;
    case STORE_DONE:
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                    "There is nobody called '%s' in the organization", username);
        break;
    case STORE_ERROR:
        break;
    }
    return FALSE;
}

gboolean dataset_grant_names(StoreTx *tx, const Dataset *dataset, const char *const *usernames,
                             GError **error)
{
    g_autoptr(GArray) accounts = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (; *usernames; usernames++) {
        gint64 id = 0;
        if (!find_account(tx, dataset, *usernames, &id, error)) {
            return FALSE;
        }
        g_array_append_val(accounts, id);
    }
    return dataset_grant(tx, dataset, (const gint64 *)(gpointer)accounts->data, accounts->len,
                         error);
}

GPtrArray *dataset_granted(StoreTx *tx, const Dataset *dataset, GError **error)
{
    static const StoreQuery query = {
        .name = "dataset_granted",
        .sql = "SELECT a.username FROM dataset_member m JOIN account a ON a.id = m.account_id "
               "WHERE m.dataset_id = ?1 ORDER BY a.username",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, dataset->id);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(names, g_strdup(store_column_text(row, 0)));
    }
    return step == STORE_DONE ? g_steal_pointer(&names) : NULL;
}
