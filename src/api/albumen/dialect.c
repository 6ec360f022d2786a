#include "api/albumen/albumen.h"
#include "api/albumen/annotations.h"
#include "api/albumen/datasets.h"
#include "api/albumen/exports.h"
#include "api/albumen/imports.h"
#include "api/albumen/organizations.h"
#include "api/albumen/tus.h"
#include "api/albumen/uploads.h"
#include "api/filter_params.h"
#include "base/limits.h"
#include "library/upload.h"
#include "media/picture.h"

#include <string.h>

static const HttpParameter layout_query[] = {FILTER_PARAMS, {0}};

static const HttpParameter search_query[] = {
    {.name = "q",
     .type = HTTP_TEXT,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_SEARCH_CHARACTERS,
     .summary = "A part of a name"},
    {.name = "limit",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 50,
     .fallback = "8",
     .summary = "Hits of each kind"},
    {0},
};

static const HttpParameter ids_query[] = {
    {.name = "ids", .type = HTTP_TEXT, .required = TRUE, .summary = "Numbers, by commas"},
    {0},
};

static const HttpParameter id_path[] = {
    {.name = "id", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 9007199254740991.0},
    {0},
};

static const HttpParameter size_query[] = {
    {.name = "size",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = MEDIA_THUMBNAIL_LARGE_PIXELS,
     .summary = "Pixels of the long edge"},
    {.name = "v", .type = HTTP_TEXT, .summary = "Any text: makes a new address for a browser"},
    {0},
};

static const HttpParameter version_query[] = {
    {.name = "v", .type = HTTP_TEXT, .summary = "Any text: makes a new address for a browser"},
    {0},
};

static const HttpParameter failures_query[] = {
    {.name = "limit", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 1000, .fallback = "100"},
    {.name = "cursor", .type = HTTP_TEXT, .summary = "next_cursor of the page before"},
    {0},
};

#define USER_MEMBERS                                                                               \
    {.name = "display_name", .type = HTTP_TEXT},                                                   \
        {.name = "role",                                                                           \
         .type = HTTP_TEXT,                                                                        \
         .choices = (const char *const[]){"user", "admin", "superadmin", NULL}},                   \
        {.name = "organization", .type = HTTP_TEXT, .summary = "Its id"},                          \
        {.name = "member_role",                                                                    \
         .type = HTTP_TEXT,                                                                        \
         .choices =                                                                                \
             (const char *const[]){"owner", "admin", "member", "annotator", "viewer", "", NULL},   \
         .summary = "In the organization; empty: by the role"},                                    \
    {                                                                                              \
        .name = "directories", .type = HTTP_TEXT_LIST, .summary = "Folders the user sees"          \
    }

static const HttpParameter new_user_body[] = {
    {.name = "username", .type = HTTP_TEXT, .required = TRUE},
    {.name = "password", .type = HTTP_TEXT, .required = TRUE},
    USER_MEMBERS,
    {0},
};

static const HttpParameter user_body[] = {
    {.name = "password", .type = HTTP_TEXT, .summary = "A new one; ends the user's sessions"},
    {.name = "disabled", .type = HTTP_BOOL},
    USER_MEMBERS,
    {0},
};

static const HttpParameter shared_body[] = {
    {.name = "directories", .type = HTTP_TEXT_LIST, .required = TRUE},
    {0},
};

static const HttpParameter password_body[] = {
    {.name = "current", .type = HTTP_TEXT, .required = TRUE},
    {.name = "new", .type = HTTP_TEXT, .required = TRUE},
    {0},
};

static const HttpParameter key_body[] = {
    {.name = "name", .type = HTTP_TEXT, .required = TRUE},
    {.name = "scope",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"read", "write", "admin", NULL},
     .fallback = "read"},
    {.name = "expires_at", .type = HTTP_TEXT, .summary = "ISO 8601; absent: never"},
    {0},
};
#define STARS                                                                                      \
    {                                                                                              \
        .name = "stars", .type = HTTP_INT, .bounded = TRUE, .max = 5                               \
    }
#define FAVORITE                                                                                   \
    {                                                                                              \
        .name = "favorite", .type = HTTP_BOOL                                                      \
    }
#define REJECTED                                                                                   \
    {                                                                                              \
        .name = "rejected", .type = HTTP_BOOL                                                      \
    }

static const HttpParameter one_rating[] = {
    {.name = "id", .type = HTTP_INT, .required = TRUE}, STARS, FAVORITE, REJECTED, {0},
};

