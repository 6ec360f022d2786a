/* Which items of a dataset match, in an order. */
#include "studio/item_rows.h"

#include "base/limits.h"

#include <math.h>
#include <string.h>

/* Conditions */

/* A text as a part of a LIKE pattern. */
static char *pattern_within(const char *text)
{
    GString *pattern = g_string_new("%");
    for (; *text; text++) {
        if (strchr("%_\\", *text)) {
            g_string_append_c(pattern, '\\');
        }
        g_string_append_c(pattern, g_ascii_tolower(*text));
    }
    g_string_append_c(pattern, '%');
    return g_string_free(pattern, FALSE);
}

static void add_place(StoreSql *sql, const ItemFilter *filter)
{
    if (filter->directory) {
        store_sql_add(sql, " AND r.path = ");
        store_sql_value_text(sql, filter->directory);
    }
    if (filter->beneath && strcmp(filter->beneath, "/") != 0) {
        g_autofree char *first = g_strconcat(filter->beneath, "/", NULL);
        g_autofree char *after = g_strconcat(filter->beneath, "0", NULL);
        store_sql_add(sql, " AND (r.path = ");
        store_sql_value_text(sql, filter->beneath);
        store_sql_add(sql, " OR (r.path >= ");
        store_sql_value_text(sql, first);
        store_sql_add(sql, " AND r.path < ");
        store_sql_value_text(sql, after);
        store_sql_add(sql, "))");
    }
    if (filter->filename) {
        store_sql_add(sql, " AND i.filename = ");
        store_sql_value_text(sql, filter->filename);
    }
    if (filter->search) {
        g_autofree char *pattern = pattern_within(filter->search);
        store_sql_add(sql, " AND lower(r.path || '/' || i.filename) LIKE ");
        store_sql_value_text(sql, pattern);
        store_sql_add(sql, " ESCAPE '\\'");
    }
    if (filter->tag) {
        g_autofree char *line = g_strconcat("\n", filter->tag, "\n", NULL);
        store_sql_add(sql, " AND replace('\n' || i.tags || '\n', ");
        store_sql_value_text(sql, line);
        store_sql_add(sql, ", '') <> '\n' || i.tags || '\n'");
    }
}

static void add_status(StoreSql *sql, const char *names)
{
    g_auto(GStrv) parts = g_strsplit(names, ",", ITEM_STATUSES + 1);
    store_sql_add(sql, " AND COALESCE(w.status, 'new') IN (''");
    for (char **part = parts; *part; part++) {
        store_sql_add(sql, ", ");
        store_sql_value_text(sql, g_strstrip(*part));
    }
    store_sql_add(sql, ")");
}

static void add_split(StoreSql *sql, const char *name)
{
    if (strcmp(name, "none") == 0) {
        store_sql_add(sql, " AND w.split IS NULL");
        return;
    }
    store_sql_add(sql, " AND w.split = ");
    store_sql_value_text(sql, name);
}

static void add_work(StoreSql *sql, const Dataset *dataset, const ItemFilter *filter)
{
    if (filter->status) {
        add_status(sql, filter->status);
    }
    if (filter->split) {
        add_split(sql, filter->split);
    }
    if (filter->class_name) {
        store_sql_add(sql,
                      " AND i.id IN (SELECT n.item_id FROM annotation n WHERE n.project_id = ");
        store_sql_value_int(sql, dataset->project_id);
        store_sql_add(sql, " AND n.name = ");
        store_sql_value_text(sql, filter->class_name);
        store_sql_add(sql, ")");
    }
    if (filter->annotator) {
        store_sql_add(sql, " AND w.annotator_id IN (SELECT id FROM account WHERE username = ");
        store_sql_value_text(sql, filter->annotator);
        store_sql_add(sql, ")");
    }
    if (filter->confidence_below != 0 && !isnan(filter->confidence_below)) {
        store_sql_add(sql, " AND w.min_confidence < ");
        store_sql_value_double(sql, filter->confidence_below);
    }
    if (filter->has_proposals) {
        store_sql_add(sql, " AND w.proposal_count > 0");
    }
    if (filter->has_annotations) {
        store_sql_add(sql, " AND w.annotation_count > 0");
    }
    if (filter->is_empty) {
        store_sql_add(sql, " AND COALESCE(w.annotation_count, 0) = 0");
    }
}

