/* Signing in as Facet's client does, and its question who is there. */
#include "api/facet/facet.h"

#include "api/session.h"

#include <string.h>

static const char *body_text(const HttpRequest *request, const char *name)
{
    return json_string_value(json_object_get(http_body(request), name));
}

static gboolean answer(HttpRequest *request, Principal *principal, GError **error)
{
    g_autoptr(Principal) owned = principal;
    return owned && session_answer(request, owned, error);
}

gboolean facet_login(HttpRequest *request, GError **error)
{
    g_auto(SessionPlace) place = {0};
    session_place(request, &place);
    return answer(request,
                  sign_in(api_of(request)->sign_in, body_text(request, "username"),
                          body_text(request, "password"), &place.place, error),
                  error);
}

gboolean facet_edition_login(HttpRequest *request, GError **error)
{
    g_auto(SessionPlace) place = {0};
    session_place(request, &place);
    return answer(request,
                  sign_in_edition(api_of(request)->sign_in, body_text(request, "password"),
                                  &place.place, error),
                  error);
}

/* The role of an account stays what it is; only a library without accounts knows a session that
 * may look and not edit. */
gboolean facet_edition_logout(HttpRequest *request, GError **error)
{
    const Principal *principal = api_principal(request);
    if (principal_has_account(principal)) {
        return session_answer(request, principal, error);
    }
    return answer(request,
                  roster_single(api_of(request)->roster, principal_user_id(principal), FALSE),
                  error);
}

/* Pictures are asked for without the header: the cookie follows what the header says, and goes when
 * a client asks without one. */
static void keep_cookie(HttpRequest *request, AccessMode mode)
{
    const char *shown = session_header(request);
    const char *cookie = session_cookie(request);
    if (!shown) {
        if (cookie && mode != ACCESS_OPEN) {
            session_set_cookie(request, NULL);
        }
        return;
    }
    const Principal *principal = api_principal(request);
    gboolean is_session = principal_user_id(principal) && !principal_key_scope(principal);
    if (is_session && g_strcmp0(shown, cookie) != 0) {
        session_set_cookie(request, shown);
    }
}

gboolean facet_auth_status(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    const Principal *principal = api_principal(request);
    AccessMode mode = roster_mode(api->roster);
    gboolean authenticated = principal_is_authenticated(principal);
    const char *role =
        principal_has_account(principal) ? role_name(principal_role(principal)) : "user";
    keep_cookie(request, mode);
    http_set_header(request, "Cache-Control", "no-store");
    json_t *status =
        json_pack("{s:b, s:b, s:b, s:b, s:s?, s:s?, s:s?, s:o, s:[]}", "authenticated",
                  authenticated, "multi_user", mode == ACCESS_ACCOUNTS, "edition_enabled", TRUE,
                  "edition_authenticated", access_check(principal, CAPABILITY_EDIT, NULL),
                  "user_id", principal_user_id(principal), "user_role", authenticated ? role : NULL,
                  "display_name", authenticated ? principal_display_name(principal) : NULL,
                  "features", facet_features(api->settings), "download_profiles");
    gboolean sent = http_respond_json_t(request, status, error);
    json_decref(status);
    return sent;
}
