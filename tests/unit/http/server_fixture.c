#include "server_fixture.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static gboolean write_state(HttpRequest *request, JsonWriter *writer, GError **error)
{
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static JsonWriter *begin_state(HttpRequest *request)
{
    JsonWriter *writer = json_writer_new(1 << 20);
    json_object_begin(writer);
    json_member_string(writer, "route", http_request_route(request)->path);
    json_member_string(writer, "path", http_request_path(request));
    return writer;
}

static gboolean answer_plain(HttpRequest *request, GError **error)
{
    return write_state(request, begin_state(request), error);
}

/* Quick, but finds long work. */
static gboolean answer_after_all(HttpRequest *request, GError **error)
{
    if (http_go_to_work(request)) {
        return TRUE;
    }
    JsonWriter *writer = begin_state(request);
    json_member_bool(writer, "worked", TRUE);
    return write_state(request, writer, error);
}

static gboolean answer_named(HttpRequest *request, GError **error)
{
    JsonWriter *writer = begin_state(request);
    json_member_string(writer, "name", http_text(request, "name", NULL));
    return write_state(request, writer, error);
}

static gboolean answer_numbered(HttpRequest *request, GError **error)
{
    JsonWriter *writer = begin_state(request);
    json_member_int(writer, "id", http_int(request, "id", -1));
    return write_state(request, writer, error);
}

static gboolean answer_query(HttpRequest *request, GError **error)
{
    JsonWriter *writer = begin_state(request);
    json_member_string(writer, "text", http_text(request, "text", "absent"));
    json_member_bool(writer, "text_given", http_given(request, "text"));
    json_member_int(writer, "page", http_int(request, "page", -1));
    json_member_double(writer, "score", http_number(request, "score", -1));
    json_member_bool(writer, "hide", http_flag(request, "hide", TRUE));
    json_member_string(writer, "ids", http_text(request, "ids", "absent"));
    return write_state(request, writer, error);
}

static gboolean answer_body(HttpRequest *request, GError **error)
{
    return http_respond_json_t(request, http_body(request), error);
}

static gboolean answer_optional_body(HttpRequest *request, GError **error)
{
    return http_respond_json_t(request, http_body(request), error);
}

static gboolean answer_status(HttpRequest *request, GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, (int)http_int(request, "code", 0), "as asked");
    http_set_header(request, "X-Forgotten", "yes");
    return FALSE;
}

static gboolean answer_injection(HttpRequest *request, GError **error)
{
    http_set_header(request, "X-Name", http_text(request, "text", ""));
    return http_respond_text(request, "text/plain", "fine");
}

static gboolean answer_cookie(HttpRequest *request, GError **error)
{
    http_set_header(request, "Set-Cookie", "one=1");
    http_set_header(request, "Set-Cookie", "two=2");
    http_set_header(request, "Vary", "Origin");
    http_set_header(request, "Vary", "Cookie");
    return http_respond_text(
        request, "text/plain",
        http_request_cookie(request, "session") ? http_request_cookie(request, "session") : "none");
}

char *fixture_file_bytes(void)
{
    char *bytes = g_malloc(FIXTURE_FILE_BYTES);
    guint32 state = 1;
    for (gsize i = 0; i < FIXTURE_FILE_BYTES; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (char)(state >> 24);
    }
    return bytes;
}

static const HttpCaching caching = {
    .etag = "v1", .cache_control = "private, no-cache", .modified_seconds = 784111777};

static gboolean answer_file(HttpRequest *request, GError **error)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    g_autofree char *bytes = fixture_file_bytes();
    g_assert_cmpint(write(fd, bytes, FIXTURE_FILE_BYTES), ==, FIXTURE_FILE_BYTES);
    return http_respond_file(request, "image/jpeg", fd, FIXTURE_FILE_BYTES, &caching);
}

static gboolean answer_resource(HttpRequest *request, GError **error)
{
    const HttpCaching fresh = {.cache_control = "no-cache"};
    g_autofree char *path = g_strconcat("/test/", http_text(request, "name", ""), NULL);
    return http_respond_resource(request, path, &fresh, error);
}

