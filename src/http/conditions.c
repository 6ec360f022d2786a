#include "http/conditions.h"

static const char *const day_names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void http_date_format(gint64 seconds, char ret_text[HTTP_DATE_CHARS + 1])
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(seconds);
    if (!utc) {
        utc = g_date_time_new_from_unix_utc(0); /* beyond the year 9999 */
    }
    g_snprintf(ret_text, HTTP_DATE_CHARS + 1, "%s, %02d %s %04d %02d:%02d:%02d GMT",
               day_names[g_date_time_get_day_of_week(utc) - 1], g_date_time_get_day_of_month(utc),
               month_names[g_date_time_get_month(utc) - 1], g_date_time_get_year(utc),
               g_date_time_get_hour(utc), g_date_time_get_minute(utc), g_date_time_get_second(utc));
}

/* A number of so many digits; -1 when it is none. */
static int take_digits(const char *text, int digits)
{
    int number = 0;
    for (int i = 0; i < digits; i++) {
        if (!g_ascii_isdigit(text[i])) {
            return -1;
        }
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

gboolean http_date_parse(const char *text, gint64 *ret_seconds)
{
    if (strlen(text) != HTTP_DATE_CHARS) {
        return FALSE;
    }
    int month = 0;
    while (month < 12 && strncmp(month_names[month], text + 8, 3) != 0) {
        month++;
    }
    g_autoptr(GDateTime) utc = g_date_time_new_utc(
        take_digits(text + 12, 4), month + 1, take_digits(text + 5, 2), take_digits(text + 17, 2),
        take_digits(text + 20, 2), take_digits(text + 23, 2));
    if (!utc) {
        return FALSE;
    }
    /* What is left, separators and the day of the week, is right when it is what we would write. */
    char again[HTTP_DATE_CHARS + 1];
    http_date_format(g_date_time_to_unix(utc), again);
    if (!g_str_equal(again, text)) {
        return FALSE;
    }
    *ret_seconds = g_date_time_to_unix(utc);
    return TRUE;
}

/* The next tag of the list, without quotes and W/; FALSE at its end. Tags without quotes, which
 * Facet's clients send, end at a comma. */
static gboolean next_tag(const char **at, const char **ret_tag, gsize *ret_length)
{
    *at += strspn(*at, " \t,");
    *at += g_str_has_prefix(*at, "W/") ? 2 : 0;
    gboolean quoted = **at == '"';
    const char *begin = *at + quoted;
    gsize length = strcspn(begin, quoted ? "\"" : ", \t");
    if (**at == '\0' || (quoted && begin[length] != '"')) {
        return FALSE;
    }
    *ret_tag = begin;
    *ret_length = length;
    *at = begin + length + quoted;
    return TRUE;
}

gboolean http_etag_listed(const char *list, const char *etag)
{
    const char *at = list + strspn(list, " \t");
    if (*at == '*') {
        return TRUE;
    }
    const char *tag = NULL;
    gsize length = 0;
    while (next_tag(&at, &tag, &length)) {
        if (length == strlen(etag) && memcmp(tag, etag, length) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Digits up to a bound that no file reaches. */
static gboolean take_number(const char **at, gint64 *ret_number)
{
    gint64 number = 0;
    const char *begin = *at;
    for (; g_ascii_isdigit(**at); (*at)++) {
        if (number > G_MAXINT64 / 16) {
            return FALSE;
        }
        number = number * 10 + (**at - '0');
    }
    *ret_number = number;
    return *at > begin;
}

HttpRange http_range_parse(const char *header, gint64 length, gint64 *ret_first, gint64 *ret_last)
{
    if (!header || g_ascii_strncasecmp(header, "bytes=", 6) != 0) {
        return HTTP_RANGE_NONE;
    }
    const char *at = header + 6 + strspn(header + 6, " \t");
    gint64 first = 0, last = 0;
    gboolean has_first = take_number(&at, &first);
    if (*at++ != '-') {
        return HTTP_RANGE_NONE;
    }
    gboolean has_last = take_number(&at, &last);
    at += strspn(at, " \t");
    if (*at != '\0' || (!has_first && !has_last) || (has_first && has_last && last < first)) {
        return HTTP_RANGE_NONE;
    }
    if (!has_first) { /* the last so many */
        first = MAX(length - last, 0);
        last = last == 0 ? -1 : length - 1;
    } else if (!has_last || last >= length) {
        last = length - 1;
    }
    if (first > last) {
        return HTTP_RANGE_BEYOND;
    }
    *ret_first = first;
    *ret_last = last;
    return HTTP_RANGE_PART;
}

/* "q=0" and "q=0.000" are a refusal. */
static gboolean weight_is_zero(const char *parameters)
{
    const char *q = strstr(parameters, "q=");
    return q && q[2] == '0' && q[3 + strspn(q + 3, ".0")] == '\0';
}

gboolean http_accepts_gzip(const char *header)
{
    if (!header) {
        return FALSE;
    }
    gboolean by_star = FALSE;
    g_auto(GStrv) codings = g_strsplit(header, ",", 32);
    for (gsize i = 0; codings[i]; i++) {
        char *parameters = strchr(codings[i], ';');
        gboolean takes = !parameters || !weight_is_zero(g_strstrip(parameters));
        if (parameters) {
            *parameters = '\0';
        }
        const char *coding = g_strstrip(codings[i]);
        if (g_ascii_strcasecmp(coding, "gzip") == 0 || g_ascii_strcasecmp(coding, "x-gzip") == 0) {
            return takes;
        }
        by_star |= takes && g_str_equal(coding, "*");
    }
    return by_star;
}
