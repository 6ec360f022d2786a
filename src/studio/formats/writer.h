/* Writing a format: image after image, into named files that come to lie in one zip archive.
 * Nothing grows with the number of shapes; what can be known only at the end goes into a file of
 * its own on the disk until then. */
#pragma once

#include "studio/formats/formats.h"

/* Where the files of an export go (studio/export_files.h makes it). */
typedef struct ExportFiles ExportFiles;
/* Begins a file of the archive, or goes on with it when it was begun: several may be open. `name`
 * with "/" between folders. Never NULL. */
GString *export_file(ExportFiles *files, const char *name);
/* What was written to it since goes to the disk when it is much: call it after each image. */
gboolean export_files_flush(ExportFiles *files, GError **error);

/* What an image is called in the format. */
typedef struct {
    const Item *item;
    const char *directory;   /* "" or "a/b", without slashes at its ends */
    const char *stem;        /* the filename, its extension left out unless another has the same */
    const char *folder;      /* "" or "train/", "valid/", "test/" */
    const GPtrArray *shapes; /* that pass the class filter */
} FormatImage;

typedef struct {
    const Dataset *dataset;
    const GPtrArray *classes; /* of AnnotationClass: the list's, then names only on shapes */
    gboolean by_split;
    gboolean polygons_only; /* no shape of the export is anything else */
    const char *base_url;   /* of this server, as a client reaches it; "" */
} FormatDataset;

/* What could not be held is counted by a sentence: "polylines are left out". */
typedef void (*FormatLoss)(gpointer data, const char *what);

typedef struct FormatWriterClass {
    gsize size; /* of its state, zeroed at first */
    gboolean (*begin)(gpointer state, const FormatDataset *dataset, ExportFiles *files,
                      GError **error);
    gboolean (*image)(gpointer state, const FormatImage *image, FormatLoss loss, gpointer data,
                      GError **error);
    gboolean (*end)(gpointer state, GError **error);
    void (*clear)(gpointer state);
} FormatWriterClass;
