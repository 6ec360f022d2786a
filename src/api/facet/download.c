/* Originals to keep: the file itself, what a RAW file shows, and the RAW file beside a picture. */
#include "api/attachment.h"
#include "api/facet/facet.h"
#include "api/media.h"
#include "base/limits.h"
#include "library/companion.h"

#include <string.h>
#include <unistd.h>

/* The error in Facet's words when it is NOT_FOUND; takes `failure`. */
static void propagate(GError **error, GError *failure, const char *not_found)
{
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        g_error_free(failure);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, not_found);
    } else {
        g_propagate_error(error, failure);
    }
}

static Grant *asked_photo(HttpRequest *request, GError **error)
{
    if (!http_has(request, "path")) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "path required");
        return NULL;
    }
    GError *failure = NULL;
    const char *path = http_text(request, "path", "");
    Grant *grant =
        access_grant_path(api_of(request)->library, api_principal(request), path, &failure);
    if (!grant) {
        propagate(error, failure, "File not found");
    }
    return grant;
}

/* The photo asked for and, if `ret_raw` is given, its RAW file, or NULL when it has none. */
static Grant *find(HttpRequest *request, Grant **ret_raw, GError **error)
{
    g_autoptr(Grant) grant = asked_photo(request, error);
    if (!grant || !ret_raw) {
        return g_steal_pointer(&grant);
    }
    GError *failure = NULL;
    *ret_raw = companion_raw(api_of(request)->library, api_principal(request), grant, &failure);
    if (!*ret_raw && !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        g_propagate_error(error, failure);
        return NULL;
    }
    g_clear_error(&failure);
    return g_steal_pointer(&grant);
}

static gboolean open_file(HttpRequest *request, const Grant *grant, int *ret_fd, gint64 *ret_bytes,
                          GError **error)
{
    GError *failure = NULL;
    if (!api_open_original(request, grant, ret_fd, ret_bytes, &failure)) {
        propagate(error, failure, "File not found on disk");
        return FALSE;
    }
    return TRUE;
}

static void write_option(JsonWriter *writer, const char *type, const char *extension)
{
    json_object_begin(writer);
    json_member_string(writer, "type", type);
    json_member_string(writer, "label", type);
    if (extension) {
        json_member_string(writer, "extension", extension);
    }
    json_object_end(writer);
}

gboolean facet_download_options(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) raw = NULL;
    g_autoptr(Grant) grant = find(request, &raw, error);
    int fd = -1;
    gint64 bytes = 0;
    if (!grant || !open_file(request, grant, &fd, &bytes, error)) {
        return FALSE;
    }
    close(fd);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "options");
    json_array_begin(writer);
    write_option(writer, "original", NULL);
    if (raw && !http_flag(request, "is_shared", FALSE)) {
        const char *dot = strrchr(grant_path(raw), '.');
        g_autofree char *extension = g_ascii_strdown(dot ? dot + 1 : "", -1);
        write_option(writer, "raw", extension);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static gboolean send_file(HttpRequest *request, const Grant *grant, GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!open_file(request, grant, &fd, &bytes, error)) {
        return FALSE;
    }
    g_autofree char *name = g_path_get_basename(grant_path(grant));
    g_autofree char *etag = g_strdup_printf("%.32s", grant_content(grant));
    const HttpCaching caching = {.etag = etag, .cache_control = "private, no-cache"};
    attachment_set(request, name);
    return http_respond_file(request, "application/octet-stream", fd, bytes, &caching);
}

/* What Facet says when a RAW file cannot be read, whatever the reason; the log has the reason. */
static gboolean respond_failed(HttpRequest *request, const GError *failure, GError **error)
{
    g_message("%s: %s", http_request_path(request), failure->message);
    http_set_status(request, 500);
    json_t *body = json_pack("{s:s}", "detail", "Failed to convert RAW file");
    gboolean sent = http_respond_json_t(request, body, error);
    json_decref(body);
    return sent;
}

static gboolean send_developed(HttpRequest *request, const Grant *grant, GError **error)
{
    g_autoptr(GError) failure = NULL;
    int fd = -1;
    gint64 ignored = 0;
    if (!open_file(request, grant, &fd, &ignored, error)) {
        return FALSE;
    }
    g_autoptr(GBytes) jpeg = api_render_jpeg(request, grant, fd, &failure);
    close(fd);
    if (!jpeg) {
        return respond_failed(request, failure, error);
    }
    g_autofree char *name = g_path_get_basename(grant_path(grant));
    char *dot = strrchr(name, '.');
    g_autofree char *jpeg_name =
        g_strdup_printf("%.*s.jpg", (int)(dot ? (gsize)(dot - name) : strlen(name)), name);
    g_autofree char *etag = g_strdup_printf("%.32s-d", grant_content(grant));
    const HttpCaching caching = {.etag = etag, .cache_control = "private, no-cache"};
    attachment_set(request, jpeg_name);
    return http_respond_cached(request, "image/jpeg", jpeg, &caching);
}

gboolean facet_download(HttpRequest *request, GError **error)
{
    const char *type = http_text(request, "type", "original");
    gboolean original = strcmp(type, "original") == 0;
    g_autoptr(Grant) raw = NULL;
    g_autoptr(Grant) grant = find(request, original ? NULL : &raw, error);
    if (!grant) {
        return FALSE;
    }
    if (raw && strcmp(type, "raw") == 0) {
        return send_file(request, raw, error);
    }
    if (raw) { /* darktable, of which no profile is offered */
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "Unknown darktable profile: %s",
                    http_text(request, "profile", ""));
        return FALSE;
    }
    return strcmp(grant_format(grant), "raw") == 0 ? send_developed(request, grant, error)
                                                   : send_file(request, grant, error);
}
