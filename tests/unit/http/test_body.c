/* What bodies are accepted as what, how large they may be, and what a refusal says. */
#include "base/limits.h"
#include "http/body.h"
#include "server_fixture.h"

#include <unistd.h>

#define JSON_TYPE "Content-Type: application/json; charset=utf-8\r\n"

static Fixture fixture;

static void refuse_body(const char *body, const char *expected)
{
    g_autofree char *found = list_violations(fixture.url, "/api/body", JSON_TYPE, body);
    g_assert_cmpstr(found, ==, expected);
}

static void test_body_values(void)
{
    check_exchange(fixture.url, "POST", "/api/body", JSON_TYPE, "{\"photo\":\"p\",\"rating\":3}",
                   200, "{\"photo\":\"p\",\"rating\":3}");
    check_exchange(
        fixture.url, "POST", "/api/body", JSON_TYPE,
        "{\"photo\":\"é\",\"rating\":\"3\",\"weight\":2,\"on\":\"true\",\"sort\":null,"
        "\"ids\":[1,\"2\",3.0],\"names\":[],\"more\":{\"a\":[]},\"easy\":\"x\",\"unknown\":[1]}",
        200,
        "{\"photo\":\"é\",\"rating\":3,\"weight\":2.0,\"on\":true,\"sort\":null,\"ids\":[1,2,3],"
        "\"names\":[],\"more\":{\"a\":[]},\"unknown\":[1]}");
    check_exchange(fixture.url, "POST", "/api/optional-body", NULL, "", 200, "{}");
    check_exchange(fixture.url, "POST", "/api/optional-body", NULL, NULL, 200, "{}");
    check_exchange(fixture.url, "POST", "/api/optional-body", JSON_TYPE, "{}", 200, "{}");
}

static void test_one_text_or_several(void)
{
    static const char *const good[] = {"\"a\"", "[\"a\",\"b\"]", "[]"};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree char *body =
            g_strdup_printf("{\"photo\":\"p\",\"rating\":3,\"either\":%s}", good[i]);
        check_exchange(fixture.url, "POST", "/api/body", JSON_TYPE, body, 200, body);
    }
    refuse_body("{\"photo\":\"p\",\"rating\":1,\"either\":7}",
                "body either string_type: Input should be a valid string");
    refuse_body("{\"photo\":\"p\",\"rating\":1,\"either\":[\"a\",7]}",
                "body either[1] string_type: Input should be a valid string");
}

static void test_lists_of_objects(void)
{
    check_exchange(
        fixture.url, "POST", "/api/body", JSON_TYPE,
        "{\"photo\":\"p\",\"rating\":3,\"items\":[{\"id\":\"7\",\"on\":1,\"x\":0},{\"id\":8}]}",
        200,
        "{\"photo\":\"p\",\"rating\":3,\"items\":[{\"id\":7,\"on\":true,\"x\":0},{\"id\":8}]}");
    refuse_body("{\"photo\":\"p\",\"rating\":1,\"items\":[7]}",
                "body items[0] dict_type: Input should be a valid dictionary");
    refuse_body("{\"photo\":\"p\",\"rating\":1,\"items\":[{\"id\":1},{\"on\":\"x\"}]}",
                "body items[1] missing: id: Field required; body items[1] bool_parsing: on: Input "
                "should be a valid boolean, unable to interpret input");
    refuse_body("{\"photo\":\"p\",\"rating\":1,\"items\":[{},{},{}]}",
                "body items too_long: List should have at most 2 items after validation, not 3");
    refuse_body("{\"photo\":\"p\",\"rating\":1,\"items\":{}}",
                "body items list_type: Input should be a valid list");
}

