/* Blobs in a folder. Every name is resolved beneath the folder's descriptor, and no symbolic link
 * is followed on the way. */

#include "store/blobs.h"

#include "base/beneath.h"
#include "base/ids.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Half-written files stand here; no key can begin with a dot. On the same file system as the rest,
 * so that a rename moves them. */
#define UNFINISHED         ".unfinished"
#define UNFINISHED_SECONDS (24LL * 3600)
#define NAME_RANDOM_BYTES  16
#define KEY_BYTES_MAX      512

struct Blobs {
    int root;
    int unfinished;
};

/* Opening */

static int open_folder(int parent, const char *name)
{
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int make_folder(int parent, const char *name)
{
    if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST) {
        return -1;
    }
    return open_folder(parent, name);
}

/* What a killed process left. Younger files may be another process's that is writing now. */
static void sweep_unfinished(int folder)
{
    int own = dup(folder);
    DIR *entries = own >= 0 ? fdopendir(own) : NULL;
    if (!entries) {
        return;
    }
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    struct dirent *entry = NULL;
    while ((entry = readdir(entries))) {
        struct stat status;
        if (fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            !S_ISDIR(status.st_mode) && now - status.st_mtime > UNFINISHED_SECONDS) {
            unlinkat(folder, entry->d_name, 0);
        }
    }
    closedir(entries);
}

Blobs *blobs_open_folder(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) != 0) {
        error_set_errno(error, errno, "make the folder of blobs");
        return NULL;
    }
    g_autoptr(Blobs) blobs = g_new0(Blobs, 1);
    blobs->unfinished = -1;
    /* The folder itself may be a link; whoever runs the program chose it. */
    blobs->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (blobs->root >= 0) {
        blobs->unfinished = make_folder(blobs->root, UNFINISHED);
    }
    if (blobs->unfinished < 0) {
        error_set_errno(error, errno, "open the folder of blobs");
        return NULL;
    }
    sweep_unfinished(blobs->unfinished);
    return g_steal_pointer(&blobs);
}

static void close_folder(int folder)
{
    if (folder >= 0) {
        close(folder);
    }
}

void blobs_free(Blobs *blobs)
{
    if (!blobs) {
        return;
    }
    close_folder(blobs->unfinished);
    close_folder(blobs->root);
    g_free(blobs);
}

/* Keys */

static gboolean is_key_character(char c)
{
    return g_ascii_islower(c) || g_ascii_isdigit(c) || c == '-' || c == '_' || c == '.';
}

static gboolean check_key(const char *key, GError **error)
{
    gboolean good = strlen(key) <= KEY_BYTES_MAX;
    gboolean starts_part = TRUE;
    for (const char *at = key; good && *at; at++) {
        if (*at == '/') {
            good = !starts_part;
            starts_part = TRUE;
        } else {
            good = is_key_character(*at) && !(starts_part && *at == '.');
            starts_part = FALSE;
        }
    }
    if (!good || starts_part) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "this is no key of a blob");
        return FALSE;
    }
    return TRUE;
}

typedef int (*OpenPart)(int parent, const char *name);

/* The folder that the key's last part lies in, opened part by part; -1 and errno when there is
 * none. The last part goes to ret_name. The caller closes it. */
static int open_parent(Blobs *blobs, const char *key, OpenPart open_part, const char **ret_name)
{
    int folder = dup(blobs->root);
    const char *part = key;
    const char *slash = NULL;
    while (folder >= 0 && (slash = strchr(part, '/'))) {
        g_autofree char *name = g_strndup(part, (gsize)(slash - part));
        int next = open_part(folder, name);
        int saved_errno = errno;
        close(folder);
        errno = saved_errno;
        folder = next;
        part = slash + 1;
    }
    *ret_name = part;
    return folder;
}

/* Writing */

static gboolean write_all(int fd, GBytes *data)
{
    gsize left = 0;
    const guint8 *at = g_bytes_get_data(data, &left);
    while (left > 0) {
        ssize_t wrote = write(fd, at, left);
        if (wrote < 0 && errno != EINTR) {
            return FALSE;
        }
        if (wrote > 0) {
            at += wrote;
            left -= (gsize)wrote;
        }
    }
    return TRUE;
}

static gboolean write_file(int folder, const char *name, GBytes *data, gboolean durable)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return FALSE;
    }
    gboolean wrote = write_all(fd, data) && (!durable || fsync(fd) == 0);
    int saved_errno = errno;
    /* Some file systems tell of a full disk only here. */
    if (close(fd) != 0 && wrote) {
        return FALSE;
    }
    errno = saved_errno;
    return wrote;
}

/* A new folder is an entry of its parent, which has to reach the disk as well. */
static int make_durable_folder(int parent, const char *name)
{
    int folder = open_folder(parent, name);
    if (folder >= 0 || errno != ENOENT) {
        return folder;
    }
    folder = make_folder(parent, name);
    if (folder >= 0 && fsync(parent) != 0) {
        close(folder);
        return -1;
    }
    return folder;
}

