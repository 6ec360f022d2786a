/* Files that somebody asked by name to have in the library, or by the folder they lie in: told of
 * from that moment on, though a scan reads them only after. A file that lies in no source gets one
 * for its folder to which the registered files of that folder alone belong (source.named_only).
 * Paths are texts (base/path_text.h). Each call runs in the caller's transaction. */
#pragma once

#include "library/access.h"
#include "store/store.h"

/* What a request names by this absolute path: a picture's file that the server can read, by its
 * name and the canonical path of its folder, both the caller's. INVALID when it is none or lies
 * among the library's own data, UNSUPPORTED when its name is no picture's. Touches the disk, so
 * outside of any transaction. */
gboolean registration_look(const char *path, const char *data_folder, char **ret_folder,
                           char **ret_name, GError **error);

/* Remembers the file FOLDER/NAME. After library_touch. */
gboolean registration_add(StoreTx *tx, const char *folder, const char *name, GError **error);

/* Shows the photo of that file again if somebody had removed it. After library_touch. */
gboolean registration_take_back(StoreTx *tx, const char *folder, const char *name, GError **error);

/* The source that a file of this folder belongs to: the one that holds the folder, else one for its
 * registered files alone. What was shown of the folder when its source was taken out stays out.
 * After library_touch. */
gboolean registration_source(StoreTx *tx, const char *folder, gint64 *ret_source_id,
                             GError **error);

/* The names of a folder's registered files, a set. Reads only. */
GHashTable *registration_names(StoreTx *tx, const char *folder, GError **error);

/* Appends the paths of those that are not read yet and that `viewer` may know of, the first
 * registered first, then by path; `paths` is of char *. They are only told of while a scan waits or
 * runs: what it did not find by its end is not there. Reads only. */
gboolean registration_add_unread(StoreTx *tx, const Principal *viewer, GPtrArray *paths,
                                 GError **error);

/* Of each source's registered files, while a scan waits or runs. */
typedef struct {
    gint64 total, read;
} RegistrationProgress;

/* One for each of `sources` (of Source), in their order; the caller's. Reads only. */
RegistrationProgress *registration_progress(StoreTx *tx, const GPtrArray *sources, GError **error);

/* Forgets what was read, or was not found by a scan, where the source does not need it. */
gboolean registration_tidy(StoreTx *tx, GError **error);
