#include "api/filter_params.h"

#include "api_fixture.h"

#include <string.h>

static void append_number(GString *told, const char *name, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (!isnan(number)) {
        g_ascii_formatd(text, sizeof text, "%g", number);
        g_string_append_printf(told, "%s=%s ", name, text);
    }
}

static void append_text(GString *told, const char *name, const char *text)
{
    if (text) {
        g_string_append_printf(told, "%s=%s ", name, text);
    }
}

static void append_range(GString *told, const char *name, const PhotoBounds *bounds)
{
    g_autofree char *min = g_strconcat(name, "-min", NULL);
    g_autofree char *max = g_strconcat(name, "-max", NULL);
    append_number(told, min, bounds->min);
    append_number(told, max, bounds->max);
}

/* Tells every condition that the filter holds. */
static gboolean answer_filter(HttpRequest *request, GError **error)
{
    PhotoFilter filter;
    filter_from_request(request, &filter);
    GString *told = g_string_new(NULL);
#define TELL_RANGE(range, kind) append_range(told, #range, &filter.ranges[PHOTO_RANGE_##range]);
    PHOTO_RANGES(TELL_RANGE)
    append_text(told, "camera", filter.camera);
    append_text(told, "lens", filter.lens);
    append_text(told, "tag", filter.tag);
    append_text(told, "require", filter.require_tags);
    append_text(told, "exclude", filter.exclude_tags);
    append_text(told, "search", filter.search);
    append_text(told, "path", filter.path_prefix);
    append_text(told, "from", filter.date_from);
    append_text(told, "to", filter.date_to);
    append_number(told, "latitude", filter.latitude);
    append_number(told, "longitude", filter.longitude);
    append_number(told, "radius", filter.radius_km);
    append_text(told, "stars", filter.min_stars ? "some" : NULL);
    append_text(told, "rejected", filter.only_rejected ? "only" : NULL);
    append_text(told, "hide", filter.hide_rejected ? "rejected" : NULL);
    append_text(told, "favorites", filter.only_favorites ? "only" : NULL);
    append_text(told, "hide", filter.hide_duplicates ? "duplicates" : NULL);
    append_text(told, "persons", filter.persons);
    append_text(told, "objects", filter.objects);
    append_text(told, "nothing", filter.nothing ? "yes" : NULL);
    http_respond_text(request, "text/plain", g_strchomp(told->str));
    g_string_free(told, TRUE);
    return TRUE;
}

static gboolean answer_sort(HttpRequest *request, GError **error)
{
    gboolean ascending = FALSE;
    const PhotoSort *sort = sort_from_request(request, &ascending);
    g_autofree char *text = g_strconcat(sort->name, ascending ? " ASC" : " DESC", NULL);
    return http_respond_text(request, "text/plain", text);
}

static const HttpParameter parameters[] = {FILTER_PARAMS, {NULL}};

static const HttpRoute routes[] = {
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_GET, .path = "/filter", .quick = TRUE,
               .query = parameters, .summary = "The filter", .handler = answer_filter),
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_GET, .path = "/sort", .quick = TRUE,
               .query = parameters, .summary = "The sort", .handler = answer_sort),
};

static const HttpDialect dialect = {
    .name = "test",
    .prefixes = (const char *const[]){"/", NULL},
    .routes = routes,
    .route_count = G_N_ELEMENTS(routes),
    .fail = api_fixture_fail,
    .invalid = api_fixture_invalid,
};

static const HttpDialect *const dialects[] = {&dialect, NULL};

typedef struct {
    const char *query, *expected;
} Case;

static void assert_cases(const char *viewer_json, const char *path, const Case *cases, gsize count)
{
    ApiFixture fixture;
    api_fixture_start(&fixture, dialects, viewer_json);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *target = g_strconcat(path, "?", cases[i].query, NULL);
        g_test_message("%s", target);
        g_autoptr(Answer) answer = client_ask(fixture.url, "GET", target, NULL, NULL);
        g_autofree char *text = answer_text(answer);
        g_assert_cmpint(answer->status, ==, 200);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
    api_fixture_stop(&fixture);
}

