#include "library/photo_map.h"

#include "library/summary.h"
#include "library/top_rows.h"
#include "media/facts.h"

#include <math.h>
#include <string.h>

/* --- who has a place --- */

static gboolean has_place(const CatalogColumns *columns, guint32 row)
{
    return !isnan(columns->latitude[row]) && !isnan(columns->longitude[row]);
}

static GBytes *make_located(Library *library, const CatalogView *view, gboolean hide_duplicates)
{
    return summary_rows(view, hide_duplicates, has_place);
}

/* Of guint32. */
static GBytes *located(Library *library, const CatalogView *view)
{
    return summary_get(library, view, "located", FALSE, make_located);
}

gint64 photo_map_count(Library *library, const Principal *viewer, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    g_autoptr(GBytes) rows = view ? located(library, view) : NULL;
    return rows ? (gint64)(g_bytes_get_size(rows) / sizeof(guint32)) : -1;
}

/* --- where --- */

/* Into -180..180. */
static double wrapped(double longitude)
{
    return fabs(longitude) <= 180 ? longitude : longitude - 360 * floor((longitude + 180) / 360);
}

typedef struct {
    const CatalogColumns *columns;
    const MapQuestion *question;
    gboolean whole_circle;
    double west, east; /* wrapped */
} Area;

static Area area_of(const CatalogView *view, const MapQuestion *question)
{
    const MapBounds *bounds = &question->bounds;
    return (Area){
        .columns = catalog_columns(view),
        .question = question,
        .whole_circle = bounds->east - bounds->west >= 360,
        .west = wrapped(bounds->west),
        .east = wrapped(bounds->east),
    };
}

static gboolean is_within(const Area *area, guint32 row)
{
    double latitude = area->columns->latitude[row], longitude = area->columns->longitude[row];
    const MapBounds *bounds = &area->question->bounds;
    if (latitude < bounds->south || latitude > bounds->north) {
        return FALSE;
    }
    gboolean east_of_west = longitude >= area->west, west_of_east = longitude <= area->east;
    return area->whole_circle ||
           (area->west <= area->east ? east_of_west && west_of_east : east_of_west || west_of_east);
}

static gboolean is_in_time(const Area *area, guint32 row)
{
    gint32 day = area->columns->day[row];
    const MapQuestion *question = area->question;
    return !question->dated ||
           (day != CATALOG_NO_DAY && day >= question->from_day && day <= question->to_day);
}

/* --- clusters --- */

typedef struct {
    double latitudes, longitudes; /* sums */
    guint32 count;
    guint32 best; /* row */
} Cell;

/* Two small numbers of either sign in one that is no pointer to anything. */
static gpointer cell_key(double latitude, double longitude, double degrees)
{
    gint64 down = llround(latitude / degrees), across = llround(longitude / degrees);
    return GSIZE_TO_POINTER((gsize)down << 32 ^ (gsize)(across & G_MAXUINT32));
}

/* Both numbers count, and neighbours lie far apart (multiplicative hashing, by 2^64 over the golden
 * ratio). */
static guint hash_cell(gconstpointer key)
{
    return (guint)((GPOINTER_TO_SIZE(key) * 0x9E3779B97F4A7C15ULL) >> 32);
}

static GArray *fill_cells(const CatalogView *view, const Area *area, GBytes *bytes, double degrees)
{
    gsize size = 0;
    const guint32 *rows = g_bytes_get_data(bytes, &size);
    GArray *cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    g_autoptr(GHashTable) places = g_hash_table_new(hash_cell, NULL); /* plus 1 */
    for (gsize i = 0; i < size / sizeof *rows; i++) {
        guint32 row = rows[i];
        double latitude = area->columns->latitude[row], longitude = area->columns->longitude[row];
        if (!is_in_time(area, row)) {
            continue;
        }
        gpointer key = cell_key(latitude, longitude, degrees);
        guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, key));
        if (place == 0) {
            const Cell empty = {.best = row};
            g_array_append_val(cells, empty);
            place = cells->len;
            g_hash_table_insert(places, key, GUINT_TO_POINTER(place));
        }
        Cell *cell = &g_array_index(cells, Cell, place - 1);
        cell->best = row_order_path(view, row, cell->best) < 0 ? row : cell->best;
        if (is_within(area, row)) {
            cell->latitudes += latitude;
            cell->longitudes += longitude;
            cell->count++;
        }
    }
    return cells;
}

