/* Exports: a project or a version of it, written into a zip file by a job (kind "export"). The
 * rows; studio/export_write.h writes the file, jobs/export_job.h runs it. In the caller's
 * transaction, as studio/dataset.h says. */
#pragma once

#include "studio/formats/formats.h"
#include "studio/version.h"

#define EXPORT_JOB "export" /* its payload: {"export":ID,"base_url":TEXT} */

typedef enum { EXPORT_PENDING, EXPORT_PROCESSING, EXPORT_COMPLETED, EXPORT_FAILED } ExportState;
const char *export_state_name(ExportState state); /* "pending", "processing", "completed", .. */
gboolean export_state_from_name(const char *name, ExportState *ret_state);

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    gint64 dataset_id, project_id, version_id; /* the last 0: of what stood */
    char dataset_uuid[UUID_CHARS + 1];
    char organization_uuid[UUID_CHARS + 1];
    char version_uuid[UUID_CHARS + 1]; /* "" */
    char *dataset_name, *name;
    const Format *format; /* NULL: this program does not know it any more */
    gboolean include_images, organize_by_split;
    char **class_filter; /* NULL: all */
    char *status_filter; /* NULL: all */
    ExportState state;
    char *error;
    char *report; /* JSON: [{"what":SENTENCE,"count":N}]; NULL: not known yet */
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
    const char *base_url; /* of this server, as its clients reach it: for addresses in the files */
} ExportNew;

/* Queues it as well; the caller wakes the scheduler. CONFLICT when the name is taken, INVALID,
 * TOO_LARGE beyond LIMIT_EXPORTS_PER_DATASET. */
DatasetExport *export_create(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                             const ExportNew *values, GError **error);
/* The newest first. `dataset` NULL and `state` -1: any. `ret_total` may be NULL. */
GPtrArray *export_list(StoreTx *tx, const Principal *viewer, const Dataset *dataset, int state,
                       gint64 offset, gint64 limit, gint64 *ret_total, GError **error);
DatasetExport *export_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error);
DatasetExport *export_find_named(StoreTx *tx, const Dataset *dataset, const char *name,
                                 GError **error);
/* By a signed address of GET and "exports/UUID" (library/signed_address.h) that is good now;
 * FORBIDDEN. */
DatasetExport *export_find_signed(StoreTx *tx, const char *secret, const char *uuid,
                                  gint64 expires_seconds, const char *signature, GError **error);
/* The newest one of all of a version in this format, by its splits; NULL without an error when
 * there is none. */
DatasetExport *export_find_of_version(StoreTx *tx, const Principal *viewer, const Version *version,
                                      const Format *format, gboolean include_images,
                                      GError **error);
/* Its file is the caller's to remove once that is committed. */
gboolean export_delete(StoreTx *tx, const DatasetExport *value, GError **error);
void export_remove_file(Library *library, const char *uuid);
/* The file, open for reading; CONFLICT while it is not complete, NOT_FOUND when it is gone. */
gboolean export_open(Library *library, const DatasetExport *value, int *ret_fd, gint64 *ret_bytes,
                     GError **error);
/* Removes what has expired, and files that belong to none. */
gboolean export_sweep(Library *library, GError **error);

/* What the job does with its export. */
typedef struct {
    gint64 images, annotations, file_bytes;
    char *report;
} ExportWritten;
/* With what is needed of its dataset to write it: its names, slugs and ids. NOT_FOUND when it was
 * deleted. */
DatasetExport *export_get(StoreTx *tx, gint64 id, Dataset **ret_dataset, GError **error);
gboolean export_set_processing(StoreTx *tx, gint64 id, GError **error);
gboolean export_set_completed(StoreTx *tx, gint64 id, const ExportWritten *written, GError **error);
gboolean export_set_failed(StoreTx *tx, gint64 id, const char *message, GError **error);
/* "DATA/exports", made when missing; the caller closes it. -1. */
int export_folder(Library *library, GError **error);
/* "UUID.zip"; owned by the caller. */
char *export_file_name(const char *uuid);
