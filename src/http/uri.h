/* Request targets: percent-decoding, once, and the parts of a path. */
#pragma once

#include "base/limits.h"

#include <glib.h>

typedef struct {
    const char *text;
    gsize length;
} HttpSlice;

/* A path is split at its slashes before it is decoded, so that an encoded slash stays inside its
 * part. `decoded` is the whole; the parts are slices of it, the first LIMIT_HTTP_PATH_PARTS of
 * them. */
typedef struct {
    char *decoded;
    gsize length;
    guint count; /* of parts, also of those that are not kept */
    HttpSlice parts[LIMIT_HTTP_PATH_PARTS];
} HttpPath;

/* Fails with INVALID for a % without two hex digits, a NUL, what is not UTF-8, and for a path that
 * does not begin with a slash. `ret_path` must be cleared by http_path_clear. */
gboolean http_path_parse(const char *raw, gsize length, HttpPath *ret_path, GError **error);
void http_path_clear(HttpPath *path);

/* Decodes one name or value of a query, where + is a space. Owned by the caller. */
char *http_query_decode(const char *raw, gsize length, GError **error);
