#include "api/photo_values.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The camera's wall clock is kept as if it were UTC, so it is read back as UTC. */
static GDateTime *wall_clock(const MediaFacts *facts)
{
    if (facts->taken_local_ms == FACT_NONE) {
        return NULL;
    }
    gint64 seconds = facts->taken_local_ms / 1000 - (facts->taken_local_ms % 1000 < 0 ? 1 : 0);
    return g_date_time_new_from_unix_utc(seconds);
}

char *photo_taken_exif(const MediaFacts *facts)
{
    g_autoptr(GDateTime) taken = wall_clock(facts);
    if (!taken) {
        return NULL;
    }
    g_autofree char *rest = g_date_time_format(taken, ":%m:%d %H:%M:%S");
    return g_strdup_printf("%04d%s", g_date_time_get_year(taken), rest); /* %Y would say 800 */
}

char *photo_taken_european(const MediaFacts *facts)
{
    g_autoptr(GDateTime) taken = wall_clock(facts);
    if (!taken) {
        return g_strdup("");
    }
    g_autofree char *day = g_date_time_format(taken, "%d/%m");
    g_autofree char *time = g_date_time_format(taken, "%H:%M");
    return g_strdup_printf("%s/%04d %s", day, g_date_time_get_year(taken), time);
}

/* Six digits that count, never an exponent, no zeros at the end. */
char *photo_shutter_text(const MediaFacts *facts)
{
    double seconds = facts->shutter_seconds;
    if (!isfinite(seconds)) {
        return NULL;
    }
    int decimals = seconds > 0 ? CLAMP(5 - (int)floor(log10(seconds)), 0, 15) : 0;
    g_autofree char *format = g_strdup_printf("%%.%df", decimals);
    char text[DBL_MAX_10_EXP + 32];
    g_ascii_formatd(text, sizeof text, format, seconds);
    if (strchr(text, '.')) {
        gsize length = strlen(text);
        while (text[length - 1] == '0') {
            length--;
        }
        text[text[length - 1] == '.' ? length - 1 : length] = '\0';
    }
    return g_strdup(text);
}

char *time_iso(gint64 ms)
{
    g_autoptr(GDateTime) time = ms ? g_date_time_new_from_unix_utc(ms / 1000) : NULL;
    return time ? g_date_time_format_iso8601(time) : NULL;
}

void photo_member_int(JsonWriter *writer, const char *key, gint64 value)
{
    if (value == FACT_NONE) {
        json_member_null(writer, key);
    } else {
        json_member_int(writer, key, value);
    }
}

void photo_member_tags(JsonWriter *writer, const char *key, const GPtrArray *tags)
{
    if (!tags || tags->len == 0) {
        json_member_null(writer, key);
        return;
    }
    GString *joined = g_string_new(NULL);
    for (guint i = 0; i < tags->len; i++) {
        g_string_append_printf(joined, "%s%s", i ? "," : "",
                               (const char *)g_ptr_array_index(tags, i));
    }
    json_member_string(writer, key, joined->str);
    g_string_free(joined, TRUE);
}

void photo_member_tags_list(JsonWriter *writer, const char *key, const GPtrArray *tags, gint64 most)
{
    guint count = tags ? tags->len : 0;
    if (most >= 0 && most < count) {
        count = (guint)most;
    }
    json_key(writer, key);
    json_array_begin(writer);
    for (guint i = 0; i < count; i++) {
        json_text(writer, g_ptr_array_index(tags, i));
    }
    json_array_end(writer);
}
