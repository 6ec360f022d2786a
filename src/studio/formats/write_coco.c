/* COCO's object format (cocodataset.org, "Data format"), instances and keypoints in one file. The
 * classes' names are sorted, and their ids count from 1. What COCO has no member for stands in
 * members of the annotation that its readers pass over: "score", "attributes", "oriented_box". */
#include "studio/formats/joints.h"
#include "studio/formats/mask.h"
#include "studio/formats/write_text.h"

#include <string.h>

/* annotations.json of the whole, or of one split. */
typedef struct {
    gboolean is_begun;
    gint64 images, shapes;
    JsonWriter *image_writer, *shape_writer;
    char *name;
} CocoFile;

enum { PART_IMAGES, PART_SHAPES };

typedef struct {
    const FormatDataset *dataset;
    ExportFiles *files;
    GPtrArray *names; /* sorted */
    GHashTable *ids;  /* from a name to its id */
    GPtrArray *templates;
    GHashTable *singles; /* names of keypoints that stand alone */
    CocoFile parts[SPLITS];
} Coco;

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Coco *coco = state;
    coco->dataset = dataset;
    coco->files = files;
    coco->templates = joint_templates(dataset->classes);
    coco->singles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    coco->ids = g_hash_table_new(g_str_hash, g_str_equal);
    coco->names = g_ptr_array_new();
    for (guint i = 0; i < dataset->names->len; i++) {
        g_ptr_array_add(coco->names, g_ptr_array_index(dataset->names, i));
    }
    g_ptr_array_sort(coco->names, compare_names);
    for (guint i = 0; i < coco->names->len; i++) {
        g_hash_table_insert(coco->ids, g_ptr_array_index(coco->names, i), GUINT_TO_POINTER(i + 1));
    }
    return TRUE;
}

static void begin_file(const Coco *coco, CocoFile *file, const char *folder)
{
    file->is_begun = TRUE;
    file->image_writer = text_json_writer();
    file->shape_writer = text_json_writer();
    file->name = g_strconcat(folder, "annotations.json", NULL);
    GString *out = export_file(coco->files, file->name, PART_IMAGES);
    g_string_append(out, "{\"info\":{\"description\":");
    text_json(out, coco->dataset->dataset->name);
    g_string_append(out, ",\"version\":\"1.0\"},\"licenses\":[],\"images\":[");
    g_string_append(export_file(coco->files, file->name, PART_SHAPES), "],\"annotations\":[");
}

/* --- shapes --- */

static void write_box(JsonWriter *writer, const ShapeBox *box)
{
    json_key(writer, "bbox");
    json_array_begin(writer);
    json_double(writer, box->x);
    json_double(writer, box->y);
    json_double(writer, box->w);
    json_double(writer, box->h);
    json_array_end(writer);
}

static void write_head(const Coco *coco, CocoFile *file, const char *name)
{
    JsonWriter *writer = file->shape_writer;
    json_object_begin(writer);
    json_member_int(writer, "id", ++file->shapes);
    json_member_int(writer, "image_id", file->images);
    json_member_int(writer, "category_id", GPOINTER_TO_UINT(g_hash_table_lookup(coco->ids, name)));
}

static void write_oriented(JsonWriter *writer, const ShapeOriented *box)
{
    json_key(writer, "oriented_box");
    json_object_begin(writer);
    json_member_double(writer, "cx", box->cx);
    json_member_double(writer, "cy", box->cy);
    json_member_double(writer, "w", box->w);
    json_member_double(writer, "h", box->h);
    json_member_double(writer, "angle", box->angle);
    json_object_end(writer);
}

/* One with holes as a mask, which is exact to the pixel. */
static void write_polygon(JsonWriter *writer, const Shape *shape, const Item *item, FormatLoss loss,
                          gpointer data)
{
    g_autofree char *mask =
        shape->ring_count > 1 ? mask_encode(shape, item->width, item->height) : NULL;
    if (mask) {
        json_object_begin(writer);
        json_key(writer, "size");
        json_array_begin(writer);
        json_int(writer, item->height);
        json_int(writer, item->width);
        json_array_end(writer);
        json_member_string(writer, "counts", mask);
        json_object_end(writer);
        return;
    }
    if (shape->ring_count > 1) {
        loss(data, LOSS_HOLES);
    }
    json_array_begin(writer);
    text_json_flat(writer, shape->points, shape->rings[0]);
    json_array_end(writer);
}

