/* Conditional and partial requests (RFC 9110, sections 13 and 14), as functions of texts. */
#pragma once

#include <glib.h>

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
#define HTTP_DATE_CHARS 29
void http_date_format(gint64 seconds, char ret_text[HTTP_DATE_CHARS + 1]);
/* Only the form above: the two older ones have been out of use since 1999. */
gboolean http_date_parse(const char *text, gint64 *ret_seconds);

/* Whether an If-None-Match list ("a", W/"b", or *) names the tag; the weak comparison. `etag` is
 * without quotes. */
gboolean http_etag_listed(const char *list, const char *etag);

typedef enum {
    HTTP_RANGE_NONE, /* no range, one that means nothing here, or several: send the whole */
    HTTP_RANGE_PART,
    HTTP_RANGE_BEYOND, /* 416 */
} HttpRange;

/* A Range header against a body of `length` bytes. `header` may be NULL. */
HttpRange http_range_parse(const char *header, gint64 length, gint64 *ret_first, gint64 *ret_last);

/* Whether an Accept-Encoding header takes gzip. `header` may be NULL. */
gboolean http_accepts_gzip(const char *header);
