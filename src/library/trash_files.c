#include "library/trash_files.h"

#include "base/beneath.h"
#include "base/file_move.h"
#include "base/ids.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOVING       ".moving"   /* in the photo's trash folder: the original's copy on its way */
#define HIDDEN       ".albumen-" /* in its own folder, likewise; scans pass over it */
#define SET_ASIDE    ".deleting-"
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Both ends, opened. */
typedef struct {
    const TrashFiles *files;
    int folder;       /* -1: it is gone */
    const char *name; /* of the original in it */
    int bin;          /* TRASH/UUID; -1: there is none */
} Ends;

static void close_ends(Ends *ends)
{
    if (ends->folder >= 0) {
        close(ends->folder);
    }
    if (ends->bin >= 0) {
        close(ends->bin);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ends, close_ends)

static DIR *list(int folder)
{
    int own = openat(folder, ".", FOLDER_FLAGS);
    DIR *entries = own >= 0 ? fdopendir(own) : NULL;
    if (!entries && own >= 0) {
        close(own);
    }
    return entries;
}

static gboolean is_empty(int folder)
{
    DIR *entries = list(folder);
    gboolean found = !entries;
    const struct dirent *entry = NULL;
    while (!found && (entry = readdir(entries))) {
        found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    if (entries) {
        closedir(entries);
    }
    return !found;
}

/* A file that is put into the empty mount point of a disk is gone when the disk is back. */
static gboolean check_mounted(const TrashFiles *files, int root, GError **error)
{
    struct stat info;
    if (!files->root_identity || fstat(root, &info) != 0) {
        return TRUE;
    }
    g_autofree char *now = beneath_identity(&info);
    if (strcmp(now, files->root_identity) == 0 || !is_empty(root)) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                        "The folder that it belongs to is empty, and is not the one that was "
                        "there: its disk may not be mounted");
    return FALSE;
}

static gboolean open_folder(Ends *ends, gboolean make, GError **error)
{
    int root = open(ends->files->source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        return error_set_errno(error, errno, "open the source folder");
    }
    if (!make || check_mounted(ends->files, root, error)) {
        ends->folder = beneath_open_parent(root, ends->files->relative, make, &ends->name, error);
    }
    close(root);
    return ends->folder >= 0;
}

static gboolean open_bin(Ends *ends, gboolean make, GError **error)
{
    const TrashFiles *files = ends->files;
    if (make && mkdirat(files->trash, files->uuid, 0700) != 0 && errno != EEXIST) {
        return error_set_errno(error, errno, "make a folder in the trash");
    }
    ends->bin = openat(files->trash, files->uuid, FOLDER_FLAGS);
    if (ends->bin < 0 || (make && fsync(files->trash) != 0)) {
        return error_set_errno(error, errno, "open the folder in the trash");
    }
    return TRUE;
}

/* Sidecars */

static char *stem_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? g_strndup(name, (gsize)(dot - name)) : g_strdup(name);
}

