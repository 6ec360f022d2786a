/* The route tables of the dialect's datasets, images, annotations and directories, which dialect.c
 * puts together. */
#pragma once

#include "http/http.h"

extern const HttpRoute pictograph_annotation_routes[]; /* annotations.c */
#define PICTOGRAPH_ANNOTATION_ROUTES 8
extern const HttpRoute pictograph_bulk_routes[]; /* bulk.c */
#define PICTOGRAPH_BULK_ROUTES 1
extern const HttpRoute pictograph_class_change_routes[]; /* class_changes.c */
#define PICTOGRAPH_CLASS_CHANGE_ROUTES 3
extern const HttpRoute pictograph_dataset_routes[]; /* datasets.c */
#define PICTOGRAPH_DATASET_ROUTES 8
extern const HttpRoute pictograph_report_routes[]; /* dataset_reports.c */
#define PICTOGRAPH_REPORT_ROUTES 8
extern const HttpRoute pictograph_image_routes[]; /* images.c */
#define PICTOGRAPH_IMAGE_ROUTES 9
extern const HttpRoute pictograph_batch_routes[]; /* batch.c */
#define PICTOGRAPH_BATCH_ROUTES 4
extern const HttpRoute pictograph_directory_routes[]; /* directories.c */
#define PICTOGRAPH_DIRECTORY_ROUTES 6
extern const HttpRoute pictograph_search_routes[]; /* search.c */
#define PICTOGRAPH_SEARCH_ROUTES 1
extern const HttpRoute pictograph_export_routes[]; /* exports.c */
#define PICTOGRAPH_EXPORT_ROUTES 13
extern const HttpRoute pictograph_comment_routes[]; /* comments.c */
#define PICTOGRAPH_COMMENT_ROUTES 4
