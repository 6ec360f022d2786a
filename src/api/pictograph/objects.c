#include "api/pictograph/objects.h"

#include "api/class_json.h"
#include "api/media.h"
#include "api/photo_values.h"
#include "api/pictograph/images.h"
#include "api/pictograph/pictograph.h"

#include <math.h>
#include <string.h>

/* A number or null. */
static void member_number(JsonWriter *writer, const char *key, double value)
{
    json_key(writer, key);
    json_double(writer, value);
}

/* --- classes --- */

void pictograph_write_classes(JsonWriter *writer, const GPtrArray *classes)
{
    json_array_begin(writer);
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        if (class_->kind != SHAPE_TAG) { /* tags are no annotations of this dialect */
            json_object_begin(writer);
            class_json_write_members(writer, class_);
            json_object_end(writer);
        }
    }
    json_array_end(writer);
}

/* --- datasets --- */

static void member_kinds(JsonWriter *writer, guint kinds)
{
    json_key(writer, "annotation_types");
    json_array_begin(writer);
    for (ShapeKind kind = SHAPE_BBOX; kind <= SHAPE_KEYPOINT; kind++) {
        if (kinds & 1U << kind) {
            json_text(writer, shape_kind_name(kind));
        }
    }
    json_array_end(writer);
}

void pictograph_begin_dataset(JsonWriter *writer, const Dataset *dataset, const GPtrArray *classes)
{
    json_object_begin(writer);
    json_member_string(writer, "id", dataset->uuid);
    json_member_string(writer, "name", dataset->name);
    json_member_string(writer, "slug", dataset->slug);
    json_member_string(writer, "organization_id", dataset->organization_uuid);
    json_member_string(writer, "description", dataset->description);
    json_member_string(writer, "readme", dataset->readme);
    member_kinds(writer, dataset->kinds);
    json_key(writer, "classes");
    pictograph_write_classes(writer, classes);
    json_member_int(writer, "image_count", dataset->image_count);
    json_member_int(writer, "completed_image_count", dataset->completed_count);
    json_member_int(writer, "archived_image_count", dataset->archived_count);
    json_member_int(writer, "annotation_count", dataset->annotation_count);
    json_member_int(writer, "total_size", dataset->total_bytes);
    json_member_bool(writer, "is_public", dataset->is_public);
    json_member_bool(writer, "is_archived", dataset->archived_ms > 0);
    time_member(writer, "archived_at", dataset->archived_ms);
    time_member(writer, "created_at", dataset->created_ms);
    time_member(writer, "updated_at", dataset->changed_ms);
    json_member_string(writer, "storage_class", "standard");
}

gboolean pictograph_write_dataset(JsonWriter *writer, StoreTx *tx, const Dataset *dataset,
                                  GError **error)
{
    g_autoptr(GPtrArray) classes = class_list(tx, dataset->project_id, error);
    if (!classes) {
        return FALSE;
    }
    pictograph_begin_dataset(writer, dataset, classes);
    json_object_end(writer);
    return TRUE;
}

/* --- images --- */

char *pictograph_item_path(const Item *item)
{
    return strcmp(item->directory, "/") == 0
               ? g_strdup(item->filename)
               : g_strconcat(item->directory + 1, "/", item->filename, NULL);
}

void pictograph_member_annotation_url(JsonWriter *writer, const Item *item)
{
    g_autofree char *url = g_strconcat(PICTOGRAPH_BASE "/annotations/", item->uuid, "/file", NULL);
    json_member_string(writer, "annotation_url", url);
}

static void write_addresses(JsonWriter *writer, const HttpRequest *request, const Item *item)
{
    g_autofree char *path = g_strconcat(PICTOGRAPH_BASE "/images/", item->uuid, NULL);
    g_autofree char *image = pictograph_url(request, path);
    g_autofree char *thumbnail = pictograph_thumbnail_url(request, item);
    json_member_string(writer, "image_url", image);
    json_member_string(writer, "thumbnail_url", thumbnail);
    pictograph_member_annotation_url(writer, item);
}

static void write_measures(JsonWriter *writer, const Item *item)
{
    const char *mime = api_mime_of(item->format);
    json_member_int(writer, "annotation_count", item->annotation_count);
    member_number(writer, "min_confidence", item->min_confidence);
    json_member_int(writer, "file_size", item->file_bytes);
    json_member_int(writer, "width", item->width);
    json_member_int(writer, "height", item->height);
    json_member_int(writer, "image_width", item->width);
    json_member_int(writer, "image_height", item->height);
    json_member_string(writer, "content_type", mime);
    json_member_string(writer, "mime_type", mime);
}

