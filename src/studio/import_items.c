#include "studio/import_parts.h"

#include <string.h>

/* In a table: several have the name, so it tells none. */
#define AMBIGUOUS G_MAXUINT32

struct ImportItems {
    GArray *items; /* of ImportItem */
    GStringChunk *texts;
    /* From names to 1 + numbers. Of two of one directory and stem the first by filename has it, as
     * our own exports give it. */
    GHashTable *paths, *stem_paths, *names, *stems;
};

static gsize stem_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return dot && dot > name ? (gsize)(dot - path) : strlen(path);
}

/* Texts that are compared up to their extensions. */
static guint stem_hash(gconstpointer key)
{
    const char *text = key;
    guint hash = 5381;
    for (gsize i = 0, length = stem_length(text); i < length; i++) {
        hash = hash * 33 + (guint8)text[i];
    }
    return hash;
}

static gboolean stem_equal(gconstpointer a, gconstpointer b)
{
    gsize length = stem_length(a);
    return length == stem_length(b) && memcmp(a, b, length) == 0;
}

static ImportItems *items_new(void)
{
    ImportItems *items = g_new0(ImportItems, 1);
    items->items = g_array_new(FALSE, FALSE, sizeof(ImportItem));
    items->texts = g_string_chunk_new(64U << 10);
    items->paths = g_hash_table_new(g_str_hash, g_str_equal);
    items->stem_paths = g_hash_table_new(stem_hash, stem_equal);
    items->names = g_hash_table_new(g_str_hash, g_str_equal);
    items->stems = g_hash_table_new(stem_hash, stem_equal);
    return items;
}

void import_items_free(ImportItems *items)
{
    if (items) {
        g_array_unref(items->items);
        g_string_chunk_free(items->texts);
        g_hash_table_unref(items->paths);
        g_hash_table_unref(items->stem_paths);
        g_hash_table_unref(items->names);
        g_hash_table_unref(items->stems);
        g_free(items);
    }
}

gsize import_items_count(const ImportItems *items)
{
    return items->items->len;
}

const ImportItem *import_items_at(const ImportItems *items, guint32 item)
{
    return &g_array_index(items->items, ImportItem, item);
}

static void add_unique(GHashTable *table, const char *name, guint32 number)
{
    gpointer value =
        g_hash_table_contains(table, name) ? GUINT_TO_POINTER(AMBIGUOUS) : GUINT_TO_POINTER(number);
    g_hash_table_insert(table, (gpointer)name, value);
}

static void add_item(ImportItems *items, const StoreStatement *row)
{
    g_autofree char *path =
        g_build_path("/", store_column_text(row, 1), store_column_text(row, 2), NULL);
    const char *kept = g_string_chunk_insert(items->texts, path[0] == '/' ? path + 1 : path);
    const ImportItem item = {
        .id = store_column_int(row, 0),
        .width = store_column_int(row, 3),
        .height = store_column_int(row, 4),
        .path = kept,
    };
    g_array_append_val(items->items, item);
    guint32 number = items->items->len;
    const char *slash = strrchr(kept, '/');
    const char *name = slash ? slash + 1 : kept;
    g_hash_table_insert(items->paths, (gpointer)kept, GUINT_TO_POINTER(number));
    if (!g_hash_table_contains(items->stem_paths, kept)) {
        g_hash_table_insert(items->stem_paths, (gpointer)kept, GUINT_TO_POINTER(number));
    }
    add_unique(items->names, name, number);
    add_unique(items->stems, name, number);
}

ImportItems *import_items_load(StoreTx *tx, gint64 dataset_id, GError **error)
{
    static const StoreQuery query = {
        .name = "import_items",
        .sql = "SELECT i.id, r.path, i.filename, i.width, i.height FROM dataset_item i "
               "JOIN dataset_directory r ON r.id = i.directory_id WHERE i.dataset_id = ?1 "
               "ORDER BY r.path, i.filename",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, dataset_id);
    g_autoptr(ImportItems) items = items_new();
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        add_item(items, row);
    }
    return step == STORE_DONE ? g_steal_pointer(&items) : NULL;
}

static gboolean look_up(GHashTable *table, const char *name, guint32 *ret_item)
{
    guint32 number = GPOINTER_TO_UINT(g_hash_table_lookup(table, name));
    *ret_item = number - 1;
    return number > 0 && number != AMBIGUOUS;
}

/* A stem has no extension: a dot in it is its own. */
static gboolean look_up_stem(GHashTable *table, const char *stem, guint32 *ret_item)
{
    g_autofree char *name = g_strconcat(stem, ".", NULL);
    return look_up(table, name, ret_item);
}

/* The path without its first folder, when that is one of those that formats put there. */
static const char *without_room(const char *path)
{
    static const char *const rooms[] = {"images", "labels",     "train", "valid",
                                        "val",    "validation", "test",  NULL};
    const char *slash = strchr(path, '/');
    g_autofree char *folder = slash ? g_strndup(path, (gsize)(slash - path)) : NULL;
    return folder && g_strv_contains(rooms, folder) ? slash + 1 : NULL;
}

gboolean import_items_match(const ImportItems *items, const FoundImage *image, guint32 *ret_item)
{
    g_autofree char *joined = g_build_path("/", "/", image->directory, image->filename, NULL);
    for (const char *path = joined + 1; path; path = without_room(path)) {
        path += strspn(path, "/");
        if (look_up(items->paths, path, ret_item) ||
            (image->is_stem && look_up_stem(items->stem_paths, path, ret_item))) {
            return TRUE;
        }
    }
    return look_up(items->names, image->filename, ret_item) ||
           (image->is_stem && look_up_stem(items->stems, image->filename, ret_item));
}
