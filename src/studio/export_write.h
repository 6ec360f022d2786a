/* Writes the file of an export: annotations in its format, pictures beside them if they are wanted,
 * and a README.txt that tells what is in it and what the format could not hold. */
#pragma once

#include "studio/export.h"

/* `done` of `total` images; FALSE stops it. */
typedef gboolean (*ExportProgress)(gint64 done, gint64 total, gpointer data);

typedef struct {
    const char *base_url;
    ExportProgress progress;
    gpointer data;
} ExportOptions;

/* Into DATA/exports/UUID.zip, whole or not at all. Not inside a transaction. CANCELLED when
 * `progress` stopped it, NOT_FOUND when the export was deleted, UNAVAILABLE when the disk is full.
 * `ret_written->report` is the caller's. */
gboolean export_write(Library *library, gint64 export_id, const ExportOptions *options,
                      ExportWritten *ret_written, GError **error);
