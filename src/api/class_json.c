#include "api/class_json.h"

#include "base/limits.h"

#include <string.h>

/* What is being read, and where faults go. */
typedef struct {
    int index; /* of the class in the list */
    GPtrArray *faults;
} Reading;

G_GNUC_PRINTF(3, 4)
static gboolean fault(Reading *reading, const char *message, const char *field, ...)
{
    va_list arguments;
    va_start(arguments, field);
    g_autofree char *where = g_strdup_vprintf(field, arguments);
    va_end(arguments);
    if (reading->faults->len < LIMIT_ANNOTATION_FAULTS) {
        g_ptr_array_add(reading->faults,
                        annotation_fault_new(reading->index, *where ? where : NULL, message));
    }
    return FALSE;
}

static gboolean is_name(const json_t *value)
{
    const char *text = json_string_value(value);
    glong length = text ? g_utf8_strlen(text, -1) : 0;
    return length >= 1 && length <= LIMIT_CLASS_NAME_CHARACTERS;
}

/* --- attributes --- */

static gboolean check_values(Reading *reading, const json_t *values, gsize place)
{
    gsize i;
    json_t *value;
    if (!values || json_is_null(values)) {
        return TRUE;
    }
    if (!json_is_array(values)) {
        return fault(reading, "Input should be a list or null",
                     "attributes.%" G_GSIZE_FORMAT ".values", place);
    }
    json_array_foreach(values, i, value)
    {
        if (!json_is_string(value)) {
            return fault(reading, "Input should be a string",
                         "attributes.%" G_GSIZE_FORMAT ".values.%" G_GSIZE_FORMAT, place, i);
        }
    }
    return TRUE;
}

/* What is kept of it; NULL when it is none. */
static json_t *read_attribute(Reading *reading, const json_t *attribute, gsize place)
{
    static const char *const types[] = {"text", "number", "select", "checkbox", NULL};
    const json_t *name = json_object_get(attribute, "name");
    const char *type = json_string_value(json_object_get(attribute, "type"));
    json_t *values = json_object_get(attribute, "values");
    if (!is_name(name)) {
        fault(reading, "An attribute has a name of 1 to 120 characters",
              "attributes.%" G_GSIZE_FORMAT ".name", place);
    } else if (!type || !g_strv_contains(types, type)) {
        fault(reading, "An attribute's type is text, number, select or checkbox",
              "attributes.%" G_GSIZE_FORMAT ".type", place);
    } else if (check_values(reading, values, place)) {
        return json_pack("{s:O, s:s, s:O*}", "name", name, "type", type, "values",
                         json_is_array(values) ? values : NULL);
    }
    return NULL;
}

static gboolean read_attributes(Reading *reading, const json_t *list, AnnotationClass *class_)
{
    gsize i;
    json_t *attribute;
    if (!list || json_is_null(list)) {
        return TRUE;
    }
    if (!json_is_array(list)) {
        return fault(reading, "Input should be a list or null", "attributes");
    }
    json_t *kept = json_array();
    json_array_foreach(list, i, attribute)
    {
        json_t *one = read_attribute(reading, attribute, i);
        if (!one) {
            break;
        }
        if (!json_object_get(one, "values")) {
            json_object_set_new(one, "values", json_null());
        }
        json_array_append_new(kept, one);
    }
    gboolean whole = json_array_size(kept) == json_array_size(list);
    class_->attributes = whole ? json_dumps(kept, JSON_COMPACT) : NULL;
    json_decref(kept);
    return whole;
}

/* --- skeletons --- */

/* What is kept of the nodes; NULL when one is none. */
static json_t *read_nodes(Reading *reading, const json_t *list)
{
    gsize i;
    json_t *node, *kept = json_array();
    json_array_foreach(list, i, node)
    {
        json_t *name = json_object_get(node, "name");
        json_t *x = json_object_get(node, "x"), *y = json_object_get(node, "y");
        if (!is_name(name) || !json_is_number(x) || !json_is_number(y)) {
            fault(reading, "A node has a name, x and y", "skeleton.nodes.%" G_GSIZE_FORMAT, i);
            json_decref(kept);
            return NULL;
        }
        json_array_append_new(kept, json_pack("{s:O, s:O, s:O}", "name", name, "x", x, "y", y));
    }
    return kept;
}

static gboolean is_node(const json_t *value, gsize nodes)
{
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           json_integer_value(value) < (json_int_t)nodes;
}

static gboolean check_edges(Reading *reading, const json_t *list, gsize nodes)
{
    gsize i;
    json_t *edge;
    json_array_foreach(list, i, edge)
    {
        if (json_array_size(edge) != 2 || !is_node(json_array_get(edge, 0), nodes) ||
            !is_node(json_array_get(edge, 1), nodes)) {
            return fault(reading, "An edge is the numbers of two nodes, from 0",
                         "skeleton.edges.%" G_GSIZE_FORMAT, i);
        }
    }
    return TRUE;
}

