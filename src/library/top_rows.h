/* Private to library/: the first few of many rows, without sorting the rest. */
#pragma once

#include "library/catalog.h"

/* Less than 0 when `a` comes before `b`; of two rows never 0. */
typedef int (*RowOrder)(const CatalogView *view, guint32 a, guint32 b);

/* By the path: also what tells the best photo of many until there are scores. */
int row_order_path(const CatalogView *view, guint32 a, guint32 b);
int row_order_taken(const CatalogView *view, guint32 a, guint32 b);
int row_order_name(const CatalogView *view, guint32 a, guint32 b);

/* Puts the row into its place among `top` (of guint32, in order), which never has more than `most`.
 */
void top_rows_offer(GArray *top, guint most, const CatalogView *view, RowOrder order, guint32 row);

/* The photos' ids, in the order of the rows. Of gint64. */
GArray *top_rows_ids(const GArray *top, const CatalogView *view);
