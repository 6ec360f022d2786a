#include "api_fixture.h"

#include <glib/gstdio.h>

static Settings *load_settings(const char *viewer_json)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("albumen-api-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(folder, "scoring.json", NULL);
    g_autofree char *text = g_strdup_printf("{\"viewer\": %s}", viewer_json);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    Settings *settings = settings_load(folder, &error);
    g_assert_no_error(error);
    g_unlink(path);
    g_rmdir(folder);
    return settings;
}

void api_fixture_start(ApiFixture *fixture, const HttpDialect *const *dialects,
                       const char *viewer_json)
{
    static const char *const listen[] = {"127.0.0.1:0", NULL};
    g_autoptr(GError) error = NULL;
    fixture->api = (Api){.settings = load_settings(viewer_json), .version = "test"};
    fixture->options = (HttpServerOptions){
        .listen = listen,
        .dialects = dialects,
        .gate = api_gate,
        .app = &fixture->api,
        .threads = 1,
        .title = "Test",
        .version = "1",
        .capability_name = api_capability_name,
        .decorate = api_decorate,
    };
    fixture->api.server = &fixture->options;
    fixture->server = http_server_start(&fixture->options, &error);
    g_assert_no_error(error);
    fixture->url = http_server_urls(fixture->server)[0];
}

void api_fixture_stop(ApiFixture *fixture)
{
    http_server_stop(fixture->server, 10);
    settings_free((Settings *)fixture->api.settings);
}

void api_fixture_fail(HttpRequest *request, int status, const GError *error)
{
    http_set_status(request, status);
    http_respond_text(request, "text/plain", error->message);
}

void api_fixture_invalid(HttpRequest *request, const HttpViolation *violations, gsize count)
{
    http_set_status(request, 422);
    http_respond_text(request, "text/plain", violations[0].message);
}
