#include "studio/version.h"

#include "studio/formats/class_list.h"
#include "studio/item_rows.h"
#include "studio/names.h"
#include "studio/shape_pack.h"

#include "base/json_writer.h"
#include "base/limits.h"

#include <math.h>
#include <string.h>

#define ITEMS_OF_PAGE 64

void version_free(Version *version)
{
    if (!version) {
        return;
    }
    g_free(version->name);
    g_free(version->note);
    g_free(version->author);
    g_free(version->split_rule);
    g_free(version);
}

/* --- reading --- */

#define SELECT_VERSION                                                                             \
    "SELECT v.id, v.uuid, v.project_id, v.number, v.name, v.note, a.display_name, v.split_rule, "  \
    "v.item_count, v.annotation_count, v.content_hash, v.created_ms, d.id "                        \
    "FROM dataset_version v JOIN project p ON p.id = v.project_id "                                \
    "JOIN dataset d ON d.id = p.dataset_id LEFT JOIN account a ON a.id = v.account_id"

static void read_hash(const StoreStatement *row, int column, ContentHash *ret_hash)
{
    gsize length = 0;
    gconstpointer bytes = store_column_blob(row, column, &length);
    if (length == HASH_BYTES) {
        memcpy(ret_hash->bytes, bytes, HASH_BYTES);
    }
}

static Version *version_from_row(const StoreStatement *row)
{
    Version *version = g_new0(Version, 1);
    int at = 0;
    version->id = store_column_int(row, at++);
    g_strlcpy(version->uuid, store_column_text(row, at++), sizeof version->uuid);
    version->project_id = store_column_int(row, at++);
    version->number = store_column_int(row, at++);
    version->name = g_strdup(store_column_text(row, at++));
    version->note = g_strdup(store_column_text(row, at++));
    version->author = g_strdup(store_column_text(row, at++));
    version->split_rule = g_strdup(store_column_text(row, at++));
    version->item_count = store_column_int(row, at++);
    version->annotation_count = store_column_int(row, at++);
    read_hash(row, at++, &version->content_hash);
    version->created_ms = store_column_int(row, at++);
    return version;
}

static gboolean read_split_counts(StoreTx *tx, Version *version, GError **error)
{
    static const StoreQuery count_splits = {
        .name = "version_split_counts",
        .sql = "SELECT split, count(*) FROM dataset_version_item WHERE version_id = ?1 "
               "GROUP BY split",
    };
    StoreStatement *row = store_prepare(tx, &count_splits, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, version->id);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        Split split = SPLIT_NONE;
        split_from_name(store_column_text(row, 0), &split);
        version->split_counts[split] = store_column_int(row, 1);
    }
    return step == STORE_DONE;
}

/* Of Version. `ret_dataset_id` (may be NULL): of the last. */
static GPtrArray *read_versions(StoreTx *tx, const StoreSql *sql, gint64 *ret_dataset_id,
                                GError **error)
{
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) versions = g_ptr_array_new_with_free_func((GDestroyNotify)version_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(versions, version_from_row(row));
        if (ret_dataset_id) {
            *ret_dataset_id = store_column_int(row, 12);
        }
    }
    gboolean read = step == STORE_DONE;
    for (guint i = 0; read && i < versions->len; i++) {
        read = read_split_counts(tx, g_ptr_array_index(versions, i), error);
    }
    return read ? g_steal_pointer(&versions) : NULL;
}

GPtrArray *version_list(StoreTx *tx, const Dataset *dataset, GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, SELECT_VERSION " WHERE v.project_id = ");
    store_sql_value_int(sql, dataset->project_id);
    store_sql_add(sql, " ORDER BY v.number DESC");
    return read_versions(tx, sql, NULL, error);
}

Version *version_find(StoreTx *tx, const Principal *viewer, const char *uuid, Dataset **ret_dataset,
                      GError **error)
{
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql, SELECT_VERSION);
    dataset_add_found(sql, viewer);
    store_sql_add(sql, " AND v.uuid = ");
    store_sql_value_text(sql, lower);
    gint64 dataset_id = 0;
    g_autoptr(GPtrArray) found = read_versions(tx, sql, &dataset_id, error);
    if (!found) {
        return NULL;
    }
    if (found->len == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Version not found");
        return NULL;
    }
    if (ret_dataset && !(*ret_dataset = dataset_get(tx, viewer, dataset_id, error))) {
        return NULL;
    }
    return g_ptr_array_steal_index(found, 0);
}

