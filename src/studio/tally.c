#include "studio/tally.h"

#include "studio/item_rows.h"

#define ROWS_BEFORE_FOLDING "32"

#define COLUMNS                                                                                    \
    "project_id, new_items, annotate_items, review_items, complete_items, archived_items, "        \
    "annotations, proposals, total_bytes"

/* Of project p, item i and work w, which may be none; each is `sign` times. */
#define IN_USE(amount)                                                                             \
    "CAST(sum(CASE WHEN i.archived_ms IS NULL THEN " amount " ELSE 0 END) AS BIGINT)"
#define OF_STATUS(name) IN_USE("CASE WHEN COALESCE(w.status, 'new') = '" name "' THEN 1 ELSE 0 END")

#define SUMS(sign)                                                                                 \
    sign OF_STATUS("new") ", " sign OF_STATUS("annotate") ", " sign OF_STATUS("review") ", " sign  \
        OF_STATUS("complete") ", " sign                                                            \
                              "CAST(sum(CASE WHEN i.archived_ms IS NULL THEN 0 ELSE 1 END) AS "    \
                              "BIGINT), " sign IN_USE("COALESCE(w.annotation_count, 0)") ", " sign \
                                  IN_USE("COALESCE(w.proposal_count, 0)") ", " sign IN_USE(        \
                                      "i.file_bytes")

#define FROM_ITEMS                                                                                 \
    " FROM dataset_item i JOIN project p ON p.dataset_id = i.dataset_id "                          \
    "LEFT JOIN project_item w ON w.item_id = i.id AND w.project_id = p.id WHERE "

static gboolean run(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *statement = store_prepare_sql(tx, sql, error);
    return statement && store_run(statement, NULL, error);
}

/* One group of `count` ids at most ITEMS_AT_ONCE. */
static gboolean change(StoreTx *tx, gint64 dataset_id, const gint64 *item_ids, gsize count,
                       gboolean add, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "INSERT INTO project_tally (" COLUMNS ") SELECT p.id, ");
    if (add) {
        store_sql_add(sql, SUMS("") FROM_ITEMS);
    } else {
        store_sql_add(sql, SUMS("-") FROM_ITEMS);
    }
    store_sql_add(sql, "i.id");
    item_rows_among(sql, item_ids, count);
    store_sql_add(sql, " AND +i.dataset_id = ");
    store_sql_value_int(sql, dataset_id);
    store_sql_add(sql, " GROUP BY p.id");
    return run(tx, sql, error);
}

static gboolean change_all(StoreTx *tx, gint64 dataset_id, const gint64 *item_ids, gsize count,
                           gboolean add, GError **error)
{
    for (gsize at = 0; at < count; at += ITEMS_AT_ONCE) {
        if (!change(tx, dataset_id, item_ids + at, MIN(count - at, ITEMS_AT_ONCE), add, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean tally_take_off(StoreTx *tx, gint64 dataset_id, const gint64 *item_ids, gsize count,
                        GError **error)
{
    return change_all(tx, dataset_id, item_ids, count, FALSE, error);
}

gboolean tally_add(StoreTx *tx, gint64 dataset_id, const gint64 *item_ids, gsize count,
                   GError **error)
{
    return change_all(tx, dataset_id, item_ids, count, TRUE, error);
}

static gboolean run_for(StoreTx *tx, const StoreQuery *query, gint64 dataset_id, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset_id);
    return store_run(statement, NULL, error);
}

gboolean tally_recount(StoreTx *tx, gint64 dataset_id, GError **error)
{
    static const StoreQuery clear = {
        .name = "tally_clear",
        .sql = "DELETE FROM project_tally WHERE project_id IN "
               "(SELECT id FROM project WHERE dataset_id = ?1)",
    };
    static const StoreQuery count = {
        .name = "tally_count",
        .sql = "INSERT INTO project_tally (" COLUMNS ") SELECT p.id, " SUMS("") FROM_ITEMS
        "i.dataset_id = ?1 GROUP BY p.id",
    };
    return run_for(tx, &clear, dataset_id, error) && run_for(tx, &count, dataset_id, error);
}

gboolean tally_fold(StoreTx *tx, gint64 dataset_id, GError **error)
{
    static const StoreQuery count = {
        .name = "tally_rows",
        .sql = "SELECT count(*) FROM project p JOIN project_tally t ON t.project_id = p.id "
               "WHERE p.dataset_id = ?1 HAVING count(*) > " ROWS_BEFORE_FOLDING,
    };
    /* The last row of each project becomes the sum; nobody else writes meanwhile (library_touch).
     */
    static const StoreQuery sum = {
        .name = "tally_sum",
        .sql = "INSERT INTO project_tally (" COLUMNS ") SELECT project_id, " TALLY_SUMS
               " FROM project_tally WHERE project_id IN "
               "(SELECT id FROM project WHERE dataset_id = ?1) GROUP BY project_id",
    };
    static const StoreQuery clear = {
        .name = "tally_clear_old",
        .sql = "DELETE FROM project_tally WHERE project_id IN "
               "(SELECT id FROM project WHERE dataset_id = ?1) AND id NOT IN "
               "(SELECT max(x.id) FROM project_tally x JOIN project p ON p.id = x.project_id "
               "WHERE p.dataset_id = ?1 GROUP BY x.project_id)",
    };
    StoreStatement *row = store_prepare(tx, &count, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset_id);
    switch (store_step(row, error)) {
    case STORE_ROW:
        return run_for(tx, &sum, dataset_id, error) && run_for(tx, &clear, dataset_id, error);
    case STORE_DONE:
        return TRUE;
    case STORE_ERROR:
        break;
    }
    return FALSE;
}
