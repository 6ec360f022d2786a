/* Private to jobs/: reads the files that a scan found new or changed, several at a time: tells by
 * the content whether one is a known photo, and has the workers read the others. */
#pragma once

#include "jobs/scan_writer.h"
#include "jobs/walk.h"
#include "library/source.h"

/* One file that is new or changed. */
typedef struct {
    const Source *source;
    const WalkRoot *root; /* outlives the task */
    char *folder_path;    /* text */
    char *name;           /* text */
    char *relative;       /* bytes, from the root */
    gint64 file_bytes;
    gint64 modified_ns;
    char *sidecar; /* bytes, from the root; NULL: there is none */
    gint64 sidecar_bytes;
    gint64 sidecar_modified_ns;
    MediaPicture *picture; /* when it has been read already, with its hash; NULL */
} ScanTask;

typedef struct ScanReader ScanReader;

ScanReader *scan_reader_new(const ScanOptions *options, ScanWriter *writer);
/* Takes the task. */
void scan_reader_push(ScanReader *reader, ScanTask *task);
/* Waits until at most `most` tasks are under way, or until the time (g_get_monotonic_time). FALSE
 * when more are. */
gboolean scan_reader_wait(ScanReader *reader, guint most, gint64 until_us);
/* FALSE when reading cannot go on at all: no worker starts. */
gboolean scan_reader_works(ScanReader *reader);

typedef struct {
    gint64 passed;   /* of what was found, left to the next scan: gone, or being written */
    gint64 kept_out; /* passed over because a person trashed it */
} ScanRead;
ScanRead scan_reader_counts(ScanReader *reader);

/* Waits for what is under way. Returns why reading could not go on, or NULL. */
GError *scan_reader_finish(ScanReader *reader);
