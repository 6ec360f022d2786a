#include "http/body.h"

#include "base/limits.h"
#include "http/uri.h"

#include <math.h>

/* Where brackets open deeper than the cap, or -1. Jansson recurses by nesting and has a fixed limit
 * of its own, far above ours. */
static gint64 find_too_deep(const char *bytes, gsize length)
{
    guint depth = 0;
    gboolean in_string = FALSE;
    for (gsize i = 0; i < length; i++) {
        char c = bytes[i];
        if (in_string) {
            if (c == '\\') {
                i++;
            }
            in_string = c != '"';
        } else if (c == '"') {
            in_string = TRUE;
        } else if (c == '[' || c == '{') {
            if (++depth > LIMIT_HTTP_JSON_DEPTH) {
                return (gint64)i;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return -1;
}

json_t *body_parse(const char *bytes, gsize length, gint64 *ret_position)
{
    *ret_position = find_too_deep(bytes, length);
    if (*ret_position >= 0) {
        return NULL;
    }
    json_error_t problem;
    json_t *body = json_loadb(bytes, length, JSON_DECODE_ANY, &problem);
    if (!body) {
        *ret_position = problem.position;
    }
    return body;
}

/* "name=value", either still encoded. */
static gboolean add_pair(json_t *form, HttpSlice pair, GError **error)
{
    const char *end = pair.text + pair.length;
    const char *equals = memchr(pair.text, '=', pair.length);
    const char *raw = equals ? equals + 1 : end;
    if (pair.length > LIMIT_HTTP_PARAMETER_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "a value of the form is longer than %u bytes", LIMIT_HTTP_PARAMETER_BYTES);
        return FALSE;
    }
    gsize name_length = equals ? (gsize)(equals - pair.text) : pair.length;
    g_autofree char *name = http_query_decode(pair.text, name_length, error);
    g_autofree char *value = name ? http_query_decode(raw, (gsize)(end - raw), error) : NULL;
    return value && json_object_set_new_nocheck(form, name, json_string_nocheck(value)) == 0;
}

json_t *body_parse_form(const char *text, gsize length, GError **error)
{
    json_t *form = json_object();
    const char *end = text + length;
    guint pairs = 0;
    gboolean good = TRUE;
    while (good && text < end) {
        const char *stop = memchr(text, '&', (gsize)(end - text));
        HttpSlice pair = {text, (gsize)((stop ? stop : end) - text)};
        if (++pairs > LIMIT_HTTP_PARAMETERS) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "the form has more than %d values", LIMIT_HTTP_PARAMETERS);
            good = FALSE;
        } else if (pair.length > 0) {
            good = add_pair(form, pair, error);
        }
        text = stop ? stop + 1 : end;
    }
    if (!good) {
        json_decref(form);
        return NULL;
    }
    return form;
}

static json_t *refuse(HttpViolations *violations, HttpViolation where, const char *kind,
                      const char *message)
{
    where.kind = kind;
    violations_add(violations, where, "%s", message);
    return NULL;
}

/* Each check answers what the member shall be: the value itself, or another in its place (a new
 * reference either way), or NULL when it does not fit. */

static json_t *check_integer(HttpViolations *violations, const HttpParameter *declared,
                             HttpViolation where, json_t *value)
{
    gint64 integer = 0;
    if (json_is_integer(value)) {
        integer = json_integer_value(value);
    } else if (json_is_real(value)) {
        double number = json_real_value(value);
        if (number != floor(number) || fabs(number) > 9007199254740992.0 /* 2^53 */) {
            return refuse(violations, where, "int_from_float",
                          "Input should be a valid integer, got a number with a fractional part");
        }
        integer = (gint64)number;
    } else if (!json_is_string(value)) {
        return refuse(violations, where, "int_type", "Input should be a valid integer");
    } else if (!parse_integer(json_string_value(value), &integer)) {
        return refuse(violations, where, "int_parsing",
                      "Input should be a valid integer, unable to parse string as an integer");
    }
    if (declared->type == HTTP_INT &&
        !check_number_bounds(violations, declared, where, (double)integer)) {
        return NULL;
    }
    return json_integer(integer);
}

static json_t *check_number(HttpViolations *violations, const HttpParameter *declared,
                            HttpViolation where, json_t *value)
{
    double number = json_number_value(value);
    if (json_is_string(value)) {
        if (!parse_number(json_string_value(value), &number)) {
            return refuse(violations, where, "float_parsing",
                          "Input should be a valid number, unable to parse string as a number");
        }
    } else if (!json_is_number(value)) {
        return refuse(violations, where, "float_type", "Input should be a valid number");
    }
    if (declared->type == HTTP_NUMBER && /* the bounds of a list are of its length */
        !check_number_bounds(violations, declared, where, number)) {
        return NULL;
    }
    return json_real(number);
}

static json_t *check_flag(HttpViolations *violations, HttpViolation where, json_t *value)
{
    gboolean flag = json_is_true(value);
    if (json_is_boolean(value)) {
        return json_boolean(flag);
    }
    if (json_is_integer(value) && json_integer_value(value) >> 1 == 0) {
        return json_boolean(json_integer_value(value) == 1);
    }
    if (!json_is_string(value)) {
        return refuse(violations, where, "bool_type", "Input should be a valid boolean");
    }
    if (!parse_flag(json_string_value(value), &flag)) {
        return refuse(violations, where, "bool_parsing",
                      "Input should be a valid boolean, unable to interpret input");
    }
    return json_boolean(flag);
}

