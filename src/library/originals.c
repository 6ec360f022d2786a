#include "library/originals.h"

#include "base/beneath.h"
#include "base/path_text.h"
#include "library/source.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean check_regular(int fd, gint64 *ret_bytes, GError **error)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return error_set_errno(error, errno, "look at the picture");
    }
    if (!S_ISREG(info.st_mode)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "The picture is no longer a file");
        return FALSE;
    }
    *ret_bytes = info.st_size;
    return TRUE;
}

gboolean original_open(StoreTx *tx, const Grant *grant, int *ret_fd, gint64 *ret_bytes,
                       GError **error)
{
    if (grant_is_trashed(grant)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "The picture is in the trash");
        return FALSE;
    }
    g_autofree char *source_text = source_of_photo(tx, grant_photo_id(grant), error);
    if (!source_text) {
        return FALSE;
    }
    g_autofree char *source = path_from_text(source_text);
    g_autofree char *path = path_from_text(grant_path(grant));
    const char *relative = source && path ? beneath_relative(source, path) : NULL;
    if (!relative) { /* since the grant was made the photo went to another source */
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "The picture was moved");
        return FALSE;
    }
    int fd = beneath_open(source, relative, error);
    if (fd < 0) {
        return FALSE;
    }
    if (!check_regular(fd, ret_bytes, error)) {
        close(fd);
        return FALSE;
    }
    *ret_fd = fd;
    return TRUE;
}

char *thumbnail_key(const char *content_hex, ThumbnailSize size)
{
    return g_strdup_printf("%.2s/%s-%s.jpg", content_hex, content_hex,
                           size == THUMBNAIL_LARGE ? "large" : "small");
}

gboolean thumbnail_open(Library *library, const Grant *grant, ThumbnailSize size, int *ret_fd,
                        gint64 *ret_bytes, GError **error)
{
    g_autofree char *key = thumbnail_key(grant_content(grant), size);
    return blobs_open(library_thumbnails(library), key, ret_fd, ret_bytes, error);
}

GBytes *thumbnail_get(Library *library, const Grant *grant, ThumbnailSize size, GError **error)
{
    g_autofree char *key = thumbnail_key(grant_content(grant), size);
    return blobs_get(library_thumbnails(library), key, error);
}

gboolean thumbnails_put(Library *library, const MediaPicture *picture, GError **error)
{
    char content[HASH_HEX_CHARS + 1];
    hash_to_hex(&picture->hash, content);
    g_autofree char *large = thumbnail_key(content, THUMBNAIL_LARGE);
    g_autofree char *small = thumbnail_key(content, THUMBNAIL_SMALL);
    Blobs *blobs = library_thumbnails(library);
    return blobs_put(blobs, large, picture->thumbnail_large, FALSE, error) &&
           blobs_put(blobs, small, picture->thumbnail_small, FALSE, error);
}

void thumbnails_drop(Library *library, const ContentHash *hash)
{
    char content[HASH_HEX_CHARS + 1];
    hash_to_hex(hash, content);
    g_autofree char *large = thumbnail_key(content, THUMBNAIL_LARGE);
    g_autofree char *small = thumbnail_key(content, THUMBNAIL_SMALL);
    blobs_delete(library_thumbnails(library), large, NULL);
    blobs_delete(library_thumbnails(library), small, NULL);
}
