/* A scan as a job of the queue: what it was asked for, as the JSON of its payload, and running it.
 */
#pragma once

#include "jobs/scan.h"
#include "jobs/scan_log.h"
#include "jobs/scheduler.h"

/* What to scan, and how; the members of ScanOptions. Nothing given: everything. */
typedef struct {
    GArray *source_ids; /* of gint64; NULL: all */
    GStrv folders;      /* NULL-terminated, of texts; NULL */
    GStrv trees;
    gboolean take_back, retry_failed, accept_empty;
} ScanRequest;

void scan_request_clear(ScanRequest *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScanRequest, scan_request_clear)

/* Owned by the caller. */
char *scan_request_json(const ScanRequest *request);
/* INVALID when it is no payload of a scan. */
gboolean scan_request_parse(const char *json, ScanRequest *ret_request, GError **error);

/* Queues a scan. Those that a person asks for and those that the watch does are of two kinds, so
 * that neither waits for the other and only the first are told about. */
#define SCAN_JOB  "scan"
#define WATCH_JOB "watch"
gboolean scan_queue(StoreTx *tx, const char *kind, const ScanRequest *request, gint64 *ret_id,
                    GError **error);

/* Of the scheduler's table of kinds. */
gboolean scan_job_run(const JobRun *run, char **ret_progress, GError **error);
