/* Private to jobs/: writes what the workers read, many rows to a transaction. A row that the
 * database refuses costs itself alone. */
#pragma once

#include "jobs/scan.h"
#include "library/ingest.h"

/* What became of one file. Owned by whoever holds it. */
typedef struct {
    gint64 source_id;
    char *folder_path; /* texts */
    char *name;
    gint64 file_bytes;
    gint64 modified_ns;
    MediaPicture *picture; /* NULL when it failed */
    GError *failure;       /* NULL when it did not */
} ScanResult;

void scan_result_free(ScanResult *result);

/* What one transaction does. May run several times, from the start. */
typedef gboolean (*ScanWrite)(StoreTx *tx, gpointer data, GError **error);

/* Runs it and commits, again and again while others are in the way. */
gboolean scan_write(Library *library, ScanWrite write, gpointer data, GError **error);

typedef struct ScanWriter ScanWriter;

ScanWriter *scan_writer_new(Library *library);
/* Takes the result; writes it now or with those that follow. Any thread. */
void scan_writer_add(ScanWriter *writer, ScanResult *result);
/* Writes what waits. Any thread. */
void scan_writer_flush(ScanWriter *writer);
/* How many were written so far: pictures and failures. */
void scan_writer_counts(ScanWriter *writer, gint64 *ret_indexed, gint64 *ret_failed);
/* FALSE when nothing more can be written: no disk, no database. */
gboolean scan_writer_works(ScanWriter *writer);
/* Writes the rest and frees it. Fails with the first error of any write. */
gboolean scan_writer_finish(ScanWriter *writer, GError **error);
