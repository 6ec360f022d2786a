/* Scaled thumbnails lately made, by content and size: the oldest go when it is full. Thread safe.
 */
#pragma once

#include <glib.h>

typedef struct ThumbnailCache ThumbnailCache;

ThumbnailCache *thumbnail_cache_new(gsize cap_bytes);
void thumbnail_cache_free(ThumbnailCache *cache);

/* NULL when it is not there; else a reference of the caller's. */
GBytes *thumbnail_cache_get(ThumbnailCache *cache, const char *key);
void thumbnail_cache_put(ThumbnailCache *cache, const char *key, GBytes *bytes);
