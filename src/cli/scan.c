#include "jobs/scan.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/upkeep.h"
#include "jobs/analyse.h"
#include "library/failures.h"
#include "library/job.h"

#include <glib-unix.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef struct {
    gboolean json;
    gboolean bar; /* standard error is a terminal: redraw one line */
} Shown;

typedef struct {
    gboolean take_back, retry_failed, accept_empty; /* as in ScanOptions */
    gboolean no_analysis;
} Wishes;

/* What came of it all. */
typedef struct {
    ScanProgress scan;
    AnalyseProgress analysis;
} Outcome;

static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

static char *time_left_text(const ScanProgress *progress)
{
    double left = scan_seconds_left(progress);
    if (isnan(left)) {
        return g_strdup("--:--");
    }
    int seconds = (int)MIN(left, 359999);
    return seconds >= 3600
               ? g_strdup_printf("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
               : g_strdup_printf("%d:%02d", seconds / 60, seconds % 60);
}

static void append_bar(GString *line, gint64 done, gint64 total, int width)
{
    int filled = total > 0 ? (int)(done * width / MAX(total, done)) : 0;
    g_string_append_c(line, '[');
    for (int i = 0; i < width; i++) {
        g_string_append_c(line, i < filled ? '#' : '.');
    }
    g_string_append(line, "] ");
}

static char *progress_text(const ScanProgress *progress)
{
    GString *text = g_string_new(NULL);
    gint64 done = progress->indexed + progress->unchanged + progress->failed;
    g_string_append_printf(text, "%" G_GINT64_FORMAT, done);
    if (progress->total >= 0) {
        g_string_append_printf(text, "/%" G_GINT64_FORMAT, progress->total);
    }
    double rate = scan_rate(progress);
    if (!isnan(rate)) {
        g_string_append_printf(text, "  %.1f/s", rate);
    }
    g_autofree char *left = time_left_text(progress);
    g_string_append_printf(text, "  %s left  %" G_GINT64_FORMAT " failed", left, progress->failed);
    return g_string_free(text, FALSE);
}

static void show_line(const Shown *shown, const char *text, gint64 done, gint64 total)
{
    if (!shown->bar) {
        return;
    }
    GString *line = g_string_new("\r");
    int room = terminal_columns() - (int)strlen(text) - 5;
    if (room >= 10) {
        append_bar(line, done, total, MIN(room, 40));
    }
    g_string_append(line, text);
    g_string_append(line, "\033[K");
    fputs(line->str, stderr);
    fflush(stderr);
    g_string_free(line, TRUE);
}

static void show(const ScanProgress *progress, gpointer data)
{
    g_autofree char *text = progress_text(progress);
    gint64 done = progress->indexed + progress->unchanged + progress->failed;
    show_line(data, text, done, progress->total);
}

static void show_analysis(const AnalyseProgress *progress, gpointer data)
{
    gint64 done = progress->done + progress->failed, total = done + progress->pending;
    g_autofree char *text =
        g_strdup_printf("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " looked at", done, total);
    show_line(data, text, done, total);
}

static gboolean on_signal(gpointer data)
{
    g_cancellable_cancel(data);
    return G_SOURCE_REMOVE;
}

/* Signals are waited for on a thread of their own, while the scan has this one. */
static gpointer watch_signals(gpointer data)
{
    g_main_loop_run(data);
    return NULL;
}

typedef struct {
    GCancellable *cancellable;
    GMainContext *context;
    GMainLoop *loop;
    GThread *thread;
} Signals;

static void watch(Signals *signals, int number)
{
    g_autoptr(GSource) source = g_unix_signal_source_new(number);
    g_source_set_callback(source, on_signal, signals->cancellable, NULL);
    g_source_attach(source, signals->context);
}

static void signals_start(Signals *signals)
{
    signals->cancellable = g_cancellable_new();
    signals->context = g_main_context_new();
    signals->loop = g_main_loop_new(signals->context, FALSE);
    watch(signals, SIGINT);
    watch(signals, SIGTERM);
    signals->thread = g_thread_new("signals", watch_signals, signals->loop);
}

static gboolean end_watch(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

/* The thread itself quits its loop: a scan may be over before the loop runs, which would forget
 * that it was told to quit. */
static void signals_stop(Signals *signals)
{
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_callback(source, end_watch, signals->loop, NULL);
    g_source_attach(source, signals->context);
    g_thread_join(signals->thread);
    g_main_loop_unref(signals->loop);
    g_main_context_unref(signals->context);
    g_object_unref(signals->cancellable);
}

static void write_failures(JsonWriter *writer, Library *library)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreTx) tx = store_read(library_store(library), NULL);
    g_autoptr(GPtrArray) failures =
        tx ? failure_list(tx, owner, NULL, LIMIT_LISTED_FAILURES, NULL) : NULL;
    json_key(writer, "failures");
    json_array_begin(writer);
    for (guint i = 0; failures && i < failures->len; i++) {
        const Failure *failure = g_ptr_array_index(failures, i);
        json_object_begin(writer);
        json_member_string(writer, "path", failure->path);
        json_member_string(writer, "code", failure->code);
        json_member_string(writer, "reason", failure->reason);
        json_object_end(writer);
    }
    json_array_end(writer);
}

/* One line: the last, and the only one, on standard output. */
static void print_json(Library *library, const Outcome *outcome, const GError *failure)
{
    const ScanProgress *progress = &outcome->scan;
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    scan_write_counts(writer, progress);
    json_member_int(writer, "analysed", outcome->analysis.done);
    json_member_double(writer, "seconds", round(progress->seconds * 1000) / 1000);
    json_member_string(writer, "error", failure ? failure->message : NULL);
    write_failures(writer, library);
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    fwrite(g_bytes_get_data(bytes, NULL), 1, g_bytes_get_size(bytes), stdout);
    putchar('\n');
}

static void print_summary(const Outcome *outcome)
{
    const ScanProgress *progress = &outcome->scan;
    g_autofree char *summary = scan_summary(progress);
    printf("%s\n", summary);
    if (progress->failed > 0) {
        printf("The gallery lists what could not be read, and why; so does --json.\n");
    }
    if (outcome->analysis.done + outcome->analysis.failed > 0) {
        printf("%" G_GINT64_FORMAT " looked at for faces and things, %" G_GINT64_FORMAT
               " could not be\n",
               outcome->analysis.done, outcome->analysis.failed);
    }
}

/* After the scan, for what it brought and what waits from before. Without a runtime or models there
 * is nothing to do, and nothing wrong. */
static void analyse(const Options *options, Library *library, GCancellable *cancellable,
                    Shown *shown, AnalyseProgress *ret_progress, GError **error)
{
    g_autoptr(VisionPool) vision = options_vision(options);
    g_autoptr(GError) failure = NULL;
    gboolean pending = FALSE;
    const AnalyseOptions analyse_options = {
        .library = library,
        .vision = vision,
        .tasks = VISION_OBJECTS | VISION_FACES | VISION_SIMILAR | VISION_WORDS,
        .report = show_analysis,
        .report_data = shown,
        .cancellable = cancellable,
    };
    if (!analyse_is_pending(library, vision, &pending, error) || !pending) {
        return;
    }
    if (!analyse_run(&analyse_options, ret_progress, &failure) &&
        g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE)) {
        fprintf(stderr, "albumen: nothing was looked at: %s\n", failure->message);
    } else if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
}

