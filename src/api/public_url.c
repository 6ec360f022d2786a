#include "api/public_url.h"

#include "api/api.h"
#include "api/client_address.h"

#include <string.h>

/* The characters of a name, an address and a port: a Host goes into answers. */
static gboolean is_host(const char *host)
{
    return *host && host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789.-_:[]")] == '\0';
}

char *public_url(const HttpRequest *request)
{
    const Api *api = api_of(request);
    if (api->public_url) {
        return g_strdup(api->public_url);
    }
    const char *host = http_request_header(request, "Host");
    return g_strconcat(client_is_secure(request, api->proxies) ? "https://" : "http://",
                       host && is_host(host) ? host : "localhost", NULL);
}

char *public_url_parse(const char *text, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_ENCODED, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    gboolean web = strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
    if (!web || !host || !*host || g_uri_get_query(uri) || g_uri_get_fragment(uri) ||
        g_uri_get_userinfo(uri)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "public_url must be an address such as https://pictures.example, not %s", text);
        return NULL;
    }
    gsize length = strlen(text);
    while (length > 0 && text[length - 1] == '/') {
        length--;
    }
    return g_strndup(text, length);
}