static gboolean read_skeleton(Reading *reading, const json_t *skeleton, AnnotationClass *class_)
{
    const json_t *nodes = json_object_get(skeleton, "nodes");
    json_t *edges = json_object_get(skeleton, "edges");
    if (!skeleton || json_is_null(skeleton)) {
        return TRUE;
    }
    if (!json_is_array(nodes) || (edges && !json_is_array(edges))) {
        return fault(reading, "A skeleton has a list of nodes and a list of edges", "skeleton");
    }
    if (class_->kind != SHAPE_KEYPOINT) {
        return fault(reading, "Only a class of keypoints has a skeleton", "skeleton");
    }
    json_t *kept = read_nodes(reading, nodes);
    if (!kept || !check_edges(reading, edges, json_array_size(nodes))) {
        json_decref(kept);
        return FALSE;
    }
    json_t *whole =
        json_pack("{s:o, s:o}", "nodes", kept, "edges", edges ? json_incref(edges) : json_array());
    class_->skeleton = json_dumps(whole, JSON_COMPACT);
    json_decref(whole);
    return TRUE;
}

/* --- classes --- */

/* A kind or, for null, any. */
static gboolean read_kind(Reading *reading, const json_t *value, gboolean tags, ShapeKind *ret_kind)
{
    const char *text = json_string_value(value);
    if (!value || json_is_null(value)) {
        *ret_kind = 0;
        return TRUE;
    }
    *ret_kind = g_strcmp0(text, "box") == 0 ? SHAPE_BBOX : text ? shape_kind_from_name(text) : 0;
    if (*ret_kind == 0 || (*ret_kind == SHAPE_TAG && !tags)) {
        return fault(reading,
                     "A class is of the type bbox, polygon, polyline or keypoint, or of any: null",
                     "type");
    }
    return TRUE;
}

static gboolean check(Reading *reading, const AnnotationClass *class_)
{
    g_autofree char *field = NULL;
    g_autoptr(GError) problem = NULL;
    return class_check(class_, &field, &problem) ||
           fault(reading, problem->message, "%s", field ? field : "");
}

static AnnotationClass *read_class(Reading *reading, const json_t *value, gboolean tags)
{
    const json_t *name = json_object_get(value, "name");
    json_t *color = json_object_get(value, "color");
    ShapeKind kind = 0;
    if (!json_is_object(value)) {
        fault(reading, "Input should be an object", "%s", "");
        return NULL;
    }
    if (!json_is_string(name)) {
        fault(reading, name ? "Input should be a string" : "Field required", "name");
        return NULL;
    }
    if (color && !json_is_string(color) && !json_is_null(color)) {
        fault(reading, "Input should be a string or null", "color");
        return NULL;
    }
    if (!read_kind(reading, json_object_get(value, "type"), tags, &kind)) {
        return NULL;
    }
    g_autoptr(AnnotationClass) class_ = class_new(json_string_value(name), kind);
    class_->color = g_strdup(json_string_value(color));
    return read_attributes(reading, json_object_get(value, "attributes"), class_) &&
                   read_skeleton(reading, json_object_get(value, "skeleton"), class_) &&
                   check(reading, class_)
               ? g_steal_pointer(&class_)
               : NULL;
}

GPtrArray *class_json_read_list(const json_t *list, gboolean tags, GPtrArray *faults)
{
    Reading reading = {.index = -1, .faults = faults};
    if (!json_is_array(list)) {
        fault(&reading, "Input should be a list", "%s", "");
        return NULL;
    }
    if (json_array_size(list) > LIMIT_CLASSES_PER_PROJECT) {
        fault(&reading, "There are too many classes", "%s", "");
        return NULL;
    }
    g_autoptr(GPtrArray) classes = g_ptr_array_new_with_free_func((GDestroyNotify)class_free);
    for (gsize i = 0; i < json_array_size(list); i++) {
        reading.index = (int)i;
        AnnotationClass *class_ = read_class(&reading, json_array_get(list, i), tags);
        if (class_) {
            g_ptr_array_add(classes, class_);
        }
    }
    return faults->len == 0 ? g_steal_pointer(&classes) : NULL;
}

static void member_json(JsonWriter *writer, const char *key, const char *json)
{
    json_key(writer, key);
    if (json) {
        json_raw(writer, json, strlen(json));
    } else {
        json_none(writer);
    }
}

void class_json_write_members(JsonWriter *writer, const AnnotationClass *class_)
{
    json_member_string(writer, "name", class_->name);
    json_member_string(writer, "type", class_->kind ? shape_kind_name(class_->kind) : NULL);
    json_member_string(writer, "color", class_->color);
    member_json(writer, "attributes", class_->attributes);
    if (class_->skeleton) {
        member_json(writer, "skeleton", class_->skeleton);
    }
}
