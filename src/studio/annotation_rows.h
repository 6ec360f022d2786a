/* Private to studio/: rows of annotation and annotation_revision, and what project_item tells of
 * them. In the caller's transaction. */
#pragma once

#include "studio/annotations.h"

/* How an item stands in a project; all 0 where there is no row yet. */
typedef struct {
    gint64 revision, saved_ms, saved_by; /* 0: nobody */
    gint64 annotation_count;
    ItemStatus status;
} ItemWork;
gboolean item_work_get(StoreTx *tx, gint64 project_id, gint64 item_id, ItemWork *ret_work,
                       GError **error);
/* The next revision, saved now by the viewer. The replaced one is kept in the history with its
 * `shapes`, unless nobody ever saved any. */
gboolean item_work_advance(StoreTx *tx, const Principal *viewer, gint64 project_id, gint64 item_id,
                           const ItemWork *work, const GPtrArray *shapes, GError **error);
/* The same for an account (0: nobody in particular), of whom no principal is at hand. */
gboolean item_work_advance_by(StoreTx *tx, gint64 account, gint64 project_id, gint64 item_id,
                              const ItemWork *work, const GPtrArray *shapes, GError **error);
/* What project_item counts of the shapes, anew; the tally is the caller's. */
gboolean item_work_recount(StoreTx *tx, gint64 project_id, gint64 item_id, GError **error);

/* The columns of a Shape in their order, of table annotation. */
#define SHAPE_COLUMNS                                                                              \
    "uid, kind, name, x, y, w, h, geometry, confidence, source, model, is_proposed, instance_id, " \
    "attributes, answers, author"
/* Those that stand. */
#define SHAPE_STANDS "is_proposed = 0 AND kind <> 'tag'"
/* Of a row that has SHAPE_COLUMNS from column `first` on. CORRUPT. */
Shape *annotation_rows_read(const StoreStatement *row, int first, GError **error);
/* Writes the shapes in their order, from `position` on. */
gboolean annotation_rows_insert(StoreTx *tx, gint64 project_id, gint64 item_id,
                                const GPtrArray *shapes, guint position, GError **error);
/* Instead of all there are. */
gboolean annotation_rows_replace(StoreTx *tx, gint64 project_id, gint64 item_id,
                                 const GPtrArray *shapes, GError **error);
