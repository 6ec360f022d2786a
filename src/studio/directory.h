/* Directories of a dataset: names that items lie under. Paths are "/" or "/a/b". In the caller's
 * transaction, as studio/dataset.h says. */
#pragma once

#include "studio/dataset.h"

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    gint64 parent_id;  /* 0: the root */
    char *parent_uuid; /* NULL: lies at the top */
    char *name, *path;
    gint64 image_count;  /* right in it, not archived */
    gint64 nested_count; /* and in all beneath it */
    char *author;        /* NULL */
    gint64 created_ms, changed_ms;
} Directory;
void directory_free(Directory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Directory, directory_free)

/* "a/b", "/a/b/", "" or "/" as "/a/b" and "/". INVALID for parts that are empty, "." or "..", have
 * control characters, are too long, or too many. The caller's. */
char *directory_clean_path(const char *path, GError **error);
/* A file's name for an item: separators and control characters are taken out; INVALID when nothing
 * is left, or "." or "..". Always the same for the same text. The caller's. */
char *directory_clean_filename(const char *name, GError **error);

/* All but the root, by path; of Directory. */
GPtrArray *directory_list(StoreTx *tx, const Dataset *dataset, GError **error);
/* NOT_FOUND. A clean path. */
Directory *directory_find(StoreTx *tx, const Dataset *dataset, const char *path, GError **error);
/* The directory of this clean path, made with those above it when missing. */
gboolean directory_make(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                        const char *path, gint64 *ret_id, GError **error);
/* One part; what lies in it follows. CONFLICT when a sibling has the name. */
gboolean directory_rename(StoreTx *tx, const Dataset *dataset, const Directory *directory,
                          const char *name, GError **error);
/* Without `cascade` only an empty one; with it the items move up. INVALID when it cannot be: with
 * directories beneath it never. */
gboolean directory_delete(StoreTx *tx, const Dataset *dataset, const Directory *directory,
                          gboolean cascade, gint64 *ret_moved, GError **error);

typedef struct {
    gint64 directories, images, bytes;
    gint64 by_status[4]; /* items, by ItemStatus */
} DirectoryStats;
gboolean directory_stats(StoreTx *tx, const Dataset *dataset, const Directory *directory,
                         gboolean nested, DirectoryStats *ret_stats, GError **error);
