/* Private to the dialect: formats, exports and versions of datasets. */
#pragma once

#include "api/albumen/albumen.h"
#include "studio/export.h"

#define ALBUMEN_EXPORT_ROUTES 6
extern const HttpRoute albumen_export_routes[ALBUMEN_EXPORT_ROUTES];
#define ALBUMEN_VERSION_ROUTES 6
extern const HttpRoute albumen_version_routes[ALBUMEN_VERSION_ROUTES];

/* A job was queued: whoever runs it looks at once. */
void albumen_export_wake(HttpRequest *request);
/* The file of an export that is complete; fails as export_open. */
gboolean albumen_export_send(HttpRequest *request, const DatasetExport *value, GError **error);
/* {"id": ...}, as the answer. */
gboolean albumen_export_respond(HttpRequest *request, const DatasetExport *value, GError **error);
