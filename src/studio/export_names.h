/* What the classes and images of an export are called in its files: known in two passes over the
 * shapes, the first to see which classes there are. */
#pragma once

#include "studio/formats/writer.h"

typedef struct ExportNames ExportNames;

/* `classes`: the list's, of AnnotationClass; borrowed. */
ExportNames *export_names_new(const GPtrArray *classes, gboolean by_split);
void export_names_free(ExportNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportNames, export_names_free)

/* The first pass: shapes of an image that will be written. */
void export_names_see(ExportNames *names, const GPtrArray *shapes);
/* Between both: sets classes, names, places, by_split and polygons_only. They are the names'. */
void export_names_tell(ExportNames *names, FormatDataset *ret_dataset);
/* The second pass, image after image by directory and filename: sets all but the shapes. Good until
 * the next call. */
void export_names_image(ExportNames *names, const Item *item, FormatImage *ret_image);
