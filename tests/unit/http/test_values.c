/* Parameters and bodies: what is accepted as what, and what a refusal says. */
#include "base/limits.h"
#include "server_fixture.h"

#include <unistd.h>

#define JSON_TYPE "Content-Type: application/json; charset=utf-8\r\n"

static Fixture fixture;

static void check(const char *method, const char *target, const char *headers, const char *body,
                  int status, const char *expected)
{
    g_autoptr(Answer) answer = client_ask(fixture.url, method, target, headers, body);
    g_assert_nonnull(answer);
    g_autofree char *text = answer_text(answer);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpint(answer->status, ==, status);
}

/* The kinds of all violations, as "location name[item] kind: message", joined by "; ". */
static char *list_violations(const char *target, const char *headers, const char *body)
{
    g_autoptr(Answer) answer =
        client_ask(fixture.url, body ? "POST" : "GET", target, headers, body);
    g_assert_cmpint(answer->status, ==, 422);
    g_autofree char *text = answer_text(answer);
    json_t *list = json_loads(text, 0, NULL);
    g_assert_true(json_is_array(list));
    GString *out = g_string_new(NULL);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        json_int_t index = json_integer_value(json_object_get(item, "item"));
        g_string_append_printf(out, "%s%s %s", i ? "; " : "",
                               json_string_value(json_object_get(item, "in")), name ? name : "-");
        if (index) {
            g_string_append_printf(out, "[%d]", (int)index - 1);
        }
        g_string_append_printf(out, " %s: %s", json_string_value(json_object_get(item, "kind")),
                               json_string_value(json_object_get(item, "message")));
    }
    json_decref(list);
    return g_string_free(out, FALSE);
}

static void refuse_query(const char *target, const char *expected)
{
    g_autofree char *found = list_violations(target, NULL, NULL);
    g_assert_cmpstr(found, ==, expected);
}

static void refuse_body(const char *body, const char *expected)
{
    g_autofree char *found = list_violations("/api/body", JSON_TYPE, body);
    g_assert_cmpstr(found, ==, expected);
}

#define QUERY(text, given, page, score, hide, ids)                                                 \
    "{\"route\":\"/api/query\",\"path\":\"/api/query\",\"text\":\"" text                           \
    "\",\"text_given\":" given ",\"page\":" page ",\"score\":" score ",\"hide\":" hide             \
    ",\"ids\":\"" ids "\"}"

static void test_query_values(void)
{
    static const struct {
        const char *query, *answer;
    } cases[] = {
        {"", QUERY("absent", "false", "-1", "-1.0", "true", "absent")},
        {"?", QUERY("absent", "false", "-1", "-1.0", "true", "absent")},
        {"?text=a+b%2B%20c", QUERY("a b+ c", "true", "-1", "-1.0", "true", "absent")},
        {"?text=first&text=last", QUERY("last", "true", "-1", "-1.0", "true", "absent")},
        {"?text=&page=&score=&hide=&ids=", QUERY("absent", "true", "-1", "-1.0", "true", "absent")},
        {"?text", QUERY("absent", "true", "-1", "-1.0", "true", "absent")},
        {"?&&text=x&&", QUERY("x", "true", "-1", "-1.0", "true", "absent")},
        {"?text=a=b?c/d", QUERY("a=b?c/d", "true", "-1", "-1.0", "true", "absent")},
        {"?%74ext=x", QUERY("x", "true", "-1", "-1.0", "true", "absent")},
        {"?page=%2B7&score=1e1&hide=FALSE",
         QUERY("absent", "false", "7", "10.0", "false", "absent")},
        {"?hide=0&ids=1,-2,3", QUERY("absent", "false", "-1", "-1.0", "false", "1,-2,3")},
        {"?unknown=1&Page=2", QUERY("absent", "false", "-1", "-1.0", "true", "absent")},
        {"?easy=x&sort=name", QUERY("absent", "false", "-1", "-1.0", "true", "absent")},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *target = g_strconcat("/api/query", cases[i].query, NULL);
        check("GET", target, NULL, NULL, 200, cases[i].answer);
    }
}