static const HttpParameter ratings_body[] = {
    {.name = "ids",
     .type = HTTP_INT_LIST,
     .bounded = TRUE,
     .max = LIMIT_RATINGS_PER_REQUEST,
     .summary = "Photos that all get the same"},
    STARS,
    FAVORITE,
    REJECTED,
    {.name = "ratings",
     .type = HTTP_OBJECT_LIST,
     .bounded = TRUE,
     .max = LIMIT_RATINGS_PER_REQUEST,
     .members = one_rating,
     .summary = "Or photos that each get their own"},
    {0},
};

static const HttpParameter kept_out_query[] = {
    {.name = "limit", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 1000, .fallback = "100"},
    {.name = "cursor", .type = HTTP_TEXT, .summary = "next_cursor of the page before"},
    {0},
};

static const HttpParameter change_body[] = {
    {.name = "ids",
     .type = HTTP_INT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_IDS_PER_CHANGE,
     .summary = "Photos; what stands behind one in its stack goes with it"},
    {0},
};

static const HttpParameter delete_body[] = {
    {.name = "ids",
     .type = HTTP_INT_LIST,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_IDS_PER_CHANGE,
     .summary = "Photos in the trash"},
    {.name = "all", .type = HTTP_BOOL, .summary = "Everything in it, instead of ids"},
    {0},
};

#define CHANGE(verb, route, schema, text, members, function)                                       \
    HTTP_ROUTE(CAPABILITY_EDIT, .method = verb, .path = route, .tag = "Albumen", .summary = text,  \
               .response_schema = schema, .body = members, .handler = function)

static const HttpParameter upload_path[] = {
    {.name = "id",
     .type = HTTP_TEXT,
     .bounded = TRUE,
     .min = UPLOAD_ID_CHARS,
     .max = UPLOAD_ID_CHARS},
    {0},
};

#define UPLOAD(verb, route, text, answer_status, function, ...)                                    \
    HTTP_ROUTE(CAPABILITY_EDIT, .method = verb, .path = "/api/albumen/" route, .tag = "Uploads",   \
               .summary = text, .status = answer_status, .handler = function, __VA_ARGS__)

static const HttpParameter scan_body[] = {
    {.name = "sources",
     .type = HTTP_INT_LIST,
     .bounded = TRUE,
     .max = LIMIT_IDS_PER_REQUEST,
     .summary = "Folders to look through; all when absent"},
    {.name = "include_removed",
     .type = HTTP_BOOL,
     .summary = "Index again what was removed from the library"},
    {.name = "retry_failed",
     .type = HTTP_BOOL,
     .summary = "Read again what could not be read, though it did not change"},
    {.name = "accept_empty",
     .type = HTTP_BOOL,
     .summary = "A folder that is empty was emptied; it is no disk that is not mounted"},
    {0},
};

static const HttpParameter analysis_body[] = {
    {.name = "retry_failed",
     .type = HTTP_BOOL,
     .summary = "Look again at what could not be looked at"},
    {.name = "tasks",
     .type = HTTP_TEXT_LIST,
     .bounded = TRUE,
     .max = 4,
     .summary = "objects, faces, similar, words; all when absent"},
    {0},
};

static const HttpParameter model_path[] = {
    {.name = "name", .type = HTTP_TEXT, .bounded = TRUE, .min = 1, .max = 100},
    {0},
};

static const HttpParameter source_body[] = {
    {.name = "path",
     .type = HTTP_TEXT,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = 4096,
     .summary = "Absolute path of a folder on the server"},
    {0},
};

static const HttpParameter downloads_body[] = {
    {.name = "ids",
     .type = HTTP_INT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_DOWNLOAD_PHOTOS},
    {0},
};

static const HttpParameter ticket_path[] = {{.name = "ticket", .type = HTTP_TEXT}, {0}};

#define GET(route, cap, schema, text, function, ...)                                               \
    HTTP_ROUTE(cap, .method = HTTP_GET, .path = route, .tag = "Albumen", .summary = text,          \
               .response_schema = schema, .handler = function, __VA_ARGS__)

#define ROUTE(verb, route, cap, schema, text, function, ...)                                       \
    HTTP_ROUTE(cap, .method = verb, .path = route, .tag = "Albumen", .summary = text,              \
               .response_schema = schema, .handler = function, __VA_ARGS__)

