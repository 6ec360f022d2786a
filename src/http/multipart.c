#include "http/multipart.h"

#include "base/limits.h"

#include <string.h>

/* RFC 2046, section 5.1.1 */
#define BOUNDARY_CHARS_MOST 70

typedef enum {
    STATE_PREAMBLE, /* before the first boundary */
    STATE_BOUNDARY, /* behind a boundary: "--" ends all, a line end begins a part */
    STATE_HEADERS,  /* of a part */
    STATE_CONTENT,  /* of a part */
    STATE_EPILOGUE, /* behind the last boundary: nothing counts any more */
} State;

struct Multipart {
    const MultipartHandler *handler;
    gpointer data;
    char *delimiter; /* "\r\n--BOUNDARY": nothing in it but its first byte is a \r, so that what
                        does not go on to be one is content up to there */
    gsize delimiter_length;
    gsize matched; /* bytes of the delimiter that have been seen */
    State state;
    GString *line; /* the rest of a boundary's line, or the headers */
    guint parts;
};

static gboolean fail(GError **error, AlbumenError code, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, (gint)code, message);
    return FALSE;
}

/* --- header values --- */

typedef struct {
    char *name; /* lower case */
    char *value;
} Parameter;

static void clear_parameter(gpointer data)
{
    Parameter *parameter = data;
    g_free(parameter->name);
    g_free(parameter->value);
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* A quoted string without its quotes; NULL when it does not end. Only quotes and backslashes are
 * escaped by a backslash: some clients send paths with bare ones. */
static char *parse_quoted(const char **at)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *c;
    for (c = *at + 1; *c && *c != '"'; c++) {
        if (c[0] == '\\' && (c[1] == '"' || c[1] == '\\')) {
            c++;
        }
        g_string_append_c(text, *c);
    }
    if (*c != '"') {
        return NULL;
    }
    *at = c + 1;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *parse_token(const char **at)
{
    gsize length = strcspn(*at, "; \t\"=");
    char *token = g_strndup(*at, length);
    *at += length;
    return token;
}

static const char *find_parameter(const GArray *parameters, const char *name)
{
    for (guint i = 0; i < parameters->len; i++) {
        const Parameter *parameter = &g_array_index(parameters, Parameter, i);
        if (g_str_equal(parameter->name, name)) {
            return parameter->value;
        }
    }
    return NULL;
}

/* `; name=value; name="value"`. NULL when it is anything else, or says something twice: two readers
 * could take it for two things. */
static GArray *parse_parameters(const char *at)
{
    g_autoptr(GArray) parameters = g_array_new(FALSE, FALSE, sizeof(Parameter));
    g_array_set_clear_func(parameters, clear_parameter);
    for (at = skip_blanks(at); *at; at = skip_blanks(at)) {
        if (*at != ';') {
            return NULL;
        }
        at = skip_blanks(at + 1);
        if (!*at) {
            break;
        }
        g_autofree char *raw = parse_token(&at);
        g_autofree char *name = g_ascii_strdown(raw, -1);
        if (!*name || *at != '=' || find_parameter(parameters, name)) {
            return NULL;
        }
        at++;
        char *value = *at == '"' ? parse_quoted(&at) : parse_token(&at);
        if (!value) {
            return NULL;
        }
        Parameter parameter = {g_steal_pointer(&name), value};
        g_array_append_val(parameters, parameter);
    }
    return g_steal_pointer(&parameters);
}

/* Whether `value` is of this type, apart from its parameters; these follow at ret_rest. */
static gboolean has_type(const char *value, const char *type, const char **ret_rest)
{
    gsize length = strcspn(value, "; \t");
    *ret_rest = value + length;
    return length == strlen(type) && g_ascii_strncasecmp(value, type, length) == 0;
}

/* --- the boundary --- */

static gboolean is_boundary(const char *text)
{
    gsize length = strlen(text);
    if (length == 0 || length > BOUNDARY_CHARS_MOST || text[length - 1] == ' ') {
        return FALSE;
    }
    for (; *text; text++) {
        if (!g_ascii_isalnum(*text) && !strchr("'()+_,-./:=? ", *text)) {
            return FALSE;
        }
    }
    return TRUE;
}

Multipart *multipart_new(const char *content_type, const MultipartHandler *handler, gpointer data,
                         GError **error)
{
    const char *rest;
    if (!content_type || !has_type(content_type, "multipart/form-data", &rest)) {
        fail(error, ALBUMEN_ERROR_UNSUPPORTED, "the body should be multipart/form-data");
        return NULL;
    }
    g_autoptr(GArray) parameters = parse_parameters(rest);
    const char *boundary = parameters ? find_parameter(parameters, "boundary") : NULL;
    if (!boundary || !is_boundary(boundary)) {
        fail(error, ALBUMEN_ERROR_INVALID, "the boundary of the form is missing or malformed");
        return NULL;
    }
    Multipart *multipart = g_new0(Multipart, 1);
    multipart->handler = handler;
    multipart->data = data;
    multipart->delimiter = g_strconcat("\r\n--", boundary, NULL);
    multipart->delimiter_length = strlen(multipart->delimiter);
    multipart->matched = 2; /* the first boundary may be the first line */
    multipart->line = g_string_new(NULL);
    return multipart;
}

void multipart_free(Multipart *multipart)
{
    if (!multipart) {
        return;
    }
    g_string_free(multipart->line, TRUE);
    g_free(multipart->delimiter);
    g_free(multipart);
}

/* --- the headers of a part --- */

typedef struct {
    char *name, *filename, *mime;
} Facts;

static void clear_facts(Facts *facts)
{
    g_free(facts->name);
    g_free(facts->filename);
    g_free(facts->mime);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Facts, clear_facts)

/* UTF-8''percent-encoded (RFC 8187); NULL when it is anything else. */
static char *decode_extended(const char *value)
{
    if (g_ascii_strncasecmp(value, "utf-8'", 6) != 0) {
        return NULL;
    }
    const char *text = strchr(value + 6, '\'');
    char *decoded = text ? g_uri_unescape_string(text + 1, NULL) : NULL;
    if (decoded && !g_utf8_validate(decoded, -1, NULL)) {
        g_clear_pointer(&decoded, g_free);
    }
    return decoded;
}

/* Browsers write a quote as %22, and escape nothing else that a file name has. */
static char *read_file_name(const GArray *parameters)
{
    const char *extended = find_parameter(parameters, "filename*");
    char *decoded = extended ? decode_extended(extended) : NULL;
    const char *plain = find_parameter(parameters, "filename");
    if (decoded || !plain) {
        return decoded;
    }
    g_autoptr(GString) name = g_string_new(plain);
    g_string_replace(name, "%22", "\"", 0);
    return g_utf8_make_valid(name->str, (gssize)name->len);
}

static gboolean read_disposition(const char *value, Facts *facts, GError **error)
{
    const char *rest;
    g_autoptr(GArray) parameters =
        !facts->name && has_type(value, "form-data", &rest) ? parse_parameters(rest) : NULL;
    const char *name = parameters ? find_parameter(parameters, "name") : NULL;
    if (!name || !g_utf8_validate(name, -1, NULL)) {
        return fail(error, ALBUMEN_ERROR_INVALID,
                    "a part of the form does not say, or not clearly, which field it is");
    }
    facts->name = g_strdup(name);
    facts->filename = read_file_name(parameters);
    return TRUE;
}

static gboolean is_plain_encoding(const char *value)
{
    return g_ascii_strcasecmp(value, "binary") == 0 || g_ascii_strcasecmp(value, "8bit") == 0 ||
           g_ascii_strcasecmp(value, "7bit") == 0;
}

static gboolean read_header(const char *name, const char *value, Facts *facts, GError **error)
{
    if (g_ascii_strcasecmp(name, "Content-Disposition") == 0) {
        return read_disposition(value, facts, error);
    }
    if (g_ascii_strcasecmp(name, "Content-Type") == 0) {
        g_free(facts->mime);
        facts->mime = g_utf8_make_valid(value, -1);
    } else if (g_ascii_strcasecmp(name, "Content-Transfer-Encoding") == 0 &&
               !is_plain_encoding(value)) {
        return fail(error, ALBUMEN_ERROR_UNSUPPORTED,
                    "a part of the form is encoded: it should be sent as it is");
    }
    return TRUE;
}

/* `text`: lines that end in \r\n. */
static gboolean read_headers(char *text, Facts *facts, GError **error)
{
    for (char *line = text, *end; *line; line = end + 2) {
        end = strstr(line, "\r\n");
        *end = '\0';
        char *colon = strchr(line, ':');
        if (!colon || strpbrk(line, "\r\n")) {
            return fail(error, ALBUMEN_ERROR_INVALID,
                        "a header of a part of the form is malformed");
        }
        *colon = '\0';
        if (!read_header(line, g_strstrip(colon + 1), facts, error)) {
            return FALSE;
        }
    }
    return facts->name ||
           fail(error, ALBUMEN_ERROR_INVALID, "a part of the form does not say which field it is");
}

static gboolean begin_part(Multipart *multipart, GError **error)
{
    g_auto(Facts) facts = {0};
    if (++multipart->parts > LIMIT_HTTP_PARTS) {
        return fail(error, ALBUMEN_ERROR_TOO_LARGE, "the form has too many parts");
    }
    if (!read_headers(multipart->line->str, &facts, error)) {
        return FALSE;
    }
    MultipartPart part = {facts.name, facts.filename, facts.mime};
    multipart->state = STATE_CONTENT;
    return multipart->handler->begin(multipart->data, &part, error);
}

/* --- byte by byte --- */

static gboolean end_delimiter(Multipart *multipart, GError **error)
{
    gboolean had_content = multipart->state == STATE_CONTENT;
    multipart->state = STATE_BOUNDARY;
    multipart->matched = 0;
    g_string_truncate(multipart->line, 0);
    return !had_content || multipart->handler->end(multipart->data, error);
}

static gboolean emit(Multipart *multipart, const void *bytes, gsize length, GError **error)
{
    return multipart->state != STATE_CONTENT || length == 0 ||
           multipart->handler->write(multipart->data, bytes, length, error);
}

/* Content, or what is before the first boundary, up to the next boundary; counts up `used`. */
static gboolean take_content(Multipart *multipart, const guint8 *bytes, gsize length, gsize *used,
                             GError **error)
{
    gsize at = 0, plain = 0; /* bytes from `plain` to `at` are content */
    while (at < length) {
        if (multipart->matched == 0) {
            const guint8 *next = memchr(bytes + at, '\r', length - at);
            at = next ? (gsize)(next - bytes) : length;
            if (!emit(multipart, bytes + plain, at - plain, error)) {
                return FALSE;
            }
            plain = at;
            if (!next) {
                break;
            }
        }
        if (bytes[at] == (guint8)multipart->delimiter[multipart->matched]) {
            plain = ++at;
            if (++multipart->matched == multipart->delimiter_length) {
                *used = at;
                return end_delimiter(multipart, error);
            }
        } else { /* it was none: content so far, and the byte is looked at again */
            gsize matched = multipart->matched;
            multipart->matched = 0;
            if (!emit(multipart, multipart->delimiter, matched, error)) {
                return FALSE;
            }
        }
    }
    *used = length;
    return TRUE;
}

static gboolean ends_with(const GString *text, const char *end, gsize length)
{
    return text->len >= length && memcmp(text->str + text->len - length, end, length) == 0;
}

/* "--", or blanks and a line end. */
static gboolean may_follow(const GString *line, char byte)
{
    char last = line->len > 0 ? line->str[line->len - 1] : ' ';
    switch (last) {
    case '-':
        return byte == '-';
    case '\r':
        return byte == '\n';
    default:
        return byte == ' ' || byte == '\t' || byte == '\r' || (byte == '-' && line->len == 0);
    }
}

static gboolean take_boundary(Multipart *multipart, guint8 byte, GError **error)
{
    GString *line = multipart->line;
    if (!may_follow(line, (char)byte) || line->len >= LIMIT_HTTP_PART_HEADER_BYTES) {
        return fail(error, ALBUMEN_ERROR_INVALID, "a boundary of the form is malformed");
    }
    g_string_append_c(line, (char)byte);
    if (ends_with(line, "--", 2)) {
        multipart->state = STATE_EPILOGUE;
    } else if (ends_with(line, "\r\n", 2)) {
        g_string_truncate(line, 0);
        multipart->state = STATE_HEADERS;
    }
    return TRUE;
}

static gboolean take_header(Multipart *multipart, guint8 byte, GError **error)
{
    GString *line = multipart->line;
    if (byte == '\0') {
        return fail(error, ALBUMEN_ERROR_INVALID, "a header of a part of the form is malformed");
    }
    if (line->len >= LIMIT_HTTP_PART_HEADER_BYTES) {
        return fail(error, ALBUMEN_ERROR_TOO_LARGE,
                    "the headers of a part of the form are too long");
    }
    g_string_append_c(line, (char)byte);
    if ((line->len == 2 && ends_with(line, "\r\n", 2)) || ends_with(line, "\r\n\r\n", 4)) {
        g_string_truncate(line, line->len - 2);
        return begin_part(multipart, error);
    }
    return TRUE;
}

gboolean multipart_write(Multipart *multipart, const guint8 *bytes, gsize length, GError **error)
{
    for (gsize at = 0; at < length;) {
        gboolean well = TRUE;
        gsize used = 1;
        switch (multipart->state) {
        case STATE_PREAMBLE:
        case STATE_CONTENT:
            well = take_content(multipart, bytes + at, length - at, &used, error);
            break;
        case STATE_BOUNDARY:
            well = take_boundary(multipart, bytes[at], error);
            break;
        case STATE_HEADERS:
            well = take_header(multipart, bytes[at], error);
            break;
        case STATE_EPILOGUE:
            return TRUE;
        }
        if (!well) {
            return FALSE;
        }
        at += used;
    }
    return TRUE;
}

gboolean multipart_finish(const Multipart *multipart, GError **error)
{
    return multipart->state == STATE_EPILOGUE ||
           fail(error, ALBUMEN_ERROR_INVALID, "the form ends in the middle of a part");
}
