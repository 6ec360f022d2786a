/* The query parameters that choose and order photos, declared once and read once for every route
 * that takes them. */
#pragma once

#include "api/api.h"
#include "library/photo_query.h"

#define RANGE_PARAMS_(range, kind)                                                                 \
    {.name = "min_" #range, .type = HTTP_##kind, .lenient = TRUE},                                 \
        {.name = "max_" #range, .type = HTTP_##kind, .lenient = TRUE},

/* Rows of an HttpParameter table. */
/* clang-format off */
#define FILTER_PARAMS                                                                              \
    PHOTO_RANGES(RANGE_PARAMS_)                                                                    \
    {.name = "type", .type = HTTP_TEXT, .summary = "A category or top_picks"},                     \
    {.name = "quality", .type = HTTP_TEXT, .summary = "good, great, excellent or best"},           \
    {.name = "category", .type = HTTP_TEXT},                                                       \
    {.name = "camera", .type = HTTP_TEXT, .summary = "Exactly this camera"},                       \
    {.name = "lens", .type = HTTP_TEXT, .summary = "Lenses whose name begins so"},                 \
    {.name = "tag", .type = HTTP_TEXT},                                                            \
    {.name = "require_tags", .type = HTTP_TEXT, .summary = "Any of these, by commas"},             \
    {.name = "exclude_tags", .type = HTTP_TEXT, .summary = "None of these, by commas"},            \
    {.name = "exclude_art", .type = HTTP_TEXT},                                                    \
    {.name = "person", .type = HTTP_TEXT, .summary = "All of these ids, by commas"},               \
    {.name = "person_id", .type = HTTP_TEXT, .summary = "The same"},                               \
    {.name = "object", .type = HTTP_TEXT, .summary = "All of these things, by commas"},            \
    {.name = "composition_pattern", .type = HTTP_TEXT},                                            \
    {.name = "search", .type = HTTP_TEXT, .summary = "Part of a name, camera, lens, tag, caption"},\
    {.name = "album_id", .type = HTTP_INT, .lenient = TRUE},                                       \
    {.name = "path_prefix", .type = HTTP_TEXT, .summary = "Beneath this folder"},                  \
    {.name = "date_from", .type = HTTP_TEXT, .summary = "YYYY-MM-DD"},                             \
    {.name = "date_to", .type = HTTP_TEXT, .summary = "YYYY-MM-DD, that day included"},            \
    {.name = "gps_lat", .type = HTTP_NUMBER, .lenient = TRUE},                                     \
    {.name = "gps_lng", .type = HTTP_NUMBER, .lenient = TRUE},                                     \
    {.name = "gps_radius_km", .type = HTTP_NUMBER, .lenient = TRUE},                               \
    {.name = "top_picks_filter", .type = HTTP_TEXT},                                               \
    {.name = "is_silhouette", .type = HTTP_TEXT},                                                  \
    {.name = "is_monochrome", .type = HTTP_TEXT},                                                  \
    {.name = "favorites_only", .type = HTTP_TEXT},                                                 \
    {.name = "show_rejected", .type = HTTP_TEXT, .summary = "1: only rejected ones"},              \
    {.name = "hide_rejected", .type = HTTP_TEXT},                                                  \
    {.name = "hide_blinks", .type = HTTP_TEXT},                                                    \
    {.name = "no_blink", .type = HTTP_TEXT},                                                       \
    {.name = "hide_bursts", .type = HTTP_TEXT},                                                    \
    {.name = "burst_only", .type = HTTP_TEXT},                                                     \
    {.name = "hide_duplicates", .type = HTTP_TEXT},                                                \
    {.name = "min_rating", .type = HTTP_INT, .lenient = TRUE},                                     \
    {.name = "min_aggregate", .type = HTTP_NUMBER, .lenient = TRUE},                               \
    {.name = "sort", .type = HTTP_TEXT},                                                           \
    {.name = "sort_direction", .type = HTTP_TEXT, .summary = "ASC, or else descending"},           \
    {.name = "dir", .type = HTTP_TEXT, .summary = "The same"}
/* clang-format on */

/* Reads them; texts are borrowed from the request. What the library does not know yet (categories,
 * scores) matches nothing. */
void filter_from_request(const HttpRequest *request, PhotoFilter *ret_filter);

/* The sort and its direction, from the parameters or the settings; never NULL. */
const PhotoSort *sort_from_request(const HttpRequest *request, gboolean *ret_ascending);