static const HttpParameter similar_query[] = {
    {.name = "limit",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_SIMILAR_PHOTOS,
     .fallback = "24"},
    {.name = "min_similarity",
     .type = HTTP_NUMBER,
     .bounded = TRUE,
     .min = 0,
     .max = 1,
     .fallback = "0.5"},
    {0},
};

static const HttpRoute routes[] = {
    GET("/api/albumen/library", CAPABILITY_BROWSE, "Library", "The library as a whole",
        albumen_library),
    GET("/api/albumen/layout", CAPABILITY_BROWSE, NULL,
        "The shape of a selection: ids, aspects and days of every photo", albumen_layout,
        .query = layout_query, .response_mime = "application/octet-stream"),
    GET("/api/albumen/search", CAPABILITY_BROWSE, "SearchHits",
        "People, things, tags, folders, cameras and files that a few letters may mean",
        albumen_search, .query = search_query),
    GET("/api/albumen/objects", CAPABILITY_BROWSE, "Objects", "Kinds of things on the photos",
        albumen_objects),
    GET("/api/albumen/photos", CAPABILITY_BROWSE, "Tiles", "What tiles say of these photos",
        albumen_photos, .query = ids_query),
    GET("/api/albumen/photos/{id}", CAPABILITY_BROWSE, "Photo", "All that is known of a photo",
        albumen_photo, .path_parameters = id_path),
    GET("/api/albumen/photos/{id}/similar", CAPABILITY_BROWSE, "SimilarPhotos",
        "Photos that look like this one", albumen_similar, .path_parameters = id_path,
        .query = similar_query),
    GET("/api/albumen/photos/{id}/thumbnail", CAPABILITY_MEDIA, NULL, "A small picture",
        albumen_thumbnail, .quick = TRUE, .path_parameters = id_path, .query = size_query,
        .response_mime = "image/jpeg"),
    GET("/api/albumen/photos/{id}/image", CAPABILITY_MEDIA, NULL,
        "The picture, as a browser can show it", albumen_image, .path_parameters = id_path,
        .query = version_query, .response_mime = "image/*"),
    HTTP_ROUTE(CAPABILITY_BROWSE, .method = HTTP_POST, .path = "/api/albumen/downloads",
               .tag = "Albumen", .summary = "Makes an address where these photos are one archive",
               .response_schema = "Download", .status = 201, .body = downloads_body,
               .handler = albumen_download_prepare),
    GET("/api/albumen/downloads/{ticket}", CAPABILITY_MEDIA, NULL, "The archive", albumen_download,
        .path_parameters = ticket_path, .response_mime = "application/zip"),
    HTTP_ROUTE(CAPABILITY_RATE, .method = HTTP_PUT, .path = "/api/albumen/ratings",
               .tag = "Albumen", .summary = "Rates photos, and tells what their ratings were",
               .response_schema = "Ratings", .body = ratings_body, .handler = albumen_rate),
    GET("/api/albumen/failures", CAPABILITY_BROWSE, "Failures", "Files that could not be read",
        albumen_failures, .query = failures_query),
    GET("/api/albumen/trash", CAPABILITY_EDIT, "Trash", "What was thrown away, the latest first",
        albumen_trash, .query = kept_out_query),
    CHANGE(HTTP_POST, "/api/albumen/trash", "Trashed", "Moves photos to the trash", change_body,
           albumen_trash_put),
    CHANGE(HTTP_POST, "/api/albumen/trash/restore", "Restored",
           "Moves photos back to where they were", change_body, albumen_trash_restore),
    CHANGE(HTTP_DELETE, "/api/albumen/trash", "Deleted", "Deletes what is in the trash for good",
           delete_body, albumen_trash_delete),
    GET("/api/albumen/trash/{id}/thumbnail", CAPABILITY_MEDIA, NULL, "A small picture",
        albumen_trash_thumbnail, .quick = TRUE, .path_parameters = id_path, .query = size_query,
        .response_mime = "image/jpeg"),
    GET("/api/albumen/removed", CAPABILITY_EDIT, "Removed",
        "Photos that were removed and whose files stay", albumen_removed, .query = kept_out_query),
    CHANGE(HTTP_POST, "/api/albumen/removed", "RemovedNow",
           "Removes photos from the library; their files stay", change_body, albumen_removed_put),
    CHANGE(HTTP_POST, "/api/albumen/removed/restore", "Restored", "Shows removed photos again",
           change_body, albumen_removed_restore),
    HTTP_ROUTE(CAPABILITY_ADMIN, .method = HTTP_POST, .path = "/api/albumen/scans",
               .tag = "Albumen", .summary = "Looks for what changed in the folders",
               .response_schema = "QueuedJob", .status = 202, .body = scan_body,
               .body_optional = TRUE, .handler = albumen_scan),
    GET("/api/albumen/models", CAPABILITY_BROWSE, "Models",
        "The models there are, and what they have looked at", albumen_models),
    ROUTE(HTTP_POST, "/api/albumen/models/{name}/use", CAPABILITY_ADMIN, "Models",
          "Uses a model for its purpose from now on", albumen_model_use,
          .path_parameters = model_path),
    HTTP_ROUTE(CAPABILITY_ADMIN, .method = HTTP_POST, .path = "/api/albumen/analysis",
               .tag = "Albumen", .summary = "Shows the models what they have not looked at yet",
               .response_schema = "QueuedJob", .status = 202, .body = analysis_body,
               .body_optional = TRUE, .handler = albumen_analysis),
    GET("/api/albumen/users", CAPABILITY_ACCOUNTS, "Users", "Who has an account", albumen_users),
    ROUTE(HTTP_POST, "/api/albumen/users", CAPABILITY_ACCOUNTS, "User",
          "Makes an account; the first ends that the library is open", albumen_user_add,
          .body = new_user_body, .status = 201),
    ROUTE(HTTP_PATCH, "/api/albumen/users/{id}", CAPABILITY_ACCOUNTS, "User", "Changes an account",
          albumen_user_change, .path_parameters = id_path, .body = user_body),
    ROUTE(HTTP_DELETE, "/api/albumen/users/{id}", CAPABILITY_ACCOUNTS, NULL,
          "Removes an account with its ratings and keys", albumen_user_remove,
          .path_parameters = id_path, .status = 204),
    GET("/api/albumen/shared-directories", CAPABILITY_ACCOUNTS, "SharedDirectories",
        "Folders that every account sees", albumen_shared_directories),
    ROUTE(HTTP_PUT, "/api/albumen/shared-directories", CAPABILITY_ACCOUNTS, "SharedDirectories",
          "Chooses the folders that every account sees", albumen_share_directories,
          .body = shared_body),
    ROUTE(HTTP_PUT, "/api/albumen/me/password", CAPABILITY_SELF, "Session",
          "Changes one's password, and ends one's other sessions", albumen_change_password,
          .body = password_body),
    ROUTE(HTTP_POST, "/api/albumen/me/sign-out-everywhere", CAPABILITY_SELF, NULL,
          "Ends every session of one's own", albumen_sign_out_everywhere, .status = 204),
    GET("/api/albumen/keys", CAPABILITY_SELF, "Keys",
        "One's API keys; for who manages accounts, everybody's", albumen_keys),
    ROUTE(HTTP_POST, "/api/albumen/keys", CAPABILITY_SELF, "NewKey",
          "Makes an API key and tells it, this once", albumen_key_add, .body = key_body,
          .status = 201),
    ROUTE(HTTP_DELETE, "/api/albumen/keys/{id}", CAPABILITY_SELF, NULL, "Revokes an API key",
          albumen_key_remove, .path_parameters = id_path, .status = 204),
    HTTP_ROUTE(CAPABILITY_ADMIN, .method = HTTP_POST, .path = "/api/albumen/scans/cancel",
               .tag = "Albumen", .summary = "Ends the scans that wait or run",
               .response_schema = "CancelledScans", .handler = albumen_scans_cancel),
    GET("/api/albumen/sources", CAPABILITY_ADMIN, "Sources", "The folders of the library",
        albumen_sources),
    HTTP_ROUTE(CAPABILITY_ADMIN, .method = HTTP_POST, .path = "/api/albumen/sources",
               .tag = "Albumen", .summary = "Takes a folder into the library, and scans it",
               .response_schema = "Source", .status = 201, .body = source_body,
               .handler = albumen_source_add),
    HTTP_ROUTE(CAPABILITY_ADMIN, .method = HTTP_DELETE, .path = "/api/albumen/sources/{id}",
               .tag = "Albumen", .summary = "Takes a folder out; its photos return with it",
               .response_schema = "RemovedSource", .path_parameters = id_path,
               .handler = albumen_source_remove),
    GET("/api/albumen/events", CAPABILITY_EVENTS, NULL, "What changes, as it changes",
        albumen_events, .quick = TRUE, .response_mime = "text/event-stream"),
    UPLOAD(HTTP_POST, "uploads", "Begins an upload (tus), perhaps with its first bytes", 201,
           albumen_upload_begin, .body_bytes = LIMIT_PICTURE_FILE_BYTES,
           .body_mime = TUS_CONTENT_TYPE, .response_mime = "*/*"),
    UPLOAD(HTTP_GET, "uploads/{id}", "How far an upload is", 200, albumen_upload,
           .path_parameters = upload_path, .response_schema = "Upload"),
    UPLOAD(HTTP_PATCH, "uploads/{id}", "The next bytes of an upload", 204, albumen_upload_bytes,
           .path_parameters = upload_path, .body_bytes = LIMIT_PICTURE_FILE_BYTES,
           .body_mime = TUS_CONTENT_TYPE, .response_mime = "*/*"),
    UPLOAD(HTTP_DELETE, "uploads/{id}", "Gives an upload up", 204, albumen_upload_cancel,
           .path_parameters = upload_path, .response_mime = "*/*"),
    UPLOAD(HTTP_POST, "photos", "Uploads in one go: a form with files", 201, albumen_upload_form,
           .body_bytes = LIMIT_UPLOAD_FORM_BYTES, .body_mime = "multipart/form-data",
           .response_schema = "Uploaded"),
    GET("/api/openapi.json", CAPABILITY_PUBLIC, "OpenApi", "This document", albumen_openapi),
    GET("/api/docs", CAPABILITY_PUBLIC, NULL, "This document, to read", albumen_docs, .quick = TRUE,
        .response_mime = "text/html"),
    GET("/api/docs/{file}", CAPABILITY_PUBLIC, NULL, "Files of that page", albumen_docs_file,
        .quick = TRUE, .response_mime = "*/*"),
};

