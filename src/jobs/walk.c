#include "jobs/walk.h"

#include "base/beneath.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define FILE_FLAGS   (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

struct WalkRoot {
    char *path;
    int fd;
    struct stat identity;
};

struct Walk {
    const WalkRoot *root;
    gboolean (*wanted)(const char *name);
    GPtrArray *waiting; /* paths of folders still to be read, the next one last */
    gboolean alone;
    char *left_out; /* NULL: nothing */
};

static gboolean set_root_gone(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                        "the source folder is not there any more");
    return FALSE;
}

/* The root */

WalkRoot *walk_root_open(const char *path, GError **error)
{
    g_return_val_if_fail(g_path_is_absolute(path), NULL);
    int fd = open(path, FOLDER_FLAGS & ~O_NOFOLLOW);
    struct stat identity;
    if (fd < 0 || fstat(fd, &identity) != 0) {
        int saved_errno = errno;
        if (fd >= 0) {
            close(fd);
        }
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                    "cannot open the source folder: %s", g_strerror(saved_errno));
        return NULL;
    }
    WalkRoot *root = g_new0(WalkRoot, 1);
    root->path = g_strdup(path);
    root->fd = fd;
    root->identity = identity;
    return root;
}

void walk_root_free(WalkRoot *root)
{
    if (root) {
        close(root->fd);
        g_free(root->path);
        g_free(root);
    }
}

/* After an unmount the path leads to the empty mount point, or nowhere. */
static gboolean root_is_there(const WalkRoot *root)
{
    struct stat now;
    return stat(root->path, &now) == 0 && now.st_dev == root->identity.st_dev &&
           now.st_ino == root->identity.st_ino;
}

char *walk_root_identity(const WalkRoot *root)
{
    return beneath_identity(&root->identity);
}

static gboolean root_holds_something(const WalkRoot *root)
{
    int fd = openat(root->fd, ".", FOLDER_FLAGS);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0) {
            close(fd);
        }
        return FALSE;
    }
    const struct dirent *entry;
    gboolean found = FALSE;
    while (!found && (entry = readdir(dir))) {
        found = !g_str_equal(entry->d_name, ".") && !g_str_equal(entry->d_name, "..");
    }
    closedir(dir);
    return found;
}

gboolean walk_root_is_believable(const WalkRoot *root, const char *identity)
{
    g_autofree char *own = walk_root_identity(root);
    return root_is_there(root) && (g_strcmp0(own, identity) == 0 || root_holds_something(root));
}

/* Descriptor of a folder beneath the root, -1 with errno. One component at a time: a path may be
 * longer than the kernel takes at once. */
static int root_open_folder(const WalkRoot *root, const char *path)
{
    int fd = openat(root->fd, ".", FOLDER_FLAGS);
    while (fd >= 0 && *path) {
        gsize length = strcspn(path, "/");
        g_autofree char *name = g_strndup(path, length);
        gboolean is_up = g_str_equal(name, "..");
        int next = is_up ? -1 : openat(fd, name, FOLDER_FLAGS);
        int saved_errno = is_up ? ENOENT : errno;
        close(fd);
        errno = saved_errno;
        fd = next;
        path += path[length] ? length + 1 : length;
    }
    return fd;
}

/* Where an open descriptor lies now, by the kernel's word; NULL when that cannot be told. */
static char *descriptor_path(int fd)
{
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
    return g_file_read_link(link, NULL);
}

static gboolean root_holds(const WalkRoot *root, int fd)
{
    g_autofree char *root_path = descriptor_path(root->fd);
    g_autofree char *path = descriptor_path(fd);
    if (!root_path || !path || !g_str_has_prefix(path, root_path)) {
        return FALSE;
    }
    return path[strlen(root_path)] == '/' || g_str_equal(root_path, "/");
}

/* Follows a link to a regular file beneath the root without opening anything else: O_PATH touches
 * neither device nor FIFO. A descriptor of that file as O_PATH, or -1 with errno. */
static int root_follow(const WalkRoot *root, int folder, const char *name, struct stat *ret_info)
{
    int fd = openat(folder, name, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    if (fstat(fd, ret_info) == 0 && S_ISREG(ret_info->st_mode) && root_holds(root, fd)) {
        return fd;
    }
    close(fd);
    errno = ENOENT;
    return -1;
}

/* Files */

static gint64 stat_mtime_ns(const struct stat *info)
{
    return (gint64)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
}

static int open_link(const WalkRoot *root, int folder, const char *name)
{
    struct stat info;
    int place = root_follow(root, folder, name, &info);
    if (place < 0) {
        return -1;
    }
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", place);
    int fd = open(path, FILE_FLAGS & ~O_NOFOLLOW);
    int saved_errno = errno;
    close(place);
    errno = saved_errno;
    return fd;
}

/* Looks before it opens: opening a device may do something. */
static int open_entry(const WalkRoot *root, int folder, const char *name)
{
    struct stat info;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return -1;
    }
    if (S_ISLNK(info.st_mode)) {
        return open_link(root, folder, name);
    }
    if (!S_ISREG(info.st_mode)) {
        errno = ENOENT;
        return -1;
    }
    return openat(folder, name, FILE_FLAGS);
}

