#include "api/pictograph/frame.h"

#include "api/pictograph/pictograph.h"
#include "base/ids.h"

#include <string.h>

gboolean pictograph_admit(HttpRequest *request, const Principal *principal, int capability,
                          GError **error)
{
    if (capability != CAPABILITY_PUBLIC && principal_key(principal) == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED,
                            "A valid API key is needed, in the header X-API-Key");
        return FALSE;
    }
    return TRUE;
}

void pictograph_decorate(HttpRequest *request)
{
    char id[UUID_CHARS + 1];
    uuid_new(id);
    http_set_header(request, "X-Request-Id", id);
    const char *mime = http_answer_header(request, "Content-Type");
    if (mime && g_str_has_prefix(mime, "application/json") &&
        !http_answer_header(request, "Cache-Control")) {
        http_set_header(request, "Cache-Control", "no-store");
    }
}
