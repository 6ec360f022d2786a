/* Answers that are made while they are sent. */
#include "base/limits.h"
#include "base/lock.h"
#include "server_fixture.h"

#include <glib-unix.h>

#include <sys/socket.h>
#include <unistd.h>

/* What a producer does, and what became of it. */
typedef struct {
    gint64 total;  /* bytes each makes */
    gsize piece;   /* at most so many at a time */
    gint64 length; /* announced; -1: unknown */
    gint64 fails_at;
    gboolean waits; /* for a byte of the test before each piece */
} Plan;

static GMutex lock; /* of the plan */
static Plan plan;
static gint freed;     /* atomic */
static gint made_kib;  /* atomic */
static gint cancelled; /* atomic: producers that saw the cancellable */
static int begun[2], go[2];

typedef struct {
    Plan plan;
    gint64 at;
} Producer;

static guint8 byte_at(gint64 position)
{
    return (guint8)(position % 251);
}

static void wait_for_test(GCancellable *cancellable)
{
    GPollFD ends[2] = {{.fd = go[0], .events = G_IO_IN}, {0}};
    g_assert_true(g_cancellable_make_pollfd(cancellable, &ends[1]));
    g_assert_cmpint(write(begun[1], "b", 1), ==, 1);
    g_assert_cmpint(g_poll(ends, 2, -1), >, 0);
    char byte;
    if (ends[0].revents) {
        g_assert_cmpint(read(go[0], &byte, 1), ==, 1);
    }
    g_cancellable_release_fd(cancellable);
}

static Plan current_plan(void)
{
    LOCK_UNTIL_END(&lock);
    return plan;
}

static void set_plan(Plan next)
{
    LOCK_UNTIL_END(&lock);
    plan = next;
}

static gssize produce(gpointer data, guint8 *buffer, gsize most, GCancellable *cancellable,
                      GError **error)
{
    Producer *producer = data;
    g_assert_cmpuint(most, >, 0);
    if (producer->plan.waits) {
        wait_for_test(cancellable);
    }
    if (g_cancellable_set_error_if_cancelled(cancellable, NULL)) {
        g_atomic_int_inc(&cancelled);
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED, "stopping");
        return -1;
    }
    if (producer->plan.fails_at >= 0 && producer->at >= producer->plan.fails_at) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED, "as planned");
        return -1;
    }
    gsize count =
        MIN(MIN(most, producer->plan.piece), (gsize)(producer->plan.total - producer->at));
    gboolean looked_at = producer->plan.total < G_MAXINT32;
    memset(buffer, 0, count);
    for (gsize i = 0; i < count && looked_at; i++) {
        buffer[i] = byte_at(producer->at + (gint64)i);
    }
    producer->at += (gint64)count;
    g_atomic_int_set(&made_kib, (gint)(producer->at >> 10));
    return (gssize)count;
}

static void producer_free(gpointer data)
{
    g_free(data);
    g_atomic_int_inc(&freed);
}

static gboolean answer_stream(HttpRequest *request, GError **error)
{
    Producer *producer = g_new0(Producer, 1);
    producer->plan = current_plan();
    return http_respond_stream(request, "application/zip", producer->plan.length, produce, producer,
                               producer_free, error);
}

static gboolean answer_quick(HttpRequest *request, GError **error)
{
    return http_respond_text(request, "text/plain", "quick");
}

static void write_error(HttpRequest *request, int status, const GError *error)
{
    http_set_status(request, status);
    http_respond_text(request, "text/plain", error->message);
}

static void write_violations(HttpRequest *request, const HttpViolation *violations, gsize count)
{
    http_set_status(request, 422);
    http_respond_bytes(request, NULL, NULL);
}

static const HttpRoute routes[] = {
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/stream", .handler = answer_stream),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/quick", .quick = TRUE,
               .handler = answer_quick),
};
static const HttpDialect dialect = {
    .name = "streams",
    .prefixes = (const char *const[]){"/", NULL},
    .routes = routes,
    .route_count = G_N_ELEMENTS(routes),
    .fail = write_error,
    .invalid = write_violations,
};
static const HttpDialect *const dialects[] = {&dialect, NULL};

static HttpServer *server;
static const char *url;

static gboolean let_pass(HttpRequest *request, int capability, GError **error)
{
    return TRUE;
}

