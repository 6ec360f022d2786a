/* Who asks, and may they. */
#include "api/api.h"
#include "api/session.h"

#include "api/albumen/uploads.h"
#include "api/pictograph/frame.h"
#include "api/pictograph/pictograph.h"
#include "api/pictopy/pictopy.h"

#include <string.h>

/* The name in "name", "name:port" or "[address]:port"; NULL when it is none of them. */
static char *host_name(const char *host)
{
    gboolean bracketed = host[0] == '[';
    gsize length = bracketed ? strcspn(host, "]") : strcspn(host, ":");
    const char *rest = host + length;
    if (bracketed && *rest++ != ']') {
        return NULL;
    }
    if (*rest == ':' && g_ascii_isdigit(rest[1])) {
        rest += 1 + strspn(rest + 1, "0123456789");
    }
    if (*rest) {
        return NULL;
    }
    return bracketed ? g_strndup(host + 1, length - 1) : g_strndup(host, length);
}

/* "localhost:5000", "127.0.0.1", "[::1]:5000": what a browser on this machine calls it. */
static gboolean is_loopback_host(const char *host)
{
    g_autofree char *name = host_name(host);
    if (name && g_ascii_strcasecmp(name, "localhost") == 0) {
        return TRUE;
    }
    g_autoptr(GInetAddress) address = name ? g_inet_address_new_from_string(name) : NULL;
    return address && g_inet_address_get_is_loopback(address);
}