static gboolean scan(const Options *options, const char *const *folders, const Wishes *wishes,
                     Shown *shown, GError **error)
{
    g_autoptr(Library) library = options_open_library(options, error);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!library || !upkeep_recover(library, error) ||
        !options_add_sources(library, folders, ids, error)) {
        return FALSE;
    }
    g_autoptr(WorkerPool) workers = worker_pool_new("/proc/self/exe", options->workers);
    Signals signals;
    signals_start(&signals);
    ScanOptions scan_options = {
        .library = library,
        .workers = workers,
        .source_ids = ids->len > 0 ? (const gint64 *)(gpointer)ids->data : NULL,
        .source_count = ids->len,
        .take_back = wishes->take_back,
        .retry_failed = wishes->retry_failed,
        .accept_empty = wishes->accept_empty,
        .report = show,
        .report_data = shown,
        .cancellable = signals.cancellable,
    };
    Outcome outcome = {0};
    g_autoptr(GError) failure = NULL;
    if (scan_run(&scan_options, &outcome.scan, &failure) && !wishes->no_analysis) {
        analyse(options, library, signals.cancellable, shown, &outcome.analysis, &failure);
    }
    signals_stop(&signals);
    if (shown->bar) {
        fputc('\n', stderr);
    }
    if (shown->json) {
        print_json(library, &outcome, failure);
    } else {
        print_summary(&outcome);
    }
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return TRUE;
}

int cli_scan(int argc, char **argv)
{
    Wishes wishes = {0};
    Shown shown = {.bar = isatty(STDERR_FILENO) == 1};
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &shown.json, "Print one summary object", NULL},
        {"include-removed", 0, 0, G_OPTION_ARG_NONE, &wishes.take_back,
         "Index again what was removed from the library and lies in the folders", NULL},
        {"retry-failed", 0, 0, G_OPTION_ARG_NONE, &wishes.retry_failed,
         "Read again what could not be read before", NULL},
        {"accept-empty", 0, 0, G_OPTION_ARG_NONE, &wishes.accept_empty,
         "A folder that is empty was emptied: it is no disk that is not mounted", NULL},
        {"no-analysis", 0, 0, G_OPTION_ARG_NONE, &wishes.no_analysis,
         "Do not look for faces and things on the pictures", NULL},
        {NULL},
    };
    g_auto(Options) options = {0};
    if (!options_parse(&options, "[DIR...]",
                       "Indexes the folders named, or all that the library knows.", entries, &argc,
                       &argv)) {
        return EXIT_USAGE;
    }
    g_autoptr(GError) error = NULL;
    if (!scan(&options, (const char *const *)argv + 1, &wishes, &shown, &error)) {
        return options_fail(error);
    }
    return EXIT_DONE;
}
