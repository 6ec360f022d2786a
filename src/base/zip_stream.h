/* A zip archive made while it is sent: constant memory, nothing on the disk, its length known
 * before the first byte.
 *
 * Entries are stored, not deflated, because photographs do not shrink; so the size of each is known
 * ahead, and only its CRC follows it in a data descriptor. Files and archives of 4 GiB and more,
 * and archives of 65,535 entries and more, use ZIP64. The format is PKWARE's APPNOTE.TXT 6.3.10;
 * the times are Info-ZIP's extra field 0x5455, in UTC. */
#pragma once

#include "base/error.h"

typedef struct {
    const char *name;  /* UTF-8, at most ZIP_NAME_BYTES_MOST; "/" between folders */
    guint64 bytes;     /* of the content */
    gint64 modified_s; /* since 1970, UTC */
} ZipEntry;

#define ZIP_NAME_BYTES_MOST 65535

/* Gives the next bytes of an entry's content, at most `most` (always more than 0); -1 with an
 * error. Entries come one after the other, each until all its bytes were given; 0 before that fails
 * the archive, and so does more than was asked. */
typedef gssize (*ZipRead)(gpointer data, gsize entry, guint8 *buffer, gsize most, GError **error);

typedef struct ZipStream ZipStream;

/* The length of the whole archive. */
guint64 zip_stream_bytes(const ZipEntry *entries, gsize count);

/* Borrows the entries, their names and `data`. */
ZipStream *zip_stream_new(const ZipEntry *entries, gsize count, ZipRead read, gpointer data);
void zip_stream_free(ZipStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZipStream, zip_stream_free)

/* The next bytes of the archive, as many as fit; 0 at its end. -1 with an error, and then the
 * archive cannot be gone on with: CORRUPT when a content came to its end too early. */
gssize zip_stream_pull(ZipStream *stream, guint8 *buffer, gsize most, GError **error);
