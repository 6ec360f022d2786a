/* All items of a project with their shapes. The ids are put in order once; items and shapes are
 * read some hundreds at a time, so that a walk is a few queries more than the project has hundreds
 * of items, and whoever walks may run queries between. */
#include "base/limits.h"
#include "studio/annotation_rows.h"
#include "studio/item_rows.h"

/* Items of one query; and shapes, as far as their items tell. */
#define ITEMS_OF_PAGE   256
#define SHAPES_OF_BATCH 4096

struct AnnotationsWalk {
    StoreTx *tx;
    gint64 project_id;
    AnnotationsWhich which;
    GArray *ids;        /* of gint64, in the order of the walk */
    guint read;         /* of them, in pages that were read */
    GPtrArray *items;   /* this page; of Item */
    guint at;           /* of `items`: the next to give */
    guint with_shapes;  /* of `items`: those before it have theirs in `shapes` */
    GHashTable *shapes; /* item id to GPtrArray */
    GPtrArray *given;   /* the last item's */
};

static void free_item(gpointer item)
{
    item_free(item);
}

static void free_array(gpointer array)
{
    g_ptr_array_unref(array);
}

void annotations_walk_free(AnnotationsWalk *walk)
{
    if (!walk) {
        return;
    }
    g_clear_pointer(&walk->ids, g_array_unref);
    g_clear_pointer(&walk->items, g_ptr_array_unref);
    g_clear_pointer(&walk->shapes, g_hash_table_unref);
    g_clear_pointer(&walk->given, g_ptr_array_unref);
    g_free(walk);
}

static GArray *read_ids(StoreTx *tx, const AnnotationsWalkOptions *options, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT i.id FROM dataset_item i "
                       "JOIN dataset_directory r ON r.id = i.directory_id "
                       "LEFT JOIN project_item w ON w.item_id = i.id AND w.project_id = ");
    store_sql_value_int(sql, options->dataset->project_id);
    store_sql_add(sql, " WHERE i.dataset_id = ");
    store_sql_value_int(sql, options->dataset->id);
    if (!options->archived) {
        store_sql_add(sql, " AND i.archived_ms IS NULL");
    }
    if (options->status) {
        store_sql_add(sql, " AND COALESCE(w.status, 'new') = ");
        store_sql_value_text(sql, options->status);
    }
    store_sql_add(sql, " ORDER BY r.path, i.filename, i.id");
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    return row ? item_rows_read_ids(row, error) : NULL;
}

AnnotationsWalk *annotations_walk(StoreTx *tx, const AnnotationsWalkOptions *options,
                                  GError **error)
{
    g_autoptr(AnnotationsWalk) walk = g_new0(AnnotationsWalk, 1);
    walk->tx = tx;
    walk->project_id = options->dataset->project_id;
    walk->which = options->which;
    walk->items = g_ptr_array_new_with_free_func(free_item);
    walk->shapes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_array);
    walk->ids =
        options->items ? g_array_copy((GArray *)options->items) : read_ids(tx, options, error);
    return walk->ids ? g_steal_pointer(&walk) : NULL;
}

/* The ids as a query names them: their number is rounded up to a power of two by naming the last
 * again, so that there are few different statements. */
static void add_ids(StoreSql *sql, const gint64 *ids, guint count)
{
    gint64 padded[ITEMS_OF_PAGE];
    guint size = 1;
    g_assert(count > 0 && count <= ITEMS_OF_PAGE);
    while (size < count) {
        size *= 2;
    }
    for (guint i = 0; i < size; i++) {
        padded[i] = ids[MIN(i, count - 1)];
    }
    item_rows_among(sql, padded, size);
}

/* Into the order of `ids`; what is gone since is passed over. */
static void sort_items(AnnotationsWalk *walk, const gint64 *ids, guint count, GHashTable *by_id)
{
    g_ptr_array_set_size(walk->items, 0);
    for (guint i = 0; i < count; i++) {
        Item *item = g_hash_table_lookup(by_id, &ids[i]);
        if (item) {
            g_hash_table_steal(by_id, &ids[i]);
            g_ptr_array_add(walk->items, item);
        }
    }
}

