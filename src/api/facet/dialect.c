#include "api/facet/facet.h"

#include "api/filter_params.h"
#include "base/limits.h"

#include <string.h>

static const HttpParameter photos_query[] = {
    FILTER_PARAMS,
    {.name = "page", .type = HTTP_INT, .lenient = TRUE, .fallback = "1"},
    {.name = "per_page", .type = HTTP_INT, .lenient = TRUE, .summary = "At most 1000"},
    {0},
};

static const HttpParameter path_query[] = {
    {.name = "path", .type = HTTP_TEXT, .required = TRUE, .summary = "The photo's path"},
    {.name = "token", .type = HTTP_TEXT, .summary = "Of a share"},
    {0},
};

static const HttpParameter thumbnail_query[] = {
    {.name = "path", .type = HTTP_TEXT, .required = TRUE, .summary = "The photo's path"},
    {.name = "size", .type = HTTP_INT, .summary = "Pixels of the long edge"},
    {0},
};

static const HttpParameter type_counts_query[] = {
    {.name = "hide_blinks", .type = HTTP_TEXT},
    {.name = "hide_bursts", .type = HTTP_TEXT},
    {.name = "hide_duplicates", .type = HTTP_TEXT},
    {0},
};

static const HttpParameter similar_path[] = {
    {.name = "photo_path", .type = HTTP_TEXT, .summary = "The photo's path"},
    {0},
};

static const HttpParameter similar_query[] = {
    {.name = "mode", .type = HTTP_TEXT, .fallback = "visual", .summary = "visual, color or person"},
    {.name = "limit", .type = HTTP_INT, .fallback = "20", .summary = "At most 500"},
    {.name = "offset", .type = HTTP_INT, .fallback = "0"},
    {.name = "min_similarity", .type = HTTP_NUMBER, .summary = "0.4; 0 by person"},
    {.name = "full", .type = HTTP_INT, .fallback = "0", .summary = "1: whole photos"},
    {0},
};

static const HttpParameter search_query[] = {
    {.name = "q", .type = HTTP_TEXT, .required = TRUE, .bounded = TRUE, .min = 1, .max = 500},
    {.name = "limit",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 1e9,
     .fallback = "50",
     .summary = "At most 200"},
    {.name = "threshold",
     .type = HTTP_NUMBER,
     .bounded = TRUE,
     .min = 0,
     .max = 1,
     .fallback = "0.15",
     .summary = "How near a picture must be to the words"},
    {0},
};

static const HttpParameter login_body[] = {
    {.name = "password", .type = HTTP_TEXT, .required = TRUE},
    {.name = "username", .type = HTTP_TEXT, .summary = "Where there are accounts"},
    {0},
};

static const HttpParameter edition_login_body[] = {
    {.name = "password", .type = HTTP_TEXT, .required = TRUE},
    {0},
};

static const HttpParameter download_options_query[] = {
    {.name = "path", .type = HTTP_TEXT, .summary = "The photo's path"},
    {.name = "is_shared", .type = HTTP_BOOL, .summary = "Asked from a shared page"},
    {.name = "token", .type = HTTP_TEXT, .summary = "Of a share"},
    {0},
};

static const char *const download_types[] = {"original", "darktable", "raw", NULL};

static const HttpParameter download_query[] = {
    {.name = "path", .type = HTTP_TEXT, .summary = "The photo's path"},
    {.name = "type", .type = HTTP_TEXT, .choices = download_types, .fallback = "original"},
    {.name = "profile", .type = HTTP_TEXT},
    {.name = "token", .type = HTTP_TEXT, .summary = "Of a share"},
    {0},
};

#define PHOTO_PATH                                                                                 \
    {                                                                                              \
        .name = "photo_path", .type = HTTP_TEXT, .required = TRUE                                  \
    }
#define PHOTO_PATHS                                                                                \
    {                                                                                              \
        .name = "photo_paths", .type = HTTP_TEXT_LIST, .required = TRUE, .bounded = TRUE,          \
        .max = LIMIT_RATINGS_PER_REQUEST                                                           \
    }

