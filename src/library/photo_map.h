/* Photos on a map. Those without a place are not on it, nor are those that lists hide. */
#pragma once

#include "library/access.h"
#include "library/library.h"

/* Degrees. A map that was scrolled around the world names longitudes beyond 180; one that shows it
 * all and more is wider than 360. When west is greater than east the antimeridian is between them.
 */
typedef struct {
    double south, west, north, east;
} MapBounds;

typedef struct {
    MapBounds bounds;
    gint32 from_day, to_day; /* since 1970-01-01, both included */
    gboolean dated;          /* the days count; else photos without a date are on the map too */
    guint most;              /* clusters or photos in an answer */
} MapQuestion;

typedef struct {
    double latitude, longitude; /* the mean of its photos */
    gint64 count;
    char *path; /* of the best photo in its cell of the grid, within the bounds or not */
} MapCluster;

typedef struct {
    char *path;
    const char *name; /* its last part */
    double latitude, longitude;
    gint64 taken_ms; /* FACT_NONE: not known */
} MapPhoto;

/* Photos in the cells of a grid of 180 / 2^zoom degrees (never finer than 2^2 to the half circle),
 * the fullest first. Of MapCluster. */
GArray *photo_map_clusters(Library *library, const Principal *viewer, const MapQuestion *question,
                           int zoom, GError **error);
/* One by one, the best first and equal ones by path. Of MapPhoto. */
GArray *photo_map_photos(Library *library, const Principal *viewer, const MapQuestion *question,
                         GError **error);
/* How many have a place; -1 on error. */
gint64 photo_map_count(Library *library, const Principal *viewer, GError **error);