void pictograph_write_image(JsonWriter *writer, const HttpRequest *request, const Item *item)
{
    json_object_begin(writer);
    json_member_string(writer, "id", item->uuid);
    json_member_string(writer, "dataset_id", item->dataset_uuid);
    json_member_string(writer, "filename", item->filename);
    json_member_string(writer, "directory_path", item->directory);
    json_member_string(writer, "status", item_status_name(item->status));
    json_member_string(writer, "split", split_name(item->split));
    write_measures(writer, item);
    json_key(writer, "tags");
    json_array_begin(writer);
    for (guint i = 0; item->tags[i]; i++) {
        json_text(writer, item->tags[i]);
    }
    json_array_end(writer);
    json_member_string(writer, "review_note", item->review_note);
    json_member_bool(writer, "is_archived", item->archived_ms > 0);
    write_addresses(writer, request, item);
    time_member(writer, "created_at", item->created_ms);
    time_member(writer, "updated_at", MAX(item->changed_ms, item->created_ms));
    json_object_end(writer);
}

void pictograph_write_images(JsonWriter *writer, const HttpRequest *request, const GPtrArray *items)
{
    json_array_begin(writer);
    for (guint i = 0; i < items->len; i++) {
        pictograph_write_image(writer, request, g_ptr_array_index(items, i));
    }
    json_array_end(writer);
}

/* --- directories --- */

void pictograph_write_directory(JsonWriter *writer, const Dataset *dataset,
                                const Directory *directory)
{
    json_object_begin(writer);
    json_member_string(writer, "id", directory->uuid);
    json_member_string(writer, "dataset_id", dataset->uuid);
    json_member_string(writer, "project_id", dataset->uuid);
    json_member_string(writer, "organization_id", dataset->organization_uuid);
    json_member_string(writer, "name", directory->name);
    json_member_string(writer, "parent_directory_id", directory->parent_uuid);
    json_member_string(writer, "full_path", directory->path);
    json_member_string(writer, "directory_path", directory->path);
    json_member_int(writer, "image_count", directory->image_count);
    json_member_int(writer, "nested_image_count", directory->nested_count);
    json_member_string(writer, "created_by", directory->author);
    time_member(writer, "created_at", directory->created_ms);
    time_member(writer, "updated_at", directory->changed_ms);
    json_object_end(writer);
}

/* --- insights --- */

static void member_counts(JsonWriter *writer, const char *key, const char *const *names,
                          const gint64 *counts, gsize count)
{
    json_key(writer, key);
    json_object_begin(writer);
    for (gsize i = 0; i < count; i++) {
        json_member_int(writer, names[i], counts[i]);
    }
    json_object_end(writer);
}

static void write_by_class(JsonWriter *writer, const Insights *insights)
{
    json_key(writer, "class_annotation_counts");
    json_object_begin(writer);
    for (guint i = 0; i < insights->classes->len; i++) {
        const InsightsClass *class_ = g_ptr_array_index(insights->classes, i);
        json_member_int(writer, class_->name, class_->annotations);
    }
    json_object_end(writer);
    json_key(writer, "class_image_counts");
    json_object_begin(writer);
    for (guint i = 0; i < insights->classes->len; i++) {
        const InsightsClass *class_ = g_ptr_array_index(insights->classes, i);
        json_member_int(writer, class_->name, class_->images);
    }
    json_object_end(writer);
}

static void write_kinds(JsonWriter *writer, const Insights *insights)
{
    json_key(writer, "type_counts");
    json_object_begin(writer);
    for (ShapeKind kind = SHAPE_BBOX; kind <= SHAPE_KEYPOINT; kind++) {
        if (insights->kinds[kind] > 0) {
            json_member_int(writer, shape_kind_name(kind), insights->kinds[kind]);
        }
    }
    json_object_end(writer);
}

/* A length in pixels, or null where there are no images. */
static void member_length(JsonWriter *writer, const char *key, gint64 length)
{
    if (length > 0) {
        json_member_int(writer, key, length);
    } else {
        json_member_null(writer, key);
    }
}

