/* Starting a scan and watching it, as Facet's client does. */
#include "api/facet/facet.h"
#include "base/beneath.h"
#include "base/limits.h"
#include "jobs/scan_job.h"
#include "library/job.h"
#include "library/source.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* Of a stream: Facet samples once a second. */
#define SAMPLE_US G_TIME_SPAN_SECOND

static gboolean check_enabled(const HttpRequest *request, GError **error)
{
    const json_t *features =
        json_object_get(settings_viewer(api_of(request)->settings), "features");
    if (json_is_true(json_object_get(features, "show_scan_button"))) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN, "Scan feature not enabled");
    return FALSE;
}

/* Directories */

static gint compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_once(GPtrArray *directories, const char *path)
{
    if (path && *path && !g_ptr_array_find_with_equal_func(directories, path, g_str_equal, NULL)) {
        g_ptr_array_add(directories, g_strdup(path));
    }
}

/* The library's folders, those of all users, and what the settings map paths to: sorted, each once.
 * Of char *, texts. */
static GPtrArray *configured_directories(const Api *api, StoreTx *tx, GError **error)
{
    g_autoptr(GPtrArray) directories = source_directories(tx, error);
    if (!directories) {
        return NULL;
    }
    json_t *mapping = json_object_get(settings_viewer(api->settings), "path_mapping");
    const char *from;
    json_t *target;
    json_object_foreach(mapping, from, target)
    {
        add_once(directories, json_string_value(target));
    }
    g_ptr_array_sort(directories, compare_texts);
    return g_steal_pointer(&directories);
}

/* Facet names the caller where the directory is theirs, or shared with all; of others' directories
 * it says "shared". */
static gboolean is_own(const Principal *viewer, const char *path)
{
    const char *const *own = principal_directories(viewer);
    for (; own && *own; own++) {
        if (strcmp(*own, path) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean facet_scan_directories(HttpRequest *request, GError **error)
{
    if (!check_enabled(request, error)) {
        return FALSE;
    }
    const Principal *viewer = api_principal(request);
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) directories =
        tx ? configured_directories(api_of(request), tx, error) : NULL;
    if (!directories) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "directories");
    json_array_begin(writer);
    for (guint i = 0; i < directories->len; i++) {
        const char *path = g_ptr_array_index(directories, i);
        const char *user = principal_user_id(viewer);
        json_object_begin(writer);
        json_member_string(writer, "path", path);
        json_member_string(writer, "owner", user && is_own(viewer, path) ? user : "shared");
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Starting */

static gboolean check_idle(StoreTx *tx, GError **error)
{
    gboolean pending = FALSE;
    if (!job_is_pending(tx, SCAN_JOB, &pending, error)) {
        return FALSE;
    }
    if (pending) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "A scan is already running");
    }
    return !pending;
}

/* The server's own texts of what was asked for, NULL-terminated. */
static GStrv choose(const json_t *asked, const GPtrArray *configured, GError **error)
{
    g_autoptr(GStrvBuilder) chosen = g_strv_builder_new();
    for (gsize i = 0; i < json_array_size(asked); i++) {
        const char *path = json_string_value(json_array_get(asked, i));
        guint at = 0;
        if (!g_ptr_array_find_with_equal_func((GPtrArray *)configured, path, g_str_equal, &at)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "Directory not configured: %s",
                        path);
            return NULL;
        }
        g_strv_builder_add(chosen, g_ptr_array_index(configured, at));
    }
    if (json_array_size(asked) == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "No directories specified");
        return NULL;
    }
    return g_strv_builder_end(chosen);
}

