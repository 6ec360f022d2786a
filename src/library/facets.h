/* What there is to filter by: the values of a column among the photos that lists show a viewer,
 * with their counts, which the catalogue keeps. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef enum {
    FACET_CAMERAS,
    FACET_LENSES,
    FACET_TAGS,
    FACET_APERTURES,
    FACET_FOCAL_LENGTHS,
    FACET_DAYS, /* since 1970-01-01, of the camera's date */
} Facet;

/* `text` is NULL for facets that are numbers. */
typedef void (*FacetVisit)(const char *text, double number, gint64 count, gpointer data);

/* Texts: most frequent first, then by name. Numbers (apertures to one decimal, focal lengths
 * whole): ascending. `visit` must not look at the catalogue. */
gboolean facet_list(Library *library, const Principal *viewer, Facet facet, gint64 limit,
                    FacetVisit visit, gpointer data, GError **error);
