/* Datasets: choices of the library's photos that are annotated together. Each belongs to an
 * organization, whose members share it: putting a photo into a dataset shows it to them.
 *
 * Each call runs in the caller's transaction. What changes a dataset, or anything in it, comes
 * after library_touch and dataset_touch, and ends with library_commit. Whoever asks is a Principal;
 * what its organization does not have is NOT_FOUND, and an annotator finds only datasets it was
 * granted (principal_member_role, library/access.h). Rights to change are the routes'
 * (capabilities). */
#pragma once

#include "base/ids.h"
#include "library/access.h"
#include "library/library.h"
#include "studio/shape.h"

typedef enum { CLASS_POLICY_OPEN = 1, CLASS_POLICY_CLOSED } ClassPolicy;

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    gint64 project_id; /* the primary one */
    char project_uuid[UUID_CHARS + 1];
    char organization_uuid[UUID_CHARS + 1];
    char *organization_name, *organization_slug;
    char *owner; /* display name; NULL: nobody any more */
    char *name, *slug;
    char *description, *readme; /* NULL: none */
    guint kinds;                /* 1 << ShapeKind each: annotation_types */
    ClassPolicy policy;
    gboolean is_public;
    gint64 archived_ms; /* 0: in use */
    gint64 created_ms, changed_ms, version;
    /* Of its items that are not archived, but for the second: */
    gint64 image_count, archived_count, completed_count, annotation_count, proposal_count;
    gint64 status_counts[4]; /* by ItemStatus (studio/item.h) */
    gint64 total_bytes;
    char cover_uuid[UUID_CHARS + 1]; /* of the first item; "" */
} Dataset;

void dataset_free(Dataset *dataset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dataset, dataset_free)

/* By id or by name: a text that looks like a UUID is an id first, then a name. A name
 * "DATASET~PROJECT" is a further project of that dataset (contract of the second dialect). */
Dataset *dataset_find(StoreTx *tx, const Principal *viewer, const char *id_or_name, GError **error);
Dataset *dataset_get(StoreTx *tx, const Principal *viewer, gint64 id, GError **error);

/* The newest first; of Dataset. `ret_total`: without the page. */
GPtrArray *dataset_list(StoreTx *tx, const Principal *viewer, gboolean archived, gint64 offset,
                        gint64 limit, gint64 *ret_total, GError **error);

typedef struct {
    const char *name;        /* 1 to LIMIT_DATASET_NAME_CHARACTERS */
    const char *description; /* NULL: none */
    const char *readme;
    guint kinds;        /* 0: bbox */
    ClassPolicy policy; /* 0: open; closed for one that is made with classes */
} DatasetNew;

/* With its root directory and primary project. CONFLICT when the name is taken. */
Dataset *dataset_create(StoreTx *tx, const Principal *viewer, const DatasetNew *values,
                        GError **error);

typedef struct {
    const char *name;        /* NULL here and below: as it is */
    const char *description; /* "": none */
    const char *readme;
    guint kinds;        /* 0: as they are */
    ClassPolicy policy; /* 0 */
} DatasetChange;
gboolean dataset_update(StoreTx *tx, const Dataset *dataset, const DatasetChange *change,
                        GError **error);
gboolean dataset_archive(StoreTx *tx, const Dataset *dataset, gboolean archived, GError **error);

typedef struct {
    gint64 images, directories;
} DatasetDeleted;
/* Deletes what was drawn with it; the photos stay. */
gboolean dataset_delete(StoreTx *tx, const Dataset *dataset, DatasetDeleted *ret_deleted,
                        GError **error);

/* The dataset, or something in it, changes: its version and its time. */
gboolean dataset_touch(StoreTx *tx, gint64 dataset_id, GError **error);

/* Differs after any change of any dataset; 0 on error. */
gint64 dataset_studio_version(StoreTx *tx, GError **error);

/* Who of the annotators may work on it, nobody else any more. */
gboolean dataset_grant(StoreTx *tx, const Dataset *dataset, const gint64 *accounts, gsize count,
                       GError **error);
/* The same by usernames, NULL-terminated. NOT_FOUND for who is not of its organization. */
gboolean dataset_grant_names(StoreTx *tx, const Dataset *dataset, const char *const *usernames,
                             GError **error);
/* Their usernames, in order; of char *. */
GPtrArray *dataset_granted(StoreTx *tx, const Dataset *dataset, GError **error);
