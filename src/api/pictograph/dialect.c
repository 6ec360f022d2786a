#include "api/pictograph/pictograph.h"

#include "api/pictograph/frame.h"
#include "api/pictograph/organizations.h"
#include "api/pictograph/routes.h"
#include "api/pictograph/uploads.h"

#include <string.h>

static const char *const prefixes[] = {PICTOGRAPH_BASE, PICTOGRAPH_KEYS, NULL};

gboolean pictograph_owns_path(const char *path)
{
    for (gsize i = 0; prefixes[i]; i++) {
        gsize length = strlen(prefixes[i]);
        if (strncmp(path, prefixes[i], length) == 0 && strchr("/", path[length])) {
            return TRUE;
        }
    }
    return FALSE;
}

/* --- errors: {"error": {"code", "message", "details"}, "message", "detail"} --- */

static const char *code_of(int status)
{
    switch (status) {
    case 401:
        return "invalid_api_key";
    case 403:
        return "forbidden";
    case 404:
        return "not_found";
    case 405:
        return "method_not_allowed";
    case 409:
        return "conflict";
    case 413:
        return "payload_too_large";
    case 415:
        return "unsupported_media_type";
    case 422:
        return "validation_error";
    case 429:
        return "rate_limited";
    case 503:
    case 504:
        return "unavailable";
    default:
        return status >= 500 ? "internal_error" : "bad_request";
    }
}

/* `details` is an object, `detail` any value; NULL: {} and the message. Takes both. */
static void respond_error(HttpRequest *request, int status, const char *code, const char *message,
                          json_t *details, json_t *detail)
{
    json_t *text = json_string(message);
    json_t *body = json_pack("{s:{s:s, s:O, s:o}, s:O, s:o}", "error", "code", code, "message",
                             text, "details", details ? details : json_object(), "message", text,
                             "detail", detail ? detail : json_incref(text));
    if (status == 429) {
        gint64 seconds = pictograph_retry_seconds(request);
        g_autofree char *retry = g_strdup_printf("%" G_GINT64_FORMAT, seconds);
        http_set_header(request, "Retry-After", retry);
        json_object_set_new(body, "retry_after", json_integer(seconds));
    }
    if (status == 401) {
        http_set_header(request, "WWW-Authenticate", "Bearer");
    }
    http_set_status(request, status);
    http_respond_json_t(request, body, NULL);
    json_decref(body);
    json_decref(text);
}

gboolean pictograph_refuse(HttpRequest *request, int status, const char *code, const char *message)
{
    respond_error(request, status, code, message, NULL, NULL);
    return TRUE;
}

/* What the one who may not would have to be, and is. */
static json_t *roles_of(const HttpRequest *request, MemberRole needed)
{
    const Principal *principal = api_principal(request);
    MemberRole role = principal ? principal_member_role(principal) : 0;
    json_t *details = json_object();
    if (needed > role) {
        json_object_set_new(details, "required_role", json_string(member_role_name(needed)));
    }
    if (role) {
        json_object_set_new(details, "current_role", json_string(member_role_name(role)));
    }
    return details;
}

gboolean pictograph_refuse_role(HttpRequest *request, MemberRole needed)
{
    g_autofree char *message =
        g_strdup_printf("Only who is %s or more may do this", member_role_name(needed));
    respond_error(request, 403, "forbidden", message, roles_of(request, needed), NULL);
    return TRUE;
}

static MemberRole needed_for(const HttpRequest *request)
{
    const HttpRoute *route = http_request_route(request);
    return route ? access_member_needed((Capability)route->capability) : 0;
}

static void fail(HttpRequest *request, int status, const GError *error)
{
    const char *message = status == 500 ? "The server failed; its log says why" : error->message;
    respond_error(request, status, code_of(status), message,
                  status == 403 ? roles_of(request, needed_for(request)) : NULL, NULL);
}

/* {"loc": ["body", "annotations", 0, "name"], "msg", "type"} */
static json_t *problem_new(json_t *location, const char *message, const char *kind)
{
    return json_pack("{s:o, s:s, s:s}", "loc", location, "msg", message, "type", kind);
}

/* Takes `problems`. */
static void respond_problems(HttpRequest *request, int status, const char *message,
                             json_t *problems)
{
    json_t *details = json_pack("{s:O}", "errors", problems);
    respond_error(request, status, code_of(status), message, details, problems);
}

