#include "library/thumbnail_files.h"

#include "base/path_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_folder(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(error, errno, "use the folder of thumbnails");
    }
    return fd;
}

static gboolean write_all(int fd, GBytes *bytes)
{
    gsize length = 0;
    const guint8 *at = g_bytes_get_data(bytes, &length);
    while (length > 0) {
        gssize written = write(fd, at, length);
        if (written < 0 && errno != EINTR) {
            return FALSE;
        }
        at += MAX(written, 0);
        length -= (gsize)MAX(written, 0);
    }
    return TRUE;
}

/* Whole or not at all: it has another name until it is written. */
static gboolean put_beneath(int folder, const char *name, GBytes *bytes, GError **error)
{
    g_autofree char *half = g_strdup_printf(".%s.%08x", name, g_random_int());
    int fd = openat(folder, half, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    gboolean written = fd >= 0 && write_all(fd, bytes);
    int saved_errno = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (!written || renameat(folder, half, folder, name) != 0) {
        error_set_errno(error, written ? errno : saved_errno, "write a thumbnail");
        unlinkat(folder, half, 0);
        return FALSE;
    }
    return TRUE;
}

gboolean thumbnail_files_put(const char *folder, const char *name, GBytes *bytes, GError **error)
{
    g_autofree char *path = path_from_text(folder);
    g_autofree char *file = path_from_text(name);
    if (!path || !file || !*file || strchr(file, '/')) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%s is no name of a file", name);
        return FALSE;
    }
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        error_set_errno(error, errno, "make the folder of thumbnails");
        return FALSE;
    }
    int fd = open_folder(path, error);
    gboolean put = fd >= 0 && put_beneath(fd, file, bytes, error);
    if (fd >= 0) {
        close(fd);
    }
    return put;
}

static void empty_folder(DIR *directory)
{
    const struct dirent *entry;
    while ((entry = readdir(directory))) {
        unlinkat(dirfd(directory), entry->d_name, 0); /* folders are none of ours, and stay */
    }
}

gboolean thumbnail_files_delete(const char *folder, GError **error)
{
    g_autofree char *path = path_from_text(folder);
    struct stat info;
    if (!path || (lstat(path, &info) != 0 && errno == ENOENT)) {
        return TRUE;
    }
    int fd = open_folder(path, error);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (!directory) {
        return FALSE;
    }
    empty_folder(directory);
    closedir(directory);
    if (rmdir(path) != 0) {
        error_set_errno(error, errno, "delete the folder of thumbnails");
        return FALSE;
    }
    return TRUE;
}
