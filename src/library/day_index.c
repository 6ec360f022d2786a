#include "library/day_index.h"

#include "base/calendar.h"
#include "library/top_rows.h"

static gboolean has_day(const CatalogColumns *columns, guint32 row)
{
    return columns->day[row] >= CALENDAR_FIRST_DAY && columns->day[row] <= CALENDAR_LAST_DAY;
}

/* The same rows sorted by day, by counting: there are far fewer days than photos. */
static GBytes *sort_by_day(GBytes *unsorted, const gint32 *days)
{
    gsize bytes = 0;
    const guint32 *rows = g_bytes_get_data(unsorted, &bytes);
    gsize count = bytes / sizeof *rows;
    gint32 least = CALENDAR_LAST_DAY, most = CALENDAR_FIRST_DAY;
    for (gsize i = 0; i < count; i++) {
        least = MIN(least, days[rows[i]]);
        most = MAX(most, days[rows[i]]);
    }
    g_autofree guint32 *starts = g_new0(guint32, MAX(most - least, 0) + 2);
    for (gsize i = 0; i < count; i++) {
        starts[days[rows[i]] - least + 1]++;
    }
    for (gint32 day = 0; day <= most - least; day++) {
        starts[day + 1] += starts[day];
    }
    guint32 *sorted = g_new(guint32, MAX(count, 1));
    for (gsize i = 0; i < count; i++) {
        sorted[starts[days[rows[i]] - least]++] = rows[i];
    }
    return g_bytes_new_take(sorted, bytes);
}

static GBytes *make_rows(Library *library, const CatalogView *view, gboolean hide_duplicates)
{
    g_autoptr(GBytes) dated = summary_rows(view, hide_duplicates, has_day);
    return sort_by_day(dated, catalog_columns(view)->day);
}

static GBytes *get_rows(Library *library, const CatalogView *view, gboolean hide_duplicates)
{
    return summary_get(library, view, "rows by day", hide_duplicates, make_rows);
}

static GBytes *make_days(Library *library, const CatalogView *view, gboolean hide_duplicates)
{
    g_autoptr(GBytes) bytes = get_rows(library, view, hide_duplicates);
    gsize size = 0;
    const guint32 *rows = g_bytes_get_data(bytes, &size);
    const gint32 *days = catalog_columns(view)->day;
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(IndexedDay));
    for (guint32 i = 0; i < size / sizeof *rows; i++) {
        IndexedDay *last =
            found->len > 0 ? &g_array_index(found, IndexedDay, found->len - 1) : NULL;
        if (!last || last->day != days[rows[i]]) {
            const IndexedDay next = {.day = days[rows[i]], .first = i, .count = 1, .hero = rows[i]};
            g_array_append_val(found, next);
        } else {
            last->count++;
            last->hero = row_order_path(view, rows[i], last->hero) < 0 ? rows[i] : last->hero;
        }
    }
    return g_bytes_new(found->data, (gsize)found->len * sizeof(IndexedDay));
}

void day_index_get(Library *library, const CatalogView *view, gboolean hide_duplicates,
                   DayIndex *ret_index)
{
    gsize bytes = 0;
    ret_index->rows_bytes = get_rows(library, view, hide_duplicates);
    ret_index->rows = g_bytes_get_data(ret_index->rows_bytes, NULL);
    ret_index->days_bytes = summary_get(library, view, "days", hide_duplicates, make_days);
    ret_index->days = g_bytes_get_data(ret_index->days_bytes, &bytes);
    ret_index->count = bytes / sizeof *ret_index->days;
}

void day_index_clear(DayIndex *index)
{
    g_clear_pointer(&index->days_bytes, g_bytes_unref);
    g_clear_pointer(&index->rows_bytes, g_bytes_unref);
}

gsize day_index_find(const DayIndex *index, gint64 day)
{
    gsize first = 0, after = index->count;
    while (first < after) {
        gsize middle = first + (after - first) / 2;
        if (index->days[middle].day < day) {
            first = middle + 1;
        } else {
            after = middle;
        }
    }
    return first;
}
