#include "api/api.h"
#include "api/client_address.h"
#include "api/public_url.h"
#include "api/tidings.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/upkeep.h"
#include "jobs/scheduler.h"
#include "jobs/vision_job.h"
#include "jobs/watch.h"
#include "library/catalog.h"
#include "library/job.h"
#include "library/source.h"

#include <glib-unix.h>
#include <string.h>

/* How the server was asked to be. */
typedef struct {
    const char *const *listen;
    gboolean quiet, watches, analyses;
    int rescan_minutes;
} Serving;

#define DEFAULT_LISTEN "127.0.0.1:5000"
#define GRACE_SECONDS  10

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_REMOVE;
}

/* "127.0.0.1:5000", "[::1]:5000", "localhost:5000": nobody else's machine can reach it. */
static gboolean is_loopback(const char *listen)
{
    const char *port = strrchr(listen, ':');
    g_autofree char *host = g_strndup(listen, port ? (gsize)(port - listen) : strlen(listen));
    gsize length = strlen(host);
    if (length > 1 && host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        memmove(host, host + 1, length - 1);
    }
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    return address ? g_inet_address_get_is_loopback(address)
                   : g_ascii_strcasecmp(host, "localhost") == 0;
}

/* Without accounts and without a password whoever reaches the server owns the library, so only this
 * machine may reach it. */
