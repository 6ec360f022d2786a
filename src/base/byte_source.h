/* Bytes that are read once, from their beginning: a file, a member of an archive, memory. */
#pragma once

#include "base/error.h"

typedef struct {
    /* The next bytes, at most `most` (always more than 0); 0 at the end; -1 with an error. */
    gssize (*read)(gpointer data, guint8 *buffer, gsize most, GError **error);
    gpointer data;
} ByteSource;

/* A regular file from `at` on, by pread, so that the descriptor's own offset stays. Both are
 * borrowed. */
typedef struct {
    int fd;
    gint64 at;
} FileBytes;
ByteSource byte_source_file(FileBytes *file);

typedef struct {
    const guint8 *bytes;
    gsize length, at;
} MemoryBytes;
ByteSource byte_source_memory(MemoryBytes *memory);

/* All of it, with a NUL after it that is not counted. TOO_LARGE beyond `most` bytes. The caller's.
 */
char *byte_source_read_all(const ByteSource *source, gsize most, gsize *ret_length, GError **error);