static gboolean read_page(AnnotationsWalk *walk, GError **error)
{
    const gint64 *ids = &g_array_index(walk->ids, gint64, walk->read);
    guint count = MIN(walk->ids->len - walk->read, ITEMS_OF_PAGE);
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, ITEM_SELECT);
    store_sql_value_int(sql, walk->project_id);
    store_sql_add(sql, ITEM_SELECT_END " WHERE i.id");
    add_ids(sql, ids, count);
    StoreStatement *row = store_prepare_sql(walk->tx, sql, error);
    if (!row) {
        return FALSE;
    }
    g_autoptr(GHashTable) by_id =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_item);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        Item *item = item_rows_read(row, walk->project_id);
        g_hash_table_replace(by_id, &item->id, item);
    }
    sort_items(walk, ids, count, by_id);
    walk->read += count;
    walk->at = 0;
    walk->with_shapes = 0;
    return step == STORE_DONE;
}

static GPtrArray *shapes_of(AnnotationsWalk *walk, gint64 item_id)
{
    GPtrArray *shapes = g_hash_table_lookup(walk->shapes, &item_id);
    if (!shapes) {
        shapes = shapes_new();
        g_hash_table_insert(walk->shapes, g_memdup2(&item_id, sizeof item_id), shapes);
    }
    return shapes;
}

static StoreStatement *find_shapes(AnnotationsWalk *walk, const gint64 *ids, guint count,
                                   GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT item_id, " SHAPE_COLUMNS " FROM annotation WHERE project_id = ");
    store_sql_value_int(sql, walk->project_id);
    if (walk->which == ANNOTATIONS_STANDING) {
        store_sql_add(sql, " AND " SHAPE_STANDS);
    }
    store_sql_add(sql, " AND item_id");
    add_ids(sql, ids, count);
    store_sql_add(sql, " ORDER BY item_id, position");
    return store_prepare_sql(walk->tx, sql, error);
}

/* Of the items from `at` on: as many as promise not to be too much. */
static gboolean read_shapes(AnnotationsWalk *walk, GError **error)
{
    gint64 ids[ITEMS_OF_PAGE];
    guint count = 0;
    for (gint64 promised = 0; walk->with_shapes < walk->items->len && promised < SHAPES_OF_BATCH;
         walk->with_shapes++) {
        const Item *item = g_ptr_array_index(walk->items, walk->with_shapes);
        promised += item->annotation_count + item->proposal_count;
        ids[count++] = item->id;
    }
    StoreStatement *row = find_shapes(walk, ids, count, error);
    if (!row) {
        return FALSE;
    }
    g_hash_table_remove_all(walk->shapes);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        Shape *shape = annotation_rows_read(row, 1, error);
        if (!shape) {
            return FALSE;
        }
        g_ptr_array_add(shapes_of(walk, store_column_int(row, 0)), shape);
    }
    return step == STORE_DONE;
}

gboolean annotations_walk_next(AnnotationsWalk *walk, const Item **ret_item,
                               const GPtrArray **ret_shapes, GError **error)
{
    while (walk->at == walk->items->len) {
        if (walk->read == walk->ids->len || !read_page(walk, error)) {
            return FALSE;
        }
    }
    if (walk->at == walk->with_shapes && !read_shapes(walk, error)) {
        return FALSE;
    }
    const Item *item = g_ptr_array_index(walk->items, walk->at++);
    g_clear_pointer(&walk->given, g_ptr_array_unref);
    walk->given = g_ptr_array_ref(shapes_of(walk, item->id));
    g_hash_table_remove(walk->shapes, &item->id);
    *ret_item = item;
    *ret_shapes = walk->given;
    return TRUE;
}
