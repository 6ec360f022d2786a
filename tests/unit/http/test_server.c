/* Connections, the work pool, stopping. */
#include "base/limits.h"
#include "server_fixture.h"

#include <sys/socket.h>
#include <unistd.h>

static void test_one_connection_serves_many_requests(Fixture *fixture, gconstpointer data)
{
    int fd = client_connect(fixture->url);
    /* All sent before the first is read; quick and pooled ones keep their order. */
    for (int i = 0; i < 20; i++) {
        g_autofree char *text =
            g_strdup_printf("GET %s HTTP/1.1\r\nHost: x\r\n\r\n", i % 3 == 0   ? "/file"
                                                                  : i % 3 == 1 ? "/api/photos/5"
                                                                               : "/api/nothing");
        client_send_text(fd, text);
    }
    for (int i = 0; i < 20; i++) {
        g_autoptr(Answer) answer = client_read(fd, FALSE);
        g_assert_nonnull(answer);
        g_assert_cmpint(answer->status, ==, i % 3 == 2 ? 404 : 200);
        g_assert_cmpuint(g_bytes_get_size(answer->body), ==,
                         i % 3 == 0   ? FIXTURE_FILE_BYTES
                         : i % 3 == 1 ? 58
                                      : 16);
    }
    close(fd);
}

static void test_a_slow_request_does_not_delay_a_quick_one(Fixture *fixture, gconstpointer data)
{
    int slow[8];
    for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) { /* more than there are threads */
        slow[i] = client_connect(fixture->url);
        client_send_text(slow[i], "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        fixture_await_slow(fixture);
    }
    for (int i = 0; i < 8; i++) { /* whichever thread it falls to */
        check_answer(fixture->url, "GET", "/api/photos", 200, NULL);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
        fixture_release_slow(fixture);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
        g_autoptr(Answer) answer = client_read(slow[i], FALSE);
        g_assert_cmpint(answer->status, ==, 200);
        close(slow[i]);
    }
}

static void test_a_quick_route_may_go_to_work(Fixture *fixture, gconstpointer data)
{
    check_answer(fixture->url, "GET", "/api/after-all", 200,
                 "{\"route\":\"/api/after-all\",\"path\":\"/api/after-all\",\"worked\":true}");
    /* On the work pool it may take its time: nobody else waits for it. */
    int slow[8];
    for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
        slow[i] = client_connect(fixture->url);
        client_send_text(slow[i], "GET /slow/after-all HTTP/1.1\r\nHost: x\r\n\r\n");
        fixture_await_slow(fixture);
    }
    check_answer(fixture->url, "GET", "/api/photos", 200, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
        fixture_release_slow(fixture);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
        g_autoptr(Answer) answer = client_read(slow[i], FALSE);
        g_assert_cmpint(answer->status, ==, 200);
        close(slow[i]);
    }
}

