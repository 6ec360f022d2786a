/* The shapes of an item: read, saved as a whole set with optimistic locking, kept in a history.
 * In the caller's transaction, as studio/dataset.h says. */
#pragma once

#include "studio/classes.h"
#include "studio/item.h"

typedef enum {
    ANNOTATIONS_ALL,
    ANNOTATIONS_STANDING, /* neither proposed nor tags: what the first dialect calls annotations */
} AnnotationsWhich;

/* In their order; of Shape. */
GPtrArray *annotations_load(StoreTx *tx, gint64 project_id, gint64 item_id, AnnotationsWhich which,
                            GError **error);

#define ANNOTATIONS_ANY_REVISION (-1)

typedef struct {
    AnnotationsWhich which; /* what the set replaces; the rest stays */
    gint64 expected; /* CONFLICT unless it is the item's revision; ANNOTATIONS_ANY_REVISION */
    gboolean drawn;  /* shape_check_drawn, not only shape_check */
    gboolean keep_unchanged; /* a set like the one there is makes no revision */
    gint64 time_spent_ms;    /* by whoever drew it; added to the item's */
} AnnotationsSave;

typedef struct {
    gint64 revision, previous_count, new_count; /* of shapes that stand */
    ItemStatus status;
} AnnotationsSaved;

/* Replaces them all or nothing. Checks every shape, that no uid comes twice, and the class policy:
 * `*ret_problem` (may be NULL) tells which shape an INVALID is about. The policy open gives a new
 * name a class of the shape's kind with a colour of its own.
 *
 * The shapes are the caller's and are filled in: a uid, an author for those that are new and made
 * by hand, and what a client could not tell of a shape that it had from us. For ANNOTATIONS_ALL
 * that is whether its box was given; for ANNOTATIONS_STANDING its source, model and answers. What
 * was there before and has not moved is not checked as drawn, and keeps a name whose class was
 * taken off the list. TOO_LARGE beyond LIMIT_SHAPES_PER_ITEM and LIMIT_SHAPES_PACKED_BYTES.
 *
 * Every set that is replaced goes into the history; no two saves become one. Of more than
 * LIMIT_REVISIONS_PER_ITEM the oldest step goes: a state that the same person's next save followed
 * within five minutes; where there is none, the oldest state. An item that is 'new' becomes
 * 'annotate' by a save that is `drawn`; else its status stays. */
typedef struct {
    int index;          /* of the shape; -1: of the set */
    char *field;        /* of it; NULL: it as a whole; the caller's */
    gboolean by_policy; /* the class is not the project's */
} AnnotationsProblem;
gboolean annotations_save(StoreTx *tx, const Principal *viewer, const Item *item,
                          const GPtrArray *shapes, const AnnotationsSave *how,
                          AnnotationsSaved *ret_saved, AnnotationsProblem *ret_problem,
                          GError **error);

typedef struct {
    gint64 revision, saved_ms, annotation_count;
    char *author; /* display name; NULL: nobody any more */
} AnnotationsRevision;
void annotations_revision_free(AnnotationsRevision *revision);

/* The newest first, the one that stands included; of AnnotationsRevision. */
GPtrArray *annotations_history(StoreTx *tx, const Item *item, GError **error);
/* As they were; of Shape. NOT_FOUND. */
GPtrArray *annotations_at(StoreTx *tx, const Item *item, gint64 revision, GError **error);
/* Saves what they were as a new revision. */
gboolean annotations_restore(StoreTx *tx, const Principal *viewer, const Item *item,
                             gint64 revision, gint64 expected, AnnotationsSaved *ret_saved,
                             GError **error);

/* Writes counts and confidence of an item anew: after rows of its shapes were written otherwise
 * than by annotations_save (imports, class operations). */
gboolean annotations_recount(StoreTx *tx, gint64 project_id, gint64 item_id, GError **error);

/* All items of a project with their shapes, in the order of directory and filename: what exports,
 * versions and insights read. Some hundred items and some thousand shapes are in memory at a time;
 * other queries may be run between, also those that write what was given. */
typedef struct AnnotationsWalk AnnotationsWalk;
typedef struct {
    const Dataset *dataset;
    const char *status; /* NULL: any */
    gboolean archived;  /* these too */
    AnnotationsWhich which;
    const GArray *items; /* of gint64: these of its items alone, in this order, whatever their
                            status; NULL */
} AnnotationsWalkOptions;
AnnotationsWalk *annotations_walk(StoreTx *tx, const AnnotationsWalkOptions *options,
                                  GError **error);
/* FALSE at the end and on error. What is given lives until the next call. */
gboolean annotations_walk_next(AnnotationsWalk *walk, const Item **ret_item,
                               const GPtrArray **ret_shapes, GError **error);
void annotations_walk_free(AnnotationsWalk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AnnotationsWalk, annotations_walk_free)
