#include "library/facets.h"

#include "library/photo_rows.h"

typedef struct {
    const char *columns; /* value, count */
    const char *rest;    /* after the condition of visibility, up to LIMIT */
    gboolean is_text;
} FacetQuery;

#define GROUPED(column) " AND " column " IS NOT NULL GROUP BY " column
#define MOST_FIRST      " ORDER BY 2 DESC, 1 LIMIT "
#define ASCENDING       " ORDER BY 1 LIMIT "

#define APERTURE     "round(CAST(p.f_stop AS NUMERIC), 1)"
#define FOCAL_LENGTH "round(CAST(p.focal_length_mm AS NUMERIC), 0)"

static const FacetQuery queries[] = {
    [FACET_CAMERAS] = {"SELECT p.camera_model, count(*)", GROUPED("p.camera_model") MOST_FIRST,
                       TRUE},
    [FACET_LENSES] = {"SELECT p.lens_model, count(*)", GROUPED("p.lens_model") MOST_FIRST, TRUE},
    [FACET_APERTURES] = {"SELECT " APERTURE ", count(*)",
                         " AND p.f_stop > 0 AND p.f_stop < 1000 GROUP BY " APERTURE ASCENDING,
                         FALSE},
    [FACET_FOCAL_LENGTHS] = {"SELECT " FOCAL_LENGTH ", count(*)",
                             " AND p.focal_length_mm >= 0.5 GROUP BY " FOCAL_LENGTH ASCENDING,
                             FALSE},
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
