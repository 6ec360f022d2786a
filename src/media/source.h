/* Outside bytes at an offset: a file read with pread (never mapped, since it may shrink under us),
 * or a block of memory. A ByteSource is a plain value that owns neither; parts of it are again
 * sources, with offsets counted from their own first byte. */
#pragma once

#include <glib.h>

typedef struct {
    int fd;             /* -1: memory */
    const guint8 *data; /* of memory sources */
    gint64 start;       /* of this source's first byte in the file or block */
    gint64 length;
} ByteSource;

/* A regular file of at most LIMIT_PICTURE_FILE_BYTES; else INVALID, CORRUPT (empty) or TOO_LARGE.
 */
gboolean source_of_file(int fd, ByteSource *ret_source, GError **error);
ByteSource source_of_memory(const void *data, gsize length);
ByteSource source_of_bytes(GBytes *bytes);

/* The part of at most `length` bytes at `offset`, clipped to what there is. */
ByteSource source_part(const ByteSource *source, gint64 offset, gint64 length);

/* Bytes read: fewer than asked for only at the end; -1 with errno set when the file system refuses.
 */
gssize source_read(const ByteSource *source, gint64 offset, void *buffer, gsize bytes);
/* TRUE if all of them could be read. */
gboolean source_read_all(const ByteSource *source, gint64 offset, void *buffer, gsize bytes);
/* The whole source as one block, or NULL with TOO_LARGE over `cap_bytes`, IO or CORRUPT. */
GBytes *source_load(const ByteSource *source, gsize cap_bytes, GError **error);
