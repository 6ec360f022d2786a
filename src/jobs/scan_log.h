/* What this process's scans say of themselves, line by line: the latest LIMIT_SCAN_LOG_LINES. Any
 * thread. */
#pragma once

#include <glib.h>

typedef struct ScanLog ScanLog;

ScanLog *scan_log_new(void);
void scan_log_free(ScanLog *log);

/* A scan starts; the lines of the one before are forgotten. */
void scan_log_begin(ScanLog *log, const char *const *directories);
/* A line like the last one is not repeated. */
void scan_log_add(ScanLog *log, const char *line);
void scan_log_end(ScanLog *log, int exit_code);

typedef struct {
    gboolean running;
    gint64 sequence; /* grows with every change */
    GStrv directories;
    GStrv lines;
    double seconds; /* from the start to now, or to the end; NaN when there was no scan */
    int exit_code;  /* -1: none yet */
} ScanLogView;
void scan_log_view_clear(ScanLogView *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScanLogView, scan_log_view_clear)

/* How it stands, with the latest `lines` of its lines. */
void scan_log_look(ScanLog *log, guint lines, ScanLogView *ret_view);
