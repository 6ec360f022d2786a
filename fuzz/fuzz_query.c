/* The address of a request: path, routes and query. What is accepted must hold together. */
#include "http/params.h"
#include "http/router.h"

static gboolean handle(HttpRequest *request, GError **error)
{
    return TRUE;
}

static const char *const choices[] = {"date", "name", NULL};
static const HttpParameter path_parameters[] = {{.name = "id", .type = HTTP_INT}, {NULL}};
static const HttpParameter query[] = {
    {.name = "t", .type = HTTP_TEXT, .bounded = TRUE, .max = 8},
    {.name = "i", .type = HTTP_INT, .required = TRUE, .bounded = TRUE, .min = -5, .max = 5},
    {.name = "n", .type = HTTP_NUMBER},
    {.name = "b", .type = HTTP_BOOL, .lenient = TRUE},
    {.name = "l", .type = HTTP_INT_LIST, .bounded = TRUE, .max = 4},
    {.name = "s", .type = HTTP_TEXT_LIST, .choices = choices},
    {NULL}};
static const HttpRoute routes[] = {
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/a", .query = query, .handler = handle),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/a/{id}", .path_parameters = path_parameters,
               .query = query, .handler = handle),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/a/{name}", .query = query, .handler = handle),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/a/{name}/b/{id}", .handler = handle),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/a/{name...}", .query = query, .handler = handle),
};
static const HttpDialect dialect = {.name = "fuzz",
                                    .prefixes = (const char *const[]){"/", NULL},
                                    .routes = routes,
                                    .route_count = G_N_ELEMENTS(routes)};
static const HttpDialect *const dialects[] = {&dialect, NULL};

static void check_path(const HttpPath *path)
{
    g_assert_cmpuint(strlen(path->decoded), ==, path->length);
    g_assert_true(g_utf8_validate(path->decoded, -1, NULL));
    gsize total = 0;
    for (guint i = 0; i < MIN(path->count, LIMIT_HTTP_PATH_PARTS); i++) {
        total += 1 + path->parts[i].length;
        g_assert_true(path->parts[i].text >= path->decoded);
    }
    g_assert_true(path->count > LIMIT_HTTP_PATH_PARTS ? total <= path->length
                                                      : total == path->length);
}

static void check_values(const HttpMatch *match, const char *text)
{
    const HttpEntry *entry = match->entry;
    HttpValue *values = values_new(entry, match->values);
    HttpViolations violations;
    violations_init(&violations);
    if (values_parse_query(values, entry->count, entry->path_count, text, NULL)) {
        values_check(values, entry->count, entry->path_count, &violations);
        guint position = GPOINTER_TO_UINT(g_hash_table_lookup(entry->positions, "i"));
        const HttpValue *i = position ? &values[position - 1] : NULL;
        if (i && violations.items->len == 0) {
            g_assert_true(i->text && i->integer >= -5 && i->integer <= 5);
        }
    }
    violations_clear(&violations);
    values_free(values, entry->count);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize length);

int LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
    static HttpRouter *router;
    if (!router) {
        router = router_new(dialects, NULL);
    }
    g_autofree char *target = g_strndup((const char *)data, length);
    char *question = strchr(target, '?');
    HttpPath path;
    if (http_path_parse(target, question ? (gsize)(question - target) : strlen(target), &path,
                        NULL)) {
        check_path(&path);
        HttpMatch match;
        router_match(router, &path, HTTP_GET, &match);
        if (match.entry) {
            check_values(&match, question ? question + 1 : NULL);
        }
        http_path_clear(&path);
    }
    return 0;
}
