/* What there is to filter by: the values of a column among the photos that lists show a viewer,
 * with their counts, which the catalogue keeps. */
#pragma once

#include "library/access.h"
#include "library/library.h"

typedef enum {
    FACET_CAMERAS,
    FACET_LENSES,
    FACET_TAGS,
    FACET_PERSONS, /* person.id in decimal */
    FACET_OBJECTS, /* names of object classes */
    FACET_APERTURES,
    FACET_FOCAL_LENGTHS,
    FACET_DAYS, /* since 1970-01-01, of the camera's date */
} Facet;

/* `text` is NULL for facets that are numbers. */
typedef void (*FacetVisit)(const char *text, double number, gint64 count, gpointer data);

typedef struct {
    gint64 id;
    const char *name; /* NULL: not named yet */
    gint64 photos;
} FacetPerson;
typedef void (*FacetPersonVisit)(const FacetPerson *person, gpointer data);
/* Who is on the photos that lists show the viewer, but for hidden ones: most photos first, then by
 * id. `visit` must not look at the catalogue. */
gboolean facet_list_persons(Library *library, const Principal *viewer, FacetPersonVisit visit,
                            gpointer data, GError **error);

/* Texts: most frequent first, then by name. Numbers (apertures to one decimal, focal lengths
 * whole): ascending. `visit` must not look at the catalogue. */
gboolean facet_list(Library *library, const Principal *viewer, Facet facet, gint64 limit,
                    FacetVisit visit, gpointer data, GError **error);
