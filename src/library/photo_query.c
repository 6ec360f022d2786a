#include "library/photo_query.h"

#include "library/photo_filter.h"
#include "library/photo_rows.h"

#include <string.h>

#define MS_PER_DAY 86400000LL

/* Every sort of Facet's client, in the order and groups in which it shows them. Scores are added
 * here as they come to be measured. */
static const PhotoSort sorts[] = {
    {"aggregate", NULL},
    {"aesthetic", NULL},
    {"quality_score", NULL},
    {"topiq_score", NULL},
    {"date_taken", "p.taken_local_ms"},
    {"star_rating", PHOTO_STARS_SQL},
    {"is_favorite", NULL},
    {"is_rejected", "(CASE WHEN p.file_rating = -1 THEN 1 ELSE 0 END)"},
    {"aesthetic_iaa", NULL},
    {"liqe_score", NULL},
    {"face_quality", NULL},
    {"face_quality_iqa", NULL},
    {"eye_sharpness", NULL},
    {"face_sharpness", NULL},
    {"face_ratio", NULL},
    {"face_count", NULL},
    {"face_confidence", NULL},
    {"tech_sharpness", NULL},
    {"contrast_score", NULL},
    {"noise_sigma", NULL},
    {"color_score", NULL},
    {"mean_saturation", NULL},
    {"exposure_score", NULL},
    {"mean_luminance", NULL},
    {"histogram_spread", NULL},
    {"dynamic_range_stops", NULL},
    {"comp_score", NULL},
    {"power_point_score", NULL},
    {"leading_lines_score", NULL},
    {"isolation_bonus", NULL},
    {"composition_pattern", NULL},
    {"subject_sharpness", NULL},
    {"subject_prominence", NULL},
    {"subject_placement", NULL},
    {"bg_separation", NULL},
    {"f_stop", "p.f_stop"},
    {"focal_length", "p.focal_length_mm"},
    {"shutter_speed", "p.shutter_seconds"},
    {"iso", "p.iso"},
    {"top_picks_score", NULL},
};

const PhotoSort *photo_sort_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sorts); i++) {
        if (strcmp(sorts[i].name, name) == 0) {
            return &sorts[i];
        }
    }
    return NULL;
}

static void add_order(StoreSql *sql, const PhotoSort *sort, gboolean ascending)
{
    store_sql_add(sql, " ORDER BY ");
    if (sort->order) {
        store_sql_add_constant(sql, sort->order);
        store_sql_add_constant(sql, ascending ? " ASC NULLS FIRST, " : " DESC NULLS LAST, ");
    }
    store_sql_add(sql, "p.path");
}

gint64 photo_count(StoreTx *tx, const Principal *viewer, const PhotoFilter *filter, GError **error)
{
    g_autoptr(StoreSql) sql = photo_visible("SELECT count(*)", viewer);
    photo_filter_add(sql, filter);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    gint64 count = -1;
    return row && store_step_int(row, &count, error) ? count : -1;
}

static guint16 aspect_of(gint64 width, gint64 height)
{
    gint64 aspect = width > 0 && height > 0 ? width * 1000 / height : 4000 / 3;
    return (guint16)CLAMP(aspect, 100, 10000);
}

static gint32 day_of(const StoreStatement *row, int column)
{
    if (store_column_is_null(row, column)) {
        return PHOTO_NO_DAY;
    }
    gint64 ms = store_column_int(row, column);
    gint64 day = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0 ? 1 : 0);
    return (gint32)day;
}

static void layout_append(PhotoLayout *layout, const StoreStatement *row)
{
    guint32 id = (guint32)store_column_int(row, 0);
    guint16 aspect = aspect_of(store_column_int(row, 1), store_column_int(row, 2));
    gint32 day = day_of(row, 3);
    g_array_append_val(layout->ids, id);
    g_array_append_val(layout->aspects, aspect);
    g_array_append_val(layout->days, day);
}

static StoreSql *layout_sql(const Principal *viewer, const PhotoFilter *filter,
                            const PhotoSort *sort, gboolean ascending)
{
    StoreSql *sql = photo_visible("SELECT p.id, p.width, p.height, p.taken_local_ms", viewer);
    photo_filter_add(sql, filter);
    add_order(sql, sort, ascending);
    return sql;
}

char *photo_layout_key(const Principal *viewer, const PhotoFilter *filter, const PhotoSort *sort,
                       gboolean ascending)
{
    g_autoptr(StoreSql) sql = layout_sql(viewer, filter, sort, ascending);
    return store_sql_key(sql);
}

PhotoLayout *photo_layout(StoreTx *tx, const Principal *viewer, const PhotoFilter *filter,
                          const PhotoSort *sort, gboolean ascending, GError **error)
{
    g_autoptr(StoreSql) sql = layout_sql(viewer, filter, sort, ascending);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(PhotoLayout) layout = g_new0(PhotoLayout, 1);
    layout->ids = g_array_new(FALSE, FALSE, sizeof(guint32));
    layout->aspects = g_array_new(FALSE, FALSE, sizeof(guint16));
    layout->days = g_array_new(FALSE, FALSE, sizeof(gint32));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        layout_append(layout, row);
    }
    return step == STORE_DONE ? g_steal_pointer(&layout) : NULL;
}

void photo_layout_free(PhotoLayout *layout)
{
    if (!layout) {
        return;
    }
    g_clear_pointer(&layout->ids, g_array_unref);
    g_clear_pointer(&layout->aspects, g_array_unref);
    g_clear_pointer(&layout->days, g_array_unref);
    g_free(layout);
}
