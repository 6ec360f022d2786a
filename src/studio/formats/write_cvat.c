/* CVAT for images 1.1 (docs.cvat.ai, "XML annotation format"): annotations.xml of the whole, or of
 * each split. A rotated box tells its own, unrotated extents and the degrees clockwise. */
#include "studio/formats/write_text.h"

typedef struct {
    const FormatDataset *dataset;
    ExportFiles *files;
    gint64 images[SPLITS];
    gboolean is_begun[SPLITS];
} Cvat;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Cvat *cvat = state;
    cvat->dataset = dataset;
    cvat->files = files;
    return TRUE;
}

/* --- the classes --- */

/* What CVAT calls a kind; a class of any kind is "any". */
static const char *kind_name(ShapeKind kind)
{
    static const char *const names[] = {
        [0] = "any",
        [SHAPE_BBOX] = "rectangle",
        [SHAPE_POLYGON] = "polygon",
        [SHAPE_POLYLINE] = "polyline",
        [SHAPE_KEYPOINT] = "points",
        [SHAPE_TAG] = "tag",
    };
    return names[kind];
}

static const char *attribute_kind(const char *kind)
{
    static const char *const kinds[][2] = {
        {"text", "text"}, {"number", "number"}, {"select", "select"}, {"checkbox", "checkbox"}};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_strcmp0(kinds[i][0], kind) == 0) {
            return kinds[i][1];
        }
    }
    return "text";
}

static void write_values(GString *out, const json_t *values)
{
    gsize i = 0;
    json_t *value = NULL;
    json_array_foreach(values, i, value)
    {
        g_string_append(out, i > 0 ? "&#10;" : "");
        text_xml(out, json_is_string(value) ? json_string_value(value) : "");
    }
}

static void write_attribute_kinds(GString *out, const char *attributes)
{
    json_t *list = attributes ? json_loads(attributes, 0, NULL) : NULL;
    gsize i = 0;
    json_t *attribute = NULL;
    g_string_append(out, "<attributes>");
    json_array_foreach(list, i, attribute)
    {
        const char *name = json_string_value(json_object_get(attribute, "name"));
        const char *kind = json_string_value(json_object_get(attribute, "type"));
        g_string_append(out, "<attribute><name>");
        text_xml(out, name ? name : "");
        g_string_append_printf(out,
                               "</name><mutable>False</mutable><input_type>%s</input_type>"
                               "<default_value></default_value><values>",
                               attribute_kind(kind));
        write_values(out, json_object_get(attribute, "values"));
        g_string_append(out, "</values></attribute>");
    }
    g_string_append(out, "</attributes>");
    json_decref(list);
}

static void write_class(GString *out, const AnnotationClass *class_)
{
    g_string_append(out, "<label><name>");
    text_xml(out, class_->name);
    g_string_append_printf(out, "</name><color>%s</color><type>%s</type>",
                           class_->color ? class_->color : "", kind_name(class_->kind));
    write_attribute_kinds(out, class_->attributes);
    g_string_append(out, "</label>\n");
}

static GString *file_of(Cvat *cvat, Split part, const char *folder)
{
    g_autofree char *name = g_strconcat(folder, "annotations.xml", NULL);
    GString *out = export_file(cvat->files, name, 0);
    if (cvat->is_begun[part]) {
        return out;
    }
    cvat->is_begun[part] = TRUE;
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n"
                         "<version>1.1</version>\n<meta><task><name>");
    text_xml(out, cvat->dataset->dataset->name);
    g_string_append(out, "</name><labels>\n");
    for (guint i = 0; i < cvat->dataset->classes->len; i++) {
        write_class(out, g_ptr_array_index(cvat->dataset->classes, i));
    }
    g_string_append(out, "</labels></task></meta>\n");
    return out;
}

/* --- shapes --- */

static void begin_shape(GString *out, const char *element, const Shape *shape)
{
    g_string_append_printf(out, "<%s label=\"", element);
    text_xml(out, shape->name);
    g_string_append(out, "\" source=\"");
    g_string_append(out, shape->source == SHAPE_BY_MODEL ? "auto\"" : "manual\"");
    if (shape->kind != SHAPE_TAG) {
        g_string_append_printf(out, " occluded=\"%d\"", text_is_occluded(shape));
    }
}