static gboolean needs_directory(const ItemFilter *filter)
{
    return filter->directory || filter->search || filter->order == ITEM_BY_PATH ||
           (filter->beneath && strcmp(filter->beneath, "/") != 0);
}

/* Where directories are asked for, the items are those of the dataset's directories: so they come
 * in the order of their indexes, and no whole dataset is sorted for a page. */
static void add_conditions(StoreSql *sql, const Dataset *dataset, const ItemFilter *filter)
{
    gboolean by_directory = needs_directory(filter);
    if (by_directory) {
        store_sql_add(sql, " FROM dataset_directory r JOIN dataset_item i "
                           "ON i.directory_id = r.id");
    } else {
        store_sql_add(sql, " FROM dataset_item i");
    }
    store_sql_add(sql, " LEFT JOIN project_item w ON w.item_id = i.id AND w.project_id = ");
    store_sql_value_int(sql, dataset->project_id);
    if (by_directory) {
        store_sql_add(sql, " WHERE r.dataset_id = ");
    } else {
        store_sql_add(sql, " WHERE i.dataset_id = ");
    }
    store_sql_value_int(sql, dataset->id);
    if (filter->archived == ITEM_IN_USE) {
        store_sql_add(sql, " AND i.archived_ms IS NULL");
    } else if (filter->archived == ITEM_ARCHIVED) {
        store_sql_add(sql, " AND i.archived_ms IS NOT NULL");
    }
    add_place(sql, filter);
    add_work(sql, dataset, filter);
}

static void add_order(StoreSql *sql, ItemOrder order)
{
    switch (order) {
    case ITEM_NEWEST:
        store_sql_add(sql, " ORDER BY i.created_ms DESC, i.id DESC");
        return;
    case ITEM_BY_PATH:
        store_sql_add(sql, " ORDER BY r.path, i.filename");
        return;
    case ITEM_BY_CHANGE:
        store_sql_add(sql, " ORDER BY COALESCE(w.changed_ms, i.created_ms) DESC, i.id DESC");
        return;
    case ITEM_BY_CONFIDENCE:
        store_sql_add(sql, " ORDER BY CASE WHEN w.min_confidence IS NULL THEN 1 ELSE 0 END, "
                           "w.min_confidence, i.id");
        return;
    }
}

/* How many match */

/* Whether nothing but the status and the archive is asked for: then the dataset has the count. */
static gboolean is_counted(const ItemFilter *filter)
{
    return !filter->directory && (!filter->beneath || strcmp(filter->beneath, "/") == 0) &&
           !filter->filename && !filter->search && !filter->split && !filter->class_name &&
           !filter->annotator && !filter->tag &&
           (filter->confidence_below == 0 || isnan(filter->confidence_below)) &&
           !filter->has_proposals && !filter->has_annotations && !filter->is_empty &&
           (!filter->status || filter->archived == ITEM_IN_USE);
}

static gint64 counted_of_status(const Dataset *dataset, const char *names)
{
    g_auto(GStrv) parts = g_strsplit(names, ",", ITEM_STATUSES + 1);
    gboolean wanted[ITEM_STATUSES] = {FALSE};
    gint64 total = 0;
    for (char **part = parts; *part; part++) {
        ItemStatus status = ITEM_NEW;
        if (item_status_from_name(g_strstrip(*part), &status)) {
            wanted[status] = TRUE;
        }
    }
    for (int i = 0; i < ITEM_STATUSES; i++) {
        total += wanted[i] ? dataset->status_counts[i] : 0;
    }
    return total;
}

