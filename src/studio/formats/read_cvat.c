/* CVAT for images 1.1: annotations.xml with boxes, polygons, polylines, points, tags and skeletons
 * of each image. */
#include "base/limits.h"
#include "studio/formats/read_text.h"
#include "studio/formats/xml_events.h"

#include <math.h>
#include <string.h>

#define LABEL "annotations/meta/*/labels/label"

typedef struct {
    Reading *reading;
    gint64 key; /* of the image at hand; -1: none */
    gint64 instances;
    GPtrArray *shapes; /* that the element at hand became */
    JsonWriter *attributes;
    char *attribute;                      /* the name of the one at hand */
    gboolean has_attributes, is_occluded; /* of the shape at hand */
    gboolean in_skeleton;
    gint64 line;                            /* of the shape's element */
    char *label, *label_kind, *label_color; /* of the class at hand */
} Cvat;

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* --- attributes of shapes --- */

static void begin_attributes(Cvat *cvat)
{
    json_writer_free(cvat->attributes);
    cvat->attributes = json_writer_new(LIMIT_IMPORT_ATTRIBUTE_BYTES);
    json_object_begin(cvat->attributes);
    cvat->has_attributes = cvat->is_occluded = FALSE;
}

/* CVAT keeps texts: what says a truth or a number is one. */
static void write_value(JsonWriter *writer, const char *text)
{
    char shortest[G_ASCII_DTOSTR_BUF_SIZE];
    double number = 0;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        json_bool(writer, *text == 't');
    } else if (text_read_number(text, &number) &&
               strcmp(g_ascii_dtostr(shortest, sizeof shortest, number), text) == 0) {
        json_raw(writer, text, strlen(text));
    } else {
        json_text(writer, text);
    }
}

static void add_attribute(Cvat *cvat, const char *name, const char *text)
{
    if (strcmp(name, "occluded") == 0 && cvat->is_occluded) {
        return; /* told by the element already */
    }
    json_key(cvat->attributes, name);
    write_value(cvat->attributes, text);
    cvat->has_attributes = TRUE;
}

/* --- shapes --- */

static void problem_here(const Cvat *cvat, gint64 line, const char *what)
{
    g_autofree char *place = reading_line(cvat->reading, line);
    reading_problem(cvat->reading, place, "%s", what);
}

static Shape *add_shape(Cvat *cvat, ShapeKind kind, const XmlElement *element)
{
    const char *label = xml_attribute(element, "label");
    Shape *shape = shape_new(kind, label ? label : "");
    const char *source = xml_attribute(element, "source");
    gboolean is_found = g_strcmp0(source, "auto") == 0;
    shape->source = is_found ? SHAPE_BY_MODEL : SHAPE_BY_IMPORT;
    g_ptr_array_add(cvat->shapes, shape);
    return shape;
}

static gboolean number_of(const XmlElement *element, const char *name, double *ret_number)
{
    return text_read_number(xml_attribute(element, name), ret_number);
}

static void begin_box(Cvat *cvat, const XmlElement *element, gint64 line)
{
    double left, top, right, bottom;
    double angle = 0;
    if (!number_of(element, "xtl", &left) || !number_of(element, "ytl", &top) ||
        !number_of(element, "xbr", &right) || !number_of(element, "ybr", &bottom)) {
        problem_here(cvat, line, "a box has the numbers xtl, ytl, xbr and ybr");
        return;
    }
    Shape *shape = add_shape(cvat, SHAPE_BBOX, element);
    shape->box = (ShapeBox){left, top, right - left, bottom - top};
    if (number_of(element, "rotation", &angle) && fmod(angle, 360) != 0) {
        angle = fmod(angle, 360);
        shape->is_oriented = TRUE;
        shape->oriented = (ShapeOriented){(left + right) / 2, (top + bottom) / 2, right - left,
                                          bottom - top, angle < 0 ? angle + 360 : angle};
        shape_enclose(shape);
    }
}

/* "x,y;x,y"; NULL when it is none, or too many. */
static GArray *parse_points(const char *text)
{
    g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(ShapePoint));
    for (const char *at = text; at && *at;) {
        char *end = NULL;
        ShapePoint point;
        point.x = g_ascii_strtod(at, &end);
        if (end == at || *end != ',' || !isfinite(point.x)) {
            return NULL;
        }
        at = end + 1;
        point.y = g_ascii_strtod(at, &end);
        if (end == at || (*end && *end != ';') || !isfinite(point.y) ||
            points->len >= LIMIT_SHAPE_POINTS) {
            return NULL;
        }
        at = *end ? end + 1 : end;
        g_array_append_val(points, point);
    }
    return points->len > 0 ? g_steal_pointer(&points) : NULL;
}