/* The same file: on another file system both may be there when a move was interrupted. */
static gboolean move_sidecar(int from_folder, const char *from, int to_folder, const char *to,
                             GError **error)
{
    gboolean apart = FALSE;
    g_autoptr(GError) failure = NULL;
    if (file_rename(from_folder, from, to_folder, to, &apart, &failure)) {
        return TRUE;
    }
    if (apart && file_copy_proven(from_folder, from, to_folder, to, &failure)) {
        return file_remove(from_folder, from, error);
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
        int fd = openat(to_folder, to, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        ContentHash hash;
        gboolean same =
            fd >= 0 && hash_file(fd, &hash, NULL, NULL) && file_has_hash(from_folder, from, &hash);
        if (fd >= 0) {
            close(fd);
        }
        if (same) {
            return file_remove(from_folder, from, error);
        }
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

static gboolean put_sidecars(const Ends *ends, GError **error)
{
    static const char *const endings[] = {".xmp", ".XMP"};
    g_autofree char *stem = stem_of(ends->name);
    const char *const bases[] = {ends->name, ends->files->takes_shared ? stem : NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(bases) * G_N_ELEMENTS(endings); i++) {
        const char *base = bases[i / G_N_ELEMENTS(endings)];
        g_autofree char *name =
            base ? g_strconcat(base, endings[i % G_N_ELEMENTS(endings)], NULL) : NULL;
        if (name && file_is_there(ends->folder, name) &&
            !move_sidecar(ends->folder, name, ends->bin, name, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* What the sidecar is called when the original came back under another name. */
static char *sidecar_name(const Ends *ends, const char *kept)
{
    const char *old = ends->files->kept_name;
    g_autofree char *old_stem = stem_of(old);
    g_autofree char *stem = stem_of(ends->name);
    if (strcmp(old, ends->name) == 0) {
        return g_strdup(kept);
    }
    if (g_str_has_prefix(kept, old)) {
        return g_strconcat(ends->name, kept + strlen(old), NULL);
    }
    if (g_str_has_prefix(kept, old_stem)) {
        return g_strconcat(stem, kept + strlen(old_stem), NULL);
    }
    return g_strdup(kept);
}

/* One whose place is taken keeps its bytes under another name. */
static gboolean take_sidecar_back(const Ends *ends, const char *kept, GError **error)
{
    g_autofree char *name = sidecar_name(ends, kept);
    g_autoptr(GError) failure = NULL;
    if (move_sidecar(ends->bin, kept, ends->folder, name, &failure)) {
        return TRUE;
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT)) {
        g_autofree char *other = g_strdup_printf("%s.%s", name, ends->files->uuid);
        return move_sidecar(ends->bin, kept, ends->folder, other, error);
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

static gboolean take_sidecars_back(const Ends *ends, GError **error)
{
    DIR *entries = list(ends->bin);
    if (!entries) {
        return error_set_errno(error, errno, "read the folder in the trash");
    }
    gboolean good = TRUE;
    const struct dirent *entry = NULL;
    while (good && (entry = readdir(entries))) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, ends->files->kept_name) != 0) {
            good = take_sidecar_back(ends, entry->d_name, error);
        }
    }
    closedir(entries);
    return good;
}

/* The original */

static gboolean put_original_apart(const Ends *ends, GError **error)
{
    const char *kept = ends->files->kept_name;
    gboolean apart = FALSE;
    return file_remove(ends->bin, MOVING, error) && /* half of one, from another time */
           file_copy_proven(ends->folder, ends->name, ends->bin, MOVING, error) &&
           file_remove(ends->folder, ends->name, error) &&
           file_rename(ends->bin, MOVING, ends->bin, kept, &apart, error);
}

static gboolean check_writable(const Ends *ends, GError **error)
{
    return faccessat(ends->folder, ".", W_OK, AT_EACCESS) == 0 ||
           error_set_errno(error, errno == EROFS ? EACCES : errno, "write to its folder");
}

static gboolean check_original(const Ends *ends, GError **error)
{
    if (file_is_there(ends->folder, ends->name)) {
        return TRUE;
    }
    gboolean link = faccessat(ends->folder, ends->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    g_set_error_literal(
        error, ALBUMEN_ERROR, link ? ALBUMEN_ERROR_FORBIDDEN : ALBUMEN_ERROR_NOT_FOUND,
        link ? "It is a link to a file that lies elsewhere" : "Its file is not there any more");
    return FALSE;
}

static gboolean put_original(const Ends *ends, GError **error)
{
    if (!check_original(ends, error)) {
        return FALSE;
    }
    gboolean apart = FALSE;
    return file_rename(ends->folder, ends->name, ends->bin, ends->files->kept_name, &apart,
                       error) ||
           (apart && put_original_apart(ends, error));
}

static gboolean take_original_back_apart(const Ends *ends, GError **error)
{
    const char *kept = ends->files->kept_name;
    g_autofree char *hidden = g_strconcat(HIDDEN, ends->files->uuid, NULL);
    gboolean apart = FALSE;
    if (!file_remove(ends->folder, hidden, error) ||
        !file_copy_proven(ends->bin, kept, ends->folder, hidden, error)) {
        return FALSE;
    }
    if (!file_rename(ends->bin, kept, ends->bin, MOVING, &apart, error)) {
        file_remove(ends->folder, hidden, NULL);
        return FALSE;
    }
    if (!file_rename(ends->folder, hidden, ends->folder, ends->name, &apart, error)) {
        file_rename(ends->bin, MOVING, ends->bin, kept, &apart, NULL);
        file_remove(ends->folder, hidden, NULL);
        return FALSE;
    }
    return file_remove(ends->bin, MOVING, error);
}

static gboolean take_original_back(const Ends *ends, GError **error)
{
    gboolean apart = FALSE;
    return file_rename(ends->bin, ends->files->kept_name, ends->folder, ends->name, &apart,
                       error) ||
           (apart && take_original_back_apart(ends, error));
}

/* Moves */

static gboolean put(const Ends *ends, GError **error)
{
    if (check_writable(ends, error) && put_sidecars(ends, error) && put_original(ends, error)) {
        return TRUE;
    }
    if (!file_is_there(ends->bin, ends->files->kept_name)) {
        take_sidecars_back(ends, NULL);
        if (file_is_there(ends->folder, ends->name)) {
            unlinkat(ends->bin, MOVING, 0);
        }
        unlinkat(ends->files->trash, ends->files->uuid, AT_REMOVEDIR); /* when it is empty */
    }
    return FALSE;
}

gboolean trash_files_check(const TrashFiles *files, GError **error)
{
    g_auto(Ends) ends = {files, -1, "", -1};
    return open_folder(&ends, FALSE, error) && check_original(&ends, error) &&
           check_writable(&ends, error);
}

gboolean trash_files_put(const TrashFiles *files, GError **error)
{
    g_auto(Ends) ends = {files, -1, "", -1};
    return open_folder(&ends, FALSE, error) && open_bin(&ends, TRUE, error) && put(&ends, error);
}

gboolean trash_files_take_back(const TrashFiles *files, GError **error)
{
    g_auto(Ends) ends = {files, -1, "", -1};
    if (!open_bin(&ends, FALSE, error) || !open_folder(&ends, TRUE, error) ||
        !take_original_back(&ends, error) || !take_sidecars_back(&ends, error)) {
        return FALSE;
    }
    unlinkat(files->trash, files->uuid, AT_REMOVEDIR);
    return TRUE;
}

gboolean trash_files_place_is_taken(const TrashFiles *files)
{
    g_auto(Ends) ends = {files, -1, "", -1};
    return open_folder(&ends, FALSE, NULL) &&
           faccessat(ends.folder, ends.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Without its name in the trash the original is where the move left it: in its folder as long as a
 * file of its content is there, else the copy is all there is, and proven. */
static TrashPlace settle_unfinished(const Ends *ends)
{
    const ContentHash *hash = ends->files->hash;
    gboolean apart = FALSE;
    if (ends->folder >= 0 && file_has_hash(ends->folder, ends->name, hash)) {
        unlinkat(ends->bin, MOVING, 0);
        return put(ends, NULL) ? TRASH_FINISHED : TRASH_UNDONE;
    }
    if (file_has_hash(ends->bin, MOVING, hash) &&
        file_rename(ends->bin, MOVING, ends->bin, ends->files->kept_name, &apart, NULL)) {
        return TRASH_FINISHED;
    }
    unlinkat(ends->files->trash, ends->files->uuid, AT_REMOVEDIR);
    /* Changed since it was read, and so no less somebody's. */
    gboolean changed = ends->folder >= 0 && file_is_there(ends->folder, ends->name);
    return changed ? TRASH_UNDONE : TRASH_GONE;
}

/* Whether what is not there is not there: its folder is, or the source that held it. */
static gboolean is_reachable(const TrashFiles *files)
{
    int root = open(files->source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean reachable = root >= 0 && check_mounted(files, root, NULL);
    if (root >= 0) {
        close(root);
    }
    return reachable;
}

TrashPlace trash_files_settle(const TrashFiles *files)
{
    g_auto(Ends) ends = {files, -1, "", -1};
    gboolean reachable = is_reachable(files);
    if (reachable) {
        open_folder(&ends, FALSE, NULL);
    }
    if (!open_bin(&ends, TRUE, NULL)) {
        return TRASH_UNKNOWN;
    }
    if (ends.folder >= 0) {
        g_autofree char *hidden = g_strconcat(HIDDEN, files->uuid, NULL);
        unlinkat(ends.folder, hidden, 0);
    }
    if (file_is_there(ends.bin, files->kept_name)) {
        unlinkat(ends.bin, MOVING, 0);
        return TRASH_SETTLED;
    }
    return reachable ? settle_unfinished(&ends) : TRASH_UNKNOWN;
}

/* Folders in the trash */

gboolean trash_folder_set_aside(int trash, const char *uuid, GError **error)
{
    g_autofree char *aside = g_strconcat(SET_ASIDE, uuid, NULL);
    if (renameat(trash, uuid, trash, aside) != 0 && errno != ENOENT) {
        return error_set_errno(error, errno, "take the photo out of the trash");
    }
    return fsync(trash) == 0 || error_set_errno(error, errno, "write the trash");
}

gboolean trash_folder_bring_back(int trash, const char *uuid, GError **error)
{
    g_autofree char *aside = g_strconcat(SET_ASIDE, uuid, NULL);
    if (renameat(trash, aside, trash, uuid) != 0) {
        return error_set_errno(error, errno, "keep the photo in the trash");
    }
    return fsync(trash) == 0 || error_set_errno(error, errno, "write the trash");
}

gboolean trash_folder_forget(int trash, const char *uuid, GError **error)
{
    g_autofree char *aside = g_strconcat(SET_ASIDE, uuid, NULL);
    int folder = openat(trash, aside, FOLDER_FLAGS);
    DIR *entries = folder >= 0 ? fdopendir(folder) : NULL;
    if (!entries) {
        return errno == ENOENT || error_set_errno(error, errno, "empty the trash");
    }
    const struct dirent *entry = NULL;
    while ((entry = readdir(entries))) {
        unlinkat(folder, entry->d_name, 0); /* "." and ".." refuse it */
    }
    closedir(entries);
    return unlinkat(trash, aside, AT_REMOVEDIR) == 0 ||
           error_set_errno(error, errno, "empty the trash");
}

gboolean trash_folder_each(int trash, TrashVisit visit, gpointer data, GError **error)
{
    DIR *entries = list(trash);
    if (!entries) {
        return error_set_errno(error, errno, "read the trash");
    }
    gboolean good = TRUE;
    const struct dirent *entry = NULL;
    while (good && (entry = readdir(entries))) {
        gboolean aside = g_str_has_prefix(entry->d_name, SET_ASIDE);
        const char *uuid = entry->d_name + (aside ? strlen(SET_ASIDE) : 0);
        good = !uuid_is_valid(uuid) || visit(uuid, aside, data, error);
    }
    closedir(entries);
    return good;
}

int trash_lock(int trash, GError **error)
{
    int lock = openat(trash, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    int status = -1;
    while (lock >= 0 && (status = flock(lock, LOCK_EX)) != 0 && errno == EINTR) {
    }
    if (status == 0) {
        return lock;
    }
    error_set_errno(error, errno, "lock the trash");
    if (lock >= 0) {
        close(lock);
    }
    return -1;
}
