/* Private to jobs/: counts the pictures of the sources ahead of a scan, on a thread of its own, so
 * that the scan can say how long it will take. */
#pragma once

#include <glib.h>

typedef struct ScanCount ScanCount;

/* `sources`: of Source; must outlive the count. */
ScanCount *scan_count_start(const GPtrArray *sources);
/* -1 while it counts. */
gint64 scan_count_total(const ScanCount *count);
/* Stops and frees it. */
void scan_count_stop(ScanCount *count);