static void test_every_parameter(void)
{
    static const Case cases[] = {
        {"", ""},
        {"min_iso=100&max_iso=200", "iso-min=100 iso-max=200"},
        {"min_aperture=1.8", "aperture-min=1.8"},
        {"max_bg_separation=5", "bg_separation-max=5"},
        {"min_iso=100.5&max_iso=x", ""}, /* no whole numbers: not there */
        {"min_aperture=", ""},
        {"min_star_rating=3", "star_rating-min=3"},
        {"camera=a+b&lens=%C3%A4&tag=t", "camera=a b lens=\xC3\xA4 tag=t"},
        {"camera=&lens=&tag=&search=&path_prefix=", ""},
        {"require_tags=a,b&exclude_tags=c", "require=a,b exclude=c"},
        {"search=50%25&path_prefix=/a", "search=50% path=/a"},
        {"date_from=2024-01-01&date_to=x", "from=2024-01-01 to=x"},
        {"gps_lat=1.5&gps_lng=-2&gps_radius_km=10", "latitude=1.5 longitude=-2 radius=10"},
        {"gps_lat=x&gps_lng=1", "longitude=1"},
        {"min_rating=3", "stars=some"},
        {"min_rating=0", ""},
        {"min_rating=6", ""},
        {"min_rating=-1", ""},
        {"show_rejected=1", "rejected=only"},
        {"show_rejected=true", ""},
        {"hide_rejected=1", "hide=rejected"},
        {"hide_rejected=true", "hide=rejected"},
        {"hide_rejected=0", ""},
    };
    assert_cases("{}", "/filter", cases, G_N_ELEMENTS(cases));
}

static void test_what_no_photo_has_yet(void)
{
    static const Case cases[] = {
        {"person=1", "persons=1"},
        {"person_id=1,2", "persons=1,2"},
        {"person=3&person_id=1", "persons=3"},
        {"object=dog,cat", "objects=dog,cat"},
        {"category=x", "nothing=yes"},
        {"composition_pattern=x", "nothing=yes"},
        {"album_id=1", "nothing=yes"},
        {"type=top_picks", "nothing=yes"},
        {"favorites_only=1", "favorites=only"},
        {"favorites_only=true", ""},
        {"hide_duplicates=1", "hide=duplicates"},
        {"hide_duplicates=true", "hide=duplicates"},
        {"hide_duplicates=yes", ""},
        {"is_monochrome=1", "nothing=yes"},
        {"favorites_only=0", ""},
        {"person=", ""},
        {"album_id=x", ""},
        {"type=", ""},
    };
    assert_cases("{}", "/filter", cases, G_N_ELEMENTS(cases));
}

static void test_levels_of_quality(void)
{
    static const Case cases[] = {
        {"quality=good", "score-min=3"},
        {"quality=best", "score-min=9"},
        {"quality=odd", ""},
        {"quality=unheard", ""},
        {"quality=best&min_score=4", "score-min=4"},
        {"quality=best&min_aggregate=2", "score-min=2"},
        {"min_aggregate=2.5", "score-min=2.5"},
    };
    assert_cases("{\"quality_thresholds\": {\"good\": 3, \"odd\": \"x\"}}", "/filter", cases,
                 G_N_ELEMENTS(cases));
}

static void test_sorts(void)
{
    static const Case cases[] = {
        {"", "iso ASC"},
        {"sort=f_stop", "f_stop ASC"},
        {"sort=f_stop&sort_direction=DESC", "f_stop DESC"},
        {"sort=f_stop&dir=DESC", "f_stop DESC"},
        {"dir=DESC&sort_direction=ASC", "iso ASC"},
        {"sort_direction=asc", "iso DESC"},
        {"sort=", "aggregate ASC"},
        {"sort=password", "aggregate ASC"},
    };
    assert_cases("{\"defaults\": {\"sort\": \"iso\", \"sort_direction\": \"ASC\"}}", "/sort", cases,
                 G_N_ELEMENTS(cases));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/filter_params/every", test_every_parameter);
    g_test_add_func("/filter_params/not_yet", test_what_no_photo_has_yet);
    g_test_add_func("/filter_params/quality", test_levels_of_quality);
    g_test_add_func("/filter_params/sorts", test_sorts);
    return g_test_run();
}