static gboolean put_file(Blobs *blobs, const char *key, GBytes *data, gboolean durable)
{
    g_autofree char *unfinished = random_hex(NAME_RANDOM_BYTES);
    const char *name = NULL;
    int parent = open_parent(blobs, key, durable ? make_durable_folder : make_folder, &name);
    if (parent < 0) {
        return FALSE;
    }
    gboolean put = write_file(blobs->unfinished, unfinished, data, durable) &&
                   renameat(blobs->unfinished, unfinished, parent, name) == 0 &&
                   (!durable || fsync(parent) == 0);
    int saved_errno = errno;
    if (!put) {
        unlinkat(blobs->unfinished, unfinished, 0);
    }
    close(parent);
    errno = saved_errno;
    return put;
}

gboolean blobs_put(Blobs *blobs, const char *key, GBytes *data, gboolean durable, GError **error)
{
    if (!check_key(key, error)) {
        return FALSE;
    }
    return put_file(blobs, key, data, durable) || error_set_errno(error, errno, "keep the blob");
}

/* Reading */

gboolean blobs_open(Blobs *blobs, const char *key, int *ret_fd, gint64 *ret_bytes, GError **error)
{
    if (!check_key(key, error)) {
        return FALSE;
    }
    g_autoptr(GError) failure = NULL;
    int fd = beneath_open_at(blobs->root, key, O_NOFOLLOW, &failure);
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        *ret_fd = fd;
        *ret_bytes = status.st_size;
        return TRUE;
    }
    if (fd >= 0) {
        close(fd);
    }
    if (failure && !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN)) {
        g_propagate_error(error, g_steal_pointer(&failure));
    } else {
        /* A link, a folder or a pipe in a file's place is none of ours. */
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "there is no such blob");
    }
    return FALSE;
}

static gboolean read_all(int fd, guint8 *data, gsize length)
{
    gsize got = 0;
    while (got < length) {
        ssize_t now = read(fd, data + got, length - got);
        if (now == 0) {
            errno = EIO; /* what is replaced is replaced whole: it cannot have become shorter */
            return FALSE;
        }
        if (now < 0 && errno != EINTR) {
            return FALSE;
        }
        got += now > 0 ? (gsize)now : 0;
    }
    return TRUE;
}

GBytes *blobs_get(Blobs *blobs, const char *key, GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!blobs_open(blobs, key, &fd, &bytes, error)) {
        return NULL;
    }
    g_autofree guint8 *data = bytes <= LIMIT_BLOB_GET_BYTES ? g_try_malloc((gsize)bytes + 1) : NULL;
    gboolean read = FALSE;
    if (!data) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the blob is too large to be read at once");
    } else {
        read = read_all(fd, data, (gsize)bytes) || error_set_errno(error, errno, "read the blob");
    }
    close(fd);
    return read ? g_bytes_new_take(g_steal_pointer(&data), (gsize)bytes) : NULL;
}

gboolean blobs_exists(Blobs *blobs, const char *key)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!blobs_open(blobs, key, &fd, &bytes, NULL)) {
        return FALSE;
    }
    close(fd);
    return TRUE;
}

gboolean blobs_delete(Blobs *blobs, const char *key, GError **error)
{
    if (!check_key(key, error)) {
        return FALSE;
    }
    const char *name = NULL;
    int parent = open_parent(blobs, key, open_folder, &name);
    gboolean deleted = parent >= 0 && unlinkat(parent, name, 0) == 0;
    int saved_errno = errno;
    close_folder(parent);
    gboolean was_none = saved_errno == ENOENT || saved_errno == ENOTDIR || saved_errno == ELOOP;
    return deleted || was_none || error_set_errno(error, saved_errno, "delete the blob");
}

/* All of them */

typedef struct {
    BlobsVisit visit;
    gpointer data;
} Visiting;

static gboolean visit_folder(int parent, const char *name, const char *key,
                             const Visiting *visiting, GError **error);

static gboolean visit_entry(int folder, const char *name, const char *parent_key,
                            const Visiting *visiting, GError **error)
{
    g_autofree char *key = *parent_key ? g_strconcat(parent_key, "/", name, NULL) : g_strdup(name);
    struct stat status;
    if (!check_key(key, NULL) || fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return TRUE; /* none of ours, or gone meanwhile */
    }
    if (S_ISDIR(status.st_mode)) {
        return visit_folder(folder, name, key, visiting, error);
    }
    return visiting->visit(key, visiting->data, error);
}

static gboolean visit_folder(int parent, const char *name, const char *key,
                             const Visiting *visiting, GError **error)
{
    int folder = open_folder(parent, name);
    DIR *entries = folder >= 0 ? fdopendir(folder) : NULL;
    if (!entries) {
        int saved_errno = errno;
        close_folder(folder);
        return error_set_errno(error, saved_errno, "read the folder of blobs");
    }
    gboolean good = TRUE;
    const struct dirent *entry = NULL;
    while (good && (entry = readdir(entries))) {
        good = visit_entry(folder, entry->d_name, key, visiting, error);
    }
    closedir(entries);
    return good;
}

gboolean blobs_each(Blobs *blobs, BlobsVisit visit, gpointer data, GError **error)
{
    const Visiting visiting = {visit, data};
    return visit_folder(blobs->root, ".", "", &visiting, error);
}