static void write_segmentation(JsonWriter *writer, const Shape *shape, const Item *item,
                               FormatLoss loss, gpointer data)
{
    json_key(writer, "segmentation");
    if (shape->kind == SHAPE_POLYGON) {
        write_polygon(writer, shape, item, loss, data);
        return;
    }
    json_array_begin(writer);
    if (shape->is_oriented) {
        ShapePoint corners[4];
        shape_corners(shape, corners);
        text_json_flat(writer, corners, 4);
    }
    json_array_end(writer);
}

static void write_shape(const Coco *coco, CocoFile *file, const Shape *shape, const Item *item,
                        FormatLoss loss, gpointer data)
{
    JsonWriter *writer = file->shape_writer;
    write_head(coco, file, shape->name);
    write_box(writer, &shape->box);
    json_member_double(writer, "area", shape_area(shape));
    json_member_int(writer, "iscrowd", 0);
    write_segmentation(writer, shape, item, loss, data);
    if (shape->is_oriented) {
        write_oriented(writer, &shape->oriented);
    }
    if (shape->confidence < 1) {
        json_member_double(writer, "score", shape->confidence);
    }
    if (text_has_attributes(shape)) {
        json_key(writer, "attributes");
        json_raw(writer, shape->attributes, strlen(shape->attributes));
    }
    json_object_end(writer);
}

/* --- keypoints --- */

static void write_joints(JsonWriter *writer, const JointObject *object)
{
    json_key(writer, "keypoints");
    json_array_begin(writer);
    for (guint i = 0; i < object->count; i++) {
        const Shape *joint = object->joints[i];
        if (joint) {
            json_double(writer, joint->points[0].x);
            json_double(writer, joint->points[0].y);
        } else {
            json_int(writer, 0);
            json_int(writer, 0);
        }
        json_int(writer, !joint ? 0 : text_is_occluded(joint) ? 1 : 2);
    }
    json_array_end(writer);
    json_member_int(writer, "num_keypoints", object->visible);
}

static void write_object(Coco *coco, CocoFile *file, const JointObject *object)
{
    JsonWriter *writer = file->shape_writer;
    write_head(coco, file, object->class_name);
    write_box(writer, &object->box);
    json_member_double(writer, "area", object->box.w * object->box.h);
    json_member_int(writer, "iscrowd", 0);
    json_key(writer, "segmentation");
    json_array_begin(writer);
    json_array_end(writer);
    write_joints(writer, object);
    json_object_end(writer);
    if (!object->template && !g_hash_table_contains(coco->singles, object->class_name)) {
        g_hash_table_add(coco->singles, g_strdup(object->class_name));
    }
}

static void write_objects(Coco *coco, CocoFile *file, const GPtrArray *shapes, FormatLoss loss,
                          gpointer data)
{
    g_autoptr(GPtrArray) objects = joint_objects(coco->templates, shapes);
    for (guint i = 0; i < objects->len; i++) {
        write_object(coco, file, g_ptr_array_index(objects, i));
    }
}

static void count_joint_losses(const Shape *joint, FormatLoss loss, gpointer data)
{
    if (joint->confidence < 1) {
        loss(data, LOSS_CONFIDENCE);
    }
    if (text_has_attributes(joint)) {
        loss(data, "attributes of keypoints other than occluded are left out");
    }
}

/* --- images --- */

