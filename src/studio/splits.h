/* Parting a dataset's items into train, val and test. Items that show the same moment or the same
 * people are kept together, so that a model is not tested on what it was trained on. */
#pragma once

#include "studio/item.h"

/* What stays together. Each holds for the one before it too: bursts hold copies. */
typedef enum {
    SPLIT_BY_IMAGE,  /* copies alone: the same content */
    SPLIT_BY_BURST,  /* taken within two seconds by one camera, or stacked */
    SPLIT_BY_PERSON, /* and all that share a person */
    SPLIT_BY_FOLDER, /* a directory of the dataset */
} SplitGrouping;
const char *split_grouping_name(SplitGrouping grouping); /* "image", "burst", "person", "folder" */
gboolean split_grouping_from_name(const char *name, SplitGrouping *ret_grouping);

typedef struct {
    int train, val, test; /* percent, together 100 */
    gint64 seed;
    SplitGrouping grouping;
} SplitRule;

/* The split of each of `count` items (ids), the same for the same seed and items on any machine and
 * database. By images, val and test have the floor of their share and train the rest; groups come
 * as near as they can. `ret_splits`: `count` of them, the caller's. */
Split *splits_plan(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                   const SplitRule *rule, GError **error);
/* Plans and writes it for all items in use; `ret_counts` by Split. */
gboolean splits_assign(StoreTx *tx, const Dataset *dataset, const SplitRule *rule,
                       gint64 ret_counts[SPLITS], GError **error);
