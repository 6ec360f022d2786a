#include "studio/formats/write_text.h"

#include "base/number_text.h"

#include <string.h>

const char *text_path(GString *buffer, const char *folder, const char *room, const char *stem_path,
                      const char *suffix)
{
    g_string_assign(buffer, folder);
    g_string_append(buffer, room);
    g_string_append(buffer, stem_path);
    g_string_append(buffer, suffix);
    return buffer->str;
}

void text_number(GString *out, double value)
{
    char text[NUMBER_TEXT_BYTES];
    gsize length = number_text(text, value);
    g_string_append_len(out, text, (gssize)length);
}

void text_integer(GString *out, gint64 value)
{
    g_string_append_printf(out, "%" G_GINT64_FORMAT, value);
}

/* What a character is in XML; NULL: itself. */
static const char *xml_form(gunichar character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    case 0xFFFE:
    case 0xFFFF:
        return "\xEF\xBF\xBD";
    default:
        return character < 0x20 ? "\xEF\xBF\xBD" : NULL;
    }
}

void text_xml(GString *out, const char *text)
{
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        const char *form = xml_form(g_utf8_get_char(at));
        if (form) {
            g_string_append(out, form);
        } else {
            g_string_append_len(out, at, g_utf8_next_char(at) - at);
        }
    }
}

void text_line(GString *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        g_string_append_c(out, (guchar)*at < 0x20 ? ' ' : *at);
    }
}

void text_csv(GString *out, const char *text)
{
    if (!strpbrk(text, "\",\r\n") && text[0] != ' ') {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *at = text; *at; at++) {
        g_string_append(out, *at == '"' ? "\"" : "");
        g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
}

void text_json(GString *out, const char *text)
{
    g_autoptr(JsonWriter) writer = text_json_writer();
    json_text(writer, text);
    text_take_json(out, writer);
}

JsonWriter *text_json_writer(void)
{
    return json_writer_new(G_MAXSIZE);
}

void text_take_json(GString *out, JsonWriter *writer)
{
    g_autoptr(GBytes) bytes = json_writer_take(writer);
    g_string_append_len(out, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
}

void text_end_json(GString *out, JsonWriter *writer)
{
    text_take_json(out, writer);
    g_string_append_c(out, '\n');
}

void text_json_point(JsonWriter *writer, ShapePoint point)
{
    json_object_begin(writer);
    json_member_double(writer, "x", point.x);
    json_member_double(writer, "y", point.y);
    json_object_end(writer);
}

void text_json_flat(JsonWriter *writer, const ShapePoint *points, guint count)
{
    json_array_begin(writer);
    for (guint i = 0; i < count; i++) {
        json_double(writer, points[i].x);
        json_double(writer, points[i].y);
    }
    json_array_end(writer);
}

guint text_class(const FormatDataset *dataset, const char *name)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(dataset->places, name));
    g_assert(place > 0);
    return place - 1;
}

/* --- attributes --- */

json_t *text_attributes_object(const Shape *shape)
{
    json_t *told = shape->attributes ? json_loads(shape->attributes, 0, NULL) : NULL;
    if (!json_is_array(told)) {
        return told;
    }
    json_t *object = json_object();
    gsize i = 0;
    json_t *entry = NULL;
    json_array_foreach(told, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));
        json_t *value = json_object_get(entry, "value");
        if (name && value) {
            json_object_set(object, name, value);
        } else if (json_is_string(entry)) {
            json_object_set_new(object, json_string_value(entry), json_true());
        }
    }
    json_decref(told);
    return object;
}

static void tell(const char *name, const json_t *value, AttributeTold told, gpointer data)
{
    if (json_is_string(value)) {
        told(data, name, json_string_value(value));
    } else if (json_is_boolean(value)) {
        told(data, name, json_is_true(value) ? "true" : "false");
    } else if (json_is_real(value)) {
        char text[NUMBER_TEXT_BYTES];
        number_text(text, json_real_value(value));
        told(data, name, text);
    } else {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        told(data, name, text);
        free(text);
    }
}

void text_attributes(const Shape *shape, AttributeTold told, gpointer data)
{
    json_t *object = text_attributes_object(shape);
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        tell(name, value, told, data);
    }
    json_decref(object);
}

gboolean text_has_attributes(const Shape *shape)
{
    return shape->attributes && strcmp(shape->attributes, "[]") != 0 &&
           strcmp(shape->attributes, "{}") != 0;
}

gboolean text_is_occluded(const Shape *shape)
{
    if (!shape->attributes || !strstr(shape->attributes, "occluded")) {
        return FALSE;
    }
    json_t *object = text_attributes_object(shape);
    gboolean is_occluded = json_is_true(json_object_get(object, "occluded"));
    json_decref(object);
    return is_occluded;
}

/* --- losses --- */

void text_count_losses(const Shape *shape, gboolean holds_attributes, gboolean holds_confidence,
                       FormatLoss loss, gpointer data)
{
    if (!holds_attributes && text_has_attributes(shape)) {
        loss(data, LOSS_ATTRIBUTES);
    }
    if (!holds_confidence && shape->confidence < 1) {
        loss(data, LOSS_CONFIDENCE);
    }
}

void text_count_box(const Shape *shape, FormatLoss loss, gpointer data)
{
    if (shape->kind == SHAPE_POLYGON) {
        loss(data, LOSS_POLYGONS_BOXED);
    } else if (shape->is_oriented) {
        loss(data, LOSS_ROTATION);
    }
}

void text_corners(const Shape *shape, ShapePoint ret_corners[4])
{
    const Shape upright = {.kind = SHAPE_BBOX, .box = shape->box};
    shape_corners(shape->kind == SHAPE_BBOX ? shape : &upright, ret_corners);
}

const char *text_left_out(ShapeKind kind)
{
    switch (kind) {
    case SHAPE_POLYGON:
        return LOSS_POLYGONS;
    case SHAPE_POLYLINE:
        return LOSS_POLYLINES;
    case SHAPE_KEYPOINT:
        return LOSS_KEYPOINTS;
    case SHAPE_TAG:
        return LOSS_TAGS;
    default:
        return "boxes are left out";
    }
}
