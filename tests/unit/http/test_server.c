/* What every request meets: routing, methods, keep-alive, the work pool, stopping. */
#include "base/limits.h"
#include "server_fixture.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void check_answer(const char *url, const char *method, const char *target, int status,
                         const char *text)
{
    g_autoptr(Answer) answer = client_ask(url, method, target, NULL, NULL);
    g_assert_nonnull(answer);
    g_autofree char *body = answer_text(answer);
    g_test_message("%s %s: %d %s", method, target, answer->status, body);
    g_assert_cmpint(answer->status, ==, status);
    if (text) {
        g_assert_cmpstr(body, ==, text);
    }
}

static void check_header(const Answer *answer, const char *name, const char *value)
{
    g_autofree char *found = answer_header(answer, name);
    g_assert_cmpstr(found, ==, value);
}

static void test_the_most_specific_route_answers(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *target, *text;
    } cases[] = {
        {"/api/photos", "{\"route\":\"/api/photos\",\"path\":\"/api/photos\"}"},
        {"/api/photos/newest",
         "{\"route\":\"/api/photos/newest\",\"path\":\"/api/photos/newest\"}"},
        {"/api/photos/17",
         "{\"route\":\"/api/photos/{id}\",\"path\":\"/api/photos/17\",\"id\":17}"},
        {"/api/photos/x17",
         "{\"route\":\"/api/photos/{name}\",\"path\":\"/api/photos/x17\",\"name\":\"x17\"}"},
        {"/api/photos/17/faces", "{\"route\":\"/api/photos/{name}/faces\",\"path\":"
                                 "\"/api/photos/17/faces\",\"name\":\"17\"}"},
        {"/api/photos/17/18", "{\"route\":\"/api/photos/{name...}\",\"path\":\"/api/photos/17/18\","
                              "\"name\":\"17/18\"}"},
        {"/api/photos/newest/x", "{\"route\":\"/api/photos/{name...}\",\"path\":"
                                 "\"/api/photos/newest/x\",\"name\":\"newest/x\"}"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        check_answer(fixture->url, "GET", cases[i].target, 200, cases[i].text);
    }
}

static void test_an_encoded_slash_stays_in_its_part(Fixture *fixture, gconstpointer data)
{
    check_answer(
        fixture->url, "GET", "/api/photos/a%2Fb", 200,
        "{\"route\":\"/api/photos/{name}\",\"path\":\"/api/photos/a/b\",\"name\":\"a/b\"}");
    check_answer(fixture->url, "GET", "/api/photos/%2Fphotos%2Fa%20b+c.jpg", 200,
                 "{\"route\":\"/api/photos/{name}\",\"path\":\"/api/photos//photos/a b+c.jpg\","
                 "\"name\":\"/photos/a b+c.jpg\"}");
    /* Decoded once, nothing tidied. */
    check_answer(fixture->url, "GET", "/api/photos//a/../%252E//", 200,
                 "{\"route\":\"/api/photos/{name...}\",\"path\":\"/api/photos//a/../%2E//\","
                 "\"name\":\"/a/../%2E//\"}");
    check_answer(fixture->url, "GET", "/api/photos/%C3%A9", 200,
                 "{\"route\":\"/api/photos/{name}\",\"path\":\"/api/photos/é\",\"name\":\"é\"}");
    check_answer(fixture->url, "GET", "http://elsewhere/api/photos?x=/", 200,
                 "{\"route\":\"/api/photos\",\"path\":\"/api/photos\"}");
}

static void test_bad_addresses_are_refused(Fixture *fixture, gconstpointer data)
{
    static const char *const targets[] = {
        "/api/photos/%",   "/api/photos/%4",      "/api/photos/%zz",    "/api/photos/a%00b",
        "/api/photos/%FF", "/api/photos/%C3",     "/api/query?text=%",  "/api/query?text=%00",
        "/api/query?%ff",  "/api/query?text=%FF", "/api/query?text=%2", "nothing",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        check_answer(fixture->url, "GET", targets[i], 400, NULL);
    }
}

