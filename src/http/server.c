#include "base/hash.h"
#include "http/events.h"
#include "http/framing.h"
#include "http/listen.h"
#include "http/request.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* File descriptors that are not connections: the database, pictures, worker processes. */
#define SPARE_DESCRIPTORS 256

/* libmicrohttpd has one listening socket a daemon, so each address has a daemon of its own. */
struct HttpServer {
    HttpServerOptions options;
    HttpRouter *router;
    GPtrArray *urls;    /* NULL-terminated */
    GPtrArray *daemons; /* struct MHD_Daemon */
    HttpWork *work;
    gint stopping;  /* atomic */
    gint under_way; /* requests that have arrived whole, and one more while the server runs, so that
                       nobody is woken for nothing; atomic */
    gssize held_bytes; /* of bodies that are being collected; atomic */
    GMutex idle_lock;
    GCond idle; /* under_way reached 0 */
};

/* The request has arrived whole: a stop waits for its answer. */
static void begin_answer(HttpServer *server, HttpRequest *request)
{
    if (!request->under_way) {
        request->under_way = TRUE;
        g_atomic_int_inc(&server->under_way);
    }
}

static void count_down(HttpServer *server)
{
    if (g_atomic_int_dec_and_test(&server->under_way)) {
        g_mutex_lock(&server->idle_lock);
        g_cond_broadcast(&server->idle);
        g_mutex_unlock(&server->idle_lock);
    }
}

/* Gives up the server's own count and waits until nobody else's is left, or for so long. */
static void wait_for_answers(HttpServer *server, int seconds)
{
    gint64 until = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
    gboolean in_time = TRUE;
    count_down(server);
    g_mutex_lock(&server->idle_lock);
    while (in_time && g_atomic_int_get(&server->under_way) > 0) {
        in_time = g_cond_wait_until(&server->idle, &server->idle_lock, until);
    }
    g_mutex_unlock(&server->idle_lock);
}

static void log_access(const HttpRequest *request)
{
    gsize length = strcspn(request->target, "?");
    g_autofree char *path = g_strndup(request->target, length);
    for (char *at = path; *at; at++) {
        if (!g_ascii_isgraph(*at)) {
            *at = '?'; /* no line of the log can be made by a client */
        }
    }
    double ms = (double)(g_get_monotonic_time() - request->began_us) / 1000;
    const HttpResponse *response = &request->response;
    gint64 bytes = response->sent ? *response->sent : response->length;
    if (g_str_equal(request->method_name, "HEAD")) {
        bytes = 0;
    }
    g_autofree char *line =
        g_strdup_printf("%s %s %d %" G_GINT64_FORMAT " %.1f ms\n", request->method_name, path,
                        response->status, bytes, ms);
    fputs(line, stderr);
}

/* --- the answer --- */

static enum MHD_Result send_response(HttpServer *server, HttpRequest *request)
{
    HttpResponse *response = &request->response;
    if (server->options.decorate) {
        server->options.decorate(request);
    }
    if (g_atomic_int_get(&server->stopping)) {
        http_set_header(request, "Connection", "close");
    }
    if (response->endless && request->under_way) { /* no stop waits for its end */
        request->under_way = FALSE;
        count_down(server);
    }
    struct MHD_Response *built = response_build(response);
    if (!built) {
        return MHD_NO;
    }
    enum MHD_Result result =
        MHD_queue_response(request->connection, (unsigned)response->status, built);
    MHD_destroy_response(built);
    return result;
}

static enum MHD_Result answer_error(HttpServer *server, HttpRequest *request, int status,
                                    AlbumenError code, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(ALBUMEN_ERROR, (gint)code, message);
    request_fail(request, status, error);
    return send_response(server, request);
}

/* --- the work pool --- */

static void fail_busy(HttpRequest *request)
{
    g_autoptr(GError) error = g_error_new_literal(
        ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY, "the server has too much to do, try again in a moment");
    http_set_header(request, "Retry-After", "1");
    request_fail(request, 503, error);
}

/* Gives the request back to its connection, which may free it at once. */
static void hand_back(HttpRequest *request, HttpStage stage)
{
    struct MHD_Connection *connection = request->connection;
    g_atomic_int_set(&request->stage, stage);
    MHD_resume_connection(connection);
}

