/* The routes of all dialects as one tree, made once. */
#pragma once

#include "http/http.h"
#include "http/uri.h"

typedef struct {
    const HttpDialect *dialect;
    const HttpRoute *route;
    HttpParameter *parameters; /* those of the path in its order, then those of the query */
    guint path_count, count;
    GHashTable *positions; /* of a parameter's name in `parameters`, plus one */
} HttpEntry;

typedef struct {
    const HttpEntry *entry;     /* NULL: nothing there, or not with this method */
    const HttpDialect *dialect; /* who answers; NULL: nobody */
    guint allowed;              /* methods that the path takes, a bit each; 0: unknown path */
    HttpSlice values[LIMIT_HTTP_PATH_NAMES]; /* of the path's {name}s */
} HttpMatch;

typedef struct HttpRouter HttpRouter;

/* Fails with INVALID for a table that makes no sense: a bad pattern, or twice the same method and
 * path in one dialect. Of two dialects that take the same, the first has it. */
HttpRouter *router_new(const HttpDialect *const *dialects, GError **error);
void router_free(HttpRouter *router);

/* Every route, in the order of the tables. */
guint router_entry_count(const HttpRouter *router);
const HttpEntry *router_entry(const HttpRouter *router, guint index);

/* `method` may be HTTP_METHODS for one that we do not know. */
void router_match(const HttpRouter *router, const HttpPath *path, HttpMethod method,
                  HttpMatch *ret_match);

/* Who answers for a path that no route knows: the longest prefix. NULL: nobody. */
const HttpDialect *router_dialect(const HttpRouter *router, const char *path);

/* The value of an Allow header for HttpMatch.allowed; owned by the caller. */
char *router_allow(guint allowed);
const char *router_method_name(HttpMethod method);
HttpMethod router_method(const char *name); /* HTTP_METHODS when unknown; HEAD is GET */
