#include "http/params.h"

#include "base/limits.h"

HttpValue *values_new(const HttpEntry *entry, const HttpSlice *path_values)
{
    HttpValue *values = g_new0(HttpValue, entry->count);
    for (guint i = 0; i < entry->count; i++) {
        values[i].declared = &entry->parameters[i];
        if (i < entry->path_count) {
            values[i].text = g_strndup(path_values[i].text, path_values[i].length);
        }
    }
    return values;
}

void values_free(HttpValue *values, guint count)
{
    for (guint i = 0; i < count; i++) {
        g_free(values[i].text);
    }
    g_free(values);
}

static HttpValue *find(HttpValue *values, guint count, const char *name)
{
    for (guint i = 0; i < count; i++) {
        if (g_str_equal(values[i].declared->name, name)) {
            return &values[i];
        }
    }
    return NULL;
}

/* "name=value", either still encoded. */
static gboolean parse_pair(HttpValue *values, guint count, HttpSlice pair, GError **error)
{
    const char *equals = memchr(pair.text, '=', pair.length);
    gsize name_length = equals ? (gsize)(equals - pair.text) : pair.length;
    g_autofree char *name = http_query_decode(pair.text, name_length, error);
    if (!name) {
        return FALSE;
    }
    const char *raw = equals ? equals + 1 : pair.text + pair.length;
    gsize raw_length = (gsize)(pair.text + pair.length - raw);
    if (raw_length > LIMIT_HTTP_PARAMETER_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "the parameter %s is longer than %u bytes", name, LIMIT_HTTP_PARAMETER_BYTES);
        return FALSE;
    }
    g_autofree char *text = http_query_decode(raw, raw_length, error);
    HttpValue *value = text ? find(values, count, name) : NULL;
    if (value) {
        g_free(value->text);
        value->text = g_steal_pointer(&text);
    }
    return value || text;
}

gboolean values_parse_query(HttpValue *values, guint count, guint path_count, const char *query,
                            GError **error)
{
    guint pairs = 0;
    HttpValue *asked =
        path_count > 0 ? values + path_count : values; /* NULL where there are none */
    for (const char *at = query; at && *at;) {
        const char *end = strchrnul(at, '&');
        if (++pairs > LIMIT_HTTP_PARAMETERS) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "the request has more than %d parameters", LIMIT_HTTP_PARAMETERS);
            return FALSE;
        }
        HttpSlice pair = {at, (gsize)(end - at)};
        if (!parse_pair(asked, count - path_count, pair, error)) {
            return FALSE;
        }
        at = *end ? end + 1 : end;
    }
    return TRUE;
}

static gboolean refuse(HttpViolations *violations, HttpViolation where, const char *kind,
                       const char *message)
{
    where.kind = kind;
    violations_add(violations, where, "%s", message);
    return FALSE;
}

static gboolean check_integer(HttpViolations *violations, const HttpParameter *declared,
                              HttpViolation where, const char *text, gint64 *ret_value)
{
    if (!parse_integer(text, ret_value)) {
        return refuse(violations, where, "int_parsing",
                      "Input should be a valid integer, unable to parse string as an integer");
    }
    return declared->type != HTTP_INT ||
           check_number_bounds(violations, declared, where, (double)*ret_value);
}

static gboolean check_list(HttpViolations *violations, const HttpValue *value, HttpViolation where)
{
    g_auto(GStrv) items = g_strsplit(value->text, ",", -1);
    if (!check_list_length(violations, value->declared, where, g_strv_length(items))) {
        return FALSE;
    }
    gboolean fits = TRUE;
    for (guint i = 0; items[i]; i++) {
        gint64 ignored;
        where.item = i + 1;
        fits &= value->declared->type == HTTP_INT_LIST
                    ? check_integer(violations, value->declared, where, items[i], &ignored)
                    : check_text(violations, value->declared, where, items[i]);
    }
    return fits;
}

/* A value that is there, against its type. */
static gboolean check_value(HttpViolations *violations, HttpValue *value, HttpViolation where)
{
    switch (value->declared->type) {
    case HTTP_TEXT:
        return check_text(violations, value->declared, where, value->text);
    case HTTP_INT:
        return check_integer(violations, value->declared, where, value->text, &value->integer);
    case HTTP_NUMBER:
        if (!parse_number(value->text, &value->number)) {
            return refuse(violations, where, "float_parsing",
                          "Input should be a valid number, unable to parse string as a number");
        }
        return check_number_bounds(violations, value->declared, where, value->number);
    case HTTP_BOOL:
        return parse_flag(value->text, &value->flag) ||
               refuse(violations, where, "bool_parsing",
                      "Input should be a valid boolean, unable to interpret input");
    case HTTP_TEXT_LIST:
    case HTTP_INT_LIST:
        return check_list(violations, value, where);
    case HTTP_NUMBER_LIST:
    case HTTP_OBJECT:
    case HTTP_OBJECT_LIST:
    case HTTP_TEXTS:
        break;
    }
    return TRUE;
}

void values_check(HttpValue *values, guint count, guint path_count, HttpViolations *violations)
{
    for (guint i = 0; i < count; i++) {
        HttpValue *value = &values[i];
        HttpViolation where = {.location = i < path_count ? "path" : "query",
                               .name = value->declared->name,
                               .input = value->text};
        if (!value->text && value->declared->required) {
            refuse(violations, where, "missing", "Field required");
        }
        /* What is there but empty is absent, unless it has to be there. */
        if (!value->text || (*value->text == '\0' && !value->declared->required)) {
            continue;
        }
        guint before = violations->items->len;
        if (!check_value(violations, value, where) && value->declared->lenient) {
            g_array_set_size(violations->items, before);
            g_clear_pointer(&value->text, g_free);
        }
    }
}