gboolean walk_check_file(int fd, gint64 size_bytes, gint64 mtime_ns, GError **error)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return error_set_errno(error, errno, "look at the file");
    }
    if (!S_ISREG(info.st_mode) || info.st_size != size_bytes || stat_mtime_ns(&info) != mtime_ns) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "the file has changed since it was found");
        return FALSE;
    }
    return TRUE;
}

int walk_open_file(const WalkRoot *root, const char *path, gint64 size_bytes, gint64 mtime_ns,
                   GError **error)
{
    const char *slash = strrchr(path, '/');
    g_autofree char *folder_path = slash ? g_strndup(path, (gsize)(slash - path)) : g_strdup("");
    int folder = root_open_folder(root, folder_path);
    int fd = folder < 0 ? -1 : open_entry(root, folder, slash ? slash + 1 : path);
    int saved_errno = errno;
    if (folder >= 0) {
        close(folder);
    }
    if (fd < 0) {
        error_set_errno(error, saved_errno, "open the file");
        return -1;
    }
    if (!walk_check_file(fd, size_bytes, mtime_ns, error)) {
        close(fd);
        return -1;
    }
    return fd;
}

static gboolean means_gone(int saved_errno)
{
    return saved_errno == ENOENT || saved_errno == ENOTDIR || saved_errno == ELOOP;
}

WalkPresence walk_look(const WalkRoot *root, const char *path, WalkLook *ret_look)
{
    const char *slash = strrchr(path, '/');
    g_autofree char *folder_path = slash ? g_strndup(path, (gsize)(slash - path)) : g_strdup("");
    int folder = root_open_folder(root, folder_path);
    if (folder < 0) {
        return means_gone(errno) ? WALK_GONE : WALK_UNKNOWN;
    }
    struct stat info;
    WalkPresence presence = WALK_THERE;
    const char *name = slash ? slash + 1 : path;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        presence = means_gone(errno) ? WALK_GONE : WALK_UNKNOWN;
    } else if (S_ISLNK(info.st_mode)) {
        int place = root_follow(root, folder, name, &info);
        presence = place < 0 ? WALK_GONE : WALK_THERE;
        if (place >= 0) {
            close(place);
        }
    } else if (!S_ISREG(info.st_mode)) {
        presence = WALK_GONE;
    }
    close(folder);
    if (presence == WALK_THERE) {
        *ret_look = (WalkLook){info.st_size, stat_mtime_ns(&info), info.st_dev, info.st_ino};
    }
    return presence;
}

/* Folders */

static void file_clear(gpointer file)
{
    g_free(((WalkFile *)file)->name);
}

static gint file_compare(gconstpointer a, gconstpointer b)
{
    return strcmp(((const WalkFile *)a)->name, ((const WalkFile *)b)->name);
}

static gint name_compare_backwards(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)b, *(char *const *)a);
}

static WalkFolder *folder_new(const char *path)
{
    WalkFolder *folder = g_new0(WalkFolder, 1);
    folder->path = g_strdup(path);
    folder->files = g_array_new(FALSE, FALSE, sizeof(WalkFile));
    g_array_set_clear_func(folder->files, file_clear);
    return folder;
}

void walk_folder_free(WalkFolder *folder)
{
    if (folder) {
        g_free(folder->path);
        g_array_unref(folder->files);
        g_clear_error(&folder->error);
        g_free(folder);
    }
}

gboolean walk_passes_over(const char *name)
{
    return name[0] == '.' || g_str_equal(name, "PictoPy.thumbnails") ||
           g_str_equal(name, "@eaDir") || g_str_equal(name, "#recycle") ||
           g_str_equal(name, "lost+found");
}

static gboolean file_is_wanted(const Walk *walk, const char *name)
{
    return !g_str_has_prefix(name, "._") && (!walk->wanted || walk->wanted(name));
}

static void folder_add_file(WalkFolder *folder, const char *name, const struct stat *info)
{
    WalkFile file = {g_strdup(name), info->st_size, stat_mtime_ns(info)};
    g_array_append_val(folder->files, file);
}

/* A link that leads nowhere useful is passed over, as is what vanishes meanwhile. */
static void folder_add_link(const Walk *walk, WalkFolder *folder, int fd, const char *name)
{
    struct stat info;
    int place = root_follow(walk->root, fd, name, &info);
    if (place >= 0) {
        close(place);
        folder_add_file(folder, name, &info);
    }
}

/* Sorts one entry into the folder's files or `folders` (names of the folders beneath). FALSE when
 * it cannot be looked at. */