static void test_unknown_paths(Fixture *fixture, gconstpointer data)
{
    check_answer(fixture->url, "GET", "/api/nothing", 404, "small: Not Found");
    check_answer(fixture->url, "GET", "/api/photos2", 404, "small: Not Found");
    check_answer(fixture->url, "POST", "/api/nothing", 404, "small: Not Found");
    check_answer(fixture->url, "GET", "/api/cookie/", 404, "small: Not Found");
    check_answer(fixture->url, "GET", "/elsewhere", 404, "Not Found");
    check_answer(fixture->url, "GET", "/app/deep", 200, "the app");
    check_answer(fixture->url, "POST", "/app", 404, "Not Found");
}

static void test_other_methods(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Answer) wrong = client_ask(fixture->url, "DELETE", "/api/photos", NULL, NULL);
    g_assert_cmpint(wrong->status, ==, 405);
    check_header(wrong, "Allow", "GET, HEAD, POST, OPTIONS");
    g_autofree char *text = answer_text(wrong);
    g_assert_cmpstr(text, ==, "small: Method Not Allowed");

    g_autoptr(Answer) strange = client_ask(fixture->url, "PROPFIND", "/api/photos", NULL, NULL);
    g_assert_cmpint(strange->status, ==, 405);

    /* Another pattern that fits may take the method. */
    g_autoptr(Answer) fits = client_ask(fixture->url, "DELETE", "/api/photos/17", NULL, NULL);
    g_assert_cmpint(fits->status, ==, 200);

    g_autoptr(Answer) options = client_ask(fixture->url, "OPTIONS", "/api/photos/17", NULL, NULL);
    g_assert_cmpint(options->status, ==, 204);
    check_header(options, "Allow", "GET, HEAD, DELETE, OPTIONS");
    check_header(options, "X-Content-Type-Options", "nosniff");
}

static void test_head_is_get_without_its_body(Fixture *fixture, gconstpointer data)
{
    static const char *const targets[] = {"/api/photos", "/file", "/cached", "/api/nothing"};
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(Answer) head = client_ask(fixture->url, "HEAD", targets[i], NULL, NULL);
        g_autoptr(Answer) get = client_ask(fixture->url, "GET", targets[i], NULL, NULL);
        g_assert_cmpint(head->status, ==, get->status);
        g_autofree char *length = answer_header(get, "Content-Length");
        check_header(head, "Content-Length", length);
        g_assert_cmpuint(g_bytes_get_size(head->body), ==, 0);
    }
}

static void test_errors_become_statuses(Fixture *fixture, gconstpointer data)
{
    static const int statuses[] = {
        [ALBUMEN_ERROR_INTERNAL] = 500,     [ALBUMEN_ERROR_INVALID] = 400,
        [ALBUMEN_ERROR_UNAUTHORIZED] = 401, [ALBUMEN_ERROR_FORBIDDEN] = 403,
        [ALBUMEN_ERROR_NOT_FOUND] = 404,    [ALBUMEN_ERROR_CONFLICT] = 409,
        [ALBUMEN_ERROR_TOO_LARGE] = 413,    [ALBUMEN_ERROR_UNSUPPORTED] = 415,
        [ALBUMEN_ERROR_CORRUPT] = 422,      [ALBUMEN_ERROR_TIMEOUT] = 504,
        [ALBUMEN_ERROR_CRASHED] = 500,      [ALBUMEN_ERROR_UNAVAILABLE] = 503,
        [ALBUMEN_ERROR_BUSY] = 503,         [ALBUMEN_ERROR_CANCELLED] = 500,
        [ALBUMEN_ERROR_IO] = 500,
    };
    for (gsize code = 0; code < G_N_ELEMENTS(statuses); code++) {
        g_autofree char *target = g_strdup_printf("/api/status/%" G_GSIZE_FORMAT, code);
        g_autoptr(Answer) answer = client_ask(fixture->url, "GET", target, NULL, NULL);
        g_assert_cmpint(answer->status, ==, statuses[code]);
        check_header(answer, "X-Forgotten", NULL);
        check_header(answer, "Retry-After", statuses[code] == 503 ? "1" : NULL);
    }
}