/* One that the settings name, or a page of a dialect's clients that asks that dialect. */
static gboolean is_allowed_origin(const HttpRequest *request, const char *origin)
{
    const Api *api = api_of(request);
    if (pictopy_owns_path(http_request_path(request)) && pictopy_is_client(origin)) {
        return TRUE;
    }
    const json_t *allowed = json_object_get(settings_viewer(api->settings), "allowed_origins");
    for (gsize i = 0; i < json_array_size(allowed); i++) {
        const char *text = json_string_value(json_array_get(allowed, i));
        if (text && strcmp(text, origin) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean is_same_origin(const HttpRequest *request, const char *origin)
{
    const char *host = http_request_header(request, "Host");
    const char *scheme_end = strstr(origin, "://");
    return host && scheme_end && g_ascii_strcasecmp(scheme_end + 3, host) == 0;
}

static gboolean is_safe(HttpMethod method)
{
    return method == HTTP_GET || method == HTTP_OPTIONS;
}

/* A page of another site must not act through a visitor's browser. The browser itself says where a
 * request comes from; an older one only by its origin. */
static gboolean check_origin(const HttpRequest *request, GError **error)
{
    const char *origin = http_request_header(request, "Origin");
    const char *site = http_request_header(request, "Sec-Fetch-Site");
    gboolean own = site ? strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0
                        : !origin || is_same_origin(request, origin);
    if (own || is_safe(http_request_method(request)) ||
        (origin && is_allowed_origin(request, origin))) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                        "Requests from other sites are not allowed");
    return FALSE;
}

/* The connection must come from this machine, and the browser must believe so too, else a foreign
 * name that resolves to 127.0.0.1 would open the library to the page behind it (DNS rebinding). */
gboolean api_is_here(const HttpRequest *request)
{
    const char *host = http_request_header(request, "Host");
    return http_request_is_loopback(request) && (!host || is_loopback_host(host));
}

/* What the request shows for itself: a header before the cookie, which counts on few routes. */
static Principal *identify(const HttpRequest *request)
{
    const char *shown = session_header(request);
    if (!shown && session_takes_cookie(request)) {
        shown = session_cookie(request);
    }
    return roster_identify(api_of(request)->roster, shown, api_is_here(request));
}

/* Who comes with a share's token may look for what it opens. Without one it is BROWSE. */
static gboolean is_share(const HttpRequest *request, int capability)
{
    return capability == CAPABILITY_SHARED && http_has(request, "token");
}

gboolean api_gate(HttpRequest *request, int capability, GError **error)
{
    if (!check_origin(request, error)) {
        return FALSE;
    }
    Principal *principal = identify(request);
    http_request_set_principal(request, principal, (GDestroyNotify)principal_unref);
    if (http_request_dialect(request) == &pictograph_dialect &&
        !pictograph_admit(request, principal, capability, error)) {
        return FALSE;
    }
    return (is_share(request, capability) && !principal_is_authenticated(principal)) ||
           access_check(principal, (Capability)capability, error);
}

static void allow_origin(HttpRequest *request, const char *origin)
{
    http_set_header(request, "Access-Control-Allow-Origin", origin);
    http_set_header(request, "Access-Control-Allow-Credentials", "true");
    const char *asked = http_request_header(request, "Access-Control-Request-Headers");
    if (http_request_method(request) == HTTP_OPTIONS) {
        http_set_header(request, "Access-Control-Allow-Methods",
                        "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
        http_set_header(request, "Access-Control-Max-Age", "600");
        if (asked) {
            http_set_header(request, "Access-Control-Allow-Headers", asked);
        }
    }
}

/* Everything a page of ours shows comes from this server, in files of their own: no script and no
 * style stands in a page. Nobody may frame it. */
#define CONTENT_SECURITY_POLICY                                                                    \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "        \
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "                \
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
/* What no page of ours asks a browser for. */
#define PERMISSIONS_POLICY "camera=(), microphone=(), geolocation=(), payment=(), usb=()"

/* Pages of other sites may show our pictures where the settings name such a site; those on this
 * machine are of our site, whatever their port. */
static const char *resource_policy(const HttpRequest *request)
{
    const json_t *allowed =
        json_object_get(settings_viewer(api_of(request)->settings), "allowed_origins");
    for (gsize i = 0; i < json_array_size(allowed); i++) {
        const char *origin = json_string_value(json_array_get(allowed, i));
        const char *scheme_end = origin ? strstr(origin, "://") : NULL;
        if (scheme_end && !is_loopback_host(scheme_end + 3)) {
            return "cross-origin";
        }
    }
    return "same-site";
}

/* Whoever keeps a picture for others must know that it depends on who asks. */
static void mark_media(HttpRequest *request)
{
    const HttpRoute *route = http_request_route(request);
    if (route && route->capability == CAPABILITY_MEDIA) {
        http_set_header(request, "Vary", "Cookie, Authorization, X-API-Key");
    }
}

void api_decorate(HttpRequest *request)
{
    const char *origin = http_request_header(request, "Origin");
    albumen_uploads_decorate(request);
    if (http_request_dialect(request) == &pictograph_dialect) {
        pictograph_decorate(request);
    }
    http_set_header(request, "Content-Security-Policy", CONTENT_SECURITY_POLICY);
    http_set_header(request, "X-Content-Type-Options", "nosniff");
    http_set_header(request, "Referrer-Policy", "same-origin");
    http_set_header(request, "Cross-Origin-Opener-Policy", "same-origin");
    http_set_header(request, "Cross-Origin-Resource-Policy", resource_policy(request));
    http_set_header(request, "Permissions-Policy", PERMISSIONS_POLICY);
    mark_media(request);
    if (origin) {
        http_set_header(request, "Vary", "Origin");
        if (is_allowed_origin(request, origin)) {
            allow_origin(request, origin);
        }
    }
}

const char *api_capability_name(int capability)
{
    static const char *const names[] = {
        [CAPABILITY_PUBLIC] = "public",
        [CAPABILITY_BROWSE] = "browse",
        [CAPABILITY_SHARED] = "shared",
        [CAPABILITY_MEDIA] = "media",
        [CAPABILITY_EVENTS] = "events",
        [CAPABILITY_RATE] = "rate",
        [CAPABILITY_EDIT] = "edit",
        [CAPABILITY_SELF] = "self",
        [CAPABILITY_ADMIN] = "admin",
        [CAPABILITY_ACCOUNTS] = "accounts",
        [CAPABILITY_SUPERADMIN] = "superadmin",
        [CAPABILITY_DATASETS] = "datasets",
        [CAPABILITY_ANNOTATE] = "annotate",
        [CAPABILITY_CURATE] = "curate",
        [CAPABILITY_MANAGE] = "manage",
    };
    g_assert(capability > 0 && (gsize)capability < G_N_ELEMENTS(names));
    return names[capability];
}
