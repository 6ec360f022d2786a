#include "studio/item.h"

#include "studio/item_rows.h"
#include "studio/names.h"

#include "base/limits.h"

#include <math.h>
#include <string.h>

/* Names of what can be chosen */

static const char *const status_names[ITEM_STATUSES] = {"new", "annotate", "review", "complete"};
static const char *const split_names[SPLITS] = {NULL, "train", "val", "test"};

const char *item_status_name(ItemStatus status)
{
    g_assert(status >= ITEM_NEW && status < ITEM_STATUSES);
    return status_names[status];
}

gboolean item_status_from_name(const char *name, ItemStatus *ret_status)
{
    for (int i = 0; i < ITEM_STATUSES; i++) {
        if (g_strcmp0(status_names[i], name) == 0) {
            *ret_status = (ItemStatus)i;
            return TRUE;
        }
    }
    return FALSE;
}

const char *split_name(Split split)
{
    g_assert(split >= SPLIT_NONE && split < SPLITS);
    return split_names[split];
}

gboolean split_from_name(const char *name, Split *ret_split)
{
    if (!name || !*name) {
        *ret_split = SPLIT_NONE;
        return TRUE;
    }
    for (int i = SPLIT_TRAIN; i < SPLITS; i++) {
        if (strcmp(split_names[i], name) == 0) {
            *ret_split = (Split)i;
            return TRUE;
        }
    }
    return FALSE;
}

/* Rows */

void item_free(Item *item)
{
    if (!item) {
        return;
    }
    g_free(item->directory);
    g_free(item->filename);
    g_free(item->format);
    g_strfreev(item->tags);
    g_free(item->review_note);
    g_free(item->annotator);
    g_free(item);
}

void item_rows_among(StoreSql *sql, const gint64 *ids, gsize count)
{
    if (count == 1) {
        store_sql_add(sql, " = ");
        store_sql_value_int(sql, ids[0]);
        return;
    }
    store_sql_add(sql, " IN (0");
    for (gsize i = 0; i < count; i++) {
        store_sql_add(sql, ", ");
        store_sql_value_int(sql, ids[i]);
    }
    store_sql_add(sql, ")");
}

GArray *item_rows_read_ids(StoreStatement *row, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(ids, id);
    }
    return step == STORE_DONE ? g_steal_pointer(&ids) : NULL;
}

static void read_hash(const StoreStatement *row, int column, ContentHash *ret_hash)
{
    gsize length = 0;
    gconstpointer bytes = store_column_blob(row, column, &length);
    if (length == HASH_BYTES) {
        memcpy(ret_hash->bytes, bytes, HASH_BYTES);
    }
}

static char **read_tags(const char *text)
{
    return text ? g_strsplit(text, "\n", -1) : g_new0(char *, 1);
}

static char *text_or_null(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

static void read_work(const StoreStatement *row, int at, Item *item)
{
    const char *status = store_column_text(row, at++);
    if (status) {
        item_status_from_name(status, &item->status);
    }
    item->is_reviewed = store_column_int(row, at++) != 0;
    item->review_note = text_or_null(store_column_text(row, at++));
    item->annotator = text_or_null(store_column_text(row, at++));
    split_from_name(store_column_text(row, at++), &item->split);
    item->revision = store_column_int(row, at++);
    item->annotation_count = store_column_int(row, at++);
    item->proposal_count = store_column_int(row, at++);
    item->min_confidence = store_column_double(row, at);
}

Item *item_rows_read(const StoreStatement *row, gint64 project_id)
{
    Item *item = g_new0(Item, 1);
    int at = 0;
    item->project_id = project_id;
    item->id = store_column_int(row, at++);
    g_strlcpy(item->uuid, store_column_text(row, at++), sizeof item->uuid);
    item->dataset_id = store_column_int(row, at++);
    g_strlcpy(item->dataset_uuid, store_column_text(row, at++), sizeof item->dataset_uuid);
    item->directory_id = store_column_int(row, at++);
    item->directory = g_strdup(store_column_text(row, at++));
    item->filename = g_strdup(store_column_text(row, at++));
    item->photo_id = store_column_int(row, at++);
    item->is_missing = store_column_int(row, at++) != 0;
    item->is_changed = store_column_int(row, at++) != 0;
    read_hash(row, at++, &item->content_hash);
    item->format = g_strdup(store_column_text(row, at++));
    item->file_bytes = store_column_int(row, at++);
    item->width = store_column_int(row, at++);
    item->height = store_column_int(row, at++);
    item->tags = read_tags(store_column_text(row, at++));
    item->archived_ms = store_column_int(row, at++);
    item->created_ms = store_column_int(row, at++);
    item->changed_ms = store_column_int(row, at++);
    read_work(row, at, item);
    return item;
}

/* Finding one */

static void set_not_found(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Image not found");
}

static Item *get_item(StoreTx *tx, gint64 id, gint64 project_id, GError **error)
{
    static const StoreQuery query = {
        .name = "item_get",
        .sql = ITEM_SELECT "?2" ITEM_SELECT_END " WHERE i.id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, id);
    store_bind_int(row, 2, project_id);
    switch (store_step(row, error)) {
    case STORE_ROW:
        return item_rows_read(row, project_id);
    case STORE_DONE:
        set_not_found(error);
        break;
    case STORE_ERROR:
        break;
    }
    return NULL;
}

/* The item's id and its dataset's primary project; 0 when the viewer does not find it. */
static gboolean find_ids(StoreTx *tx, const Principal *viewer, const char *uuid, gint64 *ret_id,
                         gint64 *ret_project_id, GError **error)
{
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT i.id, p.id FROM dataset_item i JOIN dataset d "
                       "ON d.id = i.dataset_id JOIN project p ON p.dataset_id = d.id "
                       "AND p.is_primary = 1");
    dataset_add_found(sql, viewer);
    store_sql_add(sql, " AND i.uuid = ");
    store_sql_value_text(sql, lower);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    StoreStep step = row ? store_step(row, error) : STORE_ERROR;
    *ret_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    *ret_project_id = step == STORE_ROW ? store_column_int(row, 1) : 0;
    return step != STORE_ERROR;
}

Item *item_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error)
{
    gint64 id = 0;
    gint64 project_id = 0;
    if (!g_utf8_validate(uuid, -1, NULL)) {
        set_not_found(error);
        return NULL;
    }
    if (!find_ids(tx, viewer, uuid, &id, &project_id, error)) {
        return NULL;
    }
    if (!id) {
        set_not_found(error);
        return NULL;
    }
    return get_item(tx, id, project_id, error);
}

