/* Private to jobs/: a scan at work, and what it does with one folder. */
#pragma once

#include "jobs/scan_count.h"
#include "jobs/scan_reader.h"

typedef struct {
    const ScanOptions *options;
    ScanWriter *writer;
    ScanReader *reader;
    ScanCount *count; /* NULL: nobody counts ahead */
    gint64 started_us, reported_us;

    /* What the walk alone counts. */
    gint64 found, unchanged, known_failures, missing;
} Scan;

/* What a scan asks a folder for: pictures and sidecars. */
gboolean scan_wants(const char *name);

/* Compares the folder (its path as text) with what is known of it, has the reader read what is new
 * or changed, and writes what is gone or there again. TRUE also when the scan is to stop. */
gboolean scan_folder(Scan *scan, const Source *source, const WalkRoot *root, const char *path,
                     const WalkFolder *found, GError **error);

/* Records that a folder cannot be read. */
gboolean scan_unreadable_folder(const Scan *scan, const Source *source, const char *path,
                                const GError *failure, GError **error);

/* Waits until at most `most` files are under way. FALSE when there is no point in going on. */
gboolean scan_wait(Scan *scan, guint most);
