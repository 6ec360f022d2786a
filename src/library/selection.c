#include "library/selection.h"

#include "base/limits.h"
#include "library/catalog_parts.h"
#include "library/catalog_scan.h"
#include "library/photo_filter.h"

struct Selection {
    gint references; /* atomic */
    gint64 version;  /* library_version */
    PhotoLayout layout;
    char *etag;
};

static Selection *selection_ref(Selection *selection)
{
    g_atomic_int_inc(&selection->references);
    return selection;
}

void selection_unref(Selection *selection)
{
    if (!selection || !g_atomic_int_dec_and_test(&selection->references)) {
        return;
    }
    g_free(selection->layout.ids);
    g_free(selection->layout.aspects);
    g_free(selection->layout.days);
    g_free(selection->etag);
    g_free(selection);
}

gint64 selection_count(const Selection *selection)
{
    return selection->layout.count;
}

const PhotoLayout *selection_layout(const Selection *selection)
{
    return &selection->layout;
}

const char *selection_etag(const Selection *selection)
{
    return selection->etag;
}

static gsize size_of(const Selection *selection)
{
    const PhotoLayout *layout = &selection->layout;
    gsize bytes = sizeof *layout->ids;
    if (layout->aspects) {
        bytes += sizeof *layout->aspects + sizeof *layout->days;
    }
    return sizeof *selection + layout->count * bytes;
}

LruCache *selection_cache_new(void)
{
    return lru_cache_new(LIMIT_SELECTION_CACHE_BYTES, (gpointer(*)(gpointer))selection_ref,
                         (GDestroyNotify)selection_unref);
}

static void lay_out(const CatalogColumns *columns, const guint32 *rows, PhotoLayout *layout)
{
    layout->aspects = g_new(guint16, layout->count);
    layout->days = g_new(gint32, layout->count);
    for (guint32 i = 0; i < layout->count; i++) {
        layout->aspects[i] = columns->aspect[rows[i]];
        layout->days[i] = columns->day[rows[i]];
    }
}

/* Rows become ids where they lie. */
static Selection *work_out(const CatalogView *view, const PhotoFilter *filter,
                           const PhotoSort *sort, gboolean ascending, SelectionUse use)
{
    const CatalogColumns *columns = catalog_columns(view);
    g_autofree guint8 *keep = photo_filter_rows(view, filter);
    Selection *selection = g_new0(Selection, 1);
    PhotoLayout *layout = &selection->layout;
    selection->references = 1;
    selection->version = columns->version;
    layout->count = scan_count(keep, columns->rows);
    layout->ids = g_new(guint32, (gsize)layout->count + 1);
    catalog_walk(view, (CatalogOrderBy)sort->by, ascending, keep, layout->ids);
    if (use == SELECTION_LAYOUT) {
        lay_out(columns, layout->ids, layout);
    }
    for (guint32 i = 0; i < layout->count; i++) {
        layout->ids[i] = columns->id[layout->ids[i]];
    }
    return selection;
}

/* Without the version, so that a younger one takes the place of the older. */
static char *key_of(const CatalogView *view, const PhotoFilter *filter, const PhotoSort *sort,
                    gboolean ascending, SelectionUse use)
{
    g_autofree char *asked = photo_filter_key(filter);
    return g_strdup_printf("%s/%" G_GINT64_FORMAT " %s %d%d %s",
                           catalog_audience_key(view->audience), view->account, sort->name,
                           ascending, (int)use, asked);
}

Selection *selection_get(Library *library, const Principal *viewer, const PhotoFilter *filter,
                         const PhotoSort *sort, gboolean ascending, SelectionUse use,
                         GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    g_autofree char *key = key_of(view, filter, sort, ascending, use);
    g_autoptr(Selection) kept = lru_cache_get(library_selections(library), key);
    if (kept && kept->version == catalog_columns(view)->version) {
        return g_steal_pointer(&kept);
    }
    Selection *selection = work_out(view, filter, sort, ascending, use);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, key, -1);
    selection->etag = g_strdup_printf("%" G_GINT64_FORMAT "-%.16s", selection->version, digest);
    lru_cache_put(library_selections(library), key, selection, size_of(selection));
    return selection;
}

GPtrArray *selection_page(const Selection *selection, StoreTx *tx, const Principal *viewer,
                          gint64 offset, gint64 limit, GError **error)
{
    const PhotoLayout *layout = &selection->layout;
    gint64 first = CLAMP(offset, 0, (gint64)layout->count);
    gint64 count = CLAMP(limit, 0, (gint64)layout->count - first);
    g_autofree gint64 *ids = g_new(gint64, (gsize)count);
    for (gint64 i = 0; i < count; i++) {
        ids[i] = layout->ids[first + i];
    }
    return photo_get_many(tx, viewer, ids, (gsize)count, error);
}
