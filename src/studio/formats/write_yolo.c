/* YOLO's text files (docs.ultralytics.com/datasets): a file for each image, a line for each shape,
 * in fractions of the picture. Four kinds of lines: boxes, polygons, rotated boxes, and objects
 * with joints. data.yaml and classes.txt tell the classes. */
#include "studio/formats/joints.h"
#include "studio/formats/write_text.h"

typedef struct {
    const FormatDataset *dataset;
    ExportFiles *files;
    GString *name;
    GPtrArray *templates;
    guint joint_count; /* of the largest template: every line has as many */
    gboolean has[SPLITS];
} Yolo;

/* An image's lines. */
typedef struct {
    const Yolo *yolo;
    const Item *item;
    GString *out;
    FormatLoss loss;
    gpointer data;
} Lines;

static gboolean begin(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error)
{
    Yolo *yolo = state;
    yolo->dataset = dataset;
    yolo->files = files;
    yolo->name = g_string_new(NULL);
    yolo->templates = joint_templates(dataset->classes);
    yolo->joint_count = 1;
    for (guint i = 0; i < yolo->templates->len; i++) {
        const JointTemplate *template = g_ptr_array_index(yolo->templates, i);
        yolo->joint_count = MAX(yolo->joint_count, template->joints->len);
    }
    return TRUE;
}

/* --- lines --- */

static void begin_line(const Lines *lines, const char *class_name)
{
    text_integer(lines->out, text_class(lines->yolo->dataset, class_name));
}

static void add_fraction(const Lines *lines, double value, gint64 whole)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(text, sizeof text, "%.6f", value / (double)whole);
    g_string_append_c(lines->out, ' ');
    g_string_append(lines->out, text);
}

static void add_point(const Lines *lines, ShapePoint point)
{
    add_fraction(lines, point.x, lines->item->width);
    add_fraction(lines, point.y, lines->item->height);
}

static void add_box(const Lines *lines, const ShapeBox *box)
{
    add_point(lines, (ShapePoint){box->x + box->w / 2, box->y + box->h / 2});
    add_point(lines, (ShapePoint){box->w, box->h});
}

static void end_line(const Lines *lines)
{
    g_string_append_c(lines->out, '\n');
}

/* The part of a box that lies on the picture; FALSE when none does. Trainers refuse a picture with
 * fractions outside of 0..1. */
static gboolean cut_box(const Lines *lines, const ShapeBox *box, ShapeBox *ret_box)
{
    double left = MAX(box->x, 0), top = MAX(box->y, 0);
    double right = MIN(box->x + box->w, (double)lines->item->width);
    double bottom = MIN(box->y + box->h, (double)lines->item->height);
    *ret_box = (ShapeBox){left, top, right - left, bottom - top};
    if (ret_box->w <= 0 || ret_box->h <= 0) {
        lines->loss(lines->data, LOSS_OUTSIDE);
        return FALSE;
    }
    if (ret_box->w < box->w || ret_box->h < box->h) {
        lines->loss(lines->data, LOSS_CUT);
    }
    return TRUE;
}

static void write_box(const Lines *lines, const Shape *shape)
{
    ShapeBox box;
    if (!cut_box(lines, &shape->box, &box)) {
        return;
    }
    text_count_box(shape, lines->loss, lines->data);
    begin_line(lines, shape->name);
    add_box(lines, &box);
    end_line(lines);
}

static void write_points(const Lines *lines, const Shape *shape, const ShapePoint *points,
                         guint count)
{
    ShapeBox box;
    if (!cut_box(lines, &shape->box, &box)) {
        return;
    }
    begin_line(lines, shape->name);
    for (guint i = 0; i < count; i++) {
        add_point(lines, (ShapePoint){CLAMP(points[i].x, 0, (double)lines->item->width),
                                      CLAMP(points[i].y, 0, (double)lines->item->height)});
    }
    end_line(lines);
}

static void write_outline(const Lines *lines, const Shape *shape)
{
    if (shape->kind == SHAPE_POLYGON) {
        if (shape->ring_count > 1) {
            lines->loss(lines->data, LOSS_HOLES);
        }
        write_points(lines, shape, shape->points, shape->rings[0]);
        return;
    }
    ShapePoint corners[4];
    shape_corners(shape, corners);
    lines->loss(lines->data, "boxes became polygons of four points");
    write_points(lines, shape, corners, 4);
}

/* Its corners may lie outside of the picture: what is left of it would be no rectangle. */
static void write_oriented(const Lines *lines, const Shape *shape)
{
    ShapeBox box;
    if (!cut_box(lines, &shape->box, &box)) {
        return;
    }
    if (shape->kind == SHAPE_POLYGON) {
        lines->loss(lines->data, LOSS_POLYGONS_BOXED);
    }
    ShapePoint corners[4];
    text_corners(shape, corners);
    begin_line(lines, shape->name);
    for (guint i = 0; i < 4; i++) {
        add_point(lines, corners[i]);
    }
    end_line(lines);
}

static gboolean is_outline(const Shape *shape)
{
    return shape->kind == SHAPE_BBOX || shape->kind == SHAPE_POLYGON;
}

typedef void (*WriteLine)(const Lines *lines, const Shape *shape);

static void write_lines(const Lines *lines, const GPtrArray *shapes, WriteLine write_line)
{
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        if (is_outline(shape)) {
            text_count_losses(shape, FALSE, FALSE, lines->loss, lines->data);
            write_line(lines, shape);
        } else {
            lines->loss(lines->data, text_left_out(shape->kind));
        }
    }
}