static gboolean is_digits(const char *text)
{
    return *text && strlen(text) < 10 && text[strspn(text, "0123456789")] == '\0';
}

/* ["body", "annotations", 3, "name"] of "annotations.3.name". */
static json_t *location_of(const char *path)
{
    json_t *location = json_pack("[s]", "body");
    g_auto(GStrv) parts = g_strsplit(path, ".", -1);
    for (char **part = parts; *part; part++) {
        json_array_append_new(location, is_digits(*part)
                                            ? json_integer(g_ascii_strtoll(*part, NULL, 10))
                                            : json_string(*part));
    }
    return location;
}

gboolean pictograph_refuse_body(HttpRequest *request, const PictographProblem *problems,
                                gsize count)
{
    g_assert(count > 0);
    json_t *list = json_array();
    for (gsize i = 0; i < count; i++) {
        json_array_append_new(list,
                              problem_new(location_of(problems[i].path), problems[i].message,
                                          problems[i].kind ? problems[i].kind : "value_error"));
    }
    g_autofree char *message =
        g_strconcat(problems[0].path, *problems[0].path ? ": " : "", problems[0].message, NULL);
    respond_problems(request, 422, message, list);
    return TRUE;
}

static json_t *violation_location(const HttpViolation *violation)
{
    json_t *location = json_pack("[s]", violation->location);
    if (violation->name) {
        json_array_append_new(location, json_string(violation->name));
    }
    if (violation->item > 0) {
        json_array_append_new(location, json_integer((json_int_t)violation->item - 1));
    }
    return location;
}

/* A body of a wrong shape is a 422; what is no JSON, or a bad parameter of the address, a 400. */
static void invalid(HttpRequest *request, const HttpViolation *violations, gsize count)
{
    json_t *list = json_array();
    gboolean of_shape = TRUE;
    for (gsize i = 0; i < count; i++) {
        const HttpViolation *violation = &violations[i];
        of_shape &= strcmp(violation->location, "body") == 0 &&
                    strcmp(violation->kind, "json_invalid") != 0;
        json_array_append_new(
            list, problem_new(violation_location(violation), violation->message, violation->kind));
    }
    const HttpViolation *first = &violations[0];
    g_autofree char *message =
        g_strconcat(first->name ? first->name : "", first->name ? ": " : "", first->message, NULL);
    respond_problems(request, of_shape ? 422 : 400, message, list);
}

const HttpParameter pictograph_any_body[] = {{0}};

const HttpDialect pictograph_dialect = {
    .name = "pictograph",
    .prefixes = prefixes,
    .slashes = TRUE,
    .untyped_json = TRUE,
    .more =
        (const HttpTable[]){
            {pictograph_annotation_routes, PICTOGRAPH_ANNOTATION_ROUTES},
            {pictograph_bulk_routes, PICTOGRAPH_BULK_ROUTES},
            {pictograph_class_change_routes, PICTOGRAPH_CLASS_CHANGE_ROUTES},
            {pictograph_dataset_routes, PICTOGRAPH_DATASET_ROUTES},
            {pictograph_report_routes, PICTOGRAPH_REPORT_ROUTES},
            {pictograph_image_routes, PICTOGRAPH_IMAGE_ROUTES},
            {pictograph_batch_routes, PICTOGRAPH_BATCH_ROUTES},
            {pictograph_directory_routes, PICTOGRAPH_DIRECTORY_ROUTES},
            {pictograph_search_routes, PICTOGRAPH_SEARCH_ROUTES},
            {pictograph_upload_routes, PICTOGRAPH_UPLOAD_ROUTES},
            {pictograph_upload_form_routes, PICTOGRAPH_UPLOAD_FORM_ROUTES},
            {pictograph_image_bytes_routes, PICTOGRAPH_IMAGE_BYTES_ROUTES},
            {pictograph_export_routes, PICTOGRAPH_EXPORT_ROUTES},
            {pictograph_comment_routes, PICTOGRAPH_COMMENT_ROUTES},
            {pictograph_organization_routes, PICTOGRAPH_ORGANIZATION_ROUTES},
            {pictograph_key_routes, PICTOGRAPH_KEY_ROUTES},
            {0}, /* ends the list */
        },

    .schemas = "/albumen/api/pictograph.json",
    .error_schema = "PictographError",
    .fail = fail,
    .invalid = invalid,
    .enter = pictograph_enter,
    .leave = pictograph_leave,
};
