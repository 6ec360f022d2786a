#include "api/api.h"

#include "api/albumen/albumen.h"
#include "api/facet/facet.h"
#include "api/pictograph/pictograph.h"
#include "api/pictopy/pictopy.h"

const HttpDialect *const api_dialects[] = {&albumen_dialect, &facet_dialect, &pictopy_dialect,
                                           &pictograph_dialect, NULL};

const Api *api_of(const HttpRequest *request)
{
    return http_request_app(request);
}

const Principal *api_principal(const HttpRequest *request)
{
    return http_request_principal(request);
}

const Principal *api_bootstrap_viewer(const HttpRequest *request, Principal **ret_owner)
{
    const Principal *viewer = api_principal(request);
    if (principal_sees_library(viewer)) {
        return viewer;
    }
    *ret_owner = principal_new_owner();
    return *ret_owner;
}

StoreTx *api_read(HttpRequest *request, GError **error)
{
    return store_read(library_store(api_of(request)->library), error);
}

StoreTx *api_write(HttpRequest *request, GError **error)
{
    return store_write(library_store(api_of(request)->library), error);
}

gboolean api_commit_accounts(HttpRequest *request, StoreTx *tx, GError **error)
{
    const Api *api = api_of(request);
    return library_commit(api->library, tx, error) && roster_refresh(api->roster, error);
}

gboolean api_web(HttpRequest *request, GError **error)
{
    /* Hashed names never change their content; the page that names them does. */
    const HttpCaching forever = {.cache_control = "public, max-age=31536000, immutable"};
    const HttpCaching fresh = {.cache_control = "no-cache"};
    const char *path = http_request_path(request);
    if (pictopy_greet(request)) {
        return TRUE;
    }
    if (g_str_has_prefix(path, "/api/") || pictopy_owns_path(path)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Not Found");
        return FALSE;
    }
    if (g_str_has_prefix(path, "/assets/")) {
        g_autofree char *asset = g_strconcat("/albumen/web", path, NULL);
        return http_respond_resource(request, asset, &forever, error);
    }
    /* Any other existing file, else the page itself: its router knows the rest. */
    g_autofree char *file = g_strconcat("/albumen/web", path, NULL);
    return (path[1] != '\0' && http_respond_resource(request, file, &fresh, NULL)) ||
           http_respond_resource(request, "/albumen/web/index.html", &fresh, error);
}