static void work(gpointer data)
{
    HttpRequest *request = data;
    g_assert(g_atomic_int_get(&request->stage) == STAGE_WORKING);
    if (g_cancellable_is_cancelled(http_request_cancellable(request))) {
        fail_busy(request);
    } else if (request->goes_to_work) {
        request_run_again(request);
    } else {
        request_run(request);
    }
    hand_back(request, request->intake ? STAGE_BODY : STAGE_READY);
}

static void finish_body(gpointer data)
{
    HttpRequest *request = data;
    request_finish_body(request);
    hand_back(request, STAGE_READY);
}

static enum MHD_Result go_to_work(HttpServer *server, HttpRequest *request)
{
    if (!work_reserve(server->work, WORK_NEW)) {
        fail_busy(request);
        return send_response(server, request);
    }
    MHD_suspend_connection(request->connection);
    g_atomic_int_set(&request->stage, STAGE_WORKING);
    work_run(server->work, work, request);
    return MHD_YES;
}

/* The body has come; what of it is not yet written, and the answer, are the work pool's. */
static enum MHD_Result finish_intake(HttpServer *server, HttpRequest *request)
{
    g_atomic_int_set(&request->stage, STAGE_WORKING);
    return intake_end(request->intake, finish_body, request) ? MHD_YES : MHD_NO;
}

static enum MHD_Result dispatch(HttpServer *server, HttpRequest *request)
{
    if (request->intake) {
        return finish_intake(server, request);
    }
    if (!request->match.entry->route->quick) {
        return go_to_work(server, request);
    }
    request_run(request);
    return request->goes_to_work ? go_to_work(server, request) : send_response(server, request);
}

/* --- the body --- */

static gint64 most_body_bytes(const HttpRequest *request)
{
    const HttpEntry *entry = request->match.entry;
    return entry && entry->route->body_bytes > 0 ? entry->route->body_bytes
                                                 : LIMIT_HTTP_JSON_BODY_BYTES;
}

/* FALSE when the request does not say, or not in a number. */
static gboolean announced_bytes(const HttpRequest *request, guint64 *ret_bytes)
{
    const char *header = http_request_header(request, "Content-Length");
    return header && g_ascii_string_to_unsigned(header, 10, 0, G_MAXUINT64, ret_bytes, NULL);
}

static gboolean announces_too_much(const HttpRequest *request)
{
    guint64 bytes;
    return announced_bytes(request, &bytes)
               ? bytes > (guint64)most_body_bytes(request)
               : http_request_header(request, "Content-Length") != NULL;
}

static enum MHD_Result answer_too_large(HttpServer *server, HttpRequest *request)
{
    http_set_header(request, "Connection", "close");
    return answer_error(server, request, 413, ALBUMEN_ERROR_TOO_LARGE,
                        "the body of the request is too large");
}

/* Room for more of the bodies of all. */
static gboolean hold(HttpServer *server, gsize length)
{
    gssize before = g_atomic_pointer_add(&server->held_bytes, (gssize)length);
    if (before + (gssize)length > LIMIT_HTTP_BODIES_BYTES) {
        g_atomic_pointer_add(&server->held_bytes, -(gssize)length);
        return FALSE;
    }
    return TRUE;
}

/* A body that nobody wants is still read away, up to the same cap. */
static void collect(HttpServer *server, HttpRequest *request, const char *data, gsize length)
{
    const HttpEntry *entry = request->match.entry;
    request->body_bytes += length;
    if (request->body_bytes > LIMIT_HTTP_JSON_BODY_BYTES || !entry || !entry->route->body ||
        request->no_room) {
        return;
    }
    if (!request->raw_body) {
        request->raw_body = g_byte_array_new();
    }
    request->no_room = !hold(server, length);
    if (!request->no_room) {
        g_byte_array_append(request->raw_body, (const guint8 *)data, (guint)length);
    }
}

/* The library takes an answer before the body, and then closes the connection, or after it, not in
 * between: too much that comes unannounced is read away for a while, so that a client gets to read
 * why, and then cut off. */
static enum MHD_Result take_body(HttpServer *server, HttpRequest *request, const char *data,
                                 size_t *length)
{
    if (request->intake) {
        return intake_take(request->intake, data, length) ? MHD_YES : MHD_NO;
    }
    collect(server, request, data, *length);
    *length = 0;
    return request->body_bytes > 2ULL * LIMIT_HTTP_JSON_BODY_BYTES ? MHD_NO : MHD_YES;
}