static void add_number(GString *out, const char *name, double value)
{
    g_string_append_printf(out, " %s=\"", name);
    text_number(out, value);
    g_string_append_c(out, '"');
}

static void add_extents(GString *out, const Shape *shape)
{
    ShapeBox box = shape->box;
    if (shape->is_oriented) {
        const ShapeOriented *own = &shape->oriented;
        box = (ShapeBox){own->cx - own->w / 2, own->cy - own->h / 2, own->w, own->h};
    }
    add_number(out, "xtl", box.x);
    add_number(out, "ytl", box.y);
    add_number(out, "xbr", box.x + box.w);
    add_number(out, "ybr", box.y + box.h);
    if (shape->is_oriented) {
        add_number(out, "rotation", shape->oriented.angle);
    }
}

static void add_points(GString *out, const ShapePoint *points, guint count)
{
    g_string_append(out, " points=\"");
    for (guint i = 0; i < count; i++) {
        g_string_append(out, i > 0 ? ";" : "");
        text_number(out, points[i].x);
        g_string_append_c(out, ',');
        text_number(out, points[i].y);
    }
    g_string_append_c(out, '"');
}

static void add_attribute(gpointer data, const char *name, const char *value)
{
    GString *out = data;
    g_string_append(out, "<attribute name=\"");
    text_xml(out, name);
    g_string_append(out, "\">");
    text_xml(out, value);
    g_string_append(out, "</attribute>");
}

static const char *element_of(ShapeKind kind)
{
    static const char *const elements[] = {
        [SHAPE_BBOX] = "box",        [SHAPE_POLYGON] = "polygon", [SHAPE_POLYLINE] = "polyline",
        [SHAPE_KEYPOINT] = "points", [SHAPE_TAG] = "tag",
    };
    return elements[kind];
}

static void write_shape(GString *out, const Shape *shape)
{
    const char *element = element_of(shape->kind);
    begin_shape(out, element, shape);
    if (shape->kind == SHAPE_BBOX) {
        add_extents(out, shape);
    } else if (shape->kind != SHAPE_TAG) {
        add_points(out, shape->points,
                   shape->kind == SHAPE_POLYGON ? shape->rings[0] : shape->point_count);
    }
    if (shape->instance_id > 0) {
        g_string_append_printf(out, " group_id=\"%" G_GINT64_FORMAT "\"", shape->instance_id);
    }
    g_string_append(out, shape->kind == SHAPE_TAG ? ">" : " z_order=\"0\">");
    text_attributes(shape, add_attribute, out);
    g_string_append_printf(out, "</%s>\n", element);
}

/* --- images --- */

static gboolean write_one(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                          GError **error)
{
    Cvat *cvat = state;
    GString *out = file_of(cvat, image->part, image->folder);
    g_string_append_printf(out, "<image id=\"%" G_GINT64_FORMAT "\" name=\"",
                           cvat->images[image->part]++);
    text_xml(out, image->path);
    g_string_append_c(out, '"');
    if (image->item->split != SPLIT_NONE) {
        g_string_append_printf(out, " subset=\"%s\"", split_name(image->item->split));
    }
    g_string_append_printf(out,
                           " width=\"%" G_GINT64_FORMAT "\" height=\"%" G_GINT64_FORMAT "\">\n",
                           image->item->width, image->item->height);
    for (guint i = 0; i < image->shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(image->shapes, i);
        if (shape->ring_count > 1) {
            loss(data, LOSS_HOLES);
        }
        text_count_losses(shape, TRUE, FALSE, loss, data);
        write_shape(out, shape);
    }
    g_string_append(out, "</image>\n");
    return TRUE;
}

static gboolean end(gpointer state, GError **error)
{
    static const char *const folders[SPLITS] = {"", "train/", "valid/", "test/"};
    Cvat *cvat = state;
    if (!cvat->dataset->by_split) {
        file_of(cvat, SPLIT_NONE, "");
    }
    for (int part = 0; part < SPLITS; part++) {
        if (cvat->is_begun[part]) {
            g_string_append(file_of(cvat, (Split)part, folders[part]), "</annotations>\n");
        }
    }
    return TRUE;
}

static void clear(gpointer state)
{
}

const FormatWriterClass write_cvat = {sizeof(Cvat), begin, write_one, end, clear};
