/* Private to library/trash.c: the files of one photo, in its folder or in the trash, and the moves
 * between. Knows no rows.
 *
 * A photo in the trash has a folder of its own there, TRASH/UUID, with the original under the name
 * it had and its XMP sidecars beside it. The original is moved last into the trash and first out of
 * it, by one rename where both lie on one file system. Elsewhere a copy is made and proven first:
 *
 *     into the trash    copy to TRASH/UUID/.moving, remove the original, .moving gets its name
 *     out of the trash  copy to FOLDER/.albumen-UUID, the one in the trash becomes .moving,
 *                       the copy gets its name, remove .moving
 *
 * So the original's own name in the trash means that it is settled there, and whatever else is
 * found can be told from what is there and what is not: trash_files_settle(). */
#pragma once

#include "base/hash.h"

typedef struct {
    int trash;             /* the open trash folder */
    const char *uuid;      /* of the photo */
    const char *kept_name; /* bytes: the original's name in the trash */
    const char *source;    /* bytes: the source's folder */
    /* "DEVICE:INODE" of it when it was last scanned (jobs/walk.h); NULL: not known */
    const char *root_identity;
    const char *relative;    /* bytes: where the original belongs, beneath it */
    const ContentHash *hash; /* of the original */
    gboolean takes_shared;   /* STEM.xmp goes along: no other shown photo has that stem */
} TrashFiles;

/* Whether trash_files_put may succeed, with its errors. */
gboolean trash_files_check(const TrashFiles *files, GError **error);

/* Folder to trash. FORBIDDEN when the folder cannot be written or the original is a link, NOT_FOUND
 * when it is gone; then all is as before, but for what only a later settling puts right. */
gboolean trash_files_put(const TrashFiles *files, GError **error);

/* Trash to folder, which is made again when it is missing. CONFLICT when the place is taken,
 * UNAVAILABLE when the source is but the empty mount point of its disk. */
gboolean trash_files_take_back(const TrashFiles *files, GError **error);

/* Whether anything lies where the original belongs. */
gboolean trash_files_place_is_taken(const TrashFiles *files);

typedef enum {
    TRASH_SETTLED,  /* it was in the trash, whole */
    TRASH_FINISHED, /* it is now */
    TRASH_UNDONE,   /* it is in its folder, from where it cannot be moved */
    TRASH_GONE,     /* it is in neither */
    TRASH_UNKNOWN,  /* it is not in the trash, and its folder cannot be reached */
} TrashPlace;

/* Ends a move that was interrupted at any moment, towards the trash. */
TrashPlace trash_files_settle(const TrashFiles *files);

/* Deleting for good: first set aside, so that it may still come back; then forgotten. */
gboolean trash_folder_set_aside(int trash, const char *uuid, GError **error);
gboolean trash_folder_bring_back(int trash, const char *uuid, GError **error);
gboolean trash_folder_forget(int trash, const char *uuid, GError **error);

/* Every folder in the trash; `set_aside` for those that were. Stops and fails when `visit` fails.
 */
typedef gboolean (*TrashVisit)(const char *uuid, gboolean set_aside, gpointer data, GError **error);
gboolean trash_folder_each(int trash, TrashVisit visit, gpointer data, GError **error);

/* Waits until no other thread or process moves anything in or out of the trash; it is held until
 * the descriptor is closed. -1 on error. */
int trash_lock(int trash, GError **error);
