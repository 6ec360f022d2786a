/* A streaming JSON reader (RFC 8259): token after token, in memory that does not grow with the
 * document, for files of any size. It takes UTF-8 alone, and nothing that is not JSON: no comments,
 * no NaN, no commas at an end, no NUL in a text.
 *
 *     switch (json_reader_next(reader, &error)) {
 *     case JSON_READ_KEY: ... json_reader_text(reader, NULL) ...
 *
 * Errors are CORRUPT, or TOO_LARGE over a cap, and say where: "annotations.12.bbox.2 (line 1,
 * column 4711): ...". After one nothing but that error comes. */
#pragma once

#include "base/byte_source.h"

typedef enum {
    JSON_READ_FAILED = -1,
    JSON_READ_END = 0, /* of the document; told again and again */
    JSON_READ_OBJECT,
    JSON_READ_OBJECT_END,
    JSON_READ_ARRAY,
    JSON_READ_ARRAY_END,
    JSON_READ_KEY,
    JSON_READ_TEXT,
    JSON_READ_NUMBER,
    JSON_READ_TRUE,
    JSON_READ_FALSE,
    JSON_READ_NULL,
} JsonRead;

typedef struct JsonReader JsonReader;

/* Borrows the source. `text_bytes_max`: of a text or a key that is not skipped. */
JsonReader *json_reader_new(const ByteSource *source, gsize text_bytes_max);
void json_reader_free(JsonReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonReader, json_reader_free)

JsonRead json_reader_next(JsonReader *reader, GError **error);

/* Of the key or text last read, or the digits of the number; until the next token. */
const char *json_reader_text(const JsonReader *reader, gsize *ret_length);
/* Of the number last read; finite. */
double json_reader_number(const JsonReader *reader);
/* The same when it is a whole number that a gint64 holds. */
gboolean json_reader_whole(const JsonReader *reader, gint64 *ret_whole);

/* Passes over what is left of the value that `token`, the last one read, begins: nothing for one
 * that is no object or array; for a key, the value that follows it. */
gboolean json_reader_skip(JsonReader *reader, JsonRead token, GError **error);
/* The same value as JSON text, compact, appended to `text`; TOO_LARGE beyond `most` bytes. */
gboolean json_reader_copy(JsonReader *reader, JsonRead token, GString *text, gsize most,
                          GError **error);

/* Where the token last read stands, as "annotations.12.bbox.2"; "" for the document. The caller's.
 */
char *json_reader_path(const JsonReader *reader);
/* Bytes that were read. */
gint64 json_reader_offset(const JsonReader *reader);
