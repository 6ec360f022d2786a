/* JSON bodies: parsed with caps, then checked against a table of members. */
#pragma once

#include "http/http.h"
#include "http/violations.h"

/* NULL when the bytes are no JSON, or JSON nested deeper than LIMIT_HTTP_JSON_DEPTH; then
 * `ret_position` is where. Any value is accepted, not only objects. */
json_t *body_parse(const char *bytes, gsize length, gint64 *ret_position);

/* The names and values of application/x-www-form-urlencoded as an object of texts; of two with one
 * name the last holds. NULL with INVALID for bad percent-encoding, text that is not UTF-8, and more
 * or longer ones than a query may have. */
json_t *body_parse_form(const char *text, gsize length, GError **error);

/* Checks `body` (NULL: none was sent) and writes numbers and flags that came as texts back into it
 * as what they are. */
void body_check(json_t *body, const HttpParameter *members, HttpViolations *violations);
