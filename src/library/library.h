/* The library: one data folder with its database and blobs. Everything the dialects show comes from
 * here. */
#pragma once

#include "base/lru_cache.h"
#include "store/blobs.h"
#include "store/store.h"

typedef struct Library Library;
typedef struct Catalog Catalog;
typedef struct Vectors Vectors;

/* Opens the data folder (made when missing, mode 0700) and its database: `database_url` or, when
 * NULL, albumen.db in the folder; migrates it. */
Library *library_open(const char *data_folder, const char *database_url, GError **error);
void library_close(Library *library);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Library, library_close)

Store *library_store(Library *library);
Blobs *library_thumbnails(Library *library);
/* The data folder; the library's own. */
const char *library_data_folder(const Library *library);
/* The open folder of what was thrown away (library/trash.h); the library's own. */
int library_trash(const Library *library);
/* Orders of photos lately asked for (library/selection.h). */
LruCache *library_selections(Library *library);

/* Every photo that is shown, in memory (library/catalog.h); loaded by the first who looks. */
Catalog *library_catalog(Library *library);
/* The indexes of photos' and faces' vectors (library/vectors.h), in the data folder's vectors/. */
Vectors *library_vectors(Library *library);
/* What was worked out of the whole catalogue (library/summary.h). */
LruCache *library_summaries(Library *library);

/* Begins a change of photos, tags, ratings or sources: the first call of every transaction that
 * writes them. Each row written after it takes LIBRARY_VERSION_SQL as its version, by which what is
 * kept in memory is brought up to date. */
gboolean library_touch(StoreTx *tx, GError **error);
#define LIBRARY_VERSION_SQL "(SELECT version FROM library_version)"
/* store_commit, and tells whoever in this process follows the library (library/catalog.h, events).
 * Every change of a library ends with it. */
gboolean library_commit(Library *library, StoreTx *tx, GError **error);
/* Has `changed` called after every library_commit, on the thread of whoever committed: it must be
 * quick. Before the library is in use; it cannot be undone. */
void library_follow(Library *library, void (*changed)(gpointer data), gpointer data);
/* How often the library was touched; 0 on error. */
gint64 library_version(StoreTx *tx, GError **error);

/* Milliseconds since 1970, UTC: what every *_ms column but taken_local_ms holds. */
gint64 library_now_ms(void);
