#include "studio/formats/class_list.h"

#include "base/json_writer.h"

#include <jansson.h>
#include <string.h>

static void write_raw(JsonWriter *writer, const char *key, const char *json)
{
    json_key(writer, key);
    if (json) {
        json_raw(writer, json, strlen(json));
    } else {
        json_none(writer);
    }
}

char *class_list_write(const GPtrArray *classes)
{
    g_autoptr(JsonWriter) writer = json_writer_new(G_MAXSIZE);
    json_array_begin(writer);
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        json_object_begin(writer);
        json_member_string(writer, "name", class_->name);
        json_member_string(writer, "type", class_->kind ? shape_kind_name(class_->kind) : NULL);
        json_member_string(writer, "color", class_->color);
        write_raw(writer, "attributes", class_->attributes);
        write_raw(writer, "skeleton", class_->skeleton);
        json_object_end(writer);
    }
    json_array_end(writer);
    g_autoptr(GBytes) bytes = json_writer_take(writer);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static char *dump_member(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!value || json_is_null(value)) {
        return NULL;
    }
    char *text = json_dumps(value, JSON_COMPACT);
    char *copy = g_strdup(text);
    free(text);
    return copy;
}

static AnnotationClass *read_class(const json_t *object)
{
    const char *name = json_string_value(json_object_get(object, "name"));
    const char *type = json_string_value(json_object_get(object, "type"));
    AnnotationClass *class_ = class_new(name ? name : "", shape_kind_from_name(type));
    class_->color = g_strdup(json_string_value(json_object_get(object, "color")));
    class_->attributes = dump_member(object, "attributes");
    class_->skeleton = dump_member(object, "skeleton");
    return class_;
}

GPtrArray *class_list_read(const char *json, GError **error)
{
    json_t *list = json_loads(json, 0, NULL);
    if (!json_is_array(list)) {
        json_decref(list);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                            "the classes of a version cannot be read");
        return NULL;
    }
    GPtrArray *classes = g_ptr_array_new_with_free_func((GDestroyNotify)class_free);
    gsize i = 0;
    json_t *object = NULL;
    json_array_foreach(list, i, object)
    {
        g_ptr_array_add(classes, read_class(object));
    }
    json_decref(list);
    return classes;
}
