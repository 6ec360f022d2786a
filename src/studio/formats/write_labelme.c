/* LabelMe's JSON (github.com/wkentaro/labelme): a file for each image. It has no rotated boxes:
 * they are polygons of four points. */
#include "studio/formats/write_text.h"

typedef struct {
    const FormatDataset *dataset;
    ExportFiles *files;
    GString *name;
} Labelme;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Labelme *labelme = state;
    labelme->dataset = dataset;
    labelme->files = files;
    labelme->name = g_string_new(NULL);
    return TRUE;
}

static const char *kind_name(const Shape *shape)
{
    switch (shape->kind) {
    case SHAPE_BBOX:
        return shape->is_oriented ? "polygon" : "rectangle";
    case SHAPE_POLYGON:
        return "polygon";
    case SHAPE_POLYLINE:
        return "linestrip";
    default:
        return "point";
    }
}

static void write_points(JsonWriter *writer, const ShapePoint *points, guint count)
{
    json_key(writer, "points");
    json_array_begin(writer);
    for (guint i = 0; i < count; i++) {
        text_json_flat(writer, &points[i], 1);
    }
    json_array_end(writer);
}

static void write_geometry(JsonWriter *writer, const Shape *shape)
{
    if (shape->kind != SHAPE_BBOX) {
        write_points(writer, shape->points,
                     shape->kind == SHAPE_POLYGON ? shape->rings[0] : shape->point_count);
        return;
    }
    ShapePoint corners[4];
    shape_corners(shape, corners);
    if (!shape->is_oriented) {
        corners[1] = corners[2];
    }
    write_points(writer, corners, shape->is_oriented ? 4 : 2);
}

static void write_shape(JsonWriter *writer, const Shape *shape)
{
    json_object_begin(writer);
    json_member_string(writer, "label", shape->name);
    write_geometry(writer, shape);
    json_key(writer, "group_id");
    if (shape->instance_id > 0) {
        json_int(writer, shape->instance_id);
    } else {
        json_none(writer);
    }
    json_member_string(writer, "description", "");
    json_member_string(writer, "shape_type", kind_name(shape));
    json_key(writer, "flags");
    json_object_begin(writer);
    json_object_end(writer);
    json_object_end(writer);
}

/* LabelMe opens the picture from where the file lies. */
static void write_image_path(const Labelme *labelme, JsonWriter *writer, const FormatImage *image)
{
    if (!labelme->dataset->has_images) {
        json_member_string(writer, "imagePath", image->item->filename);
        return;
    }
    g_autoptr(GString) path = g_string_new("../");
    for (const char *at = image->path; *at; at++) {
        g_string_append(path, *at == '/' ? "../" : "");
    }
    g_string_append_printf(path, "images/%s", image->path);
    json_member_string(writer, "imagePath", path->str);
}

static void count_losses(const Shape *shape, FormatLoss loss, gpointer data)
{
    if (shape->ring_count > 1) {
        loss(data, LOSS_HOLES);
    }
    if (shape->is_oriented) {
        loss(data, "rotated boxes became polygons of four points");
    }
    text_count_losses(shape, FALSE, FALSE, loss, data);
}

static void write_shapes(JsonWriter *writer, const GPtrArray *shapes, FormatLoss loss,
                         gpointer data)
{
    json_key(writer, "shapes");
    json_array_begin(writer);
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        if (shape->kind == SHAPE_TAG) {
            loss(data, LOSS_TAGS);
            continue;
        }
        count_losses(shape, loss, data);
        write_shape(writer, shape);
    }
    json_array_end(writer);
}

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    Labelme *labelme = state;
    g_autoptr(JsonWriter) writer = text_json_writer();
    json_object_begin(writer);
    json_member_string(writer, "version", "5.0.1");
    json_key(writer, "flags");
    json_object_begin(writer);
    json_object_end(writer);
    write_shapes(writer, image->shapes, loss, data);
    write_image_path(labelme, writer, image);
    json_member_null(writer, "imageData");
    json_member_int(writer, "imageHeight", image->item->height);
    json_member_int(writer, "imageWidth", image->item->width);
    json_object_end(writer);
    const char *name =
        text_path(labelme->name, image->folder, "annotations/", image->stem_path, ".json");
    text_end_json(export_file_once(labelme->files, name), writer);
    return TRUE;
}

static gboolean end(gpointer state, GError **error)
{
    return TRUE;
}

static void clear(gpointer state)
{
    Labelme *labelme = state;
    if (labelme->name) {
        g_string_free(labelme->name, TRUE);
    }
}

const FormatWriterClass write_labelme = {sizeof(Labelme), begin, write_one, end, clear};