static Lines begin_image(Yolo *yolo, const FormatImage *image, FormatLoss loss, gpointer data)
{
    yolo->has[image->part] = TRUE;
    const char *name = text_path(yolo->name, image->folder, "labels/", image->stem_path, ".txt");
    return (Lines){yolo, image->item, export_file_once(yolo->files, name), loss, data};
}

static gboolean write_boxes(gpointer state, const FormatImage *image, FormatLoss loss,
                            gpointer data, GError **error)
{
    Yolo *yolo = state;
    Lines lines = begin_image(yolo, image, loss, data);
    write_lines(&lines, image->shapes, yolo->dataset->polygons_only ? write_outline : write_box);
    return TRUE;
}

static gboolean write_outlines(gpointer state, const FormatImage *image, FormatLoss loss,
                               gpointer data, GError **error)
{
    Lines lines = begin_image(state, image, loss, data);
    write_lines(&lines, image->shapes, write_outline);
    return TRUE;
}

static gboolean write_rotated(gpointer state, const FormatImage *image, FormatLoss loss,
                              gpointer data, GError **error)
{
    Lines lines = begin_image(state, image, loss, data);
    write_lines(&lines, image->shapes, write_oriented);
    return TRUE;
}

/* --- joints --- */

static void write_object(const Lines *lines, const JointObject *object)
{
    ShapeBox box;
    if (!cut_box(lines, &object->box, &box)) {
        return;
    }
    begin_line(lines, object->class_name);
    add_box(lines, &box);
    for (guint i = 0; i < lines->yolo->joint_count; i++) {
        const Shape *joint = i < object->count ? object->joints[i] : NULL;
        ShapePoint point = joint ? joint->points[0] : (ShapePoint){0, 0};
        add_point(lines, (ShapePoint){CLAMP(point.x, 0, (double)lines->item->width),
                                      CLAMP(point.y, 0, (double)lines->item->height)});
        g_string_append(lines->out, !joint ? " 0" : text_is_occluded(joint) ? " 1" : " 2");
    }
    end_line(lines);
}

static gboolean write_poses(gpointer state, const FormatImage *image, FormatLoss loss,
                            gpointer data, GError **error)
{
    const Yolo *yolo = state;
    Lines lines = begin_image(state, image, loss, data);
    for (guint i = 0; i < image->shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(image->shapes, i);
        if (shape->kind == SHAPE_KEYPOINT) {
            text_count_losses(shape, TRUE, FALSE, loss, data);
        } else {
            loss(data, text_left_out(shape->kind));
        }
    }
    g_autoptr(GPtrArray) objects = joint_objects(yolo->templates, image->shapes);
    for (guint i = 0; i < objects->len; i++) {
        write_object(&lines, g_ptr_array_index(objects, i));
    }
    return TRUE;
}

/* --- the end --- */

static void add_folder(const Yolo *yolo, GString *out, const char *key, Split part,
                       const char *folder)
{
    if (!yolo->dataset->by_split) {
        folder = "";
    } else if (!yolo->has[part]) { /* trainers want a folder for both */
        folder = "train/";
    }
    g_string_append_printf(out, "%s: %simages\n", key, folder);
}

/* JSON's texts are YAML's, so names need no other quotes. */
static void write_yaml(const Yolo *yolo)
{
    const GPtrArray *names = yolo->dataset->names;
    GString *out = export_file(yolo->files, "data.yaml", 0);
    g_string_append(out, "path: .\n");
    add_folder(yolo, out, "train", SPLIT_TRAIN, "train/");
    add_folder(yolo, out, "val", SPLIT_VAL, "valid/");
    if (yolo->has[SPLIT_TEST]) {
        add_folder(yolo, out, "test", SPLIT_TEST, "test/");
    }
    g_string_append_printf(out, "nc: %u\nnames: [", names->len);
    for (guint i = 0; i < names->len; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        text_json(out, g_ptr_array_index(names, i));
    }
    g_string_append(out, "]\n");
}

static gboolean end(gpointer state, GError **error)
{
    const Yolo *yolo = state;
    write_yaml(yolo);
    GString *out = export_file(yolo->files, "classes.txt", 0);
    for (guint i = 0; i < yolo->dataset->names->len; i++) {
        text_line(out, g_ptr_array_index(yolo->dataset->names, i));
        g_string_append_c(out, '\n');
    }
    return TRUE;
}

static gboolean end_poses(gpointer state, GError **error)
{
    const Yolo *yolo = state;
    end(state, error);
    g_string_append_printf(export_file(yolo->files, "data.yaml", 0), "kpt_shape: [%u, 3]\n",
                           yolo->joint_count);
    return TRUE;
}

static void clear(gpointer state)
{
    Yolo *yolo = state;
    g_clear_pointer(&yolo->templates, g_ptr_array_unref);
    if (yolo->name) {
        g_string_free(yolo->name, TRUE);
    }
}

const FormatWriterClass write_yolo = {sizeof(Yolo), begin, write_boxes, end, clear};
const FormatWriterClass write_yolo_seg = {sizeof(Yolo), begin, write_outlines, end, clear};
const FormatWriterClass write_yolo_obb = {sizeof(Yolo), begin, write_rotated, end, clear};
const FormatWriterClass write_yolo_pose = {sizeof(Yolo), begin, write_poses, end_poses, clear};