/* The body has come as a whole. */
static enum MHD_Result answer_body(HttpServer *server, HttpRequest *request)
{
    if (request->body_bytes > LIMIT_HTTP_JSON_BODY_BYTES) {
        return answer_too_large(server, request);
    }
    if (request->no_room) {
        fail_busy(request);
        return send_response(server, request);
    }
    return dispatch(server, request);
}

/* --- before the body --- */

/* A client that waits to hear whether it may send, or would send much, is answered at once, which
 * ends the connection. Others get their answer when they have sent what they have. */
static gboolean answers_at_once(const HttpRequest *request)
{
    guint64 bytes;
    return http_request_header(request, "Expect") ||
           (announced_bytes(request, &bytes) && bytes > LIMIT_HTTP_JSON_BODY_BYTES);
}

/* The handler has been asked: it has answered, or waits for the body. */
static enum MHD_Result go_on(HttpServer *server, HttpRequest *request)
{
    if (g_atomic_int_get(&request->stage) != STAGE_READY || !answers_at_once(request)) {
        return MHD_YES;
    }
    http_set_header(request, "Connection", "close");
    return send_response(server, request);
}

/* --- what the library calls --- */

static void *on_target(void *cls, const char *uri, struct MHD_Connection *connection)
{
    HttpServer *server = cls;
    HttpRequest *request = request_new(&server->options, uri);
    request->connection = connection;
    request->work = server->work;
    return request;
}

static enum MHD_Result look_at_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    framing_add(cls, name, value ? value : "");
    return MHD_YES;
}

/* The headers are here. */
static enum MHD_Result begin(HttpServer *server, HttpRequest *request, const char *method,
                             const char *version)
{
    HttpFraming framing = {0};
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_header, &framing);
    const char *problem = framing_problem(&framing, version);
    if (problem) { /* what follows on this connection is nobody's request */
        http_set_header(request, "Connection", "close");
        return answer_error(server, request, 400, ALBUMEN_ERROR_INVALID, problem);
    }
    request->method = router_method(method);
    request->method_name =
        g_str_equal(method, "HEAD") ? "HEAD" : router_method_name(request->method);
    gboolean routed = request_route(request, server->router);
    if (routed && announces_too_much(request)) {
        return answer_too_large(server, request);
    }
    g_atomic_int_set(&request->stage, routed ? STAGE_BODY : STAGE_READY);
    if (routed && request->match.entry->route->body_bytes > 0) {
        request->waits_to_hear = TRUE;
        return go_to_work(server, request);
    }
    return routed ? MHD_YES : go_on(server, request);
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *upload_data,
                                 size_t *upload_data_size, void **con_cls)
{
    HttpServer *server = cls;
    HttpRequest *request = *con_cls;
    int stage = g_atomic_int_get(&request->stage);
    if (stage == STAGE_TARGET) {
        return begin(server, request, method, version);
    }
    if (request->waits_to_hear) { /* no more: the library asks again where it was suspended */
        request->waits_to_hear = FALSE;
        return go_on(server, request);
    }
    if (*upload_data_size > 0) {
        return take_body(server, request, upload_data, upload_data_size);
    }
    begin_answer(server, request);
    if (stage == STAGE_READY) {
        return send_response(server, request);
    }
    g_assert(stage == STAGE_BODY);
    return answer_body(server, request);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
                         enum MHD_RequestTerminationCode code)
{
    HttpServer *server = cls;
    HttpRequest *request = *con_cls;
    if (!request) {
        return;
    }
    *con_cls = NULL;
    gboolean under_way = request->under_way;
    if (request->raw_body) {
        g_atomic_pointer_add(&server->held_bytes, -(gssize)request->raw_body->len);
    }
    if (request->response.filled && server->options.access_log) {
        log_access(request);
    }
    request_free(request);
    if (under_way) {
        count_down(server);
    }
}

/* Paths are split before they are decoded, which only we can do. */
static size_t leave_encoded(void *cls, struct MHD_Connection *connection, char *text)
{
    return strlen(text);
}

/* --- start and stop --- */

static unsigned connection_limit(guint daemons)
{
    struct rlimit files;
    rlim_t most = LIMIT_HTTP_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY) {
        most = MIN(most, files.rlim_cur - MIN(files.rlim_cur / 2, SPARE_DESCRIPTORS));
    }
    return (unsigned)MAX(most / daemons, 1);
}

