/* A server with a small dialect. Handlers that shall be slow wait until the test lets them go. */
#pragma once

#include "client.h"
#include "http/http.h"

enum { MAY_ALL = 1, MAY_SIGNED_IN, MAY_NEVER };

typedef struct {
    HttpServer *server;
    const char *url;
    /* Slow handlers say that they have begun by a byte, and end when they read one. */
    int begun[2], go[2];
    gint freed_principals; /* atomic */
    gint cancelled;        /* atomic: slow handlers that saw the cancellable */
} Fixture;

void fixture_start(Fixture *fixture);
void fixture_stop(Fixture *fixture, int grace_seconds);

/* Lets this process open so many files; FALSE when the system does not. */
gboolean fixture_allow_files(guint count);

/* Waits until a slow handler has begun; lets one go. */
void fixture_await_slow(Fixture *fixture);
void fixture_release_slow(Fixture *fixture);

/* One exchange on a connection of its own; `text` may be NULL. */
void check_answer(const char *url, const char *method, const char *target, int status,
                  const char *text);
void check_exchange(const char *url, const char *method, const char *target, const char *headers,
                    const char *body, int status, const char *text);
void check_header(const Answer *answer, const char *name, const char *value);
/* All violations, as "location name[item] kind: message", joined by "; "; owned by the caller. POST
 * when there is a body, else GET. */
char *list_violations(const char *url, const char *target, const char *headers, const char *body);

extern const HttpServerOptions fixture_options;

/* The file that /file answers. */
#define FIXTURE_FILE_BYTES 100000
char *fixture_file_bytes(void);
