#include "http/uri.h"

#include "base/error.h"

static gboolean fail(GError **error, const char *what)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "the address of the request %s", what);
    return FALSE;
}

/* Appends `raw` decoded once. */
static gboolean append_decoded(GString *out, HttpSlice raw, gboolean plus_is_space, GError **error)
{
    for (gsize i = 0; i < raw.length; i++) {
        char byte = raw.text[i];
        if (byte == '%') {
            int high = i + 2 < raw.length ? g_ascii_xdigit_value(raw.text[i + 1]) : -1;
            int low = high >= 0 ? g_ascii_xdigit_value(raw.text[i + 2]) : -1;
            if (low < 0) {
                return fail(error, "has a % that is not followed by two hexadecimal digits");
            }
            byte = (char)(high << 4 | low);
            i += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        if (byte == '\0') {
            return fail(error, "holds a NUL");
        }
        g_string_append_c(out, byte);
    }
    return TRUE;
}

static gboolean check_utf8(const GString *text, GError **error)
{
    return g_utf8_validate_len(text->str, text->len, NULL) || fail(error, "is not valid UTF-8");
}

/* Decodes part after part and notes where each begins; slices come last, when `out` no longer
 * moves. */
static gboolean decode_parts(HttpSlice raw, GString *out, HttpPath *path, gsize *starts,
                             GError **error)
{
    const char *at = raw.text, *end = raw.text + raw.length;
    while (at < end) {
        const char *begin = at + 1; /* after its slash */
        const char *slash = memchr(begin, '/', (gsize)(end - begin));
        at = slash ? slash : end;
        g_string_append_c(out, '/');
        if (path->count < LIMIT_HTTP_PATH_PARTS) {
            starts[path->count] = out->len;
        }
        if (!append_decoded(out, (HttpSlice){begin, (gsize)(at - begin)}, FALSE, error)) {
            return FALSE;
        }
        if (path->count < LIMIT_HTTP_PATH_PARTS) {
            path->parts[path->count].length = out->len - starts[path->count];
        }
        path->count++;
    }
    return check_utf8(out, error);
}

gboolean http_path_parse(const char *raw, gsize length, HttpPath *ret_path, GError **error)
{
    *ret_path = (HttpPath){0};
    if (length == 0 || raw[0] != '/') {
        return fail(error, "does not begin with a slash");
    }
    gsize starts[LIMIT_HTTP_PATH_PARTS];
    HttpPath path = {0};
    g_autoptr(GString) out = g_string_sized_new(length);
    if (!decode_parts((HttpSlice){raw, length}, out, &path, starts, error)) {
        return FALSE;
    }
    path.length = out->len;
    path.decoded = g_string_free(g_steal_pointer(&out), FALSE);
    for (guint i = 0; i < MIN(path.count, LIMIT_HTTP_PATH_PARTS); i++) {
        path.parts[i].text = path.decoded + starts[i];
    }
    *ret_path = path;
    return TRUE;
}

void http_path_clear(HttpPath *path)
{
    g_clear_pointer(&path->decoded, g_free);
    path->count = 0;
}

char *http_query_decode(const char *raw, gsize length, GError **error)
{
    g_autoptr(GString) out = g_string_sized_new(length);
    if (!append_decoded(out, (HttpSlice){raw, length}, TRUE, error) || !check_utf8(out, error)) {
        return NULL;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
