#include "library/face_crop.h"

#include "library/findings_rows.h"

static char *crop_key(const char *content_hex, const VisionBox *box)
{
    return g_strdup_printf("%.2s/%s-face-%d-%d-%d-%d.jpg", content_hex, content_hex, (int)box->x1,
                           (int)box->y1, (int)box->x2, (int)box->y2);
}

GBytes *face_crop_get(Library *library, const Grant *grant, const VisionBox *box, GError **error)
{
    g_autofree char *key = crop_key(grant_content(grant), box);
    return blobs_get(library_thumbnails(library), key, error);
}

gboolean face_crop_put(Library *library, const ContentHash *content, const VisionBox *box,
                       GBytes *jpeg, GError **error)
{
    char hex[HASH_HEX_CHARS + 1];
    hash_to_hex(content, hex);
    g_autofree char *key = crop_key(hex, box);
    return blobs_put(library_thumbnails(library), key, jpeg, FALSE, error);
}

GPtrArray *face_crop_keys(Library *library, gint64 photo_id, const ContentHash *content)
{
    static const StoreQuery query = {
        .name = "face_crop_keys",
        .sql = "SELECT x1, y1, x2, y2 FROM face WHERE photo_id = ?1",
    };
    char hex[HASH_HEX_CHARS + 1];
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(StoreTx) tx = store_read(library_store(library), NULL);
    StoreStatement *row = tx ? store_prepare(tx, &query, NULL) : NULL;
    if (row) {
        store_bind_int(row, 1, photo_id);
    }
    hash_to_hex(content, hex);
    while (row && store_step(row, NULL) == STORE_ROW) {
        VisionBox box = findings_column_box(row, 0);
        g_ptr_array_add(keys, crop_key(hex, &box));
    }
    return keys;
}

void face_crops_drop(Library *library, const GPtrArray *keys)
{
    for (guint i = 0; i < keys->len; i++) {
        blobs_delete(library_thumbnails(library), g_ptr_array_index(keys, i), NULL);
    }
}
