/* Photos put into a dataset. */
#include "studio/item_rows.h"

#include "base/limits.h"
#include "library/photo.h"
#include "studio/directory.h"
#include "studio/tally.h"

#include <string.h>

static gboolean check_room(const Dataset *dataset, gsize count, GError **error)
{
    gint64 there = dataset->image_count + dataset->archived_count;
    if (there + (gint64)count > LIMIT_ITEMS_PER_DATASET) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "A dataset has at most %d pictures", LIMIT_ITEMS_PER_DATASET);
        return FALSE;
    }
    return TRUE;
}

/* The new row's id; 0 when the name is taken. */
static gboolean insert_item(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                            gint64 directory_id, const char *filename, const Photo *photo,
                            gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "item_insert",
        .sql = "INSERT INTO dataset_item (uuid, dataset_id, directory_id, filename, photo_id, "
               "content_hash, format, file_bytes, width, height, account_id, created_ms) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
               "ON CONFLICT (directory_id, filename) DO NOTHING RETURNING id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_text(row, 1, uuid);
    store_bind_int(row, 2, dataset->id);
    store_bind_int(row, 3, directory_id);
    store_bind_text(row, 4, filename);
    store_bind_int(row, 5, photo->id);
    store_bind_blob(row, 6, photo->content_hash.bytes, HASH_BYTES);
    store_bind_text(row, 7, photo->format);
    store_bind_int(row, 8, photo->file_bytes);
    store_bind_int(row, 9, photo->width);
    store_bind_int(row, 10, photo->height);
    store_bind_int(row, 11, principal_account(viewer));
    store_bind_int(row, 12, library_now_ms());
    StoreStep step = store_step(row, error);
    *ret_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

/* One by one, under their own names or beside them. */
typedef struct {
    StoreTx *tx;
    const Principal *viewer;
    const Dataset *dataset;
    gint64 directory_id;
    ItemNames names;
    GArray *added; /* of gint64 */
} Adding;

static gboolean add_photo(Adding *adding, const Photo *photo, GError **error)
{
    g_autofree char *own = directory_clean_filename(photo->name, error);
    g_autofree char *name = g_strdup(own);
    gint64 id = 0;
    while (name && id == 0) {
        if (!insert_item(adding->tx, adding->viewer, adding->dataset, adding->directory_id, name,
                         photo, &id, error)) {
            return FALSE;
        }
        if (id == 0) {
            g_free(name);
            name = item_names_next(&adding->names, own);
        }
    }
    if (id) {
        g_array_append_val(adding->added, id);
    }
    return id != 0;
}

/* Those of the photos that are in the dataset already; of gint64. */
static gboolean find_present(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                             GHashTable *present, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT photo_id FROM dataset_item WHERE photo_id");
    item_rows_among(sql, ids, count);
    store_sql_add(sql, ITEM_OF_DATASET);
    store_sql_value_int(sql, dataset->id);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    g_autoptr(GArray) found = row ? item_rows_read_ids(row, error) : NULL;
    for (guint i = 0; found && i < found->len; i++) {
        g_hash_table_add(present, g_memdup2(&g_array_index(found, gint64, i), sizeof(gint64)));
    }
    return found != NULL;
}

static void set_photo_not_found(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Photo not found");
}

/* In their order. */
static GArray *distinct_ids(const gint64 *ids, gsize count)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
    GArray *distinct = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (gsize i = 0; i < count; i++) {
        if (g_hash_table_add(seen, (gpointer)&ids[i])) {
            g_array_append_val(distinct, ids[i]);
        }
    }
    return distinct;
}

static gboolean add_some(Adding *adding, const gint64 *ids, gsize count, GHashTable *present,
                         GError **error)
{
    g_autoptr(GArray) distinct = distinct_ids(ids, count);
    g_autoptr(GPtrArray) photos = photo_get_many(
        adding->tx, adding->viewer, (const gint64 *)(gpointer)distinct->data, distinct->len, error);
    if (!photos || !find_present(adding->tx, adding->dataset, ids, count, present, error)) {
        return FALSE;
    }
    if (photos->len < distinct->len) {
        set_photo_not_found(error);
        return FALSE;
    }
    for (guint i = 0; i < photos->len; i++) {
        const Photo *photo = g_ptr_array_index(photos, i);
        if (g_hash_table_add(present, g_memdup2(&photo->id, sizeof photo->id)) &&
            !add_photo(adding, photo, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean add_all(Adding *adding, const gint64 *ids, gsize count, GError **error)
{
    g_autoptr(GHashTable) present =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (gsize at = 0; at < count; at += ITEMS_AT_ONCE) {
        if (!add_some(adding, ids + at, MIN(count - at, ITEMS_AT_ONCE), present, error)) {
            return FALSE;
        }
    }
    return tally_add(adding->tx, adding->dataset->id, (const gint64 *)(gpointer)adding->added->data,
                     adding->added->len, error);
}

gboolean item_add(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                  const char *directory, const gint64 *photo_ids, gsize count, gint64 *ret_added,
                  GArray **ret_items, GError **error)
{
    g_autoptr(GArray) added = g_array_new(FALSE, FALSE, sizeof(gint64));
    Adding adding = {.tx = tx, .viewer = viewer, .dataset = dataset, .added = added};
    *ret_added = 0;
    if (!check_room(dataset, count, error) ||
        !directory_make(tx, viewer, dataset, directory, &adding.directory_id, error)) {
        return FALSE;
    }
    item_names_init(&adding.names, 1);
    gboolean good = add_all(&adding, photo_ids, count, error);
    item_names_clear(&adding.names);
    if (good) {
        *ret_added = added->len;
        if (ret_items) {
            *ret_items = g_steal_pointer(&added);
        }
    }
    return good;
}

gboolean item_add_named(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                        const char *directory, const char *filename, gint64 photo_id,
                        gint64 *ret_item_id, GError **error)
{
    gint64 directory_id = 0;
    *ret_item_id = 0;
    g_autofree char *name = directory_clean_filename(filename, error);
    if (!name || !check_room(dataset, 1, error)) {
        return FALSE;
    }
    /* Whoever sent the picture has it, wherever its file came to lie. */
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Photo) photo = photo_get(tx, owner, photo_id, error);
    if (!photo || !directory_make(tx, viewer, dataset, directory, &directory_id, error) ||
        !insert_item(tx, viewer, dataset, directory_id, name, photo, ret_item_id, error)) {
        return FALSE;
    }
    if (!*ret_item_id) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "There is an image '%s' in '%s' already", name, directory);
        return FALSE;
    }
    return tally_add(tx, dataset->id, ret_item_id, 1, error);
}
