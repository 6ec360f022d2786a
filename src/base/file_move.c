#include "base/file_move.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_FLAGS  (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define WRITE_FLAGS (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
#define COPY_BYTES  (1U << 20)

static gboolean set_errno(GError **error, int saved_errno, const char *what)
{
    if (saved_errno == EEXIST) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "something of this name is there already");
        return FALSE;
    }
    if (saved_errno == EROFS) {
        saved_errno = EACCES;
    }
    return error_set_errno(error, saved_errno, what);
}

static gboolean is_something(int folder, const char *name)
{
    struct stat info;
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Some file systems know no rename that replaces nothing. */
static int rename_new(int from_folder, const char *from, int to_folder, const char *to)
{
    int status = renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE);
    if (status == 0 || (errno != EINVAL && errno != ENOSYS)) {
        return status;
    }
    if (is_something(to_folder, to)) {
        errno = EEXIST;
        return -1;
    }
    return renameat(from_folder, from, to_folder, to);
}

gboolean file_rename(int from_folder, const char *from, int to_folder, const char *to,
                     gboolean *ret_apart, GError **error)
{
    *ret_apart = FALSE;
    if (rename_new(from_folder, from, to_folder, to) != 0) {
        *ret_apart = errno == EXDEV;
        return *ret_apart ? FALSE : set_errno(error, errno, "move the file");
    }
    /* The new name first: rather two names than none. */
    if (fsync(to_folder) != 0 || fsync(from_folder) != 0) {
        return set_errno(error, errno, "move the file for good");
    }
    return TRUE;
}

static gboolean write_all(int fd, const guint8 *data, gsize length)
{
    while (length > 0) {
        ssize_t wrote = write(fd, data, length);
        if (wrote < 0 && errno != EINTR) {
            return FALSE;
        }
        data += MAX(wrote, 0);
        length -= (gsize)MAX(wrote, 0);
    }
    return TRUE;
}

static gboolean copy_bytes(int from, int to)
{
    g_autofree guint8 *buffer = g_malloc(COPY_BYTES);
    ssize_t got = 0;
    while ((got = read(from, buffer, COPY_BYTES)) != 0) {
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 || !write_all(to, buffer, (gsize)got)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The owner may not be ours to set; then the copy is whose server it is. */
static gboolean copy_attributes(int from, int to)
{
    struct stat info;
    if (fstat(from, &info) != 0) {
        return FALSE;
    }
    const struct timespec times[2] = {info.st_atim, info.st_mtim};
    int ignored = fchown(to, info.st_uid, info.st_gid);
    (void)ignored;
    return fchmod(to, info.st_mode & 0777) == 0 && futimens(to, times) == 0 && fsync(to) == 0;
}

static gboolean write_copy(int from, int to_folder, const char *to, GError **error)
{
    int fd = openat(to_folder, to, WRITE_FLAGS, 0600);
    if (fd < 0) {
        return set_errno(error, errno, "make a copy of the file");
    }
    gboolean copied = (copy_bytes(from, fd) && copy_attributes(from, fd)) ||
                      set_errno(error, errno, "copy the file");
    /* Some file systems tell of a full disk only here. */
    if (close(fd) != 0 && copied) {
        copied = set_errno(error, errno, "copy the file");
    }
    return copied;
}

static gboolean same_bytes(int from, int to_folder, const char *to, GError **error)
{
    int fd = openat(to_folder, to, READ_FLAGS);
    if (fd < 0) {
        return set_errno(error, errno, "read the copy again");
    }
    ContentHash there;
    ContentHash here;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* from the disk, not from memory */
    gboolean read = hash_file(fd, &there, NULL, error) && hash_file(from, &here, NULL, error);
    close(fd);
    if (read && memcmp(here.bytes, there.bytes, HASH_BYTES) != 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                            "the copy differs from the file: the disk may be broken, or the file "
                            "is being written");
        return FALSE;
    }
    return read;
}

static int open_regular(int folder, const char *name, GError **error)
{
    int fd = openat(folder, name, READ_FLAGS);
    struct stat info;
    if (fd < 0 && errno != ELOOP) {
        set_errno(error, errno, "open the file");
        return -1;
    }
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                        "it is a link, or no file at all");
    return -1;
}

gboolean file_copy_proven(int from_folder, const char *from, int to_folder, const char *to,
                          GError **error)
{
    if (is_something(to_folder, to)) {
        return set_errno(error, EEXIST, "copy the file");
    }
    int fd = open_regular(from_folder, from, error);
    if (fd < 0) {
        return FALSE;
    }
    gboolean copied = write_copy(fd, to_folder, to, error) && same_bytes(fd, to_folder, to, error);
    close(fd);
    if (!copied) {
        unlinkat(to_folder, to, 0);
        return FALSE;
    }
    return fsync(to_folder) == 0 || set_errno(error, errno, "copy the file for good");
}

gboolean file_remove(int folder, const char *name, GError **error)
{
    if (unlinkat(folder, name, 0) != 0) {
        return errno == ENOENT || set_errno(error, errno, "delete the file");
    }
    return fsync(folder) == 0 || set_errno(error, errno, "delete the file for good");
}

gboolean file_is_there(int folder, const char *name)
{
    struct stat info;
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode);
}

gboolean file_has_hash(int folder, const char *name, const ContentHash *hash)
{
    int fd = open_regular(folder, name, NULL);
    if (fd < 0) {
        return FALSE;
    }
    ContentHash found;
    gboolean read = hash_file(fd, &found, NULL, NULL);
    close(fd);
    return read && memcmp(found.bytes, hash->bytes, HASH_BYTES) == 0;
}
