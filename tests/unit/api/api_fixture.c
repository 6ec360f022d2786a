#include "api_fixture.h"

#include "store_fixture.h"

static void open_library(ApiFixture *fixture, const char *scoring_json)
{
    g_autoptr(GError) error = NULL;
    fixture->folder = g_dir_make_tmp("albumen-api-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(fixture->folder, "scoring.json", NULL);
    g_assert_true(g_file_set_contents(path, scoring_json, -1, NULL));
    Api *api = &fixture->api;
    *api = (Api){.version = "test"};
    api->settings = settings_load(fixture->folder, &error);
    g_assert_no_error(error);
    api->library = library_open(fixture->folder, NULL, &error);
    g_assert_no_error(error);
    api->roster = roster_new(api->library, api->settings, &error);
    g_assert_no_error(error);
    api->sign_in = sign_in_new(api->roster);
    api->rate = rate_new(1000);
    api->replay = replay_new(api->library);
}

void api_fixture_start_with(ApiFixture *fixture, const HttpDialect *const *dialects,
                            const char *scoring_json)
{
    static const char *const listen[] = {"127.0.0.1:0", NULL};
    g_autoptr(GError) error = NULL;
    open_library(fixture, scoring_json);
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
    fixture->api.server = fixture->options;
    fixture->server = http_server_start(&fixture->options, &error);
    g_assert_no_error(error);
    fixture->url = http_server_urls(fixture->server)[0];
}

void api_fixture_start(ApiFixture *fixture, const HttpDialect *const *dialects,
                       const char *viewer_json)
{
    g_autofree char *text = g_strdup_printf("{\"viewer\": %s}", viewer_json);
    api_fixture_start_with(fixture, dialects, text);
}

void api_fixture_stop(ApiFixture *fixture)
{
    http_server_stop(fixture->server, 10);
    sign_in_free(fixture->api.sign_in);
    rate_free(fixture->api.rate);
    replay_free(fixture->api.replay);
    roster_free(fixture->api.roster);
    library_close(fixture->api.library);
    settings_free((Settings *)fixture->api.settings);
    store_fixture_remove_folder(fixture->folder);
    g_free(fixture->folder);
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