static void test_query_refusals(void)
{
    static const char not_integer[] =
        "query page int_parsing: Input should be a valid integer, unable to parse string as an "
        "integer";
    static const char *const texts[] = {"x",       "1.0", "0x1", "1e3", "99999999999999999999",
                                        "%2B%2B1", "+1x"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *target = g_strconcat("/api/query?page=", texts[i], NULL);
        refuse_query(target, not_integer);
    }
    refuse_query("/api/query?page=0", "query page greater_than_equal: Input should be greater than "
                                      "or equal to 1");
    refuse_query("/api/query?page=100001", "query page less_than_equal: Input should be less than "
                                           "or equal to 100000");
    refuse_query("/api/query?score=x", "query score float_parsing: Input should be a valid number, "
                                       "unable to parse string as a number");
    refuse_query("/api/query?score=nan", "query score float_parsing: Input should be a valid "
                                         "number, unable to parse string as a number");
    refuse_query("/api/query?score=10.5", "query score less_than_equal: Input should be less than "
                                          "or equal to 10");
    refuse_query("/api/query?hide=maybe", "query hide bool_parsing: Input should be a valid "
                                          "boolean, unable to interpret input");
    refuse_query("/api/query?sort=size",
                 "query sort literal_error: Input should be 'date', 'name' or 'score'");
    refuse_query("/api/query?text=aaaaaaaaaaaaaaaaaaaaa",
                 "query text string_too_long: String should have at most 20 characters");
    refuse_query("/api/query?ids=1,2,3,4",
                 "query ids too_long: List should have at most 3 items after validation, not 4");
    refuse_query("/api/query?ids=1,b", "query ids[1] int_parsing: Input should be a valid integer, "
                                       "unable to parse string as an integer");
    refuse_query("/api/person/x", "path id int_parsing: Input should be a valid integer, unable to "
                                  "parse string as an integer");
    refuse_query("/api/needed",
                 "query path missing: Field required; query size missing: Field required");
    refuse_query("/api/needed?path=&size=",
                 "query size int_parsing: Input should be a valid integer, unable to parse string "
                 "as an integer");
    /* Twenty characters of more bytes fit. */
    check("GET",
          "/api/query?text=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9"
          "%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9",
          NULL, NULL, 200, QUERY("éééééééééééééééééééé", "true", "-1", "-1.0", "true", "absent"));
}

static void test_query_caps(void)
{
    g_autoptr(GString) target = g_string_new("/api/query?");
    for (int i = 0; i < LIMIT_HTTP_PARAMETERS; i++) {
        g_string_append(target, "a&");
    }
    g_autoptr(Answer) fits = client_ask(fixture.url, "GET", target->str, NULL, NULL);
    g_assert_cmpint(fits->status, ==, 200);
    g_string_append(target, "a");
    g_autoptr(Answer) many = client_ask(fixture.url, "GET", target->str, NULL, NULL);
    g_assert_cmpint(many->status, ==, 400);

    g_autofree char *text = g_strnfill(LIMIT_HTTP_PARAMETER_BYTES + 1, 'a');
    g_autofree char *large = g_strconcat("/api/query?other=", text, NULL);
    g_autoptr(Answer) long_value = client_ask(fixture.url, "GET", large, NULL, NULL);
    g_assert_cmpint(long_value->status, ==, 400);

    g_autofree char *huge = g_strnfill(LIMIT_HTTP_CONNECTION_MEMORY_BYTES, 'a');
    g_autofree char *beyond = g_strconcat("/api/query?other=", huge, NULL);
    g_autoptr(Answer) too_long = client_ask(fixture.url, "GET", beyond, NULL, NULL);
    g_assert_cmpint(too_long->status, ==, 414);
    g_autofree char *header = g_strconcat("X-Large: ", huge, "\r\n", NULL);
    g_autoptr(Answer) large_header = client_ask(fixture.url, "GET", "/api/query", header, NULL);
    g_assert_cmpint(large_header->status, ==, 431);
}

