#include "library/selection.h"

#include <string.h>

/* What a photo takes in a selection: id, aspect, day. */
#define BYTES_PER_PHOTO 10

struct Selection {
    gint references; /* atomic */
    gint64 version;  /* library_version */
    gsize key_bytes;
    PhotoLayout *layout;
    char *etag;
};

struct SelectionCache {
    GMutex lock;
    GHashTable *by_key; /* char * -> Selection */
    GQueue order;       /* keys, longest unused first; owned by by_key */
    gsize bytes, cap_bytes;
};

static Selection *selection_ref(Selection *selection)
{
    g_atomic_int_inc(&selection->references);
    return selection;
}

void selection_unref(Selection *selection)
{
    if (!selection || !g_atomic_int_dec_and_test(&selection->references)) {
        return;
    }
    photo_layout_free(selection->layout);
    g_free(selection->etag);
    g_free(selection);
}

gint64 selection_count(const Selection *selection)
{
    return selection->layout->ids->len;
}

const PhotoLayout *selection_layout(const Selection *selection)
{
    return selection->layout;
}

const char *selection_etag(const Selection *selection)
{
    return selection->etag;
}

/* The key counts: a question may be longer than its answer. */
static gsize size_of(const Selection *selection)
{
    return sizeof *selection + selection->key_bytes + selection->layout->ids->len * BYTES_PER_PHOTO;
}

SelectionCache *selection_cache_new(gsize cap_bytes)
{
    SelectionCache *cache = g_new0(SelectionCache, 1);
    g_mutex_init(&cache->lock);
    g_queue_init(&cache->order);
    cache->by_key =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)selection_unref);
    cache->cap_bytes = cap_bytes;
    return cache;
}

void selection_cache_free(SelectionCache *cache)
{
    if (!cache) {
        return;
    }
    g_queue_clear(&cache->order);
    g_hash_table_unref(cache->by_key);
    g_mutex_clear(&cache->lock);
    g_free(cache);
}

static void drop(SelectionCache *cache, GList *link)
{
    const char *key = link->data;
    cache->bytes -= size_of(g_hash_table_lookup(cache->by_key, key));
    g_queue_delete_link(&cache->order, link);
    g_hash_table_remove(cache->by_key, key);
}

static GList *find_link(SelectionCache *cache, const char *key)
{
    return g_queue_find_custom(&cache->order, key, (GCompareFunc)g_strcmp0);
}

/* The selection of this version; one of another version is dropped. */
static Selection *cache_get(SelectionCache *cache, const char *key, gint64 version)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
    Selection *selection = g_hash_table_lookup(cache->by_key, key);
    if (!selection) {
        return NULL;
    }
    GList *link = find_link(cache, key);
    if (selection->version != version) {
        drop(cache, link);
        return NULL;
    }
    g_queue_unlink(&cache->order, link);
    g_queue_push_tail_link(&cache->order, link);
    return selection_ref(selection);
}

static void cache_put(SelectionCache *cache, const char *key, Selection *selection)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
    if (g_hash_table_contains(cache->by_key, key) || size_of(selection) > cache->cap_bytes) {
        return;
    }
    char *owned = g_strdup(key);
    g_hash_table_insert(cache->by_key, owned, selection_ref(selection));
    g_queue_push_tail(&cache->order, owned);
    cache->bytes += size_of(selection);
    while (cache->bytes > cache->cap_bytes) {
        drop(cache, cache->order.head);
    }
}

static Selection *work_out(StoreTx *tx, const Principal *viewer, const PhotoFilter *filter,
                           const PhotoSort *sort, gboolean ascending, GError **error)
{
    PhotoLayout *layout = photo_layout(tx, viewer, filter, sort, ascending, error);
    if (!layout) {
        return NULL;
    }
    Selection *selection = g_new0(Selection, 1);
    selection->references = 1;
    selection->layout = layout;
    return selection;
}

Selection *selection_get(Library *library, StoreTx *tx, const Principal *viewer,
                         const PhotoFilter *filter, const PhotoSort *sort, gboolean ascending,
                         GError **error)
{
    gint64 version = library_version(tx, error);
    if (version == 0) {
        return NULL;
    }
    g_autofree char *key = photo_layout_key(viewer, filter, sort, ascending);
    Selection *selection = cache_get(library_selections(library), key, version);
    if (selection) {
        return selection;
    }
    selection = work_out(tx, viewer, filter, sort, ascending, error);
    if (selection) {
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, key, -1);
        selection->version = version;
        selection->key_bytes = strlen(key);
        selection->etag = g_strdup_printf("%" G_GINT64_FORMAT "-%.16s", version, digest);
        cache_put(library_selections(library), key, selection);
    }
    return selection;
}

GPtrArray *selection_page(const Selection *selection, StoreTx *tx, const Principal *viewer,
                          gint64 offset, gint64 limit, GError **error)
{
    const GArray *all = selection->layout->ids;
    gint64 first = CLAMP(offset, 0, (gint64)all->len);
    gint64 count = CLAMP(limit, 0, (gint64)all->len - first);
    g_autofree gint64 *ids = g_new(gint64, (gsize)count);
    for (gint64 i = 0; i < count; i++) {
        ids[i] = g_array_index(all, guint32, first + i);
    }
    return photo_get_many(tx, viewer, ids, (gsize)count, error);
}
