#include "jobs/watch_tree.h"

#include "base/limits.h"
#include "jobs/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVENTS (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE)
#define FLAGS  (IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)

typedef struct {
    char *path;
    gint64 owner;
} Watched;

struct WatchTree {
    int fd;
    GHashTable *watched; /* watch descriptor -> Watched */
};

static void watched_free(gpointer data)
{
    Watched *watched = data;
    g_free(watched->path);
    g_free(watched);
}

WatchTree *watch_tree_new(GError **error)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                    "the system watches no more folders: %s", g_strerror(errno));
        return NULL;
    }
    WatchTree *tree = g_new0(WatchTree, 1);
    tree->fd = fd;
    tree->watched = g_hash_table_new_full(NULL, NULL, NULL, watched_free);
    return tree;
}

void watch_tree_free(WatchTree *tree)
{
    if (tree) {
        close(tree->fd);
        g_hash_table_unref(tree->watched);
        g_free(tree);
    }
}

int watch_tree_descriptor(const WatchTree *tree)
{
    return tree->fd;
}

/* Adding and removing */

static gboolean is_folder(int folder, const struct dirent *entry)
{
    struct stat info;
    if (entry->d_type != DT_UNKNOWN) {
        return entry->d_type == DT_DIR;
    }
    return fstatat(folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

static void push_folders(const char *path, GPtrArray *waiting)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (!walk_passes_over(entry->d_name) && is_folder(dirfd(dir), entry)) {
            g_ptr_array_add(waiting, g_build_filename(path, entry->d_name, NULL));
        }
    }
    if (dir) {
        closedir(dir);
    }
}

static gboolean set_no_more(GError **error)
{
    g_autofree char *most = NULL;
    g_file_get_contents("/proc/sys/fs/inotify/max_user_watches", &most, NULL, NULL);
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                "the system watches no more folders than %s (fs.inotify.max_user_watches)",
                most ? g_strchomp(most) : "these");
    return FALSE;
}

/* One folder. FALSE only when no more can be watched. */
static gboolean add_one(WatchTree *tree, const char *path, gint64 owner, GError **error)
{
    if (g_hash_table_size(tree->watched) >= LIMIT_WATCHED_FOLDERS) {
        return set_no_more(error);
    }
    int number = inotify_add_watch(tree->fd, path, EVENTS | FLAGS);
    if (number < 0) {
        return errno == ENOSPC || errno == ENOMEM ? set_no_more(error) : TRUE;
    }
    Watched *watched = g_new(Watched, 1);
    *watched = (Watched){g_strdup(path), owner};
    g_hash_table_insert(tree->watched, GINT_TO_POINTER(number), watched);
    return TRUE;
}

/* Each is watched before it is listed, so that no folder is made between. */
gboolean watch_tree_add(WatchTree *tree, const char *path, gint64 owner, GError **error)
{
    g_autoptr(GPtrArray) waiting = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(waiting, g_strdup(path));
    while (waiting->len > 0) {
        g_autofree char *next = g_ptr_array_steal_index(waiting, waiting->len - 1);
        if (!add_one(tree, next, owner, error)) {
            return FALSE;
        }
        push_folders(next, waiting);
    }
    return TRUE;
}

static gboolean lies_in(const char *path, const char *folder)
{
    gsize length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

void watch_tree_remove(WatchTree *tree, const char *path)
{
    GHashTableIter iter;
    gpointer number, value;
    g_hash_table_iter_init(&iter, tree->watched);
    while (g_hash_table_iter_next(&iter, &number, &value)) {
        if (lies_in(((Watched *)value)->path, path)) {
            inotify_rm_watch(tree->fd, GPOINTER_TO_INT(number));
            g_hash_table_iter_remove(&iter);
        }
    }
}

gboolean watch_tree_has(const WatchTree *tree, const char *path)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, tree->watched);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (strcmp(((Watched *)value)->path, path) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Events */

static WatchKind kind_of(guint32 mask)
{
    if (mask & IN_ISDIR) {
        return mask & (IN_CREATE | IN_MOVED_TO) ? WATCH_FOLDER_CAME : WATCH_FOLDER_WENT;
    }
    return mask & (IN_CREATE | IN_MODIFY) ? WATCH_FILE_WRITES : WATCH_FILE_CHANGED;
}

static void tell(WatchTree *tree, const struct inotify_event *happened, WatchEvent event,
                 gpointer data)
{
    if (happened->mask & IN_Q_OVERFLOW) {
        event(WATCH_OVERFLOW, 0, NULL, NULL, data);
        return;
    }
    gpointer number = GINT_TO_POINTER(happened->wd);
    const Watched *watched = g_hash_table_lookup(tree->watched, number);
    if (!watched) {
        return; /* of a folder that was forgotten meanwhile */
    }
    if (happened->mask & IN_IGNORED) { /* deleted or unmounted */
        g_hash_table_remove(tree->watched, number);
    } else if (happened->len > 0 && (happened->mask & EVENTS)) {
        /* What is told may forget the folder. */
        g_autofree char *folder = g_strdup(watched->path);
        event(kind_of(happened->mask), watched->owner, folder, happened->name, data);
    }
}

void watch_tree_read(WatchTree *tree, WatchEvent event, gpointer data)
{
    _Alignas(struct inotify_event) char buffer[16384];
    ssize_t length;
    while ((length = read(tree->fd, buffer, sizeof buffer)) > 0) {
        const char *end = buffer + length;
        for (const char *at = buffer; at < end;) {
            const struct inotify_event *happened = (const void *)at;
            tell(tree, happened, event, data);
            at += sizeof *happened + happened->len;
        }
    }
}
