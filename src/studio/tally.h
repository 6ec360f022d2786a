/* What a dataset counts, kept up to date as it changes: the rows of project_tally are changes, and
 * their sum is what there is. Nothing is counted anew to show a list of datasets.
 *
 * Whoever changes items, or rows of project_item, takes what the items count for off before, and
 * adds what they count for after:
 *
 *     tally_take_off(tx, dataset_id, &item_id, 1, error) &&
 *         ... the change ... &&
 *         tally_add(tx, dataset_id, &item_id, 1, error)
 *
 * Rows are only ever added, so that a thousand changes of one transaction do not write one row a
 * thousand times; dataset_touch folds them into one. In the caller's transaction, after
 * dataset_touch. */
#pragma once

#include "store/store.h"

gboolean tally_take_off(StoreTx *tx, gint64 dataset_id, const gint64 *item_ids, gsize count,
                        GError **error);
gboolean tally_add(StoreTx *tx, gint64 dataset_id, const gint64 *item_ids, gsize count,
                   GError **error);
/* Counts everything of a dataset anew: after a change of most of it. */
gboolean tally_recount(StoreTx *tx, gint64 dataset_id, GError **error);
/* Makes one row of a project's many. */
gboolean tally_fold(StoreTx *tx, gint64 dataset_id, GError **error);

/* The sums, for a query that groups rows of project_tally by project_id; the
 * order is that of project_tally's columns. */
#define TALLY_SUMS                                                                                 \
    "CAST(sum(new_items) AS BIGINT), CAST(sum(annotate_items) AS BIGINT), "                        \
    "CAST(sum(review_items) AS BIGINT), CAST(sum(complete_items) AS BIGINT), "                     \
    "CAST(sum(archived_items) AS BIGINT), CAST(sum(annotations) AS BIGINT), "                      \
    "CAST(sum(proposals) AS BIGINT), CAST(sum(total_bytes) AS BIGINT)"
