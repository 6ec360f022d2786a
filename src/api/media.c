#include "api/media.h"

#include "library/originals.h"

#include <string.h>
#include <unistd.h>

/* Facet's: what is a smudge anyway need not be fine. */
#define TINY_PIXELS  48
#define TINY_QUALITY 20

gboolean api_open_original(HttpRequest *request, const Grant *grant, int *ret_fd, gint64 *ret_bytes,
                           GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx && original_open(tx, grant, ret_fd, ret_bytes, error);
}

static MediaPicture *read_again(HttpRequest *request, const Grant *grant, GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!api_open_original(request, grant, &fd, &bytes, error)) {
        return NULL;
    }
    g_autofree char *name = g_path_get_basename(grant_path(grant));
    MediaPicture *picture =
        worker_read(api_of(request)->workers, fd, name, http_request_cancellable(request), error);
    close(fd);
    return picture;
}

/* Somebody emptied the folder of thumbnails: they are made again as they are asked for. */
static gboolean remake(HttpRequest *request, const Grant *grant, GError **error)
{
    g_autoptr(MediaPicture) picture = read_again(request, grant, error);
    if (!picture) {
        return FALSE;
    }
    char content[HASH_HEX_CHARS + 1];
    hash_to_hex(&picture->hash, content);
    if (strcmp(content, grant_content(grant)) != 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "The file has changed since it was indexed");
        return FALSE;
    }
    return thumbnails_put(api_of(request)->library, picture, error);
}

static gboolean send_stored(HttpRequest *request, const Grant *grant, ThumbnailSize size,
                            const char *cache_control, GError **error)
{
    Library *library = api_of(request)->library;
    int fd = -1;
    gint64 bytes = 0;
    g_autoptr(GError) failure = NULL;
    gboolean opened = thumbnail_open(library, grant, size, &fd, &bytes, &failure);
    if (!opened && g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        if (http_go_to_work(request)) {
            return TRUE;
        }
        g_clear_error(&failure);
        opened = remake(request, grant, &failure) &&
                 thumbnail_open(library, grant, size, &fd, &bytes, &failure);
    }
    if (!opened) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    g_autofree char *etag =
        g_strdup_printf("%.32s-%c", grant_content(grant), size == THUMBNAIL_LARGE ? 'l' : 's');
    const HttpCaching caching = {.etag = etag, .cache_control = cache_control};
    return http_respond_file(request, "image/jpeg", fd, bytes, &caching);
}

static GBytes *get_stored(HttpRequest *request, const Grant *grant, ThumbnailSize size,
                          GError **error)
{
    Library *library = api_of(request)->library;
    GBytes *stored = thumbnail_get(library, grant, size, NULL);
    if (stored || !remake(request, grant, error)) {
        return stored;
    }
    return thumbnail_get(library, grant, size, error);
}

/* A worker scales it: not even our own thumbnails are decoded here. */
static GBytes *scale(HttpRequest *request, const Grant *grant, int size, GError **error)
{
    ThumbnailSize from = size <= MEDIA_THUMBNAIL_SMALL_PIXELS ? THUMBNAIL_SMALL : THUMBNAIL_LARGE;
    int quality = size <= TINY_PIXELS ? TINY_QUALITY : MEDIA_THUMBNAIL_QUALITY;
    g_autoptr(GBytes) stored = get_stored(request, grant, from, error);
    return stored ? worker_scale_jpeg(api_of(request)->workers, stored, size, quality, error)
                  : NULL;
}

GBytes *api_get_thumbnail(HttpRequest *request, const Grant *grant, int size, GError **error)
{
    return scale(request, grant, size, error);
}

