/* Named bytes outside the database: thumbnails, uploads, the trash. Keys are ours, never a
 * client's: lower-case letters, digits, '-', '_', '.', with '/' between parts, no part empty or
 * starting with a dot. One driver so far: files beneath the data folder; a bucket will be another.
 */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct Blobs Blobs;

/* Opens (and makes) a folder of blobs. */
Blobs *blobs_open_folder(const char *path, GError **error);
void blobs_free(Blobs *blobs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Blobs, blobs_free)

/* Whole or not at all: written beside, then renamed. `durable` also syncs it to the disk; what can
 * be made again from an original need not be. Replaces what was there. */
gboolean blobs_put(Blobs *blobs, const char *key, GBytes *data, gboolean durable, GError **error);

/* A read-only descriptor and the size. NOT_FOUND when there is none. The caller closes it. */
gboolean blobs_open(Blobs *blobs, const char *key, int *ret_fd, gint64 *ret_bytes, GError **error);
GBytes *blobs_get(Blobs *blobs, const char *key, GError **error);
gboolean blobs_exists(Blobs *blobs, const char *key);
/* TRUE also when there was nothing to delete. */
gboolean blobs_delete(Blobs *blobs, const char *key, GError **error);

/* Every blob, in no order; `visit` may delete it. Stops and fails when `visit` does. */
typedef gboolean (*BlobsVisit)(const char *key, gpointer data, GError **error);
gboolean blobs_each(Blobs *blobs, BlobsVisit visit, gpointer data, GError **error);
