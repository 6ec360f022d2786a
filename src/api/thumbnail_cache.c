#include "api/thumbnail_cache.h"

struct ThumbnailCache {
    GMutex lock;
    GHashTable *by_key; /* char * -> GBytes */
    GQueue order;       /* keys, oldest first; owned by by_key */
    gsize bytes, cap_bytes;
};

ThumbnailCache *thumbnail_cache_new(gsize cap_bytes)
{
    ThumbnailCache *cache = g_new0(ThumbnailCache, 1);
    g_mutex_init(&cache->lock);
    g_queue_init(&cache->order);
    cache->by_key =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    cache->cap_bytes = cap_bytes;
    return cache;
}

void thumbnail_cache_free(ThumbnailCache *cache)
{
    if (!cache) {
        return;
    }
    g_queue_clear(&cache->order);
    g_hash_table_unref(cache->by_key);
    g_mutex_clear(&cache->lock);
    g_free(cache);
}

GBytes *thumbnail_cache_get(ThumbnailCache *cache, const char *key)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
    GBytes *bytes = g_hash_table_lookup(cache->by_key, key);
    return bytes ? g_bytes_ref(bytes) : NULL;
}

static void drop_oldest(ThumbnailCache *cache)
{
    char *oldest = g_queue_pop_head(&cache->order);
    cache->bytes -= g_bytes_get_size(g_hash_table_lookup(cache->by_key, oldest));
    g_hash_table_remove(cache->by_key, oldest);
}

void thumbnail_cache_put(ThumbnailCache *cache, const char *key, GBytes *bytes)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
    if (g_hash_table_contains(cache->by_key, key) || g_bytes_get_size(bytes) > cache->cap_bytes) {
        return;
    }
    char *owned = g_strdup(key);
    g_hash_table_insert(cache->by_key, owned, g_bytes_ref(bytes));
    g_queue_push_tail(&cache->order, owned);
    cache->bytes += g_bytes_get_size(bytes);
    while (cache->bytes > cache->cap_bytes) {
        drop_oldest(cache);
    }
}
