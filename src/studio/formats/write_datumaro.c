/* Datumaro's own JSON (openvinotoolkit.github.io/datumaro): annotations/SUBSET.json, a subset being
 * a split, or "default" for what is in none. A rotated box tells its own, unrotated extents and has
 * the attribute "rotation"; the attribute "score" has the confidence. */
#include "studio/formats/write_text.h"

#include <string.h>

typedef struct {
    const FormatDataset *dataset;
    ExportFiles *files;
    char *names[SPLITS]; /* of the files that are begun, by subset */
    JsonWriter *writers[SPLITS];
    gint64 shapes;
} Datumaro;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Datumaro *datumaro = state;
    datumaro->dataset = dataset;
    datumaro->files = files;
    return TRUE;
}

static void write_categories(const FormatDataset *dataset, JsonWriter *writer)
{
    json_object_begin(writer);
    json_key(writer, "label");
    json_object_begin(writer);
    json_key(writer, "labels");
    json_array_begin(writer);
    for (guint i = 0; i < dataset->names->len; i++) {
        json_object_begin(writer);
        json_member_string(writer, "name", g_ptr_array_index(dataset->names, i));
        json_member_string(writer, "parent", "");
        json_key(writer, "attributes");
        json_array_begin(writer);
        json_array_end(writer);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_key(writer, "attributes");
    json_array_begin(writer);
    json_array_end(writer);
    json_object_end(writer);
    json_object_end(writer);
}

static void begin_file(Datumaro *datumaro, Split subset, const char *folder)
{
    const char *name = subset == SPLIT_NONE ? "default" : split_name(subset);
    datumaro->names[subset] = g_strconcat(folder, "annotations/", name, ".json", NULL);
    datumaro->writers[subset] = text_json_writer();
    GString *out = export_file(datumaro->files, datumaro->names[subset], 0);
    g_autoptr(JsonWriter) writer = text_json_writer();
    write_categories(datumaro->dataset, writer);
    g_string_append(out, "{\"dm_format_version\":\"1.0\",\"media_type\":2,\"infos\":{},"
                         "\"categories\":");
    text_take_json(out, writer);
    g_string_append(out, ",\"items\":[");
}

/* --- shapes --- */

static const char *kind_name(ShapeKind kind)
{
    static const char *const names[] = {
        [SHAPE_BBOX] = "bbox",       [SHAPE_POLYGON] = "polygon", [SHAPE_POLYLINE] = "polyline",
        [SHAPE_KEYPOINT] = "points", [SHAPE_TAG] = "label",
    };
    return names[kind];
}

static void write_attributes(JsonWriter *writer, const Shape *shape)
{
    json_t *attributes = text_attributes_object(shape);
    if (!attributes) {
        attributes = json_object();
    }
    if (shape->is_oriented) {
        json_object_set_new(attributes, "rotation", json_real(shape->oriented.angle));
    }
    if (shape->confidence < 1) {
        json_object_set_new(attributes, "score", json_real(shape->confidence));
    }
    char *text = json_dumps(attributes, JSON_COMPACT);
    json_key(writer, "attributes");
    json_raw(writer, text, strlen(text));
    free(text);
    json_decref(attributes);
}

static void write_box(JsonWriter *writer, const Shape *shape)
{
    ShapeBox box = shape->box;
    if (shape->is_oriented) {
        const ShapeOriented *own = &shape->oriented;
        box = (ShapeBox){own->cx - own->w / 2, own->cy - own->h / 2, own->w, own->h};
    }
    json_key(writer, "bbox");
    json_array_begin(writer);
    json_double(writer, box.x);
    json_double(writer, box.y);
    json_double(writer, box.w);
    json_double(writer, box.h);
    json_array_end(writer);
}

static void write_points(JsonWriter *writer, const Shape *shape)
{
    json_key(writer, "points");
    text_json_flat(writer, shape->points,
                   shape->kind == SHAPE_POLYGON ? shape->rings[0] : shape->point_count);
    if (shape->kind == SHAPE_KEYPOINT) {
        json_key(writer, "visibility");
        json_array_begin(writer);
        json_int(writer, text_is_occluded(shape) ? 1 : 2);
        json_array_end(writer);
    }
}

static void write_shape(Datumaro *datumaro, JsonWriter *writer, const Shape *shape)
{
    json_object_begin(writer);
    json_member_int(writer, "id", datumaro->shapes++);
    json_member_string(writer, "type", kind_name(shape->kind));
    write_attributes(writer, shape);
    json_member_int(writer, "group", shape->instance_id);
    json_member_int(writer, "label_id", text_class(datumaro->dataset, shape->name));
    if (shape->kind != SHAPE_TAG) {
        json_member_int(writer, "z_order", 0);
    }
    if (shape->kind == SHAPE_BBOX) {
        write_box(writer, shape);
    } else if (shape->kind != SHAPE_TAG) {
        write_points(writer, shape);
    }
    json_object_end(writer);
}

/* --- images --- */

static void write_media(JsonWriter *writer, const FormatImage *image)
{
    json_key(writer, "image");
    json_object_begin(writer);
    json_member_string(writer, "path", image->path);
    json_key(writer, "size");
    json_array_begin(writer);
    json_int(writer, image->item->height);
    json_int(writer, image->item->width);
    json_array_end(writer);
    json_object_end(writer);
}

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    Datumaro *datumaro = state;
    Split subset = datumaro->dataset->by_split ? image->part : image->item->split;
    if (!datumaro->names[subset]) {
        begin_file(datumaro, subset, image->folder);
    }
    JsonWriter *writer = datumaro->writers[subset];
    json_object_begin(writer);
    json_member_string(writer, "id", image->stem_path);
    json_key(writer, "annotations");
    json_array_begin(writer);
    for (guint i = 0; i < image->shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(image->shapes, i);
        if (shape->ring_count > 1) {
            loss(data, LOSS_HOLES);
        }
        write_shape(datumaro, writer, shape);
    }
    json_array_end(writer);
    write_media(writer, image);
    json_object_end(writer);
    text_take_json(export_file(datumaro->files, datumaro->names[subset], 0), writer);
    return TRUE;
}

static gboolean end(gpointer state, GError **error)
{
    Datumaro *datumaro = state;
    gboolean is_begun = FALSE;
    for (int subset = 0; subset < SPLITS; subset++) {
        is_begun = is_begun || datumaro->names[subset];
    }
    if (!is_begun) {
        begin_file(datumaro, SPLIT_NONE, "");
    }
    for (int subset = 0; subset < SPLITS; subset++) {
        if (datumaro->names[subset]) {
            g_string_append(export_file(datumaro->files, datumaro->names[subset], 0), "]}\n");
        }
    }
    return TRUE;
}

static void clear(gpointer state)
{
    Datumaro *datumaro = state;
    for (int subset = 0; subset < SPLITS; subset++) {
        g_free(datumaro->names[subset]);
        json_writer_free(datumaro->writers[subset]);
    }
}

const FormatWriterClass write_datumaro = {sizeof(Datumaro), begin, write_one, end, clear};