static void test_a_client_may_leave(Fixture *fixture, gconstpointer data)
{
    int fd = client_connect(fixture->url);
    client_send_text(fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    fixture_await_slow(fixture);
    struct linger reset = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    fixture_release_slow(fixture);
    check_answer(fixture->url, "GET", "/api/photos", 200, NULL);

    int half = client_connect(fixture->url); /* in the middle of a body */
    client_send_text(half, "POST /api/body HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{");
    close(half);
    int line = client_connect(fixture->url); /* in the middle of a header */
    client_send_text(line, "GET /api/photos HTTP/1.1\r\nHo");
    close(line);
    check_answer(fixture->url, "GET", "/api/photos", 200, NULL);
}

static gpointer stop_in_thread(gpointer data)
{
    http_server_stop(data, 60);
    return NULL;
}

static void test_stopping_finishes_what_is_under_way(void)
{
    Fixture fixture;
    fixture_start(&fixture);
    int idle = client_connect(fixture.url);
    client_send_text(idle, "GET /api/photos HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autoptr(Answer) before = client_read(idle, FALSE); /* kept open, holds nobody up */
    g_assert_cmpint(before->status, ==, 200);
    int fd = client_connect(fixture.url);
    client_send_text(fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    fixture_await_slow(&fixture);
    GThread *stopper = g_thread_new("stop", stop_in_thread, fixture.server);
    fixture_release_slow(&fixture);
    g_autoptr(Answer) answer = client_read(fd, FALSE);
    g_assert_nonnull(answer);
    g_assert_cmpint(answer->status, ==, 200);
    g_thread_join(stopper);
    g_assert_null(client_read(fd, FALSE));
    g_assert_cmpint(g_atomic_int_get(&fixture.freed_principals), ==, 2);
    g_assert_cmpint(g_atomic_int_get(&fixture.cancelled), ==, 0);
    close(fd);
    close(idle);
}

static void test_stopping_without_grace_cancels(void)
{
    Fixture fixture;
    fixture_start(&fixture);
    int fd = client_connect(fixture.url);
    client_send_text(fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    fixture_await_slow(&fixture);
    fixture_stop(&fixture, 0);
    g_assert_cmpint(g_atomic_int_get(&fixture.cancelled), ==, 1);
    g_assert_cmpint(g_atomic_int_get(&fixture.freed_principals), ==, 1);
    close(fd);
}

static void test_the_queue_of_slow_requests_is_bounded(void)
{
    /* One more than the pool and its queue hold; both ends of each connection are ours. */
    enum { MANY = LIMIT_HTTP_WORK_THREADS + LIMIT_HTTP_WORK_QUEUE + 1 };
    if (!fixture_allow_files(4096)) {
        g_test_skip("too few file descriptors are allowed here");
        return;
    }
    Fixture fixture;
    fixture_start(&fixture);
    g_autofree GPollFD *ends = g_new0(GPollFD, MANY);
    for (int i = 0; i < MANY; i++) {
        ends[i] = (GPollFD){.fd = client_connect(fixture.url), .events = G_IO_IN};
        client_send_text(ends[i].fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        if (i < LIMIT_HTTP_WORK_THREADS) {
            fixture_await_slow(&fixture);
        }
    }
    /* Nobody lets any go: the only one to be answered is the one too many. */
    g_assert_cmpint(g_poll(ends, MANY, -1), ==, 1);
    for (int i = 0; i < MANY; i++) {
        if (ends[i].revents) {
            g_autoptr(Answer) answer = client_read(ends[i].fd, FALSE);
            g_assert_cmpint(answer->status, ==, 503);
            check_header(answer, "Retry-After", "1");
        }
        close(ends[i].fd);
    }
    fixture_stop(&fixture, 0);
}

static void test_the_log_names_no_query(void)
{
    if (g_test_subprocess()) {
        g_autoptr(GError) error = NULL;
        Fixture fixture = {0};
        HttpServerOptions options = fixture_options;
        options.app = &fixture;
        options.access_log = TRUE;
        HttpServer *server = http_server_start(&options, &error);
        g_assert_no_error(error);
        const char *url = http_server_urls(server)[0];
        check_answer(url, "GET", "/api/query?text=secret", 200, NULL);
        check_answer(url, "GET", "/api/%0Anothing?secret", 404, NULL);
        check_answer(url, "HEAD", "/api/photos", 200, NULL);
        http_server_stop(server, 60);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*GET /api/query 200 1?? *.* ms\n*");
    g_test_trap_assert_stderr("*GET /api/%0Anothing 404 16 *.* ms\n*");
    g_test_trap_assert_stderr("*HEAD /api/photos 200 0 *.* ms\n*");
    g_test_trap_assert_stderr_unmatched("*secret*");
}

static void start(Fixture *fixture, gconstpointer data)
{
    fixture_start(fixture);
}

static void stop(Fixture *fixture, gconstpointer data)
{
    fixture_stop(fixture, 60);
}

#define ADD(name, function) g_test_add("/http/server/" name, Fixture, NULL, start, function, stop)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("keep-alive", test_one_connection_serves_many_requests);
    ADD("go-to-work", test_a_quick_route_may_go_to_work);
    ADD("slow", test_a_slow_request_does_not_delay_a_quick_one);
    ADD("leave", test_a_client_may_leave);
    g_test_add_func("/http/server/queue", test_the_queue_of_slow_requests_is_bounded);
    g_test_add_func("/http/server/log", test_the_log_names_no_query);
    g_test_add_func("/http/server/stop", test_stopping_finishes_what_is_under_way);
    g_test_add_func("/http/server/cancel", test_stopping_without_grace_cancels);
    return g_test_run();
}