static gboolean answer_cached(HttpRequest *request, GError **error)
{
    g_autofree char *text = g_strnfill(5000, 'a');
    g_autoptr(GBytes) bytes = g_bytes_new(text, 5000);
    const char *mime = http_text(request, "text", "text/plain");
    return http_respond_cached(request, mime, bytes, &caching);
}

static gboolean answer_long(HttpRequest *request, GError **error)
{
    gint64 length = http_int(request, "page", 5000);
    g_autofree char *text = g_strnfill((gsize)length, 'a');
    return http_respond_text(request, "text/plain", text);
}

static void let_go(GCancellable *cancellable, gpointer fixture)
{
    fixture_release_slow(fixture);
}

/* Says that it has begun, then waits for a byte of the test, or of the server's cancelling. */
static gboolean answer_slow(HttpRequest *request, GError **error)
{
    Fixture *fixture = http_request_app(request);
    GCancellable *cancellable = http_request_cancellable(request);
    char byte;
    gulong connection = g_cancellable_connect(cancellable, G_CALLBACK(let_go), fixture, NULL);
    g_assert_cmpint(write(fixture->begun[1], "b", 1), ==, 1);
    g_assert_cmpint(read(fixture->go[0], &byte, 1), ==, 1);
    g_cancellable_disconnect(cancellable, connection);
    if (g_cancellable_is_cancelled(cancellable)) {
        g_atomic_int_inc(&fixture->cancelled);
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE, "stopping");
        return FALSE;
    }
    return http_respond_text(request, "text/plain", "slow");
}

static gboolean answer_slow_after_all(HttpRequest *request, GError **error)
{
    return http_go_to_work(request) || answer_slow(request, error);
}

static const char *const sorts[] = {"date", "name", "score", NULL};
static const HttpParameter id_parameters[] = {{.name = "id", .type = HTTP_INT}, {NULL}};
static const HttpParameter code_parameters[] = {
    {.name = "code", .type = HTTP_INT, .bounded = TRUE, .min = 0, .max = 20}, {NULL}};
static const HttpParameter query_parameters[] = {
    {.name = "text", .type = HTTP_TEXT, .bounded = TRUE, .max = 20},
    {.name = "page",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 100000,
     .fallback = "1",
     .summary = "which page"},
    {.name = "score", .type = HTTP_NUMBER, .bounded = TRUE, .min = 0, .max = 10},
    {.name = "hide", .type = HTTP_BOOL, .fallback = "true"},
    {.name = "sort", .type = HTTP_TEXT, .choices = sorts, .fallback = "date"},
    {.name = "ids", .type = HTTP_INT_LIST, .bounded = TRUE, .max = 3},
    {.name = "easy", .type = HTTP_INT, .lenient = TRUE},
    {NULL}};
static const HttpParameter needed_parameters[] = {
    {.name = "path", .type = HTTP_TEXT, .required = TRUE},
    {.name = "size", .type = HTTP_INT, .required = TRUE},
    {NULL}};
static const HttpParameter item_members[] = {
    {.name = "id", .type = HTTP_INT, .required = TRUE},
    {.name = "on", .type = HTTP_BOOL},
    {0},
};

static const HttpParameter body_members[] = {
    {.name = "photo", .type = HTTP_TEXT, .required = TRUE, .bounded = TRUE, .min = 1, .max = 10},
    {.name = "rating", .type = HTTP_INT, .required = TRUE, .bounded = TRUE, .min = 0, .max = 5},
    {.name = "weight", .type = HTTP_NUMBER},
    {.name = "on", .type = HTTP_BOOL},
    {.name = "sort", .type = HTTP_TEXT, .choices = sorts},
    {.name = "ids", .type = HTTP_INT_LIST, .bounded = TRUE, .min = 1, .max = 3},
    {.name = "names", .type = HTTP_TEXT_LIST},
    {.name = "either", .type = HTTP_TEXTS},
    {.name = "more", .type = HTTP_OBJECT},
    {.name = "items", .type = HTTP_OBJECT_LIST, .bounded = TRUE, .max = 2, .members = item_members},
    {.name = "easy", .type = HTTP_INT, .lenient = TRUE},
    {NULL}};

