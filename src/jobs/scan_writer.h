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
    gboolean has_sidecar;
    gint64 sidecar_bytes;
    gint64 sidecar_modified_ns;
    gboolean take_back;
    gint64 photo_id;       /* the photo that the file is, by its content; 0: by its path */
    ContentHash content;   /* of that photo */
    gboolean is_elsewhere; /* it was at another path before */
    MediaPicture *picture; /* NULL when it failed, or need not be read */
    GError *failure;       /* NULL when it did not */
    IngestMoved moved;     /* once written */
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
typedef struct {
    gint64 indexed, moved; /* as in ScanProgress */
    gint64 failed;
    gint64 missing; /* photos whose place others took, without those that were found elsewhere */
    gint64 passed;  /* of what was found, left to the next scan */
} ScanWritten;
/* How many were written so far. */
ScanWritten scan_writer_counts(ScanWriter *writer);
/* FALSE when nothing more can be written: no disk, no database. */
gboolean scan_writer_works(ScanWriter *writer);
/* Writes the rest and frees it. Fails with the first error of any write. */
gboolean scan_writer_finish(ScanWriter *writer, GError **error);
