#include "library/face_crop.h"

#include <math.h>

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

VisionBox face_crop_box(const VisionBox *box, gint64 width, gint64 height)
{
    float right = (float)width, bottom = (float)height;
    VisionBox whole = {
        .x1 = CLAMP(floorf(box->x1), 0, right - 1),
        .y1 = CLAMP(floorf(box->y1), 0, bottom - 1),
    };
    whole.x2 = CLAMP(ceilf(box->x2), whole.x1 + 1, right);
    whole.y2 = CLAMP(ceilf(box->y2), whole.y1 + 1, bottom);
    return whole;
}