static const HttpRoute routes[] = {
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/photos", .quick = TRUE,
               .handler = answer_plain, .tag = "photos", .summary = "All photographs",
               .response_schema = "Photos"),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_POST, .path = "/api/photos", .quick = TRUE,
               .handler = answer_plain),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/photos/newest", .quick = TRUE,
               .handler = answer_plain),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/photos/{id}", .quick = TRUE,
               .handler = answer_numbered, .path_parameters = id_parameters),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/photos/{name}", .quick = TRUE,
               .handler = answer_named),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_DELETE, .path = "/api/photos/{name}", .quick = TRUE,
               .handler = answer_named),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/photos/{name}/faces", .quick = TRUE,
               .handler = answer_named),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/photos/{name...}", .quick = TRUE,
               .handler = answer_named),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/person/{id}", .quick = TRUE,
               .handler = answer_numbered, .path_parameters = id_parameters),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/query", .quick = TRUE,
               .handler = answer_query, .query = query_parameters),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/needed", .quick = TRUE,
               .handler = answer_plain, .query = needed_parameters),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_POST, .path = "/api/body", .quick = TRUE,
               .handler = answer_body, .body = body_members),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_POST, .path = "/api/optional-body",
               .handler = answer_optional_body, .body = body_members + 2, .body_optional = TRUE),
    HTTP_ROUTE(MAY_SIGNED_IN, .method = HTTP_POST, .path = "/api/secret-body", .quick = TRUE,
               .handler = answer_body, .body = body_members),
    HTTP_ROUTE(MAY_SIGNED_IN, .method = HTTP_GET, .path = "/api/secret", .handler = answer_plain),
    HTTP_ROUTE(MAY_NEVER, .method = HTTP_GET, .path = "/api/never", .quick = TRUE,
               .handler = answer_plain),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/status/{code}", .quick = TRUE,
               .handler = answer_status, .path_parameters = code_parameters),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/injection", .quick = TRUE,
               .handler = answer_injection, .query = query_parameters),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/after-all", .quick = TRUE,
               .handler = answer_after_all),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/slow/after-all", .quick = TRUE,
               .handler = answer_slow_after_all),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/api/cookie", .quick = TRUE,
               .handler = answer_cookie),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/file", .handler = answer_file,
               .response_mime = "image/jpeg"),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/embedded/{name...}", .quick = TRUE,
               .handler = answer_resource),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/cached", .quick = TRUE,
               .handler = answer_cached, .query = query_parameters, .response_mime = "text/plain"),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/long", .quick = TRUE, .handler = answer_long,
               .query = query_parameters, .response_mime = "text/plain"),
    HTTP_ROUTE(MAY_ALL, .method = HTTP_GET, .path = "/slow", .handler = answer_slow,
               .response_mime = "text/plain"),
};

static gboolean gate(HttpRequest *request, int capability, GError **error);

static void write_error(HttpRequest *request, int status, const GError *error)
{
    http_set_status(request, status);
    g_autofree char *text = g_strdup_printf("small: %s", error->message);
    http_respond_text(request, "text/plain", text);
}

static void write_violations(HttpRequest *request, const HttpViolation *violations, gsize count)
{
    JsonWriter *writer = json_writer_new(1 << 20);
    json_array_begin(writer);
    for (gsize i = 0; i < count; i++) {
        const HttpViolation *violation = &violations[i];
        json_object_begin(writer);
        json_member_string(writer, "in", violation->location);
        json_member_string(writer, "name", violation->name);
        json_member_string(writer, "kind", violation->kind);
        json_member_string(writer, "message", violation->message);
        json_member_string(writer, "input", violation->input);
        json_member_int(writer, "item", violation->item);
        json_member_double(writer, "bound", violation->bound);
        json_member_int(writer, "position", violation->position);
        json_object_end(writer);
    }
    json_array_end(writer);
    http_set_status(request, 422);
    g_assert_true(http_respond_json(request, writer, NULL));
}