static void test_headers_cannot_be_split(Fixture *fixture, gconstpointer data)
{
    check_answer(fixture->url, "GET", "/api/injection?text=fine", 200, "fine");
    g_autoptr(Answer) split =
        client_ask(fixture->url, "GET", "/api/injection?text=a%0D%0AX-Evil:b", NULL, NULL);
    g_assert_cmpint(split->status, ==, 500);
    check_header(split, "X-Evil", NULL);
    check_header(split, "X-Name", NULL);
}

static void test_cookies(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Answer) answer =
        client_ask(fixture->url, "GET", "/api/cookie",
                   "Cookie: other=1; session=\"abc=\"; session=later; broken\r\n", NULL);
    g_autofree char *text = answer_text(answer);
    g_assert_cmpstr(text, ==, "abc=");
    check_header(answer, "Vary", "Origin, Cookie");
    g_assert_nonnull(strstr(answer->head, "one=1"));
    g_assert_nonnull(strstr(answer->head, "two=2"));
    check_answer(fixture->url, "GET", "/api/cookie", 200, "none");
}

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
    struct rlimit before, files;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
    files = (struct rlimit){.rlim_cur = MAX(before.rlim_cur, 4096), .rlim_max = before.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
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
    setrlimit(RLIMIT_NOFILE, &before);
}

static void test_addresses(void)
{
    static const char *const two[] = {"127.0.0.1:0", "[::1]:0", NULL};
    g_autoptr(GError) error = NULL;
    HttpServerOptions options = fixture_options;
    Fixture fixture = {0};
    options.app = &fixture;
    options.listen = two;
    HttpServer *server = http_server_start(&options, &error);
    g_assert_no_error(error);
    const char *const *urls = http_server_urls(server);
    g_assert_cmpuint(g_strv_length((char **)urls), ==, 2);
    g_assert_true(g_str_has_prefix(urls[1], "http://[::1]:"));
    check_answer(urls[0], "GET", "/api/photos", 200, NULL);
    check_answer(urls[1], "GET", "/api/photos", 200, NULL);

    const char *const taken[] = {urls[0] + strlen("http://"), NULL};
    g_autofree char *message = g_strdup_printf("%s is in use by another program", taken[0]);
    options.listen = taken;
    g_assert_null(http_server_start(&options, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_assert_cmpstr(error->message, ==, message);
    http_server_stop(server, 0);

    static const char *const nonsense[] = {"5000", "::1:5000", "127.0.0.1:", "127.0.0.1:70000", ""};
    for (gsize i = 0; i < G_N_ELEMENTS(nonsense); i++) {
        const char *const one[] = {nonsense[i], NULL};
        g_clear_error(&error);
        options.listen = one;
        g_assert_null(http_server_start(&options, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
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
    ADD("specific", test_the_most_specific_route_answers);
    ADD("encoded-slash", test_an_encoded_slash_stays_in_its_part);
    ADD("bad-address", test_bad_addresses_are_refused);
    ADD("unknown", test_unknown_paths);
    ADD("methods", test_other_methods);
    ADD("head", test_head_is_get_without_its_body);
    ADD("statuses", test_errors_become_statuses);
    ADD("headers", test_headers_cannot_be_split);
    ADD("cookies", test_cookies);
    ADD("keep-alive", test_one_connection_serves_many_requests);
    ADD("slow", test_a_slow_request_does_not_delay_a_quick_one);
    ADD("leave", test_a_client_may_leave);
    g_test_add_func("/http/server/queue", test_the_queue_of_slow_requests_is_bounded);
    g_test_add_func("/http/server/stop", test_stopping_finishes_what_is_under_way);
    g_test_add_func("/http/server/cancel", test_stopping_without_grace_cancels);
    g_test_add_func("/http/server/addresses", test_addresses);
    return g_test_run();
}
