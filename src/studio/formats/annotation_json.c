#include "studio/formats/annotation_json.h"

#include "base/limits.h"

#include <string.h>

/* Where the reading stands: a chain of members and items, from the inside out. */
typedef struct Place {
    const struct Place *within; /* NULL: the outermost */
    const char *key;            /* NULL: an item of a list */
    gsize index;
} Place;

typedef struct {
    AnnotationSpelling spelling;
    GPtrArray *faults;
} Reading;

static void free_fault(gpointer fault)
{
    annotation_fault_free(fault);
}

GPtrArray *annotation_faults_new(void)
{
    return g_ptr_array_new_with_free_func(free_fault);
}

void annotation_fault_free(AnnotationFault *fault)
{
    if (!fault) {
        return;
    }
    json_decref(fault->location);
    g_free(fault->message);
    g_free(fault);
}

/* Parts of a dotted field: names, and digits for items of a list. */
static void add_field(json_t *location, const char *field)
{
    g_auto(GStrv) parts = g_strsplit(field, ".", -1);
    for (char **part = parts; *part; part++) {
        json_array_append_new(location, g_ascii_isdigit(**part)
                                            ? json_integer(g_ascii_strtoll(*part, NULL, 10))
                                            : json_string(*part));
    }
}

AnnotationFault *annotation_fault_new(int index, const char *field, const char *message)
{
    AnnotationFault *fault = g_new0(AnnotationFault, 1);
    fault->location = json_array();
    fault->kind = "value_error";
    fault->message = g_strdup(message);
    if (index >= 0) {
        json_array_append_new(fault->location, json_integer(index));
    }
    if (field) {
        add_field(fault->location, field);
    }
    return fault;
}

char *annotation_fault_path(const AnnotationFault *fault, const char *before)
{
    GString *path = g_string_new(before);
    gsize i = 0;
    const json_t *part = NULL;
    json_array_foreach(fault->location, i, part)
    {
        if (path->len > 0) {
            g_string_append_c(path, '.');
        }
        if (json_is_string(part)) {
            g_string_append(path, json_string_value(part));
        } else {
            g_string_append_printf(path, "%" JSON_INTEGER_FORMAT, json_integer_value(part));
        }
    }
    return g_string_free(path, FALSE);
}

static void locate(json_t *location, const Place *place)
{
    if (!place) {
        return;
    }
    locate(location, place->within);
    json_array_append_new(location, place->key ? json_string(place->key)
                                               : json_integer((json_int_t)place->index));
}

/* FALSE. */
static gboolean complain(Reading *reading, const Place *place, const char *kind,
                         const char *message)
{
    if (reading->faults->len < LIMIT_ANNOTATION_FAULTS) {
        AnnotationFault *fault = annotation_fault_new(-1, NULL, message);
        fault->kind = kind;
        locate(fault->location, place);
        g_ptr_array_add(reading->faults, fault);
    }
    return FALSE;
}

static gboolean is_among(const char *const *names, const char *name)
{
    return names && g_strv_contains(names, name);
}

/* Whether `object` is one and has none but these members; the lists may be NULL. */
static gboolean check_members(Reading *reading, const Place *place, const json_t *object,
                              const char *const *names, const char *const *more)
{
    if (!json_is_object(object)) {
        return object ? complain(reading, place, "dict_type", "This must be an object")
                      : complain(reading, place, "missing", "This is missing");
    }
    gboolean all = TRUE;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!is_among(names, key) && !is_among(more, key)) {
            const Place at = {place, key, 0};
            all = complain(reading, &at, "extra_forbidden", "This member has no place here");
        }
    }
    return all;
}

/* Doubles of an object that has exactly these members. */
static gboolean read_numbers(Reading *reading, const Place *place, const json_t *object,
                             const char *const *names, double *ret_values)
{
    gboolean all = check_members(reading, place, object, names, NULL);
    for (gsize i = 0; names[i] && json_is_object(object); i++) {
        const json_t *value = json_object_get(object, names[i]);
        const Place at = {place, names[i], 0};
        if (!value) {
            all = complain(reading, &at, "missing", "This is missing");
        } else if (!json_is_number(value)) {
            all = complain(reading, &at, "float_type", "This must be a number");
        } else {
            ret_values[i] = json_number_value(value);
        }
    }
    return all;
}

