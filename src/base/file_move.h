/* Moving files between open folders: at every moment, whatever is killed and whatever loses its
 * power, the bytes are whole in one of two places. No link is followed and nothing is replaced. */
#pragma once

#include "base/error.h"
#include "base/hash.h"

/* Renames within a file system, and syncs both folders. CONFLICT when something has the new name
 * already. When the folders lie on two file systems, FALSE with *ret_apart set and no error. */
gboolean file_rename(int from_folder, const char *from, int to_folder, const char *to,
                     gboolean *ret_apart, GError **error);

/* A new file of the same bytes, time and permissions, synced, then read again from the disk and
 * compared with the first by hash. On failure it is removed. CONFLICT when something has the name.
 */
gboolean file_copy_proven(int from_folder, const char *from, int to_folder, const char *to,
                          GError **error);

/* Removes a file and syncs its folder. TRUE also when there is none. */
gboolean file_remove(int folder, const char *name, GError **error);

/* Whether a regular file of this name is there, no link. */
gboolean file_is_there(int folder, const char *name);

/* Whether the file is there and has this hash. FALSE also when it cannot be read. */
gboolean file_has_hash(int folder, const char *name, const ContentHash *hash);