static void begin_line(Cvat *cvat, ShapeKind kind, const XmlElement *element, gint64 line)
{
    g_autoptr(GArray) points = parse_points(xml_attribute(element, "points"));
    if (!points) {
        problem_here(cvat, line, "the points are not of the form x,y;x,y, or too many");
        return;
    }
    Shape *shape = add_shape(cvat, kind, element);
    shape_add_ring(shape, (const ShapePoint *)(gpointer)points->data, points->len);
    shape_enclose(shape);
}

static void begin_points(Cvat *cvat, const XmlElement *element, gint64 line)
{
    g_autoptr(GArray) points = parse_points(xml_attribute(element, "points"));
    gint64 group = 0;
    const char *group_text = xml_attribute(element, "group_id");
    if (group_text) {
        g_ascii_string_to_signed(group_text, 10, 0, G_MAXINT64, &group, NULL);
    }
    if (!points || points->len > LIMIT_IMPORT_JOINTS) {
        problem_here(cvat, line, "the points are not of the form x,y;x,y, or too many");
        return;
    }
    if (g_strcmp0(xml_attribute(element, "outside"), "1") == 0) {
        return; /* of a skeleton: not in the picture */
    }
    for (guint i = 0; i < points->len; i++) {
        Shape *shape = add_shape(cvat, SHAPE_KEYPOINT, element);
        shape->instance_id = cvat->in_skeleton ? cvat->instances : group;
        shape_add_ring(shape, &g_array_index(points, ShapePoint, i), 1);
        shape_enclose(shape);
    }
}

static gboolean begin_shape(Cvat *cvat, const char *name, const XmlElement *element, gint64 line)
{
    g_ptr_array_set_size(cvat->shapes, 0);
    begin_attributes(cvat);
    cvat->line = line;
    if (strcmp(name, "box") == 0) {
        begin_box(cvat, element, line);
    } else if (strcmp(name, "polygon") == 0) {
        begin_line(cvat, SHAPE_POLYGON, element, line);
    } else if (strcmp(name, "polyline") == 0) {
        begin_line(cvat, SHAPE_POLYLINE, element, line);
    } else if (strcmp(name, "points") == 0) {
        begin_points(cvat, element, line);
    } else if (strcmp(name, "tag") == 0) {
        add_shape(cvat, SHAPE_TAG, element);
    } else {
        return FALSE;
    }
    if (g_strcmp0(xml_attribute(element, "occluded"), "1") == 0) {
        add_attribute(cvat, "occluded", "true");
        cvat->is_occluded = TRUE;
    }
    return TRUE;
}

