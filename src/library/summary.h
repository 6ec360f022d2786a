/* Private to library/: what is worked out of every photo that a viewer sees, kept for as long as
 * the viewer sees the same. */
#pragma once

#include "library/catalog.h"
#include "library/library.h"

/* An array made in one pass over the catalogue; rows in it are rows of this view. */
typedef GBytes *(*SummaryMake)(Library *library, const CatalogView *view);

/* The summary of this name, which `make` makes when it is not kept. Never NULL. */
GBytes *summary_get(Library *library, const CatalogView *view, const char *name, SummaryMake make);

/* Rows that lists show and `belongs` takes, in no order. Of guint32. */
GBytes *summary_rows(const CatalogView *view,
                     gboolean (*belongs)(const CatalogColumns *columns, guint32 row));

/* Where a library keeps them. */
LruCache *summary_cache_new(void);
