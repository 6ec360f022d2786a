#include "base/hash.h"
#include "http/conditions.h"
#include "http/request.h"

#include <unistd.h>
#include <zlib.h>

/* Below this, compressed bytes still take the one packet that plain ones take. */
#define COMPRESS_FROM_BYTES 1024
/* Level 6 gains a few percent on JSON and takes three times as long. */
#define COMPRESS_LEVEL 3

static void clear_header(gpointer data)
{
    HttpHeader *header = data;
    g_free(header->name);
    g_free(header->value);
}

void response_init(HttpResponse *response)
{
    *response = (HttpResponse){.status = 200, .fd = -1};
    response->headers = g_array_new(FALSE, FALSE, sizeof(HttpHeader));
    g_array_set_clear_func(response->headers, clear_header);
}

static void drop_body(HttpResponse *response)
{
    response->length = 0;
    g_clear_pointer(&response->plain, g_bytes_unref);
    g_clear_pointer(&response->bytes, g_bytes_unref);
    g_clear_pointer(&response->live, MHD_destroy_response);
    g_clear_pointer(&response->sent, g_rc_box_release);
    response->endless = FALSE;
    if (response->fd >= 0) {
        close(response->fd);
        response->fd = -1;
    }
}

void response_clear(HttpResponse *response)
{
    drop_body(response);
    g_clear_pointer(&response->headers, g_array_unref);
}

void response_reset(HttpResponse *response)
{
    response_clear(response);
    response_init(response);
}

/* --- status and headers --- */

void http_set_status(HttpRequest *request, int status)
{
    g_assert(status >= 200 && status < 600);
    request->response.status = status;
}

gboolean http_is_token(const char *name)
{
    for (const char *at = name; *at; at++) {
        if (!g_ascii_isalnum(*at) && !strchr("!#$%&'*+-.^_`|~", *at)) {
            return FALSE;
        }
    }
    return *name != '\0';
}

static gboolean is_header_value(const char *value)
{
    for (const char *at = value; *at; at++) {
        if (g_ascii_iscntrl(*at) && *at != '\t') {
            return FALSE;
        }
    }
    return TRUE;
}

static HttpHeader *find_header(const HttpResponse *response, const char *name)
{
    for (guint i = 0; i < response->headers->len; i++) {
        HttpHeader *header = &g_array_index(response->headers, HttpHeader, i);
        if (g_ascii_strcasecmp(header->name, name) == 0) {
            return header;
        }
    }
    return NULL;
}

void http_set_header(HttpRequest *request, const char *name, const char *value)
{
    HttpResponse *response = &request->response;
    if (!http_is_token(name) || !is_header_value(value)) {
        response->bad_header = TRUE;
        return;
    }
    HttpHeader *old =
        g_ascii_strcasecmp(name, "Set-Cookie") == 0 ? NULL : find_header(response, name);
    if (!old) {
        HttpHeader header = {.name = g_strdup(name), .value = g_strdup(value)};
        g_array_append_val(response->headers, header);
        return;
    }
    gboolean merge = g_ascii_strcasecmp(name, "Vary") == 0;
    g_autofree char *before = old->value;
    old->value = merge ? g_strdup_printf("%s, %s", before, value) : g_strdup(value);
}

int http_answer(const HttpRequest *request, GBytes **ret_plain)
{
    if (ret_plain) {
        *ret_plain = request->response.plain;
    }
    return request->response.status;
}

const char *http_answer_header(const HttpRequest *request, const char *name)
{
    const HttpHeader *header = find_header(&request->response, name);
    return header ? header->value : NULL;
}

/* --- bodies --- */

static gboolean is_text_like(const char *mime)
{
    static const char *const types[] = {"text/", "application/json", "application/javascript",
                                        "application/manifest+json", "image/svg+xml"};
    for (gsize i = 0; mime && i < G_N_ELEMENTS(types); i++) {
        if (g_str_has_prefix(mime, types[i])) {
            /* An event stream that is held back by a compressor arrives late. */
            return !g_str_has_prefix(mime, "text/event-stream");
        }
    }
    return FALSE;
}

