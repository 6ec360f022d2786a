/* Values by name, up to a number of bytes; the one that was not asked for the longest goes first.
 * Thread safe. */
#pragma once

#include <glib.h>

typedef struct LruCache LruCache;

/* Values are reference-counted: `ref` and `unref` are theirs, and may be called from any thread. */
LruCache *lru_cache_new(gsize cap_bytes, gpointer (*ref)(gpointer value), GDestroyNotify unref);
void lru_cache_free(LruCache *cache);

/* A reference of the caller's, or NULL. */
gpointer lru_cache_get(LruCache *cache, const char *key);

/* Keeps a reference, in place of what had this name. `bytes` is what the value takes, and
 * the name counts too; one that is
 * larger than the whole cache is not kept. */
void lru_cache_put(LruCache *cache, const char *key, gpointer value, gsize bytes);
