#include "media/text_fact.h"

#include "base/limits.h"
#include "media/facts.h"

#define UNIX_EPOCH_DAY 719163 /* g_date_get_julian of 1970-01-01 */

/* By hand, since iconv opens files, which a worker may not. */
static char *to_utf8(const guint8 *data, gsize length)
{
    if (g_utf8_validate_len((const char *)data, length, NULL)) {
        return g_strndup((const char *)data, length);
    }
    GString *utf8 = g_string_new(NULL);
    for (gsize i = 0; i < length; i++) {
        g_string_append_unichar(utf8, data[i]);
    }
    return g_string_free(utf8, FALSE);
}

static char *clean(const char *utf8)
{
    GString *out = g_string_new(NULL);
    gboolean space = FALSE;
    for (const char *at = utf8; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_isspace(c) || g_unichar_iscntrl(c)) {
            space = out->len > 0;
            continue;
        }
        if (out->len + (space ? 1 : 0) + (gsize)(g_utf8_next_char(at) - at) >
            LIMIT_TEXT_FACT_BYTES) {
            break;
        }
        if (space) {
            g_string_append_c(out, ' ');
            space = FALSE;
        }
        g_string_append_unichar(out, c);
    }
    return g_string_free(out, out->len == 0);
}

char *text_fact_new(const void *data, gsize length)
{
    /* Four times: what is cut here could hardly have been shown. */
    gsize until_nul = strnlen(data, MIN(length, 4 * LIMIT_TEXT_FACT_BYTES));
    g_autofree char *utf8 = to_utf8(data, until_nul);
    return clean(utf8);
}

char *text_fact_new_utf16le(const void *data, gsize length)
{
    const guint8 *bytes = data;
    GString *utf8 = g_string_new(NULL);
    gunichar high = 0; /* the first half of a surrogate pair */
    length = MIN(length, 4 * LIMIT_TEXT_FACT_BYTES);
    for (gsize i = 0; i + 1 < length; i += 2) {
        gunichar unit = bytes[i] | (gunichar)bytes[i + 1] << 8;
        if (unit == 0) {
            break;
        }
        if (unit >= 0xD800 && unit < 0xDC00) {
            high = unit;
            continue;
        }
        gboolean is_low = unit >= 0xDC00 && unit < 0xE000;
        if (is_low && high) {
            g_string_append_unichar(utf8, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
        } else if (!is_low) {
            g_string_append_unichar(utf8, unit);
        }
        high = 0;
    }
    char *text = clean(utf8->str);
    g_string_free(utf8, TRUE);
    return text;
}

/* Reads `digits` digits; -1 when they are not there. */
static int take_number(const char **at, int digits)
{
    int number = 0;
    for (int i = 0; i < digits; i++) {
        if (!g_ascii_isdigit((*at)[i])) {
            return -1;
        }
        number = number * 10 + ((*at)[i] - '0');
    }
    *at += digits;
    return number;
}

/* A separator, then one or two digits (some cameras pad with blanks); `missing` when the text has
 * ended. */
static int take_part(const char **at, const char *separators, int missing)
{
    if (!**at) {
        return missing;
    }
    if (!strchr(separators, **at)) {
        return -1;
    }
    (*at)++;
    if (**at == ' ') {
        (*at)++;
    }
    return take_number(at, g_ascii_isdigit(**at) && g_ascii_isdigit((*at)[1]) ? 2 : 1);
}

gint64 text_parse_offset(const char *text)
{
    if (*text == 'Z') {
        return 0;
    }
    if (*text != '+' && *text != '-') {
        return FACT_NONE;
    }
    const char *at = text + 1;
    int hours = take_number(&at, 2);
    if (*at == ':') {
        at++;
    }
    int minutes = take_number(&at, 2);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) {
        return FACT_NONE;
    }
    return (*text == '-' ? -1 : 1) * (hours * 60 + minutes);
}

static int take_milliseconds(const char **at)
{
    int milliseconds = 0;
    if (**at != '.' && **at != ',') {
        return 0;
    }
    (*at)++;
    for (int weight = 100; g_ascii_isdigit(**at); (*at)++, weight /= 10) {
        milliseconds += weight * (**at - '0');
    }
    return milliseconds;
}

gboolean text_parse_time(const char *text, gint64 *ret_local_ms, gint64 *ret_offset_minutes)
{
    const char *at = text;
    int year = take_number(&at, 4);
    int month = year < 0 ? -1 : take_part(&at, ":-/.", 1);
    int day = month < 0 ? -1 : take_part(&at, ":-/.", 1);
    if (year < 1 || day < 1 || !g_date_valid_dmy((GDateDay)day, month, (GDateYear)year)) {
        return FALSE;
    }
    int hour = take_part(&at, " T", 0);
    int minute = hour < 0 ? -1 : take_part(&at, ":.", 0);
    gboolean has_second = minute >= 0 && (*at == ':' || *at == '.');
    int second = minute < 0 ? -1 : has_second ? take_part(&at, ":.", 0) : 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
        return FALSE;
    }
    int milliseconds = take_milliseconds(&at);

    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, month, (GDateYear)year);
    gint64 days = (gint64)g_date_get_julian(&date) - UNIX_EPOCH_DAY;
    *ret_local_ms =
        (((days * 24 + hour) * 60 + minute) * 60 + second) * (gint64)1000 + milliseconds;
    *ret_offset_minutes = text_parse_offset(at);
    return TRUE;
}

gint64 text_stars_of_percent(gint64 percent)
{
    if (percent < 0 || percent > 100) {
        return FACT_NONE;
    }
    return percent == 0 ? 0 : MIN(5, 1 + (percent + 12) / 25);
}