static gboolean find_path(StoreTx *tx, const Dataset *dataset, const char *path, gint64 *ret_id,
                          GError **error)
{
    static const StoreQuery query = {
        .name = "item_by_path",
        .sql = "SELECT i.id FROM dataset_directory r JOIN dataset_item i ON i.directory_id = r.id "
               "WHERE r.dataset_id = ?1 AND r.path = ?2 AND i.filename = ?3",
    };
    const char *slash = strrchr(path, '/');
    g_autofree char *directory = g_strdup_printf("/%.*s", slash ? (int)(slash - path) : 0, path);
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    store_bind_text(row, 2, directory);
    store_bind_text(row, 3, slash ? slash + 1 : path);
    StoreStep step = store_step(row, error);
    *ret_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

static gboolean find_uuid(StoreTx *tx, const Dataset *dataset, const char *uuid, gint64 *ret_id,
                          GError **error)
{
    static const StoreQuery query = {
        .name = "item_by_uuid",
        .sql = "SELECT id FROM dataset_item WHERE uuid = ?1 AND dataset_id = ?2",
    };
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, lower);
    store_bind_int(row, 2, dataset->id);
    StoreStep step = store_step(row, error);
    *ret_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

Item *item_find_by_path(StoreTx *tx, const Dataset *dataset, const char *path, GError **error)
{
    gint64 id = 0;
    if (!find_path(tx, dataset, path, &id, error)) {
        return NULL;
    }
    if (!id && uuid_is_valid(path) && !find_uuid(tx, dataset, path, &id, error)) {
        return NULL;
    }
    if (!id) {
        set_not_found(error);
        return NULL;
    }
    return get_item(tx, id, dataset->project_id, error);
}

/* Ids by UUID, of those among `count` that are of the dataset. */
static gboolean find_some(StoreTx *tx, const Dataset *dataset, const char *const *uuids,
                          gsize count, GHashTable *found, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT id, uuid FROM dataset_item WHERE uuid IN (''");
    for (gsize i = 0; i < count; i++) {
        g_autofree char *lower = g_ascii_strdown(uuids[i], -1);
        store_sql_add(sql, ", ");
        store_sql_value_text(sql, lower);
    }
    store_sql_add(sql, ")" ITEM_OF_DATASET);
    store_sql_value_int(sql, dataset->id);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_hash_table_insert(found, g_strdup(store_column_text(row, 1)), g_memdup2(&id, sizeof id));
    }
    return step == STORE_DONE;
}

/* A UUID that comes twice is given once. */
static void order_ids(const char *const *uuids, GHashTable *found, GArray *ids, GArray *unknown)
{
    g_autoptr(GHashTable) given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; uuids[i]; i++) {
        g_autofree char *lower = g_ascii_strdown(uuids[i], -1);
        const gint64 *id = g_hash_table_lookup(found, lower);
        if (!id) {
            g_array_append_val(unknown, i);
        } else if (g_hash_table_add(given, g_steal_pointer(&lower))) {
            g_array_append_val(ids, *id);
        }
    }
}

GArray *item_ids(StoreTx *tx, const Dataset *dataset, const char *const *uuids,
                 GArray **ret_unknown, GError **error)
{
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    gsize count = g_strv_length((char **)uuids);
    for (gsize at = 0; at < count; at += ITEMS_AT_ONCE) {
        if (!find_some(tx, dataset, uuids + at, MIN(count - at, ITEMS_AT_ONCE), found, error)) {
            return NULL;
        }
    }
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(guint));
    order_ids(uuids, found, ids, unknown);
    if (ret_unknown) {
        *ret_unknown = g_steal_pointer(&unknown);
    }
    return ids;
}

/* Names beside those that are taken */

void item_names_init(ItemNames *names, guint first)
{
    names->first = first;
    names->next = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void item_names_clear(ItemNames *names)
{
    g_clear_pointer(&names->next, g_hash_table_unref);
}

char *item_names_next(ItemNames *names, const char *filename)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(names->next, filename));
    number = MAX(number, names->first);
    g_hash_table_insert(names->next, g_strdup(filename), GUINT_TO_POINTER(number + 1));
    return name_numbered(filename, number, LIMIT_ITEM_NAME_BYTES);
}
