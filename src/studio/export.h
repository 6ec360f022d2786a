/* Exports: a project or a version of it, written into a zip file by a job (kind "export"). The
 * rows; formats/ has what is in the file, jobs/export_job.c runs it. In the caller's transaction,
 * as studio/dataset.h says. */
#pragma once

#include "studio/formats/formats.h"
#include "studio/version.h"

typedef enum { EXPORT_PENDING, EXPORT_PROCESSING, EXPORT_COMPLETED, EXPORT_FAILED } ExportState;
const char *export_state_name(ExportState state);

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    gint64 dataset_id, project_id, version_id; /* the last 0: of what stood */
    char dataset_uuid[UUID_CHARS + 1];
    char *dataset_name, *name;
    const Format *format;
    gboolean include_images, organize_by_split;
    char **class_filter; /* NULL: all */
    char *status_filter; /* NULL: all */
    ExportState state;
    char *error, *report;
    gint64 file_bytes, image_count, annotation_count; /* -1: not known yet */
    gint64 created_ms, finished_ms, expires_ms;       /* 0 */
} DatasetExport;
void dataset_export_free(DatasetExport *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DatasetExport, dataset_export_free)

typedef struct {
    const char *name; /* NULL: made of the dataset's name and the format, never taken */
    const Format *format;
    const Version *version; /* NULL */
    gboolean include_images, organize_by_split;
    const char *const *class_filter; /* NULL or empty: all */
    const char *status_filter;       /* NULL, "" or "all" */
} ExportNew;

/* Queues it as well; the caller wakes the scheduler. CONFLICT, INVALID. */
DatasetExport *export_create(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                             const ExportNew *values, GError **error);
/* The newest first. `dataset` and `state` (-1) NULL: any. */
GPtrArray *export_list(StoreTx *tx, const Principal *viewer, const Dataset *dataset, int state,
                       gint64 offset, gint64 limit, gint64 *ret_total, GError **error);
DatasetExport *export_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error);
DatasetExport *export_find_named(StoreTx *tx, const Dataset *dataset, const char *name,
                                 GError **error);
gboolean export_delete(StoreTx *tx, const DatasetExport *value, GError **error);
/* The file, open for reading; CONFLICT while it is not complete, NOT_FOUND when it is gone. */
gboolean export_open(Library *library, const DatasetExport *value, int *ret_fd, gint64 *ret_bytes,
                     GError **error);
