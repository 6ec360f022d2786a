#include "library/summary.h"

#include "base/limits.h"

LruCache *summary_cache_new(void)
{
    return lru_cache_new(LIMIT_SUMMARY_CACHE_BYTES, (gpointer(*)(gpointer))g_bytes_ref,
                         (GDestroyNotify)g_bytes_unref);
}

GBytes *summary_get(Library *library, const CatalogView *view, const char *name,
                    gboolean hide_duplicates, SummaryMake make)
{
    LruCache *cache = library_summaries(library);
    g_autofree char *key =
        g_strdup_printf("%s %d %s", name, hide_duplicates, catalog_view_key(view));
    GBytes *kept = lru_cache_get(cache, key);
    if (!kept) {
        kept = make(library, view, hide_duplicates);
        lru_cache_put(cache, key, kept, g_bytes_get_size(kept));
    }
    return kept;
}

gboolean summary_shows(const CatalogView *view, guint32 row, gboolean hide_duplicates)
{
    if (!catalog_lists(view, row)) {
        return FALSE;
    }
    gint64 lead = hide_duplicates ? catalog_duplicate_group(view, row) : 0;
    return lead == 0 || lead == catalog_columns(view)->id[row];
}

GBytes *summary_rows(const CatalogView *view, gboolean hide_duplicates,
                     gboolean (*belongs)(const CatalogColumns *columns, guint32 row))
{
    const CatalogColumns *columns = catalog_columns(view);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint32 row = 0; row < columns->rows; row++) {
        if (belongs(columns, row) && summary_shows(view, row, hide_duplicates)) {
            g_array_append_val(rows, row);
        }
    }
    return g_bytes_new(rows->data, (gsize)rows->len * sizeof(guint32));
}
