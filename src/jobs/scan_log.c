#include "jobs/scan_log.h"

#include "base/limits.h"
#include "base/lock.h"

#include <math.h>
#include <string.h>

struct ScanLog {
    GMutex lock;
    GQueue lines; /* of char *, the oldest first */
    GStrv directories;
    gint64 sequence;
    gint64 started_us, ended_us; /* monotonic; 0: not */
    int exit_code;
};

ScanLog *scan_log_new(void)
{
    ScanLog *log = g_new0(ScanLog, 1);
    g_mutex_init(&log->lock);
    g_queue_init(&log->lines);
    log->directories = g_new0(char *, 1);
    log->exit_code = -1;
    return log;
}

void scan_log_free(ScanLog *log)
{
    g_queue_clear_full(&log->lines, g_free);
    g_strfreev(log->directories);
    g_mutex_clear(&log->lock);
    g_free(log);
}

void scan_log_begin(ScanLog *log, const char *const *directories)
{
    LOCK_UNTIL_END(&log->lock);
    g_queue_clear_full(&log->lines, g_free);
    g_strfreev(log->directories);
    log->directories = g_strdupv((char **)directories);
    log->started_us = g_get_monotonic_time();
    log->ended_us = 0;
    log->exit_code = -1;
    log->sequence++;
}

void scan_log_add(ScanLog *log, const char *line)
{
    LOCK_UNTIL_END(&log->lock);
    if (g_strcmp0(g_queue_peek_tail(&log->lines), line) == 0) {
        return;
    }
    g_queue_push_tail(&log->lines, g_strdup(line));
    if (log->lines.length > LIMIT_SCAN_LOG_LINES) {
        g_free(g_queue_pop_head(&log->lines));
    }
    log->sequence++;
}

void scan_log_end(ScanLog *log, int exit_code)
{
    LOCK_UNTIL_END(&log->lock);
    log->ended_us = g_get_monotonic_time();
    log->exit_code = exit_code;
    log->sequence++;
}

void scan_log_view_clear(ScanLogView *view)
{
    g_clear_pointer(&view->directories, g_strfreev);
    g_clear_pointer(&view->lines, g_strfreev);
}

void scan_log_look(ScanLog *log, guint lines, ScanLogView *ret_view)
{
    LOCK_UNTIL_END(&log->lock);
    gint64 end_us = log->ended_us ? log->ended_us : g_get_monotonic_time();
    g_autoptr(GStrvBuilder) latest = g_strv_builder_new();
    guint first = log->lines.length - MIN(lines, log->lines.length);
    for (const GList *at = g_queue_peek_nth_link(&log->lines, first); at; at = at->next) {
        g_strv_builder_add(latest, at->data);
    }
    *ret_view = (ScanLogView){
        .running = log->started_us && !log->ended_us,
        .sequence = log->sequence,
        .directories = g_strdupv(log->directories),
        .lines = g_strv_builder_end(latest),
        .seconds = log->started_us ? (double)(end_us - log->started_us) / G_USEC_PER_SEC : NAN,
        .exit_code = log->exit_code,
    };
}