gboolean version_delete(StoreTx *tx, const Version *version, GError **error)
{
    static const StoreQuery delete_version = {
        .name = "version_delete",
        .sql = "DELETE FROM dataset_version WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &delete_version, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, version->id);
    return store_run(statement, NULL, error);
}

GPtrArray *version_classes(StoreTx *tx, gint64 version_id, GError **error)
{
    static const StoreQuery find_classes = {
        .name = "version_classes",
        .sql = "SELECT classes FROM dataset_version WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &find_classes, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, version_id);
    return store_step_one(row, error) ? class_list_read(store_column_text(row, 0), error) : NULL;
}

/* --- items --- */

static Item *item_from_row(const StoreStatement *row)
{
    Item *item = g_new0(Item, 1);
    int at = 1;
    g_strlcpy(item->uuid, store_column_text(row, at++), sizeof item->uuid);
    item->directory = g_strdup(store_column_text(row, at++));
    item->filename = g_strdup(store_column_text(row, at++));
    read_hash(row, at++, &item->content_hash);
    item->format = g_strdup(store_column_text(row, at++));
    item->file_bytes = store_column_int(row, at++);
    item->width = store_column_int(row, at++);
    item->height = store_column_int(row, at++);
    item_status_from_name(store_column_text(row, at++), &item->status);
    split_from_name(store_column_text(row, at++), &item->split);
    const char *tags = store_column_text(row, at++);
    item->tags = tags ? g_strsplit(tags, "\n", -1) : g_new0(char *, 1);
    item->annotation_count = store_column_int(row, at++);
    item->min_confidence = NAN;
    return item;
}

static StoreStatement *find_items(StoreTx *tx, gint64 version_id, gint64 position, gint64 limit,
                                  GError **error)
{
    static const StoreQuery find = {
        .name = "version_items",
        .sql = "SELECT position, item_uuid, directory, filename, content_hash, format, "
               "file_bytes, width, height, status, split, tags, annotation_count, shapes "
               "FROM dataset_version_item WHERE version_id = ?1 AND position >= ?2 "
               "ORDER BY position LIMIT ?3",
    };
    StoreStatement *row = store_prepare(tx, &find, error);
    if (row) {
        store_bind_int(row, 1, version_id);
        store_bind_int(row, 2, position);
        store_bind_int(row, 3, limit);
    }
    return row;
}

static void free_item(gpointer item)
{
    item_free(item);
}

GPtrArray *version_items(StoreTx *tx, gint64 version_id, gint64 position, gint64 limit,
                         GError **error)
{
    StoreStatement *row = find_items(tx, version_id, position, limit, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(free_item);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(items, item_from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&items) : NULL;
}

struct VersionWalk {
    StoreTx *tx;
    gint64 version_id, position;
    GPtrArray *items; /* a page of Item */
    GPtrArray *packs; /* and of GBytes, their shapes */
    guint at;
    GPtrArray *shapes; /* of the item that was given last */
};

VersionWalk *version_walk(StoreTx *tx, gint64 version_id)
{
    VersionWalk *walk = g_new0(VersionWalk, 1);
    walk->tx = tx;
    walk->version_id = version_id;
    walk->items = g_ptr_array_new_with_free_func(free_item);
    walk->packs = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    return walk;
}

void version_walk_free(VersionWalk *walk)
{
    if (!walk) {
        return;
    }
    g_ptr_array_unref(walk->items);
    g_ptr_array_unref(walk->packs);
    g_clear_pointer(&walk->shapes, g_ptr_array_unref);
    g_free(walk);
}

static gboolean read_page(VersionWalk *walk, GError **error)
{
    g_ptr_array_set_size(walk->items, 0);
    g_ptr_array_set_size(walk->packs, 0);
    walk->at = 0;
    StoreStatement *row =
        find_items(walk->tx, walk->version_id, walk->position, ITEMS_OF_PAGE, error);
    if (!row) {
        return FALSE;
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gsize length = 0;
        gconstpointer pack = store_column_blob(row, 13, &length);
        walk->position = store_column_int(row, 0) + 1;
        g_ptr_array_add(walk->items, item_from_row(row));
        g_ptr_array_add(walk->packs, g_bytes_new(pack, length));
    }
    return step == STORE_DONE;
}

gboolean version_walk_next(VersionWalk *walk, const Item **ret_item, const GPtrArray **ret_shapes,
                           GError **error)
{
    if (walk->at == walk->items->len && !read_page(walk, error)) {
        return FALSE;
    }
    if (walk->at == walk->items->len) {
        return FALSE;
    }
    GBytes *pack = g_ptr_array_index(walk->packs, walk->at);
    g_clear_pointer(&walk->shapes, g_ptr_array_unref);
    walk->shapes = shapes_unpack(g_bytes_get_data(pack, NULL), g_bytes_get_size(pack), error);
    if (!walk->shapes) {
        return FALSE;
    }
    *ret_item = g_ptr_array_index(walk->items, walk->at++);
    *ret_shapes = walk->shapes;
    return TRUE;
}

/* --- making one --- */

typedef struct {
    StoreTx *tx;
    const Dataset *dataset;
    gint64 version_id, items, annotations;
    ContentHash hash;   /* of all rows so far */
    GHashTable *splits; /* from an item's id to its Split; NULL: as the items have them */
    GPtrArray *kept;    /* shapes of an item; not its own */
} Freezing;

static gint64 query_int(StoreTx *tx, const StoreQuery *query, gint64 id, const char *text,
                        GError **error)
{
    gint64 number = -1;
    StoreStatement *row = store_prepare(tx, query, error);
    if (!row) {
        return -1;
    }
    store_bind_int(row, 1, id);
    if (text) {
        store_bind_text(row, 2, text);
    }
    return store_step_int(row, &number, error) ? number : -1;
}

static gint64 count_named(StoreTx *tx, const Dataset *dataset, const char *name, GError **error)
{
    static const StoreQuery count = {
        .name = "version_named",
        .sql = "SELECT count(*) FROM dataset_version WHERE project_id = ?1 AND name = ?2",
    };
    return query_int(tx, &count, dataset->project_id, name, error);
}

static gboolean check_name(StoreTx *tx, const Dataset *dataset, const char *name, GError **error)
{
    if (!name_is_good(name, LIMIT_VERSION_NAME_CHARACTERS)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "A version's name has 1 to %d characters on one line",
                    LIMIT_VERSION_NAME_CHARACTERS);
        return FALSE;
    }
    gint64 count = count_named(tx, dataset, name, error);
    if (count > 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "There is a version of this name already");
    }
    return count == 0;
}

/* 0 on error. */
static gint64 next_number(StoreTx *tx, const Dataset *dataset, GError **error)
{
    static const StoreQuery count_versions = {
        .name = "version_count",
        .sql = "SELECT count(*) FROM dataset_version WHERE project_id = ?1",
    };
    static const StoreQuery last_number = {
        .name = "version_last_number",
        .sql = "SELECT max(number) FROM dataset_version WHERE project_id = ?1",
    };
    gint64 count = query_int(tx, &count_versions, dataset->project_id, NULL, error);
    if (count >= LIMIT_VERSIONS_PER_DATASET) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "A dataset has at most %d versions", LIMIT_VERSIONS_PER_DATASET);
        return 0;
    }
    return count < 0 ? 0 : query_int(tx, &last_number, dataset->project_id, NULL, error) + 1;
}

