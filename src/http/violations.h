/* What is wrong with the values of a request, in pydantic's words, collected up to
 * LIMIT_HTTP_VIOLATIONS. */
#pragma once

#include "http/http.h"

typedef struct {
    GArray *items;    /* HttpViolation */
    GPtrArray *texts; /* the messages they point to */
} HttpViolations;

void violations_init(HttpViolations *violations);
void violations_clear(HttpViolations *violations);

/* Adds `violation` with a message of its own. */
void violations_add(HttpViolations *violations, HttpViolation violation, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Checks shared by parameters and bodies; each completes `where` (location, name, item, input). */
gboolean check_number_bounds(HttpViolations *violations, const HttpParameter *declared,
                             HttpViolation where, double value);
gboolean check_text(HttpViolations *violations, const HttpParameter *declared, HttpViolation where,
                    const char *value);
gboolean check_list_length(HttpViolations *violations, const HttpParameter *declared,
                           HttpViolation where, gsize count);

/* Parsers of single values; FALSE when the text is none. */
gboolean parse_integer(const char *text, gint64 *ret_value);
gboolean parse_number(const char *text, double *ret_value); /* finite */
gboolean parse_flag(const char *text, gboolean *ret_value);