static gboolean read_point(Reading *reading, const Place *place, const json_t *object,
                           ShapePoint *ret_point)
{
    static const char *const names[] = {"x", "y", NULL};
    return read_numbers(reading, place, object, names, &ret_point->x);
}

static gboolean check_list(Reading *reading, const Place *place, const json_t *list)
{
    if (json_is_array(list)) {
        return TRUE;
    }
    return list ? complain(reading, place, "list_type", "This must be a list")
                : complain(reading, place, "missing", "This is missing");
}

/* Stops at the first point that is none. */
static gboolean read_ring(Reading *reading, const Place *place, const json_t *list, Shape *shape)
{
    if (!check_list(reading, place, list)) {
        return FALSE;
    }
    gsize count = json_array_size(list);
    if (count > LIMIT_SHAPE_POINTS - shape->point_count) {
        return complain(reading, place, "too_long",
                        "A shape may have at most " G_STRINGIFY(LIMIT_SHAPE_POINTS) " points");
    }
    g_autofree ShapePoint *points = g_new0(ShapePoint, MAX(count, 1));
    for (gsize i = 0; i < count; i++) {
        const Place at = {place, NULL, i};
        if (!read_point(reading, &at, json_array_get(list, i), &points[i])) {
            return FALSE;
        }
    }
    shape_add_ring(shape, points, (guint)count);
    return TRUE;
}

static gboolean read_rings(Reading *reading, const Place *place, const json_t *list, Shape *shape)
{
    if (!check_list(reading, place, list)) {
        return FALSE;
    }
    if (json_array_size(list) > LIMIT_SHAPE_POINTS) {
        return complain(reading, place, "too_long", "There are too many rings");
    }
    gboolean all = TRUE;
    for (gsize i = 0; i < json_array_size(list) && all; i++) {
        const Place at = {place, NULL, i};
        all = read_ring(reading, &at, json_array_get(list, i), shape);
    }
    return all;
}

static gboolean read_polygon(Reading *reading, const Place *place, const json_t *object,
                             Shape *shape)
{
    static const char *const names[] = {"path", "holes", "paths", NULL};
    if (!check_members(reading, place, object, names, NULL)) {
        return FALSE;
    }
    const json_t *path = json_object_get(object, "path");
    const json_t *holes = json_object_get(object, "holes");
    const json_t *paths = json_object_get(object, "paths");
    const Place at_path = {place, "path", 0};
    const Place at_holes = {place, "holes", 0};
    const Place at_paths = {place, "paths", 0};
    if (!path == !paths) {
        return complain(reading, place, "value_error",
                        "A polygon has either \"path\" or \"paths\"");
    }
    if (paths) {
        return holes ? complain(reading, &at_holes, "extra_forbidden",
                                "Holes are among \"paths\" already")
                     : read_rings(reading, &at_paths, paths, shape);
    }
    return read_ring(reading, &at_path, path, shape) &&
           (!holes || read_rings(reading, &at_holes, holes, shape));
}

static gboolean read_polyline(Reading *reading, const Place *place, const json_t *object,
                              Shape *shape)
{
    static const char *const names[] = {"path", NULL};
    const Place at = {place, "path", 0};
    return check_members(reading, place, object, names, NULL) &&
           read_ring(reading, &at, json_object_get(object, "path"), shape);
}

static gboolean read_box(Reading *reading, const Place *place, const json_t *object, Shape *shape)
{
    static const char *const names[] = {"x", "y", "w", "h", NULL};
    return read_numbers(reading, place, object, names, &shape->box.x);
}

/* Present and not null. */
static const json_t *member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_null(value) ? NULL : value;
}

