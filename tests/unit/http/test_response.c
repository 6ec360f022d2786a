/* Caching, ranges and compression. */
#include "server_fixture.h"

#include <zlib.h>

static Fixture fixture;

static Answer *get(const char *target, const char *headers)
{
    Answer *answer = client_ask(fixture.url, "GET", target, headers, NULL);
    g_assert_nonnull(answer);
    return answer;
}

static void check_file(const Answer *answer, gsize offset, gsize length)
{
    g_autofree char *file = fixture_file_bytes();
    gsize got;
    const void *body = g_bytes_get_data(answer->body, &got);
    g_assert_cmpmem(body, got, file + offset, length);
}

static void test_whole_file(void)
{
    g_autoptr(Answer) answer = get("/file", NULL);
    g_assert_cmpint(answer->status, ==, 200);
    check_file(answer, 0, FIXTURE_FILE_BYTES);
    check_header(answer, "Content-Type", "image/jpeg");
    check_header(answer, "ETag", "\"v1\"");
    check_header(answer, "Cache-Control", "private, no-cache");
    check_header(answer, "Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
    check_header(answer, "Accept-Ranges", "bytes");
}

static void test_conditions(void)
{
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"If-None-Match: \"v1\"\r\n", 304},
        {"If-None-Match: W/\"v1\"\r\n", 304},
        {"If-None-Match: v1\r\n", 304},
        {"If-None-Match: v2, v1\r\n", 304},
        {"If-None-Match: v11\r\n", 200},
        {"If-None-Match: \"v0\", \"v1\"\r\n", 304},
        {"If-None-Match: *\r\n", 304},
        {"If-None-Match: \"v2\"\r\n", 200},
        {"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 304},
        {"If-Modified-Since: Mon, 07 Nov 1994 08:49:37 GMT\r\n", 304},
        {"If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", 200},
        {"If-Modified-Since: yesterday\r\n", 200},
        {"If-None-Match: \"v2\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 200},
    };
    static const char *const targets[] = {"/file", "/cached"};
    for (gsize i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        g_autoptr(Answer) answer = get(targets[i % 2], cases[i / 2].headers);
        g_assert_cmpint(answer->status, ==, cases[i / 2].status);
        check_header(answer, "ETag", i % 2 ? "W/\"v1\"" : "\"v1\"");
        check_header(answer, "Cache-Control", "private, no-cache");
    }
}

static void test_ranges(void)
{
    static const struct {
        const char *range;
        int status;
        gsize offset, length;
    } cases[] = {
        {"bytes=0-0", 206, 0, 1},          {"bytes=5-9", 206, 5, 5},
        {"bytes=99999-", 206, 99999, 1},   {"bytes=-10", 206, 99990, 10},
        {"bytes=-999999", 206, 0, 100000}, {"bytes=5-999999", 206, 5, 99995},
        {"bytes=100000-", 416, 0, 0},      {"bytes=-0", 416, 0, 0},
        {"bytes=9-5", 200, 0, 100000},     {"bytes=a-b", 200, 0, 100000},
        {"bytes=-", 200, 0, 100000},       {"bytes=0-1,5-6", 200, 0, 100000},
        {"lines=0-1", 200, 0, 100000},     {"bytes=99999999999999999999-", 200, 0, 100000},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *headers = g_strdup_printf("Range: %s\r\n", cases[i].range);
        g_autoptr(Answer) answer = get("/file", headers);
        g_assert_cmpint(answer->status, ==, cases[i].status);
        check_file(answer, cases[i].offset, cases[i].length);
        g_autofree char *part =
            g_strdup_printf("bytes %" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT "/100000", cases[i].offset,
                            cases[i].offset + cases[i].length - 1);
        check_header(answer, "Content-Range",
                     cases[i].status == 206   ? part
                     : cases[i].status == 416 ? "bytes */100000"
                                              : NULL);
    }
}

static void test_if_range(void)
{
    static const struct {
        const char *condition;
        int status;
    } cases[] = {
        {"\"v1\"", 206},
        {"\"v2\"", 200},
        {"W/\"v1\"", 200},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 206},
        {"Sun, 06 Nov 1994 08:49:38 GMT", 200},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *headers =
            g_strdup_printf("Range: bytes=0-9\r\nIf-Range: %s\r\n", cases[i].condition);
        g_autoptr(Answer) answer = get("/file", headers);
        g_assert_cmpint(answer->status, ==, cases[i].status);
    }
}

