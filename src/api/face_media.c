#include "api/face_media.h"

#include "library/face_crop.h"
#include "library/person.h"

#include <unistd.h>

static Face *find_face(HttpRequest *request, gint64 id, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx ? face_get(tx, api_principal(request), id, error) : NULL;
}

static VisionBox box_of(const Face *face)
{
    return (VisionBox){(float)face->x1, (float)face->y1, (float)face->x2, (float)face->y2};
}

/* A crop that is lost is made again from the original. The file may have changed since it was
 * indexed, so what is made is not stored, and kept in memory only. */
static GBytes *make_crop(HttpRequest *request, const Grant *grant, const VisionBox *box,
                         GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!api_open_original(request, grant, &fd, &bytes, error)) {
        return NULL;
    }
    g_autofree char *name = g_path_get_basename(grant_path(grant));
    GBytes *crop = worker_crop(api_of(request)->workers, fd, name, box,
                               http_request_cancellable(request), error);
    close(fd);
    return crop;
}

static GBytes *get_crop(HttpRequest *request, const Grant *grant, const VisionBox *box,
                        const char *key, GError **error)
{
    LruCache *cache = api_of(request)->scaled;
    GBytes *crop = face_crop_get(api_of(request)->library, grant, box, NULL);
    if (!crop) {
        crop = lru_cache_get(cache, key);
    }
    if (!crop) {
        crop = make_crop(request, grant, box, error);
        if (crop) {
            lru_cache_put(cache, key, crop, g_bytes_get_size(crop));
        }
    }
    return crop;
}

gboolean api_send_face(HttpRequest *request, gint64 id, const char *cache_control, GError **error)
{
    Library *library = api_of(request)->library;
    g_autoptr(Face) face = find_face(request, id, error);
    g_autoptr(Grant) grant =
        face ? access_grant_photo(library, api_principal(request), face->photo_id, error) : NULL;
    if (!grant) {
        return FALSE;
    }
    VisionBox box = box_of(face);
    g_autofree char *etag = g_strdup_printf(
        "%.32s-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT,
        grant_content(grant), face->x1, face->y1, face->x2, face->y2);
    g_autoptr(GBytes) crop = get_crop(request, grant, &box, etag, error);
    if (!crop) {
        return FALSE;
    }
    const HttpCaching caching = {.etag = etag, .cache_control = cache_control};
    return http_respond_cached(request, "image/jpeg", crop, &caching);
}

gboolean api_send_person(HttpRequest *request, gint64 id, GError **error)
{
    g_autoptr(Person) person =
        person_get(api_of(request)->library, api_principal(request), id, error);
    return person && api_send_face(request, person->avatar_face, "private, no-cache", error);
}
