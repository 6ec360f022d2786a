/* A body on its way to a route that takes it as it comes (HttpSink).
 *
 * Two halves of a buffer: the connection fills one while a task of the work pool writes the other.
 * When both are full the connection is suspended, so that nothing more is read from its client. */
#pragma once

#include "http/http.h"
#include "http/work.h"

#include <microhttpd.h>

typedef struct HttpIntake HttpIntake;

/* Takes `data`. `most_bytes` is the route's cap. NULL with BUSY when there are LIMIT_HTTP_STREAMS.
 */
HttpIntake *intake_new(HttpWork *work, struct MHD_Connection *connection, gint64 most_bytes,
                       const HttpSink *sink, gpointer data, GError **error);

/* The rest on the connection's thread. */

/* Takes what there is room for and counts `length` down. FALSE when the connection should be cut
 * off: the sink has failed and the client still sends, or the server stops. */
gboolean intake_take(HttpIntake *intake, const char *bytes, gsize *length);
/* The body is complete: suspends the connection and has `finish` called on the work pool when all
 * is written. FALSE when the server stops; then neither. */
gboolean intake_end(HttpIntake *intake, void (*finish)(gpointer data), gpointer data);
/* The request ends, or answers with an error. What has come is still written. `principal` (NULL:
 * none) is freed after the sink's data. */
void intake_leave(HttpIntake *intake, gpointer principal, GDestroyNotify free_principal);

/* For `finish`: the sink's answer, or what went wrong before it. */
gboolean intake_answer(HttpIntake *intake, HttpRequest *request, GError **error);