static gboolean end_shape(Cvat *cvat, GError **error)
{
    g_autofree char *place = reading_line(cvat->reading, cvat->line);
    json_object_end(cvat->attributes);
    g_autoptr(GBytes) bytes = json_writer_finish(cvat->attributes, NULL);
    g_clear_pointer(&cvat->attributes, json_writer_free);
    if (!bytes) {
        reading_problem(cvat->reading, place, "the attributes are too long");
        return TRUE;
    }
    for (guint i = 0; i < cvat->shapes->len; i++) {
        Shape *shape = g_ptr_array_index(cvat->shapes, i);
        cvat->shapes->pdata[i] = NULL;
        if (cvat->has_attributes) {
            shape->attributes = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        }
        if (!reading_shape(cvat->reading, cvat->key, shape, place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* --- images and classes --- */

static gint64 pixels_of(const XmlElement *element, const char *name)
{
    double number = 0;
    return number_of(element, name, &number) && number > 0 && number < 1e9 ? (gint64)number : 0;
}

static gboolean begin_image(Cvat *cvat, const XmlElement *element, gint64 line, GError **error)
{
    g_autofree char *place = reading_line(cvat->reading, line);
    g_autofree char *name = g_strdup(xml_attribute(element, "name"));
    cvat->key = -1;
    cvat->instances = 0;
    if (!name || !*name) {
        reading_problem(cvat->reading, place, "the image has no name");
        return TRUE;
    }
    g_strdelimit(name, "\\", '/');
    g_autofree char *directory = import_name_directory(name);
    const char *subset = xml_attribute(element, "subset");
    FoundImage image = {
        .directory = directory,
        .filename = import_name_file(name),
        .split = subset ? import_split_of(subset) : NULL,
        .path = place,
    };
    image.width = pixels_of(element, "width");
    image.height = pixels_of(element, "height");
    if (!reading_image(cvat->reading, &image, error)) {
        return FALSE;
    }
    cvat->key = image.key;
    return TRUE;
}

static ShapeKind label_kind(const char *name)
{
    static const struct {
        const char *name;
        ShapeKind kind;
    } kinds[] = {
        {"rectangle", SHAPE_BBOX},  {"polygon", SHAPE_POLYGON}, {"polyline", SHAPE_POLYLINE},
        {"points", SHAPE_KEYPOINT}, {"tag", SHAPE_TAG},
    };
    for (gsize i = 0; name && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(name, kinds[i].name) == 0) {
            return kinds[i].kind;
        }
    }
    return 0;
}

static gboolean is_color(const char *text)
{
    return text && g_regex_match_simple("^#[0-9a-fA-F]{6}$", text, 0, 0);
}

static gboolean end_label(Cvat *cvat, GError **error)
{
    g_autofree char *name = g_steal_pointer(&cvat->label);
    g_autofree char *kind = g_steal_pointer(&cvat->label_kind);
    g_autofree char *color = g_steal_pointer(&cvat->label_color);
    if (!name || !*name) {
        return TRUE;
    }
    AnnotationClass *class_ = class_new(name, label_kind(kind));
    class_->color = is_color(color) ? g_ascii_strdown(color, -1) : NULL;
    return cvat->reading->sink->class_(cvat->reading->sink->data, class_, error);
}

static void keep_label_part(Cvat *cvat, const char *part, const char *text)
{
    char **slot = strcmp(part, "name") == 0    ? &cvat->label
                  : strcmp(part, "type") == 0  ? &cvat->label_kind
                  : strcmp(part, "color") == 0 ? &cvat->label_color
                                               : NULL;
    if (slot) {
        g_free(*slot);
        *slot = g_strdup(text);
    }
}

/* --- the document --- */

static gboolean begin_element(gpointer data, const char *path, const XmlElement *element,
                              gint64 line, GError **error)
{
    static const char image[] = "annotations/image";
    Cvat *cvat = data;
    const char *name = last_part(path);
    if (strcmp(path, image) == 0) {
        return begin_image(cvat, element, line, error);
    }
    if (strcmp(path, "annotations/track") == 0) {
        cvat->reading->sink->loss(cvat->reading->sink->data, LOST_TRACKS);
        return TRUE;
    }
    if (!g_str_has_prefix(path, "annotations/image/") || cvat->key < 0) {
        return TRUE;
    }
    if (strcmp(name, "attribute") == 0) {
        g_free(cvat->attribute);
        cvat->attribute = g_strdup(xml_attribute(element, "name"));
    } else if (strcmp(path, "annotations/image/skeleton") == 0) {
        cvat->in_skeleton = TRUE;
        cvat->instances++;
    } else if (!begin_shape(cvat, name, element, line)) {
        g_ptr_array_set_size(cvat->shapes, 0);
        cvat->reading->sink->loss(cvat->reading->sink->data, LOST_KINDS);
    }
    return TRUE;
}

static gboolean end_element(gpointer data, const char *path, const char *text, gint64 line,
                            GError **error)
{
    Cvat *cvat = data;
    const char *name = last_part(path);
    if (g_pattern_match_simple(LABEL, path)) {
        return end_label(cvat, error);
    }
    if (g_pattern_match_simple(LABEL "/*", path) && !g_pattern_match_simple(LABEL "/*/*", path)) {
        keep_label_part(cvat, name, text);
        return TRUE;
    }
    if (strcmp(path, "annotations/image") == 0) {
        cvat->key = -1;
    } else if (strcmp(path, "annotations/image/skeleton") == 0) {
        cvat->in_skeleton = FALSE;
    } else if (g_str_has_prefix(path, "annotations/image/") && cvat->key >= 0) {
        if (strcmp(name, "attribute") == 0) {
            if (cvat->attributes && cvat->attribute) {
                add_attribute(cvat, cvat->attribute, text);
            }
            return TRUE;
        }
        return !cvat->attributes || end_shape(cvat, error);
    }
    return TRUE;
}

static gboolean read_file(Reading *reading, GError **error)
{
    static const XmlEvents events = {begin_element, end_element};
    Cvat cvat = {.reading = reading, .key = -1, .shapes = shapes_new()};
    gboolean done = xml_read(&reading->source, &events, &cvat, error);
    if (!done && error && *error) {
        g_prefix_error(error, "%s: ", reading->name);
    }
    g_ptr_array_unref(cvat.shapes);
    json_writer_free(cvat.attributes);
    g_free(cvat.attribute);
    g_free(cvat.label);
    g_free(cvat.label_kind);
    g_free(cvat.label_color);
    return done;
}

static gboolean read_all(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    return reading_all(fd, filename, sink, ".xml", read_file, error);
}

static Likeness looks_like(const char *name, const char *head, gsize length)
{
    if (!text_has_suffix(name, ".xml")) {
        return LIKENESS_NONE;
    }
    return g_strstr_len(head, (gssize)length, "<annotations") ? LIKENESS_SURE : LIKENESS_NONE;
}

const FormatReaderClass read_cvat = {looks_like, read_all, NULL};
