/* Private to library/: the photos that lists show, day by day. Photos without a date are not in it.
 */
#pragma once

#include "library/summary.h"

typedef struct {
    gint32 day;           /* since 1970-01-01 */
    guint32 first, count; /* of its rows in DayIndex.rows */
    guint32 hero;         /* the row of its best photo */
} IndexedDay;

typedef struct {
    GBytes *days_bytes, *rows_bytes;
    const IndexedDay *days; /* ascending */
    gsize count;
    const guint32 *rows;
} DayIndex;

/* For as long as the view lives. */
void day_index_get(Library *library, const CatalogView *view, gboolean hide_duplicates,
                   DayIndex *ret_index);
void day_index_clear(DayIndex *index);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DayIndex, day_index_clear)

/* The first day that is not before this one; `count` when there is none. */
gsize day_index_find(const DayIndex *index, gint64 day);
