/* Addresses against the routes of all dialects: a method, a blank and a target. What is accepted
 * has the types and bounds that its route declares. */
#include "api/api.h"
#include "fuzz.h"
#include "http/params.h"
#include "http/router.h"

#include <string.h>

static void check_value(const HttpValue *value)
{
    const HttpParameter *declared = value->declared;
    if (!value->text || !*value->text) {
        return;
    }
    g_assert_true(g_utf8_validate(value->text, -1, NULL));
    if (declared->bounded && declared->type == HTTP_INT) {
        g_assert_true((double)value->integer >= declared->min &&
                      (double)value->integer <= declared->max);
    }
    if (declared->bounded && declared->type == HTTP_NUMBER) {
        g_assert_true(value->number >= declared->min && value->number <= declared->max);
    }
    if (declared->choices && declared->type == HTTP_TEXT) {
        g_assert_true(g_strv_contains(declared->choices, value->text));
    }
}

static void check_match(const HttpMatch *match, const char *query)
{
    const HttpEntry *entry = match->entry;
    HttpValue *values = values_new(entry, match->values);
    HttpViolations violations;
    violations_init(&violations);
    if (values_parse_query(values, entry->count, entry->path_count, query, NULL)) {
        values_check(values, entry->count, entry->path_count, &violations);
        for (guint i = 0; i < entry->count && violations.items->len == 0; i++) {
            check_value(&values[i]);
        }
    }
    violations_clear(&violations);
    values_free(values, entry->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static HttpRouter *router;
    if (!router) {
        router = router_new(api_dialects, NULL);
        g_assert_nonnull(router);
    }
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) words = g_strsplit(text, " ", 2);
    if (!words[0] || !words[1]) {
        return 0;
    }
    char *question = strchr(words[1], '?');
    gsize length = question ? (gsize)(question - words[1]) : strlen(words[1]);
    HttpPath path;
    if (http_path_parse(words[1], length, &path, NULL)) {
        HttpMatch match;
        router_match(router, &path, router_method(words[0]), &match);
        if (match.entry) {
            g_assert_cmpint(match.entry->route->capability, >, 0);
            check_match(&match, question ? question + 1 : NULL);
        }
        http_path_clear(&path);
    }
    return 0;
}