static gint64 counted(const Dataset *dataset, const ItemFilter *filter)
{
    if (filter->status) {
        return counted_of_status(dataset, filter->status);
    }
    return (filter->archived != ITEM_ARCHIVED ? dataset->image_count : 0) +
           (filter->archived != ITEM_IN_USE ? dataset->archived_count : 0);
}

static gboolean count_items(StoreTx *tx, const Dataset *dataset, const ItemFilter *filter,
                            gint64 *ret_total, GError **error)
{
    if (is_counted(filter)) {
        *ret_total = counted(dataset, filter);
        return TRUE;
    }
    g_autoptr(StoreSql) sql = store_sql_new();
    ItemFilter unordered = *filter;
    unordered.order = ITEM_NEWEST;
    store_sql_add(sql, "SELECT count(*)");
    add_conditions(sql, dataset, &unordered);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    return row && store_step_int(row, ret_total, error);
}

/* Pages */

/* Ids alone first: rows that are passed over are not put together. */
static GArray *page_ids(StoreTx *tx, const Dataset *dataset, const ItemFilter *filter,
                        gint64 offset, gint64 limit, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT i.id");
    add_conditions(sql, dataset, filter);
    add_order(sql, filter->order);
    store_sql_add(sql, " LIMIT ");
    store_sql_value_int(sql, limit);
    store_sql_add(sql, " OFFSET ");
    store_sql_value_int(sql, offset);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    return row ? item_rows_read_ids(row, error) : NULL;
}

static gboolean read_some(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                          GHashTable *by_id, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, ITEM_SELECT);
    store_sql_value_int(sql, dataset->project_id);
    store_sql_add(sql, ITEM_SELECT_END " WHERE i.id");
    item_rows_among(sql, ids, count);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        Item *item = item_rows_read(row, dataset->project_id);
        g_hash_table_insert(by_id, &item->id, item);
    }
    return step == STORE_DONE;
}

static GPtrArray *read_page(StoreTx *tx, const Dataset *dataset, const GArray *ids, GError **error)
{
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free);
    const gint64 *all = (const gint64 *)(gpointer)ids->data;
    gboolean read = TRUE;
    for (gsize at = 0; read && at < ids->len; at += ITEMS_AT_ONCE) {
        read = read_some(tx, dataset, all + at, MIN(ids->len - at, ITEMS_AT_ONCE), by_id, error);
    }
    for (guint i = 0; i < ids->len; i++) {
        Item *item = g_hash_table_lookup(by_id, &all[i]);
        if (item) {
            g_ptr_array_add(items, item);
        }
    }
    return read ? g_steal_pointer(&items) : NULL;
}

GPtrArray *item_list(StoreTx *tx, const Dataset *dataset, const ItemFilter *filter, gint64 offset,
                     gint64 limit, gint64 *ret_total, GError **error)
{
    g_autoptr(GArray) ids = page_ids(tx, dataset, filter, offset, limit, error);
    if (!ids) {
        return NULL;
    }
    gboolean is_last = ids->len < limit && (ids->len > 0 || offset == 0);
    if (ret_total && is_last) {
        *ret_total = offset + ids->len;
    } else if (ret_total && !count_items(tx, dataset, filter, ret_total, error)) {
        return NULL;
    }
    return read_page(tx, dataset, ids, error);
}

GPtrArray *item_uuids(StoreTx *tx, const Dataset *dataset, const ItemFilter *filter, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT i.uuid");
    add_conditions(sql, dataset, filter);
    add_order(sql, filter->order);
    store_sql_add(sql, " LIMIT ");
    store_sql_value_int(sql, LIMIT_ITEMS_PER_REQUEST);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) uuids = g_ptr_array_new_with_free_func(g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(uuids, g_strdup(store_column_text(row, 0)));
    }
    return step == STORE_DONE ? g_steal_pointer(&uuids) : NULL;
}
