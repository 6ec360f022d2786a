/* What becomes of items that are there. */
#include "studio/item_rows.h"

#include "base/limits.h"
#include "studio/directory.h"
#include "studio/names.h"
#include "studio/tally.h"

#include <stdlib.h>
#include <string.h>

/* Runs `change` over the ids in turns, and counts anew what they count for. */
typedef struct {
    StoreTx *tx;
    const Dataset *dataset;
    ItemStatus status;
    Split split;
    gboolean flag;
    const char *const *tags;
} Change;
typedef gboolean (*ChangeSome)(const Change *change, const gint64 *ids, gsize count,
                               GError **error);

static gboolean change_in_turns(const Change *change, ChangeSome some, const gint64 *ids,
                                gsize count, GError **error)
{
    for (gsize at = 0; at < count; at += ITEMS_AT_ONCE) {
        if (!some(change, ids + at, MIN(count - at, ITEMS_AT_ONCE), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean change_counted(const Change *change, ChangeSome some, const gint64 *ids,
                               gsize count, GError **error)
{
    gint64 dataset_id = change->dataset->id;
    return tally_take_off(change->tx, dataset_id, ids, count, error) &&
           change_in_turns(change, some, ids, count, error) &&
           tally_add(change->tx, dataset_id, ids, count, error);
}

static gboolean run(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *statement = store_prepare_sql(tx, sql, error);
    return statement && store_run(statement, NULL, error);
}

static void add_ids(StoreSql *sql, const Change *change, const gint64 *ids, gsize count)
{
    store_sql_add(sql, " WHERE id");
    item_rows_among(sql, ids, count);
    store_sql_add(sql, ITEM_OF_DATASET);
    store_sql_value_int(sql, change->dataset->id);
}

/* Status, review, split: rows of project_item */

static gboolean status_of_some(const Change *change, const gint64 *ids, gsize count, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "INSERT INTO project_item (item_id, project_id, status, is_reviewed, "
                       "changed_ms) SELECT id, ");
    store_sql_value_int(sql, change->dataset->project_id);
    store_sql_add(sql, ", ");
    store_sql_value_text(sql, item_status_name(change->status));
    store_sql_add(sql, ", ");
    store_sql_value_int(sql, change->status == ITEM_COMPLETE);
    store_sql_add(sql, ", ");
    store_sql_value_int(sql, library_now_ms());
    store_sql_add(sql, " FROM dataset_item");
    add_ids(sql, change, ids, count);
    store_sql_add(sql, " ON CONFLICT (project_id, item_id) DO UPDATE SET status = excluded.status, "
                       "is_reviewed = CASE WHEN excluded.is_reviewed = 1 THEN 1 "
                       "ELSE project_item.is_reviewed END, changed_ms = excluded.changed_ms");
    return run(change->tx, sql, error);
}

gboolean item_set_status(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                         const gint64 *ids, gsize count, ItemStatus status, GError **error)
{
    const Change change = {.tx = tx, .dataset = dataset, .status = status};
    return change_counted(&change, status_of_some, ids, count, error);
}

static gboolean write_review(StoreTx *tx, const Dataset *dataset, gint64 id, const char *note,
                             GError **error)
{
    static const StoreQuery query = {
        .name = "item_review",
        .sql = "UPDATE project_item SET is_reviewed = 1, review_note = ?3 "
               "WHERE project_id = ?1 AND item_id = ?2",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset->project_id);
    store_bind_int(statement, 2, id);
    store_bind_text(statement, 3, note && *note ? note : NULL);
    return store_run(statement, NULL, error);
}

gboolean item_review(StoreTx *tx, const Principal *viewer, const Dataset *dataset, gint64 id,
                     gboolean approved, const char *note, GError **error)
{
    if (note && g_utf8_strlen(note, -1) > LIMIT_REVIEW_NOTE_CHARACTERS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "A note has at most %d characters",
                    LIMIT_REVIEW_NOTE_CHARACTERS);
        return FALSE;
    }
    ItemStatus status = approved ? ITEM_COMPLETE : ITEM_ANNOTATE;
    return item_set_status(tx, viewer, dataset, &id, 1, status, error) &&
           write_review(tx, dataset, id, note, error);
}

static gboolean split_of_some(const Change *change, const gint64 *ids, gsize count, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "INSERT INTO project_item (item_id, project_id, split, changed_ms) "
                       "SELECT id, ");
    store_sql_value_int(sql, change->dataset->project_id);
    store_sql_add(sql, ", ");
    store_sql_value_text(sql, split_name(change->split));
    store_sql_add(sql, ", created_ms FROM dataset_item");
    add_ids(sql, change, ids, count);
    store_sql_add(sql, " ON CONFLICT (project_id, item_id) DO UPDATE SET split = excluded.split");
    return run(change->tx, sql, error);
}

gboolean item_set_split(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                        Split split, GError **error)
{
    const Change change = {.tx = tx, .dataset = dataset, .split = split};
    return change_in_turns(&change, split_of_some, ids, count, error);
}

/* Tags */

static gboolean check_tags(const char *const *tags, GError **error)
{
    for (; *tags; tags++) {
        if (!name_is_good(*tags, LIMIT_ITEM_TAG_CHARACTERS)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "A tag has 1 to %d characters, and no control characters",
                        LIMIT_ITEM_TAG_CHARACTERS);
            return FALSE;
        }
    }
    return TRUE;
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* `before` with the tags, or without; NULL: none. The caller's. */
static char *changed_tags(const char *before, const Change *change, GError **error)
{
    g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(before ? before : "", "\n", -1);
    for (char **line = lines; *line; line++) {
        g_hash_table_add(set, g_strdup(*line));
    }
    for (const char *const *tag = change->tags; *tag; tag++) {
        if (change->flag) {
            g_hash_table_add(set, g_strdup(*tag));
        } else {
            g_hash_table_remove(set, *tag);
        }
    }
    guint count = g_hash_table_size(set);
    if (count > LIMIT_TAGS_PER_ITEM) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE, "An image has at most %d tags",
                    LIMIT_TAGS_PER_ITEM);
        return NULL;
    }
    g_autofree char **tags = (char **)g_hash_table_get_keys_as_array(set, &count);
    qsort(tags, count, sizeof *tags, by_text);
    return g_strjoinv("\n", tags);
}

