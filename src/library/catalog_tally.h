/* Private to the catalogue: how many photos of each kind an audience is shown. */
#pragma once

#include "library/catalog_parts.h"

/* Each a table of number -> count, both by GINT_TO_POINTER; there is none of 0. */
struct CatalogTally {
    guint32 photos;
    GHashTable *cameras, *lenses; /* by their numbers */
    GHashTable *tags, *persons, *objects;
    GHashTable *apertures;     /* by tenths */
    GHashTable *focal_lengths; /* by whole millimetres */
    GHashTable *days;          /* since 1970-01-01 */
};

CatalogTally *catalog_tally_new(void);
void catalog_tally_free(CatalogTally *tally);
/* One more (1) or less (-1) like the row. */
void catalog_tally_add(CatalogTally *tally, const Catalog *catalog, guint32 row, int count);