/* gzip's form of the bytes, or NULL when it is no smaller. */
static GBytes *compress_bytes(GBytes *bytes)
{
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    z_stream stream = {0};
    if (length > G_MAXUINT32 / 2 ||
        deflateInit2(&stream, COMPRESS_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return NULL;
    }
    guint8 *out = g_malloc(length);
    stream.next_in = (Bytef *)data;
    stream.avail_in = (uInt)length;
    stream.next_out = out;
    stream.avail_out = (uInt)length;
    int result = deflate(&stream, Z_FINISH);
    gsize written = length - stream.avail_out;
    deflateEnd(&stream);
    if (result != Z_STREAM_END) {
        g_free(out);
        return NULL;
    }
    return g_bytes_new_take(g_realloc(out, written), written);
}

static void set_mime(HttpRequest *request, const char *mime)
{
    if (mime) {
        http_set_header(request, "Content-Type", mime);
    }
}

static gboolean is_compressible(const HttpRequest *request, const char *mime, GBytes *bytes)
{
    return is_text_like(mime) && g_bytes_get_size(bytes) >= COMPRESS_FROM_BYTES &&
           !find_header(&request->response, "Content-Encoding");
}

static gboolean client_takes_gzip(const HttpRequest *request)
{
    return http_accepts_gzip(http_request_header(request, "Accept-Encoding"));
}

/* What is sent for compressible bytes; says so in the headers. A new reference. */
static GBytes *encode(HttpRequest *request, GBytes *bytes)
{
    http_set_header(request, "Vary", "Accept-Encoding");
    GBytes *packed = client_takes_gzip(request) ? compress_bytes(bytes) : NULL;
    if (packed) {
        http_set_header(request, "Content-Encoding", "gzip");
    }
    return packed ? packed : g_bytes_ref(bytes);
}

static HttpResponse *fill(HttpRequest *request)
{
    HttpResponse *response = &request->response;
    g_assert(!response->filled); /* two answers are a bug of the handler */
    response->filled = TRUE;
    return response;
}

gboolean http_respond_bytes(HttpRequest *request, const char *mime, GBytes *bytes)
{
    HttpResponse *response = fill(request);
    set_mime(request, mime);
    if (bytes && request->entered) {
        response->plain = g_bytes_ref(bytes);
    }
    if (bytes && is_compressible(request, mime, bytes)) {
        response->bytes = encode(request, bytes);
    } else if (bytes) {
        response->bytes = g_bytes_ref(bytes);
    }
    return TRUE;
}

gboolean http_respond_text(HttpRequest *request, const char *mime, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return http_respond_bytes(request, mime, bytes);
}

gboolean http_respond_json(HttpRequest *request, JsonWriter *writer, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) bytes = json_writer_finish(writer, &problem);
    json_writer_free(writer);
    if (!bytes) { /* too large an answer is no fault of the request */
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL, problem->message);
        return FALSE;
    }
    return http_respond_bytes(request, "application/json", bytes);
}

gboolean http_respond_json_t(HttpRequest *request, const json_t *json, GError **error)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    if (!text) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL,
                    "the answer cannot be written as JSON");
        return FALSE;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_with_free_func(text, strlen(text), free, text);
    return http_respond_bytes(request, "application/json", bytes);
}

/* --- caching and ranges --- */

static void set_caching(HttpRequest *request, const HttpCaching *caching, gboolean weak)
{
    if (caching->etag) {
        g_autofree char *etag = g_strdup_printf("%s\"%s\"", weak ? "W/" : "", caching->etag);
        http_set_header(request, "ETag", etag);
    }
    if (caching->cache_control) {
        http_set_header(request, "Cache-Control", caching->cache_control);
    }
    if (caching->modified_seconds > 0) {
        char date[HTTP_DATE_CHARS + 1];
        http_date_format(caching->modified_seconds, date);
        http_set_header(request, "Last-Modified", date);
    }
}

/* RFC 9110, section 13.2.2: a tag, where the client names one, decides alone. */
static gboolean client_has_it(const HttpRequest *request, const HttpCaching *caching)
{
    if (request->method != HTTP_GET || request->response.status != 200) {
        return FALSE;
    }
    const char *tags = http_request_header(request, "If-None-Match");
    if (tags) {
        return caching->etag && http_etag_listed(tags, caching->etag);
    }
    const char *since = http_request_header(request, "If-Modified-Since");
    gint64 seconds;
    return since && caching->modified_seconds > 0 && http_date_parse(since, &seconds) &&
           caching->modified_seconds <= seconds;
}

/* Whether a Range may be served: If-Range must name exactly what we have (the strong comparison).
 */
static gboolean range_applies(const HttpRequest *request, const HttpCaching *caching)
{
    const char *condition = http_request_header(request, "If-Range");
    if (!condition) {
        return TRUE;
    }
    gint64 seconds;
    if (http_date_parse(condition, &seconds)) {
        return caching->modified_seconds > 0 && seconds == caching->modified_seconds;
    }
    g_autofree char *etag = caching->etag ? g_strdup_printf("\"%s\"", caching->etag) : NULL;
    return g_strcmp0(condition, etag) == 0;
}

