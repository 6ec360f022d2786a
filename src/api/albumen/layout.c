/* The shape of a whole selection in one answer, so that a gallery can place every picture before it
 * loads any: little-endian, the magic "ALBLAY01", the count (u32), four bytes of zero, then count
 * ids (u32), count aspects (u16, width / height x 1000), zeros up to a multiple of four bytes, and
 * count days (i32). */
#include "api/albumen/albumen.h"
#include "api/filter_params.h"
#include "library/selection.h"

#include <string.h>

#define MAGIC "ALBLAY01"

/* Arrays are written as they lie in memory. */
G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN);

static void append(GByteArray *out, gconstpointer array, gsize bytes)
{
    g_byte_array_append(out, array, (guint)bytes);
}

static GBytes *encode(const PhotoLayout *layout)
{
    static const guint8 zeros[4] = {0};
    guint32 count = layout->count;
    GByteArray *out = g_byte_array_sized_new(16 + count * 10 + 4);
    append(out, MAGIC, strlen(MAGIC));
    append(out, &count, sizeof count);
    append(out, zeros, 4);
    append(out, layout->ids, count * sizeof *layout->ids);
    append(out, layout->aspects, count * sizeof *layout->aspects);
    append(out, zeros, count % 2 ? 2 : 0);
    append(out, layout->days, count * sizeof *layout->days);
    return g_byte_array_free_to_bytes(out);
}

gboolean albumen_layout(HttpRequest *request, GError **error)
{
    PhotoFilter filter;
    gboolean ascending = FALSE;
    filter_from_request(request, &filter);
    const PhotoSort *sort = sort_from_request(request, &ascending);
    g_autoptr(Selection) selection =
        selection_get(api_of(request)->library, api_principal(request), &filter, sort, ascending,
                      SELECTION_LAYOUT, error);
    if (!selection) {
        return FALSE;
    }
    g_autoptr(GBytes) bytes = encode(selection_layout(selection));
    const HttpCaching caching = {.etag = selection_etag(selection),
                                 .cache_control = "private, no-cache"};
    return http_respond_cached(request, "application/octet-stream", bytes, &caching);
}