static const HttpParameter rating_body[] = {
    PHOTO_PATH,
    {.name = "rating", .type = HTTP_INT, .required = TRUE, .summary = "0..5 stars"},
    {0},
};

static const HttpParameter toggle_body[] = {PHOTO_PATH, {0}};

static const HttpParameter batch_body[] = {PHOTO_PATHS, {0}};

static const HttpParameter batch_rating_body[] = {
    PHOTO_PATHS,
    {.name = "rating", .type = HTTP_INT, .required = TRUE, .bounded = TRUE, .max = 5},
    {0},
};

static const HttpParameter scan_body[] = {
    {.name = "directories",
     .type = HTTP_TEXT_LIST,
     .bounded = TRUE,
     .max = LIMIT_IDS_PER_REQUEST,
     .summary = "Among those of /api/scan/directories"},
    {0},
};

static const HttpParameter scan_query[] = {
    {.name = "lines",
     .type = HTTP_INT,
     .lenient = TRUE,
     .fallback = "20",
     .summary = "The latest so many of the scan's own"},
    {0},
};

static const HttpParameter scan_stream_query[] = {
    {.name = "lines", .type = HTTP_INT, .lenient = TRUE, .fallback = "20"},
    {.name = "token", .type = HTTP_TEXT, .summary = "For clients that cannot send headers"},
    {0},
};

/* clang-format off */
#define HIDE_PARAMS                                                                                \
    {.name = "hide_blinks", .type = HTTP_TEXT},                                                    \
    {.name = "hide_bursts", .type = HTTP_TEXT},                                                    \
    {.name = "hide_duplicates", .type = HTTP_TEXT}
#define DATE_PARAMS                                                                                \
    {.name = "date_from", .type = HTTP_TEXT, .summary = "YYYY-MM-DD"},                             \
    {.name = "date_to", .type = HTTP_TEXT, .summary = "YYYY-MM-DD, that day included"}
#define YEAR_PARAM                                                                                 \
    {.name = "year", .type = HTTP_INT, .required = TRUE, .bounded = TRUE, .min = 1900, .max = 2100}
/* clang-format on */

static const HttpParameter timeline_query[] = {
    {.name = "cursor", .type = HTTP_TEXT, .summary = "next_cursor of the page before"},
    {.name = "limit", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 500, .fallback = "50"},
    {.name = "direction", .type = HTTP_TEXT, .fallback = "older", .summary = "older or newer"},
    {.name = "photos_per_group", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 100},
    {.name = "sort_by", .type = HTTP_TEXT, .summary = "aggregate, date_taken or filename"},
    {.name = "granularity", .type = HTTP_TEXT, .summary = "day, week or month"},
    HIDE_PARAMS,
    DATE_PARAMS,
    {0},
};

static const HttpParameter timeline_dates_query[] = {
    YEAR_PARAM,  {.name = "month", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 12},
    HIDE_PARAMS, DATE_PARAMS,
    {0},
};

static const HttpParameter timeline_years_query[] = {HIDE_PARAMS, DATE_PARAMS, {0}};

static const HttpParameter timeline_months_query[] = {YEAR_PARAM, HIDE_PARAMS, DATE_PARAMS, {0}};

static const HttpParameter memories_query[] = {
    {.name = "date", .type = HTTP_TEXT, .summary = "YYYY-MM-DD; today unless given"},
    {0},
};

static const HttpParameter map_query[] = {
    {.name = "bounds",
     .type = HTTP_TEXT,
     .required = TRUE,
     .summary = "sw_lat,sw_lng,ne_lat,ne_lng"},
    {.name = "zoom", .type = HTTP_INT, .bounded = TRUE, .min = 0, .max = 22, .fallback = "10"},
    {.name = "limit", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 2000, .fallback = "500"},
    DATE_PARAMS,
    {0},
};

static const HttpParameter folders_query[] = {
    {.name = "prefix", .type = HTTP_TEXT, .summary = "The path of a folder"},
    HIDE_PARAMS,
    {0},
};

