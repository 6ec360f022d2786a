#include "base/json_writer.h"

#include "base/error.h"
#include "base/limits.h"

#include <math.h>
#include <string.h>

struct JsonWriter {
    GByteArray *out;
    gsize cap_bytes;
    gsize written_bytes; /* over the writer's life, also what json_writer_take took */
    gboolean over_cap;
    gboolean after_key;
    guint depth;
    gboolean has_items[LIMIT_JSON_OUTPUT_DEPTH]; /* whether a comma is due, by depth */
};

JsonWriter *json_writer_new(gsize cap_bytes)
{
    JsonWriter *writer = g_new0(JsonWriter, 1);
    writer->out = g_byte_array_new();
    writer->cap_bytes = cap_bytes;
    return writer;
}

void json_writer_free(JsonWriter *writer)
{
    if (!writer) {
        return;
    }
    g_clear_pointer(&writer->out, g_byte_array_unref);
    g_free(writer);
}

static void append(JsonWriter *writer, const char *text, gsize length)
{
    if (writer->over_cap || length > writer->cap_bytes - writer->written_bytes) {
        writer->over_cap = TRUE;
        return;
    }
    g_byte_array_append(writer->out, (const guint8 *)text, (guint)length);
    writer->written_bytes += length;
}

/* The comma before a value or a key, where one is due. */
static void separate(JsonWriter *writer)
{
    if (writer->after_key) {
        writer->after_key = FALSE;
        return;
    }
    if (writer->has_items[writer->depth]) {
        append(writer, ",", 1);
    }
    writer->has_items[writer->depth] = TRUE;
}

static void begin(JsonWriter *writer, const char *bracket)
{
    separate(writer);
    append(writer, bracket, 1);
    g_assert(writer->depth + 1 < G_N_ELEMENTS(writer->has_items));
    writer->depth++;
    writer->has_items[writer->depth] = FALSE;
}

static void end(JsonWriter *writer, const char *bracket)
{
    g_assert(writer->depth > 0 && !writer->after_key);
    writer->depth--;
    append(writer, bracket, 1);
}

void json_object_begin(JsonWriter *writer)
{
    begin(writer, "{");
}

void json_object_end(JsonWriter *writer)
{
    end(writer, "}");
}

void json_array_begin(JsonWriter *writer)
{
    begin(writer, "[");
}

void json_array_end(JsonWriter *writer)
{
    end(writer, "]");
}

static void append_escape(JsonWriter *writer, guchar character)
{
    static const char *const short_forms[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n",  ['\f'] = "\\f",
        ['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\",
    };
    if (character < G_N_ELEMENTS(short_forms) && short_forms[character]) {
        append(writer, short_forms[character], 2);
        return;
    }
    char code[7];
    g_snprintf(code, sizeof code, "\\u%04x", (guint)character);
    append(writer, code, 6);
}

static gboolean needs_escape(guchar character)
{
    return character < 0x20 || character == '"' || character == '\\';
}

/* Quotes text that is valid UTF-8. */
static void append_quoted(JsonWriter *writer, const char *text, gsize length)
{
    append(writer, "\"", 1);
    gsize plain = 0;
    for (gsize i = 0; i < length; i++) {
        if (needs_escape((guchar)text[i])) {
            append(writer, text + plain, i - plain);
            append_escape(writer, (guchar)text[i]);
            plain = i + 1;
        }
    }
    append(writer, text + plain, length - plain);
    append(writer, "\"", 1);
}

void json_text_len(JsonWriter *writer, const char *value, gsize length)
{
    separate(writer);
    if (g_utf8_validate_len(value, length, NULL)) {
        append_quoted(writer, value, length);
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(value, (gssize)length);
    append_quoted(writer, valid, strlen(valid));
}

void json_text(JsonWriter *writer, const char *value)
{
    if (value) {
        json_text_len(writer, value, strlen(value));
    } else {
        json_none(writer);
    }
}

void json_key(JsonWriter *writer, const char *key)
{
    g_assert(!writer->after_key);
    json_text(writer, key);
    append(writer, ":", 1);
    writer->after_key = TRUE;
}

void json_int(JsonWriter *writer, gint64 value)
{
    char text[24];
    int length = g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
    separate(writer);
    append(writer, text, (gsize)length);
}

/* Most numbers have few digits: try those first, and 17 always read back the same. */
static void shortest_double(char text[G_ASCII_DTOSTR_BUF_SIZE], double value)
{
    static const char *const formats[] = {"%.6g", "%.9g", "%.15g", "%.16g", "%.17g"};
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, G_ASCII_DTOSTR_BUF_SIZE, formats[i], value);
        if (g_ascii_strtod(text, NULL) == value) {
            return;
        }
    }
}

void json_double(JsonWriter *writer, double value)
{
    if (!isfinite(value)) {
        json_none(writer);
        return;
    }
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    shortest_double(text, value);
    separate(writer);
    append(writer, text, strlen(text));
    if (!strpbrk(text, ".e")) {
        append(writer, ".0", 2);
    }
}

void json_bool(JsonWriter *writer, gboolean value)
{
    separate(writer);
    append(writer, value ? "true" : "false", value ? 4 : 5);
}

void json_none(JsonWriter *writer)
{
    separate(writer);
    append(writer, "null", 4);
}

void json_raw(JsonWriter *writer, const char *json, gsize length)
{
    separate(writer);
    append(writer, json, length);
}

void json_member_string(JsonWriter *writer, const char *key, const char *value)
{
    json_key(writer, key);
    json_text(writer, value);
}

void json_member_int(JsonWriter *writer, const char *key, gint64 value)
{
    json_key(writer, key);
    json_int(writer, value);
}

void json_member_double(JsonWriter *writer, const char *key, double value)
{
    json_key(writer, key);
    json_double(writer, value);
}

void json_member_bool(JsonWriter *writer, const char *key, gboolean value)
{
    json_key(writer, key);
    json_bool(writer, value);
}

void json_member_null(JsonWriter *writer, const char *key)
{
    json_key(writer, key);
    json_none(writer);
}

GBytes *json_writer_take(JsonWriter *writer)
{
    GBytes *taken = g_byte_array_free_to_bytes(writer->out);
    writer->out = g_byte_array_new();
    return taken;
}

GBytes *json_writer_finish(JsonWriter *writer, GError **error)
{
    g_assert(writer->depth == 0 && !writer->after_key);
    if (writer->over_cap) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the answer is larger than %" G_GSIZE_FORMAT " bytes", writer->cap_bytes);
        return NULL;
    }
    return json_writer_take(writer);
}
