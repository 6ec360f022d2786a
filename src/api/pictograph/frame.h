/* What surrounds every request of the dialect: its key, how often it asks, and whether it has asked
 * the same before. */
#pragma once

#include "http/http.h"
#include "library/access.h"

/* The gate's part: a key must be shown where the route is not public, and each request of a key
 * counts. UNAUTHORIZED, TOO_OFTEN. */
gboolean pictograph_admit(HttpRequest *request, const Principal *principal, int capability,
                          GError **error);

/* What a client that has asked too often must wait. */
gint64 pictograph_retry_seconds(const HttpRequest *request);

/* HttpDialect.enter and leave: what was asked before is answered as before. */
gboolean pictograph_enter(HttpRequest *request, GError **error);
void pictograph_leave(HttpRequest *request);

/* Headers that every answer of the dialect carries. */
void pictograph_decorate(HttpRequest *request);
