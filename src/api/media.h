/* Pictures' bytes, for every dialect: the handlers differ only in how they name the photo. */
#pragma once

#include "api/api.h"

/* The thumbnail, scaled to fit size x size when 0 < size < its long edge. */
gboolean api_send_thumbnail(HttpRequest *request, const Grant *grant, gint64 size, GError **error);

/* The picture as a browser can show it: its own bytes, or a JPEG of what browsers do not know. */
gboolean api_send_image(HttpRequest *request, const Grant *grant, GError **error);
