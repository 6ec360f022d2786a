#include "api/api.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/upkeep.h"
#include "jobs/scheduler.h"
#include "library/job.h"
#include "library/source.h"

#include <glib-unix.h>
#include <string.h>

#define DEFAULT_LISTEN "127.0.0.1:5000"
#define GRACE_SECONDS  10

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_REMOVE;
}

static gboolean is_loopback(const char *address)
{
    return g_str_has_prefix(address, "127.") || g_str_has_prefix(address, "localhost:") ||
           g_str_has_prefix(address, "[::1]:");
}

/* Without accounts whoever reaches the server owns the library, so only this machine may reach it.
 */
static gboolean check_listen(const char *const *listen, GError **error)
{
    for (; *listen; listen++) {
        if (!is_loopback(*listen)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                        "%s can be reached by others, and this library has no accounts: "
                        "listen on 127.0.0.1 or [::1]",
                        *listen);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean queue_first_scan(Library *library, GError **error)
{
    gint64 id = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    g_autoptr(GPtrArray) sources = tx ? source_list(tx, error) : NULL;
    if (!sources) {
        return FALSE;
    }
    return sources->len == 0 ||
           (job_queue(tx, "scan", "{}", &id, error) && store_commit(tx, error));
}

static void wake_scheduler(gpointer data)
{
    scheduler_wake(data);
}

/* Serves until a signal asks to stop. */
static gboolean serve(const HttpServerOptions *options, GError **error)
{
    /* Before anybody is told that it listens, and might ask it to stop. */
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_unix_signal_add(SIGINT, on_signal, loop);
    g_unix_signal_add(SIGTERM, on_signal, loop);
    HttpServer *server = http_server_start(options, error);
    if (!server) {
        return FALSE;
    }
    for (const char *const *url = http_server_urls(server); *url; url++) {
        printf("listening on %s\n", *url);
    }
    fflush(stdout);
    g_main_loop_run(loop);
    http_server_stop(server, GRACE_SECONDS);
    return TRUE;
}

static gboolean serve_library(Library *library, const Settings *settings, WorkerPool *workers,
                              const char *const *listen, gboolean quiet, GError **error)
{
    g_autoptr(HttpEvents) events = http_events_new();
    Scheduler *scheduler = scheduler_start(library, workers);
    Api api = {
        .library = library,
        .settings = settings,
        .workers = workers,
        .scaled = lru_cache_new(LIMIT_SCALED_CACHE_BYTES, (gpointer(*)(gpointer))g_bytes_ref,
                                (GDestroyNotify)g_bytes_unref),
        .wake = wake_scheduler,
        .wake_data = scheduler,
        .events = events,
        .version = ALBUMEN_VERSION,
    };
    const HttpServerOptions options = {
        .listen = listen,
        .dialects = api_dialects,
        .gate = api_gate,
        .app = &api,
        .events = events,
        .access_log = !quiet,
        .title = "Facet API",
        .version = "1.0.0",
        .capability_name = api_capability_name,
        .fallback = api_web,
        .decorate = api_decorate,
    };
    api.server = &options;
    gboolean served = serve(&options, error);
    scheduler_stop(scheduler);
    lru_cache_free(api.scaled);
    return served;
}

static gboolean run(const Options *options, const char *const *photos, const char *const *listen,
                    gboolean quiet, GError **error)
{
    g_autoptr(Library) library = options_open_library(options, error);
    g_autoptr(Settings) settings = library ? settings_load(options->data, error) : NULL;
    if (!settings || !options_add_sources(library, photos, NULL, error) ||
        !upkeep_recover(library, error) || !queue_first_scan(library, error)) {
        return FALSE;
    }
    Upkeep *upkeep = upkeep_start(library, options, error);
    if (!upkeep) {
        return FALSE;
    }
    g_autoptr(WorkerPool) workers = worker_pool_new("/proc/self/exe", options->workers);
    gboolean served = serve_library(library, settings, workers, listen, quiet, error);
    upkeep_stop(upkeep);
    return served;
}

int cli_serve(int argc, char **argv)
{
    g_auto(GStrv) listen = NULL;
    g_auto(GStrv) photos = NULL;
    gboolean quiet = FALSE;
    const GOptionEntry entries[] = {
        {"listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &listen,
         "Address to listen on (default " DEFAULT_LISTEN "); may be repeated", "HOST:PORT"},
        {"photos", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &photos,
         "Folder of photographs to index; may be repeated", "DIR"},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &quiet, "No access log", NULL},
        {NULL},
    };
    g_auto(Options) options = {0};
    if (!options_parse(&options, NULL, "Serves a library and keeps it up to date.", entries, &argc,
                       &argv)) {
        return EXIT_USAGE;
    }
    if (argc > 1) {
        fprintf(stderr, "albumen: serve takes folders by --photos: %s\n", argv[1]);
        return EXIT_USAGE;
    }
    if (!listen) {
        listen = g_key_file_get_string_list(options.file, "server", "listen", NULL, NULL);
    }
    if (!listen) {
        listen = g_strsplit(DEFAULT_LISTEN, " ", 1);
    }
    g_autoptr(GError) error = NULL;
    if (!check_listen((const char *const *)listen, &error) ||
        !run(&options, (const char *const *)photos, (const char *const *)listen, quiet, &error)) {
        return options_fail(error);
    }
    return EXIT_DONE;
}