static void write_image(CocoFile *file, const FormatImage *image)
{
    JsonWriter *writer = file->image_writer;
    json_object_begin(writer);
    json_member_int(writer, "id", ++file->images);
    json_member_string(writer, "file_name", image->path);
    json_member_int(writer, "width", image->item->width);
    json_member_int(writer, "height", image->item->height);
    json_object_end(writer);
}

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    Coco *coco = state;
    CocoFile *file = &coco->parts[image->part];
    if (!file->is_begun) {
        begin_file(coco, file, image->folder);
    }
    write_image(file, image);
    gboolean has_joints = FALSE;
    for (guint i = 0; i < image->shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(image->shapes, i);
        if (shape->kind == SHAPE_BBOX || shape->kind == SHAPE_POLYGON) {
            write_shape(coco, file, shape, image->item, loss, data);
        } else if (shape->kind == SHAPE_KEYPOINT) {
            has_joints = TRUE;
            count_joint_losses(shape, loss, data);
        } else {
            loss(data, text_left_out(shape->kind));
        }
    }
    if (has_joints) {
        write_objects(coco, file, image->shapes, loss, data);
    }
    text_take_json(export_file(coco->files, file->name, PART_IMAGES), file->image_writer);
    text_take_json(export_file(coco->files, file->name, PART_SHAPES), file->shape_writer);
    return TRUE;
}

/* --- the end --- */

static const JointTemplate *template_of(const Coco *coco, const char *name)
{
    for (guint i = 0; i < coco->templates->len; i++) {
        const JointTemplate *template = g_ptr_array_index(coco->templates, i);
        if (strcmp(template->class_name, name) == 0) {
            return template;
        }
    }
    return NULL;
}

static void write_edges(JsonWriter *writer, const GArray *edges)
{
    for (guint i = 0; i + 1 < edges->len; i += 2) {
        json_array_begin(writer);
        json_int(writer, (gint64)g_array_index(edges, guint, i) + 1);
        json_int(writer, (gint64)g_array_index(edges, guint, i + 1) + 1);
        json_array_end(writer);
    }
}

static void write_skeleton(const Coco *coco, JsonWriter *writer, const char *name)
{
    const JointTemplate *template = template_of(coco, name);
    if (!template && !g_hash_table_contains(coco->singles, name)) {
        return;
    }
    json_key(writer, "keypoints");
    json_array_begin(writer);
    for (guint i = 0; template && i < template->joints->len; i++) {
        json_text(writer, g_ptr_array_index(template->joints, i));
    }
    if (!template) {
        json_text(writer, name);
    }
    json_array_end(writer);
    json_key(writer, "skeleton");
    json_array_begin(writer);
    if (template) {
        write_edges(writer, template->edges);
    }
    json_array_end(writer);
}

static void end_file(const Coco *coco, const CocoFile *file)
{
    GString *out = export_file(coco->files, file->name, PART_SHAPES);
    g_string_append(out, "],\"categories\":[");
    g_autoptr(JsonWriter) writer = text_json_writer();
    for (guint i = 0; i < coco->names->len; i++) {
        const char *name = g_ptr_array_index(coco->names, i);
        json_object_begin(writer);
        json_member_int(writer, "id", (gint64)i + 1);
        json_member_string(writer, "name", name);
        json_member_string(writer, "supercategory", "");
        write_skeleton(coco, writer, name);
        json_object_end(writer);
    }
    text_take_json(out, writer);
    g_string_append(out, "]}\n");
}

static gboolean end(gpointer state, GError **error)
{
    Coco *coco = state;
    if (!coco->dataset->by_split && !coco->parts[SPLIT_NONE].is_begun) {
        begin_file(coco, &coco->parts[SPLIT_NONE], "");
    }
    for (int part = 0; part < SPLITS; part++) {
        if (coco->parts[part].is_begun) {
            end_file(coco, &coco->parts[part]);
        }
    }
    return TRUE;
}

static void clear(gpointer state)
{
    Coco *coco = state;
    for (int part = 0; part < SPLITS; part++) {
        json_writer_free(coco->parts[part].image_writer);
        json_writer_free(coco->parts[part].shape_writer);
        g_free(coco->parts[part].name);
    }
    g_clear_pointer(&coco->templates, g_ptr_array_unref);
    g_clear_pointer(&coco->names, g_ptr_array_unref);
    g_clear_pointer(&coco->ids, g_hash_table_unref);
    g_clear_pointer(&coco->singles, g_hash_table_unref);
}

const FormatWriterClass write_coco = {sizeof(Coco), begin, write_one, end, clear};
