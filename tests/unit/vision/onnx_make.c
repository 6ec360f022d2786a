#include "onnx_make.h"

#include <string.h>

struct OnnxModel {
    GByteArray *graph;
};

static void put_varint(GByteArray *out, guint64 value)
{
    do {
        guint8 byte = (guint8)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        g_byte_array_append(out, &byte, 1);
        value >>= 7;
    } while (value);
}

static void put_int(GByteArray *out, int field, gint64 value)
{
    put_varint(out, (guint64)field << 3);
    put_varint(out, (guint64)value);
}

static void put_bytes(GByteArray *out, int field, gconstpointer data, gsize length)
{
    put_varint(out, ((guint64)field << 3) | 2);
    put_varint(out, length);
    g_byte_array_append(out, data, (guint)length);
}

static void put_text(GByteArray *out, int field, const char *text)
{
    put_bytes(out, field, text, strlen(text));
}

/* A message within a message; frees the inner one. */
static void put_message(GByteArray *out, int field, GByteArray *message)
{
    put_bytes(out, field, message->data, message->len);
    g_byte_array_unref(message);
}

OnnxModel *onnx_new(void)
{
    OnnxModel *model = g_new0(OnnxModel, 1);
    model->graph = g_byte_array_new();
    put_text(model->graph, 2, "test");
    return model;
}

GBytes *onnx_finish(OnnxModel *model)
{
    GByteArray *opset = g_byte_array_new();
    put_int(opset, 2, 13);
    GByteArray *file = g_byte_array_new();
    put_int(file, 1, 8);
    put_message(file, 7, model->graph);
    put_message(file, 8, opset);
    g_free(model);
    return g_byte_array_free_to_bytes(file);
}

static void put_port(OnnxModel *model, int field, const char *name, int element, const char *shape)
{
    GByteArray *dims = g_byte_array_new();
    g_auto(GStrv) sizes = g_strsplit(shape, ",", -1);
    for (char **size = sizes; *size; size++) {
        GByteArray *dim = g_byte_array_new();
        if (strcmp(*size, "?") == 0) {
            g_autofree char *open = g_strdup_printf("open_%zu", (gsize)(size - sizes));
            put_text(dim, 2, open);
        } else {
            put_int(dim, 1, g_ascii_strtoll(*size, NULL, 10));
        }
        put_message(dims, 1, dim);
    }
    GByteArray *tensor = g_byte_array_new(), *type = g_byte_array_new();
    put_int(tensor, 1, element);
    put_message(tensor, 2, dims);
    put_message(type, 1, tensor);
    GByteArray *port = g_byte_array_new();
    put_text(port, 1, name);
    put_message(port, 2, type);
    put_message(model->graph, field, port);
}

void onnx_input(OnnxModel *model, const char *name, int element, const char *shape)
{
    put_port(model, 11, name, element, shape);
}

void onnx_output(OnnxModel *model, const char *name, int element, const char *shape)
{
    put_port(model, 12, name, element, shape);
}

static void put_constant(OnnxModel *model, const char *name, int element, const char *shape,
                         gconstpointer values, gsize element_bytes)
{
    GByteArray *tensor = g_byte_array_new();
    gsize count = 1;
    g_auto(GStrv) sizes = g_strsplit(shape, ",", -1);
    for (char **size = sizes; *size; size++) {
        gint64 number = g_ascii_strtoll(*size, NULL, 10);
        put_int(tensor, 1, number);
        count *= (gsize)number;
    }
    put_int(tensor, 2, element);
    put_text(tensor, 8, name);
    put_bytes(tensor, 9, values, count * element_bytes);
    put_message(model->graph, 5, tensor);
}

void onnx_floats(OnnxModel *model, const char *name, const char *shape, const float *values)
{
    put_constant(model, name, ONNX_FLOAT, shape, values, sizeof(float));
}

void onnx_ints(OnnxModel *model, const char *name, const char *shape, const gint64 *values)
{
    put_constant(model, name, ONNX_INT64, shape, values, sizeof(gint64));
}

static void put_names(GByteArray *node, int field, const char *names)
{
    g_auto(GStrv) each = g_strsplit(names, " ", -1);
    for (char **name = each; *name; name++) {
        put_text(node, field, *name);
    }
}

static GByteArray *attribute_of(const char *text)
{
    enum { INT = 2, INTS = 7 };
    GByteArray *attribute = g_byte_array_new();
    const char *mark = strpbrk(text, "=:");
    g_assert_nonnull(mark);
    g_autofree char *name = g_strndup(text, (gsize)(mark - text));
    put_text(attribute, 1, name);
    g_auto(GStrv) values = g_strsplit(mark + 1, ",", -1);
    for (char **value = values; *value; value++) {
        put_int(attribute, *mark == '=' ? 8 : 3, g_ascii_strtoll(*value, NULL, 10));
    }
    put_int(attribute, 20, *mark == '=' ? INTS : INT);
    return attribute;
}

void onnx_node(OnnxModel *model, const char *type, const char *inputs, const char *outputs,
               const char *attributes)
{
    GByteArray *node = g_byte_array_new();
    put_names(node, 1, inputs);
    put_names(node, 2, outputs);
    put_text(node, 4, type);
    g_auto(GStrv) each = g_strsplit(attributes, " ", -1);
    for (char **attribute = each; *attribute && **attribute; attribute++) {
        put_message(node, 5, attribute_of(*attribute));
    }
    put_message(model->graph, 1, node);
}