/* Of a polygon or line: a box that its client worked out. Ours is the enclosure in any case. */
static gboolean read_given_box(Reading *reading, const Place *place, const json_t *value,
                               Shape *shape)
{
    const json_t *box = member(value, "bounding_box");
    const Place at = {place, "bounding_box", 0};
    if (!box) {
        return TRUE;
    }
    shape->box_given = reading->spelling != ANNOTATION_OWN;
    return read_box(reading, &at, box, shape);
}

static gboolean read_bbox(Reading *reading, const Place *place, const json_t *value, Shape *shape)
{
    static const char *const names[] = {"cx", "cy", "w", "h", "angle", NULL};
    const json_t *oriented = member(value, "oriented_box");
    const Place at_box = {place, "bounding_box", 0};
    const Place at_oriented = {place, "oriented_box", 0};
    shape->is_oriented = oriented != NULL;
    return read_box(reading, &at_box, json_object_get(value, "bounding_box"), shape) &&
           (!oriented || read_numbers(reading, &at_oriented, oriented, names, &shape->oriented.cx));
}

static gboolean read_keypoint(Reading *reading, const Place *place, const json_t *value,
                              Shape *shape)
{
    ShapePoint point = {0, 0};
    const Place at = {place, "keypoint", 0};
    const Place at_instance = {place, "instance_id", 0};
    const json_t *instance = member(value, "instance_id");
    if (instance && !json_is_integer(instance)) {
        return complain(reading, &at_instance, "int_type", "This must be a whole number");
    }
    if (instance && json_integer_value(instance) < 1) {
        return complain(reading, &at_instance, "greater_than_equal",
                        "Instances are counted from 1");
    }
    shape->instance_id = instance ? json_integer_value(instance) : 0;
    if (!read_point(reading, &at, json_object_get(value, "keypoint"), &point)) {
        return FALSE;
    }
    shape_add_ring(shape, &point, 1);
    return TRUE;
}

static gboolean read_geometry(Reading *reading, const Place *place, const json_t *value,
                              Shape *shape)
{
    const Place at = {place, shape_kind_name(shape->kind), 0};
    const json_t *geometry = json_object_get(value, at.key);
    switch (shape->kind) {
    case SHAPE_BBOX:
        return read_bbox(reading, place, value, shape);
    case SHAPE_POLYGON:
        return read_polygon(reading, &at, geometry, shape) &&
               read_given_box(reading, place, value, shape);
    case SHAPE_POLYLINE:
        return read_polyline(reading, &at, geometry, shape) &&
               read_given_box(reading, place, value, shape);
    case SHAPE_KEYPOINT:
        return read_keypoint(reading, place, value, shape);
    case SHAPE_TAG:
        break;
    }
    return TRUE;
}

/* A text, or with `optional` also null and nothing; the caller's. */
static gboolean read_text(Reading *reading, const Place *place, const json_t *value,
                          const char *name, gboolean optional, char **ret_text)
{
    const json_t *text = optional ? member(value, name) : json_object_get(value, name);
    const Place at = {place, name, 0};
    if (!text && !optional) {
        return complain(reading, &at, "missing", "This is missing");
    }
    if (text && !json_is_string(text)) {
        return complain(reading, &at, "string_type", "This must be a text");
    }
    *ret_text = text ? g_strdup(json_string_value(text)) : NULL;
    return TRUE;
}

/* An object or a list kept as its JSON text; none and an empty list are NULL. */
static gboolean read_json(Reading *reading, const Place *place, const json_t *value,
                          const char *name, gboolean optional, char **ret_json)
{
    const json_t *kept = optional ? member(value, name) : json_object_get(value, name);
    const Place at = {place, name, 0};
    if (kept && !json_is_object(kept) && !json_is_array(kept)) {
        return complain(reading, &at, "dict_type", "This must be an object or a list");
    }
    if (kept && (json_is_object(kept) || json_array_size(kept) > 0)) {
        char *text = json_dumps(kept, JSON_COMPACT);
        *ret_json = g_strdup(text);
        free(text);
    }
    return TRUE;
}