static gboolean send_scaled(HttpRequest *request, const Grant *grant, int size,
                            const char *cache_control, GError **error)
{
    LruCache *cache = api_of(request)->scaled;
    g_autofree char *key = g_strdup_printf("%.32s-%d", grant_content(grant), size);
    g_autoptr(GBytes) scaled = lru_cache_get(cache, key);
    if (!scaled && http_go_to_work(request)) {
        return TRUE;
    }
    if (!scaled) {
        scaled = scale(request, grant, size, error);
        if (!scaled) {
            return FALSE;
        }
        lru_cache_put(cache, key, scaled, g_bytes_get_size(scaled));
    }
    const HttpCaching caching = {.etag = key, .cache_control = cache_control};
    return http_respond_cached(request, "image/jpeg", scaled, &caching);
}

gboolean api_send_thumbnail(HttpRequest *request, const Grant *grant, gint64 size,
                            const char *cache_control, GError **error)
{
    if (size <= 0 || size >= MEDIA_THUMBNAIL_LARGE_PIXELS) {
        return send_stored(request, grant, THUMBNAIL_LARGE, cache_control, error);
    }
    if (size == MEDIA_THUMBNAIL_SMALL_PIXELS) {
        return send_stored(request, grant, THUMBNAIL_SMALL, cache_control, error);
    }
    return send_scaled(request, grant, (int)size, cache_control, error);
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

GBytes *api_render_jpeg(HttpRequest *request, const Grant *grant, int fd, GError **error)
{
    const Api *api = api_of(request);
    gint64 quality = settings_int(api->settings, "display", "image_jpeg_quality", 96);
    g_autofree char *name = g_path_get_basename(grant_path(grant));
    return worker_render_jpeg(api->workers, fd, name, 0, (int)CLAMP(quality, 1, 100), error);
}

static gboolean send_rendered(HttpRequest *request, const Grant *grant, int fd,
                              const char *cache_control, GError **error)
{
    g_autoptr(GBytes) jpeg = api_render_jpeg(request, grant, fd, error);
    if (!jpeg) {
        return FALSE;
    }
    g_autofree char *etag = g_strdup_printf("%.32s-r", grant_content(grant));
    const HttpCaching caching = {.etag = etag, .cache_control = cache_control};
    return http_respond_cached(request, "image/jpeg", jpeg, &caching);
}

gboolean api_send_image(HttpRequest *request, const Grant *grant, const char *cache_control,
                        GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!api_open_original(request, grant, &fd, &bytes, error)) {
        return FALSE;
    }
    const char *mime = shown_as_it_is(grant_format(grant), grant_orientation(grant));
    if (!mime && http_go_to_work(request)) {
        close(fd);
        return TRUE;
    }
    if (!mime) {
        gboolean sent = send_rendered(request, grant, fd, cache_control, error);
        close(fd);
        return sent;
    }
    g_autofree char *etag = g_strdup_printf("%.32s", grant_content(grant));
    const HttpCaching caching = {.etag = etag, .cache_control = "private, no-cache"};
    return http_respond_file(request, mime, fd, bytes, &caching);
}

const char *api_mime_of(const char *format)
{
    static const char *const mimes[][2] = {
        {"jpeg", "image/jpeg"}, {"png", "image/png"},   {"webp", "image/webp"},
        {"gif", "image/gif"},   {"bmp", "image/bmp"},   {"avif", "image/avif"},
        {"heif", "image/heif"}, {"tiff", "image/tiff"}, {"jxl", "image/jxl"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(mimes); i++) {
        if (strcmp(mimes[i][0], format) == 0) {
            return mimes[i][1];
        }
    }
    return "application/octet-stream";
}

gboolean api_send_original(HttpRequest *request, const Grant *grant, const char *cache_control,
                           GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!api_open_original(request, grant, &fd, &bytes, error)) {
        return FALSE;
    }
    g_autofree char *etag = g_strdup_printf("%.32s", grant_content(grant));
    const HttpCaching caching = {.etag = etag, .cache_control = cache_control};
    return http_respond_file(request, api_mime_of(grant_format(grant)), fd, bytes, &caching);
}
