/* The library along time. Bursts and blinks are not told apart yet: hiding them hides nothing. */
#include "library/timeline.h"

#include "api/facet/facet.h"
#include "api/facet/photo_json.h"
#include "base/calendar.h"
#include "base/limits.h"

#include <string.h>

/* Days without a bound reach as far as there are days; what is no date is no bound. */
static TimelineSpan asked_span(const HttpRequest *request)
{
    TimelineSpan span = {CALENDAR_FIRST_DAY, CALENDAR_LAST_DAY};
    gint32 day = 0;
    if (calendar_parse(http_text(request, "date_from", ""), &day)) {
        span.from = day;
    }
    if (calendar_parse(http_text(request, "date_to", ""), &day)) {
        span.to = day;
    }
    return span;
}

/* The part of the span that lies in this year, or in this month of it (0: all of them). */
static TimelineSpan narrowed(TimelineSpan span, int year, int month)
{
    gint64 first = calendar_day(year, MAX(month, 1), 1);
    gint64 next =
        month == 0 || month == 12 ? calendar_day(year + 1, 1, 1) : calendar_day(year, month + 1, 1);
    return (TimelineSpan){MAX(span.from, (gint32)first), MIN(span.to, (gint32)next - 1)};
}

static void write_group(JsonWriter *writer, const char *key, const TimelineGroup *group)
{
    json_object_begin(writer);
    json_member_string(writer, key, group->key);
    json_member_int(writer, "count", group->count);
    json_member_string(writer, "hero_photo_path", group->hero_path);
    json_object_end(writer);
}

/* {"dates":[{"date":...}]}, and the same for years and months. */
static gboolean respond_groups(HttpRequest *request, const char *list, const char *key,
                               TimelineGrain grain, TimelineSpan span, GError **error)
{
    g_autoptr(GArray) groups =
        timeline_groups(api_of(request)->library, api_principal(request), grain, span,
                        facet_asked_to_hide(request, "hide_duplicates"), error);
    if (!groups) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, list);
    json_array_begin(writer);
    for (guint i = 0; i < groups->len; i++) {
        guint at = grain == TIMELINE_YEARS ? groups->len - 1 - i : i; /* the newest year first */
        write_group(writer, key, &g_array_index(groups, TimelineGroup, at));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_timeline_dates(HttpRequest *request, GError **error)
{
    int year = (int)http_int(request, "year", 0), month = (int)http_int(request, "month", 0);
    return respond_groups(request, "dates", "date", TIMELINE_DAYS,
                          narrowed(asked_span(request), year, month), error);
}

gboolean facet_timeline_years(HttpRequest *request, GError **error)
{
    return respond_groups(request, "years", "year", TIMELINE_YEARS, asked_span(request), error);
}

gboolean facet_timeline_months(HttpRequest *request, GError **error)
{
    int year = (int)http_int(request, "year", 0);
    return respond_groups(request, "months", "month", TIMELINE_MONTHS,
                          narrowed(asked_span(request), year, 0), error);
}

static TimelineGrain asked_grain(const HttpRequest *request)
{
    const char *name = http_text(request, "granularity", "day");
    return strcmp(name, "week") == 0    ? TIMELINE_WEEKS
           : strcmp(name, "month") == 0 ? TIMELINE_MONTHS
                                        : TIMELINE_DAYS;
}

static TimelineOrder asked_order(const HttpRequest *request)
{
    const char *name = http_text(request, "sort_by", "aggregate");
    return strcmp(name, "date_taken") == 0 ? TIMELINE_BY_DATE
           : strcmp(name, "filename") == 0 ? TIMELINE_BY_NAME
                                           : TIMELINE_BY_SCORE;
}

/* Those of all groups, one group after the other. */
static GPtrArray *read_photos(HttpRequest *request, const GArray *groups, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < groups->len; i++) {
        const GArray *photos = g_array_index(groups, TimelineGroup, i).photos;
        g_array_append_vals(ids, photos->data, photos->len);
    }
    return facet_read_photos(request, ids, error);
}

static gboolean respond_page(HttpRequest *request, const GArray *groups, gboolean more,
                             GError **error)
{
    FacetPhotoStyle style = facet_photo_style(api_of(request)->settings, FALSE);
    g_autoptr(GPtrArray) photos = read_photos(request, groups, error);
    if (!photos) {
        return FALSE;
    }
    guint next = 0;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "groups");
    json_array_begin(writer);
    for (guint i = 0; i < groups->len; i++) {
        const TimelineGroup *group = &g_array_index(groups, TimelineGroup, i);
        json_object_begin(writer);
        json_member_string(writer, "date", group->key);
        json_member_int(writer, "count", group->count);
        facet_write_next_photos(writer, photos, &next, group->photos, &style);
        json_object_end(writer);
    }
    json_array_end(writer);
    const char *last = more ? g_array_index(groups, TimelineGroup, groups->len - 1).key : NULL;
    json_member_string(writer, "next_cursor", last);
    json_member_bool(writer, "has_more", more);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_timeline(HttpRequest *request, GError **error)
{
    gint64 preset =
        settings_option_int(api_of(request)->settings, "timeline", "photos_per_group", 30);
    const TimelineQuestion question = {
        .grain = asked_grain(request),
        .span = asked_span(request),
        .hide_duplicates = facet_asked_to_hide(request, "hide_duplicates"),
        .cursor = http_has(request, "cursor") ? http_text(request, "cursor", NULL) : NULL,
        .newer = strcmp(http_text(request, "direction", "older"), "newer") == 0,
        .groups = (guint)http_int(request, "limit", 50),
        .photos_per_group = (guint)http_int(request, "photos_per_group", CLAMP(preset, 1, 100)),
        .order = asked_order(request),
    };
    gboolean more = FALSE;
    g_autoptr(GArray) groups =
        timeline_page(api_of(request)->library, api_principal(request), &question, &more, error);
    return groups && respond_page(request, groups, more, error);
}
