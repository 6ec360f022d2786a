#include "base/memory_file.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static gboolean write_all(int fd, const guint8 *bytes, gsize length)
{
    while (length > 0) {
        gssize written = write(fd, bytes, length);
        if (written < 0 && errno != EINTR) {
            return FALSE;
        }
        bytes += MAX(written, 0);
        length -= (gsize)MAX(written, 0);
    }
    return TRUE;
}

int memory_file_new(const void *bytes, gsize length, GError **error)
{
    int fd = memfd_create("albumen", MFD_CLOEXEC);
    if (fd < 0 || !write_all(fd, bytes, length) || lseek(fd, 0, SEEK_SET) < 0) {
        error_set_errno(error, errno, "keep a file in memory");
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}
