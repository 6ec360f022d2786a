/* A scan: walks the sources, finds what is new, changed or gone, has the workers read it, writes
 * the rows.
 *
 * It may be stopped at any moment and run again: what was written stays, what is unchanged is
 * passed over. */
#pragma once

#include "base/json_writer.h"
#include "jobs/worker_pool.h"
#include "library/library.h"

typedef struct {
    gint64 found;   /* pictures in the folders, but for those being written or deleted right now */
    gint64 indexed; /* new, changed or moved, and written */
    gint64
        moved; /* of these: known photos at another place, or there again, which need not be read */
    gint64 unchanged; /* known, passed over */
    gint64 failed;    /* could not be read: now, or before and unchanged since */
    gint64 missing;   /* were there before, are not now */
    gint64 total;     /* pictures there are, counted ahead of the scan; -1 while still counting */
    double seconds;   /* since the start */
} ScanProgress;

/* Called about twice a second on the scan's own thread, and once at its end. */
typedef void (*ScanReport)(const ScanProgress *progress, gpointer data);

typedef struct {
    Library *library;
    WorkerPool *workers;
    const gint64 *source_ids; /* which sources; NULL: all */
    gsize source_count;
    /* Of those sources these folders alone, and these with all beneath them: paths as texts, NULL
     * at the end. Both NULL: the sources whole. */
    const char *const *folders;
    const char *const *trees;
    gboolean take_back;    /* index again what a person trashed or removed */
    gboolean retry_failed; /* read again what could not be read, though it did not change */
    gboolean accept_empty; /* a source that is empty has been emptied */
    ScanReport report;     /* may be NULL */
    gpointer report_data;
    GCancellable *cancellable; /* may be NULL */
} ScanOptions;

/* CANCELLED when it was stopped; UNAVAILABLE or IO when a source or the database cannot be used,
 * after the other sources were scanned. A source that is empty, though pictures were known in it,
 * is taken for one whose disk is not mounted, unless it is the very folder that it was.
 * *ret_progress is filled in either case; when all is done, found is indexed + unchanged + failed,
 * and total. */
gboolean scan_run(const ScanOptions *options, ScanProgress *ret_progress, GError **error);

/* Pictures a second, and seconds left; NaN while they cannot be told. */
double scan_rate(const ScanProgress *progress);
double scan_seconds_left(const ScanProgress *progress);

/* The counts as members of an object. */
void scan_write_counts(JsonWriter *writer, const ScanProgress *progress);

/* One line for a person; owned by the caller. */
char *scan_progress_line(const ScanProgress *progress);
char *scan_summary(const ScanProgress *progress); /* of a scan that has ended */

/* As the job queue and the API keep it; owned by the caller. */
char *scan_progress_json(const ScanProgress *progress);