/* Narrows the body to what is asked for. FALSE when nothing of it is sent (416). */
static gboolean apply_range(HttpRequest *request, const HttpCaching *caching, gint64 *offset,
                            gint64 *length)
{
    http_set_header(request, "Accept-Ranges", "bytes");
    if (request->method != HTTP_GET || request->response.status != 200 ||
        !range_applies(request, caching)) {
        return TRUE;
    }
    gint64 whole = *length, first, last;
    switch (http_range_parse(http_request_header(request, "Range"), whole, &first, &last)) {
    case HTTP_RANGE_NONE:
        return TRUE;
    case HTTP_RANGE_BEYOND: {
        g_autofree char *beyond = g_strdup_printf("bytes */%" G_GINT64_FORMAT, whole);
        http_set_header(request, "Content-Range", beyond);
        http_set_status(request, 416);
        return FALSE;
    }
    case HTTP_RANGE_PART:
        break;
    }
    g_autofree char *part = g_strdup_printf(
        "bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, first, last, whole);
    http_set_header(request, "Content-Range", part);
    http_set_status(request, 206);
    *offset = first;
    *length = last - first + 1;
    return TRUE;
}

gboolean http_respond_file(HttpRequest *request, const char *mime, int fd, gint64 bytes,
                           const HttpCaching *caching)
{
    HttpResponse *response = fill(request);
    response->fd = fd;
    response->length = bytes;
    set_caching(request, caching, FALSE);
    if (client_has_it(request, caching)) {
        http_set_status(request, 304);
        drop_body(response);
        return TRUE;
    }
    set_mime(request, mime);
    if (!apply_range(request, caching, &response->offset, &response->length)) {
        drop_body(response);
    }
    return TRUE;
}

/* `weak`: the same tag stands for plain and compressed bytes. */
static void respond_cached(HttpRequest *request, const char *mime, GBytes *bytes,
                           const HttpCaching *caching, gboolean weak)
{
    HttpResponse *response = fill(request);
    set_caching(request, caching, weak);
    if (client_has_it(request, caching)) {
        http_set_status(request, 304);
        return;
    }
    set_mime(request, mime);
    gint64 offset = 0, length = (gint64)g_bytes_get_size(bytes);
    if (find_header(response, "Content-Encoding") ||
        apply_range(request, caching, &offset, &length)) {
        response->bytes = g_bytes_new_from_bytes(bytes, (gsize)offset, (gsize)length);
    }
}

gboolean http_respond_cached(HttpRequest *request, const char *mime, GBytes *bytes,
                             const HttpCaching *caching)
{
    gboolean compressible = is_compressible(request, mime, bytes);
    gboolean whole = !http_request_header(request, "Range") && !client_has_it(request, caching);
    g_autoptr(GBytes) body = compressible && whole ? encode(request, bytes) : g_bytes_ref(bytes);
    if (compressible && !whole) {
        http_set_header(request, "Vary", "Accept-Encoding");
    }
    respond_cached(request, mime, body, caching, compressible);
    return TRUE;
}

/* --- embedded files --- */

static const char *mime_of_name(const char *name)
{
    static const struct {
        const char *suffix, *mime;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".txt", "text/plain; charset=utf-8"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/vnd.microsoft.icon"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_str_has_suffix(name, types[i].suffix)) {
            return types[i].mime;
        }
    }
    return "application/octet-stream";
}

/* An embedded file is its own version. */
static void tag_content(GBytes *bytes, char ret_etag[HASH_HEX_CHARS + 1])
{
    ContentHash hash;
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    hash_data(data, length, &hash);
    hash_to_hex(&hash, ret_etag);
    ret_etag[32] = '\0'; /* 128 bits are plenty */
}

gboolean http_respond_resource(HttpRequest *request, const char *path, const HttpCaching *caching,
                               GError **error)
{
    g_autoptr(GBytes) plain = g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    if (!plain) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Not Found");
        return FALSE;
    }
    char etag[HASH_HEX_CHARS + 1];
    HttpCaching tagged = *caching;
    if (!tagged.etag) {
        tag_content(plain, etag);
        tagged.etag = etag;
    }
    const char *mime = mime_of_name(path);
    g_autofree char *twin_path = g_strconcat(path, ".gz", NULL);
    g_autoptr(GBytes) twin = g_resources_lookup_data(twin_path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    if (!twin) {
        return http_respond_cached(request, mime, plain, &tagged);
    }
    http_set_header(request, "Vary", "Accept-Encoding");
    gboolean packed = client_takes_gzip(request) && !http_request_header(request, "Range");
    if (packed) {
        http_set_header(request, "Content-Encoding", "gzip");
    }
    respond_cached(request, mime, packed ? twin : plain, &tagged, TRUE);
    return TRUE;
}

/* --- the wire --- */

gboolean response_take_live(HttpRequest *request, const char *mime, struct MHD_Response *live,
                            gint64 *sent)
{
    HttpResponse *response = fill(request);
    set_mime(request, mime);
    response->live = live;
    response->sent = g_rc_box_acquire(sent);
    return TRUE;
}

static struct MHD_Response *build_body(HttpResponse *response)
{
    if (response->live) {
        return g_steal_pointer(&response->live);
    }
    if (response->fd >= 0) {
        struct MHD_Response *built = MHD_create_response_from_fd_at_offset64(
            (guint64)response->length, response->fd, (guint64)response->offset);
        if (built) {
            response->fd = -1; /* closed by the library with its response */
        }
        return built;
    }
    if (!response->bytes) {
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    gsize length;
    const void *data = g_bytes_get_data(response->bytes, &length);
    response->length = (gint64)length;
    return MHD_create_response_from_buffer_with_free_callback_cls(
        length, (void *)data, (MHD_ContentReaderFreeCallback)g_bytes_unref,
        g_steal_pointer(&response->bytes));
}

struct MHD_Response *response_build(HttpResponse *response)
{
    struct MHD_Response *built = build_body(response);
    for (guint i = 0; built && i < response->headers->len; i++) {
        const HttpHeader *header = &g_array_index(response->headers, HttpHeader, i);
        MHD_add_response_header(built, header->name, header->value);
    }
    return built;
}
