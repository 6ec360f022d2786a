/* What this server answers, for programs and for people. */
#include "api/albumen/albumen.h"

gboolean albumen_openapi(HttpRequest *request, GError **error)
{
    g_autoptr(GBytes) document = http_openapi(&api_of(request)->server, error);
    return document && http_respond_bytes(request, "application/json", document);
}

static const HttpCaching fresh = {.cache_control = "no-cache"};

gboolean albumen_docs(HttpRequest *request, GError **error)
{
    return http_respond_resource(request, "/albumen/swagger/index.html", &fresh, error);
}

gboolean albumen_docs_file(HttpRequest *request, GError **error)
{
    g_autofree char *path = g_strconcat("/albumen/swagger/", http_text(request, "file", ""), NULL);
    return http_respond_resource(request, path, &fresh, error);
}