/* "v3"; somebody may have called another one so. NULL on error. */
static char *number_name(StoreTx *tx, const Dataset *dataset, gint64 number, const char *uuid,
                         GError **error)
{
    g_autofree char *name = g_strdup_printf("v%" G_GINT64_FORMAT, number);
    gint64 count = count_named(tx, dataset, name, error);
    if (count > 0) {
        return g_strconcat(name, " ", uuid, NULL);
    }
    return count == 0 ? g_steal_pointer(&name) : NULL;
}

static char *rule_json(const SplitRule *rule)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "train", rule->train);
    json_member_int(writer, "val", rule->val);
    json_member_int(writer, "test", rule->test);
    json_member_int(writer, "seed", rule->seed);
    json_member_string(writer, "by", split_grouping_name(rule->grouping));
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_take(writer);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

/* The item's content goes into the version's hash: what came before, and this. */
static void add_to_hash(Freezing *freezing, gconstpointer data, gsize length)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, freezing->hash.bytes, HASH_BYTES);
    g_byte_array_append(bytes, data, (guint)length);
    hash_data(bytes->data, bytes->len, &freezing->hash);
}

static gboolean insert_version(Freezing *freezing, const Principal *viewer,
                               const VersionNew *values, gint64 number, const char *uuid,
                               GError **error)
{
    static const StoreQuery insert = {
        .name = "version_insert",
        .sql = "INSERT INTO dataset_version (uuid, project_id, number, name, note, account_id, "
               "classes, split_rule, item_count, annotation_count, content_hash, created_ms) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, ?9, ?10) RETURNING id",
    };
    g_autofree char *name = values->name
                                ? g_strdup(values->name)
                                : number_name(freezing->tx, freezing->dataset, number, uuid, error);
    g_autoptr(GPtrArray) classes =
        name ? class_list(freezing->tx, freezing->dataset->project_id, error) : NULL;
    StoreStatement *row = classes ? store_prepare(freezing->tx, &insert, error) : NULL;
    if (!row) {
        return FALSE;
    }
    g_autofree char *json = class_list_write(classes);
    g_autofree char *rule = values->rule ? rule_json(values->rule) : NULL;
    add_to_hash(freezing, json, strlen(json));
    store_bind_text(row, 1, uuid);
    store_bind_int(row, 2, freezing->dataset->project_id);
    store_bind_int(row, 3, number);
    store_bind_text(row, 4, name);
    store_bind_text(row, 5, values->note && *values->note ? values->note : NULL);
    if (principal_account(viewer) > 0) {
        store_bind_int(row, 6, principal_account(viewer));
    }
    store_bind_text(row, 7, json);
    store_bind_text(row, 8, rule);
    store_bind_blob(row, 9, "", 0);
    store_bind_int(row, 10, library_now_ms());
    return store_step_int(row, &freezing->version_id, error);
}

