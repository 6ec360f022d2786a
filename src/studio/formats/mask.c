#include "studio/formats/mask.h"

#include "base/limits.h"

#include <math.h>

/* Where the polygon's edges cross the middle of each column. */
typedef struct {
    gint64 width;
    guint *starts; /* of each column's crossings, and the end of the last */
    double *crossings;
} Crossings;

/* The first column whose middle lies at or right of `x`. */
static gint64 column_from(double x, gint64 width)
{
    return (gint64)CLAMP(ceil(x - 0.5), 0, (double)width);
}

typedef void (*CrossingFound)(gpointer data, gint64 column, double y);

/* An edge has its left end and not its right one, so that a corner is crossed once. */
static void cross_edge(ShapePoint a, ShapePoint b, gint64 width, CrossingFound found, gpointer data)
{
    const ShapePoint left = a.x < b.x ? a : b;
    const ShapePoint right = a.x < b.x ? b : a;
    gint64 end = column_from(right.x, width);
    for (gint64 column = column_from(left.x, width); column < end; column++) {
        double part = ((double)column + 0.5 - left.x) / (right.x - left.x);
        found(data, column, left.y + part * (right.y - left.y));
    }
}

static void cross_all(const Shape *polygon, gint64 width, CrossingFound found, gpointer data)
{
    const ShapePoint *points = polygon->points;
    for (guint ring = 0; ring < polygon->ring_count; ring++) {
        guint count = polygon->rings[ring];
        for (guint i = 0; i < count; i++) {
            cross_edge(points[i], points[i + 1 < count ? i + 1 : 0], width, found, data);
        }
        points += count;
    }
}

static void count_crossing(gpointer data, gint64 column, double y)
{
    const Crossings *crossings = data;
    crossings->starts[column + 1]++;
}

static void put_crossing(gpointer data, gint64 column, double y)
{
    const Crossings *crossings = data;
    crossings->crossings[crossings->starts[column]++] = y;
}

/* How many there are is known before any is kept: too many take no memory. */
static gboolean are_too_many(const Shape *polygon, gint64 width)
{
    double count = 0;
    const ShapePoint *points = polygon->points;
    for (guint ring = 0; ring < polygon->ring_count; ring++) {
        for (guint i = 0; i < polygon->rings[ring]; i++) {
            ShapePoint next = points[i + 1 < polygon->rings[ring] ? i + 1 : 0];
            count += fabs((double)(column_from(points[i].x, width) - column_from(next.x, width)));
        }
        points += polygon->rings[ring];
    }
    return count > LIMIT_MASK_CROSSINGS;
}

static void crossings_find(Crossings *crossings, const Shape *polygon, gint64 width)
{
    crossings->width = width;
    crossings->starts = g_new0(guint, (gsize)width + 1);
    cross_all(polygon, width, count_crossing, crossings);
    for (gint64 i = 0; i < width; i++) {
        crossings->starts[i + 1] += crossings->starts[i];
    }
    crossings->crossings = g_new(double, MAX(crossings->starts[width], 1));
    cross_all(polygon, width, put_crossing, crossings);
    /* Each start has moved to its column's end, which is the next one's start. */
    for (gint64 i = width; i > 0; i--) {
        crossings->starts[i] = crossings->starts[i - 1];
    }
    crossings->starts[0] = 0;
}

/* The runs, and the text made of them as they end. */
typedef struct {
    GString *text;
    guint count;
    gint64 before[2]; /* the latest runs of either kind */
    gint64 begun;     /* where the run that goes on began */
    gint64 end;       /* of the last pixel within */
} Runs;

/* Each run but the first three as its difference to the one of its kind before it, in groups of
 * five bits, the lowest first; a sixth says that more follow. */
static void end_run(Runs *runs, gint64 length)
{
    gint64 rest = runs->count > 2 ? length - runs->before[runs->count % 2] : length;
    gboolean more = TRUE;
    while (more) {
        int group = (int)(rest & 0x1f);
        rest >>= 5;
        more = (group & 0x10) ? rest != -1 : rest != 0;
        g_string_append_c(runs->text, (char)((group | (more ? 0x20 : 0)) + 48));
    }
    runs->before[runs->count % 2] = length;
    runs->count++;
}

static void add_span(Runs *runs, gint64 start, gint64 end)
{
    if (start >= end) {
        return;
    }
    if (start > runs->end || runs->count == 0) {
        if (runs->count > 0) {
            end_run(runs, runs->end - runs->begun);
        }
        end_run(runs, start - runs->end);
        runs->begun = start;
    }
    runs->end = end;
}

static int compare(gconstpointer a, gconstpointer b)
{
    const double *first = a, *second = b;
    return (*first > *second) - (*first < *second);
}

/* The first row whose middle lies at or below `y`. */
static gint64 row_from(double y, gint64 height)
{
    return (gint64)CLAMP(ceil(y - 0.5), 0, (double)height);
}

static void add_column(Runs *runs, const Crossings *crossings, gint64 column, gint64 height)
{
    double *first = crossings->crossings + crossings->starts[column];
    guint count = crossings->starts[column + 1] - crossings->starts[column];
    qsort(first, count, sizeof *first, compare);
    for (guint i = 0; i + 1 < count; i += 2) {
        add_span(runs, column * height + row_from(first[i], height),
                 column * height + row_from(first[i + 1], height));
    }
}

char *mask_encode(const Shape *polygon, gint64 width, gint64 height)
{
    if (are_too_many(polygon, width)) {
        return NULL;
    }
    Crossings crossings = {0};
    crossings_find(&crossings, polygon, width);
    Runs runs = {.text = g_string_new(NULL)};
    for (gint64 column = 0; column < width; column++) {
        add_column(&runs, &crossings, column, height);
    }
    if (runs.count > 0) {
        end_run(&runs, runs.end - runs.begun);
    }
    if (runs.end < width * height) {
        end_run(&runs, width * height - runs.end);
    }
    g_free(crossings.starts);
    g_free(crossings.crossings);
    return g_string_free(runs.text, FALSE);
}