static gboolean folder_add(const Walk *walk, WalkFolder *folder, int fd, const struct dirent *entry,
                           GPtrArray *folders, GError **error)
{
    const char *name = entry->d_name;
    unsigned char type = entry->d_type;
    struct stat info;
    if (type == DT_REG || type == DT_UNKNOWN) {
        if (type == DT_REG && !file_is_wanted(walk, name)) {
            return TRUE;
        }
        if (fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
            return errno == ENOENT || error_set_errno(error, errno, "look into the folder");
        }
        type = (unsigned char)IFTODT(info.st_mode);
    }
    if (type == DT_DIR) {
        if (!walk_passes_over(name)) {
            g_ptr_array_add(folders, g_strdup(name));
        }
    } else if (type == DT_REG && file_is_wanted(walk, name)) {
        folder_add_file(folder, name, &info);
    } else if (type == DT_LNK && file_is_wanted(walk, name)) {
        folder_add_link(walk, folder, fd, name);
    }
    return TRUE;
}

static gboolean set_too_many(GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                "the folder holds more than %d files and folders", LIMIT_SCAN_FOLDER_ENTRIES);
    return FALSE;
}

static gboolean folder_list(const Walk *walk, WalkFolder *folder, DIR *dir, GPtrArray *folders,
                            GError **error)
{
    for (int entries = 0;; entries++) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry) {
            return errno == 0 || error_set_errno(error, errno, "read the folder");
        }
        if (entries == LIMIT_SCAN_FOLDER_ENTRIES + 2) { /* . and .. */
            return set_too_many(error);
        }
        if (!g_str_equal(entry->d_name, ".") && !g_str_equal(entry->d_name, "..") &&
            !folder_add(walk, folder, dirfd(dir), entry, folders, error)) {
            return FALSE;
        }
    }
}

static gboolean folder_read(const Walk *walk, WalkFolder *folder, GPtrArray *folders,
                            GError **error)
{
    int fd = root_open_folder(walk->root, folder->path);
    if (fd < 0) {
        return error_set_errno(error, errno, "open the folder");
    }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int saved_errno = errno;
        close(fd);
        return error_set_errno(error, saved_errno, "read the folder");
    }
    gboolean read = folder_list(walk, folder, dir, folders, error);
    closedir(dir);
    return read;
}

/* The walk */

Walk *walk_new(const WalkRoot *root, gboolean (*wanted)(const char *name))
{
    return walk_new_at(root, "", FALSE, wanted);
}

Walk *walk_new_at(const WalkRoot *root, const char *path, gboolean alone,
                  gboolean (*wanted)(const char *name))
{
    Walk *walk = g_new0(Walk, 1);
    walk->root = root;
    walk->wanted = wanted;
    walk->alone = alone;
    walk->waiting = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(walk->waiting, g_strdup(path));
    return walk;
}

void walk_leave_out(Walk *walk, const char *path)
{
    g_free(walk->left_out);
    walk->left_out = g_strdup(path);
}

void walk_free(Walk *walk)
{
    if (walk) {
        g_ptr_array_unref(walk->waiting);
        g_free(walk->left_out);
        g_free(walk);
    }
}

static guint path_depth(const char *path)
{
    guint depth = *path ? 1 : 0;
    for (; *path; path++) {
        depth += *path == '/';
    }
    return depth;
}

static void walk_push(Walk *walk, const char *path, GPtrArray *folders)
{
    g_ptr_array_sort(folders, name_compare_backwards);
    for (guint i = 0; i < folders->len; i++) {
        const char *name = g_ptr_array_index(folders, i);
        g_autofree char *beneath = *path ? g_strconcat(path, "/", name, NULL) : g_strdup(name);
        if (g_strcmp0(beneath, walk->left_out) != 0) {
            g_ptr_array_add(walk->waiting, g_steal_pointer(&beneath));
        }
    }
}

static void walk_visit(Walk *walk, WalkFolder *folder)
{
    g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(g_free);
    if (path_depth(folder->path) > LIMIT_SCAN_DEPTH) {
        g_set_error(&folder->error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the folder lies more than %d folders deep", LIMIT_SCAN_DEPTH);
    } else if (folder_read(walk, folder, folders, &folder->error)) {
        g_array_sort(folder->files, file_compare);
        folder->folders = folders->len;
        if (!walk->alone) {
            walk_push(walk, folder->path, folders);
        }
        return;
    }
    g_array_set_size(folder->files, 0);
}

WalkFolder *walk_next(Walk *walk, GError **error)
{
    if (walk->waiting->len == 0) {
        if (!root_is_there(walk->root)) {
            set_root_gone(error);
        }
        return NULL;
    }
    g_autofree char *path = g_ptr_array_steal_index(walk->waiting, walk->waiting->len - 1);
    g_autoptr(WalkFolder) folder = folder_new(path);
    walk_visit(walk, folder);
    if (folder->error && !root_is_there(walk->root)) {
        set_root_gone(error);
        return NULL;
    }
    if (folder->error && !*path) {
        g_propagate_error(error, g_steal_pointer(&folder->error));
        return NULL;
    }
    return g_steal_pointer(&folder);
}
