/* What there is to filter by: the values of a column among the photos a viewer sees, with their
 * counts. */
#pragma once

#include "library/access.h"
#include "store/store.h"

typedef enum { FACET_CAMERAS, FACET_LENSES, FACET_APERTURES, FACET_FOCAL_LENGTHS } Facet;

/* `text` is NULL for facets that are numbers. */
typedef void (*FacetVisit)(const char *text, double number, gint64 count, gpointer data);

/* Texts: most frequent first, then by name. Numbers (apertures to one decimal, focal lengths
 * whole): ascending. */
gboolean facet_list(StoreTx *tx, const Principal *viewer, Facet facet, gint64 limit,
                    FacetVisit visit, gpointer data, GError **error);
