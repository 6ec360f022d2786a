#include "http/violations.h"

#include "base/limits.h"

#include <math.h>

void violations_init(HttpViolations *violations)
{
    violations->items = g_array_new(FALSE, TRUE, sizeof(HttpViolation));
    violations->texts = g_ptr_array_new_with_free_func(g_free);
}

void violations_clear(HttpViolations *violations)
{
    g_clear_pointer(&violations->items, g_array_unref);
    g_clear_pointer(&violations->texts, g_ptr_array_unref);
}

void violations_add(HttpViolations *violations, HttpViolation violation, const char *format, ...)
{
    if (violations->items->len == LIMIT_HTTP_VIOLATIONS) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(violations->texts, message);
    violation.message = message;
    g_array_append_val(violations->items, violation);
}

gboolean check_number_bounds(HttpViolations *violations, const HttpParameter *declared,
                             HttpViolation where, double value)
{
    if (!declared->bounded || (value >= declared->min && value <= declared->max)) {
        return TRUE;
    }
    gboolean below = value < declared->min;
    where.kind = below ? "greater_than_equal" : "less_than_equal";
    where.bound = below ? declared->min : declared->max;
    violations_add(violations, where, "Input should be %s than or equal to %.15g",
                   below ? "greater" : "less", where.bound);
    return FALSE;
}

/* 'a', 'b' or 'c' */
static char *list_choices(const char *const *choices)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; choices[i]; i++) {
        const char *joint = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
        g_string_append_printf(text, "%s'%s'", joint, choices[i]);
    }
    return g_string_free(text, FALSE);
}

gboolean check_text(HttpViolations *violations, const HttpParameter *declared, HttpViolation where,
                    const char *value)
{
    if (declared->choices && !g_strv_contains(declared->choices, value)) {
        g_autofree char *choices = list_choices(declared->choices);
        where.kind = "literal_error";
        violations_add(violations, where, "Input should be %s", choices);
        return FALSE;
    }
    double characters = (double)g_utf8_strlen(value, -1);
    if (declared->type != HTTP_TEXT || !declared->bounded ||
        (characters >= declared->min && characters <= declared->max)) {
        return TRUE; /* the bounds of a list are its length */
    }
    gboolean below = characters < declared->min;
    where.kind = below ? "string_too_short" : "string_too_long";
    where.bound = below ? declared->min : declared->max;
    violations_add(violations, where, "String should have at %s %.15g character%s",
                   below ? "least" : "most", where.bound, where.bound == 1 ? "" : "s");
    return FALSE;
}

gboolean check_list_length(HttpViolations *violations, const HttpParameter *declared,
                           HttpViolation where, gsize count)
{
    if (!declared->bounded || ((double)count >= declared->min && (double)count <= declared->max)) {
        return TRUE;
    }
    gboolean below = (double)count < declared->min;
    where.kind = below ? "too_short" : "too_long";
    where.bound = below ? declared->min : declared->max;
    violations_add(violations, where,
                   "List should have at %s %.15g item%s after validation, not %" G_GSIZE_FORMAT,
                   below ? "least" : "most", where.bound, where.bound == 1 ? "" : "s", count);
    return FALSE;
}

gboolean parse_integer(const char *text, gint64 *ret_value)
{
    const char *unsigned_text = *text == '+' ? text + 1 : text;
    if (*text == '+' && !g_ascii_isdigit(*unsigned_text)) {
        return FALSE;
    }
    return g_ascii_string_to_signed(unsigned_text, 10, G_MININT64, G_MAXINT64, ret_value, NULL);
}

gboolean parse_number(const char *text, double *ret_value)
{
    /* Neither hexadecimal digits nor words for what is not finite. */
    if (*text == '\0' || text[strspn(text, "+-0123456789.eE")] != '\0') {
        return FALSE;
    }
    char *end = NULL;
    double value = g_ascii_strtod(text, &end);
    if (*end != '\0' || !isfinite(value)) {
        return FALSE;
    }
    *ret_value = value;
    return TRUE;
}

gboolean parse_flag(const char *text, gboolean *ret_value)
{
    gboolean yes = g_str_equal(text, "1") || g_ascii_strcasecmp(text, "true") == 0;
    gboolean no = g_str_equal(text, "0") || g_ascii_strcasecmp(text, "false") == 0;
    if (yes || no) {
        *ret_value = yes;
    }
    return yes || no;
}