static GArray *ids_in_use(StoreTx *tx, const Dataset *dataset, GError **error)
{
    static const StoreQuery find_ids = {
        .name = "version_item_ids",
        .sql = "SELECT id FROM dataset_item WHERE dataset_id = ?1 AND archived_ms IS NULL "
               "ORDER BY id",
    };
    StoreStatement *row = store_prepare(tx, &find_ids, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, dataset->id);
    return item_rows_read_ids(row, error);
}

static gboolean plan_splits(Freezing *freezing, const SplitRule *rule, GError **error)
{
    g_autoptr(GArray) ids = ids_in_use(freezing->tx, freezing->dataset, error);
    if (!ids) {
        return FALSE;
    }
    g_autofree Split *splits =
        splits_plan(freezing->tx, freezing->dataset, (const gint64 *)(gpointer)ids->data, ids->len,
                    rule, error);
    if (!splits) {
        return FALSE;
    }
    freezing->splits = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (guint i = 0; i < ids->len; i++) {
        gint64 *id = g_memdup2(&g_array_index(ids, gint64, i), sizeof(gint64));
        g_hash_table_insert(freezing->splits, id, GINT_TO_POINTER(splits[i]));
    }
    return TRUE;
}

/* What stands of the shapes, tags included; how many it counts for. */
static gint64 keep_shapes(Freezing *freezing, const GPtrArray *shapes)
{
    gint64 count = 0;
    g_ptr_array_set_size(freezing->kept, 0);
    for (guint i = 0; i < shapes->len; i++) {
        Shape *shape = g_ptr_array_index(shapes, i);
        if (!shape->is_proposed) {
            g_ptr_array_add(freezing->kept, shape);
            count += shape->kind != SHAPE_TAG;
        }
    }
    return count;
}

static Split split_of(const Freezing *freezing, const Item *item)
{
    return freezing->splits
               ? (Split)GPOINTER_TO_INT(g_hash_table_lookup(freezing->splits, &item->id))
               : item->split;
}

static void hash_item(Freezing *freezing, const Item *item, const char *split, const char *tags,
                      GBytes *pack)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char hex[HASH_HEX_CHARS + 1];
    hash_to_hex(&item->content_hash, hex);
    g_string_printf(text, "%s\n%s\n%s\n%s\n%s\n%s\n", item->directory, item->filename, hex,
                    item_status_name(item->status), split ? split : "", tags ? tags : "");
    g_string_append_len(text, g_bytes_get_data(pack, NULL), (gssize)g_bytes_get_size(pack));
    add_to_hash(freezing, text->str, text->len);
}

