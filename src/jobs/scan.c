#include "jobs/scan.h"

#include "base/path_text.h"
#include "jobs/scan_writer.h"
#include "jobs/walk.h"
#include "library/ingest.h"
#include "library/source.h"

#include <string.h>
#include <unistd.h>

#define REPORT_INTERVAL_US (G_USEC_PER_SEC / 2)

/* Files on their way to a worker, a worker: enough to keep it busy, few enough to stop soon. */
#define QUEUED_PER_WORKER 8

/* One file that is new or changed. */
typedef struct {
    gint64 source_id;
    char *root; /* bytes */
    char *folder_path; /* text */
    WalkFile file;
} ScanTask;

typedef struct {
    const ScanOptions *options;
    ScanWriter *writer;
    GThreadPool *readers;
    GMutex lock;
    GCond drained;
    guint queued; /* tasks pushed and not done */
    ScanProgress progress;
    gint64 known_failures; /* failed before and unchanged since */
    gint64 started_us, reported_us;
    gint counted; /* atomic: pictures counted ahead; */
    gint counting; /* atomic: the count is not done */
} Scan;