/* A cell's place among the others, as a number, for there may be as many cells as photos. */
typedef struct {
    guint64 place;
    guint cell;
} Place;

static int by_place(gconstpointer a, gconstpointer b)
{
    guint64 one = ((const Place *)a)->place, other = ((const Place *)b)->place;
    return (one > other) - (one < other);
}

/* Those that have photos within the bounds: the fullest first, and of equal ones by path. */
static GArray *fullest_first(const CatalogView *view, const GArray *cells)
{
    const guint32 *ranks = catalog_columns(view)->path_rank;
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Place));
    for (guint i = 0; i < cells->len; i++) {
        const Cell *cell = &g_array_index(cells, Cell, i);
        if (cell->count > 0) {
            guint64 emptiness = G_MAXUINT32 - cell->count;
            const Place place = {.place = emptiness << 32 | ranks[cell->best], .cell = i};
            g_array_append_val(places, place);
        }
    }
    g_array_sort(places, by_place);
    return places;
}

static void clear_cluster(gpointer data)
{
    MapCluster *cluster = data;
    g_free(cluster->path);
}

GArray *photo_map_clusters(Library *library, const Principal *viewer, const MapQuestion *question,
                           int zoom, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    g_autoptr(GBytes) rows = located(library, view);
    Area area = area_of(view, question);
    g_autoptr(GArray) cells = fill_cells(view, &area, rows, ldexp(180, -MAX(zoom, 2)));
    g_autoptr(GArray) places = fullest_first(view, cells);
    GArray *clusters = g_array_new(FALSE, FALSE, sizeof(MapCluster));
    g_array_set_clear_func(clusters, clear_cluster);
    for (guint i = 0; i < MIN(places->len, question->most); i++) {
        const Cell *cell = &g_array_index(cells, Cell, g_array_index(places, Place, i).cell);
        const MapCluster cluster = {
            .latitude = cell->latitudes / cell->count,
            .longitude = cell->longitudes / cell->count,
            .count = cell->count,
            .path = catalog_path(view, cell->best),
        };
        g_array_append_val(clusters, cluster);
    }
    return clusters;
}

/* --- photos --- */

static void clear_photo(gpointer data)
{
    MapPhoto *photo = data;
    g_free(photo->path);
}

static MapPhoto describe(const CatalogView *view, guint32 row)
{
    const CatalogColumns *columns = catalog_columns(view);
    gint64 taken_ms = columns->taken_ms[row];
    MapPhoto photo = {
        .path = catalog_path(view, row),
        .latitude = columns->latitude[row],
        .longitude = columns->longitude[row],
        .taken_ms = taken_ms == CATALOG_NO_DATE ? FACT_NONE : taken_ms,
    };
    const char *slash = strrchr(photo.path, '/');
    photo.name = slash ? slash + 1 : photo.path;
    return photo;
}

GArray *photo_map_photos(Library *library, const Principal *viewer, const MapQuestion *question,
                         GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    g_autoptr(GBytes) bytes = located(library, view);
    gsize size = 0;
    const guint32 *rows = g_bytes_get_data(bytes, &size);
    Area area = area_of(view, question);
    g_autoptr(GArray) top = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (gsize i = 0; i < size / sizeof *rows; i++) {
        if (is_in_time(&area, rows[i]) && is_within(&area, rows[i])) {
            top_rows_offer(top, question->most, view, row_order_path, rows[i]);
        }
    }
    GArray *photos = g_array_new(FALSE, FALSE, sizeof(MapPhoto));
    g_array_set_clear_func(photos, clear_photo);
    for (guint i = 0; i < top->len; i++) {
        const MapPhoto photo = describe(view, g_array_index(top, guint32, i));
        g_array_append_val(photos, photo);
    }
    return photos;
}