static gboolean read_confidence(Reading *reading, const Place *place, const json_t *value,
                                Shape *shape)
{
    const json_t *confidence = json_object_get(value, "confidence");
    const Place at = {place, "confidence", 0};
    if (confidence && !json_is_number(confidence)) {
        return complain(reading, &at, "float_type", "This must be a number");
    }
    shape->confidence = confidence ? json_number_value(confidence) : 1;
    return TRUE;
}

static gboolean read_own(Reading *reading, const Place *place, const json_t *value, Shape *shape)
{
    const json_t *source = json_object_get(value, "source");
    const json_t *proposed = json_object_get(value, "proposed");
    const Place at_source = {place, "source", 0};
    const Place at_proposed = {place, "proposed", 0};
    gboolean all = TRUE;
    if (source) {
        shape->source = shape_source_from_name(json_string_value(source));
        all = shape->source != 0 ||
              complain(reading, &at_source, "literal_error", "This must be user, model or import");
    }
    if (proposed && !json_is_boolean(proposed)) {
        all = complain(reading, &at_proposed, "bool_type", "This must be true or false");
    }
    shape->is_proposed = json_is_true(proposed);
    all &= read_text(reading, place, value, "model", TRUE, &shape->model);
    return read_json(reading, place, value, "answers", TRUE, &shape->answers) && all;
}

/* Tells what shape_check finds in the words of who wrote `path`: it knows paths alone. */
static gboolean check_shape(Reading *reading, const Place *place, const json_t *value,
                            const Shape *shape)
{
    g_autofree char *field = NULL;
    g_autoptr(GError) error = NULL;
    if (shape_check(shape, &field, &error)) {
        return TRUE;
    }
    guint before = reading->faults->len;
    complain(reading, place, "value_error", error->message);
    if (reading->faults->len == before) {
        return FALSE;
    }
    AnnotationFault *fault = g_ptr_array_index(reading->faults, reading->faults->len - 1);
    gsize depth = json_array_size(fault->location);
    add_field(fault->location, field);
    json_t *paths = json_array_get(fault->location, depth + 1);
    if (json_object_get(json_object_get(value, "polygon"), "path") &&
        g_strcmp0(json_string_value(paths), "paths") == 0) {
        json_int_t ring = json_integer_value(json_array_get(fault->location, depth + 2));
        json_string_set(paths, ring == 0 ? "path" : "holes");
        if (ring == 0) {
            json_array_remove(fault->location, depth + 2);
        } else {
            json_integer_set(json_array_get(fault->location, depth + 2), ring - 1);
        }
    }
    return FALSE;
}

static gboolean read_kind(Reading *reading, const Place *place, const json_t *value,
                          ShapeKind *ret_kind)
{
    const json_t *type = json_object_get(value, "type");
    const Place at = {place, "type", 0};
    *ret_kind = shape_kind_from_name(json_string_value(type));
    if (!type) {
        return complain(reading, &at, "missing", "This is missing");
    }
    if (*ret_kind == 0 || (*ret_kind == SHAPE_TAG && reading->spelling != ANNOTATION_OWN)) {
        return complain(reading, &at, "literal_error",
                        "This must be bbox, polygon, polyline or keypoint");
    }
    return TRUE;
}

static gboolean check_annotation_members(Reading *reading, const Place *place, const json_t *value,
                                         ShapeKind kind)
{
    static const char *const of_box[] = {"id",           "name",         "type",
                                         "confidence",   "created_by",   "attributes",
                                         "bounding_box", "oriented_box", NULL};
    static const char *const of_polygon[] = {"id",           "name",       "type",
                                             "confidence",   "created_by", "attributes",
                                             "bounding_box", "polygon",    NULL};
    static const char *const of_polyline[] = {"id",           "name",       "type",
                                              "confidence",   "created_by", "attributes",
                                              "bounding_box", "polyline",   NULL};
    static const char *const of_keypoint[] = {"id",          "name",       "type",
                                              "confidence",  "created_by", "attributes",
                                              "instance_id", "keypoint",   NULL};
    static const char *const of_tag[] = {"id",         "name",       "type", "confidence",
                                         "created_by", "attributes", NULL};
    static const char *const *const of_kind[] = {
        [SHAPE_BBOX] = of_box,          [SHAPE_POLYGON] = of_polygon,
        [SHAPE_POLYLINE] = of_polyline, [SHAPE_KEYPOINT] = of_keypoint,
        [SHAPE_TAG] = of_tag,
    };
    static const char *const own[] = {"source", "model", "proposed", "answers", NULL};
    return check_members(reading, place, value, of_kind[kind],
                         reading->spelling == ANNOTATION_OWN ? own : NULL);
}

