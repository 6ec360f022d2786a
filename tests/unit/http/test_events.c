/* Server-sent events. */
#include "base/limits.h"
#include "http/events.h"
#include "server_fixture.h"

#include <sys/socket.h>
#include <unistd.h>

static HttpEvents *events;
static HttpServer *server;
static const char *url;
static gint counter; /* atomic: what /count tells, and ends at 3 */
static gint freed;   /* atomic */

static gboolean answer_states(HttpRequest *request, GError **error)
{
    static const char *const names[] = {"scan", "library", NULL};
    return http_respond_states(request, names, error);
}

typedef struct {
    gint told;
} Count;

static GBytes *next_count(gpointer data, gboolean *ret_last)
{
    Count *count = data;
    gint now = g_atomic_int_get(&counter);
    if (now == count->told) {
        return NULL;
    }
    count->told = now;
    *ret_last = now == 3;
    g_autofree char *text = g_strdup_printf("%d", now);
    return http_event_new("", text);
}

static void count_free(gpointer data)
{
    g_free(data);
    g_atomic_int_inc(&freed);
}

static gboolean answer_count(HttpRequest *request, GError **error)
{
    return http_respond_events(request, next_count, g_new0(Count, 1), count_free, error);
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
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/states", .quick = TRUE,
               .handler = answer_states),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/count", .handler = answer_count),
};
static const HttpDialect dialect = {
    .name = "events",
    .prefixes = (const char *const[]){"/", NULL},
    .routes = routes,
    .route_count = G_N_ELEMENTS(routes),
    .fail = write_error,
    .invalid = write_violations,
};
static const HttpDialect *const dialects[] = {&dialect, NULL};

static gboolean let_pass(HttpRequest *request, int capability, GError **error)
{
    return TRUE;
}

static void start(void)
{
    static HttpServerOptions options;
    g_autoptr(GError) error = NULL;
    events = http_events_new();
    options = fixture_options;
    options.dialects = dialects;
    options.gate = let_pass;
    options.app = NULL;
    options.events = events;
    counter = freed = 0;
    server = http_server_start(&options, &error);
    g_assert_no_error(error);
    url = http_server_urls(server)[0];
}

static void stop(void)
{
    http_server_stop(server, 60);
    http_events_free(events);
}

/* HTTP/1.0: the body comes as it is. */
static int subscribe(const char *path)
{
    g_autofree char *text =
        g_strdup_printf("GET %s HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n", path);
    int fd = client_connect(url);
    client_send_text(fd, text);
    return fd;
}

