/* Annotations of COCO: boxes, polygons, masks, keypoints. */
#include "base/limits.h"
#include "studio/formats/coco_values.h"
#include "studio/formats/mask_trace.h"

#include <math.h>
#include <string.h>

typedef gboolean (*CocoReadItem)(Coco *coco, GError **error);

static gboolean read_box(Coco *coco, GError **error)
{
    CocoAnnotation *at = &coco->at;
    guint before = at->keypoints->len;
    if (!coco_read_number_list(coco, at->keypoints, before + 4, error)) {
        return FALSE;
    }
    if (at->keypoints->len == before + 4) {
        memcpy(at->box, &g_array_index(at->keypoints, double, before), sizeof at->box);
        at->has |= HAS_BOX;
    } else if (!at->is_bad && at->keypoints->len > before) {
        g_autofree char *place = coco_place_here(coco);
        reading_problem(&coco->reading, place, "a bbox has four numbers");
        at->is_bad = TRUE;
    }
    g_array_set_size(at->keypoints, before); /* lent for it */
    return TRUE;
}

static gboolean read_runs(Coco *coco, GError **error)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(double));
    if (!coco_read_numbers(coco, numbers, LIMIT_IMPORT_TEXT_BYTES / sizeof(double), error)) {
        return FALSE;
    }
    for (guint i = 0; i < numbers->len; i++) {
        double number = g_array_index(numbers, double, i);
        if (number < 0 || number > G_MAXUINT32 || number != floor(number)) {
            g_autofree char *place = coco_place_here(coco);
            reading_problem(&coco->reading, place, "runs of a mask are whole numbers from 0");
            coco->at.is_bad = TRUE;
            return TRUE;
        }
        guint32 run = (guint32)number;
        g_array_append_val(coco->at.runs, run);
    }
    return TRUE;
}

static gboolean read_counts(Coco *coco, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_ARRAY) {
        return read_runs(coco, error);
    }
    if (token != JSON_READ_TEXT) {
        return token != JSON_READ_FAILED &&
               coco_pass_over(coco, token, "a mask's counts are a text or a list", error);
    }
    g_autoptr(GError) problem = NULL;
    g_autoptr(GArray) runs = mask_runs_parse(json_reader_text(coco->json, NULL), &problem);
    if (!runs) {
        return coco_pass_over(coco, token, problem->message, error);
    }
    g_array_append_vals(coco->at.runs, runs->data, runs->len);
    return TRUE;
}

static gboolean read_mask_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    CocoAnnotation *at = item;
    if (strcmp(key, "counts") == 0) {
        at->has |= HAS_MASK;
        return read_counts(coco, error);
    }
    if (strcmp(key, "size") != 0) {
        return json_reader_skip(coco->json, JSON_READ_KEY, error);
    }
    g_autoptr(GArray) size = g_array_new(FALSE, FALSE, sizeof(double));
    if (!coco_read_number_list(coco, size, 2, error)) {
        return FALSE;
    }
    for (guint i = 0; i < size->len; i++) { /* rows first */
        double number = g_array_index(size, double, i);
        gint64 side = number >= 0 && number <= LIMIT_PICTURE_SIDE_PIXELS ? (gint64)number : 0;
        *(i == 0 ? &at->mask_height : &at->mask_width) = side;
    }
    return TRUE;
}

static gboolean read_segmentation(Coco *coco, GError **error)
{
    CocoAnnotation *at = &coco->at;
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_OBJECT) {
        return coco_read_members(coco, read_mask_member, at, error);
    }
    if (token != JSON_READ_ARRAY) {
        return token == JSON_READ_NULL ||
               (token != JSON_READ_FAILED &&
                coco_pass_over(coco, token, "a list of polygons or a mask is expected", error));
    }
    while ((token = json_reader_next(coco->json, error)) != JSON_READ_ARRAY_END) {
        guint before = at->numbers->len;
        if (token == JSON_READ_FAILED ||
            !(token == JSON_READ_ARRAY
                  ? coco_read_numbers(coco, at->numbers, 2 * LIMIT_SHAPE_POINTS, error)
                  : coco_pass_over(coco, token, "a list of coordinates is expected", error))) {
            return FALSE;
        }
        guint count = at->numbers->len - before;
        g_array_append_val(at->rings, count);
        if (count % 2 != 0 && !at->is_bad) {
            g_autofree char *place = coco_place_here(coco);
            reading_problem(&coco->reading, place, "a polygon has an even number of coordinates");
            at->is_bad = TRUE;
        }
    }
    return TRUE;
}