static Shape *read_annotation(Reading *reading, const Place *place, const json_t *value)
{
    ShapeKind kind = 0;
    if (!json_is_object(value)) {
        complain(reading, place, "dict_type", "An annotation must be an object");
        return NULL;
    }
    if (!read_kind(reading, place, value, &kind)) {
        return NULL;
    }
    g_autoptr(Shape) shape = shape_new(kind, NULL);
    gboolean all = check_annotation_members(reading, place, value, kind);
    all &= read_text(reading, place, value, "id", FALSE, &shape->uid);
    all &= read_text(reading, place, value, "name", FALSE, &shape->name);
    all &= read_text(reading, place, value, "created_by", TRUE, &shape->author);
    all &= read_json(reading, place, value, "attributes", FALSE, &shape->attributes);
    all &= read_confidence(reading, place, value, shape);
    all &= reading->spelling != ANNOTATION_OWN || read_own(reading, place, value, shape);
    all &= read_geometry(reading, place, value, shape);
    if (!all || !check_shape(reading, place, value, shape)) {
        return NULL;
    }
    if (kind != SHAPE_BBOX) {
        shape_enclose(shape);
    }
    return g_steal_pointer(&shape);
}

Shape *annotation_json_read(const json_t *value, AnnotationSpelling spelling, GPtrArray *faults)
{
    Reading reading = {spelling, faults};
    return read_annotation(&reading, NULL, value);
}

static void check_uid(Reading *reading, const Place *place, const Shape *shape, GHashTable *uids)
{
    const Place at = {place, "id", 0};
    if (!g_hash_table_add(uids, shape->uid)) {
        complain(reading, &at, "value_error", "Another annotation has this id");
    }
}

GPtrArray *annotation_json_read_list(const json_t *list, AnnotationSpelling spelling,
                                     GPtrArray *faults)
{
    Reading reading = {spelling, faults};
    if (!check_list(&reading, NULL, list)) {
        return NULL;
    }
    if (json_array_size(list) > LIMIT_SHAPES_PER_ITEM) {
        complain(&reading, NULL, "too_long",
                 "A picture may have at most " G_STRINGIFY(LIMIT_SHAPES_PER_ITEM) " annotations");
        return NULL;
    }
    g_autoptr(GPtrArray) shapes = shapes_new();
    g_autoptr(GHashTable) uids = g_hash_table_new(g_str_hash, g_str_equal);
    guint before = faults->len;
    for (gsize i = 0; i < json_array_size(list) && faults->len < LIMIT_ANNOTATION_FAULTS; i++) {
        const Place at = {NULL, NULL, i};
        Shape *shape = read_annotation(&reading, &at, json_array_get(list, i));
        if (shape) {
            g_ptr_array_add(shapes, shape);
            check_uid(&reading, &at, shape, uids);
        }
    }
    return faults->len == before ? g_steal_pointer(&shapes) : NULL;
}

static void write_numbers(JsonWriter *writer, const char *const *names, const double *values)
{
    json_object_begin(writer);
    for (gsize i = 0; names[i]; i++) {
        json_member_double(writer, names[i], values[i]);
    }
    json_object_end(writer);
}

static void write_point(JsonWriter *writer, const ShapePoint *point)
{
    static const char *const names[] = {"x", "y", NULL};
    write_numbers(writer, names, &point->x);
}

static void write_box(JsonWriter *writer, const Shape *shape)
{
    static const char *const names[] = {"x", "y", "w", "h", NULL};
    json_key(writer, "bounding_box");
    write_numbers(writer, names, &shape->box.x);
}

