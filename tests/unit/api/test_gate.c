#include "api_fixture.h"

#include <string.h>

static gboolean answer_role(HttpRequest *request, GError **error)
{
    const Principal *principal = api_principal(request);
    return http_respond_text(request, "text/plain",
                             principal_is_authenticated(principal) ? "owner" : "nobody");
}

static const HttpParameter shared_query[] = {{.name = "token", .type = HTTP_TEXT}, {0}};

static const HttpRoute routes[] = {
    HTTP_ROUTE(CAPABILITY_SHARED, .method = HTTP_GET, .path = "/shared", .quick = TRUE,
               .summary = "Shared", .handler = answer_role, .query = shared_query),
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_GET, .path = "/public", .quick = TRUE,
               .summary = "Public", .handler = answer_role),
    HTTP_ROUTE(CAPABILITY_BROWSE, .method = HTTP_GET, .path = "/browse", .quick = TRUE,
               .summary = "Browse", .handler = answer_role),
    HTTP_ROUTE(CAPABILITY_ADMIN, .method = HTTP_POST, .path = "/admin", .quick = TRUE,
               .summary = "Admin", .handler = answer_role),
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_POST, .path = "/public", .quick = TRUE,
               .summary = "Public", .handler = answer_role),
};

static const HttpDialect dialect = {
    .name = "test",
    .prefixes = (const char *const[]){"/", NULL},
    .routes = routes,
    .route_count = G_N_ELEMENTS(routes),
    .fail = api_fixture_fail,
    .invalid = api_fixture_invalid,
};

static const HttpDialect *const dialects[] = {&dialect, NULL};

#define VIEWER "{\"allowed_origins\": [\"http://friend.example:4200\", 5]}"

/* A request as the wire has it: the client's own headers, Host among them. */
static Answer *ask(const char *url, const char *method, const char *target, const char *headers)
{
    int fd = client_connect(url);
    g_autofree char *request =
        g_strdup_printf("%s %s HTTP/1.1\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n",
                        method, target, headers);
    client_send_text(fd, request);
    Answer *answer = client_read(fd, FALSE);
    g_assert_nonnull(answer);
    close(fd);
    return answer;
}

static void assert_answer(const char *url, const char *method, const char *target,
                          const char *headers, int status, const char *text)
{
    g_test_message("%s %s %s", method, target, headers);
    g_autoptr(Answer) answer = ask(url, method, target, headers);
    g_autofree char *body = answer_text(answer);
    g_assert_cmpint(answer->status, ==, status);
    if (text) {
        g_assert_cmpstr(body, ==, text);
    }
}

static void test_whoever_sits_here_is_the_owner(void)
{
    static const char *const hosts[] = {"localhost", "LOCALHOST:5000", "127.0.0.1:5000",
                                        "127.0.0.1", "127.4.5.6:80",   "[::1]:5000",
                                        "[::1]"};
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, VIEWER);
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autofree char *headers = g_strdup_printf("Host: %s\r\n", hosts[i]);
        assert_answer(fixture.url, "GET", "/public", headers, 200, "owner");
        assert_answer(fixture.url, "GET", "/browse", headers, 200, "owner");
        assert_answer(fixture.url, "POST", "/admin", headers, 200, "owner");
    }
    api_fixture_stop(&fixture);
}

/* DNS rebinding: the page's own name leads to this machine. */
static void test_a_foreign_name_opens_nothing(void)
{
    static const char *const hosts[] = {
        "evil.example",
        "evil.example:5000",
        "localhost.evil.example",
        "localhost:5000.evil",
        "127.0.0.1.evil.com",
        "127.0.0.1:x",
        "[::1].evil.com",
        "notlocalhost",
        "[::2]",
        "10.0.0.1:5000",
        "localhost:",
        "localhost@evil.example",
        "0.0.0.0:5000",
        "[::ffff:10.0.0.1]:1",
        "[127.0.0.1",
        "",
    };
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, VIEWER);
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autofree char *headers = g_strdup_printf("Host: %s\r\n", hosts[i]);
        assert_answer(fixture.url, "GET", "/public", headers, 200, "nobody");
        assert_answer(fixture.url, "GET", "/browse", headers, 401, NULL);
        assert_answer(fixture.url, "POST", "/admin", headers, 401, NULL);
    }
    api_fixture_stop(&fixture);
}

/* Behind a proxy everybody comes from this machine. */
static void test_who_is_forwarded_is_nobody(void)
{
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, VIEWER);
    const char *headers = "Host: localhost\r\nX-Forwarded-For: 127.0.0.1\r\n";
    assert_answer(fixture.url, "GET", "/browse", headers, 401, NULL);
    headers = "Host: localhost\r\nForwarded: for=127.0.0.1\r\n";
    assert_answer(fixture.url, "GET", "/browse", headers, 401, NULL);
    api_fixture_stop(&fixture);
}

