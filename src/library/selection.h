/* Selections: the photos that match a filter, in an order, worked out once and kept until the
 * library changes.
 *
 * A gallery asks for the same selection again and again, page by page; one walk through the
 * catalogue serves the layout, the exact count and every page, however deep. Take the selection
 * first and begin the transaction for its rows after it: then none of them is older than it. */
#pragma once

#include "library/library.h"
#include "library/photo_query.h"

typedef struct Selection Selection; /* immutable, reference-counted */

typedef enum {
    SELECTION_PAGES,  /* ids alone */
    SELECTION_LAYOUT, /* with aspects and days */
} SelectionUse;

/* The selection as the library is now. Not inside a transaction. */
Selection *selection_get(Library *library, const Principal *viewer, const PhotoFilter *filter,
                         const PhotoSort *sort, gboolean ascending, SelectionUse use,
                         GError **error);
void selection_unref(Selection *selection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Selection, selection_unref)

gint64 selection_count(const Selection *selection);
/* Of SELECTION_PAGES it has the ids alone. */
const PhotoLayout *selection_layout(const Selection *selection);
/* Differs between any two selections; good for an ETag. */
const char *selection_etag(const Selection *selection);

/* `limit` photos from `offset` on, in order. Of Photo. */
GPtrArray *selection_page(const Selection *selection, StoreTx *tx, const Principal *viewer,
                          gint64 offset, gint64 limit, GError **error);

/* Where a library keeps those lately asked for. */
LruCache *selection_cache_new(void);
