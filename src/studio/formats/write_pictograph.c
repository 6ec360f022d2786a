/* One file for each image: the object that the first dialect answers for an image's file. */
#include "studio/formats/annotation_json.h"
#include "studio/formats/write_text.h"

typedef struct {
    const FormatDataset *dataset;
    ExportFiles *files;
    JsonWriter *writer;
    GString *name;
} Pictograph;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Pictograph *pictograph = state;
    pictograph->dataset = dataset;
    pictograph->files = files;
    pictograph->name = g_string_new(NULL);
    return TRUE;
}

static void write_name_and_slug(JsonWriter *writer, const char *key, const char *name,
                                const char *slug)
{
    json_key(writer, key);
    json_object_begin(writer);
    json_member_string(writer, "name", name);
    json_member_string(writer, "slug", slug);
    json_object_end(writer);
}

static void write_addresses(const Pictograph *pictograph, const Item *item)
{
    JsonWriter *writer = pictograph->writer;
    const char *base = pictograph->dataset->base_url;
    g_autofree char *filename = g_uri_escape_string(item->filename, NULL, FALSE);
    g_autofree char *image = g_strconcat(base, "/api/v1/developer/images/", item->uuid, NULL);
    g_autofree char *annotate =
        g_strconcat(base, "/project/", pictograph->dataset->dataset->project_uuid, "/annotate/",
                    filename, NULL);
    json_member_string(writer, "image_url", image);
    json_member_string(writer, "annotation_url", annotate);
}

static guint count_drawn(const GPtrArray *shapes)
{
    guint count = 0;
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        count += shape->kind != SHAPE_TAG;
    }
    return count;
}

static void write_shapes(JsonWriter *writer, const GPtrArray *shapes, FormatLoss loss,
                         gpointer data)
{
    json_key(writer, "annotations");
    json_array_begin(writer);
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        if (shape->kind == SHAPE_TAG) {
            loss(data, LOSS_TAGS);
        } else {
            annotation_json_write(writer, shape, ANNOTATION_PATHS);
        }
    }
    json_array_end(writer);
}

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    Pictograph *pictograph = state;
    const Item *item = image->item;
    const Dataset *dataset = pictograph->dataset->dataset;
    JsonWriter *writer = pictograph->writer = text_json_writer();
    json_object_begin(writer);
    json_member_string(writer, "image", item->filename);
    write_addresses(pictograph, item);
    json_member_string(writer, "image_uuid", item->uuid);
    json_member_string(writer, "image_path", item->directory);
    json_member_int(writer, "annotation_count", count_drawn(image->shapes));
    write_name_and_slug(writer, "dataset", dataset->name, dataset->slug);
    write_name_and_slug(writer, "org", dataset->organization_name, dataset->organization_slug);
    write_shapes(writer, image->shapes, loss, data);
    json_object_end(writer);
    const char *name =
        text_path(pictograph->name, image->folder, "annotations/", image->path, ".json");
    text_end_json(export_file_once(pictograph->files, name), writer);
    g_clear_pointer(&pictograph->writer, json_writer_free);
    return TRUE;
}

static gboolean end(gpointer state, GError **error)
{
    return TRUE;
}

static void clear(gpointer state)
{
    Pictograph *pictograph = state;
    g_clear_pointer(&pictograph->writer, json_writer_free);
    if (pictograph->name) {
        g_string_free(pictograph->name, TRUE);
    }
}

const FormatWriterClass write_pictograph = {sizeof(Pictograph), begin, write_one, end, clear};
