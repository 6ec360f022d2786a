/* Private to library/: what is worked out of every photo that a viewer sees, kept for as long as
 * the viewer sees the same. */
#pragma once

#include "library/catalog.h"
#include "library/library.h"

/* An array made in one pass over the catalogue; rows in it are rows of this view. */
typedef GBytes *(*SummaryMake)(Library *library, const CatalogView *view, gboolean hide_duplicates);

/* The summary of this name, which `make` makes when it is not kept. Never NULL. */
GBytes *summary_get(Library *library, const CatalogView *view, const char *name,
                    gboolean hide_duplicates, SummaryMake make);

/* Whether lists show the row; of photos with the same content only the one that leads them, if
 * duplicates are hidden. */
gboolean summary_shows(const CatalogView *view, guint32 row, gboolean hide_duplicates);

/* Rows that are shown and `belongs` takes, in no order. Of guint32. */
GBytes *summary_rows(const CatalogView *view, gboolean hide_duplicates,
                     gboolean (*belongs)(const CatalogColumns *columns, guint32 row));

/* Where a library keeps them. */
LruCache *summary_cache_new(void);
