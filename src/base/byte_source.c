#include "base/byte_source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES (16U << 10)

static gssize read_file(gpointer data, guint8 *buffer, gsize most, GError **error)
{
    FileBytes *file = data;
    ssize_t got = 0;
    do {
        got = pread(file->fd, buffer, most, file->at);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        error_set_errno(error, errno, "read the file");
        return -1;
    }
    file->at += got;
    return got;
}

ByteSource byte_source_file(FileBytes *file)
{
    return (ByteSource){read_file, file};
}

static gssize read_memory(gpointer data, guint8 *buffer, gsize most, GError **error)
{
    MemoryBytes *memory = data;
    gsize count = MIN(most, memory->length - memory->at);
    memcpy(buffer, memory->bytes + memory->at, count);
    memory->at += count;
    return (gssize)count;
}

ByteSource byte_source_memory(MemoryBytes *memory)
{
    return (ByteSource){read_memory, memory};
}

char *byte_source_read_all(const ByteSource *source, gsize most, gsize *ret_length, GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autofree guint8 *piece = g_malloc(PIECE_BYTES);
    gssize got = 0;
    while ((got = source->read(source->data, piece, PIECE_BYTES, error)) > 0) {
        if (all->len + (gsize)got > most) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                        "It has more than the %" G_GSIZE_FORMAT " bytes that are allowed", most);
            return NULL;
        }
        g_byte_array_append(all, piece, (guint)got);
    }
    if (got < 0) {
        return NULL;
    }
    *ret_length = all->len;
    g_byte_array_append(all, (const guint8 *)"", 1);
    return (char *)g_byte_array_free(g_steal_pointer(&all), FALSE);
}
