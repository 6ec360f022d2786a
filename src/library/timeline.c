#include "library/timeline.h"

#include "base/calendar.h"
#include "base/limits.h"
#include "library/day_index.h"
#include "library/top_rows.h"

#include <string.h>

/* Days that belong together, as places in the index. */
typedef struct {
    char key[sizeof "YYYY-MM-DD"];
    gsize first, after;
} Range;

static void write_key(TimelineGrain grain, gint64 day, char *ret_key, gsize size)
{
    CalendarDate date = calendar_date(day);
    switch (grain) {
    case TIMELINE_DAYS:
        g_snprintf(ret_key, size, "%04d-%02d-%02d", date.year, date.month, date.day);
        break;
    case TIMELINE_WEEKS: {
        int in_year = (int)(day - calendar_day(date.year, 1, 1));
        g_snprintf(ret_key, size, "%04d-W%02d", date.year,
                   (in_year + 7 - calendar_weekday(day)) / 7);
        break;
    }
    case TIMELINE_MONTHS:
        g_snprintf(ret_key, size, "%04d-%02d", date.year, date.month);
        break;
    case TIMELINE_YEARS:
        g_snprintf(ret_key, size, "%04d", date.year);
        break;
    }
}

/* The days of the span in their groups, oldest first. Of Range. */
static GArray *split(const DayIndex *index, TimelineGrain grain, TimelineSpan span)
{
    GArray *ranges = g_array_new(FALSE, FALSE, sizeof(Range));
    for (gsize i = day_index_find(index, span.from);
         i < index->count && index->days[i].day <= span.to; i++) {
        Range *last = ranges->len > 0 ? &g_array_index(ranges, Range, ranges->len - 1) : NULL;
        Range range = {.first = i, .after = i + 1};
        write_key(grain, index->days[i].day, range.key, sizeof range.key);
        if (last && strcmp(last->key, range.key) == 0) {
            last->after = i + 1;
        } else {
            g_array_append_val(ranges, range);
        }
    }
    return ranges;
}

static void clear_group(gpointer data)
{
    TimelineGroup *group = data;
    g_free(group->hero_path);
    g_clear_pointer(&group->photos, g_array_unref);
}

static GArray *groups_new(void)
{
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(TimelineGroup));
    g_array_set_clear_func(groups, clear_group);
    return groups;
}

static TimelineGroup describe(const CatalogView *view, const DayIndex *index, const Range *range)
{
    TimelineGroup group = {0};
    guint32 hero = index->days[range->first].hero;
    memcpy(group.key, range->key, sizeof group.key);
    for (gsize i = range->first; i < range->after; i++) {
        const IndexedDay *day = &index->days[i];
        group.count += day->count;
        hero = row_order_path(view, day->hero, hero) < 0 ? day->hero : hero;
    }
    group.hero_path = catalog_path(view, hero);
    return group;
}

GArray *timeline_groups(Library *library, const Principal *viewer, TimelineGrain grain,
                        TimelineSpan span, gboolean hide_duplicates, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    g_auto(DayIndex) index = {0};
    day_index_get(library, view, hide_duplicates, &index);
    g_autoptr(GArray) ranges = split(&index, grain, span);
    GArray *groups = groups_new();
    for (guint i = 0; i < ranges->len; i++) {
        const TimelineGroup group = describe(view, &index, &g_array_index(ranges, Range, i));
        g_array_append_val(groups, group);
    }
    return groups;
}

/* The best photo is the first by path until there are scores. */
static RowOrder row_order(TimelineOrder order)
{
    switch (order) {
    case TIMELINE_BY_DATE:
        return row_order_taken;
    case TIMELINE_BY_NAME:
        return row_order_name;
    case TIMELINE_BY_SCORE:
        break;
    }
    return row_order_path;
}

static GArray *first_photos(const CatalogView *view, const DayIndex *index, const Range *range,
                            const TimelineQuestion *question)
{
    RowOrder order = row_order(question->order);
    g_autoptr(GArray) top = g_array_new(FALSE, FALSE, sizeof(guint32));
    const IndexedDay *last = &index->days[range->after - 1];
    for (guint32 i = index->days[range->first].first; i < last->first + last->count; i++) {
        top_rows_offer(top, question->photos_per_group, view, order, index->rows[i]);
    }
    return top_rows_ids(top, view);
}

/* Whether the group comes after the cursor, the way the page goes. */
static gboolean is_beyond(const TimelineQuestion *question, const Range *range)
{
    int order = question->cursor ? strcmp(range->key, question->cursor) : 0;
    return !question->cursor || (question->newer ? order > 0 : order < 0);
}

static GArray *take_page(const CatalogView *view, const DayIndex *index,
                         const TimelineQuestion *question, gboolean *ret_more)
{
    g_autoptr(GArray) ranges = split(index, question->grain, question->span);
    GArray *groups = groups_new();
    guint photos = 0;
    *ret_more = FALSE;
    for (guint i = 0; i < ranges->len; i++) {
        guint at = question->newer ? i : ranges->len - 1 - i;
        const Range *range = &g_array_index(ranges, Range, at);
        if (!is_beyond(question, range)) {
            continue;
        }
        if (groups->len == question->groups || photos >= LIMIT_TIMELINE_PHOTOS) {
            *ret_more = TRUE;
            break;
        }
        TimelineGroup group = describe(view, index, range);
        group.photos = first_photos(view, index, range, question);
        photos += group.photos->len;
        g_array_append_val(groups, group);
    }
    return groups;
}

GArray *timeline_page(Library *library, const Principal *viewer, const TimelineQuestion *question,
                      gboolean *ret_more, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    g_auto(DayIndex) index = {0};
    day_index_get(library, view, question->hide_duplicates, &index);
    return take_page(view, &index, question, ret_more);
}