static void test_other_sites_may_not_act(void)
{
    static const struct {
        const char *origin;
        int status;
    } cases[] = {
        {"http://localhost:5000", 200},
        {"https://LOCALHOST:5000", 200},
        {"http://friend.example:4200", 200},
        {"http://friend.example", 403},
        {"https://friend.example:4200", 403},
        {"http://evil.example", 403},
        {"http://localhost:5001", 403},
        {"http://localhost", 403},
        {"null", 403},
        {"localhost:5000", 403},
        {"http://localhost:5000.evil", 403},
        {"", 403},
    };
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, VIEWER);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *headers =
            g_strdup_printf("Host: localhost:5000\r\nOrigin: %s\r\n", cases[i].origin);
        assert_answer(fixture.url, "POST", "/admin", headers, cases[i].status, NULL);
        assert_answer(fixture.url, "POST", "/public", headers, cases[i].status, NULL);
        assert_answer(fixture.url, "GET", "/browse", headers, 200, NULL); /* may not read it */
    }
    api_fixture_stop(&fixture);
}

/* Browsers of today say it themselves, and no page can make them say otherwise. */
static void test_browsers_say_where_from(void)
{
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"Sec-Fetch-Site: same-origin\r\n", 200},
        {"Sec-Fetch-Site: same-origin\r\nOrigin: https://behind.a.proxy\r\n", 200},
        {"Sec-Fetch-Site: none\r\n", 200},
        {"Sec-Fetch-Site: cross-site\r\n", 403},
        {"Sec-Fetch-Site: same-site\r\n", 403},
        {"Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost:5000\r\n", 403},
        {"Sec-Fetch-Site: cross-site\r\nOrigin: http://friend.example:4200\r\n", 200},
        {"Sec-Fetch-Site: \r\n", 403},
    };
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, VIEWER);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *headers = g_strconcat("Host: localhost:5000\r\n", cases[i].headers, NULL);
        assert_answer(fixture.url, "POST", "/admin", headers, cases[i].status, NULL);
        assert_answer(fixture.url, "GET", "/browse", headers, 200, NULL);
    }
    api_fixture_stop(&fixture);
}

/* With a share's token one may look, and finds nothing; without it one is asked to sign in. */
static void test_shares(void)
{
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, "{\"password\": \"p\"}");
    assert_answer(fixture.url, "GET", "/shared?token=x", "Host: x\r\n", 200, "nobody");
    assert_answer(fixture.url, "GET", "/shared?token=", "Host: x\r\n", 401, NULL);
    assert_answer(fixture.url, "GET", "/shared", "Host: x\r\n", 401, NULL);
    api_fixture_stop(&fixture);
}

static void assert_header(const Answer *answer, const char *name, const char *expected)
{
    g_autofree char *value = answer_header(answer, name);
    g_assert_cmpstr(value, ==, expected);
}

static void test_headers_for_other_origins(void)
{
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, VIEWER);
    g_autoptr(Answer) friend = ask(fixture.url, "GET", "/browse",
                                   "Host: localhost\r\nOrigin: http://friend.example:4200\r\n");
    assert_header(friend, "Access-Control-Allow-Origin", "http://friend.example:4200");
    assert_header(friend, "Access-Control-Allow-Credentials", "true");
    assert_header(friend, "Vary", "Origin");
    assert_header(friend, "X-Content-Type-Options", "nosniff");
    assert_header(friend, "Cross-Origin-Opener-Policy", "same-origin");
    assert_header(friend, "Cross-Origin-Resource-Policy", "cross-origin"); /* it has a friend */

    g_autoptr(Answer) stranger =
        ask(fixture.url, "GET", "/browse", "Host: localhost\r\nOrigin: http://evil.example\r\n");
    assert_header(stranger, "Access-Control-Allow-Origin", NULL);
    assert_header(stranger, "Access-Control-Allow-Credentials", NULL);
    assert_header(stranger, "Vary", "Origin");

    g_autoptr(Answer) asked =
        ask(fixture.url, "OPTIONS", "/admin",
            "Host: localhost\r\nOrigin: http://friend.example:4200\r\n"
            "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-a, x-b\r\n");
    assert_header(asked, "Access-Control-Allow-Origin", "http://friend.example:4200");
    assert_header(asked, "Access-Control-Allow-Headers", "x-a, x-b");
    g_autoptr(Answer) refused = ask(fixture.url, "OPTIONS", "/admin",
                                    "Host: localhost\r\nOrigin: http://evil.example\r\n"
                                    "Access-Control-Request-Method: POST\r\n");
    assert_header(refused, "Access-Control-Allow-Origin", NULL);
    assert_header(refused, "Access-Control-Allow-Methods", NULL);
    api_fixture_stop(&fixture);
}

static void test_capabilities_have_names(void)
{
    for (int capability = CAPABILITY_PUBLIC; capability <= CAPABILITY_LAST; capability++) {
        g_assert_cmpuint(strlen(api_capability_name(capability)), >, 0);
    }
    g_assert_cmpstr(api_capability_name(CAPABILITY_MEDIA), ==, "media");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gate/owner", test_whoever_sits_here_is_the_owner);
    g_test_add_func("/gate/foreign_host", test_a_foreign_name_opens_nothing);
    g_test_add_func("/gate/forwarded", test_who_is_forwarded_is_nobody);
    g_test_add_func("/gate/origin", test_other_sites_may_not_act);
    g_test_add_func("/gate/fetch_site", test_browsers_say_where_from);
    g_test_add_func("/gate/shares", test_shares);
    g_test_add_func("/gate/cors", test_headers_for_other_origins);
    g_test_add_func("/gate/names", test_capabilities_have_names);
    return g_test_run();
}
