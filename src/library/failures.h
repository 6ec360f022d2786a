/* Files that could not be read, and folders, and why. */
#pragma once

#include "library/access.h"
#include "store/store.h"

typedef struct {
    char *path; /* base/path_text.h */
    char *name;
    char *code;   /* albumen_error_name */
    char *reason; /* for a person */
    gint64 file_bytes;
    gint64 failed_ms;
} Failure;

void failure_free(Failure *failure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Failure, failure_free)

/* Up to `limit` of them by path, from the one after `after` (NULL: the first). Of Failure. */
GPtrArray *failure_list(StoreTx *tx, const Principal *viewer, const char *after, gint64 limit,
                        GError **error);

/* How many there are; -1 on error. */
gint64 failure_count(StoreTx *tx, const Principal *viewer, GError **error);
