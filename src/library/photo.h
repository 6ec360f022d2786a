/* A photograph as the library keeps it: the row of table photo and its tags. */
#pragma once

#include "base/hash.h"
#include "base/ids.h"
#include "library/access.h"
#include "media/facts.h"
#include "store/store.h"

typedef struct {
    gint64 id;
    char *name; /* NULL: not named yet */
} PhotoPerson;

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    char *path; /* base/path_text.h */
    char *name; /* its last part */
    gint64 file_bytes;
    gint64 modified_ns;
    ContentHash content_hash;
    char *format;         /* media_format_name */
    gint64 width, height; /* upright */
    guint64 phash;
    MediaFacts *facts; /* keywords: all tags, in order */
    gint64 indexed_ms;
    gint64 stack_of; /* id of the photo that stands for it in lists; 0 */
    /* The viewer's own rating, else what the file says. */
    int stars; /* 0..5 */
    gboolean is_favorite, is_rejected;
    /* Told by photo_find_relatives(): */
    gint64 duplicate_group; /* 0: not told, or no duplicate */
    GPtrArray *persons;     /* of PhotoPerson, by id; NULL: not told, or nobody */
    int face_count;         /* -1: nobody has looked */
    int faces_unknown;      /* of these, nobody's; -1 */
    gboolean blinks;        /* somebody has closed eyes */
    gboolean has_stack;     /* stands for others of the same shot */
} Photo;

void photo_free(Photo *photo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Photo, photo_free)

/* The visible photo of this path or id. NOT_FOUND when there is none that `viewer` may see. */
Photo *photo_get(StoreTx *tx, const Principal *viewer, gint64 id, GError **error);
Photo *photo_get_by_path(StoreTx *tx, const Principal *viewer, const char *path, GError **error);
/* The visible ones of these ids, in their order; of Photo. */
GPtrArray *photo_get_many(StoreTx *tx, const Principal *viewer, const gint64 *ids, gsize count,
                          GError **error);
/* The other visible photos of the photo's stack: those behind it, or whom it is behind of and those
 * beside it. By path; of Photo. */
GPtrArray *photo_get_stack(StoreTx *tx, const Principal *viewer, const Photo *photo,
                           GError **error);