JsonWriter *albumen_problem_new(int status, const char *title, const char *detail)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "type", "about:blank");
    json_member_string(writer, "title", title);
    json_member_int(writer, "status", status);
    json_member_string(writer, "detail", detail);
    return writer;
}

gboolean albumen_respond_problem(HttpRequest *request, int status, JsonWriter *taken)
{
    g_autoptr(JsonWriter) writer = taken;
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    http_set_status(request, status);
    return http_respond_bytes(request, "application/problem+json", bytes);
}

static void fail(HttpRequest *request, int status, const GError *error)
{
    if (status == 401) {
        http_set_header(request, "WWW-Authenticate", "Bearer");
    }
    const char *title =
        error->domain == ALBUMEN_ERROR ? albumen_error_name((AlbumenError)error->code) : "internal";
    const char *detail = status == 500 ? "The server failed; its log says why" : error->message;
    albumen_respond_problem(request, status, albumen_problem_new(status, title, detail));
}

static void invalid(HttpRequest *request, const HttpViolation *violations, gsize count)
{
    JsonWriter *writer =
        albumen_problem_new(422, "invalid", "The request does not fit this address");
    json_key(writer, "errors");
    json_array_begin(writer);
    for (gsize i = 0; i < count; i++) {
        json_object_begin(writer);
        json_member_string(writer, "in", violations[i].location);
        json_member_string(writer, "name", violations[i].name);
        json_member_string(writer, "detail", violations[i].message);
        json_object_end(writer);
    }
    json_array_end(writer);
    albumen_respond_problem(request, 422, writer);
}

const HttpDialect albumen_dialect = {
    .name = "albumen",
    .prefixes = (const char *const[]){"/api/albumen/", NULL},
    .routes = routes,
    .route_count = G_N_ELEMENTS(routes),
    .more = (const HttpTable[]){{albumen_people_routes, ALBUMEN_PEOPLE_ROUTES},
                                {albumen_dataset_routes, ALBUMEN_DATASET_ROUTES},
                                {albumen_export_routes, ALBUMEN_EXPORT_ROUTES},
                                {albumen_version_routes, ALBUMEN_VERSION_ROUTES},
                                {albumen_picture_routes, ALBUMEN_PICTURE_ROUTES},
                                {albumen_import_routes, ALBUMEN_IMPORT_ROUTES},
                                {albumen_organization_routes, ALBUMEN_ORGANIZATION_ROUTES},
                                {albumen_annotation_routes, ALBUMEN_ANNOTATION_ROUTES},
                                {0}},

    .schemas = "/albumen/api/albumen.json",
    .error_schema = "Problem",
    .error_mime = "application/problem+json",
    .fail = fail,
    .invalid = invalid,
};
