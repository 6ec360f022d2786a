/* The HTTP server: routes as data, requests, responses. Knows no picture and no user: api/ hands it
 * a gate.
 *
 * A dialect is a table of routes and a way to write errors. The table drives dispatch, validation,
 * the gate and the OpenAPI document; a handler gets a request that was parsed, validated and let
 * through, and fills in its response. A handler that fails returns FALSE with an error, which its
 * dialect writes. */
#pragma once

#include "base/error.h"
#include "base/json_writer.h"

#include <jansson.h>

typedef struct HttpServer HttpServer;
typedef struct HttpRequest HttpRequest;

typedef enum { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE } HttpMethod;

typedef enum {
    HTTP_TEXT = 1,
    HTTP_INT,
    HTTP_NUMBER,
    HTTP_BOOL,
    HTTP_TEXT_LIST,
    HTTP_INT_LIST,
    HTTP_OBJECT
} HttpType;

/* One query parameter, path parameter or member of a JSON body. Tables end with a member whose name
 * is NULL. */
typedef struct {
    const char *name;
    HttpType type;
    gboolean required;
    gboolean
        lenient; /* a value that does not fit counts as absent instead of failing the request */
    gboolean bounded; /* min and max hold: of a number's value, of a text's characters, of a list's
                         items */
    double min, max;
    const char *const *choices; /* NULL-terminated; NULL: any */
    const char *fallback;       /* the default, for the document */
    const char *summary;
} HttpParameter;

typedef gboolean (*HttpHandler)(HttpRequest *request, GError **error);

typedef struct {
    HttpMethod method;
    /* Literal parts, {name} for one part, {name...} for all that is left (percent-decoded once,
     * slashes and all). Literal parts win over {name}, {name} over {name...}; a {name} whose
     * declared type is HTTP_INT matches only digits where another route fits too. */
    const char *path;
    int capability; /* what the gate is asked; never 0 */
    gboolean quick; /* answers from memory or one indexed row: runs on the connection's thread,
                     * others go to the work pool so that a slow one never delays a fast one */
    const HttpParameter *path_parameters;
    const HttpParameter *query;
    const HttpParameter *body; /* members of a JSON object; NULL: any body is ignored */
    gboolean body_optional;    /* an absent or empty body counts as {} */
    const char *tag;           /* the group in the document */
    const char *summary;
    const char
        *response_schema;      /* name in the dialect's schemas; NULL when the answer is not JSON */
    const char *response_mime; /* NULL: application/json */
    HttpHandler handler;
} HttpRoute;

/* Every row of a table is made by this: a route without a capability does not compile. */
#define HTTP_ROUTE(cap, ...)                                                                       \
    {                                                                                              \
        .capability = (int)((cap) * (sizeof(char[(cap) > 0 ? 1 : -1]))), __VA_ARGS__               \
    }

typedef struct {
    const char *location; /* "query", "path" or "body" */
    const char *name;     /* of the parameter; NULL for the body as a whole */
    /* pydantic's names, which fit any dialect: "missing", "int_parsing", "float_parsing",
     * "bool_parsing", "string_type", "list_type", "greater_than_equal", "less_than_equal",
     * "too_long", "too_short", "literal_error", "json_invalid", "model_attributes_type" */
    const char *kind;
    const char *message;
    const char *input; /* as sent; NULL when absent */
    double bound;      /* for the kinds that have one */
    gint64 position;   /* of json_invalid */
} HttpViolation;

typedef struct {
    const char *name; /* "facet" */
    const char
        *prefix; /* unknown paths beneath it are answered by this dialect: "/api/"; NULL: none */
    const HttpRoute *routes;
    gsize route_count;
    const char *schemas_json; /* an object of JSON Schemas for components/schemas; NULL: none */
    /* Writes a failed request's answer: `status` was chosen by http_status_of(error) or by the
     * router. */
    void (*fail)(HttpRequest *request, int status, const GError *error);
    void (*invalid)(HttpRequest *request, const HttpViolation *violations,
                    gsize count); /* 422, or as the dialect does */
} HttpDialect;

/* Decides whether the request may go on with a route of this capability, and remembers who asks
 * (http_request_set_principal). FALSE with UNAUTHORIZED, FORBIDDEN or NOT_FOUND. */
typedef gboolean (*HttpGate)(HttpRequest *request, int capability, GError **error);