static const HttpDialect small = {
    .name = "small",
    .prefixes = (const char *const[]){"/api/", NULL},
    .routes = routes,
    .route_count = G_N_ELEMENTS(routes),
    .schemas = "/test/schemas.json",
    .fail = write_error,
    .invalid = write_violations,
};
static const HttpDialect *const dialects[] = {&small, NULL};
static const char *const addresses[] = {"127.0.0.1:0", NULL};

static void free_principal(gpointer data)
{
    g_atomic_int_inc((gint *)data);
}

static gboolean gate(HttpRequest *request, int capability, GError **error)
{
    Fixture *fixture = http_request_app(request);
    http_request_set_principal(request, &fixture->freed_principals, free_principal);
    if (capability == MAY_NEVER) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN, "never");
        return FALSE;
    }
    if (capability == MAY_SIGNED_IN && !http_request_header(request, "Authorization")) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED, "who are you");
        return FALSE;
    }
    return TRUE;
}

static gboolean answer_app(HttpRequest *request, GError **error)
{
    if (g_str_has_prefix(http_request_path(request), "/app")) {
        return http_respond_text(request, "text/html", "the app");
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Not Found");
    return FALSE;
}

static void decorate(HttpRequest *request)
{
    http_set_header(request, "X-Content-Type-Options", "nosniff");
}

static const char *name_capability(int capability)
{
    static const char *const names[] = {"none", "all", "signed_in", "never"};
    return names[capability];
}

const HttpServerOptions fixture_options = {
    .listen = addresses,
    .dialects = dialects,
    .gate = gate,
    .threads = 2,
    .title = "Small",
    .version = "1",
    .capability_name = name_capability,
    .fallback = answer_app,
    .decorate = decorate,
};

void fixture_start(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    *fixture = (Fixture){0};
    g_assert_true(g_unix_open_pipe(fixture->begun, FD_CLOEXEC, NULL));
    g_assert_true(g_unix_open_pipe(fixture->go, FD_CLOEXEC, NULL));
    HttpServerOptions options = fixture_options;
    options.app = fixture;
    fixture->server = http_server_start(&options, &error);
    g_assert_no_error(error);
    fixture->url = http_server_urls(fixture->server)[0];
}

void fixture_stop(Fixture *fixture, int grace_seconds)
{
    http_server_stop(fixture->server, grace_seconds);
    for (int i = 0; i < 2; i++) {
        close(fixture->begun[i]);
        close(fixture->go[i]);
    }
}

gboolean fixture_allow_files(guint count)
{
    struct rlimit files;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &files), ==, 0);
    files.rlim_cur = MAX(files.rlim_cur, count);
    return setrlimit(RLIMIT_NOFILE, &files) == 0;
}

void fixture_await_slow(Fixture *fixture)
{
    char byte;
    g_assert_cmpint(read(fixture->begun[0], &byte, 1), ==, 1);
}

void fixture_release_slow(Fixture *fixture)
{
    g_assert_cmpint(write(fixture->go[1], "g", 1), ==, 1);
}

void check_exchange(const char *url, const char *method, const char *target, const char *headers,
                    const char *body, int status, const char *text)
{
    g_autoptr(Answer) answer = client_ask(url, method, target, headers, body);
    g_assert_nonnull(answer);
    g_autofree char *found = answer_text(answer);
    g_test_message("%s %s: %d %.200s", method, target, answer->status, found);
    g_assert_cmpint(answer->status, ==, status);
    if (text) {
        g_assert_cmpstr(found, ==, text);
    }
}

void check_answer(const char *url, const char *method, const char *target, int status,
                  const char *text)
{
    check_exchange(url, method, target, NULL, NULL, status, text);
}

void check_header(const Answer *answer, const char *name, const char *value)
{
    g_autofree char *found = answer_header(answer, name);
    g_assert_cmpstr(found, ==, value);
}

char *list_violations(const char *url, const char *target, const char *headers, const char *body)
{
    g_autoptr(Answer) answer = client_ask(url, body ? "POST" : "GET", target, headers, body);
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