static struct MHD_Daemon *start_daemon(HttpServer *server, int fd, unsigned connections)
{
    int threads =
        server->options.threads > 0 ? server->options.threads : (int)g_get_num_processors();
    threads = MIN(threads, LIMIT_HTTP_THREADS);
    threads = MIN(threads, (int)connections);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, LIMIT_HTTP_IDLE_SECONDS, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, LIMIT_HTTP_CONNECTION_MEMORY_BYTES, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        /* A pool of one is no pool; the library wants it unsaid. */
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME, 0,
        NULL, NULL, on_access, server, MHD_OPTION_ARRAY, options, MHD_OPTION_URI_LOG_CALLBACK,
        on_target, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_END);
}

static gboolean open_sockets(HttpServer *server, GArray *sockets, GError **error)
{
    for (gsize i = 0; server->options.listen[i]; i++) {
        char *url = NULL;
        int fd = listen_open(server->options.listen[i], &url, error);
        if (fd < 0) {
            return FALSE;
        }
        g_array_append_val(sockets, fd);
        g_ptr_array_add(server->urls, url);
    }
    g_ptr_array_add(server->urls, NULL);
    return TRUE;
}

/* Takes over the sockets, one after the other. */
static gboolean start_daemons(HttpServer *server, GArray *sockets, GError **error)
{
    unsigned connections = connection_limit(sockets->len);
    for (guint i = 0; i < sockets->len; i++) {
        int *fd = &g_array_index(sockets, int, i);
        struct MHD_Daemon *mhd = start_daemon(server, *fd, connections);
        if (!mhd) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                        "cannot start serving on %s", server->options.listen[i]);
            return FALSE;
        }
        *fd = -1;
        g_ptr_array_add(server->daemons, mhd);
    }
    return TRUE;
}

static void close_socket(gpointer data)
{
    int fd = *(int *)data;
    if (fd >= 0) {
        close(fd);
    }
}

HttpServer *http_server_start(const HttpServerOptions *options, GError **error)
{
    g_assert(options->gate && options->listen && options->dialects);
    hash_init();
    HttpRouter *router = router_new(options->dialects, error);
    if (!router) {
        return NULL;
    }
    HttpServer *server = g_new0(HttpServer, 1);
    server->options = *options;
    server->router = router;
    server->urls = g_ptr_array_new_with_free_func(g_free);
    server->daemons = g_ptr_array_new();
    server->work = work_new();
    server->under_way = 1;
    g_mutex_init(&server->idle_lock);
    g_cond_init(&server->idle);
    g_autoptr(GArray) sockets = g_array_new(FALSE, FALSE, sizeof(int));
    g_array_set_clear_func(sockets, close_socket);
    if (!open_sockets(server, sockets, error) || !start_daemons(server, sockets, error)) {
        http_server_stop(server, 0);
        return NULL;
    }
    return server;
}

const char *const *http_server_urls(const HttpServer *server)
{
    return (const char *const *)server->urls->pdata;
}

void http_server_stop(HttpServer *server, int grace_seconds)
{
    /* Nobody is let in any more; but the daemons' threads may still be about to let go of the
     * sockets, so their numbers are given back last. */
    g_autoptr(GArray) sockets = g_array_new(FALSE, FALSE, sizeof(int));
    g_array_set_clear_func(sockets, close_socket);
    g_atomic_int_set(&server->stopping, 1);
    for (guint i = 0; i < server->daemons->len; i++) {
        MHD_socket fd = MHD_quiesce_daemon(server->daemons->pdata[i]);
        if (fd != MHD_INVALID_SOCKET) {
            shutdown(fd, SHUT_RDWR);
            g_array_append_val(sockets, fd);
        }
    }
    if (server->options.events) {
        events_close(server->options.events);
    }
    wait_for_answers(server, MAX(grace_seconds, 0));
    work_finish(server->work);
    for (guint i = 0; i < server->daemons->len; i++) {
        MHD_stop_daemon(server->daemons->pdata[i]);
    }
    work_free(server->work);
    router_free(server->router);
    g_ptr_array_unref(server->daemons);
    g_ptr_array_unref(server->urls);
    g_cond_clear(&server->idle);
    g_mutex_clear(&server->idle_lock);
    g_free(server);
}