/* Reads until `mark` has come; what came, the caller's. NULL at the end. */
static char *read_past(int fd, const char *mark)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char byte;
    while (!g_str_has_suffix(text->str, mark)) {
        if (recv(fd, &byte, 1, 0) != 1) {
            return NULL;
        }
        g_string_append_c(text, byte);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void expect(int fd, const char *text)
{
    g_autofree char *came = read_past(fd, "\n\n");
    g_assert_cmpstr(came, ==, text);
}

static void expect_head(int fd)
{
    g_autofree char *head = read_past(fd, "\r\n\r\n");
    g_assert_nonnull(head);
    g_assert_nonnull(strstr(head, "Content-Type: text/event-stream\r\n"));
    g_assert_nonnull(strstr(head, "Cache-Control: no-cache\r\n"));
    g_assert_nonnull(strstr(head, "X-Accel-Buffering: no\r\n"));
    g_assert_null(strstr(head, "Content-Encoding"));
}

static void test_the_form_of_an_event(void)
{
    static const struct {
        const char *name, *data, *text;
    } cases[] = {
        {"scan", "{}", "event: scan\ndata: {}\n\n"},
        {"", "one\ntwo\r\nthree\rfour", "data: one\ndata: two\ndata: three\ndata: four\n\n"},
        {"a", "", "event: a\ndata: \n\n"},
        {"a", "x\n", "event: a\ndata: x\ndata: \n\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) event = http_event_new(cases[i].name, cases[i].data);
        gsize length;
        const char *text = g_bytes_get_data(event, &length);
        g_assert_cmpmem(text, length, cases[i].text, strlen(cases[i].text));
    }
    g_autofree char *large = g_strnfill(LIMIT_HTTP_EVENT_BYTES + 1, 'a');
    g_assert_null(http_event_new("a", large));
}

static void test_everybody_gets_the_states(void)
{
    start();
    g_assert_true(http_events_publish(events, "scan", "before"));
    g_assert_true(http_events_publish(events, "secret", "nobody asked"));
    int fds[3];
    for (int i = 0; i < 3; i++) {
        fds[i] = subscribe("/states");
        expect_head(fds[i]);
        expect(fds[i], "event: scan\ndata: before\n\n"); /* where it stands, at once */
    }
    g_assert_true(http_events_publish(events, "library", "1"));
    g_assert_true(http_events_publish(events, "scan", "after"));
    for (int i = 0; i < 3; i++) {
        expect(fds[i], "event: library\ndata: 1\n\n");
        expect(fds[i], "event: scan\ndata: after\n\n");
    }
    events_beat(events);
    for (int i = 0; i < 3; i++) {
        expect(fds[i], ":\n\n");
        close(fds[i]);
    }
    stop();
}

static void test_a_slow_reader_gets_the_latest(void)
{
    start();
    int fd = subscribe("/states");
    expect_head(fd);
    /* Far more than all buffers on the way hold, and nobody is held up. */
    g_autofree char *filler = g_strnfill(LIMIT_HTTP_EVENT_BYTES - 16, '.');
    enum { MANY = 2000 };
    for (int i = 0; i <= MANY; i++) {
        g_autofree char *data = g_strdup_printf("%d %s", i, filler);
        g_assert_true(http_events_publish(events, "scan", data));
    }
    int before = -1, number = -1, seen = 0;
    while (number < MANY) {
        g_autofree char *event = read_past(fd, "\n\n");
        g_assert_nonnull(event);
        g_assert_cmpint(sscanf(event, "event: scan\ndata: %d ", &number), ==, 1);
        g_assert_cmpint(number, >, before);
        g_assert_cmpuint(strlen(event), >, LIMIT_HTTP_EVENT_BYTES - 16); /* whole */
        before = number;
        seen++;
    }
    g_assert_cmpint(seen, <, MANY);
    close(fd);
    stop();
}

static void test_a_stream_of_its_own_ends(void)
{
    start();
    int fd = subscribe("/count");
    expect_head(fd);
    for (gint i = 1; i <= 3; i++) {
        g_atomic_int_set(&counter, i);
        http_events_wake(events);
        g_autofree char *text = g_strdup_printf("data: %d\n\n", i);
        expect(fd, text);
    }
    char byte;
    g_assert_cmpint(recv(fd, &byte, 1, 0), ==, 0);
    close(fd);
    stop();
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 1);
}

static void test_who_left_is_forgotten(void)
{
    start();
    for (int i = 0; i < 20; i++) {
        int fd = subscribe("/count");
        expect_head(fd);
        close(fd);
    }
    while (g_atomic_int_get(&freed) < 20) {
        events_beat(events); /* the first is lost, the second finds nobody */
        g_usleep(1000);
    }
    stop();
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 20);
}

static void test_too_many_are_refused(void)
{
    if (!fixture_allow_files(4096)) {
        g_test_skip("too few file descriptors are allowed here");
        return;
    }
    start();
    int fds[LIMIT_HTTP_EVENT_STREAMS];
    for (int i = 0; i < LIMIT_HTTP_EVENT_STREAMS; i++) {
        fds[i] = subscribe("/states");
        expect_head(fds[i]);
    }
    g_autoptr(Answer) answer = client_ask(url, "GET", "/states", NULL, NULL);
    g_assert_cmpint(answer->status, ==, 503);
    check_header(answer, "Retry-After", "1");
    for (int i = 0; i < LIMIT_HTTP_EVENT_STREAMS; i++) {
        close(fds[i]);
    }
    stop();
}

static void test_a_stop_ends_them_at_once(void)
{
    start();
    int quiet = subscribe("/count"), busy = subscribe("/states");
    expect_head(quiet);
    expect_head(busy);
    g_assert_true(http_events_publish(events, "scan", "1"));
    stop();
    char byte;
    g_assert_cmpint(recv(quiet, &byte, 1, 0), ==, 0); /* ended, not cut off */
    close(quiet);
    close(busy);
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/events/form", test_the_form_of_an_event);
    g_test_add_func("/http/events/states", test_everybody_gets_the_states);
    g_test_add_func("/http/events/slow", test_a_slow_reader_gets_the_latest);
    g_test_add_func("/http/events/end", test_a_stream_of_its_own_ends);
    g_test_add_func("/http/events/left", test_who_left_is_forgotten);
    g_test_add_func("/http/events/many", test_too_many_are_refused);
    g_test_add_func("/http/events/stop", test_a_stop_ends_them_at_once);
    return g_test_run();
}
