/* Values of declared parameters, from the path and the query. */
#pragma once

#include "http/router.h"
#include "http/violations.h"

typedef struct {
    const HttpParameter *declared;
    char *text; /* decoded; NULL when absent */
    gint64 integer;
    double number;
    gboolean flag;
} HttpValue;

/* One value for each parameter of the entry, those of the path filled in. Free with values_free. */
HttpValue *values_new(const HttpEntry *entry, const HttpSlice *path_values);
void values_free(HttpValue *values, guint count);

/* Fills in those of the query; what is not declared is ignored, of two the last holds. Fails with
 * INVALID for bad percent-encoding, too many parameters or too long a value. `query` may be NULL.
 */
gboolean values_parse_query(HttpValue *values, guint count, guint path_count, const char *query,
                            GError **error);

/* Types, bounds and what is missing. A lenient value that does not fit becomes absent. */
void values_check(HttpValue *values, guint count, guint path_count, HttpViolations *violations);
