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

#include <gio/gio.h>
#include <jansson.h>

typedef struct HttpServer HttpServer;
typedef struct HttpEvents HttpEvents;
typedef struct HttpRequest HttpRequest;

/* HEAD is seen as GET by everyone but the wire. OPTIONS is answered by the server itself and stands
 * in no table; `decorate` sees it. */
typedef enum {
    HTTP_GET,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_METHODS /* their number */
} HttpMethod;

typedef enum {
    HTTP_TEXT = 1,
    HTTP_INT,
    HTTP_NUMBER,
    HTTP_BOOL,
    HTTP_TEXT_LIST,
    HTTP_INT_LIST,
    HTTP_NUMBER_LIST, /* of a body only */
    HTTP_OBJECT,
    HTTP_OBJECT_LIST, /* of a body only */
    HTTP_TEXTS        /* of a body only: one text, or a list of them */
} HttpType;

/* One query parameter, path parameter or member of a JSON body. Tables end with a member whose name
 * is NULL.
 *
 * A list in the query is one text with commas; http_text answers it as sent, its items were
 * checked. In a body null stands for an absent optional member; texts that spell a number or a flag
 * are accepted for one, and http_body then holds the number or the flag. */
typedef struct HttpParameter {
    const char *name;
    HttpType type;
    gboolean required;
    gboolean
        lenient; /* a value that does not fit counts as absent instead of failing the request */
    gboolean bounded; /* min and max hold: of a number's value, of a text's characters, of a list's
                         items */
    double min, max;
    const char *const *choices;          /* NULL-terminated; NULL: any */
    const struct HttpParameter *members; /* of each item of an HTTP_OBJECT_LIST */
    const char *fallback;                /* the default, for the document */
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
    /* Members of a JSON object; NULL: any body is ignored. A table without members takes any
     * object, which the handler then reads as it was sent. */
    const HttpParameter *body;
    gboolean body_optional; /* an absent or empty body counts as {} */
    gboolean body_form;     /* the body may also be a form of texts
                             * (application/x-www-form-urlencoded) */
    /* Above 0: the body is handed on as it comes, up to so many bytes. The handler is called when
     * the headers are here, on the work pool, and either answers or calls http_take_body. */
    gint64 body_bytes;
    const char *body_mime; /* of such a body, for the document */
    const char *tag;       /* the group in the document */
    const char *summary;
    const char
        *response_schema;      /* name in the dialect's schemas; NULL when the answer is not JSON */
    const char *response_mime; /* NULL: application/json */
    int status;                /* of success, unless the handler sets another; 0: 200 */
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
     * "too_long", "too_short" (a list's items), "string_too_long", "string_too_short",
     * "literal_error", "json_invalid", "model_attributes_type"; for the body also "int_type",
     * "int_from_float", "float_type", "bool_type", "dict_type" */
    const char *kind;
    const char *message;
    const char *input;        /* as sent; NULL when absent or when it is input_json */
    const json_t *input_json; /* the offending value of a body; NULL: absent, or it is input */
    guint item;               /* of a list: 1 + the index of the offending item; 0: the whole */
    double bound;             /* for the kinds that have one */
    gint64 position;          /* of json_invalid */
} HttpViolation;

/* A table of routes. */
typedef struct {
    const HttpRoute *routes;
    gsize count;
} HttpTable;

typedef struct {
    const char *name; /* "facet" */
    /* Unknown paths beneath these are answered by this dialect: "/api/"; NULL-terminated; NULL:
     * none. */
    const char *const *prefixes;
    gboolean slashes;      /* a slash at the end of a path makes no difference */
    gboolean untyped_json; /* a body without a Content-Type is taken for JSON */
    const HttpRoute *routes;
    gsize route_count;
    const HttpTable *more; /* further tables, the last one without routes; NULL: none */
    const char *schemas;   /* the resource with its components/schemas, a JSON object; NULL: none */
    const char *error_schema; /* of what `fail` and `invalid` write, among them; NULL: none */
    const char *error_mime;   /* NULL: application/json */
    /* Writes a failed request's answer: `status` was chosen by http_status_of(error) or by the
     * router. */
    void (*fail)(HttpRequest *request, int status, const GError *error);
    void (*invalid)(HttpRequest *request, const HttpViolation *violations,
                    gsize count); /* 422, or as the dialect does */
    /* Called when the gate has let a request through, before anything else is asked of it; may
     * answer in the handler's stead. NULL: nothing. */
    gboolean (*enter)(HttpRequest *request, GError **error);
    /* Called when a request that `enter` let go on has its answer (http_answer), on the same kind of
     * thread. NULL: nothing. */
    void (*leave)(HttpRequest *request);
} HttpDialect;

/* Decides whether the request may go on with a route of this capability, and remembers who asks
 * (http_request_set_principal). FALSE with UNAUTHORIZED, FORBIDDEN or NOT_FOUND. */
typedef gboolean (*HttpGate)(HttpRequest *request, int capability, GError **error);

typedef struct {
    const char *const
        *listen; /* "HOST:PORT", "[::1]:PORT"; NULL-terminated; port 0 takes a free one */
    const HttpDialect *const *dialects; /* NULL-terminated; of two that take the same, the first */
    HttpGate gate;
    gpointer app;        /* http_request_app */
    HttpEvents *events;  /* what http_respond_events and http_respond_states send; NULL: nothing */
    int threads;         /* that serve connections; 0: one a core */
    gboolean access_log; /* one line a request on standard error: method, path without its query,
                            status, bytes, ms */
    const char *title, *version; /* of the OpenAPI document */
    /* Names a capability in the OpenAPI document ("x-capability"); NULL: its number. */
    const char *(*capability_name)(int capability);
    /* Answers GETs that no route takes (the web app); returns FALSE with NOT_FOUND to let the
     * dialect answer. Asks no gate, has no route, and must be quick. */
    HttpHandler fallback;
    /* Adds headers to every answer (CORS, security); may be NULL. Runs when the response is
     * complete. */
    void (*decorate)(HttpRequest *request);
} HttpServerOptions;

/* The options and all they point to must outlive the server. Fails with INVALID for an address or a
 * table that makes no sense, UNAVAILABLE when an address is taken. */
HttpServer *http_server_start(const HttpServerOptions *options, GError **error);
/* Addresses it listens on, as URLs ("http://127.0.0.1:5000"); owned by the server. */
const char *const *http_server_urls(const HttpServer *server);
/* Stops accepting, lets requests that have arrived whole be answered (at most `grace_seconds`),
 * then cancels http_request_cancellable, waits for the handlers that still run to return, and frees
 * everything. */
void http_server_stop(HttpServer *server, int grace_seconds);

int http_status_of(const GError *error);

/* The OpenAPI 3.1 document of every route. */
GBytes *http_openapi(const HttpServerOptions *options, GError **error);

/* --- the request --- */
gpointer http_request_app(const HttpRequest *request);
HttpMethod http_request_method(const HttpRequest *request);
const char *http_request_path(const HttpRequest *request);   /* decoded; valid UTF-8, no NUL */
const char *http_request_target(const HttpRequest *request); /* path and query as sent */
const char *http_request_header(const HttpRequest *request,
                                const char *name); /* NULL when absent */
const char *http_request_cookie(const HttpRequest *request, const char *name);
const HttpRoute *http_request_route(const HttpRequest *request);
const HttpDialect *http_request_dialect(const HttpRequest *request); /* NULL: nobody's */
/* The peer is this machine, and forwards for nobody else (no Forwarded or X-Forwarded-For). */
gboolean http_request_is_loopback(const HttpRequest *request);
/* Who is at the other end of the connection, an IPv4 address also where the socket maps it to IPv6;
 * NULL when it is no address. Owned by the caller. */
GInetAddress *http_request_peer(const HttpRequest *request);
/* The values of every header of that name, in their order, with commas between; "" when there is
 * none. Owned by the caller. */
char *http_request_header_list(const HttpRequest *request, const char *name);
/* Cancelled when the server stops and its grace is over: a handler that may take long watches it.
 */
GCancellable *http_request_cancellable(const HttpRequest *request);
void http_request_set_principal(HttpRequest *request, gpointer principal,
                                GDestroyNotify free_principal);
gpointer http_request_principal(const HttpRequest *request);

/* For the handler of a quick route that finds long work to do after all, and has not answered yet:
 * TRUE when it will be called again on the work pool, where it may block (it returns TRUE at once);
 * FALSE when this is that call. */
gboolean http_go_to_work(HttpRequest *request);

/* Declared parameters by name, of path and query; a {name} of the path that is not declared is a
 * text. Asking for an undeclared name is a bug and asserts. `absent` is answered when http_has is
 * FALSE. */
gboolean http_has(const HttpRequest *request, const char *name);   /* present and not empty */
gboolean http_given(const HttpRequest *request, const char *name); /* present, perhaps empty */
const char *http_text(const HttpRequest *request, const char *name, const char *absent);
gint64 http_int(const HttpRequest *request, const char *name, gint64 absent);
double http_number(const HttpRequest *request, const char *name, double absent);
gboolean http_flag(const HttpRequest *request, const char *name,
                   gboolean absent); /* 1, true / 0, false */
/* The JSON body, validated; never NULL for a route with .body. A form is an object of texts. Owned
 * by the request. */
const json_t *http_body(const HttpRequest *request);
/* The same as it was sent; NULL when there is none, or nobody collected it. */
const char *http_body_text(const HttpRequest *request, gsize *ret_length);

/* Where a body goes that is handed on as it comes. */
typedef struct {
    /* The next bytes, in their order, one call at a time, on the work pool: may block, and while it
     * does the client waits. FALSE when no more is wanted; the error is the answer then. */
    gboolean (*write)(gpointer data, const guint8 *bytes, gsize length, GError **error);
    /* All has come and is written: answers as a handler does, on the work pool. Not called after an
     * error, nor when the client left in the middle. */
    gboolean (*finish)(HttpRequest *request, gpointer data, GError **error);
    /* Always, as the last, on any thread: must not block. Whatever came was written before. */
    void (*free)(gpointer data);
} HttpSink;

/* For the handler of a route with body_bytes: has the body handed to the sink, which may outlive
 * the request; the request's principal lives until `free` has been called. Takes `data` in any
 * case. BUSY when LIMIT_HTTP_STREAMS bodies and streams are on their way already. */
gboolean http_take_body(HttpRequest *request, const HttpSink *sink, gpointer data, GError **error);

/* --- the response: exactly one http_respond_ per request that succeeds. What a handler set before
 * it failed is forgotten; then its dialect's `fail` responds. --- */
void http_set_status(HttpRequest *request, int status); /* 200 unless set; before http_respond_ */
/* Set-Cookie adds, Vary merges, others replace. A name or value that is not allowed in a header
 * (line ends above all) makes the answer a 500. */
void http_set_header(HttpRequest *request, const char *name, const char *value);
gboolean http_respond_json(HttpRequest *request, JsonWriter *writer,
                           GError **error); /* takes the writer */
gboolean http_respond_json_t(HttpRequest *request, const json_t *json, GError **error);
/* Text is sent with `mime` (NULL: no Content-Type). Bytes are compressed when the type is
 * text-like, large enough, and the client takes gzip. */
gboolean http_respond_bytes(HttpRequest *request, const char *mime, GBytes *bytes);
gboolean http_respond_text(HttpRequest *request, const char *mime, const char *text);

/* The answer as it stands. `ret_plain` is its body before compression: NULL for one that is empty,
 * a file or a stream. Both may be NULL; the header's value too, when it is not set. */
int http_answer(const HttpRequest *request, GBytes **ret_plain);
const char *http_answer_header(const HttpRequest *request, const char *name);

typedef struct {
    const char *etag;          /* without quotes; NULL: none */
    const char *cache_control; /* NULL: none */
    gint64 modified_seconds;   /* since 1970; 0: no Last-Modified */
} HttpCaching;
/* Whole pictures and files: answers If-None-Match (304), If-Modified-Since, Range (206, 416) and
 * If-Range; several ranges at once are answered with the whole. Takes `fd`, a regular file of which
 * the first `bytes` are sent, whatever becomes of the request. */
gboolean http_respond_file(HttpRequest *request, const char *mime, int fd, gint64 bytes,
                           const HttpCaching *caching);
/* Text-like bytes are compressed as in http_respond_bytes, their ETag is weak then. */
gboolean http_respond_cached(HttpRequest *request, const char *mime, GBytes *bytes,
                             const HttpCaching *caching);
/* Embedded files, each perhaps with a .gz twin beside it in the resource: `path` in the program's
 * GResource, its type told by its name. Without an etag in `caching` the content's hash is
 * one. NOT_FOUND when there is none. */
gboolean http_respond_resource(HttpRequest *request, const char *path, const HttpCaching *caching,
                               GError **error);

/* --- answers that are made while they are sent. They are never compressed and have no ranges. What
 * they are made of outlives the request: `data` must not point into it. Both free `data` by
 * `free_data` (may be NULL) when the answer has been sent, cannot be sent any more, or when they
 * fail. --- */

/* Writes the next bytes, at most `most` of them (always more than 0), and gives their number; 0: it
 * was all; -1: it fails, and the connection is cut off so that nobody takes what came for the
 * whole; the error is logged, unless it is CANCELLED. May block, watches the cancellable when it
 * blocks for long. */
typedef gssize (*HttpPull)(gpointer data, guint8 *buffer, gsize most, GCancellable *cancellable,
                           GError **error);
/* `length`: of the whole when it is known, else -1; a producer that ends before it has failed.
 * `pull` is called on the work pool, by one thread at a time, as fast as the client reads: between
 * the two is LIMIT_HTTP_STREAM_BUFFER_BYTES, and no thread waits for a slow client. BUSY when
 * LIMIT_HTTP_STREAMS answers are being sent already. */
gboolean http_respond_stream(HttpRequest *request, const char *mime, gint64 length, HttpPull pull,
                             gpointer data, GDestroyNotify free_data, GError **error);

/* Server-sent events: the hub of one server. It lives longer than its server; its functions may be
 * called from any thread, and block for nobody. */
HttpEvents *http_events_new(void);
void http_events_free(HttpEvents *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpEvents, http_events_free)

/* An event on the wire; `name` "" for one without a name. `data` may have several lines. NULL when
 * it is over LIMIT_HTTP_EVENT_BYTES. */
GBytes *http_event_new(const char *name, const char *data);

/* What `name` stands at from now on. Events are states: every stream of http_respond_states that
 * follows `name` gets it, and a new stream the latest; one that is slow to read gets the latest and
 * misses what was before. FALSE when it is over LIMIT_HTTP_EVENT_BYTES. */
gboolean http_events_publish(HttpEvents *events, const char *name, const char *data);
/* Answers with the states of these names (NULL-terminated), as they change. BUSY when
 * LIMIT_HTTP_EVENT_STREAMS follow already. After LIMIT_HTTP_EVENT_STREAM_SECONDS the answer ends,
 * so that the client comes again and the gate is asked again. */
gboolean http_respond_states(HttpRequest *request, const char *const *names, GError **error);

/* For streams with something of their own to tell: the next event, or NULL when there is nothing
 * new. Asked at the start, until it answers NULL, and again after every http_events_wake and
 * http_events_publish, by one thread at a time, on the connection's: it must be quick.
 * `*ret_last` set to TRUE ends the stream, after the event if there is one. */
typedef GBytes *(*HttpNextEvent)(gpointer data, gboolean *ret_last);
gboolean http_respond_events(HttpRequest *request, HttpNextEvent next, gpointer data,
                             GDestroyNotify free_data, GError **error);
/* Has every stream look for news. */
void http_events_wake(HttpEvents *events);