static gboolean is_covered(const GPtrArray *sources, const char *path)
{
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (strcmp(source->path, path) == 0 || beneath_relative(source->path, path)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Directories of users that no source holds yet become sources. */
static gboolean ensure_sources(const Api *api, StoreTx *tx, char *const *paths, GError **error)
{
    g_autoptr(GPtrArray) sources = source_list(tx, error);
    for (; sources && *paths; paths++) {
        gint64 id = 0;
        if (is_covered(sources, *paths)) {
            continue;
        }
        g_autofree char *folder = source_folder(*paths, library_data_folder(api->library), error);
        if (!folder || !source_add(tx, folder, &id, error)) {
            return FALSE;
        }
    }
    return sources != NULL;
}

static GStrv queue(const Api *api, const json_t *asked, GError **error)
{
    gint64 id = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !library_touch(tx, error) || !check_idle(tx, error)) {
        return NULL;
    }
    g_autoptr(GPtrArray) configured = configured_directories(api, tx, error);
    g_auto(ScanRequest) request = {.trees = configured ? choose(asked, configured, error) : NULL};
    if (!request.trees || !ensure_sources(api, tx, request.trees, error) ||
        !scan_queue(tx, SCAN_JOB, &request, &id, error) ||
        !library_commit(api->library, tx, error)) {
        return NULL;
    }
    return g_steal_pointer(&request.trees);
}

static void write_texts(JsonWriter *writer, const char *name, char *const *texts)
{
    json_key(writer, name);
    json_array_begin(writer);
    for (; *texts; texts++) {
        json_text(writer, *texts);
    }
    json_array_end(writer);
}

gboolean facet_scan_start(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    if (!check_enabled(request, error)) {
        return FALSE;
    }
    g_auto(GStrv) started = queue(api, json_object_get(http_body(request), "directories"), error);
    if (!started) {
        return FALSE;
    }
    scan_log_begin(api->scan_log, (const char *const *)started); /* whoever looks now sees it run */
    if (api->wake) {
        api->wake(api->wake_data);
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    json_member_string(writer, "message", "Scan started");
    write_texts(writer, "directories", started);
    json_member_int(writer, "pid", getpid());
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Watching */

static JsonWriter *write_status(const ScanLogView *view)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_bool(writer, "running", view->running);
    write_texts(writer, "directories", view->directories);
    write_texts(writer, "output", view->lines);
    json_member_double(writer, "elapsed_seconds", round(view->seconds * 10) / 10);
    json_key(writer, "exit_code");
    if (view->exit_code >= 0) {
        json_int(writer, view->exit_code);
    } else {
        json_none(writer);
    }
    json_object_end(writer);
    return writer;
}

static guint asked_lines(const HttpRequest *request)
{
    return (guint)CLAMP(http_int(request, "lines", 20), 0, LIMIT_SCAN_LOG_LINES);
}

gboolean facet_scan_status(HttpRequest *request, GError **error)
{
    if (!check_enabled(request, error)) {
        return FALSE;
    }
    g_auto(ScanLogView) view = {0};
    scan_log_look(api_of(request)->scan_log, asked_lines(request), &view);
    return http_respond_json(request, write_status(&view), error);
}

/* Somebody who follows the scan. */
typedef struct {
    ScanLog *log;
    guint lines;
    gint64 sequence; /* as last told; -1: nothing yet */
    gint64 told_us;
    gboolean is_over;
} Follower;

static GBytes *status_event(const ScanLogView *view)
{
    g_autoptr(JsonWriter) writer = write_status(view);
    g_autoptr(GBytes) json = json_writer_finish(writer, NULL);
    gsize length = 0;
    const char *data = json ? g_bytes_get_data(json, &length) : NULL;
    g_autofree char *text = g_strndup(data ? data : "", length);
    return http_event_new("", text);
}

/* The end is told at once, all else at most once a second. */
static GBytes *next_status(gpointer data, gboolean *ret_last)
{
    Follower *follower = data;
    g_auto(ScanLogView) view = {0};
    scan_log_look(follower->log, follower->lines, &view);
    gint64 now_us = g_get_monotonic_time();
    gboolean is_due = follower->sequence < 0 || now_us - follower->told_us >= SAMPLE_US;
    if (follower->is_over || view.sequence == follower->sequence || (view.running && !is_due)) {
        return NULL;
    }
    follower->sequence = view.sequence;
    follower->told_us = now_us;
    follower->is_over = !view.running;
    *ret_last = follower->is_over;
    return status_event(&view);
}

/* An EventSource sends no headers: the token is in the address, or nowhere. */
static gboolean check_follower(const HttpRequest *request, GError **error)
{
    const char *token = http_text(request, "token", NULL);
    if (!token) {
        return access_check(api_principal(request), CAPABILITY_SUPERADMIN, error);
    }
    g_autoptr(Principal) principal =
        roster_identify(api_of(request)->roster, token, api_is_here(request));
    return access_check(principal, CAPABILITY_SUPERADMIN, error);
}

gboolean facet_scan_stream(HttpRequest *request, GError **error)
{
    if (!check_enabled(request, error) || !check_follower(request, error)) {
        return FALSE;
    }
    Follower *follower = g_new0(Follower, 1);
    follower->log = api_of(request)->scan_log;
    follower->lines = asked_lines(request);
    follower->sequence = -1;
    return http_respond_events(request, next_status, follower, g_free, error);
}
