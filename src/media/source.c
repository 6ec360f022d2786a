#include "media/source.h"

#include "base/error.h"
#include "base/limits.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean source_of_file(int fd, ByteSource *ret_source, GError **error)
{
    struct stat info;
    if (fstat(fd, &info) < 0) {
        return error_set_errno(error, errno, "look at the file");
    }
    if (!S_ISREG(info.st_mode)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "this is not a regular file");
        return FALSE;
    }
    if (info.st_size == 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "the file is empty");
        return FALSE;
    }
    if (info.st_size > LIMIT_PICTURE_FILE_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the file is larger than %lld GB", LIMIT_PICTURE_FILE_BYTES >> 30);
        return FALSE;
    }
    *ret_source = (ByteSource){.fd = fd, .length = info.st_size};
    return TRUE;
}

ByteSource source_of_memory(const void *data, gsize length)
{
    return (ByteSource){.fd = -1, .data = data, .length = (gint64)length};
}

ByteSource source_of_bytes(GBytes *bytes)
{
    gsize length = 0;
    const void *data = g_bytes_get_data(bytes, &length);
    return source_of_memory(data, length);
}

ByteSource source_part(const ByteSource *source, gint64 offset, gint64 length)
{
    ByteSource part = *source;
    offset = CLAMP(offset, 0, source->length);
    part.start += offset;
    part.length = CLAMP(length, 0, source->length - offset);
    return part;
}

gssize source_read(const ByteSource *source, gint64 offset, void *buffer, gsize bytes)
{
    if (offset < 0 || offset >= source->length) {
        return 0;
    }
    bytes = (gsize)MIN((gint64)MIN(bytes, (gsize)G_MAXINT32), source->length - offset);
    offset += source->start;
    if (source->fd < 0) {
        memcpy(buffer, source->data + offset, bytes);
        return (gssize)bytes;
    }
    gsize done = 0;
    while (done < bytes) {
        ssize_t got = pread(source->fd, (guint8 *)buffer + done, bytes - done, offset + done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += (gsize)got;
    }
    return (gssize)done;
}

gboolean source_read_all(const ByteSource *source, gint64 offset, void *buffer, gsize bytes)
{
    return source_read(source, offset, buffer, bytes) == (gssize)bytes;
}

GBytes *source_load(const ByteSource *source, gsize cap_bytes, GError **error)
{
    if (source->length > (gint64)cap_bytes) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the file is larger than %" G_GSIZE_FORMAT
                    " MB, the most that can be read in this format",
                    cap_bytes >> 20);
        return NULL;
    }
    g_autofree guint8 *data = g_try_malloc(MAX((gsize)source->length, 1));
    if (!data) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "there is not enough memory to read the file");
        return NULL;
    }
    gssize got = source_read(source, 0, data, (gsize)source->length);
    if (got < 0) {
        error_set_errno(error, errno, "read the file");
        return NULL;
    }
    if (got < source->length) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "the file became shorter while it was read");
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&data), (gsize)got);
}
