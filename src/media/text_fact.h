/* Text out of metadata, made fit to show: trimmed, one line, valid UTF-8, of bounded length. */
#pragma once

#include <glib.h>

/* Owned by the caller; NULL when nothing printable is left. Ends at the first NUL. Bytes that are
 * not UTF-8 are taken as Latin-1. Control characters become spaces, runs of spaces one; the result
 * has at most LIMIT_TEXT_FACT_BYTES. */
char *text_fact_new(const void *data, gsize length);
/* The same from UTF-16, little-endian (Windows' XP tags). */
char *text_fact_new_utf16le(const void *data, gsize length);

/* A calendar date and time as metadata writes them: EXIF's "2024:07:03 10:20:30", XMP's
 * "2024-07-03T10:20:30.25+02:00" (ISO 8601; XMP allows leaving out the time from the right). FALSE
 * for anything impossible, such as a year 0 or a month 13. Milliseconds count from 1970 as if the
 * wall clock were UTC; the offset is FACT_NONE when not written. */
gboolean text_parse_time(const char *text, gint64 *ret_local_ms, gint64 *ret_offset_minutes);
/* "+02:00", "-0330" or "Z"; FACT_NONE when it is none of them. */
gint64 text_parse_offset(const char *text);

/* Windows' rating in percent (0, 1, 25, 50, 75, 99) as stars, FACT_NONE out of 0..100. */
gint64 text_stars_of_percent(gint64 percent);
