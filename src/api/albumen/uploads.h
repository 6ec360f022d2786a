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
/* Has the folder of uploads looked at, because something new lies there. */
gboolean albumen_look_at_uploads(HttpRequest *request, GError **error);