static gboolean insert_item(Freezing *freezing, const Item *item, gint64 annotations,
                            GError **error)
{
    static const StoreQuery insert = {
        .name = "version_insert_item",
        .sql = "INSERT INTO dataset_version_item (version_id, position, item_uuid, directory, "
               "filename, content_hash, format, file_bytes, width, height, status, split, tags, "
               "annotation_count, shapes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
               "?12, ?13, ?14, ?15)",
    };
    StoreStatement *row = store_prepare(freezing->tx, &insert, error);
    if (!row) {
        return FALSE;
    }
    g_autofree char *tags = item->tags[0] ? g_strjoinv("\n", item->tags) : NULL;
    g_autoptr(GBytes) pack = shapes_pack(freezing->kept);
    const char *split = split_name(split_of(freezing, item));
    hash_item(freezing, item, split, tags, pack);
    store_bind_int(row, 1, freezing->version_id);
    store_bind_int(row, 2, freezing->items++);
    store_bind_text(row, 3, item->uuid);
    store_bind_text(row, 4, item->directory);
    store_bind_text(row, 5, item->filename);
    store_bind_blob(row, 6, item->content_hash.bytes, HASH_BYTES);
    store_bind_text(row, 7, item->format);
    store_bind_int(row, 8, item->file_bytes);
    store_bind_int(row, 9, item->width);
    store_bind_int(row, 10, item->height);
    store_bind_text(row, 11, item_status_name(item->status));
    store_bind_text(row, 12, split);
    store_bind_text(row, 13, tags);
    store_bind_int(row, 14, annotations);
    store_bind_blob(row, 15, g_bytes_get_data(pack, NULL), g_bytes_get_size(pack));
    return store_run(row, NULL, error);
}

static gboolean freeze_items(Freezing *freezing, GError **error)
{
    const AnnotationsWalkOptions options = {.dataset = freezing->dataset, .which = ANNOTATIONS_ALL};
    g_autoptr(AnnotationsWalk) walk = annotations_walk(freezing->tx, &options, error);
    const Item *item = NULL;
    const GPtrArray *shapes = NULL;
    g_autoptr(GError) failure = NULL;
    while (walk && annotations_walk_next(walk, &item, &shapes, &failure)) {
        gint64 annotations = keep_shapes(freezing, shapes);
        freezing->annotations += annotations;
        if (!insert_item(freezing, item, annotations, error)) {
            return FALSE;
        }
    }
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (walk && freezing->items == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "A version needs pictures: the dataset has none");
    }
    return walk && freezing->items > 0;
}

static gboolean write_counts(const Freezing *freezing, GError **error)
{
    static const StoreQuery update = {
        .name = "version_write_counts",
        .sql = "UPDATE dataset_version SET item_count = ?2, annotation_count = ?3, "
               "content_hash = ?4 WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(freezing->tx, &update, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, freezing->version_id);
    store_bind_int(row, 2, freezing->items);
    store_bind_int(row, 3, freezing->annotations);
    store_bind_blob(row, 4, freezing->hash.bytes, HASH_BYTES);
    return store_run(row, NULL, error);
}

static gboolean check_note(const char *note, GError **error)
{
    if (note && g_utf8_strlen(note, -1) > LIMIT_VERSION_NOTE_CHARACTERS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "A version's note has at most %d characters", LIMIT_VERSION_NOTE_CHARACTERS);
        return FALSE;
    }
    return TRUE;
}

Version *version_create(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                        const VersionNew *values, GError **error)
{
    if (!check_note(values->note, error) ||
        (values->name && !check_name(tx, dataset, values->name, error))) {
        return NULL;
    }
    gint64 number = next_number(tx, dataset, error);
    if (number <= 0) {
        return NULL;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    Freezing freezing = {.tx = tx, .dataset = dataset, .kept = kept};
    gboolean done = insert_version(&freezing, viewer, values, number, uuid, error) &&
                    (!values->rule || plan_splits(&freezing, values->rule, error)) &&
                    freeze_items(&freezing, error) && write_counts(&freezing, error);
    g_clear_pointer(&freezing.splits, g_hash_table_unref);
    return done ? version_find(tx, viewer, uuid, NULL, error) : NULL;
}
