#include "library/face_crop.h"

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
