/* How the address of a request is read. */
#include "server_fixture.h"

static Fixture fixture;

static void test_an_encoded_slash_stays_in_its_part(void)
{
    check_answer(
        fixture.url, "GET", "/api/photos/a%2Fb", 200,
        "{\"route\":\"/api/photos/{name}\",\"path\":\"/api/photos/a/b\",\"name\":\"a/b\"}");
    check_answer(fixture.url, "GET", "/api/photos/%2Fphotos%2Fa%20b+c.jpg", 200,
                 "{\"route\":\"/api/photos/{name}\",\"path\":\"/api/photos//photos/a b+c.jpg\","
                 "\"name\":\"/photos/a b+c.jpg\"}");
    /* Decoded once, nothing tidied. */
    check_answer(fixture.url, "GET", "/api/photos//a/../%252E//", 200,
                 "{\"route\":\"/api/photos/{name...}\",\"path\":\"/api/photos//a/../%2E//\","
                 "\"name\":\"/a/../%2E//\"}");
    check_answer(fixture.url, "GET", "/api/photos/%C3%A9", 200,
                 "{\"route\":\"/api/photos/{name}\",\"path\":\"/api/photos/é\",\"name\":\"é\"}");
    check_answer(fixture.url, "GET", "http://elsewhere/api/photos?x=/", 200,
                 "{\"route\":\"/api/photos\",\"path\":\"/api/photos\"}");
}

static void test_bad_addresses_are_refused(void)
{
    static const char *const targets[] = {
        "/api/photos/%",   "/api/photos/%4",      "/api/photos/%zz",    "/api/photos/a%00b",
        "/api/photos/%FF", "/api/photos/%C3",     "/api/query?text=%",  "/api/query?text=%00",
        "/api/query?%ff",  "/api/query?text=%FF", "/api/query?text=%2", "nothing",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        check_answer(fixture.url, "GET", targets[i], 400, NULL);
    }
    /* Said by who would have answered. */
    check_answer(
        fixture.url, "GET", "/api/%", 400,
        "small: the address of the request has a % that is not followed by two hexadecimal "
        "digits");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start(&fixture);
    g_test_add_func("/http/uri/encoded-slash", test_an_encoded_slash_stays_in_its_part);
    g_test_add_func("/http/uri/bad", test_bad_addresses_are_refused);
    int result = g_test_run();
    fixture_stop(&fixture, 60);
    return result;
}
