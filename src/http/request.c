#include "http/request.h"

#include "http/body.h"
#include "http/cookies.h"

#include <netinet/in.h>
#include <sys/socket.h>

HttpRequest *request_new(const HttpServerOptions *options, const char *target)
{
    HttpRequest *request = g_new0(HttpRequest, 1);
    request->options = options;
    request->target = g_strdup(target);
    request->method = HTTP_METHODS;
    request->method_name = "-";
    request->began_us = g_get_monotonic_time();
    response_init(&request->response);
    return request;
}

void request_free(HttpRequest *request)
{
    if (request->intake) {
        intake_leave(request->intake, request->principal, request->free_principal);
    } else if (request->free_principal) {
        request->free_principal(request->principal);
    }
    response_clear(&request->response);
    g_clear_pointer(&request->cookies, g_array_unref);
    g_clear_pointer(&request->raw_body, g_byte_array_unref);
    json_decref(request->body);
    values_free(request->values, request->value_count);
    http_path_clear(&request->path);
    g_free(request->target);
    g_free(request);
}

int http_status_of(const GError *error)
{
    if (error->domain != ALBUMEN_ERROR) {
        return 500;
    }
    switch ((AlbumenError)error->code) {
    case ALBUMEN_ERROR_INVALID:
        return 400;
    case ALBUMEN_ERROR_UNAUTHORIZED:
        return 401;
    case ALBUMEN_ERROR_FORBIDDEN:
        return 403;
    case ALBUMEN_ERROR_NOT_FOUND:
        return 404;
    case ALBUMEN_ERROR_CONFLICT:
        return 409;
    case ALBUMEN_ERROR_TOO_OFTEN:
        return 429;
    case ALBUMEN_ERROR_TOO_LARGE:
        return 413;
    case ALBUMEN_ERROR_UNSUPPORTED:
        return 415;
    case ALBUMEN_ERROR_CORRUPT:
        return 422;
    case ALBUMEN_ERROR_UNAVAILABLE:
    case ALBUMEN_ERROR_BUSY:
        return 503;
    case ALBUMEN_ERROR_TIMEOUT:
        return 504;
    case ALBUMEN_ERROR_INTERNAL:
    case ALBUMEN_ERROR_CRASHED:
    case ALBUMEN_ERROR_CANCELLED:
    case ALBUMEN_ERROR_IO:
        break;
    }
    return 500;
}

/* --- answering --- */

/* Says what the client must not be told in detail to whoever runs the server. */
static void log_internal(const HttpRequest *request, const GError *error)
{
    g_autofree char *line =
        g_strdup_printf("error: %s %s: %s\n", request->method_name,
                        request->path.decoded ? request->path.decoded : "", error->message);
    g_strdelimit(line, "\r", ' ');
    fputs(line, stderr);
}

static void respond_plainly(HttpRequest *request, int status, const GError *error)
{
    http_set_status(request, status);
    http_respond_text(request, "text/plain; charset=utf-8",
                      status < 500 ? error->message : "Internal Server Error");
}

void request_fail(HttpRequest *request, int status, const GError *error)
{
    const HttpDialect *dialect = request->match.dialect;
    if (dialect) {
        dialect->fail(request, status, error);
    }
    if (!request->response.filled) {
        respond_plainly(request, status, error);
    }
}

/* A gate or a handler failed: what it set is forgotten. */
static void fail_by_error(HttpRequest *request, const GError *error)
{
    int status = http_status_of(error);
    if (status == 500) {
        log_internal(request, error);
    }
    response_reset(&request->response);
    if (request->intake) {
        intake_leave(g_steal_pointer(&request->intake), NULL, NULL);
    }
    if (status == 503 || status == 429) {
        http_set_header(request, "Retry-After", status == 503 ? "1" : "30");
    }
    request_fail(request, status, error);
}

static void fail_with(HttpRequest *request, int status, AlbumenError code, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(ALBUMEN_ERROR, (gint)code, message);
    request_fail(request, status, error);
}

/* The answer is complete: its dialect may look at it. */
static void leave(HttpRequest *request)
{
    if (request->entered) {
        request->entered = FALSE;
        request->match.dialect->leave(request);
    }
}

