/* Numbers about a dataset: items in use and the shapes that stand on them. */
#pragma once

#include "studio/annotations.h"

#define INSIGHTS_DENSITIES 7 /* 0, 1-2, 3-5, 6-10, 11-20, 21-50, 51+ shapes */

typedef struct {
    char *name;
    gint64 annotations, images;
} InsightsClass;
typedef struct {
    gint64 width, height, count;
} InsightsSize;

typedef struct {
    gint64 images, annotations, annotated, bytes;
    gint64 status[ITEM_STATUSES];
    gint64 kinds[SHAPE_KINDS + 1]; /* by ShapeKind */
    gint64 density[INSIGHTS_DENSITIES];
    GPtrArray *classes; /* of InsightsClass, by name */
    GArray *sizes;      /* of InsightsSize, the most frequent first, at most 200 */
    gint64 size_count;  /* distinct ones */
    gint64 min_width, max_width, min_height, max_height; /* 0: no items */
    double avg_width, avg_height;
    gint64 landscape, portrait, square;
    gint64 flagged;             /* items whose least confidence is below 1 */
    double lowest, avg_flagged; /* NaN: none flagged */
    gint64 confidence[4];       /* of these: below 0.5, 0.7, 0.9, 1 */
} Insights;
void insights_free(Insights *insights);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Insights, insights_free)

Insights *insights_of(StoreTx *tx, const Dataset *dataset, GError **error);
