/* Numbers about a dataset, and its parting into train, val and test. */
#include "api/albumen/datasets.h"

#include "base/limits.h"
#include "studio/insights.h"
#include "studio/splits.h"

static void write_classes(JsonWriter *writer, const Insights *insights)
{
    json_key(writer, "classes");
    json_array_begin(writer);
    for (guint i = 0; i < insights->classes->len; i++) {
        const InsightsClass *class_ = g_ptr_array_index(insights->classes, i);
        json_object_begin(writer);
        json_member_string(writer, "name", class_->name);
        json_member_int(writer, "annotations", class_->annotations);
        json_member_int(writer, "images", class_->images);
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void write_kinds(JsonWriter *writer, const Insights *insights)
{
    json_key(writer, "types");
    json_object_begin(writer);
    for (int kind = 1; kind <= SHAPE_KINDS; kind++) {
        if (kind != SHAPE_TAG) {
            json_member_int(writer, shape_kind_name((ShapeKind)kind), insights->kinds[kind]);
        }
    }
    json_object_end(writer);
}

static void write_density(JsonWriter *writer, const Insights *insights)
{
    static const char *const names[INSIGHTS_DENSITIES] = {"0",     "1-2",   "3-5", "6-10",
                                                          "11-20", "21-50", "51+"};
    json_key(writer, "density");
    json_array_begin(writer);
    for (int i = 0; i < INSIGHTS_DENSITIES; i++) {
        json_object_begin(writer);
        json_member_string(writer, "shapes", names[i]);
        json_member_int(writer, "images", insights->density[i]);
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void write_sizes(JsonWriter *writer, const Insights *insights)
{
    json_key(writer, "sizes");
    json_array_begin(writer);
    for (guint i = 0; i < insights->sizes->len; i++) {
        const InsightsSize *size = &g_array_index(insights->sizes, InsightsSize, i);
        json_object_begin(writer);
        json_member_int(writer, "width", size->width);
        json_member_int(writer, "height", size->height);
        json_member_int(writer, "images", size->count);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_member_int(writer, "distinct_sizes", insights->size_count);
    json_key(writer, "orientation");
    json_object_begin(writer);
    json_member_int(writer, "landscape", insights->landscape);
    json_member_int(writer, "portrait", insights->portrait);
    json_member_int(writer, "square", insights->square);
    json_object_end(writer);
}

static void write_confidence(JsonWriter *writer, const Insights *insights)
{
    static const char *const names[] = {"below_50", "below_70", "below_90", "below_100"};
    json_key(writer, "confidence");
    json_object_begin(writer);
    json_member_int(writer, "flagged", insights->flagged);
    json_member_double(writer, "lowest", insights->lowest);
    json_member_double(writer, "average", insights->avg_flagged);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        json_member_int(writer, names[i], insights->confidence[i]);
    }
    json_object_end(writer);
}

static void write_status(JsonWriter *writer, const Insights *insights)
{
    json_key(writer, "status");
    json_object_begin(writer);
    for (int status = 0; status < ITEM_STATUSES; status++) {
        json_member_int(writer, item_status_name((ItemStatus)status), insights->status[status]);
    }
    json_object_end(writer);
}

gboolean albumen_dataset_insights(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? albumen_find_dataset(request, tx, error) : NULL;
    g_autoptr(Insights) insights = dataset ? insights_of(tx, dataset, error) : NULL;
    if (!insights) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "images", insights->images);
    json_member_int(writer, "annotated_images", insights->annotated);
    json_member_int(writer, "annotations", insights->annotations);
    json_member_int(writer, "total_bytes", insights->bytes);
    write_status(writer, insights);
    write_classes(writer, insights);
    write_kinds(writer, insights);
    write_density(writer, insights);
    write_sizes(writer, insights);
    write_confidence(writer, insights);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static int percent(HttpRequest *request, const char *member)
{
    return (int)json_integer_value(json_object_get(http_body(request), member));
}

gboolean albumen_dataset_splits(HttpRequest *request, GError **error)
{
    const char *by = json_string_value(json_object_get(http_body(request), "by"));
    SplitRule rule = {
        .train = percent(request, "train"),
        .val = percent(request, "val"),
        .test = percent(request, "test"),
        .seed = json_integer_value(json_object_get(http_body(request), "seed")),
    };
    split_grouping_from_name(by ? by : "image", &rule.grouping);
    gint64 counts[SPLITS] = {0};
    g_auto(AlbumenChange) change = {0};
    if (!albumen_change_begin(request, &change, error) ||
        !splits_assign(change.tx, change.dataset, &rule, counts, error) ||
        !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    for (int split = SPLIT_TRAIN; split < SPLITS; split++) {
        json_member_int(writer, split_name((Split)split), counts[split]);
    }
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
