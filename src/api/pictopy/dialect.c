#include "api/pictopy/pictopy.h"

#include <string.h>

static const char *const prefixes[] = {"/images/", "/tag/", NULL};

/* Its clients are pages in a desktop's shell (Tauri), on Linux and macOS, on Windows, and while
 * they are made. */
static const char *const clients[] = {
    "tauri://localhost",
    "http://tauri.localhost",
    "https://tauri.localhost",
    "http://localhost:1420",
};

gboolean pictopy_owns_path(const char *path)
{
    return g_str_has_prefix(path, "/albums/") || g_str_has_prefix(path, "/images/") ||
           g_str_has_prefix(path, "/tag/");
}

gboolean pictopy_is_client(const char *origin)
{
    for (gsize i = 0; i < G_N_ELEMENTS(clients); i++) {
        if (strcmp(clients[i], origin) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean pictopy_greet(HttpRequest *request)
{
    const char *accepts = http_request_header(request, "Accept");
    if (strcmp(http_request_path(request), "/") != 0 || !accepts ||
        !strstr(accepts, "application/json") || strstr(accepts, "text/html")) {
        return FALSE;
    }
    http_set_header(request, "Vary", "Accept");
    return http_respond_text(request, "application/json",
                             "{\"message\":\"PictoPy Server is up and running!\"}");
}

/* --- members that must be there --- */

/* Of several names for one member the first is told. */
typedef struct {
    const char *path, *names[2];
    const char *message;
} Need;

static const Need needs[] = {
    {"/albums/create-album", {"name"}, "Album name is required"},
    {"/albums/delete-album", {"name"}, "Album name is required"},
    {"/albums/add-multiple-to-album", {"album_name"}, "Album name is required"},
    {"/albums/add-multiple-to-album", {"paths"}, "Image paths are required"},
    {"/albums/add-to-album", {"album_name"}, "Album name is required"},
    {"/albums/add-to-album", {"image_path"}, "Image path is required"},
    {"/albums/remove-from-album", {"album_name"}, "Album name is required"},
    {"/albums/remove-from-album", {"path"}, "Image path is required"},
    {"/albums/edit-album-description", {"album_name", "name"}, "Album name is required"},
    {"/albums/edit-album-description",
     {"description", "new_description"},
     "New description is required"},
    {"/images/images", {"paths"}, "Image paths are required"},
    {"/images/multiple-images", {"paths"}, "Image paths are required"},
    {"/images/delete-image", {"path"}, "Image path is required"},
    {"/images/add-folder", {"folder_path"}, "Folder path is required"},
    {"/images/delete-folder", {"folder_path"}, "Folder path is required"},
    {"/images/generate-thumbnails", {"folder_paths", "folder_path"}, "Folder path is required"},
    {"/images/delete-thumbnails", {"folder_path"}, "Folder path is required"},
};

gboolean pictopy_lacks(HttpRequest *request)
{
    const char *path = http_request_route(request)->path;
    const json_t *body = http_body(request);
    for (gsize i = 0; i < G_N_ELEMENTS(needs); i++) {
        const Need *need = &needs[i];
        if (strcmp(need->path, path) == 0 && !json_object_get(body, need->names[0]) &&
            (!need->names[1] || !json_object_get(body, need->names[1]))) {
            return pictopy_refuse(request, 400, need->message, "Missing '%s' in payload",
                                  need->names[0]);
        }
    }
    return FALSE;
}

/* --- errors --- */

static gboolean respond_detail(HttpRequest *request, int status, const char *detail)
{
    JsonWriter *writer = pictopy_writer();
    json_object_begin(writer);
    json_member_string(writer, "detail", detail);
    json_object_end(writer);
    http_set_status(request, status);
    return http_respond_json(request, writer, NULL);
}

static void fail(HttpRequest *request, int status, const GError *error)
{
    if (!http_request_route(request)) { /* no such path, or not with this method */
        respond_detail(request, status, error->message);
        return;
    }
    if (status == 401) {
        http_set_header(request, "WWW-Authenticate", "Bearer");
    }
    if (status == 500) {
        pictopy_refuse(request, status, "The server failed; its log says why",
                       "Internal server error");
        return;
    }
    pictopy_refuse(request, status, NULL, "%s", error->message);
}

static gboolean is_kind(const HttpViolation *violation, const char *kind)
{
    return strcmp(violation->kind, kind) == 0;
}

/* What upstream checks by hand. */
static gboolean refuse_by_hand(HttpRequest *request, const HttpViolation *violation)
{
    gboolean of_paths = violation->name && strcmp(violation->name, "paths") == 0;
    gboolean of_images = pictopy_owns_path(http_request_path(request)) &&
                         g_str_has_prefix(http_request_path(request), "/images/");
    if (of_paths && is_kind(violation, "list_type")) {
        return pictopy_refuse(request, 400,
                              of_images ? "'paths' should be a list" : "Paths should be a list",
                              "Invalid 'paths' format");
    }
    if (of_paths && is_kind(violation, "too_long")) {
        return pictopy_refuse(request, 413, violation->message, "Too many paths");
    }
    if (of_paths && of_images && violation->item > 0 && is_kind(violation, "string_type")) {
        g_autofree char *item = json_dumps(violation->input_json, JSON_ENCODE_ANY);
        g_autofree char *message = g_strdup_printf("Invalid file path: %s", item);
        return pictopy_refuse(request, 400, message, "Invalid file path");
    }
    return FALSE;
}

static void write_location(JsonWriter *writer, const HttpViolation *violation)
{
    json_key(writer, "loc");
    json_array_begin(writer);
    json_text(writer, violation->location);
    if (is_kind(violation, "json_invalid")) {
        json_int(writer, violation->position);
    } else if (violation->name) {
        json_text(writer, violation->name);
    }
    if (violation->item > 0) {
        json_int(writer, (gint64)violation->item - 1);
    }
    json_array_end(writer);
}

static void write_violation(JsonWriter *writer, const HttpViolation *violation)
{
    gboolean broken = is_kind(violation, "json_invalid");
    gboolean no_object = is_kind(violation, "model_attributes_type");
    g_autofree char *input =
        violation->input_json ? json_dumps(violation->input_json, JSON_ENCODE_ANY) : NULL;
    json_object_begin(writer);
    json_member_string(writer, "type", no_object ? "dict_type" : violation->kind);
    write_location(writer, violation);
    json_member_string(writer, "msg",
                       no_object ? "Input should be a valid dictionary" : violation->message);
    json_key(writer, "input");
    if (input) {
        json_raw(writer, input, strlen(input));
    } else if (broken) {
        json_raw(writer, "{}", 2);
        json_key(writer, "ctx");
        json_object_begin(writer);
        json_member_string(writer, "error", violation->message);
        json_object_end(writer);
    } else {
        json_text(writer, violation->input);
    }
    json_object_end(writer);
}

static void invalid(HttpRequest *request, const HttpViolation *violations, gsize count)
{
    gboolean answered = json_is_object(http_body(request)) && pictopy_lacks(request);
    for (gsize i = 0; i < count && !answered; i++) {
        answered = refuse_by_hand(request, &violations[i]);
    }
    if (answered) {
        return;
    }
    http_set_status(request, 422);
    JsonWriter *writer = pictopy_writer();
    json_object_begin(writer);
    json_key(writer, "detail");
    json_array_begin(writer);
    for (gsize i = 0; i < count; i++) {
        write_violation(writer, &violations[i]);
    }
    json_array_end(writer);
    json_object_end(writer);
    http_respond_json(request, writer, NULL);
}

/* The table stands in routes.c. */
const HttpDialect pictopy_dialect = {
    .name = "pictopy",
    .prefixes = prefixes,
    .slashes = TRUE,
    .routes = pictopy_routes,
    .route_count = PICTOPY_ROUTES,

    .schemas = "/albumen/api/pictopy.json",
    .error_schema = "PictopyError",
    .fail = fail,
    .invalid = invalid,
};
