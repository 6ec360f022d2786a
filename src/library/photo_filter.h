/* Private to library/: a PhotoFilter as passes over the catalogue. */
#pragma once

#include "library/catalog.h"
#include "library/photo_query.h"

/* A byte for each row of the catalogue, 1 for those that lists show the viewer and that match.
 * Owned by the caller. */
guint8 *photo_filter_rows(const CatalogView *view, const PhotoFilter *filter);
/* Equal for two filters that ask the same. Owned by the caller. */
char *photo_filter_key(const PhotoFilter *filter);
