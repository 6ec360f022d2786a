#include "library/photo.h"

#include "library/photo_rows.h"

#include <string.h>

void photo_free(Photo *photo)
{
    if (!photo) {
        return;
    }
    g_free(photo->path);
    g_free(photo->name);
    g_free(photo->format);
    g_clear_pointer(&photo->facts, media_facts_free);
    g_clear_pointer(&photo->persons, g_ptr_array_unref);
    g_free(photo);
}

static gint64 column_int_or_none(const StoreStatement *row, int column)
{
    return store_column_is_null(row, column) ? FACT_NONE : store_column_int(row, column);
}

#define READ_INT(row, column)         column_int_or_none(row, column)
#define READ_ORIENTATION(row, column) (int)store_column_int(row, column)
#define READ_DOUBLE(row, column)      store_column_double(row, column)
#define READ_TEXT(row, column)        g_strdup(store_column_text(row, column))

static MediaFacts *facts_from_row(const StoreStatement *row, int first)
{
    MediaFacts *facts = media_facts_new();
    int at = first;
#define READ_FACT(column, member, type) facts->member = READ_##type(row, at++);
    PHOTO_FACTS(READ_FACT)
#undef READ_FACT
    return facts;
}

static void read_hash(const StoreStatement *row, int column, ContentHash *ret_hash)
{
    gsize length = 0;
    gconstpointer bytes = store_column_blob(row, column, &length);
    if (length == HASH_BYTES) {
        memcpy(ret_hash->bytes, bytes, HASH_BYTES);
    }
}

static void add_tags(MediaFacts *facts, const char *tags)
{
    g_auto(GStrv) names = tags ? g_strsplit(tags, PHOTO_TAG_SEPARATOR, -1) : NULL;
    for (char **name = names; name && *name; name++) {
        media_facts_add_keyword(facts, *name);
    }
}

/* The viewer's rating, or what the file says. */
static void read_marks(const StoreStatement *row, int column, Photo *photo)
{
    if (store_column_is_null(row, column)) {
        photo->stars = photo->facts->rating > 0 ? (int)photo->facts->rating : 0;
        photo->is_rejected = photo->facts->rating == -1;
        return;
    }
    photo->stars = (int)store_column_int(row, column);
    photo->is_favorite = store_column_int(row, column + 1) != 0;
    photo->is_rejected = store_column_int(row, column + 2) != 0;
}

static Photo *photo_from_row(const StoreStatement *row)
{
    Photo *photo = g_new0(Photo, 1);
    photo->face_count = photo->faces_unknown = -1;
    int at = 0;
    photo->id = store_column_int(row, at++);
    g_strlcpy(photo->uuid, store_column_text(row, at++), sizeof photo->uuid);
    photo->path = g_strdup(store_column_text(row, at++));
    photo->name = g_strdup(store_column_text(row, at++));
    photo->file_bytes = store_column_int(row, at++);
    photo->modified_ns = store_column_int(row, at++);
    read_hash(row, at++, &photo->content_hash);
    photo->format = g_strdup(store_column_text(row, at++));
    photo->width = store_column_int(row, at++);
    photo->height = store_column_int(row, at++);
    photo->phash = (guint64)store_column_int(row, at++);
    photo->facts = facts_from_row(row, at);
    at += PHOTO_FACT_COUNT;
    photo->indexed_ms = store_column_int(row, at++);
    add_tags(photo->facts, store_column_text(row, at++));
    photo->stack_of = store_column_int(row, at++);
    read_marks(row, at, photo);
    return photo;
}

static void bind_int_or_null(StoreStatement *statement, int index, gint64 value)
{
    if (value == FACT_NONE) {
        store_bind_null(statement, index);
    } else {
        store_bind_int(statement, index, value);
    }
}

#define BIND_INT(statement, index, value)         bind_int_or_null(statement, index, value)
#define BIND_ORIENTATION(statement, index, value) store_bind_int(statement, index, value)
#define BIND_DOUBLE(statement, index, value)      store_bind_double(statement, index, value)
#define BIND_TEXT(statement, index, value)        store_bind_text(statement, index, value)

int photo_bind_facts(StoreStatement *statement, int first, const MediaFacts *facts)
{
    int at = first;
#define BIND_FACT(column, member, type) BIND_##type(statement, at++, facts->member);
    PHOTO_FACTS(BIND_FACT)
#undef BIND_FACT
    return at;
}

/* Beneath a folder is a range of paths in byte order: from "folder/" up to, not including,
 * "folder0", for '0' follows '/'. */
static void add_beneath(StoreSql *sql, const char *directory)
{
    g_autofree char *first = g_strconcat(directory, "/", NULL);
    g_autofree char *after = g_strconcat(directory, "0", NULL);
    store_sql_add(sql, " OR (p.path >= ");
    store_sql_value_text(sql, first);
    store_sql_add(sql, " AND p.path < ");
    store_sql_value_text(sql, after);
    store_sql_add(sql, ")");
}

