/* What a request is inside this folder. It belongs to one thread at a time: to its connection's,
 * or, while the connection is suspended, to the work pool's. */
#pragma once

#include "http/http.h"
#include "http/intake.h"
#include "http/params.h"
#include "http/router.h"
#include "http/work.h"

#include <microhttpd.h>

typedef struct {
    char *name, *value;
} HttpHeader;

typedef struct {
    int status;
    gboolean filled;     /* by one http_respond_ */
    gboolean bad_header; /* a handler tried to set one that is not allowed */
    GArray *headers;     /* HttpHeader */
    GBytes *plain;       /* the body before compression, for a dialect that looks at its answers */
    GBytes *bytes;       /* the body, or */
    int fd;              /* a part of this file; -1: none */
    gint64 offset, length;
    struct MHD_Response *live; /* or made while it is sent */
    gint64 *sent;     /* bytes of a live body so far, shared with it (g_rc_box); NULL: not live */
    gboolean endless; /* it goes on until one side has enough */
} HttpResponse;

typedef enum {
    STAGE_TARGET,  /* only the request line is known */
    STAGE_BODY,    /* the body is coming */
    STAGE_WORKING, /* suspended, in the work pool */
    STAGE_READY,   /* the response is complete */
} HttpStage;

struct HttpRequest {
    const HttpServerOptions *options;
    HttpWork *work;
    struct MHD_Connection *connection;
    gint stage; /* HttpStage; atomic: it hands the request from thread to thread */
    gint64 began_us;
    gboolean goes_to_work; /* a quick handler asked for the work pool */
    gboolean entered;      /* its dialect's `enter` was called, and `leave` not yet */
    gboolean under_way;    /* arrived whole, and counted among those that a stop waits for */

    char *target; /* as sent, percent-encoded */
    const char *method_name;
    HttpMethod method;
    HttpPath path;
    HttpMatch match;
    HttpValue *values;
    guint value_count;

    HttpIntake *intake;     /* where the body goes as it comes; NULL: it is collected */
    gboolean waits_to_hear; /* the handler is asked before the body is read */
    GByteArray *raw_body;
    gsize body_bytes; /* also those that were not kept */
    gboolean no_room; /* the bodies of all requests are too large together */
    json_t *body;
    GArray *cookies; /* HttpCookie; NULL until one is asked for */

    gpointer principal;
    GDestroyNotify free_principal;
    HttpResponse response;
};

HttpRequest *request_new(const HttpServerOptions *options, const char *target);
void request_free(HttpRequest *request);

/* Takes the path and query apart and finds the route. FALSE when it has been answered: a bad
 * address, an unknown path, a method the path does not take, OPTIONS, the fallback. */
gboolean request_route(HttpRequest *request, const HttpRouter *router);

/* Parses the body, asks the gate, validates, handles; the response is complete afterwards. */
void request_run(HttpRequest *request);

/* Answers when the body has gone to its sink. */
void request_finish_body(HttpRequest *request);

/* Calls the handler again, after http_go_to_work. */
void request_run_again(HttpRequest *request);

/* Answers with an error, through the dialect where there is one. */
void request_fail(HttpRequest *request, int status, const GError *error);

/* --- response.c --- */
void response_init(HttpResponse *response);
/* A token of RFC 9110, section 5.6.2: the name of a header. */
gboolean http_is_token(const char *name);
/* Forgets everything, so that another answer can be given. */
void response_reset(HttpResponse *response);
void response_clear(HttpResponse *response);
/* The body, which this takes over; `sent` is shared with it. */
gboolean response_take_live(HttpRequest *request, const char *mime, struct MHD_Response *live,
                            gint64 *sent);
/* What goes on the wire. Takes the body and the descriptor out of the response. */
struct MHD_Response *response_build(HttpResponse *response);
