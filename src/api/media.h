/* Pictures' bytes, for every dialect: the handlers differ only in how they name the photo. */
#pragma once

#include "api/api.h"
#include "library/grant.h"

/* A year, as Facet's clients expect it. For this user's own cache only: what a grant gave must not
 * be kept for others. */
#define CACHE_A_YEAR "private, max-age=31536000"
/* Shown at once from the cache, and asked for again behind the scenes: the file of a photo may be
 * replaced. */
#define CACHE_AND_ASK "private, max-age=600, stale-while-revalidate=604800"

/* The type of a file of this format (media_format_name). Static. */
const char *api_mime_of(const char *format);

/* The thumbnail, scaled to fit size x size when 0 < size < its long edge; made again when it is
 * lost. */
gboolean api_send_thumbnail(HttpRequest *request, const Grant *grant, gint64 size,
                            const char *cache_control, GError **error);

/* The same as bytes; on the work pool. */
GBytes *api_get_thumbnail(HttpRequest *request, const Grant *grant, int size, GError **error);

/* The original, read-only; the caller closes it. */
gboolean api_open_original(HttpRequest *request, const Grant *grant, int *ret_fd, gint64 *ret_bytes,
                           GError **error);
/* A JPEG of the original that is open at `fd`, as large as it and as fine as the settings say. */
GBytes *api_render_jpeg(HttpRequest *request, const Grant *grant, int fd, GError **error);

/* The file as it lies there, under its own type. */
gboolean api_send_original(HttpRequest *request, const Grant *grant, const char *cache_control,
                           GError **error);

/* The picture as a browser can show it: its own bytes, or a JPEG of what browsers do not know,
 * which is kept as `cache_control` says. */
gboolean api_send_image(HttpRequest *request, const Grant *grant, const char *cache_control,
                        GError **error);