static char *unpack(GBytes *packed)
{
    gsize length;
    const void *data = g_bytes_get_data(packed, &length);
    char *out = g_malloc0(10000);
    z_stream stream = {.next_in = (Bytef *)data,
                       .avail_in = (uInt)length,
                       .next_out = (Bytef *)out,
                       .avail_out = 9999};
    g_assert_cmpint(inflateInit2(&stream, 15 + 16), ==, Z_OK);
    g_assert_cmpint(inflate(&stream, Z_FINISH), ==, Z_STREAM_END);
    inflateEnd(&stream);
    return out;
}

static void test_compression(void)
{
    g_autofree char *text = g_strnfill(5000, 'a');
    static const char *const targets[] = {"/long", "/cached"};
    for (gsize i = 0; i < 2; i++) {
        g_autoptr(Answer) plain = get(targets[i], NULL);
        g_assert_cmpuint(g_bytes_get_size(plain->body), ==, 5000);
        check_header(plain, "Vary", "Accept-Encoding");
        check_header(plain, "Content-Encoding", NULL);
        g_autoptr(Answer) packed = get(targets[i], "Accept-Encoding: gzip\r\n");
        check_header(packed, "Content-Encoding", "gzip");
        check_header(packed, "Vary", "Accept-Encoding");
        g_autofree char *unpacked = unpack(packed->body);
        g_assert_cmpstr(unpacked, ==, text);
        g_assert_cmpuint(g_bytes_get_size(packed->body), <, 200);
    }
    /* Small ones, pictures and parts go as they are. */
    g_autoptr(Answer) small = get("/long?page=100", "Accept-Encoding: gzip\r\n");
    check_header(small, "Content-Encoding", NULL);
    g_autoptr(Answer) picture = get("/cached?text=image/jpeg", "Accept-Encoding: gzip\r\n");
    check_header(picture, "Content-Encoding", NULL);
    check_header(picture, "ETag", "\"v1\"");
    g_autoptr(Answer) part = get("/cached", "Accept-Encoding: gzip\r\nRange: bytes=1-2\r\n");
    g_assert_cmpint(part->status, ==, 206);
    check_header(part, "Content-Encoding", NULL);
    g_assert_cmpuint(g_bytes_get_size(part->body), ==, 2);
}

static void test_embedded_files(void)
{
    g_autoptr(Answer) plain = get("/embedded/page.html", NULL);
    check_header(plain, "Content-Type", "text/html; charset=utf-8");
    check_header(plain, "Content-Encoding", NULL);
    check_header(plain, "Vary", "Accept-Encoding");
    g_autofree char *text = answer_text(plain);
    g_assert_true(g_str_has_prefix(text, "<!doctype html>"));

    g_autoptr(Answer) packed = get("/embedded/page.html", "Accept-Encoding: gzip\r\n");
    check_header(packed, "Content-Encoding", "gzip");
    g_autofree char *unpacked = unpack(packed->body);
    g_assert_cmpstr(unpacked, ==, text);

    /* The content is its own tag. */
    g_autofree char *etag = answer_header(plain, "ETag");
    g_autofree char *condition = g_strdup_printf("If-None-Match: %s\r\n", etag);
    g_autoptr(Answer) known = get("/embedded/page.html", condition);
    g_assert_cmpint(known->status, ==, 304);
    g_autoptr(Answer) other = get("/embedded/plain.svg", condition);
    g_assert_cmpint(other->status, ==, 200);
    check_header(other, "Content-Type", "image/svg+xml");
    check_answer(fixture.url, "GET", "/embedded/../page.html", 404, NULL);
    check_answer(fixture.url, "GET", "/embedded/", 404, NULL);
}

static void test_head_is_get_without_its_body(void)
{
    static const char *const targets[] = {"/api/photos", "/file", "/cached", "/api/nothing"};
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(Answer) head = client_ask(fixture.url, "HEAD", targets[i], NULL, NULL);
        g_autoptr(Answer) get = client_ask(fixture.url, "GET", targets[i], NULL, NULL);
        g_assert_cmpint(head->status, ==, get->status);
        g_autofree char *length = answer_header(get, "Content-Length");
        check_header(head, "Content-Length", length);
        g_assert_cmpuint(g_bytes_get_size(head->body), ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start(&fixture);
    g_test_add_func("/http/response/file", test_whole_file);
    g_test_add_func("/http/response/conditions", test_conditions);
    g_test_add_func("/http/response/ranges", test_ranges);
    g_test_add_func("/http/response/if-range", test_if_range);
    g_test_add_func("/http/response/compression", test_compression);
    g_test_add_func("/http/response/embedded", test_embedded_files);
    g_test_add_func("/http/response/head", test_head_is_get_without_its_body);
    int result = g_test_run();
    fixture_stop(&fixture, 60);
    return result;
}