typedef struct {
    const char *const
        *listen; /* "HOST:PORT", "[::1]:PORT"; NULL-terminated; port 0 takes a free one */
    const HttpDialect *const *dialects; /* NULL-terminated; tried in order */
    HttpGate gate;
    gpointer app;        /* http_request_app */
    int threads;         /* 0: one a core */
    gboolean access_log; /* one line a request on standard error: method, path without its query,
                            status, bytes, ms */
    const char *title, *version; /* of the OpenAPI document */
    /* Answers GETs that no route takes (the web app); returns FALSE with NOT_FOUND to let the
     * dialect answer. */
    HttpHandler fallback;
    /* Adds headers to every answer (CORS, security); may be NULL. Runs when the response is
     * complete. */
    void (*decorate)(HttpRequest *request);
} HttpServerOptions;

HttpServer *http_server_start(const HttpServerOptions *options, GError **error);
/* Addresses it listens on, as URLs ("http://127.0.0.1:5000"); owned by the server. */
const char *const *http_server_urls(const HttpServer *server);
/* Stops accepting, lets requests under way end (at most `grace_seconds`), frees everything. */
void http_server_stop(HttpServer *server, int grace_seconds);

int http_status_of(const GError *error);

/* The OpenAPI 3.1 document of every route. */
GBytes *http_openapi(const HttpServerOptions *options, GError **error);

/* --- the request --- */
gpointer http_request_app(const HttpRequest *request);
HttpMethod http_request_method(const HttpRequest *request);
const char *http_request_path(const HttpRequest *request); /* decoded; valid UTF-8, no NUL */
const char *http_request_header(const HttpRequest *request,
                                const char *name); /* NULL when absent */
const char *http_request_cookie(const HttpRequest *request, const char *name);
const HttpRoute *http_request_route(const HttpRequest *request);
gboolean http_request_is_loopback(const HttpRequest *request);
void http_request_set_principal(HttpRequest *request, gpointer principal,
                                GDestroyNotify free_principal);
gpointer http_request_principal(const HttpRequest *request);

/* Declared parameters by name, of path and query. Asking for an undeclared name is a bug and
 * asserts. */
gboolean http_has(const HttpRequest *request, const char *name);   /* present and not empty */
gboolean http_given(const HttpRequest *request, const char *name); /* present, perhaps empty */
const char *http_text(const HttpRequest *request, const char *name, const char *absent);
gint64 http_int(const HttpRequest *request, const char *name, gint64 absent);
double http_number(const HttpRequest *request, const char *name, double absent);
gboolean http_flag(const HttpRequest *request, const char *name,
                   gboolean absent); /* 1, true / 0, false */
/* The JSON body, validated; never NULL for a route with .body. Owned by the request. */
const json_t *http_body(const HttpRequest *request);

/* --- the response: exactly one of these per request that succeeds --- */
void http_set_status(HttpRequest *request, int status); /* 200 unless set */
void http_set_header(HttpRequest *request, const char *name, const char *value);
gboolean http_respond_json(HttpRequest *request, JsonWriter *writer,
                           GError **error); /* takes the writer */
gboolean http_respond_json_t(HttpRequest *request, const json_t *json, GError **error);
/* Text is sent with `mime` (NULL: no Content-Type). Bytes are compressed when the type is
 * text-like, large enough, and the client takes gzip. */
gboolean http_respond_bytes(HttpRequest *request, const char *mime, GBytes *bytes);
gboolean http_respond_text(HttpRequest *request, const char *mime, const char *text);

typedef struct {
    const char *etag;          /* without quotes; NULL: none */
    const char *cache_control; /* NULL: none */
    gint64 modified_seconds;   /* since 1970; 0: no Last-Modified */
} HttpCaching;
/* Whole pictures and files: answers If-None-Match (304), If-Modified-Since, Range (206, 416) and
 * If-Range. */
gboolean http_respond_file(HttpRequest *request, const char *mime, int fd, gint64 bytes,
                           const HttpCaching *caching);
gboolean http_respond_cached(HttpRequest *request, const char *mime, GBytes *bytes,
                             const HttpCaching *caching);
/* Embedded files, each perhaps with a .gz twin beside it in the resource: `path` in the program's
 * GResource. */
gboolean http_respond_resource(HttpRequest *request, const char *path, const HttpCaching *caching,
                               GError **error);
