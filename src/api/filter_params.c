#include "api/filter_params.h"

#include <math.h>
#include <string.h>

static gboolean is_one(const HttpRequest *request, const char *name)
{
    return strcmp(http_text(request, name, ""), "1") == 0;
}

/* Facet's toggles: 1 or true. */
static gboolean is_on(const HttpRequest *request, const char *name)
{
    return is_one(request, name) || strcmp(http_text(request, name, ""), "true") == 0;
}

static void read_ranges(const HttpRequest *request, PhotoFilter *filter)
{
#define READ_INT(name)    (double)http_int(request, name, 0)
#define READ_NUMBER(name) http_number(request, name, NAN)
#define READ_BOUND(bound, name, kind)                                                              \
    if (http_has(request, name)) {                                                                 \
        bound = READ_##kind(name);                                                                 \
    }
#define READ_RANGE(range, kind)                                                                    \
    READ_BOUND(filter->ranges[PHOTO_RANGE_##range].min, "min_" #range, kind)                       \
    READ_BOUND(filter->ranges[PHOTO_RANGE_##range].max, "max_" #range, kind)
    PHOTO_RANGES(READ_RANGE)
#undef READ_RANGE
}

/* A level of quality is a least score, unless one is given. */
static void read_quality(const HttpRequest *request, PhotoFilter *filter)
{
    PhotoBounds *score = &filter->ranges[PHOTO_RANGE_score];
    const json_t *thresholds =
        json_object_get(settings_viewer(api_of(request)->settings), "quality_thresholds");
    const json_t *least = json_object_get(thresholds, http_text(request, "quality", ""));
    if (json_is_number(least) && isnan(score->min)) {
        score->min = json_number_value(least);
    }
    if (http_has(request, "min_aggregate")) {
        score->min = http_number(request, "min_aggregate", NAN);
    }
}

/* Whether the caller asks for what no photo has yet. */
static gboolean asks_for_nothing(const HttpRequest *request)
{
    static const char *const texts[] = {"category", "composition_pattern"};
    static const char *const flags[] = {"top_picks_filter", "is_silhouette", "is_monochrome"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (http_has(request, texts[i])) {
            return TRUE;
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (is_one(request, flags[i])) {
            return TRUE;
        }
    }
    return http_has(request, "album_id") ||
           strcmp(http_text(request, "type", ""), "top_picks") == 0;
}

void filter_from_request(const HttpRequest *request, PhotoFilter *ret_filter)
{
    PhotoFilter *filter = ret_filter;
    photo_filter_init(filter);
    read_ranges(request, filter);
    read_quality(request, filter);
    filter->nothing = asks_for_nothing(request);
    filter->camera = http_text(request, "camera", NULL);
    filter->lens = http_text(request, "lens", NULL);
    filter->tag = http_text(request, "tag", NULL);
    filter->require_tags = http_text(request, "require_tags", NULL);
    filter->exclude_tags = http_text(request, "exclude_tags", NULL);
    filter->persons = http_text(request, "person", http_text(request, "person_id", NULL));
    filter->objects = http_text(request, "object", NULL);
    filter->search = http_text(request, "search", NULL);
    filter->path_prefix = http_text(request, "path_prefix", NULL);
    filter->date_from = http_text(request, "date_from", NULL);
    filter->date_to = http_text(request, "date_to", NULL);
    filter->latitude = http_number(request, "gps_lat", NAN);
    filter->longitude = http_number(request, "gps_lng", NAN);
    filter->radius_km = http_number(request, "gps_radius_km", NAN);
    gint64 stars = http_int(request, "min_rating", 0);
    filter->min_stars = stars >= 1 && stars <= 5 ? (int)stars : 0;
    filter->only_favorites = is_one(request, "favorites_only");
    filter->hide_blinks = is_on(request, "hide_blinks") || is_on(request, "no_blink");
    filter->hide_duplicates = is_on(request, "hide_duplicates");
    filter->only_rejected = is_one(request, "show_rejected");
    filter->hide_rejected = is_on(request, "hide_rejected");
}

const PhotoSort *sort_from_request(const HttpRequest *request, gboolean *ret_ascending)
{
    const Settings *settings = api_of(request)->settings;
    const char *direction = settings_text(settings, "defaults", "sort_direction", "DESC");
    direction = http_text(request, "dir", direction);
    direction = http_text(request, "sort_direction", direction);
    *ret_ascending = strcmp(direction, "ASC") == 0;

    const char *name = http_given(request, "sort")
                           ? http_text(request, "sort", "aggregate")
                           : settings_text(settings, "defaults", "sort", "aggregate");
    const PhotoSort *sort = photo_sort_find(name);
    return sort ? sort : photo_sort_find("aggregate");
}
