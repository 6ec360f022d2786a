/* Files that people send. */
#pragma once

#include "http/http.h"

/* uploads.c: tus */
gboolean albumen_upload_begin(HttpRequest *request, GError **error);
gboolean albumen_upload(HttpRequest *request, GError **error);
gboolean albumen_upload_bytes(HttpRequest *request, GError **error);
gboolean albumen_upload_cancel(HttpRequest *request, GError **error);

/* upload_form.c */
gboolean albumen_upload_form(HttpRequest *request, GError **error);

/* The headers that tus wants on every answer at its addresses. */
void albumen_uploads_decorate(HttpRequest *request);
/* Has the folder of a file that has come looked at, now. Should that fail, the file has come all
 * the same, and the next scan finds it. */
void albumen_look_at_upload(HttpRequest *request, const char *path);
