#include "library/memories.h"

#include "base/calendar.h"
#include "library/day_index.h"
#include "library/top_rows.h"

static void clear_year(gpointer data)
{
    MemoryYear *year = data;
    g_array_unref(year->photos);
}

static MemoryYear remember(const CatalogView *view, const DayIndex *index, const IndexedDay *day,
                           guint most)
{
    MemoryYear memory = {0};
    g_autoptr(GArray) top = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint32 i = day->first; i < day->first + day->count; i++) {
        guint32 row = index->rows[i];
        if (!catalog_marks(view, row).rejected) {
            memory.count++;
            top_rows_offer(top, most, view, row_order_path, row);
        }
    }
    memory.photos = top_rows_ids(top, view);
    return memory;
}

static GArray *remember_years(const CatalogView *view, const DayIndex *index, CalendarDate date,
                              guint most)
{
    GArray *years = g_array_new(FALSE, FALSE, sizeof(MemoryYear));
    g_array_set_clear_func(years, clear_year);
    int oldest = index->count > 0 ? calendar_date(index->days[0].day).year : date.year;
    for (int year = date.year - 1; year >= oldest && years->len < MEMORY_YEARS_MOST; year--) {
        if (!calendar_is_date(year, date.month, date.day)) {
            continue; /* a leap day */
        }
        gint64 day = calendar_day(year, date.month, date.day);
        gsize at = day_index_find(index, day);
        if (at == index->count || index->days[at].day != day) {
            continue;
        }
        MemoryYear memory = remember(view, index, &index->days[at], most);
        memory.year = year;
        if (memory.count > 0) {
            g_array_append_val(years, memory);
        } else {
            clear_year(&memory);
        }
    }
    return years;
}

GArray *memories_of_day(Library *library, const Principal *viewer, int year, int month, int day,
                        guint most, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    g_auto(DayIndex) index = {0};
    day_index_get(library, view, TRUE, &index);
    return remember_years(view, &index, (CalendarDate){year, month, day}, most);
}