static void conclude(HttpRequest *request, gboolean succeeded, GError *failure)
{
    g_autoptr(GError) error = failure;
    if (!succeeded) {
        g_assert(error);
    } else if (!request->response.filled) {
        g_set_error(&error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL, "the handler gave no answer");
    } else if (request->response.bad_header) {
        g_set_error(&error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL,
                    "the handler set a header that is not allowed");
    }
    if (error) {
        fail_by_error(request, error);
    }
    leave(request);
}

static void call_handler(HttpRequest *request, HttpHandler handler)
{
    GError *error = NULL;
    gboolean succeeded = handler(request, &error);
    gboolean goes_on = request->goes_to_work || request->intake;
    if (!succeeded || !goes_on) {
        conclude(request, succeeded, error);
    }
}

void request_finish_body(HttpRequest *request)
{
    GError *error = NULL;
    gboolean succeeded = intake_answer(request->intake, request, &error);
    conclude(request, succeeded, error);
}

/* --- routing --- */

/* The path of "/path?query" or "http://host/path?query". */
static const char *path_of_target(const char *target)
{
    if (target[0] != '/' && strstr(target, "://")) {
        const char *path = strchr(strstr(target, "://") + 3, '/');
        return path ? path : "/";
    }
    return target;
}

static gboolean parse_target(HttpRequest *request, const HttpRouter *router, GError **error)
{
    const char *path = path_of_target(request->target);
    const char *query = strchr(path, '?');
    gsize path_length = query ? (gsize)(query - path) : strlen(path);
    if (!http_path_parse(path, path_length, &request->path, error)) {
        request->match.dialect = router_dialect(router, path);
        return FALSE;
    }
    router_match(router, &request->path, request->method, &request->match);
    const HttpEntry *entry = request->match.entry;
    if (!entry) {
        return TRUE;
    }
    request->values = values_new(entry, request->match.values);
    request->value_count = entry->count;
    return values_parse_query(request->values, entry->count, entry->path_count,
                              query ? query + 1 : NULL, error);
}

static void answer_unrouted(HttpRequest *request)
{
    if (request->match.allowed) {
        g_autofree char *allow = router_allow(request->match.allowed);
        http_set_header(request, "Allow", allow);
        if (request->method == HTTP_OPTIONS) {
            http_respond_bytes(request, NULL, NULL);
        } else {
            fail_with(request, 405, ALBUMEN_ERROR_INVALID, "Method Not Allowed");
        }
    } else if (request->method == HTTP_GET && request->options->fallback) {
        call_handler(request, request->options->fallback);
    } else {
        fail_with(request, 404, ALBUMEN_ERROR_NOT_FOUND, "Not Found");
    }
}

gboolean request_route(HttpRequest *request, const HttpRouter *router)
{
    g_autoptr(GError) error = NULL;
    if (!parse_target(request, router, &error)) {
        request_fail(request, http_status_of(error), error);
        return FALSE;
    }
    if (!request->match.entry) {
        answer_unrouted(request);
        return FALSE;
    }
    return TRUE;
}

/* --- running --- */

/* The type without its parameters. */
static char *body_type(const HttpRequest *request)
{
    const char *mime = http_request_header(request, "Content-Type");
    return g_strndup(mime ? mime : "", mime ? strcspn(mime, "; \t") : 0);
}

static gboolean is_json(const HttpRequest *request, const char *type)
{
    return g_ascii_strcasecmp(type, "application/json") == 0 ||
           (g_ascii_strncasecmp(type, "application/", 12) == 0 &&
            g_str_has_suffix(type, "+json")) ||
           (*type == '\0' && request->match.dialect->untyped_json);
}

static void answer_violations(HttpRequest *request, const HttpViolations *violations)
{
    response_reset(&request->response);
    request->match.dialect->invalid(request, (const HttpViolation *)violations->items->data,
                                    violations->items->len);
    if (!request->response.filled) {
        fail_with(request, 422, ALBUMEN_ERROR_INVALID, "the request does not fit");
    }
    leave(request);
}

static gboolean refuse_body(HttpViolations *violations, const char *kind, gint64 position,
                            const char *message)
{
    violations_add(violations,
                   (HttpViolation){.location = "body", .kind = kind, .position = position}, "%s",
                   message);
    return FALSE;
}

