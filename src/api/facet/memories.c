/* This day in other years. */
#include "library/memories.h"

#include "api/facet/facet.h"
#include "api/facet/photo_json.h"
#include "base/calendar.h"
#include "base/limits.h"
#include "library/photo_query.h"

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

static gboolean write_year(HttpRequest *request, JsonWriter *writer, StoreTx *tx,
                           const MemoryYear *memory, GError **error)
{
    FacetPhotoStyle style = facet_photo_style(api_of(request)->settings, FALSE);
    g_autofree char *year = g_strdup_printf("%d", memory->year);
    g_autoptr(GPtrArray) photos =
        photo_get_many(tx, api_principal(request), (const gint64 *)(gpointer)memory->photos->data,
                       memory->photos->len, error);
    if (!photos) {
        return FALSE;
    }
    photo_find_duplicates(api_of(request)->library, api_principal(request), photos);
    json_object_begin(writer);
    json_member_string(writer, "year", year);
    json_key(writer, "photos");
    json_array_begin(writer);
    for (guint i = 0; i < photos->len; i++) {
        facet_write_photo(writer, g_ptr_array_index(photos, i), &style);
    }
    json_array_end(writer);
    json_member_int(writer, "total_count", memory->count);
    json_object_end(writer);
    return TRUE;
}

static gboolean respond_years(HttpRequest *request, const GArray *years, CalendarDate date,
                              GError **error)
{
    g_autofree char *text = g_strdup_printf("%04d-%02d-%02d", date.year, date.month, date.day);
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "years");
    json_array_begin(writer);
    for (guint i = 0; i < years->len; i++) {
        const MemoryYear *memory = &g_array_index(years, MemoryYear, i);
        if (!tx || !write_year(request, writer, tx, memory, error)) {
            return FALSE;
        }
    }
    json_array_end(writer);
    json_member_bool(writer, "has_memories", years->len > 0);
    json_member_string(writer, "date", text);
    json_object_end(writer);
    return tx && http_respond_json(request, g_steal_pointer(&writer), error);
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
