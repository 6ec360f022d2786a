/* Writing a format: image after image, into named files that come to lie in one zip archive.
 * Nothing grows with the number of shapes; what can be known only at the end goes into a file of
 * its own on the disk until then. */
#pragma once

#include "studio/formats/formats.h"

/* Where the files of an export go (studio/export_files.h makes it). */
typedef struct ExportFiles ExportFiles;
/* What to append to for a file of the whole export, begun by the first call. Its parts come to lie
 * one after the other, so that several can be written side by side. `name` with "/" between
 * folders. Never NULL; good until export_files_flush. */
GString *export_file(ExportFiles *files, const char *name, guint part);
/* The same for a file that is complete by the next call of this or of export_files_flush. */
GString *export_file_once(ExportFiles *files, const char *name);
/* What was written goes to the disk when it is much: called after each image. */
gboolean export_files_flush(ExportFiles *files, GError **error);

/* What an image is called in the format. */
typedef struct {
    const Item *item;
    const char *path;        /* "a/b/c.jpg": directory and filename */
    const char *stem_path;   /* the same without its extension, unless another has the same */
    const char *folder;      /* "" or "train/", "valid/", "test/" */
    Split part;              /* whose folder it is; SPLIT_NONE: "" */
    const GPtrArray *shapes; /* that pass the class filter */
} FormatImage;

typedef struct {
    const Dataset *dataset;
    const GPtrArray *classes; /* of AnnotationClass: the list's, then those only on shapes */
    const GPtrArray *names;   /* of char *: theirs, each once */
    GHashTable *places;       /* from a name to its place in `names`, counted from 1 */
    gboolean by_split;
    gboolean polygons_only; /* no shape of the export is anything else */
    const char *base_url;   /* of this server, as a client reaches it; "" */
    gboolean has_images;    /* the pictures come to lie in the archive, under images/ */
} FormatDataset;

/* What could not be held is counted by a sentence: "polylines are left out". Static. */
typedef void (*FormatLoss)(gpointer data, const char *what);

typedef struct FormatWriterClass {
    gsize size; /* of its state, zeroed at first */
    gboolean (*begin)(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error);
    gboolean (*image)(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                      GError **error);
    gboolean (*end)(gpointer state, GError **error);
    void (*clear)(gpointer state); /* may be called at any time after zeroing */
} FormatWriterClass;

extern const FormatWriterClass write_pictograph, write_darwin, write_coco, write_yolo,
    write_yolo_seg, write_yolo_obb, write_yolo_pose, write_dota, write_pascal_voc, write_cvat,
    write_datumaro, write_labelme, write_csv;
