/* Text line by line: UTF-8, ended by LF or CRLF, with the byte order mark at the beginning left
 * out. */
#pragma once

#include "base/byte_source.h"

typedef struct LineReader LineReader;

LineReader *line_reader_new(const ByteSource *source); /* borrows it */
void line_reader_free(LineReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineReader, line_reader_free)

/* The next line without its end, until the next call; FALSE at the end and on error: TOO_LARGE
 * beyond LIMIT_IMPORT_LINE_BYTES, CORRUPT for what is no text. */
gboolean line_reader_next(LineReader *reader, const char **ret_line, GError **error);
gint64 line_reader_number(const LineReader *reader); /* of the line last read, from 1 */
/* The next byte as it is, for what quotes ends of lines; -1 at the end and on error. */
int line_reader_byte(LineReader *reader, GError **error);
