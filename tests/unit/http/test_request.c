/* What every request meets before and after its handler. */
#include "server_fixture.h"

#define JSON_TYPE "Content-Type: application/json; charset=utf-8\r\n"

static Fixture fixture;

static void test_errors_become_statuses(void)
{
    static const int statuses[] = {
        [ALBUMEN_ERROR_INTERNAL] = 500,     [ALBUMEN_ERROR_INVALID] = 400,
        [ALBUMEN_ERROR_UNAUTHORIZED] = 401, [ALBUMEN_ERROR_FORBIDDEN] = 403,
        [ALBUMEN_ERROR_NOT_FOUND] = 404,    [ALBUMEN_ERROR_CONFLICT] = 409,
        [ALBUMEN_ERROR_TOO_LARGE] = 413,    [ALBUMEN_ERROR_UNSUPPORTED] = 415,
        [ALBUMEN_ERROR_CORRUPT] = 422,      [ALBUMEN_ERROR_TIMEOUT] = 504,
        [ALBUMEN_ERROR_CRASHED] = 500,      [ALBUMEN_ERROR_UNAVAILABLE] = 503,
        [ALBUMEN_ERROR_BUSY] = 503,         [ALBUMEN_ERROR_CANCELLED] = 500,
        [ALBUMEN_ERROR_IO] = 500,           [ALBUMEN_ERROR_TOO_OFTEN] = 429,
    };
    for (gsize code = 0; code < G_N_ELEMENTS(statuses); code++) {
        g_autofree char *target = g_strdup_printf("/api/status/%" G_GSIZE_FORMAT, code);
        g_autoptr(Answer) answer = client_ask(fixture.url, "GET", target, NULL, NULL);
        g_assert_cmpint(answer->status, ==, statuses[code]);
        check_header(answer, "X-Forgotten", NULL);
        check_header(answer, "Retry-After",
                     statuses[code] == 503   ? "1"
                     : statuses[code] == 429 ? "30"
                                             : NULL);
    }
}

static void test_headers_cannot_be_split(void)
{
    check_answer(fixture.url, "GET", "/api/injection?text=fine", 200, "fine");
    g_autoptr(Answer) split =
        client_ask(fixture.url, "GET", "/api/injection?text=a%0D%0AX-Evil:b", NULL, NULL);
    g_assert_cmpint(split->status, ==, 500);
    check_header(split, "X-Evil", NULL);
    check_header(split, "X-Name", NULL);
}

static void test_cookies(void)
{
    g_autoptr(Answer) answer =
        client_ask(fixture.url, "GET", "/api/cookie",
                   "Cookie: other=1; session=\"abc=\"; session=later; broken\r\n", NULL);
    g_autofree char *text = answer_text(answer);
    g_assert_cmpstr(text, ==, "abc=");
    check_header(answer, "Vary", "Origin, Cookie");
    g_assert_nonnull(strstr(answer->head, "one=1"));
    g_assert_nonnull(strstr(answer->head, "two=2"));
    check_answer(fixture.url, "GET", "/api/cookie", 200, "none");
}

/* Malformed JSON, then the gate, then the values. */
static void test_precedence(void)
{
    g_autofree char *found = list_violations(fixture.url, "/api/secret-body", JSON_TYPE, "{");
    g_assert_cmpstr(found, ==, "body - json_invalid: JSON decode error");
    check_exchange(fixture.url, "POST", "/api/secret-body", JSON_TYPE, "{}", 401,
                   "small: who are you");
    check_exchange(fixture.url, "POST", "/api/secret-body", NULL, "{}", 401, "small: who are you");
    g_autofree char *values =
        list_violations(fixture.url, "/api/secret-body", JSON_TYPE "Authorization: x\r\n", "{}");
    g_assert_true(g_str_has_prefix(values, "body photo missing"));
    check_exchange(fixture.url, "GET", "/api/never", NULL, NULL, 403, "small: never");
    check_exchange(fixture.url, "GET", "/api/secret", NULL, NULL, 401, "small: who are you");
    check_exchange(fixture.url, "GET", "/api/secret", "Authorization: x\r\n", NULL, 200,
                   "{\"route\":\"/api/secret\",\"path\":\"/api/secret\"}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start(&fixture);
    g_test_add_func("/http/request/statuses", test_errors_become_statuses);
    g_test_add_func("/http/request/headers", test_headers_cannot_be_split);
    g_test_add_func("/http/request/cookies", test_cookies);
    g_test_add_func("/http/request/precedence", test_precedence);
    int result = g_test_run();
    fixture_stop(&fixture, 60);
    return result;
}
