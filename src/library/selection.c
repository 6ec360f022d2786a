#include "library/selection.h"

#include "base/limits.h"

/* What a photo takes in a selection: id, aspect, day. */
#define BYTES_PER_PHOTO 10

struct Selection {
    gint references; /* atomic */
    gint64 version;  /* library_version */
    PhotoLayout *layout;
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
    photo_layout_free(selection->layout);
    g_free(selection->etag);
    g_free(selection);
}

gint64 selection_count(const Selection *selection)
{
    return selection->layout->ids->len;
}

const PhotoLayout *selection_layout(const Selection *selection)
{
    return selection->layout;
}

const char *selection_etag(const Selection *selection)
{
    return selection->etag;
}

static gsize size_of(const Selection *selection)
{
    return sizeof *selection + (gsize)selection->layout->ids->len * BYTES_PER_PHOTO;
}

LruCache *selection_cache_new(void)
{
    return lru_cache_new(LIMIT_SELECTION_CACHE_BYTES, (gpointer(*)(gpointer))selection_ref,
                         (GDestroyNotify)selection_unref);
}

static Selection *work_out(StoreTx *tx, const Principal *viewer, const PhotoFilter *filter,
                           const PhotoSort *sort, gboolean ascending, GError **error)
{
    PhotoLayout *layout = photo_layout(tx, viewer, filter, sort, ascending, error);
    if (!layout) {
        return NULL;
    }
    Selection *selection = g_new0(Selection, 1);
    selection->references = 1;
    selection->layout = layout;
    return selection;
}

Selection *selection_get(Library *library, StoreTx *tx, const Principal *viewer,
                         const PhotoFilter *filter, const PhotoSort *sort, gboolean ascending,
                         GError **error)
{
    gint64 version = library_version(tx, error);
    if (version == 0) {
        return NULL;
    }
    g_autofree char *key = photo_layout_key(viewer, filter, sort, ascending);
    g_autoptr(Selection) kept = lru_cache_get(library_selections(library), key);
    if (kept && kept->version == version) {
        return g_steal_pointer(&kept);
    }
    Selection *selection = work_out(tx, viewer, filter, sort, ascending, error);
    if (selection) {
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, key, -1);
        selection->version = version;
        selection->etag = g_strdup_printf("%" G_GINT64_FORMAT "-%.16s", version, digest);
        lru_cache_put(library_selections(library), key, selection, size_of(selection));
    }
    return selection;
}

GPtrArray *selection_page(const Selection *selection, StoreTx *tx, const Principal *viewer,
                          gint64 offset, gint64 limit, GError **error)
{
    const GArray *all = selection->layout->ids;
    gint64 first = CLAMP(offset, 0, (gint64)all->len);
    gint64 count = CLAMP(limit, 0, (gint64)all->len - first);
    g_autofree gint64 *ids = g_new(gint64, (gsize)count);
    for (gint64 i = 0; i < count; i++) {
        ids[i] = g_array_index(all, guint32, first + i);
    }
    return photo_get_many(tx, viewer, ids, (gsize)count, error);
}
