#include "base/lru_cache.h"

#include "base/lock.h"

#include <string.h>

typedef struct {
    char *key;
    gpointer value;
    gsize bytes;
    GList link; /* in `order`; its data is the entry */
} Entry;

struct LruCache {
    GMutex lock;
    GHashTable *by_key; /* Entry.key -> Entry */
    GQueue order;       /* of Entry, longest unused first */
    gsize bytes, cap_bytes;
    gpointer (*ref)(gpointer value);
    GDestroyNotify unref;
};

LruCache *lru_cache_new(gsize cap_bytes, gpointer (*ref)(gpointer value), GDestroyNotify unref)
{
    LruCache *cache = g_new0(LruCache, 1);
    g_mutex_init(&cache->lock);
    g_queue_init(&cache->order);
    cache->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    cache->cap_bytes = cap_bytes;
    cache->ref = ref;
    cache->unref = unref;
    return cache;
}

static void drop(LruCache *cache, Entry *entry)
{
    g_hash_table_remove(cache->by_key, entry->key);
    g_queue_unlink(&cache->order, &entry->link);
    cache->bytes -= entry->bytes;
    cache->unref(entry->value);
    g_free(entry->key);
    g_free(entry);
}

static void shrink(LruCache *cache, gsize cap_bytes)
{
    while (cache->bytes > cap_bytes) {
        drop(cache, cache->order.head->data);
    }
}

void lru_cache_free(LruCache *cache)
{
    if (!cache) {
        return;
    }
    while (cache->order.head) {
        drop(cache, cache->order.head->data);
    }
    g_hash_table_unref(cache->by_key);
    g_mutex_clear(&cache->lock);
    g_free(cache);
}

gpointer lru_cache_get(LruCache *cache, const char *key)
{
    LOCK_UNTIL_END(&cache->lock);
    Entry *entry = g_hash_table_lookup(cache->by_key, key);
    if (!entry) {
        return NULL;
    }
    g_queue_unlink(&cache->order, &entry->link);
    g_queue_push_tail_link(&cache->order, &entry->link);
    return cache->ref(entry->value);
}

void lru_cache_put(LruCache *cache, const char *key, gpointer value, gsize bytes)
{
    LOCK_UNTIL_END(&cache->lock);
    Entry *old = g_hash_table_lookup(cache->by_key, key);
    if (old) {
        drop(cache, old);
    }
    bytes += strlen(key); /* a question may be longer than its answer */
    if (bytes > cache->cap_bytes) {
        return;
    }
    shrink(cache, cache->cap_bytes - bytes);
    Entry *entry = g_new0(Entry, 1);
    entry->key = g_strdup(key);
    entry->value = cache->ref(value);
    entry->bytes = bytes;
    entry->link.data = entry;
    g_hash_table_insert(cache->by_key, entry->key, entry);
    g_queue_push_tail_link(&cache->order, &entry->link);
    cache->bytes += bytes;
}