static gboolean read_oriented_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    static const struct {
        const char *key;
        gsize offset;
    } members[] = {
        {"cx", G_STRUCT_OFFSET(ShapeOriented, cx)},
        {"cy", G_STRUCT_OFFSET(ShapeOriented, cy)},
        {"w", G_STRUCT_OFFSET(ShapeOriented, w)},
        {"h", G_STRUCT_OFFSET(ShapeOriented, h)},
        {"angle", G_STRUCT_OFFSET(ShapeOriented, angle)},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        if (strcmp(key, members[i].key) == 0) {
            return coco_read_double(coco, G_STRUCT_MEMBER_P(item, members[i].offset), error);
        }
    }
    return json_reader_skip(coco->json, JSON_READ_KEY, error);
}

static gboolean read_oriented(Coco *coco, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_OBJECT) {
        coco->at.has |= HAS_ORIENTED;
        return coco_read_members(coco, read_oriented_member, &coco->at.oriented, error);
    }
    return token == JSON_READ_NULL || (token != JSON_READ_FAILED &&
                                       coco_pass_over(coco, token, "an object is expected", error));
}

static gboolean read_attributes(Coco *coco, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_OBJECT || token == JSON_READ_ARRAY) {
        return json_reader_copy(coco->json, token, coco->at.attributes,
                                LIMIT_IMPORT_ATTRIBUTE_BYTES, error);
    }
    return token == JSON_READ_NULL || (token != JSON_READ_FAILED &&
                                       coco_pass_over(coco, token, "an object is expected", error));
}

static gboolean read_crowd(Coco *coco, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    coco->at.is_crowd = token == JSON_READ_TRUE ||
                        (token == JSON_READ_NUMBER && json_reader_number(coco->json) != 0);
    return token != JSON_READ_FAILED && json_reader_skip(coco->json, token, error);
}

static gboolean read_keypoints(Coco *coco, GError **error)
{
    return coco_read_number_list(coco, coco->at.keypoints, 3 * LIMIT_IMPORT_JOINTS, error);
}

static gboolean read_annotation_member(Coco *coco, gpointer item, const char *key, GError **error)
{
    CocoAnnotation *at = item;
    if (strcmp(key, "id") == 0) {
        at->has |= HAS_ID;
        return coco_read_whole(coco, &at->id, error);
    }
    if (strcmp(key, "image_id") == 0) {
        at->has |= HAS_IMAGE;
        return coco_read_whole(coco, &at->image_id, error);
    }
    if (strcmp(key, "category_id") == 0) {
        at->has |= HAS_CATEGORY;
        return coco_read_whole(coco, &at->category_id, error);
    }
    if (strcmp(key, "score") == 0) {
        return coco_read_double(coco, &at->score, error);
    }
    static const struct {
        const char *key;
        CocoReadItem read;
    } members[] = {
        {"bbox", read_box},
        {"segmentation", read_segmentation},
        {"keypoints", read_keypoints},
        {"iscrowd", read_crowd},
        {"attributes", read_attributes},
        {"oriented_box", read_oriented},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        if (strcmp(key, members[i].key) == 0) {
            return members[i].read(coco, error);
        }
    }
    return json_reader_skip(coco->json, JSON_READ_KEY, error);
}

static Shape *shape_of(const CocoAnnotation *at, ShapeKind kind, const char *name)
{
    Shape *shape = shape_new(kind, name);
    shape->confidence = at->score;
    shape->source = SHAPE_BY_IMPORT;
    shape->attributes = at->attributes->len > 0 ? g_strdup(at->attributes->str) : NULL;
    return shape;
}

