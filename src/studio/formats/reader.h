/* Reading a format: a file of annotations, or a zip archive of several, as a stream of images and
 * shapes. Nothing grows with the number of shapes. What a file says is checked where it is read;
 * nothing outside of it is opened: no XML entities, no paths. */
#pragma once

#include "studio/formats/formats.h"

#include <gio/gio.h>

/* An image that the file names. */
typedef struct {
    gint64 key;            /* the reader's own, from 0: shapes come with it */
    const char *directory; /* "/" or "/a/b"; cleaned */
    const char *filename;
    gint64 width, height; /* 0: not told */
    const char *split;    /* NULL */
} FoundImage;

/* What the reader tells; each may refuse, which ends the reading. Images may come after their
 * shapes (COCO): `image` is told all before the first `shape`, by a first pass if need be. */
typedef struct {
    gboolean (*image)(gpointer data, const FoundImage *image, GError **error);
    /* Takes the shape: pixels, uid NULL when the file has none. `path` tells where in the file. */
    gboolean (*shape)(gpointer data, gint64 image_key, Shape *shape, const char *path,
                      GError **error);
    gboolean (*class_)(gpointer data, AnnotationClass *class_, GError **error); /* takes it */
    /* Something that cannot be read as it should: goes on after it. */
    void (*problem)(gpointer data, const char *path, const char *message);
    /* Something the file has that we do not keep, counted by a sentence. */
    void (*loss)(gpointer data, const char *what);
    /* The size of an image of ours by its name, for formats that speak of fractions (YOLO). FALSE:
     * not known, and its shapes are left out with a problem. */
    gboolean (*size)(gpointer data, const char *directory, const char *filename, gint64 *ret_width,
                     gint64 *ret_height);
    gpointer data;
    GCancellable *cancellable;
} FormatSink;

typedef struct FormatReaderClass {
    /* Whether a file that begins so, or an archive that has such a name in it, looks like this
     * format. */
    gboolean (*looks_like)(const char *filename, const guint8 *head, gsize length);
    /* `fd`: a regular file, read from its start, as often as need be. CORRUPT, TOO_LARGE. */
    gboolean (*read)(int fd, const char *filename, const FormatSink *sink, GError **error);
} FormatReaderClass;
