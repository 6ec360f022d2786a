#include "api/albumen/scan_state.h"

#include "api/photo_values.h"
#include "jobs/scan_job.h"
#include "library/job.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* What the watch has scanned is told of only when it takes longer than this. */
#define QUIET_MS 3000

/* What a scan counted so far; before its first report, nothing. */
static void write_progress(JsonWriter *writer, const json_t *progress)
{
    static const char *const counts[] = {"found",  "indexed", "moved", "unchanged",
                                         "failed", "missing", "done"};
    static const char *const measures[] = {"total", "rate", "seconds", "seconds_left"};
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        json_member_int(writer, counts[i],
                        json_integer_value(json_object_get(progress, counts[i])));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(measures); i++) {
        const json_t *value = json_object_get(progress, measures[i]);
        if (json_is_integer(value)) {
            json_member_int(writer, measures[i], json_integer_value(value));
        } else {
            json_member_double(writer, measures[i],
                               json_is_real(value) ? json_real_value(value) : NAN);
        }
    }
}

static void write_job(JsonWriter *writer, const Job *job)
{
    g_autofree char *started = time_iso(job->started_ms);
    g_autofree char *finished = time_iso(job->finished_ms);
    json_t *progress = job->progress ? json_loads(job->progress, 0, NULL) : NULL;
    json_object_begin(writer);
    json_member_string(writer, "state", job->state);
    json_member_string(writer, "started_at", started);
    json_member_string(writer, "finished_at", finished);
    json_member_string(writer, "error", job->error);
    write_progress(writer, progress);
    json_object_end(writer);
    json_decref(progress);
}

static gboolean is_long(const Job *job)
{
    return job && strcmp(job->state, "running") == 0 &&
           job->started_ms + QUIET_MS < library_now_ms();
}

gboolean scan_state_write(JsonWriter *writer, StoreTx *tx, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(Job) job = job_latest(tx, SCAN_JOB, &failure);
    g_autoptr(Job) quiet = failure ? NULL : job_latest(tx, WATCH_JOB, &failure);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    gboolean is_over = !job || job->finished_ms;
    if (is_over && is_long(quiet)) {
        write_job(writer, quiet);
    } else if (job) {
        write_job(writer, job);
    } else {
        json_none(writer);
    }
    return TRUE;
}
