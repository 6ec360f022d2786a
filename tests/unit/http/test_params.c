/* What parameters are accepted as what, and what a refusal says. */
#include "base/limits.h"
#include "server_fixture.h"

static Fixture fixture;

#define QUERY(text, given, page, score, hide, ids)                                                 \
    "{\"route\":\"/api/query\",\"path\":\"/api/query\",\"text\":\"" text                           \
    "\",\"text_given\":" given ",\"page\":" page ",\"score\":" score ",\"hide\":" hide             \
    ",\"ids\":\"" ids "\"}"

static void refuse_query(const char *target, const char *expected)
{
    g_autofree char *found = list_violations(fixture.url, target, NULL, NULL);
    g_assert_cmpstr(found, ==, expected);
}

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
        check_exchange(fixture.url, "GET", target, NULL, NULL, 200, cases[i].answer);
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
    check_exchange(fixture.url, "GET",
                   "/api/query?text=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9"
                   "%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9",
                   NULL, NULL, 200,
                   QUERY("éééééééééééééééééééé", "true", "-1", "-1.0", "true", "absent"));
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start(&fixture);
    g_test_add_func("/http/params/values", test_query_values);
    g_test_add_func("/http/params/refusals", test_query_refusals);
    g_test_add_func("/http/params/caps", test_query_caps);
    int result = g_test_run();
    fixture_stop(&fixture, 60);
    return result;
}