static gboolean parse_json(HttpRequest *request, HttpViolations *violations)
{
    gint64 position = 0;
    const GByteArray *raw = request->raw_body;
    request->body = body_parse((const char *)raw->data, raw->len, &position);
    return request->body || refuse_body(violations, "json_invalid", position, "JSON decode error");
}

static gboolean parse_form(HttpRequest *request, HttpViolations *violations)
{
    g_autoptr(GError) error = NULL;
    const GByteArray *raw = request->raw_body;
    request->body = body_parse_form((const char *)raw->data, raw->len, &error);
    return request->body || refuse_body(violations, "json_invalid", 0, error->message);
}

/* FALSE when there is a body that is not what it says it is. */
static gboolean parse_body(HttpRequest *request, HttpViolations *violations)
{
    const HttpRoute *route = request->match.entry->route;
    const GByteArray *raw = request->raw_body;
    if (!route->body || !raw || raw->len == 0) {
        if (route->body && route->body_optional) {
            request->body = json_object();
        }
        return TRUE;
    }
    g_autofree char *type = body_type(request);
    if (is_json(request, type)) {
        return parse_json(request, violations);
    }
    if (route->body_form && g_ascii_strcasecmp(type, "application/x-www-form-urlencoded") == 0) {
        return parse_form(request, violations);
    }
    request->body = json_null(); /* no object: told after the gate */
    return TRUE;
}

/* FALSE when the dialect has answered, or the request fails. */
static gboolean enter(HttpRequest *request, GError **error)
{
    const HttpDialect *dialect = request->match.dialect;
    if (dialect->enter && (!dialect->enter(request, error) || request->response.filled)) {
        return FALSE;
    }
    request->entered = dialect->leave != NULL;
    return TRUE;
}

static void validate(HttpRequest *request, HttpViolations *violations)
{
    const HttpEntry *entry = request->match.entry;
    values_check(request->values, entry->count, entry->path_count, violations);
    if (entry->route->body) {
        body_check(request->body, entry->route->body, violations);
    }
}

void request_run(HttpRequest *request)
{
    const HttpRoute *route = request->match.entry->route;
    HttpViolations violations;
    violations_init(&violations);
    g_autoptr(GError) error = NULL;
    /* The order is a promise to clients: what cannot be read, who asks, what is asked. */
    gboolean goes_on = parse_body(request, &violations);
    if (goes_on &&
        (!request->options->gate(request, route->capability, &error) || !enter(request, &error))) {
        gboolean answered = error == NULL;
        conclude(request, answered, g_steal_pointer(&error));
        goes_on = FALSE;
    } else if (goes_on) {
        validate(request, &violations);
    }
    if (violations.items->len > 0) {
        answer_violations(request, &violations);
    } else if (goes_on) {
        http_set_status(request, route->status ? route->status : 200);
        call_handler(request, route->handler);
    }
    violations_clear(&violations);
}

void request_run_again(HttpRequest *request)
{
    request->goes_to_work = FALSE;
    call_handler(request, request->match.entry->route->handler);
}

/* --- what handlers ask --- */

gboolean http_go_to_work(HttpRequest *request)
{
    g_assert(!request->response.filled);
    request->goes_to_work = g_atomic_int_get(&request->stage) != STAGE_WORKING;
    return request->goes_to_work;
}

gboolean http_take_body(HttpRequest *request, const HttpSink *sink, gpointer data, GError **error)
{
    const HttpRoute *route = request->match.entry->route;
    g_assert(route->body_bytes > 0 && !request->intake && !request->response.filled);
    request->intake =
        intake_new(request->work, request->connection, route->body_bytes, sink, data, error);
    return request->intake != NULL;
}

gpointer http_request_app(const HttpRequest *request)
{
    return request->options->app;
}

HttpMethod http_request_method(const HttpRequest *request)
{
    return request->method;
}

const char *http_request_path(const HttpRequest *request)
{
    return request->path.decoded ? request->path.decoded : "";
}

const char *http_request_target(const HttpRequest *request)
{
    return request->target;
}