static gboolean check_listen(const char *const *listen, AccessMode mode, GError **error)
{
    for (; mode == ACCESS_OPEN && *listen; listen++) {
        if (!is_loopback(*listen)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                        "%s can be reached by others, and this library has neither accounts nor a "
                        "password: make an account with \"albumen user add\", or listen on "
                        "127.0.0.1 or [::1]",
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

static void release_scheduler(gpointer data)
{
    scheduler_release(data);
}

/* NULL with --no-watch. */
static Watch *start_watch(Library *library, Scheduler *scheduler, const Serving *serving)
{
    const WatchOptions options = {
        .library = library,
        .rescan_minutes = serving->rescan_minutes,
        .queued = wake_scheduler,
        .ready = release_scheduler,
        .data = scheduler,
    };
    return serving->watches ? watch_start(&options) : NULL;
}

/* While the rest starts. When it fails, whoever looks first tries again and tells why. */
static gpointer prepare_catalog(gpointer data)
{
    catalog_prepare(library_catalog(data), NULL);
    return NULL;
}

static gboolean serve_library(Api *api, const Serving *serving, GError **error)
{
    GThread *preparing = g_thread_new("catalogue", prepare_catalog, api->library);
    g_autoptr(HttpEvents) events = http_events_new();
    ScanLog *scan_log = scan_log_new();
    const SchedulerOptions scheduling = {
        .library = api->library,
        .workers = api->workers,
        .vision = serving->analyses ? api->vision : NULL,
        .log = scan_log,
        .is_held = serving->watches,
    };
    Scheduler *scheduler = scheduler_start(&scheduling);
    Watch *watch = start_watch(api->library, scheduler, serving);
    VisionWatch *vision_watch =
        serving->analyses ? vision_watch_start(api->library, api->vision, scheduler) : NULL;
    Tidings *tidings = tidings_start(api->library, events);
    api->scaled = lru_cache_new(LIMIT_SCALED_CACHE_BYTES, (gpointer(*)(gpointer))g_bytes_ref,
                                (GDestroyNotify)g_bytes_unref);
    api->downloads = albumen_downloads_new();
    api->wake = wake_scheduler;
    api->wake_data = scheduler;
    api->events = events;
    api->watch = watch;
    api->scan_log = scan_log;
    api->server = (HttpServerOptions){
        .listen = serving->listen,
        .dialects = api_dialects,
        .gate = api_gate,
        .app = api,
        .events = events,
        .access_log = !serving->quiet,
        .title = "Facet API",
        .version = "1.0.0",
        .capability_name = api_capability_name,
        .fallback = api_web,
        .decorate = api_decorate,
    };
    gboolean served = serve(&api->server, error);
    g_thread_join(preparing);
    tidings_stop(tidings);
    watch_stop(watch);
    vision_watch_stop(vision_watch);
    scheduler_stop(scheduler);
    scan_log_free(scan_log);
    lru_cache_free(api->scaled);
    lru_cache_free(api->downloads);
    return served;
}

static GPtrArray *read_proxies(const Options *options, GError **error)
{
    g_auto(GStrv) texts =
        g_key_file_get_string_list(options->file, "server", "trusted_proxies", NULL, NULL);
    return proxies_parse((const char *const *)texts, error);
}

/* NULL without an error: clients call the server what they call it. */
static char *read_public_url(const Options *options, GError **error)
{
    g_autofree char *text = g_key_file_get_string(options->file, "server", "public_url", NULL);
    return text ? public_url_parse(text, error) : NULL;
}

/* Of a key that was given no limit. */
static gint64 requests_per_hour(GKeyFile *file)
{
    gint64 limit = g_key_file_get_int64(file, "pictograph", "requests_per_hour", NULL);
    return limit > 0 ? MIN(limit, LIMIT_REQUESTS_PER_HOUR) : 100000;
}

static gboolean is_bare(GKeyFile *file)
{
    g_autofree char *shape = g_key_file_get_string(file, "pictopy", "shape", NULL);
    return g_strcmp0(shape, "bare") == 0;
}

/* A cosine; 0 for none, or for what is none. */
static double same_face(GKeyFile *file)
{
    double same = g_key_file_get_double(file, "pictopy", "same_face", NULL);
    return same > 0 && same < 1 ? same : 0;
}

static gboolean run(const Options *options, const char *const *photos, const Serving *serving,
                    GError **error)
{
    g_autoptr(GPtrArray) proxies = read_proxies(options, error);
    g_autoptr(Library) library = proxies ? options_open_library(options, error) : NULL;
    g_autoptr(Settings) settings = library ? settings_load(options->data, error) : NULL;
    g_autoptr(Roster) roster = settings ? roster_new(library, settings, error) : NULL;
    GError *failure = NULL;
    g_autofree char *url = read_public_url(options, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (!roster || !check_listen(serving->listen, roster_mode(roster), error) ||
        !options_add_sources(library, photos, NULL, error) || !upkeep_recover(library, error) ||
        !queue_first_scan(library, error)) {
        return FALSE;
    }
    Upkeep *upkeep = upkeep_start(library, options, error);
    if (!upkeep) {
        return FALSE;
    }
    g_autoptr(SignIn) sign_in = sign_in_new(roster);
    g_autoptr(Rate) rate = rate_new(requests_per_hour(options->file));
    g_autoptr(Replay) replay = replay_new(library);
    g_autoptr(WorkerPool) workers = worker_pool_new("/proc/self/exe", options->workers);
    g_autoptr(Indexer) indexer = indexer_new(library, workers);
    g_autoptr(VisionPool) vision = options_vision(options);
    Api api = {
        .library = library,
        .settings = settings,
        .roster = roster,
        .sign_in = sign_in,
        .proxies = proxies,
        .workers = workers,
        .indexer = indexer,
        .vision = vision,
        .pictopy_bare = is_bare(options->file),
        .pictopy_same = same_face(options->file),
        .public_url = url,
        .rate = rate,
        .replay = replay,
        .version = ALBUMEN_VERSION,
    };
    gboolean served = serve_library(&api, serving, error);
    upkeep_stop(upkeep);
    return served;
}

/* Between two looks at a folder that cannot be watched. */
static int rescan_minutes(GKeyFile *file)
{
    int minutes = g_key_file_get_integer(file, "scan", "rescan_minutes", NULL);
    return minutes > 0 ? MIN(minutes, 7 * 24 * 60) : 60;
}

int cli_serve(int argc, char **argv)
{
    g_auto(GStrv) listen = NULL;
    g_auto(GStrv) photos = NULL;
    gboolean quiet = FALSE, no_watch = FALSE, no_analysis = FALSE;
    const GOptionEntry entries[] = {
        {"listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &listen,
         "Address to listen on (default " DEFAULT_LISTEN "); may be repeated", "HOST:PORT"},
        {"photos", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &photos,
         "Folder of photographs to index; may be repeated", "DIR"},
        {"no-watch", 0, 0, G_OPTION_ARG_NONE, &no_watch,
         "Do not watch the folders for changes; they are scanned at the start and when asked",
         NULL},
        {"no-analysis", 0, 0, G_OPTION_ARG_NONE, &no_analysis,
         "Do not look for faces and things on the pictures", NULL},
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
    const Serving serving = {
        .listen = (const char *const *)listen,
        .quiet = quiet,
        .watches = !no_watch,
        .analyses = !no_analysis,
        .rescan_minutes = rescan_minutes(options.file),
    };
    g_autoptr(GError) error = NULL;
    if (!run(&options, (const char *const *)photos, &serving, &error)) {
        return options_fail(error);
    }
    return EXIT_DONE;
}
