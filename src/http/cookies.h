/* The Cookie header, apart. */
#pragma once

#include <glib.h>

typedef struct {
    char *name, *value;
} HttpCookie;

/* The first LIMIT_HTTP_COOKIES of a header (NULL: none), in its order; of HttpCookie. What is no
 * "name=value" is passed over; quotes around a value are taken off. Owned by the caller. */
GArray *cookies_parse(const char *header);

/* The value of the first of that name; NULL when there is none. */
const char *cookies_find(const GArray *cookies, const char *name);
