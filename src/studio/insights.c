#include "studio/insights.h"

#include <math.h>
#include <string.h>

#define SIZES_MOST 200

static void class_clear(gpointer data)
{
    InsightsClass *class_ = data;
    g_free(class_->name);
    g_free(class_);
}

void insights_free(Insights *insights)
{
    if (!insights) {
        return;
    }
    g_clear_pointer(&insights->classes, g_ptr_array_unref);
    g_clear_pointer(&insights->sizes, g_array_unref);
    g_free(insights);
}

/* Calls `take` with each row of a query that has a project's id as its only parameter. */
static gboolean each_row(StoreTx *tx, const StoreQuery *query, const Dataset *dataset,
                         void (*take)(const StoreStatement *row, Insights *insights),
                         Insights *insights, GError **error)
{
    StoreStatement *row = store_prepare(tx, query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->project_id);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        take(row, insights);
    }
    return step == STORE_DONE;
}

/* Items of the project's dataset that are in use, and the work on them. */
#define ITEMS                                                                                      \
    " FROM project p JOIN dataset_item i ON i.dataset_id = p.dataset_id "                          \
    "LEFT JOIN project_item w ON w.item_id = i.id AND w.project_id = p.id "                        \
    "WHERE p.id = ?1 AND i.archived_ms IS NULL"
/* Shapes that stand on them. */
#define SHAPES                                                                                     \
    " FROM annotation n JOIN dataset_item i ON i.id = n.item_id WHERE n.project_id = ?1 "          \
    "AND n.is_proposed = 0 AND n.kind <> 'tag' AND i.archived_ms IS NULL"

/* Items */

static int density_of(gint64 shapes)
{
    static const gint64 most[INSIGHTS_DENSITIES - 1] = {0, 2, 5, 10, 20, 50};
    int bucket = 0;
    while (bucket < INSIGHTS_DENSITIES - 1 && shapes > most[bucket]) {
        bucket++;
    }
    return bucket;
}

static void take_density(const StoreStatement *row, Insights *insights)
{
    gint64 shapes = store_column_int(row, 0);
    gint64 items = store_column_int(row, 1);
    insights->density[density_of(shapes)] += items;
    insights->annotated += shapes > 0 ? items : 0;
}

static void take_size(const StoreStatement *row, Insights *insights)
{
    const InsightsSize size = {store_column_int(row, 0), store_column_int(row, 1),
                               store_column_int(row, 2)};
    double items = (double)size.count;
    gboolean first = insights->size_count++ == 0;
    insights->min_width = first ? size.width : MIN(insights->min_width, size.width);
    insights->min_height = first ? size.height : MIN(insights->min_height, size.height);
    insights->max_width = MAX(insights->max_width, size.width);
    insights->max_height = MAX(insights->max_height, size.height);
    insights->avg_width += (double)size.width * items;
    insights->avg_height += (double)size.height * items;
    gint64 *shape = size.width > size.height   ? &insights->landscape
                    : size.width < size.height ? &insights->portrait
                                               : &insights->square;
    *shape += size.count;
    if (insights->sizes->len < SIZES_MOST) {
        g_array_append_val(insights->sizes, size);
    }
}

static void take_confidence(const StoreStatement *row, Insights *insights)
{
    insights->flagged = store_column_int(row, 0);
    insights->lowest = store_column_double(row, 1);
    insights->avg_flagged = store_column_double(row, 2);
    for (int i = 0; i < 4; i++) {
        insights->confidence[i] = store_column_int(row, 3 + i);
    }
}

static gboolean read_items(StoreTx *tx, const Dataset *dataset, Insights *insights, GError **error)
{
    static const StoreQuery densities = {
        .name = "insights_densities",
        .sql = "SELECT COALESCE(w.annotation_count, 0), count(*)" ITEMS
               " GROUP BY COALESCE(w.annotation_count, 0)",
    };
    static const StoreQuery sizes = {
        .name = "insights_sizes",
        .sql = "SELECT i.width, i.height, count(*)" ITEMS " GROUP BY i.width, i.height "
               "ORDER BY count(*) DESC, i.width, i.height",
    };
#define BETWEEN(least, most)                                                                       \
    "CAST(COALESCE(sum(CASE WHEN w.min_confidence >= " least " AND w.min_confidence < " most       \
    " THEN 1 ELSE 0 END), 0) AS BIGINT)"
    static const StoreQuery confidences = {
        .name = "insights_confidences",
        .sql = "SELECT count(*), min(w.min_confidence), avg(w.min_confidence), " BETWEEN(
            "0", "0.5") ", " BETWEEN("0.5", "0.7") ", " BETWEEN("0.7", "0.9") ", " BETWEEN("0.9",
                                                                                           "1")
            ITEMS " AND w.min_confidence < 1",
    };
#undef BETWEEN
    return each_row(tx, &densities, dataset, take_density, insights, error) &&
           each_row(tx, &sizes, dataset, take_size, insights, error) &&
           each_row(tx, &confidences, dataset, take_confidence, insights, error);
}

/* Shapes */

static void take_kind(const StoreStatement *row, Insights *insights)
{
    insights->kinds[shape_kind_from_name(store_column_text(row, 0))] = store_column_int(row, 1);
}

static void take_class(const StoreStatement *row, Insights *insights)
{
    InsightsClass *class_ = g_new0(InsightsClass, 1);
    class_->name = g_strdup(store_column_text(row, 0));
    class_->annotations = store_column_int(row, 1);
    class_->images = store_column_int(row, 2);
    g_ptr_array_add(insights->classes, class_);
}

static gboolean read_shapes(StoreTx *tx, const Dataset *dataset, Insights *insights, GError **error)
{
    static const StoreQuery kinds = {
        .name = "insights_kinds",
        .sql = "SELECT n.kind, count(*)" SHAPES " GROUP BY n.kind",
    };
    static const StoreQuery classes = {
        .name = "insights_classes",
        .sql = "SELECT n.name, count(*), count(DISTINCT n.item_id)" SHAPES
               " GROUP BY n.name ORDER BY n.name",
    };
    return each_row(tx, &kinds, dataset, take_kind, insights, error) &&
           each_row(tx, &classes, dataset, take_class, insights, error);
}

Insights *insights_of(StoreTx *tx, const Dataset *dataset, GError **error)
{
    Insights *insights = g_new0(Insights, 1);
    insights->classes = g_ptr_array_new_with_free_func(class_clear);
    insights->sizes = g_array_new(FALSE, FALSE, sizeof(InsightsSize));
    insights->images = dataset->image_count;
    insights->annotations = dataset->annotation_count;
    insights->bytes = dataset->total_bytes;
    memcpy(insights->status, dataset->status_counts, sizeof insights->status);
    if (!read_items(tx, dataset, insights, error) || !read_shapes(tx, dataset, insights, error)) {
        insights_free(insights);
        return NULL;
    }
    gint64 items = insights->landscape + insights->portrait + insights->square;
    if (items > 0) {
        insights->avg_width /= (double)items;
        insights->avg_height /= (double)items;
    }
    return insights;
}