static json_t *check_string(HttpViolations *violations, const HttpParameter *declared,
                            HttpViolation where, json_t *value)
{
    if (!json_is_string(value)) {
        return refuse(violations, where, "string_type", "Input should be a valid string");
    }
    return check_text(violations, declared, where, json_string_value(value)) ? json_incref(value)
                                                                             : NULL;
}

static void check_declared(json_t *body, const HttpParameter *declared, HttpViolations *violations);

/* The members of an item; what does not fit is told of the list, the member's name in the message.
 */
static json_t *check_item(HttpViolations *violations, const HttpParameter *declared,
                          HttpViolation where, json_t *item)
{
    if (!json_is_object(item)) {
        return refuse(violations, where, "dict_type", "Input should be a valid dictionary");
    }
    guint before = violations->items->len;
    for (const HttpParameter *p = declared->members; p && p->name; p++) {
        check_declared(item, p, violations);
    }
    for (guint i = before; i < violations->items->len; i++) {
        HttpViolation *found = &g_array_index(violations->items, HttpViolation, i);
        char *message = g_strdup_printf("%s: %s", found->name, found->message);
        g_ptr_array_add(violations->texts, message);
        found->message = message;
        found->name = where.name;
        found->item = where.item;
    }
    return violations->items->len == before ? json_incref(item) : NULL;
}

static json_t *check_list_item(HttpViolations *violations, const HttpParameter *declared,
                               HttpViolation where, json_t *item)
{
    switch (declared->type) {
    case HTTP_INT_LIST:
        return check_integer(violations, declared, where, item);
    case HTTP_NUMBER_LIST:
        return check_number(violations, declared, where, item);
    case HTTP_OBJECT_LIST:
        return check_item(violations, declared, where, item);
    default:
        return check_string(violations, declared, where, item);
    }
}

static json_t *check_list(HttpViolations *violations, const HttpParameter *declared,
                          HttpViolation where, json_t *value)
{
    if (!json_is_array(value)) {
        return refuse(violations, where, "list_type", "Input should be a valid list");
    }
    if (!check_list_length(violations, declared, where, json_array_size(value))) {
        return NULL;
    }
    gboolean fits = TRUE;
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        where.item = (guint)i + 1;
        where.input_json = item;
        json_t *checked = check_list_item(violations, declared, where, item);
        if (checked && checked != item) {
            json_array_set(value, i, checked);
        }
        fits &= checked != NULL;
        json_decref(checked);
    }
    return fits ? json_incref(value) : NULL;
}

static json_t *check_member(HttpViolations *violations, const HttpParameter *declared,
                            HttpViolation where, json_t *value)
{
    switch (declared->type) {
    case HTTP_TEXT:
        return check_string(violations, declared, where, value);
    case HTTP_INT:
        return check_integer(violations, declared, where, value);
    case HTTP_NUMBER:
        return check_number(violations, declared, where, value);
    case HTTP_BOOL:
        return check_flag(violations, where, value);
    case HTTP_TEXT_LIST:
    case HTTP_INT_LIST:
    case HTTP_NUMBER_LIST:
    case HTTP_OBJECT_LIST:
        return check_list(violations, declared, where, value);
    case HTTP_TEXTS:
        return json_is_array(value) ? check_list(violations, declared, where, value)
                                    : check_string(violations, declared, where, value);
    case HTTP_OBJECT:
        return json_is_object(value)
                   ? json_incref(value)
                   : refuse(violations, where, "dict_type", "Input should be a valid dictionary");
    }
    return NULL;
}

/* One member: replaced where its value came in another form, removed where it is lenient and does
 * not fit. */
static void check_declared(json_t *body, const HttpParameter *declared, HttpViolations *violations)
{
    json_t *value = json_object_get(body, declared->name);
    HttpViolation where = {.location = "body", .name = declared->name, .input_json = value};
    if (!value && declared->required) {
        refuse(violations, where, "missing", "Field required");
    }
    if (!value || (json_is_null(value) && !declared->required)) {
        return;
    }
    guint before = violations->items->len;
    json_t *checked = check_member(violations, declared, where, value);
    if (checked && checked != value) {
        json_object_set(body, declared->name, checked);
    }
    if (!checked && declared->lenient) {
        g_array_set_size(violations->items, before);
        json_object_del(body, declared->name);
    }
    json_decref(checked);
}

void body_check(json_t *body, const HttpParameter *members, HttpViolations *violations)
{
    HttpViolation whole = {.location = "body", .input_json = body};
    if (!body) {
        refuse(violations, whole, "missing", "Field required");
        return;
    }
    if (!json_is_object(body)) {
        refuse(violations, whole, "model_attributes_type",
               "Input should be a valid dictionary or object to extract fields from");
        return;
    }
    for (const HttpParameter *p = members; p && p->name; p++) {
        check_declared(body, p, violations);
    }
}
