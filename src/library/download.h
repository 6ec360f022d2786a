/* The originals of a selection as one zip archive, made while it is sent. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef struct Download Download;

/* How many of these photos `viewer` may have; -1 on error. */
gint64 download_count(Library *library, const Principal *viewer, const gint64 *ids, gsize count,
                      GError **error);

/* Looks at every original there is, so that the length of the archive is known; those that are
 * gone, or cannot be read, are named in a text at its end. Photos that `viewer` may not know of are
 * passed over; NOT_FOUND when none is left. The permission to read them lasts as long as the
 * download. */
Download *download_new(Library *library, const Principal *viewer, const gint64 *ids, gsize count,
                       GError **error);
void download_free(Download *download);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Download, download_free)

/* The length of the archive. */
gint64 download_bytes(const Download *download);

/* The archive's next bytes, as many as fit; 0 at its end. A file that vanished or changed since
 * download_new fails it (-1): the length was promised, so breaking off is how the client learns
 * that the archive is not whole. */
gssize download_pull(Download *download, guint8 *buffer, gsize most, GError **error);
