#include "api/client_address.h"

#include "api_fixture.h"

static GPtrArray *proxies(void)
{
    const char *const texts[] = {"127.0.0.1", "10.0.0.0/8", "fd00::/16", NULL};
    g_autoptr(GError) error = NULL;
    GPtrArray *parsed = proxies_parse(texts, &error);
    g_assert_no_error(error);
    return parsed;
}

static void test_who_is_forwarded(void)
{
    static const struct {
        const char *peer, *forwarded, *client;
    } cases[] = {
        {"192.0.2.1", "", "192.0.2.1"},
        {"192.0.2.1", "198.51.100.7", "192.0.2.1"}, /* no proxy of ours: its word is nothing */
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.7", "198.51.100.7"},
        {"127.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"}, /* the first is its invention */
        {"127.0.0.1", "198.51.100.7,10.1.2.3", "198.51.100.7"},
        {"127.0.0.1", "1.1.1.1, 198.51.100.7 , 10.1.2.3", "198.51.100.7"},
        {"127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"},
        {"127.0.0.1", "nonsense", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.7, nonsense", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.7:80", "127.0.0.1"},
        {"127.0.0.1", ",,,", "127.0.0.1"},
        {"fd00::1", "2001:db8::5", "2001:db8::5"},
        {"2001:db8::5", "1.1.1.1", "2001:db8::5"},
    };
    g_autoptr(GPtrArray) trusted = proxies();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GInetAddress) peer = g_inet_address_new_from_string(cases[i].peer);
        g_autoptr(GInetAddress) client = client_of_forwarded(peer, cases[i].forwarded, trusted);
        g_autofree char *text = g_inet_address_to_string(client);
        g_test_message("%s: %s", cases[i].peer, cases[i].forwarded);
        g_assert_cmpstr(text, ==, cases[i].client);
    }
}

static void assert_same(const char *one, const char *two, gboolean same)
{
    g_autoptr(GInetAddress) a = g_inet_address_new_from_string(one);
    g_autoptr(GInetAddress) b = g_inet_address_new_from_string(two);
    g_autofree char *bucket_a = client_bucket(a);
    g_autofree char *bucket_b = client_bucket(b);
    g_assert_true(g_str_equal(bucket_a, bucket_b) == same);
}

static void test_networks(void)
{
    assert_same("192.0.2.1", "192.0.2.1", TRUE);
    assert_same("192.0.2.1", "192.0.2.2", FALSE);
    assert_same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", TRUE); /* one subscriber's network */
    assert_same("2001:db8:1:2::1", "2001:db8:1:3::1", FALSE);
}

static void test_broken_lists(void)
{
    static const char *const broken[] = {"proxy.example", "10.0.0.1/33", "", "10.0.0.1/8"};
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        const char *const texts[] = {"127.0.0.1", broken[i], NULL};
        g_autoptr(GError) error = NULL;
        g_test_message("%s", broken[i]);
        g_assert_null(proxies_parse(texts, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
    g_autoptr(GPtrArray) none = proxies_parse(NULL, NULL);
    g_assert_cmpuint(none->len, ==, 0);
}

static gboolean answer_client(HttpRequest *request, GError **error)
{
    const GPtrArray *trusted = api_of(request)->proxies;
    g_autofree char *address = client_address(request, trusted);
    g_autofree char *text =
        g_strconcat(address, client_is_secure(request, trusted) ? " secure" : "", NULL);
    return http_respond_text(request, "text/plain", text);
}

static const HttpRoute routes[] = {
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_GET, .path = "/client", .quick = TRUE,
               .summary = "Client", .handler = answer_client),
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

static void assert_client(const char *url, const char *headers, const char *expected)
{
    int fd = client_connect(url);
    g_autofree char *text =
        g_strdup_printf("GET /client HTTP/1.1\r\nHost: x\r\n%sConnection: close\r\n\r\n", headers);
    client_send_text(fd, text);
    g_autoptr(Answer) answer = client_read(fd, FALSE);
    close(fd);
    g_autofree char *body = answer_text(answer);
    g_assert_cmpstr(body, ==, expected);
}

/* Some proxies add a header of their own beside the client's. */
static void test_on_the_wire(void)
{
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, "{}");
    assert_client(fixture.url, "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n",
                  "7f000001");
    g_autoptr(GPtrArray) trusted = proxies();
    fixture.api.proxies = trusted;
    assert_client(fixture.url, "", "7f000001");
    assert_client(fixture.url, "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 1.2.3.4\r\n",
                  "01020304");
    assert_client(fixture.url, "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n",
                  "01020304 secure");
    assert_client(fixture.url, "X-Forwarded-Proto: http\r\n", "7f000001");
    api_fixture_stop(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client_address/forwarded", test_who_is_forwarded);
    g_test_add_func("/client_address/networks", test_networks);
    g_test_add_func("/client_address/broken", test_broken_lists);
    g_test_add_func("/client_address/wire", test_on_the_wire);
    return g_test_run();
}
