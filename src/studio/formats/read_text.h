/* What readers of several formats have in common. */
#pragma once

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "studio/formats/import_files.h"

/* Sentences that more than one format counts its losses by. */
#define LOST_KINDS    "shapes of kinds that we do not have are left out"
#define LOST_CROWDS   "marks of crowds are not kept"
#define LOST_PARTS    "polygons of several parts became a polygon each"
#define LOST_MARKS    "marks of shapes that are cut off or difficult are not kept"
#define LOST_TRACKS   "tracks of videos are left out"
#define LOST_PICTURES "pictures in the archive are not taken; send them as pictures"

/* What is being read. Problems are told with their place: "NAME:PLACE" in an archive. */
typedef struct {
    const FormatSink *sink;
    ImportFiles *files;
    const char *name; /* of the file at hand */
    ByteSource source;
    gint64 next_key; /* of an image */
    gint64 images, shapes;
} Reading;

/* Opens; `reading->sink` is set. reading_close in any case. */
gboolean reading_open(Reading *reading, int fd, const char *filename, const FormatSink *sink,
                      GError **error);
void reading_close(Reading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_close)
/* The next file with its name and source; FALSE at the end and on error. */
gboolean reading_next(Reading *reading, GError **error);
/* Has each file read whose name ends so. */
gboolean reading_all(int fd, const char *filename, const FormatSink *sink, const char *suffix,
                     gboolean (*read_file)(Reading *reading, GError **error), GError **error);

/* "NAME:PLACE", or only the one of them that there is. The caller's. */
char *reading_place(const Reading *reading, const char *place);
/* "NAME:LINE". */
char *reading_line(const Reading *reading, gint64 line);
G_GNUC_PRINTF(3, 4)
void reading_problem(const Reading *reading, const char *place, const char *format, ...);

/* Tells the sink, with a key of its own; TOO_LARGE beyond the limit. */
gboolean reading_image(Reading *reading, FoundImage *image, GError **error);
/* Takes the shape. */
gboolean reading_shape(Reading *reading, gint64 image_key, Shape *shape, const char *place,
                       GError **error);
/* A class of this name, perhaps with the JSON of a skeleton. */
gboolean reading_class(const Reading *reading, const char *name, ShapeKind kind,
                       const char *skeleton, GError **error);

/* A whole text as a finite number, in the C locale. */
gboolean text_read_number(const char *text, double *ret_number);
/* Whether the name ends so, in any case of letters. */
gboolean text_has_suffix(const char *name, const char *suffix);
gboolean text_is_picture(const char *name);
