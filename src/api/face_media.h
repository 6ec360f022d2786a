/* Pictures of faces, for every dialect. */
#pragma once

#include "api/media.h"

/* The face's picture, made again when it is lost. NOT_FOUND for faces on photos that the caller may
 * not see. */
gboolean api_send_face(HttpRequest *request, gint64 face, const char *cache_control,
                       GError **error);
/* That of the person's avatar: the chosen one, else the best that the caller may see. Always asked
 * for again, because another may be chosen. */
gboolean api_send_person(HttpRequest *request, gint64 person, GError **error);
