/* The bytes of a picture: its original and its thumbnails. Each call shows a grant
 * (library/access.h). */
#pragma once

#include "library/grant.h"
#include "library/library.h"
#include "media/picture.h"

/* The original as it lies on the disk, read-only. NOT_FOUND when it is gone, FORBIDDEN when it has
 * become a link that leads out of its source. The caller closes it.
 */
gboolean original_open(StoreTx *tx, const Grant *grant, int *ret_fd, gint64 *ret_bytes,
                       GError **error);

/* A stored thumbnail, JPEG: its long edge is `pixels` or, for a smaller picture, its own. */
typedef enum { THUMBNAIL_SMALL, THUMBNAIL_LARGE } ThumbnailSize;
gboolean thumbnail_open(Library *library, const Grant *grant, ThumbnailSize size, int *ret_fd,
                        gint64 *ret_bytes, GError **error);
GBytes *thumbnail_get(Library *library, const Grant *grant, ThumbnailSize size, GError **error);

/* Keeps both thumbnails of a picture that was read, under the name of its content. They can be made
 * again, so they need not outlive a power cut. */
gboolean thumbnails_put(Library *library, const MediaPicture *picture, GError **error);

/* Forgets both thumbnails of a content. */
void thumbnails_drop(Library *library, const ContentHash *hash);

/* The name of a content's thumbnail among the blobs; owned by the caller. */
char *thumbnail_key(const char *content_hex, ThumbnailSize size);