static char *place_of(const Coco *coco, const char *member, gint64 index)
{
    g_autofree char *path =
        index < 0 ? g_strdup_printf("annotations.%" G_GINT64_FORMAT "%s", coco->at.index, member)
                  : g_strdup_printf("annotations.%" G_GINT64_FORMAT "%s.%" G_GINT64_FORMAT,
                                    coco->at.index, member, index);
    return reading_place(&coco->reading, path);
}

static gboolean tell_box(Coco *coco, gint64 key, const CocoCategory *category, GError **error)
{
    const CocoAnnotation *at = &coco->at;
    g_autofree char *place = place_of(coco, "", -1);
    Shape *shape = shape_of(at, SHAPE_BBOX, category->name);
    if (at->has & HAS_ORIENTED) {
        shape->is_oriented = TRUE;
        shape->oriented = at->oriented;
        shape_enclose(shape);
    } else {
        shape->box = (ShapeBox){at->box[0], at->box[1], at->box[2], at->box[3]};
    }
    return reading_shape(&coco->reading, key, shape, place, error);
}

static gboolean tell_rings(Coco *coco, gint64 key, const CocoCategory *category, GError **error)
{
    const CocoAnnotation *at = &coco->at;
    const double *numbers = (const double *)(gpointer)at->numbers->data;
    if (at->rings->len > 1) {
        coco->reading.sink->loss(coco->reading.sink->data, LOST_PARTS);
    }
    for (guint i = 0, from = 0; i < at->rings->len; i++) {
        guint count = g_array_index(at->rings, guint, i);
        g_autofree char *place = place_of(coco, ".segmentation", i);
        Shape *shape = shape_of(at, SHAPE_POLYGON, category->name);
        G_STATIC_ASSERT(sizeof(ShapePoint) == 2 * sizeof(double));
        shape_add_ring(shape, (const ShapePoint *)(numbers + from), count / 2);
        shape_enclose(shape);
        from += count;
        if (!reading_shape(&coco->reading, key, shape, place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean tell_mask(Coco *coco, gint64 key, const CocoCategory *category, GError **error)
{
    const CocoAnnotation *at = &coco->at;
    g_autofree char *place = place_of(coco, ".segmentation", -1);
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) shapes =
        mask_trace((const guint32 *)(gpointer)at->runs->data, at->runs->len, at->mask_width,
                   at->mask_height, &problem);
    if (!shapes) {
        reading_problem(&coco->reading, place, "%s", problem->message);
        return TRUE;
    }
    if (shapes->len > 1) {
        coco->reading.sink->loss(coco->reading.sink->data, LOST_PARTS);
    }
    for (guint i = 0; i < shapes->len; i++) {
        g_autoptr(Shape) traced = g_ptr_array_index(shapes, i);
        shapes->pdata[i] = NULL;
        Shape *shape = shape_of(at, SHAPE_POLYGON, category->name);
        shape->points = g_steal_pointer(&traced->points);
        shape->point_count = traced->point_count;
        shape->rings = g_steal_pointer(&traced->rings);
        shape->ring_count = traced->ring_count;
        shape->box = traced->box;
        if (!reading_shape(&coco->reading, key, shape, place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* An object's joints: those that were seen (2), and those that are there but hidden (1). */
static gboolean tell_joints(Coco *coco, gint64 key, const CocoCategory *category, GError **error)
{
    const CocoAnnotation *at = &coco->at;
    guint32 *instances = &g_array_index(coco->instances, guint32, key - coco->first_key);
    guint32 instance = category->is_alone ? 0 : ++*instances;
    for (guint i = 0; i < category->joints->len; i++) {
        const double *joint = &g_array_index(at->keypoints, double, 3 * i);
        g_autofree char *place = place_of(coco, ".keypoints", 3 * (gint64)i);
        if (joint[2] <= 0) {
            continue;
        }
        Shape *shape = shape_new(SHAPE_KEYPOINT, g_ptr_array_index(category->joints, i));
        const ShapePoint point = {joint[0], joint[1]};
        shape->confidence = at->score;
        shape->source = SHAPE_BY_IMPORT;
        shape->instance_id = instance;
        shape->attributes = joint[2] < 2 ? g_strdup("{\"occluded\":true}") : NULL;
        shape_add_ring(shape, &point, 1);
        shape_enclose(shape);
        if (!reading_shape(&coco->reading, key, shape, place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean has_joints(const CocoAnnotation *at)
{
    for (guint i = 2; i < at->keypoints->len; i += 3) {
        if (g_array_index(at->keypoints, double, i) > 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean tell_shapes(Coco *coco, gint64 key, const CocoCategory *category, GError **error)
{
    const CocoAnnotation *at = &coco->at;
    gboolean told = FALSE;
    if (at->is_crowd) {
        coco->reading.sink->loss(coco->reading.sink->data, LOST_CROWDS);
    }
    if (has_joints(at)) {
        told = TRUE;
        if (!category->joints || at->keypoints->len != 3 * category->joints->len) {
            g_autofree char *place = place_of(coco, ".keypoints", -1);
            reading_problem(&coco->reading, place,
                            "there are three numbers for each keypoint of the category");
            return TRUE;
        }
        if (!tell_joints(coco, key, category, error)) {
            return FALSE;
        }
    }
    if (at->has & HAS_ORIENTED) {
        return tell_box(coco, key, category, error);
    }
    if (at->rings->len > 0) {
        return tell_rings(coco, key, category, error);
    }
    if (at->has & HAS_MASK) {
        return tell_mask(coco, key, category, error);
    }
    if (at->has & HAS_BOX) {
        return told || tell_box(coco, key, category, error);
    }
    if (!told) {
        g_autofree char *place = place_of(coco, "", -1);
        reading_problem(&coco->reading, place, "the annotation has no bbox and no segmentation");
    }
    return TRUE;
}

/* Its image's key and its category, or the problem is told. */
static gboolean find_parts(Coco *coco, gint64 *ret_key, const CocoCategory **ret_category)
{
    const CocoAnnotation *at = &coco->at;
    gsize key = GPOINTER_TO_SIZE(g_hash_table_lookup(coco->images, coco_id_key(at->image_id)));
    *ret_category = g_hash_table_lookup(coco->categories, coco_id_key(at->category_id));
    *ret_key = coco->first_key + (gint64)key - 1;
    const char *member = NULL;
    if (!(at->has & HAS_IMAGE) || key == 0) {
        member = ".image_id";
    } else if (!(at->has & HAS_CATEGORY) || !*ret_category) {
        member = ".category_id";
    } else if ((at->has & HAS_ID) && !id_set_add(coco->ids, at->id)) {
        g_autofree char *place = place_of(coco, ".id", -1);
        reading_problem(&coco->reading, place, "another annotation has the id %" G_GINT64_FORMAT,
                        at->id);
        return FALSE;
    }
    if (member) {
        g_autofree char *place = place_of(coco, member, -1);
        reading_problem(&coco->reading, place, "there is no such %s in the file",
                        strcmp(member, ".image_id") == 0 ? "image" : "category");
    }
    return member == NULL;
}

static void begin_annotation(CocoAnnotation *at)
{
    at->has = 0;
    at->is_bad = at->is_crowd = FALSE;
    at->mask_width = at->mask_height = 0;
    at->oriented = (ShapeOriented){0};
    at->score = 1;
    g_array_set_size(at->numbers, 0);
    g_array_set_size(at->rings, 0);
    g_array_set_size(at->keypoints, 0);
    g_array_set_size(at->runs, 0);
    g_string_truncate(at->attributes, 0);
}

gboolean coco_read_annotation(Coco *coco, GError **error)
{
    const CocoCategory *category = NULL;
    gint64 key = 0;
    begin_annotation(&coco->at);
    if (!coco_read_members(coco, read_annotation_member, &coco->at, error)) {
        return FALSE;
    }
    gboolean told = coco->at.is_bad || !find_parts(coco, &key, &category) ||
                    tell_shapes(coco, key, category, error);
    coco->at.index++;
    return told;
}
