/* A real server with the dialects' own gate and a table of the test's, for what needs a request. */
#pragma once

#include "api/api.h"
#include "client.h"

typedef struct {
    char *folder; /* its data folder, temporary */
    Api api;
    HttpServerOptions options;
    HttpServer *server;
    const char *url;
} ApiFixture;

/* `viewer_json` is the section "viewer" of scoring.json; `dialect` must outlive the fixture. The
 * library is a new one, on SQLite. */
void api_fixture_start(ApiFixture *fixture, const HttpDialect *const *dialects,
                       const char *viewer_json);
/* The same with the whole of scoring.json. */
void api_fixture_start_with(ApiFixture *fixture, const HttpDialect *const *dialects,
                            const char *scoring_json);
void api_fixture_stop(ApiFixture *fixture);

/* For HttpDialect.fail and .invalid: the status, and the error's message as text. */
void api_fixture_fail(HttpRequest *request, int status, const GError *error);
void api_fixture_invalid(HttpRequest *request, const HttpViolation *violations, gsize count);
