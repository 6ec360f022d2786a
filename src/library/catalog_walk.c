/* Walking an order through what a filter keeps. */
#include "library/catalog_parts.h"

/* Each row is written and then counted if it is kept: no branch to guess. */
static guint32 walk_between(const CatalogOrder *order, guint32 first, guint32 end,
                            const guint8 *keep, guint32 *rows, guint32 done)
{
    for (guint32 i = first; i < end; i++) {
        guint32 row = CATALOG_ROW(order->entries[i]);
        rows[done] = row;
        done += keep[row];
    }
    return done;
}

/* Downwards, but with paths still upwards among those that are equal. */
static void walk_down(const CatalogOrder *order, const guint8 *keep, guint32 *rows)
{
    guint32 done = 0;
    for (guint32 end = order->count; end > 0;) {
        guint32 first = end - 1;
        while (!(order->entries[first] & CATALOG_STARTS_RUN)) {
            first--;
        }
        done = walk_between(order, first, end, keep, rows, done);
        end = first;
    }
}

static guint32 walk_up(const CatalogOrder *order, const guint8 *keep, guint32 *rows)
{
    return walk_between(order, 0, order->count, keep, rows, 0);
}

#define MOST_VALUES 8

static guint8 value_of(guint8 marks, CatalogOrderBy by, gboolean ascending)
{
    guint8 value = marks & CATALOG_MARK_STARS;
    if (by != CATALOG_BY_STARS) {
        value = (marks &
                 (by == CATALOG_BY_FAVORITE ? CATALOG_MARK_FAVORITE : CATALOG_MARK_REJECTED)) != 0;
    }
    return ascending ? value : (guint8)(MOST_VALUES - 1 - value);
}

static void walk_marks(const CatalogView *view, CatalogOrderBy by, gboolean ascending,
                       const guint8 *keep, guint32 *rows)
{
    const CatalogOrder *paths = catalog_order(view->catalog, CATALOG_BY_PATH);
    g_autofree guint32 *by_path = g_new0(guint32, (gsize)paths->count + 1);
    guint32 places[MOST_VALUES] = {0};
    guint32 count = walk_up(paths, keep, by_path);
    for (guint32 i = 0; i < count; i++) {
        places[value_of(view->marks[by_path[i]], by, ascending)]++;
    }
    guint32 place = 0;
    for (int value = 0; value < MOST_VALUES; value++) {
        guint32 here = places[value];
        places[value] = place;
        place += here;
    }
    for (guint32 i = 0; i < count; i++) {
        rows[places[value_of(view->marks[by_path[i]], by, ascending)]++] = by_path[i];
    }
}

void catalog_walk(const CatalogView *view, CatalogOrderBy by, gboolean ascending,
                  const guint8 *keep, guint32 *rows)
{
    if (by > CATALOG_ORDERS) {
        walk_marks(view, by, ascending, keep, rows);
        return;
    }
    const CatalogOrder *order = catalog_order(view->catalog, by);
    if (ascending || by == CATALOG_BY_PATH) {
        walk_up(order, keep, rows);
    } else {
        walk_down(order, keep, rows);
    }
}