static const HttpParameter persons_query[] = {
    {.name = "ids", .type = HTTP_TEXT, .summary = "Also these, by commas"},
    {0},
};

static const HttpParameter location_query[] = {
    {.name = "lat", .type = HTTP_NUMBER, .required = TRUE},
    {.name = "lng", .type = HTTP_NUMBER, .required = TRUE},
    {0},
};

static const HttpParameter language_path[] = {{.name = "lang", .type = HTTP_TEXT}, {0}};

#define GET_JSON(route, cap, schema, text, function, ...)                                          \
    HTTP_ROUTE(cap, .method = HTTP_GET, .path = route, .tag = "Facet", .summary = text,            \
               .response_schema = schema, .handler = function, __VA_ARGS__)

#define POST_JSON(route, cap, schema, text, function, ...)                                         \
    HTTP_ROUTE(cap, .method = HTTP_POST, .path = route, .tag = "Facet", .summary = text,           \
               .response_schema = schema, .handler = function, __VA_ARGS__)

static const HttpRoute routes[] = {
    POST_JSON("/api/auth/login", CAPABILITY_PUBLIC, "FacetSession", "Begins a session", facet_login,
              .body = login_body),
    POST_JSON("/api/auth/edition/login", CAPABILITY_PUBLIC, "FacetSession",
              "Begins a session that may edit", facet_edition_login, .body = edition_login_body),
    POST_JSON("/api/auth/edition/logout", CAPABILITY_SELF, "FacetSession",
              "Goes on with a session that may not edit", facet_edition_logout),
    POST_JSON("/api/scan/start", CAPABILITY_SUPERADMIN, "FacetScanStarted", "Starts a scan",
              facet_scan_start, .body = scan_body, .body_optional = TRUE),
    GET_JSON("/api/scan/status", CAPABILITY_SUPERADMIN, "FacetScanStatus",
             "The scan of now, or the last", facet_scan_status, .query = scan_query),
    /* It tells first whether there is such a feature at all, and then asks who calls. */
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_GET, .path = "/api/scan/stream", .tag = "Facet",
               .summary = "The same as it changes, for superadmins",
               .response_mime = "text/event-stream", .quick = TRUE, .query = scan_stream_query,
               .handler = facet_scan_stream),
    GET_JSON("/api/scan/directories", CAPABILITY_SUPERADMIN, "FacetScanDirectories",
             "What may be scanned", facet_scan_directories),
    GET_JSON("/api/auth/status", CAPABILITY_PUBLIC, "FacetAuthStatus", "Who is there",
             facet_auth_status, .quick = TRUE),
    GET_JSON("/api/config", CAPABILITY_PUBLIC, "FacetConfig", "Settings of the viewer",
             facet_config, .quick = TRUE),
    GET_JSON("/api/i18n/languages", CAPABILITY_PUBLIC, "FacetLanguages", "Languages there are",
             facet_languages, .quick = TRUE),
    GET_JSON("/api/i18n/{lang}", CAPABILITY_PUBLIC, "FacetCatalogue", "Texts of a language",
             facet_language, .quick = TRUE, .path_parameters = language_path),
    GET_JSON("/health", CAPABILITY_PUBLIC, "FacetHealth", "Is the server alive", facet_health,
             .quick = TRUE),
    GET_JSON("/ready", CAPABILITY_PUBLIC, "FacetReady", "Can it serve", facet_ready),
    GET_JSON("/api/photos", CAPABILITY_BROWSE, "FacetPhotoPage", "A page of photos", facet_photos,
             .query = photos_query),
    GET_JSON("/api/photo", CAPABILITY_SHARED, "FacetPhoto", "One photo by its path", facet_photo,
             .query = path_query),
    GET_JSON("/api/similar_photos/{photo_path...}", CAPABILITY_BROWSE, "FacetSimilar",
             "Photos like this one", facet_similar_photos, .path_parameters = similar_path,
             .query = similar_query),
    GET_JSON("/api/search", CAPABILITY_BROWSE, "FacetSearch", "Photos by words", facet_search,
             .query = search_query),
    GET_JSON("/api/type_counts", CAPABILITY_PUBLIC, "FacetTypeCounts", "How many of each type",
             facet_type_counts, .query = type_counts_query),
    GET_JSON("/api/filter_options/cameras", CAPABILITY_BROWSE, "FacetCameras", "Cameras",
             facet_cameras),
    GET_JSON("/api/filter_options/lenses", CAPABILITY_BROWSE, "FacetLenses", "Lenses",
             facet_lenses),
    GET_JSON("/api/filter_options/apertures", CAPABILITY_BROWSE, "FacetApertures", "Apertures",
             facet_apertures),
    GET_JSON("/api/filter_options/focal_lengths", CAPABILITY_BROWSE, "FacetFocalLengths",
             "Focal lengths", facet_focal_lengths),
    GET_JSON("/api/filter_options/tags", CAPABILITY_BROWSE, "FacetTags", "Tags", facet_tags),
    GET_JSON("/api/filter_options/patterns", CAPABILITY_BROWSE, "FacetPatterns",
             "Patterns of composition", facet_patterns),
    GET_JSON("/api/filter_options/categories", CAPABILITY_BROWSE, "FacetCategories", "Categories",
             facet_categories),
    GET_JSON("/api/filter_options/persons", CAPABILITY_BROWSE, "FacetPersonOptions", "Persons",
             facet_person_options, .query = persons_query),
    GET_JSON("/api/filter_options/location_name", CAPABILITY_BROWSE, "FacetLocationName",
             "What a place is called", facet_location_name, .quick = TRUE, .query = location_query),
    POST_JSON("/api/photo/set_rating", CAPABILITY_RATE, "FacetRated", "Gives a photo its stars",
              facet_set_rating, .body = rating_body),
    POST_JSON("/api/photo/toggle_favorite", CAPABILITY_RATE, "FacetFavoriteToggled",
              "Makes a photo a favourite, or no longer", facet_toggle_favorite,
              .body = toggle_body),
    POST_JSON("/api/photo/toggle_rejected", CAPABILITY_RATE, "FacetRejectedToggled",
              "Rejects a photo, or no longer", facet_toggle_rejected, .body = toggle_body),
    POST_JSON("/api/photos/batch_favorite", CAPABILITY_EDIT, "FacetBatchDone",
              "Makes photos favourites", facet_batch_favorite, .body = batch_body),
    POST_JSON("/api/photos/batch_reject", CAPABILITY_EDIT, "FacetBatchDone", "Rejects photos",
              facet_batch_reject, .body = batch_body),
    POST_JSON("/api/photos/batch_rating", CAPABILITY_EDIT, "FacetBatchDone",
              "Gives photos their stars", facet_batch_rating, .body = batch_rating_body),
    GET_JSON("/api/download/options", CAPABILITY_MEDIA, "FacetDownloadOptions",
             "What a photo can be saved as", facet_download_options,
             .query = download_options_query),
    GET_JSON("/api/download", CAPABILITY_MEDIA, NULL, "A photo to save", facet_download,
             .response_mime = "*/*", .query = download_query),
    GET_JSON("/api/timeline", CAPABILITY_PUBLIC, "FacetTimeline", "Photos by day, week or month",
             facet_timeline, .query = timeline_query),
    GET_JSON("/api/timeline/dates", CAPABILITY_PUBLIC, "FacetTimelineDates", "Days with photos",
             facet_timeline_dates, .query = timeline_dates_query),
    GET_JSON("/api/timeline/years", CAPABILITY_PUBLIC, "FacetTimelineYears", "Years with photos",
             facet_timeline_years, .query = timeline_years_query),
    GET_JSON("/api/timeline/months", CAPABILITY_PUBLIC, "FacetTimelineMonths",
             "Months of a year with photos", facet_timeline_months, .query = timeline_months_query),
    GET_JSON("/api/memories", CAPABILITY_PUBLIC, "FacetMemories", "This day in other years",
             facet_memories, .query = memories_query),
    GET_JSON("/api/memories/check", CAPABILITY_PUBLIC, "FacetMemoriesCheck",
             "Are there photos of this day", facet_memories_check, .query = memories_query),
    GET_JSON("/api/photos/map", CAPABILITY_PUBLIC, "FacetMap", "Photos on a map", facet_map,
             .query = map_query),
    GET_JSON("/api/photos/map/count", CAPABILITY_PUBLIC, "FacetMapCount",
             "How many photos have a place", facet_map_count),
    GET_JSON("/api/folders", CAPABILITY_PUBLIC, "FacetFolders", "Folders in a folder",
             facet_folders, .query = folders_query),
    GET_JSON("/thumbnail", CAPABILITY_MEDIA, NULL, "A small picture", facet_thumbnail,
             .quick = TRUE, .response_mime = "image/jpeg", .query = thumbnail_query),
    GET_JSON("/image", CAPABILITY_MEDIA, NULL, "The picture", facet_image,
             .response_mime = "image/*", .query = path_query),
};

