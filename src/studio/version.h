/* Versions: a dataset as it stood at one moment, frozen: pictures by their content, classes, shapes
 * and splits. Proposals that nobody accepted are no part of it. In the caller's transaction, as
 * studio/dataset.h says. */
#pragma once

#include "studio/annotations.h"
#include "studio/splits.h"

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    gint64 project_id, number;
    char *name, *note, *author; /* the last two NULL: none */
    char *split_rule;           /* JSON: {"train","val","test","seed","by"}; NULL */
    gint64 item_count, annotation_count;
    gint64 split_counts[SPLITS];
    ContentHash content_hash;
    gint64 created_ms;
} Version;
void version_free(Version *version);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Version, version_free)

typedef struct {
    const char *name;      /* NULL: "v3" */
    const char *note;      /* NULL */
    const SplitRule *rule; /* NULL: splits as the items have them */
} VersionNew;
/* INVALID for an empty dataset, CONFLICT for a name that is taken, TOO_LARGE beyond
 * LIMIT_VERSIONS_PER_DATASET. */
Version *version_create(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                        const VersionNew *values, GError **error);
GPtrArray *version_list(StoreTx *tx, const Dataset *dataset, GError **error); /* newest first */
/* Of a dataset that the viewer finds. `ret_dataset` (may be NULL): it. */
Version *version_find(StoreTx *tx, const Principal *viewer, const char *uuid, Dataset **ret_dataset,
                      GError **error);
/* With its exports. */
gboolean version_delete(StoreTx *tx, const Version *version, GError **error);

/* Its classes as they were; of AnnotationClass. */
GPtrArray *version_classes(StoreTx *tx, gint64 version_id, GError **error);
/* Its items from a position on, counted from 0, at most `limit`; of Item, without what only
 * the item that stands has (id, photo, revision). */
GPtrArray *version_items(StoreTx *tx, gint64 version_id, gint64 position, gint64 limit,
                         GError **error);

/* As annotations_walk: the items by directory and filename, with their shapes. */
typedef struct VersionWalk VersionWalk;
VersionWalk *version_walk(StoreTx *tx, gint64 version_id);
gboolean version_walk_next(VersionWalk *walk, const Item **ret_item, const GPtrArray **ret_shapes,
                           GError **error);
void version_walk_free(VersionWalk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VersionWalk, version_walk_free)
