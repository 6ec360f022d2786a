#include "api/media.h"

#include "library/originals.h"

#include <string.h>
#include <unistd.h>

/* A year, for this user's own cache only: what a grant gave must not be kept for others. */
#define CACHE_A_YEAR "private, max-age=31536000"

/* Facet's: what is a smudge anyway need not be fine. */
#define TINY_PIXELS  48
#define TINY_QUALITY 20

static gboolean send_stored(HttpRequest *request, const Grant *grant, ThumbnailSize size,
                            GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!thumbnail_open(api_of(request)->library, grant, size, &fd, &bytes, error)) {
        return FALSE;
    }
    g_autofree char *etag =
        g_strdup_printf("%.32s-%c", grant_content(grant), size == THUMBNAIL_LARGE ? 'l' : 's');
    const HttpCaching caching = {.etag = etag, .cache_control = CACHE_A_YEAR};
    return http_respond_file(request, "image/jpeg", fd, bytes, &caching);
}

/* A worker scales it: not even our own thumbnails are decoded here. */
static GBytes *scale(const Api *api, const Grant *grant, int size, GError **error)
{
    ThumbnailSize from = size <= MEDIA_THUMBNAIL_SMALL_PIXELS ? THUMBNAIL_SMALL : THUMBNAIL_LARGE;
    int quality = size <= TINY_PIXELS ? TINY_QUALITY : MEDIA_THUMBNAIL_QUALITY;
    g_autoptr(GBytes) stored = thumbnail_get(api->library, grant, from, error);
    return stored ? worker_scale_jpeg(api->workers, stored, size, quality, error) : NULL;
}

static gboolean send_scaled(HttpRequest *request, const Grant *grant, int size, GError **error)
{
    const Api *api = api_of(request);
    g_autofree char *key = g_strdup_printf("%.32s-%d", grant_content(grant), size);
    g_autoptr(GBytes) scaled = lru_cache_get(api->scaled, key);
    if (!scaled && http_go_to_work(request)) {
        return TRUE;
    }
    if (!scaled) {
        scaled = scale(api, grant, size, error);
        if (!scaled) {
            return FALSE;
        }
        lru_cache_put(api->scaled, key, scaled, g_bytes_get_size(scaled));
    }
    const HttpCaching caching = {.etag = key, .cache_control = CACHE_A_YEAR};
    return http_respond_cached(request, "image/jpeg", scaled, &caching);
}

gboolean api_send_thumbnail(HttpRequest *request, const Grant *grant, gint64 size, GError **error)
{
    if (size <= 0 || size >= MEDIA_THUMBNAIL_LARGE_PIXELS) {
        return send_stored(request, grant, THUMBNAIL_LARGE, error);
    }
    if (size == MEDIA_THUMBNAIL_SMALL_PIXELS) {
        return send_stored(request, grant, THUMBNAIL_SMALL, error);
    }
    return send_scaled(request, grant, (int)size, error);
}

/* What every browser of today shows as it is; the rest becomes a JPEG. All of them turn a JPEG as
 * EXIF says, and not all of them the other formats. */
static const char *shown_as_it_is(const char *format, int orientation)
{
    static const struct {
        const char *format, *mime;
        gboolean turned;
    } shown[] = {
        {"jpeg", "image/jpeg", TRUE}, {"png", "image/png", FALSE}, {"webp", "image/webp", FALSE},
        {"gif", "image/gif", FALSE},  {"bmp", "image/bmp", FALSE}, {"avif", "image/avif", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(shown); i++) {
        if (strcmp(shown[i].format, format) == 0) {
            return shown[i].turned || orientation == 1 ? shown[i].mime : NULL;
        }
    }
    return NULL;
}

static gboolean send_rendered(HttpRequest *request, const Grant *grant, int fd, GError **error)
{
    const Api *api = api_of(request);
    gint64 quality = settings_int(api->settings, "display", "image_jpeg_quality", 96);
    g_autofree char *name = g_path_get_basename(grant_path(grant));
    g_autoptr(GBytes) jpeg =
        worker_render_jpeg(api->workers, fd, name, 0, (int)CLAMP(quality, 1, 100), error);
    if (!jpeg) {
        return FALSE;
    }
    g_autofree char *etag = g_strdup_printf("%.32s-r", grant_content(grant));
    const HttpCaching caching = {.etag = etag, .cache_control = CACHE_A_YEAR};
    return http_respond_cached(request, "image/jpeg", jpeg, &caching);
}

gboolean api_send_image(HttpRequest *request, const Grant *grant, GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!original_open(grant, &fd, &bytes, error)) {
        return FALSE;
    }
    const char *mime = shown_as_it_is(grant_format(grant), grant_orientation(grant));
    if (!mime && http_go_to_work(request)) {
        close(fd);
        return TRUE;
    }
    if (!mime) {
        gboolean sent = send_rendered(request, grant, fd, error);
        close(fd);
        return sent;
    }
    g_autofree char *etag = g_strdup_printf("%.32s", grant_content(grant));
    const HttpCaching caching = {.etag = etag, .cache_control = "private, no-cache"};
    return http_respond_file(request, mime, fd, bytes, &caching);
}
