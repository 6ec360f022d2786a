#include "library/top_rows.h"

#include <string.h>

int row_order_path(const CatalogView *view, guint32 a, guint32 b)
{
    const guint32 *rank = catalog_columns(view)->path_rank;
    return (rank[a] > rank[b]) - (rank[a] < rank[b]);
}

int row_order_taken(const CatalogView *view, guint32 a, guint32 b)
{
    const gint64 *taken = catalog_columns(view)->taken_ms;
    int order = (taken[a] > taken[b]) - (taken[a] < taken[b]);
    return order ? order : row_order_path(view, a, b);
}

int row_order_name(const CatalogView *view, guint32 a, guint32 b)
{
    int order = strcmp(catalog_name(view, a), catalog_name(view, b));
    return order ? order : row_order_path(view, a, b);
}

void top_rows_offer(GArray *top, guint most, const CatalogView *view, RowOrder order, guint32 row)
{
    guint first = 0, after = top->len;
    if (after == most &&
        (most == 0 || order(view, g_array_index(top, guint32, most - 1), row) < 0)) {
        return;
    }
    while (first < after) {
        guint middle = first + (after - first) / 2;
        if (order(view, g_array_index(top, guint32, middle), row) < 0) {
            first = middle + 1;
        } else {
            after = middle;
        }
    }
    if (top->len == most) {
        g_array_set_size(top, most - 1);
    }
    g_array_insert_val(top, first, row);
}

GArray *top_rows_ids(const GArray *top, const CatalogView *view)
{
    const guint32 *ids = catalog_columns(view)->id;
    GArray *list = g_array_sized_new(FALSE, FALSE, sizeof(gint64), top->len);
    for (guint i = 0; i < top->len; i++) {
        gint64 id = ids[g_array_index(top, guint32, i)];
        g_array_append_val(list, id);
    }
    return list;
}