static void test_body_values(void)
{
    check("POST", "/api/body", JSON_TYPE, "{\"photo\":\"p\",\"rating\":3}", 200,
          "{\"photo\":\"p\",\"rating\":3}");
    check("POST", "/api/body", JSON_TYPE,
          "{\"photo\":\"é\",\"rating\":\"3\",\"weight\":2,\"on\":\"true\",\"sort\":null,"
          "\"ids\":[1,\"2\",3.0],\"names\":[],\"more\":{\"a\":[]},\"easy\":\"x\",\"unknown\":[1]}",
          200,
          "{\"photo\":\"é\",\"rating\":3,\"weight\":2.0,\"on\":true,\"sort\":null,\"ids\":[1,2,3],"
          "\"names\":[],\"more\":{\"a\":[]},\"unknown\":[1]}");
    check("POST", "/api/optional-body", NULL, "", 200, "{}");
    check("POST", "/api/optional-body", NULL, NULL, 200, "{}");
    check("POST", "/api/optional-body", JSON_TYPE, "{}", 200, "{}");
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
            list_violations("/api/body", types[i], "{\"photo\":\"p\",\"rating\":3}");
        g_assert_cmpstr(found, ==,
                        "body - model_attributes_type: Input should be a valid dictionary or "
                        "object to extract fields from");
    }
}

/* Malformed JSON, then the gate, then the values. */
static void test_precedence(void)
{
    g_autofree char *found = list_violations("/api/secret-body", JSON_TYPE, "{");
    g_assert_cmpstr(found, ==, "body - json_invalid: JSON decode error");
    check("POST", "/api/secret-body", JSON_TYPE, "{}", 401, "small: who are you");
    check("POST", "/api/secret-body", NULL, "{}", 401, "small: who are you");
    g_autofree char *values =
        list_violations("/api/secret-body", JSON_TYPE "Authorization: x\r\n", "{}");
    g_assert_true(g_str_has_prefix(values, "body photo missing"));
    check("GET", "/api/never", NULL, NULL, 403, "small: never");
    check("GET", "/api/secret", NULL, NULL, 401, "small: who are you");
    check("GET", "/api/secret", "Authorization: x\r\n", NULL, 200,
          "{\"route\":\"/api/secret\",\"path\":\"/api/secret\"}");
}

static void test_large_bodies(void)
{
    /* As large as it may be, and a byte more announced. */
    g_autofree char *spaces = g_strnfill(LIMIT_HTTP_JSON_BODY_BYTES - 24, ' ');
    g_autofree char *fits = g_strconcat("{\"photo\":\"p\",\"rating\":3", spaces, "}", NULL);
    g_assert_cmpuint(strlen(fits), ==, LIMIT_HTTP_JSON_BODY_BYTES);
    check("POST", "/api/body", JSON_TYPE, fits, 200, "{\"photo\":\"p\",\"rating\":3}");

    g_autoptr(Answer) refused =
        client_ask(fixture.url, "POST", "/api/body",
                   JSON_TYPE "Expect: 100-continue\r\nContent-Length: 8388609\r\n", NULL);
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
    g_test_add_func("/http/values/query", test_query_values);
    g_test_add_func("/http/values/query-refusals", test_query_refusals);
    g_test_add_func("/http/values/query-caps", test_query_caps);
    g_test_add_func("/http/values/body", test_body_values);
    g_test_add_func("/http/values/body-refusals", test_body_refusals);
    g_test_add_func("/http/values/no-json", test_bodies_that_are_no_json);
    g_test_add_func("/http/values/precedence", test_precedence);
    g_test_add_func("/http/values/large-bodies", test_large_bodies);
    g_test_add_func("/http/values/chunked", test_chunked_bodies);
    g_test_add_func("/http/values/unwanted", test_unwanted_bodies);
    int result = g_test_run();
    fixture_stop(&fixture, 60);
    return result;
}