const char *http_request_header(const HttpRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *http_request_cookie(const HttpRequest *request, const char *name)
{
    if (!request->cookies) {
        ((HttpRequest *)request)->cookies = cookies_parse(http_request_header(request, "Cookie"));
    }
    return cookies_find(request->cookies, name);
}

const HttpRoute *http_request_route(const HttpRequest *request)
{
    return request->match.entry ? request->match.entry->route : NULL;
}

const HttpDialect *http_request_dialect(const HttpRequest *request)
{
    return request->match.dialect;
}

static gboolean address_is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;
        return ntohl(ip4->sin_addr.s_addr) >> 24 == 127;
    }
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *ip6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
        return IN6_IS_ADDR_LOOPBACK(ip6) || (IN6_IS_ADDR_V4MAPPED(ip6) && ip6->s6_addr[12] == 127);
    }
    return FALSE;
}

gboolean http_request_is_loopback(const HttpRequest *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info && info->client_addr && address_is_loopback(info->client_addr) &&
           !http_request_header(request, "X-Forwarded-For") &&
           !http_request_header(request, "Forwarded");
}

GInetAddress *http_request_peer(const HttpRequest *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;
        return g_inet_address_new_from_bytes((const guint8 *)&ip4->sin_addr, G_SOCKET_FAMILY_IPV4);
    }
    if (address && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;
        gboolean mapped = IN6_IS_ADDR_V4MAPPED(&ip6->sin6_addr);
        return g_inet_address_new_from_bytes(ip6->sin6_addr.s6_addr + (mapped ? 12 : 0),
                                             mapped ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
    }
    return NULL;
}

typedef struct {
    const char *name;
    GString *values;
} HeaderSearch;

static enum MHD_Result add_value(void *cls, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    HeaderSearch *search = cls;
    if (value && g_ascii_strcasecmp(name, search->name) == 0) {
        g_string_append(search->values, search->values->len > 0 ? ", " : "");
        g_string_append(search->values, value);
    }
    return MHD_YES;
}

char *http_request_header_list(const HttpRequest *request, const char *name)
{
    HeaderSearch search = {name, g_string_new(NULL)};
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_value, &search);
    return g_string_free(search.values, FALSE);
}

GCancellable *http_request_cancellable(const HttpRequest *request)
{
    return work_cancellable(request->work);
}

void http_request_set_principal(HttpRequest *request, gpointer principal,
                                GDestroyNotify free_principal)
{
    if (request->free_principal) {
        request->free_principal(request->principal);
    }
    request->principal = principal;
    request->free_principal = free_principal;
}

gpointer http_request_principal(const HttpRequest *request)
{
    return request->principal;
}

static const HttpValue *value_of(const HttpRequest *request, const char *name)
{
    const HttpEntry *entry = request->match.entry;
    guint position = GPOINTER_TO_UINT(g_hash_table_lookup(entry->positions, name));
    g_assert(position > 0); /* undeclared: a bug of the handler */
    return &request->values[position - 1];
}

static gboolean has_text(const HttpValue *value)
{
    return value->text && *value->text;
}

gboolean http_given(const HttpRequest *request, const char *name)
{
    return value_of(request, name)->text != NULL;
}

gboolean http_has(const HttpRequest *request, const char *name)
{
    return has_text(value_of(request, name));
}

const char *http_text(const HttpRequest *request, const char *name, const char *absent)
{
    const HttpValue *value = value_of(request, name);
    return has_text(value) ? value->text : absent;
}

gint64 http_int(const HttpRequest *request, const char *name, gint64 absent)
{
    const HttpValue *value = value_of(request, name);
    g_assert(value->declared->type == HTTP_INT);
    return has_text(value) ? value->integer : absent;
}

double http_number(const HttpRequest *request, const char *name, double absent)
{
    const HttpValue *value = value_of(request, name);
    g_assert(value->declared->type == HTTP_NUMBER);
    return has_text(value) ? value->number : absent;
}

gboolean http_flag(const HttpRequest *request, const char *name, gboolean absent)
{
    const HttpValue *value = value_of(request, name);
    g_assert(value->declared->type == HTTP_BOOL);
    return has_text(value) ? value->flag : absent;
}

const json_t *http_body(const HttpRequest *request)
{
    return request->body;
}

const char *http_body_text(const HttpRequest *request, gsize *ret_length)
{
    *ret_length = request->raw_body ? request->raw_body->len : 0;
    return request->raw_body ? (const char *)request->raw_body->data : NULL;
}