static void write_ring(JsonWriter *writer, const ShapePoint *points, guint count)
{
    json_array_begin(writer);
    for (guint i = 0; i < count; i++) {
        write_point(writer, &points[i]);
    }
    json_array_end(writer);
}

/* The rings from `first` on, as a list of them. */
static void write_rings(JsonWriter *writer, const Shape *shape, guint first)
{
    const ShapePoint *points = shape->points;
    json_array_begin(writer);
    for (guint i = 0; i < shape->ring_count; points += shape->rings[i++]) {
        if (i >= first) {
            write_ring(writer, points, shape->rings[i]);
        }
    }
    json_array_end(writer);
}

static void write_polygon(JsonWriter *writer, const Shape *shape, AnnotationSpelling spelling)
{
    json_object_begin(writer);
    if (spelling != ANNOTATION_PATH) {
        json_key(writer, "paths");
        write_rings(writer, shape, 0);
    } else {
        json_key(writer, "path");
        write_ring(writer, shape->points, shape->rings[0]);
        if (shape->ring_count > 1) {
            json_key(writer, "holes");
            write_rings(writer, shape, 1);
        }
    }
    json_object_end(writer);
}

static void write_bbox(JsonWriter *writer, const Shape *shape)
{
    static const char *const names[] = {"cx", "cy", "w", "h", "angle", NULL};
    write_box(writer, shape);
    if (shape->is_oriented) {
        json_key(writer, "oriented_box");
        write_numbers(writer, names, &shape->oriented.cx);
    }
}

static void write_geometry(JsonWriter *writer, const Shape *shape, AnnotationSpelling spelling)
{
    switch (shape->kind) {
    case SHAPE_BBOX:
        write_bbox(writer, shape);
        return;
    case SHAPE_POLYGON:
        json_key(writer, "polygon");
        write_polygon(writer, shape, spelling);
        break;
    case SHAPE_POLYLINE:
        json_key(writer, "polyline");
        json_object_begin(writer);
        json_key(writer, "path");
        write_ring(writer, shape->points, shape->point_count);
        json_object_end(writer);
        break;
    case SHAPE_KEYPOINT:
        json_key(writer, "keypoint");
        write_point(writer, shape->points);
        if (shape->instance_id > 0) {
            json_member_int(writer, "instance_id", shape->instance_id);
        }
        return;
    case SHAPE_TAG:
        return;
    }
    gboolean told = spelling != ANNOTATION_PATH || shape->box_given;
    if (told && shape->box.w > 0 && shape->box.h > 0) {
        write_box(writer, shape);
    }
}

static void write_json(JsonWriter *writer, const char *name, const char *json, const char *absent)
{
    const char *text = json ? json : absent;
    json_key(writer, name);
    json_raw(writer, text, strlen(text));
}

void annotation_json_write(JsonWriter *writer, const Shape *shape, AnnotationSpelling spelling)
{
    json_object_begin(writer);
    json_member_string(writer, "id", shape->uid);
    json_member_string(writer, "name", shape->name);
    json_member_string(writer, "type", shape_kind_name(shape->kind));
    write_geometry(writer, shape, spelling);
    json_member_double(writer, "confidence", shape->confidence);
    json_member_string(writer, "created_by", shape->author);
    write_json(writer, "attributes", shape->attributes, "[]");
    if (spelling == ANNOTATION_OWN) {
        json_member_string(writer, "source", shape_source_name(shape->source));
        json_member_string(writer, "model", shape->model);
        json_member_bool(writer, "proposed", shape->is_proposed);
        write_json(writer, "answers", shape->answers, "null");
    }
    json_object_end(writer);
}

void annotation_json_write_list(JsonWriter *writer, const GPtrArray *shapes,
                                AnnotationSpelling spelling)
{
    json_array_begin(writer);
    for (guint i = 0; i < shapes->len; i++) {
        annotation_json_write(writer, g_ptr_array_index(shapes, i), spelling);
    }
    json_array_end(writer);
}
