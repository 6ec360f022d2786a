/* A grant is the permission to read one picture's bytes, and only this module makes one: whoever
 * opens an original or a thumbnail must show it. */
#pragma once

#include "base/hash.h"
#include "library/access.h"
#include "library/library.h"

typedef struct Grant Grant;

/* The permission to read the bytes of this photo; NOT_FOUND when `viewer` may not know of it. From
 * memory: it sees what this process changed at once, and what others did within a second. Not
 * inside a transaction. */
Grant *access_grant_photo(Library *library, const Principal *viewer, gint64 photo_id,
                          GError **error);
Grant *access_grant_path(Library *library, const Principal *viewer, const char *path,
                         GError **error);
/* The permission to read the picture of an item of a dataset (its UUID), for whoever finds the
 * dataset: also of a photo outside of the folders that `viewer` sees, because a dataset shares its
 * pictures with its organization. NOT_FOUND also while the photo is not shown: in the trash,
 * removed, missing, or deleted for good. */
Grant *access_grant_item(StoreTx *tx, const Principal *viewer, const char *item_uuid,
                         GError **error);
/* The same for the job that writes an export with its pictures: of a picture by its content, as the
 * export's dataset or version has it. Whoever asked for the export found the dataset. */
Grant *access_grant_export(StoreTx *tx, gint64 export_id, const ContentHash *content,
                           GError **error);
/* The same for whoever shows a signed address of GET and "KIND/ITEM" (library/signed_address.h)
 * that is good now; FORBIDDEN. */
Grant *access_grant_signed_item(StoreTx *tx, const char *secret, const char *kind,
                                const char *item_uuid, gint64 expires_seconds,
                                const char *signature, GError **error);
/* The same of a photo in the trash, or of one that was removed, for whoever may throw away and
 * restore: nobody else gets at what is not shown. */
Grant *access_grant_kept_out(StoreTx *tx, const Principal *viewer, gint64 photo_id, GError **error);
void grant_free(Grant *grant);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Grant, grant_free)

/* Whether the original lies in the trash: then only its thumbnails can be had. */
gboolean grant_is_trashed(const Grant *grant);

gint64 grant_photo_id(const Grant *grant);
const char *grant_path(const Grant *grant);   /* base/path_text.h */
const char *grant_format(const Grant *grant); /* media_format_name */
int grant_orientation(const Grant *grant);    /* EXIF 1..8 */
/* Names the content; good for an ETag. 64 hex digits. */
const char *grant_content(const Grant *grant);