static void start(Plan asked)
{
    g_autoptr(GError) error = NULL;
    HttpServerOptions options = fixture_options;
    options.dialects = dialects;
    options.gate = let_pass;
    options.app = NULL;
    set_plan(asked);
    freed = made_kib = cancelled = 0;
    g_assert_true(g_unix_open_pipe(begun, 0, NULL));
    g_assert_true(g_unix_open_pipe(go, 0, NULL));
    static HttpServerOptions kept;
    kept = options;
    server = http_server_start(&kept, &error);
    g_assert_no_error(error);
    url = http_server_urls(server)[0];
}

static void stop(int grace_seconds)
{
    http_server_stop(server, grace_seconds);
    for (int i = 0; i < 2; i++) {
        close(begun[i]);
        close(go[i]);
    }
}

static void await_producer(void)
{
    char byte;
    g_assert_cmpint(read(begun[0], &byte, 1), ==, 1);
}

static void release_producer(void)
{
    g_assert_cmpint(write(go[1], "g", 1), ==, 1);
}

static void check_bytes(const Answer *answer, gint64 total)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(answer->body, &length);
    g_assert_cmpint((gint64)length, ==, total);
    for (gsize i = 0; i < length; i++) {
        if (data[i] != byte_at((gint64)i)) {
            g_error("byte %" G_GSIZE_FORMAT " is wrong", i);
        }
    }
}

/* The connection's thread frees what it sent when it has looked at the socket again. */
static void await_freed(gint count)
{
    while (g_atomic_int_get(&freed) < count) {
        g_usleep(1000);
    }
    g_assert_cmpint(g_atomic_int_get(&freed), ==, count);
}

static void test_every_size_arrives(void)
{
    static const gint64 sizes[] = {
        0,      1, 1000, LIMIT_HTTP_STREAM_BUFFER_BYTES / 2, LIMIT_HTTP_STREAM_BUFFER_BYTES + 1,
        3000000};
    static const gsize pieces[] = {7777, 1 << 20};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes) * 2 * 2; i++) {
        gint64 total = sizes[i / 4];
        start((Plan){.total = total,
                     .piece = pieces[i % 2],
                     .length = i % 4 < 2 ? -1 : total,
                     .fails_at = -1});
        int fd = client_connect(url);
        for (int round = 0; round < 2; round++) { /* the connection stays good */
            client_send_text(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
            g_autoptr(Answer) answer = client_read(fd, FALSE);
            g_assert_nonnull(answer);
            g_assert_cmpint(answer->status, ==, 200);
            check_bytes(answer, total);
            check_header(answer, "Content-Type", "application/zip");
            check_header(answer, "Content-Encoding", NULL);
        }
        await_freed(2);
        close(fd);
        stop(60);
    }
}

static void test_head_makes_nothing(void)
{
    start((Plan){.total = 5000, .piece = 100, .length = 5000, .fails_at = -1});
    g_autoptr(Answer) answer = client_ask(url, "HEAD", "/stream", NULL, NULL);
    check_header(answer, "Content-Length", "5000");
    await_freed(1);
    g_assert_cmpint(g_atomic_int_get(&made_kib), ==, 0);
    stop(60);
}

