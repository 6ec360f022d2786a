/* Pascal VOC (host.robots.ox.ac.uk/pascal/VOC): an XML file for each image, boxes in whole pixels.
 * Halves are rounded to even numbers. */
#include "studio/formats/write_text.h"

#include <math.h>

typedef struct {
    const FormatDataset *dataset;
    ExportFiles *files;
    GString *name;
} Voc;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Voc *voc = state;
    voc->dataset = dataset;
    voc->files = files;
    voc->name = g_string_new(NULL);
    return TRUE;
}

static void add_text(GString *out, const char *indent, const char *element, const char *text)
{
    g_string_append_printf(out, "%s<%s>", indent, element);
    text_xml(out, text);
    g_string_append_printf(out, "</%s>\n", element);
}

static void add_integer(GString *out, const char *indent, const char *element, gint64 value)
{
    g_string_append_printf(out, "%s<%s>%" G_GINT64_FORMAT "</%s>\n", indent, element, value,
                           element);
}

static void write_head(const Voc *voc, GString *out, const Item *item)
{
    g_string_append(out, "<annotation>\n");
    add_text(out, "  ", "folder", item->directory[0] == '/' ? item->directory + 1 : "");
    add_text(out, "  ", "filename", item->filename);
    g_string_append(out, "  <source>\n");
    add_text(out, "    ", "database", voc->dataset->dataset->name);
    g_string_append(out, "  </source>\n  <size>\n");
    add_integer(out, "    ", "width", item->width);
    add_integer(out, "    ", "height", item->height);
    add_integer(out, "    ", "depth", 3);
    g_string_append(out, "  </size>\n  <segmented>0</segmented>\n");
}

static void write_object(GString *out, const Shape *shape)
{
    const ShapeBox *box = &shape->box;
    g_string_append(out, "  <object>\n");
    add_text(out, "    ", "name", shape->name);
    g_string_append(out, "    <pose>Unspecified</pose>\n"
                         "    <truncated>0</truncated>\n"
                         "    <difficult>0</difficult>\n"
                         "    <bndbox>\n");
    add_integer(out, "      ", "xmin", llrint(box->x));
    add_integer(out, "      ", "ymin", llrint(box->y));
    add_integer(out, "      ", "xmax", llrint(box->x + box->w));
    add_integer(out, "      ", "ymax", llrint(box->y + box->h));
    g_string_append(out, "    </bndbox>\n  </object>\n");
}

static gboolean is_whole(const ShapeBox *box)
{
    return box->x == rint(box->x) && box->y == rint(box->y) && box->w == rint(box->w) &&
           box->h == rint(box->h);
}

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    Voc *voc = state;
    GString *out = export_file_once(
        voc->files, text_path(voc->name, image->folder, "Annotations/", image->stem_path, ".xml"));
    write_head(voc, out, image->item);
    for (guint i = 0; i < image->shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(image->shapes, i);
        if (shape->kind != SHAPE_BBOX && shape->kind != SHAPE_POLYGON) {
            loss(data, text_left_out(shape->kind));
            continue;
        }
        text_count_box(shape, loss, data);
        text_count_losses(shape, FALSE, FALSE, loss, data);
        if (!is_whole(&shape->box)) {
            loss(data, "corners of boxes are rounded to whole pixels");
        }
        write_object(out, shape);
    }
    g_string_append(out, "</annotation>\n");
    return TRUE;
}

static gboolean end(gpointer state, GError **error)
{
    return TRUE;
}

static void clear(gpointer state)
{
    Voc *voc = state;
    if (voc->name) {
        g_string_free(voc->name, TRUE);
    }
}

const FormatWriterClass write_pascal_voc = {sizeof(Voc), begin, write_one, end, clear};
