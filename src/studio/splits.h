/* Parting a dataset's items into train, val and test. Items that show the same moment or the same
 * people are kept together, so that a model is not tested on what it was trained on. */
#pragma once

#include "studio/item.h"

/* What stays together. */
typedef enum {
    SPLIT_BY_IMAGE,  /* copies: the same content; they do in all that follow too */
    SPLIT_BY_BURST,  /* and what one camera took within two seconds of each other, or is stacked */
    SPLIT_BY_PERSON, /* and all that share a person */
    SPLIT_BY_FOLDER, /* copies, and each directory of the dataset */
} SplitGrouping;
const char *split_grouping_name(SplitGrouping grouping); /* "image", "burst", "person", "folder" */
gboolean split_grouping_from_name(const char *name, SplitGrouping *ret_grouping);

typedef struct {
    int train, val, test; /* percent, together 100 */
    gint64 seed;
    SplitGrouping grouping;
} SplitRule;

/* The split of each of `count` items (ids), the same for the same seed and items (by their paths)
 * on any machine and database. INVALID for shares that make no 100. By images, val and test have
 * the floor of their share and train the rest; groups come as near as they can. `ret_splits`:
 * `count` of them, the caller's. */
Split *splits_plan(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                   const SplitRule *rule, GError **error);
/* Plans and writes it for all items in use; `ret_counts` by Split. */
gboolean splits_assign(StoreTx *tx, const Dataset *dataset, const SplitRule *rule,
                       gint64 ret_counts[SPLITS], GError **error);
