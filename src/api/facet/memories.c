/* This day in other years. */
#include "library/memories.h"

#include "api/facet/facet.h"
#include "api/facet/photo_json.h"
#include "base/calendar.h"
#include "base/limits.h"

#define TOP_PER_YEAR_MOST 100

/* The date asked for, or today where the server is. */
static gboolean asked_date(const HttpRequest *request, CalendarDate *ret_date, GError **error)
{
    gint32 day = 0;
    if (!http_has(request, "date")) {
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        g_date_time_get_ymd(now, &ret_date->year, &ret_date->month, &ret_date->day);
        return TRUE;
    }
    if (!calendar_parse(http_text(request, "date", ""), &day)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Invalid date format, expected YYYY-MM-DD");
        return FALSE;
    }
    *ret_date = calendar_date(day);
    return TRUE;
}

/* Those of all years, one year after the other. */
static GPtrArray *read_photos(HttpRequest *request, const GArray *years, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < years->len; i++) {
        const GArray *photos = g_array_index(years, MemoryYear, i).photos;
        g_array_append_vals(ids, photos->data, photos->len);
    }
    return facet_read_photos(request, ids, error);
}

static gboolean respond_years(HttpRequest *request, const GArray *years, CalendarDate date,
                              GError **error)
{
    FacetPhotoStyle style = facet_photo_style(api_of(request)->settings, FALSE);
    g_autofree char *asked = g_strdup_printf("%04d-%02d-%02d", date.year, date.month, date.day);
    g_autoptr(GPtrArray) photos = read_photos(request, years, error);
    if (!photos) {
        return FALSE;
    }
    guint next = 0;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "years");
    json_array_begin(writer);
    for (guint i = 0; i < years->len; i++) {
        const MemoryYear *memory = &g_array_index(years, MemoryYear, i);
        g_autofree char *year = g_strdup_printf("%d", memory->year);
        json_object_begin(writer);
        json_member_string(writer, "year", year);
        facet_write_next_photos(writer, photos, &next, memory->photos, &style);
        json_member_int(writer, "total_count", memory->count);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_member_bool(writer, "has_memories", years->len > 0);
    json_member_string(writer, "date", asked);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_memories(HttpRequest *request, GError **error)
{
    CalendarDate date;
    if (!asked_date(request, &date, error)) {
        return FALSE;
    }
    gint64 top = settings_int(api_of(request)->settings, "memories", "top_per_year", 5);
    g_autoptr(GArray) years =
        memories_of_day(api_of(request)->library, api_principal(request), date.year, date.month,
                        date.day, (guint)CLAMP(top, 1, TOP_PER_YEAR_MOST), error);
    return years && respond_years(request, years, date, error);
}

gboolean facet_memories_check(HttpRequest *request, GError **error)
{
    CalendarDate date;
    if (!asked_date(request, &date, error)) {
        return FALSE;
    }
    g_autoptr(Principal) owner = NULL;
    const Principal *viewer = api_bootstrap_viewer(request, &owner);
    /* A client that cannot be told shows no memories; it does not ask again. */
    g_autoptr(GArray) years =
        memories_of_day(api_of(request)->library, viewer, date.year, date.month, date.day, 1, NULL);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_bool(writer, "has_memories", years && years->len > 0);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
