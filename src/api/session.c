#include "api/session.h"

#include "api/client_address.h"
#include "api/pictograph/pictograph.h"
#include "base/limits.h"

#include <string.h>

#define COOKIE "albumen_session"

const char *session_header(const HttpRequest *request)
{
    const char *key = http_request_header(request, "X-API-Key");
    const char *header = http_request_header(request, "Authorization");
    if (key && http_request_dialect(request) == &pictograph_dialect) {
        return key;
    }
    if (header && g_ascii_strncasecmp(header, "Bearer ", 7) == 0) {
        const char *token = header + 7 + strspn(header + 7, " ");
        return *token ? token : NULL;
    }
    return key;
}

const char *session_cookie(const HttpRequest *request)
{
    return http_request_cookie(request, COOKIE);
}

gboolean session_takes_cookie(const HttpRequest *request)
{
    const HttpRoute *route = http_request_route(request);
    return route && http_request_method(request) == HTTP_GET &&
           (route->capability == CAPABILITY_MEDIA || route->capability == CAPABILITY_EVENTS);
}

void session_set_cookie(HttpRequest *request, const char *token)
{
    const char *secure = client_is_secure(request, api_of(request)->proxies) ? "; Secure" : "";
    g_autofree char *cookie =
        g_strdup_printf(COOKIE "=%s; HttpOnly; SameSite=Lax; Path=/; Max-Age=%d%s",
                        token ? token : "", token ? LIMIT_SESSION_SECONDS : 0, secure);
    http_set_header(request, "Set-Cookie", cookie);
}

void session_place(const HttpRequest *request, SessionPlace *ret_place)
{
    ret_place->address = client_address(request, api_of(request)->proxies);
    ret_place->place =
        (SignInPlace){.address = ret_place->address, .is_here = api_is_here(request)};
}

void session_place_clear(SessionPlace *place)
{
    g_free(place->address);
}

gboolean session_answer(HttpRequest *request, const Principal *principal, GError **error)
{
    g_autofree char *token = roster_token(api_of(request)->roster, principal);
    json_t *user = principal_has_account(principal)
                       ? json_pack("{s:s, s:s, s:s}", "user_id", principal_user_id(principal),
                                   "role", role_name(principal_role(principal)), "display_name",
                                   principal_display_name(principal))
                       : json_null();
    json_t *answer =
        json_pack("{s:s, s:s, s:o}", "access_token", token, "token_type", "bearer", "user", user);
    session_set_cookie(request, token);
    http_set_header(request, "Cache-Control", "no-store");
    gboolean sent = http_respond_json_t(request, answer, error);
    json_decref(answer);
    return sent;
}
