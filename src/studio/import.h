/* Imports: a file of annotations is sent (imports/UUID in the data folder), read once for a
 * preview, and applied in one transaction, all or nothing. jobs/import_job.c runs both (kind
 * "import"). In the caller's transaction, as studio/dataset.h says, unless told otherwise.
 *
 * Reading and checking is done before that transaction begins: what is to be written then lies in a
 * file of its own on the disk, image by image. So memory does not grow with the number of shapes,
 * and the transaction, for which every other writer of SQLite waits, is no longer than its rows
 * take. */
#pragma once

#include "studio/annotations.h"
#include "studio/formats/formats.h"

#include <gio/gio.h>

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
    gint64 account_id; /* 0: nobody any more, or the owner of a library without accounts */
    char *filename;
    const Format *format; /* NULL: to be guessed yet */
    ImportState state;
    /* JSON: {"images":N,"matched":N,"annotations":N,"unmatched":[names, at most 1000],
     * "classes":[{"name","kind","annotations","exists":bool}],"dropped":{"reason":N},
     * "problems":[{"path","message"}, at most 100],"problem_count":N}; annotations are those that
     * would be written; NULL: not read yet. Once it is applied also
     * "applied":{"images","annotations","classes"}. */
    char *preview;
    char *plan; /* JSON; NULL */
    char *error;
    gint64 created_ms, expires_ms;
} DatasetImport;
void dataset_import_free(DatasetImport *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DatasetImport, dataset_import_free)

/* The file, while it comes. Needs no transaction. */
typedef struct ImportFile ImportFile;
/* UNAVAILABLE when the disk is full. */
ImportFile *import_file_new(Library *library, GError **error);
/* TOO_LARGE beyond LIMIT_IMPORT_FILE_BYTES; UNAVAILABLE. */
gboolean import_file_append(ImportFile *file, const guint8 *bytes, gsize length, GError **error);
/* Deletes it, unless import_file_keep was called. */
void import_file_free(ImportFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportFile, import_file_free)
/* Once the transaction of import_add was committed. */
void import_file_keep(ImportFile *file);
/* Deletes the file of an import that is no more; what is not there is no fault. */
void import_file_delete(Library *library, const char *uuid);

/* An import of the file that has come, in state IMPORT_READING. `format` NULL: to be guessed.
 * INVALID for an empty file, TOO_LARGE beyond LIMIT_IMPORTS_PER_DATASET. */
DatasetImport *import_add(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                          ImportFile *file, const char *filename, const Format *format,
                          GError **error);

/* NOT_FOUND. */
DatasetImport *import_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error);
/* The newest first; of DatasetImport. */
GPtrArray *import_list(StoreTx *tx, const Dataset *dataset, GError **error);
/* Its file is the caller's to delete, after the commit. What runs of it is given up. */
gboolean import_delete(StoreTx *tx, const DatasetImport *value, GError **error);
/* Those that have expired, rows and files; its own transaction. */
gboolean import_sweep(Library *library, GError **error);

typedef enum { IMPORT_REPLACE, IMPORT_ADD } ImportMode;
/* How a preview is applied. */
typedef struct {
    ImportMode mode;       /* of images that the file names: its shapes instead, or beside */
    gboolean as_proposals; /* to be accepted one by one; replaces proposals alone */
    /* From a class of the file to one of the project, NULL: its shapes are left out; classes that
     * are not in it keep their names. Owned by the caller. */
    GHashTable *classes;
    gboolean skip_problems; /* else any problem refuses it */
} ImportPlan;
/* Has it applied so: IMPORT_APPLYING from now on. CONFLICT unless it is IMPORT_READY; INVALID when
 * there are problems and they are not skipped, or classes that the project does not take. */
gboolean import_plan(StoreTx *tx, const DatasetImport *value, const ImportPlan *plan,
                     GError **error);

/* Whether nobody has deleted it meanwhile; TRUE also when that cannot be told. */
gboolean import_is_wanted(Library *library, const char *uuid);

/* Bytes that were read, or rows that were written, of so many. */
typedef void (*ImportProgress)(gpointer data, gint64 done, gint64 total);
/* Reads it for the preview, or applies it, by its state. What is wrong with the file becomes its
 * `error`, and it IMPORT_FAILED; that and an import that is no more is no error here. Makes its own
 * transactions. */
gboolean import_run(Library *library, const char *uuid, GCancellable *cancellable,
                    ImportProgress progress, gpointer data, GError **error);