/* Where a browser shows what comes, it is told of an error in a word. */
static gboolean is_picture(const HttpRequest *request)
{
    const HttpRoute *route = http_request_route(request);
    return route && route->response_mime && g_str_has_prefix(route->response_mime, "image/");
}

static void fail(HttpRequest *request, int status, const GError *error)
{
    if (status == 401) {
        http_set_header(request, "WWW-Authenticate", "Bearer");
    }
    const char *detail = status == 500 ? "Internal server error" : error->message;
    http_set_status(request, status);
    if (is_picture(request) && status == 404) {
        http_respond_text(request, NULL, detail);
        return;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "detail", detail);
    json_object_end(writer);
    http_respond_json(request, writer, NULL);
}

static void write_location(JsonWriter *writer, const HttpViolation *violation)
{
    json_key(writer, "loc");
    json_array_begin(writer);
    json_text(writer, violation->location);
    if (strcmp(violation->kind, "json_invalid") == 0) {
        json_int(writer, violation->position);
    } else if (violation->name) {
        json_text(writer, violation->name);
    }
    if (violation->item > 0) {
        json_int(writer, (gint64)violation->item - 1);
    }
    json_array_end(writer);
}

static void write_input(JsonWriter *writer, const HttpViolation *violation)
{
    g_autofree char *json =
        violation->input_json ? json_dumps(violation->input_json, JSON_ENCODE_ANY) : NULL;
    json_key(writer, "input");
    if (json) {
        json_raw(writer, json, strlen(json));
    } else {
        json_text(writer, violation->input);
    }
}

