/* Bodies that are handed on as they come. */
#include "base/limits.h"
#include "base/lock.h"
#include "server_fixture.h"

#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_BYTES (20 << 20)

static HttpServer *server;
static const char *url;
static gint freed, finished, asked; /* atomic */
static gint written;                /* bytes; atomic */
static int begun[2], go[2];         /* of sinks that wait for the test */

/* Those that wait, and that take anything, look at no byte. */
typedef enum { SINK_COUNTS, SINK_REFUSES, SINK_WAITS, SINK_TAKES_ANYTHING } SinkKind;

typedef struct {
    SinkKind kind;
    gint64 bytes;
    guint32 sum; /* of the bytes and where they stood */
} Sink;

static guint8 byte_at(gint64 position)
{
    return (guint8)(position * 7 + position / 1000);
}

static gboolean sink_write(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    Sink *sink = data;
    char byte;
    if (sink->kind == SINK_WAITS) {
        g_assert_cmpint(write(begun[1], "b", 1), ==, 1);
        g_assert_cmpint(read(go[0], &byte, 1), ==, 1);
    }
    if (sink->kind == SINK_REFUSES && sink->bytes + (gint64)length >= 1000) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "enough");
        return FALSE;
    }
    for (gsize i = 0; i < length && sink->kind < SINK_WAITS; i++) {
        if (bytes[i] != byte_at(sink->bytes + (gint64)i)) {
            g_error("byte %" G_GINT64_FORMAT " is wrong", sink->bytes + (gint64)i);
        }
    }
    sink->bytes += (gint64)length;
    g_atomic_int_add(&written, (gint)length);
    return TRUE;
}

static gboolean sink_finish(HttpRequest *request, gpointer data, GError **error)
{
    Sink *sink = data;
    g_atomic_int_inc(&finished);
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, sink->bytes);
    return http_respond_text(request, "text/plain", text);
}

static void sink_free(gpointer data)
{
    g_free(data);
    g_atomic_int_inc(&freed);
}

static gboolean take(HttpRequest *request, SinkKind kind, GError **error)
{
    static const HttpSink sink = {sink_write, sink_finish, sink_free};
    Sink *data = g_new0(Sink, 1);
    data->kind = kind;
    g_atomic_int_inc(&asked);
    return http_take_body(request, &sink, data, error);
}

static gboolean answer_count(HttpRequest *request, GError **error)
{
    return take(request, SINK_COUNTS, error);
}

static gboolean answer_refusing(HttpRequest *request, GError **error)
{
    return take(request, SINK_REFUSES, error);
}

static gboolean answer_waiting(HttpRequest *request, GError **error)
{
    return take(request, SINK_WAITS, error);
}

static gboolean answer_anything(HttpRequest *request, GError **error)
{
    return take(request, SINK_TAKES_ANYTHING, error);
}

/* Wants no body after all. */
static gboolean answer_at_once(HttpRequest *request, GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "no such thing");
    return FALSE;
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

#define TAKES(capability, name, function)                                                          \
    HTTP_ROUTE(capability, .method = HTTP_PUT, .path = name, .handler = function,                  \
               .body_bytes = MOST_BYTES)
static const HttpParameter number[] = {{.name = "n", .type = HTTP_INT}, {NULL}};
static const HttpRoute routes[] = {
    TAKES(MAY_ALL, "/count", answer_count),
    TAKES(MAY_ALL, "/refuse", answer_refusing),
    TAKES(MAY_ALL, "/wait", answer_waiting),
    TAKES(MAY_ALL, "/anything", answer_anything),
    TAKES(MAY_ALL, "/nothing", answer_at_once),
    TAKES(MAY_SIGNED_IN, "/secret", answer_count),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_PUT, .path = "/number", .query = number,
               .handler = answer_count, .body_bytes = MOST_BYTES),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/quick", .quick = TRUE,
               .handler = answer_quick),
};
static const HttpDialect dialect = {
    .name = "sinks",
    .prefixes = (const char *const[]){"/", NULL},
    .routes = routes,
    .route_count = G_N_ELEMENTS(routes),
    .fail = write_error,
    .invalid = write_violations,
};
static const HttpDialect *const dialects[] = {&dialect, NULL};

static gboolean gate(HttpRequest *request, int capability, GError **error)
{
    if (capability == MAY_SIGNED_IN) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED, "who are you");
        return FALSE;
    }
    return TRUE;
}

static void start(void)
{
    static HttpServerOptions options;
    g_autoptr(GError) error = NULL;
    options = fixture_options;
    options.dialects = dialects;
    options.gate = gate;
    options.app = NULL;
    freed = finished = asked = written = 0;
    g_assert_true(g_unix_open_pipe(begun, 0, NULL));
    g_assert_true(g_unix_open_pipe(go, 0, NULL));
    server = http_server_start(&options, &error);
    g_assert_no_error(error);
    url = http_server_urls(server)[0];
}

static void stop(void)
{
    http_server_stop(server, 60);
    for (int i = 0; i < 2; i++) {
        close(begun[i]);
        close(go[i]);
    }
}

