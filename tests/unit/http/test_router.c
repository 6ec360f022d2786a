/* Which route a path and a method lead to. */
#include "server_fixture.h"

static Fixture fixture;

static void test_the_most_specific_route_answers(void)
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
        check_answer(fixture.url, "GET", cases[i].target, 200, cases[i].text);
    }
}

static void test_unknown_paths(void)
{
    check_answer(fixture.url, "GET", "/api/nothing", 404, "small: Not Found");
    check_answer(fixture.url, "GET", "/api/photos2", 404, "small: Not Found");
    check_answer(fixture.url, "POST", "/api/nothing", 404, "small: Not Found");
    check_answer(fixture.url, "GET", "/api/cookie/", 404, "small: Not Found");
    check_answer(fixture.url, "GET", "/elsewhere", 404, "Not Found");
    check_answer(fixture.url, "GET", "/app/deep", 200, "the app");
    check_answer(fixture.url, "POST", "/app", 404, "Not Found");
}

static void test_other_methods(void)
{
    g_autoptr(Answer) wrong = client_ask(fixture.url, "DELETE", "/api/photos", NULL, NULL);
    g_assert_cmpint(wrong->status, ==, 405);
    check_header(wrong, "Allow", "GET, HEAD, POST, OPTIONS");
    g_autofree char *text = answer_text(wrong);
    g_assert_cmpstr(text, ==, "small: Method Not Allowed");

    g_autoptr(Answer) strange = client_ask(fixture.url, "PROPFIND", "/api/photos", NULL, NULL);
    g_assert_cmpint(strange->status, ==, 405);

    /* Another pattern that fits may take the method. */
    g_autoptr(Answer) fits = client_ask(fixture.url, "DELETE", "/api/photos/17", NULL, NULL);
    g_assert_cmpint(fits->status, ==, 200);

    g_autoptr(Answer) options = client_ask(fixture.url, "OPTIONS", "/api/photos/17", NULL, NULL);
    g_assert_cmpint(options->status, ==, 200);
    check_header(options, "Allow", "GET, HEAD, DELETE, OPTIONS");
    check_header(options, "X-Content-Type-Options", "nosniff");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start(&fixture);
    g_test_add_func("/http/router/specific", test_the_most_specific_route_answers);
    g_test_add_func("/http/router/unknown", test_unknown_paths);
    g_test_add_func("/http/router/methods", test_other_methods);
    int result = g_test_run();
    fixture_stop(&fixture, 60);
    return result;
}