static void write_context(JsonWriter *writer, const HttpViolation *violation)
{
    const char *bound = strcmp(violation->kind, "greater_than_equal") == 0 ? "ge"
                        : strcmp(violation->kind, "less_than_equal") == 0  ? "le"
                                                                           : NULL;
    if (bound) {
        json_key(writer, "ctx");
        json_object_begin(writer);
        json_member_double(writer, bound, violation->bound);
        json_object_end(writer);
    }
}

/* pydantic's list of what does not fit. */
static void invalid(HttpRequest *request, const HttpViolation *violations, gsize count)
{
    http_set_status(request, 422);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "detail");
    json_array_begin(writer);
    for (gsize i = 0; i < count; i++) {
        json_object_begin(writer);
        json_member_string(writer, "type", violations[i].kind);
        write_location(writer, &violations[i]);
        json_member_string(writer, "msg", violations[i].message);
        write_input(writer, &violations[i]);
        write_context(writer, &violations[i]);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    http_respond_json(request, writer, NULL);
}

const HttpDialect facet_dialect = {
    .name = "facet",
    .prefixes = (const char *const[]){"/api/", NULL},
    .routes = routes,
    .route_count = G_N_ELEMENTS(routes),
    .more = (const HttpTable[]){{facet_people_routes, FACET_PEOPLE_ROUTES}, {0}},

    .schemas = "/albumen/api/facet.json",
    .error_schema = "FacetError",
    .fail = fail,
    .invalid = invalid,
};
