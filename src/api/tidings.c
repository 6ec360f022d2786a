#include "api/tidings.h"

#include "api/albumen/scan_state.h"
#include "base/limits.h"
#include "jobs/vision_job.h"
#include "library/job.h"
#include "studio/dataset.h"

#define INTERVAL_US G_TIME_SPAN_SECOND

struct Tidings {
    Library *library;
    HttpEvents *events;
    GThread *thread;
    GMutex lock;
    GCond changed;
    gboolean stopping;
    gint64 version, studio_version; /* as last told */
    char *scan;
    char *analysis;
};

/* "NAME" stands at another version than `*last`. */
static void tell_version(Tidings *tidings, const char *name, gint64 *last, gint64 version)
{
    if (version == *last) {
        return;
    }
    *last = version;
    g_autofree char *data = g_strdup_printf("{\"version\":%" G_GINT64_FORMAT "}", version);
    http_events_publish(tidings->events, name, data);
}

/* Takes the text, unless it is the one that was told last. */
static void tell(Tidings *tidings, const char *name, char **last, char *text)
{
    if (g_strcmp0(text, *last) == 0) {
        g_free(text);
        return;
    }
    g_free(*last);
    *last = text;
    http_events_publish(tidings->events, name, text);
}

static gboolean look(Tidings *tidings, GError **error)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    g_autoptr(StoreTx) tx = store_read(library_store(tidings->library), error);
    gint64 version = tx ? library_version(tx, error) : 0;
    gint64 studio_version = version ? dataset_studio_version(tx, error) : 0;
    if (!studio_version || !scan_state_write(writer, tx, error)) {
        return FALSE;
    }
    g_autoptr(GError) failure = NULL;
    g_autoptr(Job) analysis = job_latest(tx, VISION_JOB, &failure);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    g_clear_pointer(&tx, store_tx_free);
    g_autoptr(GBytes) scan = json_writer_finish(writer, error);
    if (!scan) {
        return FALSE;
    }
    tell(tidings, "scan", &tidings->scan,
         g_strndup(g_bytes_get_data(scan, NULL), g_bytes_get_size(scan)));
    if (analysis && analysis->progress) {
        tell(tidings, "analysis", &tidings->analysis, g_strdup(analysis->progress));
    }
    tell_version(tidings, "library", &tidings->version, version);
    tell_version(tidings, "studio", &tidings->studio_version, studio_version);
    return TRUE;
}

/* FALSE when it is time to stop. */
static gboolean wait(Tidings *tidings)
{
    g_mutex_lock(&tidings->lock);
    gint64 until = g_get_monotonic_time() + INTERVAL_US;
    while (!tidings->stopping && g_cond_wait_until(&tidings->changed, &tidings->lock, until)) {
    }
    gboolean goes_on = !tidings->stopping;
    g_mutex_unlock(&tidings->lock);
    return goes_on;
}

static gpointer run(gpointer data)
{
    gboolean failed = FALSE; /* told once */
    do {
        g_autoptr(GError) error = NULL;
        if (!look(data, &error) && !failed) {
            g_warning("what changes in the library cannot be told: %s", error->message);
        }
        failed = error != NULL;
    } while (wait(data));
    return NULL;
}

Tidings *tidings_start(Library *library, HttpEvents *events)
{
    Tidings *tidings = g_new0(Tidings, 1);
    tidings->library = library;
    tidings->events = events;
    g_mutex_init(&tidings->lock);
    g_cond_init(&tidings->changed);
    tidings->thread = g_thread_new("tidings", run, tidings);
    return tidings;
}

void tidings_stop(Tidings *tidings)
{
    g_mutex_lock(&tidings->lock);
    tidings->stopping = TRUE;
    g_cond_signal(&tidings->changed);
    g_mutex_unlock(&tidings->lock);
    g_thread_join(tidings->thread);
    g_mutex_clear(&tidings->lock);
    g_cond_clear(&tidings->changed);
    g_free(tidings->scan);
    g_free(tidings->analysis);
    g_free(tidings);
}
