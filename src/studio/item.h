/* Items: photos in a dataset, and how far the work on each is in the primary project. In the
 * caller's transaction, as studio/dataset.h says.
 *
 * An item is found by whoever finds its dataset; its picture's bytes need a grant
 * (access_grant_item, library/grant.h). An item whose photo was deleted for good stays, with what
 * was drawn on it, and has its photo again when the same content comes into the library. */
#pragma once

#include "base/hash.h"
#include "studio/dataset.h"

typedef enum { ITEM_NEW, ITEM_ANNOTATE, ITEM_REVIEW, ITEM_COMPLETE, ITEM_STATUSES } ItemStatus;
const char *item_status_name(ItemStatus status); /* "new", "annotate", "review", "complete" */
gboolean item_status_from_name(const char *name, ItemStatus *ret_status);

typedef enum { SPLIT_NONE, SPLIT_TRAIN, SPLIT_VAL, SPLIT_TEST, SPLITS } Split;
const char *split_name(Split split);                          /* NULL, "train", "val", "test" */
gboolean split_from_name(const char *name, Split *ret_split); /* NULL and "": none */

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    gint64 dataset_id, project_id, directory_id;
    char dataset_uuid[UUID_CHARS + 1];
    char *directory, *filename;
    gint64 photo_id;     /* 0: it is not in the library now */
    gboolean is_missing; /* its file cannot be had: gone, in the trash, on a disk that is away */
    gboolean is_changed; /* the file has another content than the one that was drawn on */
    ContentHash content_hash;
    char *format; /* media_format_name */
    gint64 file_bytes, width, height;
    char **tags;                                /* never NULL */
    gint64 archived_ms, created_ms, changed_ms; /* the last: of the work on it */
    ItemStatus status;
    gboolean is_reviewed;
    char *review_note, *annotator; /* NULL: none */
    Split split;
    gint64 revision, annotation_count, proposal_count;
    double min_confidence; /* NaN: no shapes */
} Item;
void item_free(Item *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Item, item_free)

/* Of a dataset that the viewer finds; archived ones too. NOT_FOUND. */
Item *item_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error);
/* By "directory/filename" without a slash at the start; then by UUID. Archived ones too. */
Item *item_find_by_path(StoreTx *tx, const Dataset *dataset, const char *path, GError **error);

typedef enum { ITEM_NEWEST, ITEM_BY_PATH, ITEM_BY_CHANGE, ITEM_BY_CONFIDENCE } ItemOrder;
typedef enum { ITEM_IN_USE, ITEM_ARCHIVED, ITEM_ANY } ItemArchived;

/* What items must match, all of it. Texts are borrowed; NULL, 0 or NaN is no condition. */
typedef struct {
    const char *directory;  /* right in it */
    const char *beneath;    /* in it or beneath it */
    const char *filename;   /* equals */
    const char *search;     /* a part of directory and filename, any case */
    const char *status;     /* a name, or several by commas */
    const char *split;      /* a name, or "none" */
    const char *class_name; /* has a shape of it */
    const char *annotator;  /* username */
    const char *tag;
    double confidence_below; /* min_confidence is less */
    gboolean has_proposals, has_annotations, is_empty;
    ItemArchived archived;
    ItemOrder order;
} ItemFilter;

/* Of Item; `ret_total` (may be NULL) without the page. */
GPtrArray *item_list(StoreTx *tx, const Dataset *dataset, const ItemFilter *filter, gint64 offset,
                     gint64 limit, gint64 *ret_total, GError **error);
/* The UUIDs of all that match, in order, at most LIMIT_ITEMS_PER_REQUEST; of char *. */
GPtrArray *item_uuids(StoreTx *tx, const Dataset *dataset, const ItemFilter *filter,
                      GError **error);

/* Puts photos that `viewer` sees into a directory (clean path), under their own names, or
 * "NAME-1.jpg" and so on where that is taken; those that are in the dataset already are passed
 * over. NOT_FOUND when one is not seen, TOO_LARGE beyond LIMIT_ITEMS_PER_DATASET. `ret_items` (may
 * be NULL): the new ones' ids, of gint64. */
gboolean item_add(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                  const char *directory, const gint64 *photo_ids, gsize count, gint64 *ret_added,
                  GArray **ret_items, GError **error);
/* One photo under this very name, by what was uploaded: CONFLICT when the name is taken there. The
 * same photo may then stand in a dataset more than once. The caller answers for that `viewer` may
 * have the photo: it sent its bytes. */
gboolean item_add_named(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                        const char *directory, const char *filename, gint64 photo_id,
                        gint64 *ret_item_id, GError **error);

/* What becomes of many at once; ids are row ids of this dataset's items. */
gboolean item_set_status(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                         const gint64 *ids, gsize count, ItemStatus status, GError **error);
/* A reviewer's word: complete, or back to annotate, with a note (NULL: none). */
gboolean item_review(StoreTx *tx, const Principal *viewer, const Dataset *dataset, gint64 id,
                     gboolean approved, const char *note, GError **error);
gboolean item_set_split(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                        Split split, GError **error);
gboolean item_set_tags(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                       const char *const *tags, gboolean add, GError **error);
gboolean item_set_archived(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                           gboolean archived, GError **error);
/* With what was drawn on them; the photos stay in the library. */
gboolean item_delete(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                     GError **error);
/* To another directory; where a name is taken the moved one becomes "NAME-1.jpg". */
gboolean item_move(StoreTx *tx, const Principal *viewer, const Dataset *dataset, const gint64 *ids,
                   gsize count, const char *directory, gint64 *ret_renamed, GError **error);
/* Another name in its directory, as directory_clean_filename makes it: CONFLICT, INVALID. */
gboolean item_rename(StoreTx *tx, const Dataset *dataset, gint64 id, const char *filename,
                     GError **error);
typedef enum { COPY_RENAME, COPY_SKIP, COPY_OVERWRITE } CopyCollision;
/* The same photos once more, with what was drawn on them or without; "NAME-2.jpg" where a name is
 * taken and COPY_RENAME. */
gboolean item_copy(StoreTx *tx, const Principal *viewer, const Dataset *dataset, const gint64 *ids,
                   gsize count, const char *directory, CopyCollision collision,
                   gboolean with_annotations, gint64 *ret_copied, gint64 *ret_renamed,
                   GError **error);
/* Row ids from UUIDs, each once and in their order: those that are not of the dataset are left out,
 * and their places in `uuids` go to `ret_unknown` (of guint; may be NULL). Of gint64. */
GArray *item_ids(StoreTx *tx, const Dataset *dataset, const char *const *uuids,
                 GArray **ret_unknown, GError **error);
/* Same photos again for items that lost theirs, by content. */
gboolean item_relink(StoreTx *tx, gint64 dataset_id, GError **error);
