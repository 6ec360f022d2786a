/* Private to jobs/: inotify(7) over folders and all beneath them. One thread. Paths are absolute,
 * as bytes. */
#pragma once

#include "base/error.h"

typedef struct WatchTree WatchTree;

/* UNAVAILABLE when the kernel gives no more of them. */
WatchTree *watch_tree_new(GError **error);
void watch_tree_free(WatchTree *tree);

/* Readable when something happened. */
int watch_tree_descriptor(const WatchTree *tree);

/* Watches the folder and what lies beneath it, for `owner`; folders that a walk passes over are not
 * watched, nor are those that cannot be read. UNAVAILABLE when there are no more watches: then
 * those made stay. */
gboolean watch_tree_add(WatchTree *tree, const char *path, gint64 owner, GError **error);
/* Forgets the folder and what lies beneath it. */
void watch_tree_remove(WatchTree *tree, const char *path);
gboolean watch_tree_has(const WatchTree *tree, const char *path);

typedef enum {
    WATCH_OVERFLOW,    /* events were lost: anything may have happened */
    WATCH_FOLDER_CAME, /* a folder was made or moved here */
    WATCH_FOLDER_WENT, /* deleted or moved away */
    WATCH_FILE_WRITES, /* it is being written */
    WATCH_FILE_CHANGED /* it is complete, came or went */
} WatchKind;

/* `folder` holds `name`; both NULL for an overflow. */
typedef void (*WatchEvent)(WatchKind kind, gint64 owner, const char *folder, const char *name,
                           gpointer data);

/* Tells what happened since. */
void watch_tree_read(WatchTree *tree, WatchEvent event, gpointer data);
