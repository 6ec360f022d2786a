/* Bytes of the Pictograph dialect's images. */
#pragma once

#include "studio/item.h"

#include "api/api.h"

/* The original, under its own type; of an item that the principal found. */
gboolean pictograph_send_image(HttpRequest *request, const Item *item, GError **error);
/* A zip file: the original, its annotations, and a manifest of what is inside and what is missing.
 */
gboolean pictograph_send_bundle(HttpRequest *request, const Item *item, GError **error);

/* Absolute addresses that need no key, for a while. Owned by the caller. */
char *pictograph_signed_image_url(const HttpRequest *request, const Item *item);
char *pictograph_thumbnail_url(const HttpRequest *request, const Item *item);
