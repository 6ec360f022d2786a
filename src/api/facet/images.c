/* Pictures by their path. Refusals are short texts, as Facet's client expects of an image. */
#include "api/facet/facet.h"
#include "api/media.h"

static gboolean refuse(HttpRequest *request, const GError *failure, const char *not_found)
{
    int status = http_status_of(failure);
    http_set_status(request, status);
    return http_respond_text(request, NULL, status == 404 ? not_found : failure->message);
}

static Grant *grant_by_path(HttpRequest *request, GError **error)
{
    return access_grant_path(api_of(request)->library, api_principal(request),
                             http_text(request, "path", ""), error);
}

gboolean facet_thumbnail(HttpRequest *request, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(Grant) grant = grant_by_path(request, &failure);
    return (grant && api_send_thumbnail(request, grant, http_int(request, "size", 0), CACHE_A_YEAR,
                                        &failure)) ||
           refuse(request, failure, "Thumbnail not found");
}

/* What Facet calls the failure depends on what the file should have been. */
static const char *conversion_failure(const Grant *grant)
{
    return g_str_equal(grant_format(grant), "raw") ? "Failed to convert RAW file"
                                                   : "Failed to convert HEIF file";
}

gboolean facet_image(HttpRequest *request, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(Grant) grant = grant_by_path(request, &failure);
    if (grant && api_send_image(request, grant, CACHE_A_YEAR, &failure)) {
        return TRUE;
    }
    if (grant && http_status_of(failure) != 404) {
        http_set_status(request, 500);
        return http_respond_text(request, NULL, conversion_failure(grant));
    }
    return refuse(request, failure, "Not found");
}
