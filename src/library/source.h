/* The folders that a person asked to have indexed, and the folders beneath them. Paths are texts
 * (base/path_text.h). Each call runs in the caller's transaction. */
#pragma once

#include "library/catalog.h"
#include "store/store.h"

typedef struct {
    gint64 id;
    char *path;
    gint64 scanned_ms;   /* 0: never to its end */
    char *root_identity; /* which folder it was then (jobs/walk.h); NULL: not known */
    gboolean is_uploads; /* ours: what people send lies here */
    gboolean named_only; /* only registered files of the folder itself belong to it
                            (library/registration.h) */
} Source;
void source_free(Source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Source, source_free)

/* The canonical path of a folder that may become a source; owned by the caller. INVALID or
 * FORBIDDEN, in a sentence, when it is no absolute path, not there, not readable, or shares
 * anything with `data_folder` (bytes). */
char *source_folder(const char *path, const char *data_folder, GError **error);
/* Remembers a folder as a source (already one: fine). One that was removed, or that lies about or
 * in what was, returns with all that was known of its photos. INVALID when it lies beneath another
 * source or holds one: a photo belongs to exactly one source. After library_touch. */
gboolean source_add(StoreTx *tx, const char *path, gint64 *ret_id, GError **error);
/* Whether what lies in the folder belongs to the source. */
gboolean source_holds(const Source *source, const char *folder);
/* Takes it out: its photos keep their rows and are shown no more. NOT_FOUND; INVALID for the folder
 * of uploads. After library_touch. */
gboolean source_remove(StoreTx *tx, gint64 source_id, GError **error);
/* Every source that was not removed, by path; of Source. Reads only. */
GPtrArray *source_list(StoreTx *tx, GError **error);
/* The paths of every source, of the folders of every account and of those shared with all, each
 * once. Of char *. Reads only. */
GPtrArray *source_directories(StoreTx *tx, GError **error);
/* How many photos of each of these sources (of Source) the view sees, in their order; owned by the
 * caller. */
gint64 *source_count_photos(const CatalogView *view, const GPtrArray *sources);
/* The path of the source that a photo was indexed from; NOT_FOUND. Reads only; owned by the caller.
 */
char *source_of_photo(StoreTx *tx, gint64 photo_id, GError **error);
/* A scan of the whole source came to its end; `root_identity` may be NULL. */
gboolean source_mark_scanned(StoreTx *tx, gint64 source_id, const char *root_identity,
                             GError **error);

/* The folder's row, made when missing. */
gboolean folder_ensure(StoreTx *tx, gint64 source_id, const char *path, gint64 *ret_id,
                       GError **error);