static void test_body_refusals(void)
{
    refuse_body("{}", "body photo missing: Field required; body rating missing: Field required");
    refuse_body("{\"photo\":7,\"rating\":null}",
                "body photo string_type: Input should be a valid string; body rating int_type: "
                "Input should be a valid integer");
    refuse_body("{\"photo\":\"\",\"rating\":6}",
                "body photo string_too_short: String should have at least 1 character; body rating "
                "less_than_equal: Input should be less than or equal to 5");
    refuse_body("{\"photo\":\"p\",\"rating\":3.5}",
                "body rating int_from_float: Input should be a valid integer, got a number with a "
                "fractional part");
    refuse_body("{\"photo\":\"p\",\"rating\":\"3.5\"}",
                "body rating int_parsing: Input should be a valid integer, unable to parse string "
                "as an integer");
    refuse_body("{\"photo\":\"p\",\"rating\":1,\"weight\":\"x\",\"on\":7,\"sort\":\"x\"}",
                "body weight float_parsing: Input should be a valid number, unable to parse string "
                "as a number; body on bool_type: Input should be a valid boolean; body sort "
                "literal_error: Input should be 'date', 'name' or 'score'");
    refuse_body("{\"photo\":\"p\",\"rating\":1,\"ids\":[1,2,3,4],\"names\":[\"a\",1],\"more\":[]}",
                "body ids too_long: List should have at most 3 items after validation, not 4; body "
                "names[1] string_type: Input should be a valid string; body more dict_type: Input "
                "should be a valid dictionary");
    refuse_body(
        "{\"photo\":\"p\",\"rating\":1,\"ids\":[],\"names\":{}}",
        "body ids too_short: List should have at least 1 item after validation, not 0; body "
        "names list_type: Input should be a valid list");
    refuse_body("", "body - missing: Field required");
    refuse_body("[]", "body - model_attributes_type: Input should be a valid dictionary or object "
                      "to extract fields from");
    refuse_body("null",
                "body - model_attributes_type: Input should be a valid dictionary or object "
                "to extract fields from");
}

static void test_bodies_that_are_no_json(void)
{
    static const char *const bodies[] = {
        "{", "{\"a\":1,}", "nul", "{\"a\":\"\xFF\"}", "{\"a\":\"\\u0000\"}", "{} {}"};
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        refuse_body(bodies[i], "body - json_invalid: JSON decode error");
    }
    g_autofree char *deep = g_strnfill(LIMIT_HTTP_JSON_DEPTH + 1, '[');
    refuse_body(deep, "body - json_invalid: JSON decode error");

    static const char *const types[] = {NULL, "Content-Type: text/plain\r\n",
                                        "Content-Type: application/x-www-form-urlencoded\r\n",
                                        "Content-Type: application/jsonp\r\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autofree char *found =
            list_violations(fixture.url, "/api/body", types[i], "{\"photo\":\"p\",\"rating\":3}");
        g_assert_cmpstr(found, ==,
                        "body - model_attributes_type: Input should be a valid dictionary or "
                        "object to extract fields from");
    }
}

static void assert_form(const char *form, const char *expected)
{
    g_autoptr(GError) error = NULL;
    json_t *body = body_parse_form(form, strlen(form), &error);
    g_assert_cmpint(body != NULL, ==, expected != NULL);
    if (!body) {
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        return;
    }
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    g_assert_cmpstr(text, ==, expected);
    free(text);
    json_decref(body);
}

static void test_forms(void)
{
    assert_form("", "{}");
    assert_form("a=1&b=two+words&&c", "{\"a\":\"1\",\"b\":\"two words\",\"c\":\"\"}");
    assert_form("a=1&a=2", "{\"a\":\"2\"}");
    assert_form("n%C3%A4me=a%2Fb%26c%3D", "{\"n\xC3\xA4me\":\"a/b&c=\"}");
    assert_form("a=%zz", NULL);
    assert_form("a=%00", NULL);
    assert_form("a=%FF", NULL);
    g_autofree char *longest = g_strnfill(LIMIT_HTTP_PARAMETER_BYTES + 1, 'x');
    assert_form(longest, NULL);
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i <= LIMIT_HTTP_PARAMETERS; i++) {
        g_string_append(many, "a=1&");
    }
    assert_form(many->str, NULL);
}

