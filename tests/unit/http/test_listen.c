/* Addresses to listen on. */
#include "server_fixture.h"

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/listen/addresses", test_addresses);
    return g_test_run();
}