static void await(gint *counter, gint value)
{
    while (g_atomic_int_get(counter) < value) {
        g_usleep(1000);
    }
    g_assert_cmpint(g_atomic_int_get(counter), ==, value);
}

static void send_bytes(int fd, gint64 from, gint64 to)
{
    g_autofree char *bytes = g_malloc((gsize)(to - from));
    for (gint64 i = from; i < to; i++) {
        bytes[i - from] = (char)byte_at(i);
    }
    client_send(fd, bytes, (gsize)(to - from));
}

static void send_head(int fd, const char *path, const char *headers)
{
    g_autofree char *text = g_strdup_printf("PUT %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, headers);
    client_send_text(fd, text);
}

static void send_announced(int fd, const char *path, gint64 total, gint64 sent)
{
    g_autofree char *header = g_strdup_printf("Content-Length: %" G_GINT64_FORMAT "\r\n", total);
    send_head(fd, path, header);
    send_bytes(fd, 0, sent);
}

static void send_chunked(int fd, const char *path, gint64 total, gint64 chunk)
{
    send_head(fd, path, "Transfer-Encoding: chunked\r\n");
    for (gint64 at = 0; at < total; at += chunk) {
        gint64 end = MIN(at + chunk, total);
        g_autofree char *size = g_strdup_printf("%x\r\n", (guint)(end - at));
        client_send_text(fd, size);
        send_bytes(fd, at, end);
        client_send_text(fd, "\r\n");
    }
    client_send_text(fd, "0\r\n\r\n");
}

static void expect(int fd, int status, const char *text)
{
    g_autoptr(Answer) answer = client_read(fd, FALSE);
    g_assert_nonnull(answer);
    g_autofree char *found = answer_text(answer);
    g_assert_cmpstr(found, ==, text);
    g_assert_cmpint(answer->status, ==, status);
}

static void test_every_size_arrives(void)
{
    static const gint64 sizes[] = {
        0, 1, 1000, 50000, 1 << 17, LIMIT_HTTP_STREAM_BUFFER_BYTES + 1, 5000000};
    start();
    int fd = client_connect(url); /* one connection for all */
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, sizes[i]);
        send_announced(fd, "/count", sizes[i], sizes[i]);
        expect(fd, 200, text);
        send_chunked(fd, "/count", sizes[i], i % 2 ? 7000 : 100000);
        expect(fd, 200, text);
    }
    send_head(fd, "/count", "");
    expect(fd, 200, "0");
    gint count = 2 * G_N_ELEMENTS(sizes) + 1;
    await(&freed, count);
    g_assert_cmpint(g_atomic_int_get(&finished), ==, count);
    close(fd);
    stop();
}

static void test_the_gate_comes_before_the_body(void)
{
    start();
    int fd = client_connect(url);
    send_announced(fd, "/secret", 5000, 5000); /* read away: the connection goes on */
    expect(fd, 401, "who are you");
    send_announced(fd, "/nothing", 5000, 5000);
    expect(fd, 404, "no such thing");
    send_announced(fd, "/number?n=x", 5000, 5000);
    expect(fd, 422, "");
    send_announced(fd, "/count", 10, 10);
    expect(fd, 200, "10");
    close(fd);
    /* Those who ask first, or would send much, hear it at once. */
    static const char *const headers[] = {
        "Content-Length: 5000\r\nExpect: 100-continue\r\n",
        "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n",
        "Content-Length: 16000000\r\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
        fd = client_connect(url);
        send_head(fd, "/secret", headers[i]);
        char text[20] = {0};
        g_assert_cmpint(recv(fd, text, 12, MSG_WAITALL), ==, 12);
        g_assert_cmpstr(text, ==, "HTTP/1.1 401");
        close(fd);
    }
    await(&freed, 1); /* of /count */
    g_assert_cmpint(g_atomic_int_get(&asked), ==, 1);
    stop();
}

static void test_a_client_may_ask_first(void)
{
    start();
    int fd = client_connect(url);
    send_head(fd, "/count", "Content-Length: 5000\r\nExpect: 100-continue\r\n");
    char text[26] = {0};
    g_assert_cmpint(recv(fd, text, 25, MSG_WAITALL), ==, 25);
    g_assert_cmpstr(text, ==, "HTTP/1.1 100 Continue\r\n\r\n");
    send_bytes(fd, 0, 5000);
    expect(fd, 200, "5000");
    close(fd);
    stop();
}

static void test_too_much_is_refused(void)
{
    start();
    int fd = client_connect(url);
    send_announced(fd, "/count", MOST_BYTES + 1, 0);
    expect(fd, 413, "the body of the request is too large");
    close(fd);
    g_assert_cmpint(g_atomic_int_get(&asked), ==, 0);
    fd = client_connect(url);
    send_chunked(fd, "/count", MOST_BYTES + 1000000, 1000000);
    expect(fd, 413, "the body of the request is too large");
    close(fd);
    await(&freed, 1);
    g_assert_cmpint(g_atomic_int_get(&finished), ==, 0);
    g_assert_cmpint(g_atomic_int_get(&written), <=, MOST_BYTES);
    stop();
}

