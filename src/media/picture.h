/* One picture file, read once: what it is, what it says, and small pictures of it.
 *
 * This is the only way into the decoders, and only a worker process calls it (jobs/worker_main.c):
 * outside bytes are decoded nowhere else. Everything takes an open descriptor of a regular file,
 * positioned anywhere, and opens no path. */
#pragma once

#include "base/error.h"
#include "base/hash.h"
#include "media/bitmap.h"
#include "media/facts.h"

#include <glib.h>

/* What the bytes are, whatever the name says. */
typedef enum {
    MEDIA_UNKNOWN,
    MEDIA_JPEG,
    MEDIA_PNG,
    MEDIA_WEBP,
    MEDIA_GIF,
    MEDIA_TIFF,
    MEDIA_BMP,
    MEDIA_HEIF, /* HEIC */
    MEDIA_AVIF,
    MEDIA_JXL,
    MEDIA_RAW, /* any camera's */
} MediaFormat;

const char *media_format_name(MediaFormat format); /* "jpeg" */

/* TRUE for the name of a file that a scan should look at (by extension, any case). */
gboolean media_name_is_picture(const char *name);

#define MEDIA_THUMBNAIL_LARGE_PIXELS 640 /* long edge; Facet's stored size */
#define MEDIA_THUMBNAIL_SMALL_PIXELS 320
#define MEDIA_THUMBNAIL_QUALITY      80

typedef struct {
    MediaFormat format;
    int width, height; /* upright, of the original's full size */
    ContentHash hash;  /* of the file; this and file_bytes are not media_read's: see
                        * worker_read */
    gint64 file_bytes;
    MediaFacts *facts;
    guint64 phash;           /* media/phash.h; of the upright picture */
    GBytes *thumbnail_large; /* upright sRGB JPEG, long edge <= MEDIA_THUMBNAIL_LARGE_PIXELS, never
                                enlarged */
    GBytes *thumbnail_small;
} MediaPicture;

void media_picture_free(MediaPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MediaPicture, media_picture_free)

/* Once in a process, before the sandbox closes: loads libraries, plug-ins and colour profiles. */
gboolean media_init(GError **error);

/* Reads the facts, and decodes once at the smallest scale that serves. `name` is the file's own
 * name, a hint for formats whose bytes do not tell (RAW). When the picture cannot be decoded the
 * error's message is for a person ("the file ends in the middle of the picture"), codes: CORRUPT,
 * UNSUPPORTED, TOO_LARGE, IO. */
MediaPicture *media_read(int fd, const char *name, GError **error);

/* The whole picture, upright, sRGB, as a JPEG of `quality` 1..100 with its long edge at most
 * `max_pixels` (0: full size). For what browsers do not show: RAW (developed with the camera's
 * white balance), HEIC, TIFF. */
GBytes *media_render_jpeg(int fd, const char *name, int max_pixels, int quality, GError **error);

/* The pixels of a picture for who looks at them: upright, sRGB, three bands. */
typedef struct {
    Bitmap *bitmap;
    int full_width, full_height; /* upright, of the original that it was scaled down from */
} MediaPixels;

void media_pixels_clear(MediaPixels *pixels);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MediaPixels, media_pixels_clear)

/* A part of the original, in its upright pixels. */
typedef struct {
    double x1, y1, x2, y2;
} MediaBox;

/* Decodes as media_read does, at the smallest scale whose long edge is `min_long_pixels` or more,
 * and scales down to twice that at most. */
gboolean media_pixels(int fd, const char *name, int min_long_pixels, MediaPixels *ret_pixels,
                      GError **error);

/* A thumbnail of ours scaled to fit max_pixels x max_pixels, never enlarged (the same bytes then).
 */
GBytes *media_scale_jpeg(GBytes *jpeg, int max_pixels, int quality, GError **error);
