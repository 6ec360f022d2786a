/* Requests that could be read in two ways. */
#include "http/framing.h"

#include "server_fixture.h"

#include <string.h>
#include <unistd.h>

#define GOOD "GET /api/photos HTTP/1.1\r\nHost: x\r\n\r\n"

/* The statuses of all answers to these bytes, until the server closes or the last. */
static void check(const char *url, const char *headers, const char *rest, const char *statuses)
{
    g_autoptr(GString) found = g_string_new(NULL);
    g_autofree char *text =
        g_strdup_printf("POST /api/photos HTTP/1.1\r\nHost: x\r\n%s\r\n%s%s", headers, rest, GOOD);
    int fd = client_connect(url);
    client_send_text(fd, text);
    for (int i = 0; i < 2; i++) {
        g_autoptr(Answer) answer = client_read(fd, FALSE);
        g_string_append_printf(found, "%d ", answer ? answer->status : 0);
        if (!answer) {
            break;
        }
    }
    close(fd);
    g_test_message("%s", headers);
    g_assert_cmpstr(found->str, ==, statuses);
}

static void test_where_a_request_ends(Fixture *fixture, gconstpointer data)
{
    const char *url = fixture->url, *refused = "400 0 ";
    check(url, "Content-Length: 5\r\n", "hello", "200 200 ");
    check(url, "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "200 200 ");
    check(url, "transfer-encoding: Chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", "200 200 ");
    check(url, "Content-Length: 5\r\nContent-Length: 6\r\n", "hello", refused);
    check(url, "Content-Length: 5\r\nContent-Length: 5\r\n", "hello", refused);
    check(url, "Content-Length : 5\r\n", "hello", refused);
    check(url, "Content-Length\t: 5\r\n", "hello", refused);
    check(url, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", refused);
    check(url, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n", refused);
    check(url, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n",
          refused);
    check(url, "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", refused);
    check(url, "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", refused);
    check(url, "Transfer-Encoding: identity\r\n", "", refused);
    check(url, "Transfer-Encoding:\r\n", "", refused);
    check(url, "Host: y\r\n", "", refused);
    check(url, "X(y): z\r\n", "", refused);
}

static void test_chunks_need_their_version(Fixture *fixture, gconstpointer data)
{
    int fd = client_connect(fixture->url);
    client_send_text(fd,
                     "POST /api/photos HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    char text[16] = {0};
    g_assert_cmpint(read(fd, text, 12), ==, 12);
    g_assert_true(g_str_has_suffix(text, " 400"));
    close(fd);
}

static void test_the_parts(void)
{
    static const struct {
        const char *name, *value;
        gboolean fits;
    } cases[] = {
        {"Content-Length", "0", TRUE},
        {"Content-Length", "", FALSE},
        {"Content-Length", "-1", FALSE},
        {"Content-Length", "1, 1", FALSE},
        {"", "x", FALSE},
        {"X Y", "x", FALSE},
        {"X-Y", "x", TRUE},
        {"\xc3\xa4", "x", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        HttpFraming framing = {0};
        framing_add(&framing, cases[i].name, cases[i].value);
        g_assert_cmpint(!framing_problem(&framing, "HTTP/1.1"), ==, cases[i].fits);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/http/framing/end", Fixture, NULL, start, test_where_a_request_ends, stop);
    g_test_add("/http/framing/version", Fixture, NULL, start, test_chunks_need_their_version, stop);
    g_test_add_func("/http/framing/parts", test_the_parts);
    return g_test_run();
}
