/* What this server is called from outside, for addresses that clients follow. */
#pragma once

#include "http/http.h"

/* "https://pictures.example": [server] public_url of albumen.conf, else the request's own scheme (a
 * trusted proxy may say https) and Host. Without a slash at the end; owned by the caller. */
char *public_url(const HttpRequest *request);

/* What albumen.conf may say: an http or https address without a query. Owned by the caller, without
 * slashes at its end; NULL with INVALID. */
char *public_url_parse(const char *text, GError **error);
