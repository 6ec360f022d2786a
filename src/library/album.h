/* Albums: named lists of photos, each somebody's, the same for all dialects.
 *
 * An album's title is any text, and several may have one. Dialects that know an album by its name
 * alone see each of an account's under a name of its own: the title; "TITLE (2)" where an older
 * album has it; "Album ID" where there is no title. What an album holds stays with it while a photo
 * is not shown (library/trash.h), and is there again when the photo is.
 *
 * Each call runs in the caller's transaction; what changes something goes after library_touch and
 * is for albums that album_list or album_find gave to who asks. */
#pragma once

#include "library/access.h"
#include "store/store.h"

typedef struct {
    gint64 id;
    char *name;        /* as it is shown, and asked for */
    char *title;       /* as it was given; may be "" */
    char *description; /* NULL: none */
    gboolean is_hidden;
    char *password_hash; /* library/password.h; NULL: needs none */
    gint64 created_ms, changed_ms;
} Album;

void album_free(Album *album);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Album, album_free)

/* The viewer's own, hidden ones too, the oldest first; of Album. Reads only. */
GPtrArray *album_list(StoreTx *tx, const Principal *viewer, GError **error);
/* The one that is shown by this name; NOT_FOUND. Reads only. */
Album *album_find(StoreTx *tx, const Principal *viewer, const char *name, GError **error);

typedef struct {
    const char *title;
    const char *description; /* NULL or "": none */
    /* library/password.h: hidden, and opens by this password alone; NULL: neither. */
    const char *password_hash;
} AlbumNew;

/* TOO_LARGE when the account has LIMIT_ALBUMS_PER_ACCOUNT. */
gboolean album_create(StoreTx *tx, const Principal *viewer, const AlbumNew *album, gint64 *ret_id,
                      GError **error);
/* Its photos stay in the library. */
gboolean album_delete(StoreTx *tx, gint64 id, GError **error);
gboolean album_rename(StoreTx *tx, gint64 id, const char *title, GError **error);
/* NULL or "": none. */
gboolean album_describe(StoreTx *tx, gint64 id, const char *description, GError **error);

/* Puts the photos at its end, in their order, those that are in it already excepted. NOT_FOUND when
 * one is not in the library any more: then the caller ends the transaction, and none is added. */
gboolean album_add(StoreTx *tx, gint64 id, const gint64 *photo_ids, gsize count, gint64 *ret_added,
                   GError **error);
/* Fine also when it was not in it. */
gboolean album_remove(StoreTx *tx, gint64 id, gint64 photo_id, gint64 *ret_removed, GError **error);

/* The paths of its photos that `viewer` may see, in their order; of char *. Reads only. */
GPtrArray *album_paths(StoreTx *tx, const Principal *viewer, gint64 id, GError **error);