static void test_an_error_is_the_answer(void)
{
    start();
    int fd = client_connect(url);
    send_announced(fd, "/refuse", 3000, 3000);
    expect(fd, 409, "enough");
    send_announced(fd, "/refuse", 10, 10); /* the connection goes on */
    expect(fd, 200, "10");
    close(fd);
    fd = client_connect(url); /* whoever goes on and on is cut off */
    send_announced(fd, "/refuse", MOST_BYTES, MOST_BYTES);
    g_assert_null(client_read(fd, FALSE));
    close(fd);
    await(&freed, 3);
    g_assert_cmpint(g_atomic_int_get(&finished), ==, 1);
    stop();
}

static void test_what_came_is_kept_when_the_client_leaves(void)
{
    start();
    for (gint i = 1; i <= 2; i++) {
        int fd = client_connect(url);
        send_announced(fd, "/count", 900000, 300000);
        await(&written, i * 300000);
        struct linger reset = {.l_onoff = 1};
        if (i == 2) {
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }
        close(fd);
        await(&freed, i);
    }
    g_assert_cmpint(g_atomic_int_get(&finished), ==, 0);
    stop();
}

static void test_bad_chunks_end_it(void)
{
    start();
    static const char *const bad[] = {"zz\r\nhello\r\n", "-1\r\n", "5\r\nhelloworld\r\n",
                                      "fffffffffffffffff\r\n"};
    static const char *const paths[] = {"/no-such-route", "/anything"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad) * 2; i++) {
        int fd = client_connect(url);
        send_head(fd, paths[i % 2], "Transfer-Encoding: chunked\r\n");
        client_send_text(fd, bad[i / 2]);
        g_autoptr(Answer) answer = client_read(fd, FALSE);
        g_assert_nonnull(answer);
        g_assert_cmpint(answer->status, ==, i / 2 == 3 ? 413 : 400);
        g_assert_null(client_read(fd, FALSE)); /* nothing after it is believed */
        close(fd);
    }
    await(&freed, G_N_ELEMENTS(bad));
    g_assert_cmpint(g_atomic_int_get(&finished), ==, 0);
    stop();
}

static void test_a_slow_sink_stops_its_client_alone(void)
{
    start();
    enum { MANY = 8 }; /* more than there are connection threads */
    int fds[MANY];
    for (int i = 0; i < MANY; i++) {
        fds[i] = client_connect(url);
        send_announced(fds[i], "/wait", 200, 100);
        char byte;
        g_assert_cmpint(read(begun[0], &byte, 1), ==, 1);
    }
    for (int i = 0; i < 8; i++) {
        check_answer(url, "GET", "/quick", 200, "quick");
    }
    for (int i = 0; i < MANY; i++) {
        send_bytes(fds[i], 100, 200);
    }
    for (int i = 0; i < 2 * MANY; i++) { /* at most two writes each */
        g_assert_cmpint(write(go[1], "g", 1), ==, 1);
    }
    for (int i = 0; i < MANY; i++) {
        expect(fds[i], 200, "200");
        close(fds[i]);
    }
    stop();
}

static gboolean sends_more(int fd)
{
    static char bytes[1 << 16];
    return send(fd, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

static void test_a_slow_sink_bounds_what_waits(void)
{
    start();
    int fd = client_connect(url);
    send_head(fd, "/wait", "Content-Length: 20971520\r\n");
    gint64 sent = 0;
    for (int quiet = 0; quiet < 20; quiet++) {
        while (sends_more(fd)) {
            sent += 1 << 16;
            quiet = 0;
        }
        g_usleep(10000);
    }
    g_assert_cmpint(sent, <, MOST_BYTES); /* the sockets' buffers and ours are full */
    struct linger reset = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    for (int i = 0; i < 100; i++) { /* what it had taken is still written */
        g_assert_cmpint(write(go[1], "g", 1), ==, 1);
    }
    await(&freed, 1);
    stop();
}

static void test_a_stop_cuts_off_who_still_sends(void)
{
    start();
    int fd = client_connect(url);
    send_announced(fd, "/count", 5000, 1000);
    await(&written, 1000);
    stop();
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 1);
    g_assert_cmpint(g_atomic_int_get(&finished), ==, 0);
    g_assert_null(client_read(fd, FALSE));
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/intake/sizes", test_every_size_arrives);
    g_test_add_func("/http/intake/gate", test_the_gate_comes_before_the_body);
    g_test_add_func("/http/intake/expect", test_a_client_may_ask_first);
    g_test_add_func("/http/intake/too-much", test_too_much_is_refused);
    g_test_add_func("/http/intake/error", test_an_error_is_the_answer);
    g_test_add_func("/http/intake/leave", test_what_came_is_kept_when_the_client_leaves);
    g_test_add_func("/http/intake/chunks", test_bad_chunks_end_it);
    g_test_add_func("/http/intake/slow", test_a_slow_sink_stops_its_client_alone);
    g_test_add_func("/http/intake/bounded", test_a_slow_sink_bounds_what_waits);
    g_test_add_func("/http/intake/stop", test_a_stop_cuts_off_who_still_sends);
    return g_test_run();
}
