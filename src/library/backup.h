/* Backups: the whole library in one file, made while it is in use, proven after it was written, and
 * restored into either database. docs/internals/safety.md tells what is in it.
 *
 * The rows are those of one moment. Whatever lies in the data folder alone is in it (the trash,
 * uploads, settings); originals in source folders only when asked for, and thumbnails, which can be
 * made again, likewise. Passwords' hashes and the secret that signs sessions are in it, so the file
 * has mode 0600. */
#pragma once

#include "library/library.h"

typedef struct {
    const char *program; /* version of it */
    gboolean originals;
    gboolean thumbnails;
} BackupOptions;

typedef struct {
    gint64 rows, files, bytes; /* of files */
    gint64 passed_over;        /* originals that are shown and were not there */
} BackupCounts;

/* Writes beside `path`, proves it, and gives it its name: all or nothing. CONFLICT when there is a
 * file of that name. */
gboolean backup_write(Library *library, const BackupOptions *options, const char *path,
                      BackupCounts *ret_counts, GError **error);

/* Reads all of it; CORRUPT with the name of what is altered or cut off. */
gboolean backup_verify(const char *path, BackupCounts *ret_counts, GError **error);

typedef struct {
    const char *data_folder;
    const char *database_url; /* NULL: SQLite in the data folder */
    /* An empty or new folder: the originals in the backup go there, and the library looks for them
     * there. NULL: they are passed over, and looked for where they were. */
    const char *originals_folder;
    gboolean force; /* a data folder that is in use is set aside, under another name */
} RestoreOptions;

/* Proves the backup first; then makes the library beside its place and gives it its name. CONFLICT
 * when there is a library already. ret_set_aside (owned by the caller) is where the old data folder
 * went, or NULL. */
gboolean backup_restore(const char *path, const RestoreOptions *options, BackupCounts *ret_counts,
                        char **ret_set_aside, GError **error);
