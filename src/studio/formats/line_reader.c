#include "studio/formats/line_reader.h"

#include "base/limits.h"

#include <string.h>

#define BUFFER_BYTES (32U << 10)

struct LineReader {
    ByteSource source;
    guint8 *buffer;
    gsize at, end;
    gboolean is_over, is_begun;
    gint64 number;
    GString *line;
};

LineReader *line_reader_new(const ByteSource *source)
{
    LineReader *reader = g_new0(LineReader, 1);
    reader->source = *source;
    reader->buffer = g_malloc(BUFFER_BYTES);
    reader->line = g_string_new(NULL);
    return reader;
}

void line_reader_free(LineReader *reader)
{
    if (reader) {
        g_free(reader->buffer);
        g_string_free(reader->line, TRUE);
        g_free(reader);
    }
}

gint64 line_reader_number(const LineReader *reader)
{
    return reader->number;
}

static gboolean refill(LineReader *reader, GError **error)
{
    if (reader->is_over) {
        return FALSE;
    }
    gssize got = reader->source.read(reader->source.data, reader->buffer, BUFFER_BYTES, error);
    reader->is_over = got <= 0;
    reader->at = 0;
    reader->end = got > 0 ? (gsize)got : 0;
    return got > 0;
}

int line_reader_byte(LineReader *reader, GError **error)
{
    return reader->at < reader->end || refill(reader, error) ? reader->buffer[reader->at++] : -1;
}

static gboolean check_line(LineReader *reader, GError **error)
{
    GString *line = reader->line;
    if (line->len > 0 && line->str[line->len - 1] == '\r') {
        g_string_truncate(line, line->len - 1);
    }
    if (reader->number == 1 && g_str_has_prefix(line->str, "\xef\xbb\xbf")) {
        g_string_erase(line, 0, 3);
    }
    if (!g_utf8_validate(line->str, (gssize)line->len, NULL)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "line %" G_GINT64_FORMAT ": this is not UTF-8", reader->number);
        return FALSE;
    }
    return TRUE;
}

gboolean line_reader_next(LineReader *reader, const char **ret_line, GError **error)
{
    gboolean has_some = FALSE;
    g_string_truncate(reader->line, 0);
    reader->number++;
    while (reader->at < reader->end || refill(reader, error)) {
        const guint8 *from = reader->buffer + reader->at;
        const guint8 *newline = memchr(from, '\n', reader->end - reader->at);
        gsize count = newline ? (gsize)(newline - from) : reader->end - reader->at;
        has_some = TRUE;
        if (reader->line->len + count > LIMIT_IMPORT_LINE_BYTES) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                        "line %" G_GINT64_FORMAT ": the line is too long", reader->number);
            return FALSE;
        }
        g_string_append_len(reader->line, (const char *)from, (gssize)count);
        reader->at += count + (newline != NULL);
        if (newline) {
            break;
        }
    }
    *ret_line = reader->line->str;
    if (!has_some || (error && *error)) {
        return FALSE;
    }
    return check_line(reader, error);
}
