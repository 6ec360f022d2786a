/* A streaming JSON writer: compact, UTF-8 unescaped, commas and nesting kept by the writer.
 *
 * Every writer has a cap; going over it, or writing a number that is not finite, or bytes that are
 * not UTF-8 is handled here and nowhere else: over the cap the writer fails (json_writer_finish
 * answers an error), NaN and infinities become null, and invalid bytes become U+FFFD.
 *
 * json_text and json_none rather than json_string and json_null, which are jansson's. */
#pragma once

#include <glib.h>

typedef struct JsonWriter JsonWriter;

/* Grows up to `cap_bytes`. Free with json_writer_free, or finish it. */
JsonWriter *json_writer_new(gsize cap_bytes);
void json_writer_free(JsonWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonWriter, json_writer_free)

void json_object_begin(JsonWriter *writer);
void json_object_end(JsonWriter *writer);
void json_array_begin(JsonWriter *writer);
void json_array_end(JsonWriter *writer);
void json_key(JsonWriter *writer, const char *key);

void json_text(JsonWriter *writer, const char *value); /* NULL writes null */
void json_text_len(JsonWriter *writer, const char *value, gsize length);
void json_int(JsonWriter *writer, gint64 value);
void json_double(JsonWriter *writer, double value); /* the shortest text that reads back the same */
void json_bool(JsonWriter *writer, gboolean value);
void json_none(JsonWriter *writer);
/* Text that is JSON already, a value or (in an object) members with commas between, from a trusted
 * source: an embedded resource, a json_dumps of ours. */
void json_raw(JsonWriter *writer, const char *json, gsize length);

/* Key and value in one call, the common case. */
void json_member_string(JsonWriter *writer, const char *key, const char *value);
void json_member_int(JsonWriter *writer, const char *key, gint64 value);
void json_member_double(JsonWriter *writer, const char *key, double value);
void json_member_bool(JsonWriter *writer, const char *key, gboolean value);
void json_member_null(JsonWriter *writer, const char *key);

/* Bytes written so far, for streaming: takes them out of the writer and leaves its nesting as it
 * is. */
GBytes *json_writer_take(JsonWriter *writer);

/* Ends the document. NULL with TOO_LARGE when the cap was passed. Asserts that everything begun was
 * ended. The writer is empty afterwards and may only be freed. */
GBytes *json_writer_finish(JsonWriter *writer, GError **error);
