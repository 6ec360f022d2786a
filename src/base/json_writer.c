#include "base/json_writer.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/number_text.h"

#include <math.h>
#include <string.h>

#define FIRST_ROOM_BYTES 4096

struct JsonWriter {
    char *out;
    gsize length_bytes, room_bytes; /* of out */
    gsize cap_bytes;
    gsize taken_bytes; /* by json_writer_take */
    gboolean over_cap;
    gboolean after_key;
    guint depth;
    gboolean has_items[LIMIT_JSON_OUTPUT_DEPTH]; /* whether a comma is due, by depth */
};

JsonWriter *json_writer_new(gsize cap_bytes)
{
    JsonWriter *writer = g_new0(JsonWriter, 1);
    writer->cap_bytes = cap_bytes;
    return writer;
}

void json_writer_free(JsonWriter *writer)
{
    if (!writer) {
        return;
    }
    g_free(writer->out);
    g_free(writer);
}

/* Makes room for `length` bytes more; FALSE when that would pass the cap, now and ever after. */
static gboolean grow(JsonWriter *writer, gsize length)
{
    gsize left = writer->cap_bytes - writer->taken_bytes - writer->length_bytes;
    if (writer->over_cap || length > left) {
        writer->over_cap = TRUE;
        writer->room_bytes = writer->length_bytes; /* so that everything comes here to be refused */
        return FALSE;
    }
    gsize wanted = MAX(2 * writer->room_bytes, FIRST_ROOM_BYTES);
    wanted = MAX(wanted, writer->length_bytes + length);
    writer->room_bytes = MIN(wanted, writer->length_bytes + left);
    writer->out = g_realloc(writer->out, writer->room_bytes);
    return TRUE;
}

static inline void append(JsonWriter *writer, const char *text, gsize length)
{
    if (length > writer->room_bytes - writer->length_bytes && !grow(writer, length)) {
        return;
    }
    memcpy(writer->out + writer->length_bytes, text, length);
    writer->length_bytes += length;
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

/* Of text that is valid UTF-8. */
static void append_escaped(JsonWriter *writer, const char *text, gsize length)
{
    gsize plain = 0;
    for (gsize i = 0; i < length; i++) {
        if (needs_escape((guchar)text[i])) {
            append(writer, text + plain, i - plain);
            append_escape(writer, (guchar)text[i]);
            plain = i + 1;
        }
    }
    append(writer, text + plain, length - plain);
}

/* ASCII that stands for itself, as nearly all keys and most values are. */
static gboolean is_plain(const char *text, gsize length)
{
    guint odd = 0;
    for (gsize i = 0; i < length; i++) {
        guchar character = (guchar)text[i];
        odd |= (guint)(needs_escape(character) | (character >= 0x80));
    }
    return odd == 0;
}

void json_text_len(JsonWriter *writer, const char *value, gsize length)
{
    separate(writer);
    append(writer, "\"", 1);
    if (is_plain(value, length)) {
        append(writer, value, length);
    } else if (g_utf8_validate_len(value, length, NULL)) {
        append_escaped(writer, value, length);
    } else {
        g_autofree char *valid = g_utf8_make_valid(value, (gssize)length);
        append_escaped(writer, valid, strlen(valid));
    }
    append(writer, "\"", 1);
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
    char *end = text + sizeof text;
    char *first = number_digits_before(end, value < 0 ? 0 - (guint64)value : (guint64)value, 1);
    if (value < 0) {
        *--first = '-';
    }
    separate(writer);
    append(writer, first, (gsize)(end - first));
}

void json_double(JsonWriter *writer, double value)
{
    if (!isfinite(value)) {
        json_none(writer);
        return;
    }
    separate(writer);
    char text[NUMBER_TEXT_BYTES];
    gsize length = number_text(text, value);
    append(writer, text, length);
    if (!strpbrk(text, ".e")) { /* that it is no integer stays to be seen */
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
    gsize length = writer->length_bytes;
    writer->taken_bytes += length;
    writer->length_bytes = 0;
    writer->room_bytes = 0;
    return g_bytes_new_take(g_steal_pointer(&writer->out), length);
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