static gboolean write_tags(const Change *change, gint64 id, const char *before, GError **error)
{
    static const StoreQuery query = {
        .name = "item_tags",
        .sql = "UPDATE dataset_item SET tags = ?2 WHERE id = ?1",
    };
    g_autofree char *after = changed_tags(before, change, error);
    StoreStatement *statement = after ? store_prepare(change->tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, *after ? after : NULL);
    return store_run(statement, NULL, error);
}

static gboolean tags_of_some(const Change *change, const gint64 *ids, gsize count, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "SELECT id, tags FROM dataset_item");
    add_ids(sql, change, ids, count);
    StoreStatement *row = store_prepare_sql(change->tx, sql, error);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GPtrArray) tags = g_ptr_array_new_with_free_func(g_free);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(found, id);
        g_ptr_array_add(tags, g_strdup(store_column_text(row, 1)));
    }
    gboolean good = step == STORE_DONE;
    for (guint i = 0; good && i < found->len; i++) {
        good =
            write_tags(change, g_array_index(found, gint64, i), g_ptr_array_index(tags, i), error);
    }
    return good;
}

gboolean item_set_tags(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                       const char *const *tags, gboolean add, GError **error)
{
    const Change change = {.tx = tx, .dataset = dataset, .tags = tags, .flag = add};
    return check_tags(tags, error) && change_in_turns(&change, tags_of_some, ids, count, error);
}

/* Away, and back */

static gboolean archive_some(const Change *change, const gint64 *ids, gsize count, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    if (change->flag) {
        store_sql_add(sql, "UPDATE dataset_item SET archived_ms = COALESCE(archived_ms, ");
        store_sql_value_int(sql, library_now_ms());
        store_sql_add(sql, ")");
    } else {
        store_sql_add(sql, "UPDATE dataset_item SET archived_ms = NULL");
    }
    add_ids(sql, change, ids, count);
    return run(change->tx, sql, error);
}

