#include "api/pictograph/frame.h"

#include "api/pictograph/pictograph.h"
#include "api/session.h"
#include "base/ids.h"
#include "base/limits.h"

#include <string.h>

#define IDEMPOTENCY_KEY "Idempotency-Key"

static gint64 now_seconds(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

/* --- who asks, and how often --- */

gboolean pictograph_admit(HttpRequest *request, const Principal *principal, int capability,
                          GError **error)
{
    if (capability == CAPABILITY_PUBLIC) {
        return TRUE;
    }
    gint64 key = principal_key(principal);
    if (key == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED,
                            "A valid API key is needed, in the header X-API-Key");
        return FALSE;
    }
    if (!rate_count(api_of(request)->rate, key, principal_rate_limit(principal), now_seconds())) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_OFTEN,
                            "This API key has asked too often in the last hour");
        return FALSE;
    }
    return TRUE;
}

gint64 pictograph_retry_seconds(const HttpRequest *request)
{
    const Principal *principal = api_principal(request);
    RateState state;
    rate_look(api_of(request)->rate, principal ? principal_key(principal) : 0,
              principal ? principal_rate_limit(principal) : 0, now_seconds(), &state);
    return state.retry_seconds;
}

static void set_number(HttpRequest *request, const char *name, gint64 number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    http_set_header(request, name, text);
}

static void set_rate_headers(HttpRequest *request)
{
    const Principal *principal = api_principal(request);
    gint64 key = principal ? principal_key(principal) : 0;
    if (key == 0) {
        return;
    }
    RateState state;
    rate_look(api_of(request)->rate, key, principal_rate_limit(principal), now_seconds(), &state);
    set_number(request, "X-RateLimit-Limit", state.limit);
    set_number(request, "X-RateLimit-Remaining", state.remaining);
    set_number(request, "X-RateLimit-Reset", state.reset_seconds);
}

void pictograph_decorate(HttpRequest *request)
{
    char id[UUID_CHARS + 1];
    uuid_new(id);
    http_set_header(request, "X-Request-Id", id);
    set_rate_headers(request);
    const char *mime = http_answer_header(request, "Content-Type");
    if (mime && g_str_has_prefix(mime, "application/json") &&
        !http_answer_header(request, "Cache-Control")) {
        http_set_header(request, "Cache-Control", "no-store");
    }
}

/* --- what was asked before --- */

/* The client's key of a request that is to be done once; NULL: it is one of the others. A body that
 * is handed on as it comes is not known yet. */
static const char *client_key(const HttpRequest *request)
{
    const Principal *principal = api_principal(request);
    HttpMethod method = http_request_method(request);
    gboolean writes = method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH;
    const HttpRoute *route = http_request_route(request);
    if (!writes || route->quick || route->body_bytes > 0 || !principal ||
        principal_key(principal) == 0) {
        return NULL;
    }
    return http_request_header(request, IDEMPOTENCY_KEY);
}

static void name_request(const HttpRequest *request, const char *key, ReplayRequest *ret_request)
{
    static const char *const methods[HTTP_METHODS] = {
        [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH"};
    gsize bytes = 0;
    const char *body = http_body_text(request, &bytes);
    const ReplayAsked asked = {
        .credential_id = principal_key(api_principal(request)),
        .secret = session_header(request),
        .method = methods[http_request_method(request)],
        .address = http_request_target(request),
        .client_key = key,
        .body = body ? body : "",
        .body_bytes = bytes,
    };
    replay_request(&asked, ret_request);
}

static gboolean check_client_key(const char *key, GError **error)
{
    if (*key && strlen(key) <= LIMIT_REPLAY_KEY_CHARACTERS) {
        return TRUE;
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                IDEMPOTENCY_KEY " has 1 to %d characters", LIMIT_REPLAY_KEY_CHARACTERS);
    return FALSE;
}

static gboolean repeat(HttpRequest *request, const ReplayAnswer *answer)
{
    http_set_header(request, "Idempotency-Replayed", "true");
    http_set_status(request, answer->status);
    return http_respond_bytes(request, answer->mime, answer->body);
}

gboolean pictograph_enter(HttpRequest *request, GError **error)
{
    const char *key = client_key(request);
    if (!key) {
        return TRUE;
    }
    if (!check_client_key(key, error)) {
        return FALSE;
    }
    ReplayRequest name;
    g_auto(ReplayAnswer) known = {0};
    name_request(request, key, &name);
    switch (replay_begin(api_of(request)->replay, &name, http_request_cancellable(request), &known,
                         error)) {
    case REPLAY_FIRST:
        return TRUE;
    case REPLAY_KNOWN:
        return repeat(request, &known);
    case REPLAY_OTHER:
        return pictograph_refuse(request, 422, "idempotency_mismatch",
                                 "This Idempotency-Key was used for another request");
    case REPLAY_ERROR:
        break;
    }
    return FALSE;
}

void pictograph_leave(HttpRequest *request)
{
    const char *key = client_key(request);
    if (!key) {
        return;
    }
    ReplayRequest name;
    name_request(request, key, &name);
    GBytes *plain = NULL;
    int status = http_answer(request, &plain);
    gboolean is_whole = plain || status == 204;
    if (status == 429 || status >= 500 || !is_whole) {
        replay_forget(api_of(request)->replay, &name);
        return;
    }
    const ReplayAnswer answer = {
        .status = status,
        .mime = (char *)http_answer_header(request, "Content-Type"),
        .body = plain,
    };
    replay_keep(api_of(request)->replay, &name, &answer);
}
