/* Where a request ends: headers that two readers could understand in two ways are refused, so that
 * nobody gets a second request past a proxy in the body of a first (RFC 9112, section 6 and 11.2).
 *
 * The library below takes the first of two lengths, a length beside an encoding, and names with
 * blanks at their end. */
#pragma once

#include <glib.h>

typedef struct {
    guint lengths, encodings, hosts; /* how many headers of each */
    gboolean is_chunked;
    const char *problem; /* the first thing that is wrong; NULL: nothing so far */
} HttpFraming;

/* One header after the other. */
void framing_add(HttpFraming *framing, const char *name, const char *value);
/* After the last: what is wrong, a sentence, or NULL. `version`: "HTTP/1.1". */
const char *framing_problem(const HttpFraming *framing, const char *version);