static void write_sizes(JsonWriter *writer, const Insights *insights)
{
    json_key(writer, "sizes");
    json_array_begin(writer);
    for (guint i = 0; i < insights->sizes->len; i++) {
        const InsightsSize *size = &g_array_index(insights->sizes, InsightsSize, i);
        json_object_begin(writer);
        json_member_int(writer, "w", size->width);
        json_member_int(writer, "h", size->height);
        json_member_int(writer, "count", size->count);
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void write_dimensions(JsonWriter *writer, const Insights *insights)
{
    static const char *const orientations[] = {"landscape", "portrait", "square"};
    const gint64 counts[] = {insights->landscape, insights->portrait, insights->square};
    gint64 with = insights->landscape + insights->portrait + insights->square;
    json_key(writer, "dimensions");
    json_object_begin(writer);
    member_length(writer, "min_width", insights->min_width);
    member_length(writer, "max_width", insights->max_width);
    member_length(writer, "avg_width", with > 0 ? llround(insights->avg_width) : 0);
    member_length(writer, "min_height", insights->min_height);
    member_length(writer, "max_height", insights->max_height);
    member_length(writer, "avg_height", with > 0 ? llround(insights->avg_height) : 0);
    member_counts(writer, "orientation", orientations, counts, G_N_ELEMENTS(counts));
    write_sizes(writer, insights);
    json_member_int(writer, "distinct_size_count", insights->size_count);
    json_member_int(writer, "images_with_dimensions", with);
    json_member_int(writer, "images_missing_dimensions", insights->images - with);
    json_object_end(writer);
}

static void write_confidence(JsonWriter *writer, const Insights *insights)
{
    static const char *const buckets[] = {"lt50", "b50_70", "b70_90", "b90_100"};
    json_key(writer, "model_confidence");
    if (insights->flagged == 0) {
        json_none(writer);
        return;
    }
    json_object_begin(writer);
    json_member_int(writer, "flagged", insights->flagged);
    member_number(writer, "lowest", insights->lowest);
    member_number(writer, "avg_flagged", insights->avg_flagged);
    member_counts(writer, "buckets", buckets, insights->confidence, G_N_ELEMENTS(buckets));
    json_object_end(writer);
}

void pictograph_write_insights(JsonWriter *writer, const Insights *insights)
{
    static const char *const stages[] = {"new", "annotate", "review", "complete"};
    static const char *const densities[INSIGHTS_DENSITIES] = {"0",     "1-2",   "3-5", "6-10",
                                                              "11-20", "21-50", "51+"};
    double average =
        insights->images > 0 ? (double)insights->annotations / (double)insights->images : 0;
    json_object_begin(writer);
    json_member_int(writer, "total_images", insights->images);
    json_member_int(writer, "total_annotations", insights->annotations);
    json_member_int(writer, "annotated_images", insights->annotated);
    json_member_int(writer, "unannotated_images", insights->images - insights->annotated);
    json_member_double(writer, "avg_annotations_per_image", average);
    json_member_int(writer, "total_bytes", insights->bytes);
    member_counts(writer, "status_counts", stages, insights->status, G_N_ELEMENTS(stages));
    write_by_class(writer, insights);
    write_kinds(writer, insights);
    member_counts(writer, "annotation_density", densities, insights->density, INSIGHTS_DENSITIES);
    write_dimensions(writer, insights);
    write_confidence(writer, insights);
    json_object_end(writer);
}

/* --- duplicates --- */

static void write_member(JsonWriter *writer, const Item *item)
{
    json_object_begin(writer);
    json_member_string(writer, "id", item->uuid);
    json_member_string(writer, "filename", item->filename);
    json_member_string(writer, "virtual_directory_path", item->directory);
    json_member_string(writer, "status", item_status_name(item->status));
    json_member_int(writer, "annotation_count", item->annotation_count);
    json_object_end(writer);
}

/* Gives how many items are in groups. */
static gint64 write_groups(JsonWriter *writer, const GPtrArray *groups)
{
    gint64 members = 0;
    json_key(writer, "groups");
    json_array_begin(writer);
    for (guint i = 0; i < groups->len; i++) {
        const DuplicatesGroup *group = g_ptr_array_index(groups, i);
        json_object_begin(writer);
        json_key(writer, "members");
        json_array_begin(writer);
        for (guint k = 0; k < group->items->len; k++) {
            write_member(writer, g_ptr_array_index(group->items, k));
        }
        json_array_end(writer);
        json_member_int(writer, "size", group->items->len);
        member_number(writer, "max_similarity", group->similarity);
        json_object_end(writer);
        members += group->items->len;
    }
    json_array_end(writer);
    return members;
}

void pictograph_write_duplicates(JsonWriter *writer, const DuplicatesWanted *wanted,
                                 const Duplicates *duplicates)
{
    json_object_begin(writer);
    gint64 members = write_groups(writer, duplicates->groups);
    json_member_int(writer, "group_count", duplicates->groups->len);
    json_member_int(writer, "duplicate_image_count", members);
    json_member_int(writer, "redundant_count", members - duplicates->groups->len);
    json_member_int(writer, "analyzed", duplicates->analyzed);
    json_member_int(writer, "total_images", duplicates->total);
    json_member_int(writer, "sample_limit", wanted->sample);
    json_member_bool(writer, "sample_capped", duplicates->sample_capped);
    json_member_bool(writer, "pairs_capped", duplicates->pairs_capped);
    json_member_double(writer, "threshold", wanted->threshold);
    json_object_end(writer);
}