static void test_a_failure_cuts_the_connection(void)
{
    for (int i = 0; i < 2; i++) {
        start(
            (Plan){.total = 900000, .piece = 10000, .length = i ? 900000 : -1, .fails_at = 500000});
        int fd = client_connect(url);
        client_send_text(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
        g_assert_null(client_read(fd, FALSE)); /* never looks complete */
        await_freed(1);
        close(fd);
        stop(60);
    }
}

static void test_too_short_a_stream_cuts_the_connection(void)
{
    start((Plan){.total = 1000, .piece = 1000, .length = 2000, .fails_at = -1});
    int fd = client_connect(url);
    client_send_text(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    g_assert_null(client_read(fd, FALSE));
    await_freed(1);
    close(fd);
    stop(60);
}

/* Made so far, when nothing more has been made for a while. */
static gint settled_kib(void)
{
    gint before;
    do {
        before = g_atomic_int_get(&made_kib);
        g_usleep(200000);
    } while (before == 0 || g_atomic_int_get(&made_kib) != before);
    return before;
}

static void test_clients_that_never_read_hold_no_thread(void)
{
    enum { MANY = LIMIT_HTTP_WORK_THREADS + 4 };
    start((Plan){.total = G_MAXINT64 / 2, .piece = 1 << 20, .length = -1, .fails_at = -1});
    int fds[MANY];
    for (int i = 0; i < MANY; i++) {
        fds[i] = client_connect(url);
        client_send_text(fds[i], "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    /* Each stops at what fits into its buffer and the sockets', and the pool is free again: */
    g_assert_cmpint(settled_kib(), <, 64 << 10);
    set_plan((Plan){.total = 1000, .piece = 1000, .length = -1, .fails_at = -1});
    g_autoptr(Answer) answer = client_ask(url, "GET", "/stream", NULL, NULL);
    check_bytes(answer, 1000);
    for (int i = 0; i < MANY; i++) {
        struct linger reset = {.l_onoff = 1};
        setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fds[i]);
    }
    await_freed(MANY + 1);
    stop(60);
}

static void test_streams_are_counted(void)
{
    if (!fixture_allow_files(2048)) {
        g_test_skip("too few file descriptors are allowed here");
        return;
    }
    start((Plan){.total = G_MAXINT64 / 2, .piece = 1 << 20, .length = -1, .fails_at = -1});
    int fds[LIMIT_HTTP_STREAMS];
    for (int i = 0; i < LIMIT_HTTP_STREAMS; i++) {
        fds[i] = client_connect(url);
        client_send_text(fds[i], "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
        char byte;
        g_assert_cmpint(recv(fds[i], &byte, 1, 0), ==, 1); /* it has begun */
    }
    check_answer(url, "GET", "/stream", 503, NULL);
    await_freed(1);
    check_answer(url, "GET", "/quick", 200, "quick");
    stop(0);
    await_freed(LIMIT_HTTP_STREAMS + 1);
    for (int i = 0; i < LIMIT_HTTP_STREAMS; i++) {
        close(fds[i]);
    }
}

static void test_a_client_may_leave(void)
{
    start((Plan){.total = 1 << 20, .piece = 100000, .length = -1, .fails_at = -1, .waits = TRUE});
    int fd = client_connect(url);
    client_send_text(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    await_producer();
    struct linger reset = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    for (int i = 0; i < 20; i++) {
        release_producer(); /* more than it needs to notice */
    }
    await_freed(1);
    stop(60);
}

static void test_the_first_bytes_wait_for_no_others(void)
{
    start((Plan){.total = 3000, .piece = 1000, .length = -1, .fails_at = -1, .waits = TRUE});
    int fd = client_connect(url);
    client_send_text(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    await_producer();
    release_producer();
    char text[4096];
    gsize got = 0;
    while (got < 1000) { /* headers and the first piece, while the second waits for the test */
        ssize_t count = recv(fd, text + got, sizeof text - got, 0);
        g_assert_cmpint(count, >, 0);
        got += (gsize)count;
    }
    for (int i = 0; i < 4; i++) {
        release_producer();
    }
    close(fd);
    await_freed(1);
    stop(60);
}

static void test_a_stop_waits_for_its_grace_and_cancels(void)
{
    start((Plan){.total = 1 << 20, .piece = 1000, .length = -1, .fails_at = -1, .waits = TRUE});
    int fd = client_connect(url);
    client_send_text(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    await_producer();
    stop(0);
    g_assert_cmpint(g_atomic_int_get(&cancelled), ==, 1);
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 1);
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/stream/sizes", test_every_size_arrives);
    g_test_add_func("/http/stream/head", test_head_makes_nothing);
    g_test_add_func("/http/stream/failure", test_a_failure_cuts_the_connection);
    g_test_add_func("/http/stream/short", test_too_short_a_stream_cuts_the_connection);
    g_test_add_func("/http/stream/never-reads", test_clients_that_never_read_hold_no_thread);
    g_test_add_func("/http/stream/count", test_streams_are_counted);
    g_test_add_func("/http/stream/leave", test_a_client_may_leave);
    g_test_add_func("/http/stream/first-bytes", test_the_first_bytes_wait_for_no_others);
    g_test_add_func("/http/stream/stop", test_a_stop_waits_for_its_grace_and_cancels);
    return g_test_run();
}
