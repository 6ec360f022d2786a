/* What the server needs of its hub of events, besides http.h. */
#pragma once

#include "http/http.h"

/* Ends every stream at once, so that its client asks another server, and lets none begin. */
void events_close(HttpEvents *events);

/* Sends every stream a comment, as happens every LIMIT_HTTP_HEARTBEAT_SECONDS. */
void events_beat(HttpEvents *events);