gboolean item_set_archived(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                           gboolean archived, GError **error)
{
    const Change change = {.tx = tx, .dataset = dataset, .flag = archived};
    return change_counted(&change, archive_some, ids, count, error);
}

static gboolean delete_some(const Change *change, const gint64 *ids, gsize count, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, "DELETE FROM dataset_item");
    add_ids(sql, change, ids, count);
    return run(change->tx, sql, error);
}

gboolean item_delete(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                     GError **error)
{
    const Change change = {.tx = tx, .dataset = dataset};
    return tally_take_off(tx, dataset->id, ids, count, error) &&
           change_in_turns(&change, delete_some, ids, count, error);
}

/* To another directory */

static gboolean read_name(StoreTx *tx, gint64 id, char **ret_name, gint64 *ret_directory_id,
                          GError **error)
{
    static const StoreQuery query = {
        .name = "item_name",
        .sql = "SELECT filename, directory_id FROM dataset_item WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, id);
    if (!store_step_one(row, error)) {
        return FALSE;
    }
    *ret_name = g_strdup(store_column_text(row, 0));
    *ret_directory_id = store_column_int(row, 1);
    return TRUE;
}

static gboolean is_taken(StoreTx *tx, gint64 directory_id, const char *name, gboolean *ret_taken,
                         GError **error)
{
    static const StoreQuery query = {
        .name = "item_name_taken",
        .sql = "SELECT count(*) FROM dataset_item WHERE directory_id = ?1 AND filename = ?2",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, directory_id);
    store_bind_text(row, 2, name);
    gboolean read = store_step_int(row, &count, error);
    *ret_taken = count > 0;
    return read;
}

static gboolean write_place(StoreTx *tx, gint64 id, gint64 directory_id, const char *name,
                            GError **error)
{
    static const StoreQuery query = {
        .name = "item_move",
        .sql = "UPDATE dataset_item SET directory_id = ?2, filename = ?3 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_int(statement, 2, directory_id);
    store_bind_text(statement, 3, name);
    return store_run(statement, NULL, error);
}

static gboolean move_one(StoreTx *tx, gint64 id, gint64 directory_id, ItemNames *names,
                         gint64 *renamed, GError **error)
{
    g_autofree char *own = NULL;
    gint64 from = 0;
    gboolean taken = FALSE;
    if (!read_name(tx, id, &own, &from, error)) {
        return FALSE;
    }
    if (from == directory_id) {
        return TRUE;
    }
    g_autofree char *name = g_strdup(own);
    while (is_taken(tx, directory_id, name, &taken, error)) {
        if (!taken) {
            *renamed += strcmp(name, own) != 0;
            return write_place(tx, id, directory_id, name, error);
        }
        g_free(name);
        name = item_names_next(names, own);
    }
    return FALSE;
}

gboolean item_rows_move(StoreTx *tx, const gint64 *ids, gsize count, gint64 directory_id,
                        gint64 *ret_renamed, GError **error)
{
    gint64 renamed = 0;
    gboolean good = TRUE;
    g_auto(ItemNames) names = {0};
    item_names_init(&names, 1);
    for (gsize i = 0; good && i < count; i++) {
        good = move_one(tx, ids[i], directory_id, &names, &renamed, error);
    }
    if (ret_renamed) {
        *ret_renamed = renamed;
    }
    return good;
}

gboolean item_move(StoreTx *tx, const Principal *viewer, const Dataset *dataset, const gint64 *ids,
                   gsize count, const char *directory, gint64 *ret_renamed, GError **error)
{
    gint64 directory_id = 0;
    return directory_make(tx, viewer, dataset, directory, &directory_id, error) &&
           item_rows_move(tx, ids, count, directory_id, ret_renamed, error);
}

/* Photos that came back */

gboolean item_relink(StoreTx *tx, gint64 dataset_id, GError **error)
{
    static const StoreQuery query = {
        .name = "item_relink",
        .sql = "UPDATE dataset_item SET photo_id = (SELECT min(p.id) FROM photo p "
               "WHERE p.content_hash = dataset_item.content_hash AND p.state = 'present' "
               "AND p.kept_out IS NULL) WHERE dataset_id = ?1 AND photo_id IS NULL",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, dataset_id);
    return store_run(statement, NULL, error);
}
