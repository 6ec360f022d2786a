#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int beneath_open_at(int root_fd, const char *relative, int flags, GError **error)
{
    struct open_how how = {
        .flags = (guint64)(O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long fd = syscall(SYS_openat2, root_fd, relative, &how, sizeof how);
    if (fd >= 0) {
        return (int)fd;
    }
    if (errno == EXDEV || errno == ELOOP) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                            "the file is a link that leads out of its folder, or in a circle");
        return -1;
    }
    error_set_errno(error, errno, "open the file");
    return -1;
}

int beneath_open(const char *root, const char *relative, GError **error)
{
    int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0) {
        error_set_errno(error, errno, "open the folder");
        return -1;
    }
    int fd = beneath_open_at(root_fd, relative, 0, error);
    close(root_fd);
    return fd;
}

const char *beneath_relative(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/') {
        length--;
    }
    if (strncmp(path, folder, length) != 0 || path[length] != '/' || path[length + 1] == '\0') {
        return NULL;
    }
    return path + length + 1;
}
