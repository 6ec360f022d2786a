/* Walking a source folder: which files are there, folder by folder, and opening one of them.
 *
 * Everything is reached from the root's descriptor, one name at a time and without following links,
 * so that nothing outside the root is read, whatever is moved about meanwhile. Names are bytes as
 * the file system has them. Nothing is ever waited for: FIFOs, sockets and devices are not opened.
 *
 * Symbolic links: to a regular file, they count as that file if it lies beneath the same root; to a
 * folder, out of the root, or to nothing, they are passed over. */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct WalkRoot WalkRoot;

/* `path` is absolute; should it be a symbolic link itself, it is followed: whoever configures a
 * source may call it as they like. UNAVAILABLE when the folder is not there or cannot be read. */
WalkRoot *walk_root_open(const char *path, GError **error);
void walk_root_free(WalkRoot *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WalkRoot, walk_root_free)

/* Which folder it is, by the device and the number that the file system gave it; owned by the
 * caller. An empty mount point is another folder than what was mounted on it. */
char *walk_root_identity(const WalkRoot *root);
/* Whether its emptiness, or a file's absence from it, may be believed: it is the folder `identity`
 * names (NULL: not known), or something lies in it. */
gboolean walk_root_is_believable(const WalkRoot *root, const char *identity);

/* Opens a file for reading that a walk has found. `path` is relative to the root. NOT_FOUND when no
 * regular file is there any more, CONFLICT when it has another size or time by now; FORBIDDEN, IO.
 * -1 on failure. */
int walk_open_file(const WalkRoot *root, const char *path, gint64 size_bytes, gint64 mtime_ns,
                   GError **error);

/* CONFLICT when the open file has another size or time than it had. */
gboolean walk_check_file(int fd, gint64 size_bytes, gint64 mtime_ns, GError **error);

/* A regular file as it lies there. */
typedef struct {
    gint64 size_bytes;
    gint64 mtime_ns;
    guint64 device, number; /* the same for two names of one file */
} WalkLook;

typedef enum { WALK_UNKNOWN, WALK_GONE, WALK_THERE } WalkPresence;

/* Looks whether a regular file is at `path`, relative to the root. UNKNOWN when that cannot be
 * told: a folder on the way cannot be read. */
WalkPresence walk_look(const WalkRoot *root, const char *path, WalkLook *ret_look);

typedef struct {
    char *name;
    gint64 size_bytes;
    gint64 mtime_ns; /* since 1970 */
} WalkFile;

typedef struct {
    char *path;    /* relative to the root, "" for the root itself */
    GArray *files; /* of WalkFile, by the bytes of their names */
    guint folders; /* directly beneath, which the walk comes to later */
    GError *error; /* why the folder could not be read, or NULL. With an error there are no files,
                      and nothing is known of what lies in it or beneath it. */
} WalkFolder;

void walk_folder_free(WalkFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WalkFolder, walk_folder_free)

typedef struct Walk Walk;

/* Whether a folder of this name is passed over (see walk_new). */
gboolean walk_passes_over(const char *name);

/* `wanted` tells by its name whether a file is delivered; NULL takes all. Passed over in any case
 * are hidden folders, the ones that cameras' and servers' software keeps for itself ("@eaDir",
 * "PictoPy.thumbnails",
 * "#recycle", "lost+found"), and the companions "._NAME" that macOS leaves on foreign disks. */
Walk *walk_new(const WalkRoot *root, gboolean (*wanted)(const char *name));
/* The same from a folder on, `path` relative to the root; `alone`: that folder and none beneath it.
 * When the folder is not there, the one that comes has a NOT_FOUND error. */
Walk *walk_new_at(const WalkRoot *root, const char *path, gboolean alone,
                  gboolean (*wanted)(const char *name));
/* Passes over this folder and all beneath it; `path` relative to the root (may be NULL). Before the
 * first walk_next. */
void walk_leave_out(Walk *walk, const char *path);
void walk_free(Walk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Walk, walk_free)

/* The next folder, the caller's: first the root, then depth first, by the bytes of the names. NULL
 * without an error at the end. NULL with an error when the root itself cannot be read (UNAVAILABLE
 * when it is gone, as with a mount that vanishes): then nothing that was not delivered may be
 * thought deleted. An empty mount point cannot be told from an empty source; a caller that knew
 * files there should ask before it believes a root without files and folders. */
WalkFolder *walk_next(Walk *walk, GError **error);
