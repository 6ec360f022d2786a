/* Imports: a file of annotations is sent (imports/UUID in the data folder), read once for a
 * preview, and applied in one transaction, all or nothing. jobs/import_job.c runs both (kind
 * "import"). In the caller's transaction, as studio/dataset.h says. */
#pragma once

#include "studio/annotations.h"
#include "studio/formats/formats.h"

typedef enum {
    IMPORT_READING,
    IMPORT_READY, /* the preview is there */
    IMPORT_APPLYING,
    IMPORT_APPLIED,
    IMPORT_FAILED,
} ImportState;
const char *import_state_name(ImportState state);

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    gint64 dataset_id, project_id;
    char *filename;
    const Format *format;
    ImportState state;
    /* JSON: {"images":N,"matched":N,"annotations":N,"unmatched":[names, at most 1000],
     * "classes":[{"name","kind","annotations","exists":bool}],"dropped":{"reason":N},
     * "problems":[{"path","message"}, at most 100],"problem_count":N}; NULL: not read yet. Once it
     * is applied also "applied":{"images","annotations","classes"}. */
    char *preview;
    char *error;
    gint64 created_ms, expires_ms;
} DatasetImport;
void dataset_import_free(DatasetImport *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DatasetImport, dataset_import_free)

DatasetImport *import_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error);

typedef enum { IMPORT_REPLACE, IMPORT_ADD } ImportMode;
/* How a preview is applied. */
typedef struct {
    ImportMode mode;       /* of images that the file names: its shapes instead, or beside */
    gboolean as_proposals; /* to be accepted one by one */
    /* From a class of the file to one of the project, NULL: its shapes are left out; classes that
     * are not in it keep their names. Owned by the caller. */
    GHashTable *classes;
    gboolean skip_problems; /* else any problem refuses it */
} ImportPlan;
