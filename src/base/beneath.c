#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int beneath_open_at(int root_fd, const char *relative, int flags, GError **error)
{
    struct open_how how = {
        .flags = (guint64)(O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
                   (flags & O_NOFOLLOW ? RESOLVE_NO_SYMLINKS : 0),
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

/* Where an open descriptor lies, by the kernel's word; NULL when that cannot be told. */
static char *descriptor_path(int fd)
{
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
    return g_file_read_link(link, NULL);
}

static gboolean lies_beneath(int root_fd, int fd)
{
    g_autofree char *root = descriptor_path(root_fd);
    g_autofree char *path = descriptor_path(fd);
    return root && path && beneath_relative(root, path);
}

/* An absolute link may lead back beneath the root, which openat2 does not see: finds what it leads
 * to without opening it (O_PATH), looks where that lies, and opens just that. */
static int open_if_beneath(int root_fd, const char *relative)
{
    int place = openat(root_fd, relative, O_PATH | O_CLOEXEC);
    if (place < 0) {
        return -1;
    }
    int fd = -1;
    if (lies_beneath(root_fd, place)) {
        g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", place);
        fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }
    close(place);
    return fd;
}

int beneath_open(const char *root, const char *relative, GError **error)
{
    int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0) {
        error_set_errno(error, errno, "open the folder");
        return -1;
    }
    g_autoptr(GError) failure = NULL;
    int fd = beneath_open_at(root_fd, relative, 0, &failure);
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN)) {
        fd = open_if_beneath(root_fd, relative);
    }
    close(root_fd);
    if (fd < 0) {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    return fd;
}

char *beneath_identity(const struct stat *folder)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)folder->st_dev,
                           (guint64)folder->st_ino);
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

/* One part of a path, opened as a folder; -1 with errno. */
static int open_part(int parent, const char *name, gboolean make)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (strcmp(name, "..") == 0) {
        errno = ELOOP;
        return -1;
    }
    int fd = openat(parent, name, flags);
    if (fd >= 0 || errno != ENOENT || !make) {
        return fd;
    }
    /* The entry has to outlive a power cut, as what is put into it does. */
    if ((mkdirat(parent, name, 0777) != 0 && errno != EEXIST) || fsync(parent) != 0) {
        return -1;
    }
    return openat(parent, name, flags);
}

static int set_parent_error(GError **error, int saved_errno)
{
    if (saved_errno == ELOOP || saved_errno == ENOTDIR) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                            "a part of the path is a link or no folder");
    } else {
        error_set_errno(error, saved_errno, "open the folder");
    }
    return -1;
}

int beneath_open_parent(int root_fd, const char *relative, gboolean make, const char **ret_name,
                        GError **error)
{
    int folder = openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int saved_errno = errno;
    const char *part = relative;
    const char *slash = NULL;
    while (folder >= 0 && (slash = strchr(part, '/'))) {
        g_autofree char *name = g_strndup(part, (gsize)(slash - part));
        int next = open_part(folder, name, make);
        saved_errno = errno;
        close(folder);
        folder = next;
        part = slash + 1;
    }
    if (folder < 0) {
        return set_parent_error(error, saved_errno);
    }
    *ret_name = part;
    return folder;
}
