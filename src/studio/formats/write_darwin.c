/* V7's Darwin JSON 2.0 (docs.v7labs.com/reference/darwin-json): a file for each image. */
#include "studio/formats/write_text.h"

#define SCHEMA "https://darwin-public.s3.eu-west-1.amazonaws.com/darwin_json/2.0/schema.json"

typedef struct {
    const FormatDataset *dataset;
    ExportFiles *files;
    GString *name;
} Darwin;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Darwin *darwin = state;
    darwin->dataset = dataset;
    darwin->files = files;
    darwin->name = g_string_new(NULL);
    return TRUE;
}

/* --- shapes --- */

static void write_box(JsonWriter *writer, const ShapeBox *box)
{
    json_key(writer, "bounding_box");
    json_object_begin(writer);
    json_member_double(writer, "h", box->h);
    json_member_double(writer, "w", box->w);
    json_member_double(writer, "x", box->x);
    json_member_double(writer, "y", box->y);
    json_object_end(writer);
}

static void write_path(JsonWriter *writer, const ShapePoint *points, guint count)
{
    json_array_begin(writer);
    for (guint i = 0; i < count; i++) {
        text_json_point(writer, points[i]);
    }
    json_array_end(writer);
}

static void write_polygon(JsonWriter *writer, const Shape *shape)
{
    const ShapePoint *points = shape->points;
    json_key(writer, "polygon");
    json_object_begin(writer);
    json_key(writer, "paths");
    json_array_begin(writer);
    for (guint i = 0; i < shape->ring_count; i++) {
        write_path(writer, points, shape->rings[i]);
        points += shape->rings[i];
    }
    json_array_end(writer);
    json_object_end(writer);
}

static void write_line(JsonWriter *writer, const Shape *shape)
{
    json_key(writer, "line");
    json_object_begin(writer);
    json_key(writer, "path");
    write_path(writer, shape->points, shape->point_count);
    json_object_end(writer);
}

static void write_geometry(JsonWriter *writer, const Shape *shape)
{
    switch (shape->kind) {
    case SHAPE_BBOX:
        write_box(writer, &shape->box);
        break;
    case SHAPE_POLYGON:
        write_box(writer, &shape->box);
        write_polygon(writer, shape);
        break;
    case SHAPE_POLYLINE:
        write_line(writer, shape);
        break;
    case SHAPE_KEYPOINT:
        json_key(writer, "keypoint");
        text_json_point(writer, shape->points[0]);
        break;
    case SHAPE_TAG:
        json_key(writer, "tag");
        json_object_begin(writer);
        json_object_end(writer);
        break;
    }
}

static void write_property(gpointer data, const char *name, const char *value)
{
    JsonWriter *writer = data;
    json_object_begin(writer);
    json_member_null(writer, "frame_index");
    json_member_string(writer, "name", name);
    json_member_string(writer, "value", value);
    json_object_end(writer);
}

static void write_extras(JsonWriter *writer, const Shape *shape)
{
    if (shape->instance_id > 0) {
        json_key(writer, "instance_id");
        json_object_begin(writer);
        json_member_int(writer, "value", shape->instance_id);
        json_object_end(writer);
    }
    if (shape->confidence < 1) {
        json_key(writer, "inference");
        json_object_begin(writer);
        json_member_double(writer, "confidence", shape->confidence);
        json_object_end(writer);
    }
    json_key(writer, "properties");
    json_array_begin(writer);
    text_attributes(shape, write_property, writer);
    json_array_end(writer);
}

static void write_shape(JsonWriter *writer, const Shape *shape)
{
    json_object_begin(writer);
    json_member_string(writer, "id", shape->uid);
    json_member_string(writer, "name", shape->name);
    json_key(writer, "slot_names");
    json_array_begin(writer);
    json_text(writer, "0");
    json_array_end(writer);
    write_geometry(writer, shape);
    write_extras(writer, shape);
    json_object_end(writer);
}

/* --- images --- */

static void write_slot(const Darwin *darwin, JsonWriter *writer, const Item *item)
{
    g_autofree char *url =
        g_strconcat(darwin->dataset->base_url, "/api/v1/developer/images/", item->uuid, NULL);
    json_object_begin(writer);
    json_member_string(writer, "type", "image");
    json_member_string(writer, "slot_name", "0");
    json_member_int(writer, "width", item->width);
    json_member_int(writer, "height", item->height);
    json_key(writer, "source_files");
    json_array_begin(writer);
    json_object_begin(writer);
    json_member_string(writer, "file_name", item->filename);
    json_member_string(writer, "url", url);
    json_object_end(writer);
    json_array_end(writer);
    json_object_end(writer);
}

static void write_item(const Darwin *darwin, JsonWriter *writer, const Item *item)
{
    json_key(writer, "item");
    json_object_begin(writer);
    json_member_string(writer, "name", item->filename);
    json_member_string(writer, "path", item->directory);
    json_key(writer, "slots");
    json_array_begin(writer);
    write_slot(darwin, writer, item);
    json_array_end(writer);
    json_object_end(writer);
}

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    Darwin *darwin = state;
    g_autoptr(JsonWriter) writer = text_json_writer();
    json_object_begin(writer);
    json_member_string(writer, "version", "2.0");
    json_member_string(writer, "schema_ref", SCHEMA);
    write_item(darwin, writer, image->item);
    json_key(writer, "annotations");
    json_array_begin(writer);
    for (guint i = 0; i < image->shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(image->shapes, i);
        if (shape->is_oriented) {
            loss(data, LOSS_ROTATION);
        }
        write_shape(writer, shape);
    }
    json_array_end(writer);
    json_object_end(writer);
    const char *name = text_path(darwin->name, image->folder, "annotations/", image->path, ".json");
    text_end_json(export_file_once(darwin->files, name), writer);
    return TRUE;
}

static gboolean end(gpointer state, GError **error)
{
    return TRUE;
}

static void clear(gpointer state)
{
    Darwin *darwin = state;
    if (darwin->name) {
        g_string_free(darwin->name, TRUE);
    }
}

const FormatWriterClass write_darwin = {sizeof(Darwin), begin, write_one, end, clear};