static void test_large_bodies(void)
{
    /* As large as it may be, and a byte more announced. */
    g_autofree char *spaces = g_strnfill(LIMIT_HTTP_JSON_BODY_BYTES - 24, ' ');
    g_autofree char *fits = g_strconcat("{\"photo\":\"p\",\"rating\":3", spaces, "}", NULL);
    g_assert_cmpuint(strlen(fits), ==, LIMIT_HTTP_JSON_BODY_BYTES);
    check_exchange(fixture.url, "POST", "/api/body", JSON_TYPE, fits, 200,
                   "{\"photo\":\"p\",\"rating\":3}");

    g_autoptr(Answer) refused =
        client_ask(fixture.url, "POST", "/api/body",
                   JSON_TYPE "Expect: 100-continue\r\nContent-Length: 10485761\r\n", NULL);
    g_assert_cmpint(refused->status, ==, 413);
    g_autofree char *connection = answer_header(refused, "Connection");
    g_assert_cmpstr(connection, ==, "close");
}

static void send_chunks(int fd, const char *body, gsize length, gsize chunk)
{
    for (gsize sent = 0; sent < length; sent += chunk) {
        gsize now = MIN(chunk, length - sent);
        g_autofree char *size = g_strdup_printf("%" G_GSIZE_MODIFIER "x\r\n", now);
        client_send_text(fd, size);
        client_send(fd, body + sent, now);
        client_send_text(fd, "\r\n");
    }
    client_send_text(fd, "0\r\n\r\n");
}

static void test_chunked_bodies(void)
{
    static const char head[] =
        "POST /api/body HTTP/1.1\r\nHost: x\r\n" JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n";
    static const char body[] = "{\"photo\":\"p\",\"rating\":3}";
    int fd = client_connect(fixture.url);
    client_send_text(fd, head);
    send_chunks(fd, body, strlen(body), 5);
    g_autoptr(Answer) answer = client_read(fd, FALSE);
    g_assert_cmpint(answer->status, ==, 200);
    client_send_text(fd, head); /* the connection still serves */
    g_autofree char *large = g_strnfill(LIMIT_HTTP_JSON_BODY_BYTES + 1, ' ');
    send_chunks(fd, large, LIMIT_HTTP_JSON_BODY_BYTES + 1, 1 << 20);
    g_autoptr(Answer) refused = client_read(fd, FALSE);
    g_assert_cmpint(refused->status, ==, 413);
    close(fd);
    fd = client_connect(fixture.url); /* nothing is read without end */
    client_send_text(fd, head);
    for (int i = 0; i < 3; i++) {
        g_autofree char *size = g_strdup_printf("%x\r\n", LIMIT_HTTP_JSON_BODY_BYTES);
        client_send_text(fd, size);
        client_send(fd, large, LIMIT_HTTP_JSON_BODY_BYTES);
        client_send_text(fd, "\r\n");
    }
    g_assert_null(client_read(fd, FALSE));
    close(fd);
}

/* A body that nobody asked for does not disturb what follows it. */
static void test_unwanted_bodies(void)
{
    static const char *const targets[] = {"/api/photos", "/api/nothing", "/api/person/1"};
    int fd = client_connect(fixture.url);
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autofree char *text = g_strdup_printf(
            "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789", targets[i]);
        client_send_text(fd, text);
        g_autoptr(Answer) answer = client_read(fd, FALSE);
        g_assert_nonnull(answer);
        g_assert_cmpint(answer->status, ==, i == 0 ? 200 : i == 1 ? 404 : 405);
    }
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start(&fixture);
    g_test_add_func("/http/body/values", test_body_values);
    g_test_add_func("/http/body/objects", test_lists_of_objects);
    g_test_add_func("/http/body/one-text-or-several", test_one_text_or_several);
    g_test_add_func("/http/body/refusals", test_body_refusals);
    g_test_add_func("/http/body/no-json", test_bodies_that_are_no_json);
    g_test_add_func("/http/body/forms", test_forms);
    g_test_add_func("/http/body/large", test_large_bodies);
    g_test_add_func("/http/body/chunked", test_chunked_bodies);
    g_test_add_func("/http/body/unwanted", test_unwanted_bodies);
    int result = g_test_run();
    fixture_stop(&fixture, 60);
    return result;
}
