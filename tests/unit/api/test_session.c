#include "api/client_address.h"
#include "api/session.h"

#include "api_fixture.h"

static gboolean answer_who(HttpRequest *request, GError **error)
{
    const Principal *principal = api_principal(request);
    const char *who =
        principal_is_authenticated(principal) ? principal_user_id(principal) : "nobody";
    return http_respond_text(request, "text/plain", who);
}

static gboolean answer_session(HttpRequest *request, GError **error)
{
    g_autoptr(Principal) principal = roster_single(api_of(request)->roster, "_legacy", TRUE);
    return session_answer(request, principal, error);
}

static gboolean answer_end(HttpRequest *request, GError **error)
{
    session_set_cookie(request, NULL);
    return http_respond_text(request, "text/plain", "");
}

#define ROUTE(verb, target, cap, function)                                                         \
    HTTP_ROUTE(cap, .method = verb, .path = target, .quick = TRUE, .summary = "Test",              \
               .handler = function)
static const HttpRoute routes[] = {
    ROUTE(HTTP_GET, "/public", CAPABILITY_PUBLIC, answer_who),
    ROUTE(HTTP_GET, "/browse", CAPABILITY_BROWSE, answer_who),
    ROUTE(HTTP_GET, "/media", CAPABILITY_MEDIA, answer_who),
    ROUTE(HTTP_POST, "/media", CAPABILITY_MEDIA, answer_who),
    ROUTE(HTTP_GET, "/events", CAPABILITY_EVENTS, answer_who),
    ROUTE(HTTP_POST, "/session", CAPABILITY_PUBLIC, answer_session),
    ROUTE(HTTP_POST, "/end", CAPABILITY_PUBLIC, answer_end),
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

static Answer *ask(ApiFixture *fixture, const char *method, const char *target, const char *headers)
{
    int fd = client_connect(fixture->url);
    g_autofree char *text = g_strdup_printf("%s %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: 0\r\n"
                                            "Connection: close\r\n\r\n",
                                            method, target, headers);
    client_send_text(fd, text);
    Answer *answer = client_read(fd, FALSE);
    close(fd);
    g_assert_nonnull(answer);
    return answer;
}

static void assert_asked(ApiFixture *fixture, const char *method, const char *target,
                         const char *headers, int status, const char *expected)
{
    g_test_message("%s %s %s", method, target, headers);
    g_autoptr(Answer) answer = ask(fixture, method, target, headers);
    g_autofree char *body = answer_text(answer);
    g_assert_cmpint(answer->status, ==, status);
    if (status == 200) {
        g_assert_cmpstr(body, ==, expected);
    }
}

#define PASSWORD "{\"password\": \"p\"}"

static char *session(ApiFixture *fixture)
{
    g_autoptr(Principal) principal = roster_single(fixture->api.roster, "_legacy", FALSE);
    return roster_token(fixture->api.roster, principal);
}

static void test_headers(void)
{
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, PASSWORD);
    g_autofree char *token = session(&fixture);
    static const struct {
        const char *form;
        int status;
    } cases[] = {
        {"Authorization: Bearer %s\r\n", 200},   {"Authorization: bearer %s\r\n", 200},
        {"Authorization: BEARER   %s\r\n", 200}, {"Authorization: Basic %s\r\n", 401},
        {"Authorization: %s\r\n", 401},          {"Authorization: Bearer%s\r\n", 401},
        {"Authorization: Bearer x%s\r\n", 401},  {"Cookie: albumen_session=%s\r\n", 401},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) parts = g_strsplit(cases[i].form, "%s", 2);
        g_autofree char *headers = g_strconcat(parts[0], token, parts[1], NULL);
        assert_asked(&fixture, "GET", "/browse", headers, cases[i].status, "_legacy");
    }
    assert_asked(&fixture, "GET", "/browse", "Authorization: Bearer \r\n", 401, NULL);
    assert_asked(&fixture, "GET", "/browse", "", 401, NULL);
    api_fixture_stop(&fixture);
}

static void test_the_cookie_counts_for_pictures_alone(void)
{
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, PASSWORD);
    g_autofree char *token = session(&fixture);
    g_autofree char *cookie = g_strconcat("Cookie: a=b; albumen_session=", token, "\r\n", NULL);
    assert_asked(&fixture, "GET", "/media", cookie, 200, "_legacy");
    assert_asked(&fixture, "GET", "/events", cookie, 200, "_legacy");
    assert_asked(&fixture, "GET", "/browse", cookie, 401, NULL);
    assert_asked(&fixture, "GET", "/public", cookie, 200, "nobody");
    assert_asked(&fixture, "POST", "/media", cookie, 404, NULL);
    assert_asked(&fixture, "GET", "/media", "Cookie: albumen_session=x\r\n", 404, NULL);
    assert_asked(&fixture, "GET", "/media", "", 404, NULL);
    assert_asked(&fixture, "GET", "/events", "", 401, NULL);
    g_autofree char *both = g_strconcat(cookie, "Authorization: Bearer x\r\n", NULL);
    assert_asked(&fixture, "GET", "/media", both, 404, NULL); /* the header counts */
    api_fixture_stop(&fixture);
}

static void assert_cookie(ApiFixture *fixture, const char *target, const char *headers,
                          const char *begin, const char *end)
{
    g_autoptr(Answer) answer = ask(fixture, "POST", target, headers);
    g_autofree char *cookie = answer_header(answer, "Set-Cookie");
    g_assert_nonnull(cookie);
    g_test_message("%s", cookie);
    g_assert_true(g_str_has_prefix(cookie, begin));
    g_assert_true(g_str_has_suffix(cookie, end));
}

static void test_how_the_cookie_is_set(void)
{
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, PASSWORD);
    const char *attributes = "; HttpOnly; SameSite=Lax; Path=/; Max-Age=172800";
    assert_cookie(&fixture, "/session", "", "albumen_session=ey", attributes);
    assert_cookie(&fixture, "/session", "X-Forwarded-Proto: https\r\n", "albumen_session=ey",
                  attributes);
    assert_cookie(&fixture, "/end", "", "albumen_session=; ", "; Max-Age=0");
    const char *const texts[] = {"127.0.0.1", NULL};
    g_autoptr(GPtrArray) trusted = proxies_parse(texts, NULL);
    fixture.api.proxies = trusted;
    assert_cookie(&fixture, "/session", "X-Forwarded-Proto: https\r\n", "albumen_session=ey",
                  "; Secure");
    api_fixture_stop(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/headers", test_headers);
    g_test_add_func("/session/cookie", test_the_cookie_counts_for_pictures_alone);
    g_test_add_func("/session/set_cookie", test_how_the_cookie_is_set);
    return g_test_run();
}