static void add_visible(StoreSql *sql, const Principal *viewer)
{
    const char *const *directories = principal_directories(viewer);
    store_sql_add(sql, "p.state = 'present' AND p.kept_out IS NULL AND p.folder_id NOT IN "
                       "(SELECT f.id FROM folder f JOIN source s ON s.id = f.source_id "
                       "WHERE s.removed_ms IS NOT NULL)");
    if (!principal_sees_library(viewer)) {
        store_sql_add(sql, " AND 1 = 0");
    } else if (directories) {
        store_sql_add(sql, " AND (1 = 0");
        for (; *directories; directories++) {
            add_beneath(sql, *directories);
        }
        store_sql_add(sql, ")");
    }
}

StoreSql *photo_visible(const char *columns, const Principal *viewer)
{
    StoreSql *sql = store_sql_new();
    store_sql_add_constant(sql, columns);
    store_sql_add(sql, " FROM photo p WHERE ");
    add_visible(sql, viewer);
    return sql;
}

/* Photos that `viewer` may see, with the viewer's rating; the caller goes on with " AND ...". */
static StoreSql *select_visible(const Principal *viewer)
{
    StoreSql *sql = store_sql_new();
    store_sql_add(sql, PHOTO_SELECT " FROM photo p LEFT JOIN rating r ON r.photo_id = p.id "
                                    "AND r.account_id = ");
    store_sql_value_int(sql, principal_account(viewer));
    store_sql_add(sql, " WHERE ");
    add_visible(sql, viewer);
    return sql;
}

void photo_set_not_found(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Photo not found");
}

StoreStatement *photo_step_one(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    StoreStep step = store_step(row, error);
    if (step == STORE_DONE) {
        photo_set_not_found(error);
    }
    return step == STORE_ROW ? row : NULL;
}

static GHashTable *by_id(const GPtrArray *photos)
{
    GHashTable *table = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < photos->len; i++) {
        Photo *photo = g_ptr_array_index(photos, i);
        g_hash_table_insert(table, &photo->id, photo);
    }
    return table;
}

/* The photos of a query that begins with select_visible(). */
static GPtrArray *select_photos(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) photos = g_ptr_array_new_with_free_func((GDestroyNotify)photo_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(photos, photo_from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&photos) : NULL;
}

static Photo *select_one(StoreTx *tx, const StoreSql *sql, GError **error)
{
    g_autoptr(GPtrArray) photos = select_photos(tx, sql, error);
    if (photos && photos->len == 0) {
        photo_set_not_found(error);
    }
    return photos && photos->len > 0 ? g_ptr_array_steal_index(photos, 0) : NULL;
}

Photo *photo_get(StoreTx *tx, const Principal *viewer, gint64 id, GError **error)
{
    g_autoptr(StoreSql) sql = select_visible(viewer);
    store_sql_add(sql, " AND p.id = ");
    store_sql_value_int(sql, id);
    return select_one(tx, sql, error);
}

Photo *photo_get_by_path(StoreTx *tx, const Principal *viewer, const char *path, GError **error)
{
    g_autoptr(StoreSql) sql = select_visible(viewer);
    store_sql_add(sql, " AND p.path = ");
    store_sql_value_text(sql, path);
    return select_one(tx, sql, error);
}

/* Takes the photos into the order of `ids`. */
static GPtrArray *in_order_of(GPtrArray *photos, const gint64 *ids, gsize count)
{
    g_autoptr(GHashTable) found = by_id(photos);
    GPtrArray *ordered = g_ptr_array_new_with_free_func((GDestroyNotify)photo_free);
    for (gsize i = 0; i < count; i++) {
        Photo *photo = NULL;
        if (g_hash_table_steal_extended(found, &ids[i], NULL, (gpointer *)&photo)) {
            g_ptr_array_add(ordered, photo);
        }
    }
    g_ptr_array_set_free_func(photos, NULL); /* every one has moved */
    return ordered;
}

GPtrArray *photo_get_many(StoreTx *tx, const Principal *viewer, const gint64 *ids, gsize count,
                          GError **error)
{
    g_autoptr(StoreSql) sql = select_visible(viewer);
    store_sql_add(sql, " AND p.id IN (0"); /* no id is 0 */
    for (gsize i = 0; i < count; i++) {
        store_sql_add(sql, ", ");
        store_sql_value_int(sql, ids[i]);
    }
    store_sql_add(sql, ")");
    g_autoptr(GPtrArray) photos = select_photos(tx, sql, error);
    return photos ? in_order_of(photos, ids, count) : NULL;
}

GPtrArray *photo_get_stack(StoreTx *tx, const Principal *viewer, const Photo *photo, GError **error)
{
    gint64 lead_id = photo->stack_of ? photo->stack_of : photo->id;
    g_autoptr(StoreSql) sql = select_visible(viewer);
    store_sql_add(sql, " AND (p.stack_of = ");
    store_sql_value_int(sql, lead_id);
    store_sql_add(sql, " OR p.id = ");
    store_sql_value_int(sql, lead_id);
    store_sql_add(sql, ") AND p.id <> ");
    store_sql_value_int(sql, photo->id);
    store_sql_add(sql, " ORDER BY p.path");
    return select_photos(tx, sql, error);
}
