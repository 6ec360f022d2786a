/* Items of datasets and the photos they are. An item outlives its photo (what was drawn on it is
 * not lost with a file) and is its content's again as soon as that is in the library: looked after
 * where photos come and go, so that nobody who reads a dataset has to. */
#pragma once

#include "base/hash.h"
#include "store/store.h"

/* Items of this content that are without a photo get the oldest that shows it. After library_touch.
 */
gboolean item_link_content(StoreTx *tx, const ContentHash *content, GError **error);
