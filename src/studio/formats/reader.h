/* Reading a format: a file of annotations, or a zip archive of several, as a stream of images and
 * shapes. Nothing grows with the number of shapes but a few bytes each for what must not come
 * twice. What a file says is checked where it is read; nothing outside of it is opened: no XML
 * entities, no paths. */
#pragma once

#include "studio/formats/formats.h"

#include <gio/gio.h>

/* An image that the file names. */
typedef struct {
    gint64 key; /* the reader's own, 0, 1, 2 and so on: shapes come with it */
    const char
        *directory; /* "/" or "/a/b", as the file has it: may have folders that we have not */
    const char *filename;
    gboolean is_stem;     /* the filename may lack its extension: formats of a file an image */
    gint64 width, height; /* 0: not told */
    const char *split;    /* split_name; NULL: none told */
    const char *path;     /* where in the file */
} FoundImage;

/* What the reader tells; what returns a gboolean may refuse, which ends the reading. An image is
 * told before its shapes; where a file has them the other way round it is read twice. */
typedef struct {
    gboolean (*image)(gpointer data, const FoundImage *image, GError **error);
    /* Takes the shape: pixels, uid NULL when the file has none. `path` tells where in the file. */
    gboolean (*shape)(gpointer data, gint64 image_key, Shape *shape, const char *path,
                      GError **error);
    /* A class that the file lists: takes it. Shapes may have others. */
    gboolean (*class_)(gpointer data, AnnotationClass *class_, GError **error);
    /* Something that cannot be read as it should: goes on after it. */
    void (*problem)(gpointer data, const char *path, const char *message);
    /* Something the file has that we do not keep, counted by a sentence. */
    void (*loss)(gpointer data, const char *what);
    /* How large the image of ours is that this one was told to be, for formats that speak of
     * fractions (YOLO). FALSE: we have none, and its shapes need not come. */
    gboolean (*size)(gpointer data, gint64 image_key, gint64 *ret_width, gint64 *ret_height);
    /* How much of the file has been read. */
    void (*progress)(gpointer data, gint64 bytes);
    gpointer data;
    GCancellable *cancellable;
} FormatSink;

typedef enum { LIKENESS_NONE, LIKENESS_PERHAPS, LIKENESS_LIKELY, LIKENESS_SURE } Likeness;

typedef struct FormatReaderClass {
    /* Whether a file that begins so, or that an archive has in it, looks like this format. */
    Likeness (*looks_like)(const char *name, const char *head, gsize length);
    /* `fd`: a regular file, read from its start, as often as need be. CORRUPT, TOO_LARGE,
     * UNSUPPORTED, CANCELLED, or what the sink said. */
    gboolean (*read)(int fd, const char *filename, const FormatSink *sink, GError **error);
    /* Where in the file a shape's field stands, as shape_check names it, of the shape that was told
     * with `path`; the caller's. NULL: the path says all. */
    char *(*place)(const char *path, const char *field);
} FormatReaderClass;

extern const FormatReaderClass read_coco, read_pictograph, read_yolo, read_yolo_obb, read_yolo_pose,
    read_pascal_voc, read_cvat, read_csv;

/* The format that the file looks most like. INVALID when it looks like none that is read. */
const Format *format_guess(int fd, const char *filename, GCancellable *cancellable, GError **error);
