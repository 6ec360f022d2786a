/* What the Pictograph dialect tells of datasets, classes, images and directories, whatever the
 * route. Each writes one JSON object; members that a client's parser cannot do without are always
 * there. */
#pragma once

#include "api/api.h"
#include "studio/classes.h"
#include "studio/directory.h"
#include "studio/duplicates.h"
#include "studio/insights.h"
#include "studio/item.h"

/* `classes`: of AnnotationClass, in their order. Leaves the object open for members to come. */
void pictograph_begin_dataset(JsonWriter *writer, const Dataset *dataset, const GPtrArray *classes);
/* With its classes, read in `tx`. FALSE with an error; what was written then is of no use. */
gboolean pictograph_write_dataset(JsonWriter *writer, StoreTx *tx, const Dataset *dataset,
                                  GError **error);
/* Of AnnotationClass, as a list. */
void pictograph_write_classes(JsonWriter *writer, const GPtrArray *classes);

void pictograph_write_image(JsonWriter *writer, const HttpRequest *request, const Item *item);
/* As pictograph_write_image, of Item. */
void pictograph_write_images(JsonWriter *writer, const HttpRequest *request,
                             const GPtrArray *items);
/* "/api/v1/developer/annotations/UUID/file", in `writer`. */
void pictograph_member_annotation_url(JsonWriter *writer, const Item *item);
/* "/a/b/c.jpg" without the slash in front. Owned by the caller. */
char *pictograph_item_path(const Item *item);

void pictograph_write_directory(JsonWriter *writer, const Dataset *dataset,
                                const Directory *directory);
void pictograph_write_insights(JsonWriter *writer, const Insights *insights);
void pictograph_write_duplicates(JsonWriter *writer, const DuplicatesWanted *wanted,
                                 const Duplicates *duplicates);
