#include "library/facets.h"

#include "library/photo_rows.h"

typedef struct {
    const char *columns; /* value, count */
    const char *rest;    /* after the condition of visibility, up to LIMIT */
    gboolean is_text;
} FacetQuery;

#define GROUPED(column) " AND " column " IS NOT NULL GROUP BY " column
#define MOST_FIRST      " ORDER BY 2 DESC, 1 LIMIT "
/* Counted by the value as it is, in the order of its index, and only then rounded: there are few.
 */
#define ROUNDED(column, digits)                                                                    \
    "SELECT round(CAST(value AS NUMERIC), " digits "), CAST(sum(photos) AS BIGINT) "               \
    "FROM (SELECT " column " AS value, count(*) AS photos"
#define GROUPED_TWICE(column, condition)                                                           \
    " AND " condition " GROUP BY " column ") AS counted GROUP BY 1 ORDER BY 1 LIMIT "

static const FacetQuery queries[] = {
    [FACET_CAMERAS] = {"SELECT p.camera_model, count(*)", GROUPED("p.camera_model") MOST_FIRST,
                       TRUE},
    [FACET_LENSES] = {"SELECT p.lens_model, count(*)", GROUPED("p.lens_model") MOST_FIRST, TRUE},
    [FACET_APERTURES] = {ROUNDED("p.f_stop", "1"),
                         GROUPED_TWICE("p.f_stop", "p.f_stop > 0 AND p.f_stop < 1000"), FALSE},
    [FACET_FOCAL_LENGTHS] = {ROUNDED("p.focal_length_mm", "0"),
                             GROUPED_TWICE("p.focal_length_mm", "p.focal_length_mm >= 0.5"), FALSE},
};

gboolean facet_list(StoreTx *tx, const Principal *viewer, Facet facet, gint64 limit,
                    FacetVisit visit, gpointer data, GError **error)
{
    const FacetQuery *query = &queries[facet];
    g_autoptr(StoreSql) sql = photo_visible(query->columns, viewer);
    store_sql_add_constant(sql, query->rest);
    store_sql_value_int(sql, limit);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return FALSE;
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const char *text = query->is_text ? store_column_text(row, 0) : NULL;
        double number = query->is_text ? 0 : store_column_double(row, 0);
        visit(text, number, store_column_int(row, 1), data);
    }
    return step == STORE_DONE;
}
