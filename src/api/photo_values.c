#include "api/photo_values.h"

#include "base/calendar.h"
#include "base/error.h"
#include "library/library.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct {
    CalendarDate date;
    int hour, minute, second;
} WallClock;

#define MS_PER_DAY 86400000LL
#define FIRST_MS   (CALENDAR_FIRST_DAY * MS_PER_DAY)
#define LAST_MS    ((CALENDAR_LAST_DAY + 1) * MS_PER_DAY - 1)

/* The camera's wall clock is kept as if it were UTC. FALSE when it is unknown or out of reach. */
static gboolean wall_clock(const MediaFacts *facts, WallClock *ret_clock)
{
    const gint64 seconds_per_day = 86400;
    if (facts->taken_local_ms < FIRST_MS || facts->taken_local_ms > LAST_MS) {
        return FALSE; /* FACT_NONE among them */
    }
    gint64 seconds = facts->taken_local_ms / 1000 - (facts->taken_local_ms % 1000 < 0);
    gint64 day = seconds / seconds_per_day - (seconds % seconds_per_day < 0);
    int in_day = (int)(seconds - day * seconds_per_day);
    ret_clock->date = calendar_date(day);
    ret_clock->hour = in_day / 3600;
    ret_clock->minute = in_day / 60 % 60;
    ret_clock->second = in_day % 60;
    return TRUE;
}

/* Writes `count` digits and gives the place after them. */
static char *put_digits(char *at, guint64 number, int count)
{
    for (int i = count - 1; i >= 0; i--, number /= 10) {
        at[i] = (char)('0' + number % 10);
    }
    return at + count;
}

static char *put_char(char *at, char character)
{
    *at = character;
    return at + 1;
}

char *photo_taken_exif(const MediaFacts *facts)
{
    WallClock clock;
    if (!wall_clock(facts, &clock)) {
        return NULL;
    }
    const int parts[] = {clock.date.month, clock.date.day, clock.hour, clock.minute, clock.second};
    char text[] = "YYYY:MM:DD HH:MM:SS";
    char *at = put_digits(text, (guint64)clock.date.year, 4);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        at = put_digits(at + 1, (guint64)parts[i], 2); /* what stands between stays */
    }
    return g_strdup(text);
}

char *photo_taken_european(const MediaFacts *facts)
{
    WallClock clock;
    if (!wall_clock(facts, &clock)) {
        return g_strdup("");
    }
    char text[] = "DD/MM/YYYY HH:MM";
    char *at = put_digits(text, (guint64)clock.date.day, 2);
    at = put_digits(at + 1, (guint64)clock.date.month, 2);
    at = put_digits(at + 1, (guint64)clock.date.year, 4);
    at = put_digits(at + 1, (guint64)clock.hour, 2);
    put_digits(at + 1, (guint64)clock.minute, 2);
    return g_strdup(text);
}

#define MOST_DECIMALS   15
#define LONGEST_SECONDS 1e9 /* a shutter open for thirty years */

/* Six digits that count, never an exponent, no zeros at the end. */
char *photo_shutter_text(const MediaFacts *facts)
{
    double seconds = facts->shutter_seconds;
    if (!(seconds >= 0 && seconds < LONGEST_SECONDS)) {
        return NULL; /* NaN among them */
    }
    int decimals = seconds > 0 ? CLAMP(5 - (int)floor(log10(seconds)), 0, MOST_DECIMALS) : 0;
    guint64 scaled = (guint64)llround(seconds * pow(10, decimals));
    while (decimals > 0 && scaled % 10 == 0) {
        scaled /= 10;
        decimals--;
    }
    guint64 unit = 1;
    for (int i = 0; i < decimals; i++) {
        unit *= 10;
    }
    int whole_digits = 1;
    for (guint64 rest = scaled / unit; rest >= 10; rest /= 10) {
        whole_digits++;
    }
    char text[32];
    char *at = put_digits(text, scaled / unit, whole_digits);
    at = decimals > 0 ? put_digits(put_char(at, '.'), scaled % unit, decimals) : at;
    put_char(at, '\0');
    return g_strdup(text);
}

char *time_iso(gint64 ms)
{
    g_autoptr(GDateTime) time = ms ? g_date_time_new_from_unix_utc(ms / 1000) : NULL;
    return time ? g_date_time_format_iso8601(time) : NULL;
}

void time_member(JsonWriter *writer, const char *key, gint64 ms)
{
    g_autofree char *text = time_iso(ms);
    json_member_string(writer, key, text);
}

gboolean time_to_come(const char *text, gint64 *ret_ms, GError **error)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) time = text ? g_date_time_new_from_iso8601(text, utc) : NULL;
    *ret_ms = time ? g_date_time_to_unix(time) * 1000 : 0;
    if (text && *ret_ms <= library_now_ms()) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "expires_at must be a time to come, such as 2030-01-31T00:00:00Z");
        return FALSE;
    }
    return TRUE;
}

void photo_member_int(JsonWriter *writer, const char *key, gint64 value)
{
    if (value == FACT_NONE) {
        json_member_null(writer, key);
    } else {
        json_member_int(writer, key, value);
    }
}

void photo_member_phash(JsonWriter *writer, const char *key, guint64 phash)
{
    char text[17] = {0};
    for (int i = 15; i >= 0; i--, phash >>= 4) {
        text[i] = "0123456789abcdef"[phash & 15];
    }
    json_member_string(writer, key, text);
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
