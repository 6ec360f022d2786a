#include "library_fixture.h"

#include <math.h>

#define DAY_MS 86400000LL

/* Adds a picture /photos/NAME; the facts are the caller's to fill before fixture_add. */
static MediaFacts *facts_of(MediaPicture *picture)
{
    return picture->facts;
}

static void assert_matches(StoreFixture *fixture, const PhotoFilter *filter, const char *expected)
{
    g_autofree char *names = fixture_names(fixture, filter, "aggregate", FALSE);
    g_assert_cmpstr(names, ==, expected);
}

static PhotoFilter everything(void)
{
    PhotoFilter filter;
    photo_filter_init(&filter);
    return filter;
}

static void add_empty(StoreFixture *fixture, const char *const *paths)
{
    for (; *paths; paths++) {
        fixture_add(fixture, *paths, NULL);
    }
}

static void test_open_filter_matches_all(StoreFixture *fixture, gconstpointer unused)
{
    PhotoFilter filter = everything();
    assert_matches(fixture, &filter, "");
    add_empty(fixture, (const char *[]){"/photos/b", "/photos/a", NULL});
    assert_matches(fixture, &filter, "a b");
    filter.nothing = TRUE;
    assert_matches(fixture, &filter, "");
}

static void add_measured(StoreFixture *fixture, const char *path, gint64 iso, double f_stop,
                         double focal_length_mm, gint64 rating)
{
    MediaPicture *picture = fixture_picture();
    facts_of(picture)->iso = iso;
    facts_of(picture)->f_stop = f_stop;
    facts_of(picture)->focal_length_mm = focal_length_mm;
    facts_of(picture)->rating = rating;
    fixture_add(fixture, path, picture);
}

static void assert_range(StoreFixture *fixture, PhotoRange range, double min, double max,
                         const char *expected)
{
    PhotoFilter filter = everything();
    filter.ranges[range] = (PhotoBounds){min, max};
    assert_matches(fixture, &filter, expected);
}

static void test_measured_ranges(StoreFixture *fixture, gconstpointer unused)
{
    add_measured(fixture, "/photos/a", 100, 1.8, 35, 0);
    add_measured(fixture, "/photos/b", 200, 2.8, 50.5, 3);
    add_measured(fixture, "/photos/c", 6400, 22, 600, 5);
    add_measured(fixture, "/photos/none", FACT_NONE, NAN, NAN, FACT_NONE);
    add_measured(fixture, "/photos/rejected", FACT_NONE, NAN, NAN, -1);

    assert_range(fixture, PHOTO_RANGE_iso, 200, 6400, "b c");
    assert_range(fixture, PHOTO_RANGE_iso, 200, NAN, "b c");
    assert_range(fixture, PHOTO_RANGE_iso, NAN, 200, "a b");
    assert_range(fixture, PHOTO_RANGE_iso, 201, 6399, "");
    assert_range(fixture, PHOTO_RANGE_iso, 99.5, 200.5, "a b");
    assert_range(fixture, PHOTO_RANGE_iso, 6400, 100, "");
    assert_range(fixture, PHOTO_RANGE_aperture, 1.8, 2.8, "a b");
    assert_range(fixture, PHOTO_RANGE_aperture, 1.81, 2.79, "");
    assert_range(fixture, PHOTO_RANGE_focal_length, 50.5, 50.5, "b");
    assert_range(fixture, PHOTO_RANGE_focal_length, 51, NAN, "c");
    /* A photo without stars has none. */
    assert_range(fixture, PHOTO_RANGE_star_rating, 0, 0, "a none rejected");
    assert_range(fixture, PHOTO_RANGE_star_rating, 3, 5, "b c");
    assert_range(fixture, PHOTO_RANGE_star_rating, NAN, 3, "a b none rejected");
}

static void test_bounds_beyond_all_numbers(StoreFixture *fixture, gconstpointer unused)
{
    add_measured(fixture, "/photos/a", 100, 1.8, 35, 0);
    for (int range = PHOTO_RANGE_star_rating; range < PHOTO_RANGE_COUNT; range++) {
        assert_range(fixture, (PhotoRange)range, -1e300, 1e300, "a");
        assert_range(fixture, (PhotoRange)range, (double)G_MININT64, (double)G_MAXINT64, "a");
        assert_range(fixture, (PhotoRange)range, -INFINITY, NAN, "");
        assert_range(fixture, (PhotoRange)range, NAN, INFINITY, "");
        assert_range(fixture, (PhotoRange)range, 0, INFINITY, "");
    }
}

static void test_unmeasured_ranges_match_nothing(StoreFixture *fixture, gconstpointer unused)
{
    add_measured(fixture, "/photos/a", 100, 1.8, 35, 5);
    for (int range = 0; range < PHOTO_RANGE_star_rating; range++) {
        assert_range(fixture, (PhotoRange)range, 0, NAN, "");
        assert_range(fixture, (PhotoRange)range, NAN, 1e9, "");
        assert_range(fixture, (PhotoRange)range, NAN, NAN, "a");
    }
}

static void add_gear(StoreFixture *fixture, const char *path, const char *camera, const char *lens,
                     const char *caption)
{
    MediaPicture *picture = fixture_picture();
    facts_of(picture)->camera_model = g_strdup(camera);
    facts_of(picture)->lens_model = g_strdup(lens);
    facts_of(picture)->description = g_strdup(caption);
    fixture_add(fixture, path, picture);
}

static void test_camera_and_lens(StoreFixture *fixture, gconstpointer unused)
{
    add_gear(fixture, "/photos/a", "X-T5", "XF 35mm F1.4", NULL);
    add_gear(fixture, "/photos/b", "x-t5", "xf 35MM f1.4 \xC3\x84", NULL);
    add_gear(fixture, "/photos/c", "X-T50", "100% _real_ \\ glass", NULL);
    add_gear(fixture, "/photos/d", NULL, NULL, NULL);

    PhotoFilter filter = everything();
    filter.camera = "X-T5";
    assert_matches(fixture, &filter, "a");
    static const struct {
        const char *lens, *expected;
    } cases[] = {
        {"XF 35mm", "a b"},
        {"xF 35Mm F1.4", "a b"},
        {"35mm", ""},
        {"XF\xEF\xBF\xBDwhatever", "a b"},     /* up to what could not be spelt */
        {" XF 35mm F1.4 \xEF\xBF\xBD", "a b"}, /* and trimmed */
        {"xf 35mm f1.4 \xC3\x84", "b"},        /* no ASCII: as it is */
        {"100%", "c"},                         /* wildcards mean themselves */
        {"1%", ""},
        {"100% _real_ \\", "c"},
        {"100% _real_ \\ glas_", ""},
        {"____", ""},
    };
    filter = everything();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        filter.lens = cases[i].lens;
        assert_matches(fixture, &filter, cases[i].expected);
    }
}

static void add_tagged(StoreFixture *fixture, const char *path, const char *tags)
{
    MediaPicture *picture = fixture_picture();
    g_auto(GStrv) names = g_strsplit(tags, ",", -1);
    for (char **name = names; *name; name++) {
        fixture_tag(picture, *name);
    }
    fixture_add(fixture, path, picture);
}

static void test_tags(StoreFixture *fixture, gconstpointer unused)
{
    add_tagged(fixture, "/photos/a", "sea,sun");
    add_tagged(fixture, "/photos/b", "sea");
    add_tagged(fixture, "/photos/c", "seaside");
    fixture_add(fixture, "/photos/d", NULL);

    PhotoFilter filter = everything();
    filter.tag = "sea";
    assert_matches(fixture, &filter, "a b");
    filter.tag = "SEA";
    assert_matches(fixture, &filter, "");
    filter.tag = "se%";
    assert_matches(fixture, &filter, "");

    filter = everything();
    filter.require_tags = " sun , ,seaside,";
    assert_matches(fixture, &filter, "a c");
    filter.require_tags = " , ";
    assert_matches(fixture, &filter, "a b c d");
    filter.require_tags = "nobody has it";
    assert_matches(fixture, &filter, "");

    filter = everything();
    filter.exclude_tags = "sun,seaside";
    assert_matches(fixture, &filter, "b d");
    filter.exclude_tags = ",";
    assert_matches(fixture, &filter, "a b c d");
    filter.exclude_tags = "sun";
    filter.require_tags = "sea,seaside";
    assert_matches(fixture, &filter, "b c");
}

static void test_search(StoreFixture *fixture, gconstpointer unused)
{
    add_gear(fixture, "/photos/harbour.jpg", "X-T5", "XF 35mm", NULL);
    add_gear(fixture, "/photos/one.jpg", "Harbourcam", NULL, NULL);
    add_gear(fixture, "/photos/three.jpg", NULL, "A Harbour Lens", NULL);
    add_gear(fixture, "/photos/two.jpg", NULL, NULL, "in the harBOUR, 50% of \xC3\x84rger_x");
    add_tagged(fixture, "/photos/zero.jpg", "old harbours");
    fixture_add(fixture, "/photos/harbour/none.jpg", NULL); /* a folder's name is not searched */

    static const struct {
        const char *search, *expected;
    } cases[] = {
        {"HARBOUR", "harbour.jpg one.jpg three.jpg two.jpg zero.jpg"},
        {"harbours", "zero.jpg"},
        {"50%", "two.jpg"},
        {"5%o", ""},
        {"\xC3\x84RGER_", "two.jpg"}, /* an A with dots stays what it is; ASCII has any case */
        {"\xC3\xA4rger", ""},
        {"r_er", ""},
        {".jpg", "harbour.jpg none.jpg one.jpg three.jpg two.jpg zero.jpg"},
        {"' OR '1'='1", ""},
        {"\\", ""},
    };
    PhotoFilter filter = everything();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        filter.search = cases[i].search;
        assert_matches(fixture, &filter, cases[i].expected);
    }
}

static void test_path_prefix(StoreFixture *fixture, gconstpointer unused)
{
    add_empty(fixture, (const char *[]){"/photos/a/b/1", "/photos/a/b/x/2", "/photos/a/bc/3",
                                        "/photos/a/b%/4", "/photos/a/b_/5", "/photos/a/b0/6",
                                        "/photos/a/b", "/photos/a/\xEF\x9E\x80/7", NULL});
    static const struct {
        const char *prefix, *expected;
    } cases[] = {
        {"/photos/a/b", "1 2"},
        {"/photos/a/b/", "1 2"},
        {"/photos/a/b///", "1 2"},
        {"\\photos\\a\\b\\", "1 2"},
        {"/photos/a/b%", "4"},
        {"/photos/a/b_", "5"},
        {"/photos/a/b/x", "2"},
        {"/photos/A/B", ""},
        {"/photos/a/b/1", ""}, /* a file holds nothing */
        {"/photos/a/\xEF\x9E\x80", "7"},
        {"/", "b 4 1 2 6 5 3 7"}, /* the order is that of the whole paths' bytes */
    };
    PhotoFilter filter = everything();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        filter.path_prefix = cases[i].prefix;
        assert_matches(fixture, &filter, cases[i].expected);
    }
}

static void add_taken(StoreFixture *fixture, const char *path, gint64 taken_local_ms)
{
    MediaPicture *picture = fixture_picture();
    facts_of(picture)->taken_local_ms = taken_local_ms;
    fixture_add(fixture, path, picture);
}

static void assert_dates(StoreFixture *fixture, const char *from, const char *to,
                         const char *expected)
{
    PhotoFilter filter = everything();
    filter.date_from = from;
    filter.date_to = to;
    assert_matches(fixture, &filter, expected);
}

static void test_dates(StoreFixture *fixture, gconstpointer unused)
{
    const gint64 leap_day = 1709164800000; /* 2024-02-29 00:00 */
    add_taken(fixture, "/photos/a-before", leap_day - 1);
    add_taken(fixture, "/photos/b-first", leap_day);
    add_taken(fixture, "/photos/c-last", leap_day + DAY_MS - 1);
    add_taken(fixture, "/photos/d-after", leap_day + DAY_MS);
    add_taken(fixture, "/photos/e-moon", -DAY_MS * 165); /* 1969-07-20 00:00 */
    add_taken(fixture, "/photos/f-none", FACT_NONE);

    assert_dates(fixture, "2024-02-29", "2024-02-29", "b-first c-last");
    assert_dates(fixture, "2024-02-29", NULL, "b-first c-last d-after");
    assert_dates(fixture, NULL, "2024-02-28", "a-before e-moon");
    assert_dates(fixture, "2024-03-01", "2024-02-28", "");
    assert_dates(fixture, "1969-07-20", "1969-07-20", "e-moon");
    assert_dates(fixture, "1969-07-21", "1970-01-01", "");
    assert_dates(fixture, "0001-01-01", "9999-12-31", "a-before b-first c-last d-after e-moon");
}

static void test_what_is_no_date_is_no_condition(StoreFixture *fixture, gconstpointer unused)
{
    add_taken(fixture, "/photos/a", 0);
    add_taken(fixture, "/photos/b", FACT_NONE);
    static const char *const texts[] = {
        "2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "2024-01-00",  "0000-01-01",
        "yesterday",  "2024-W01-1", "2024-1-001", "20240101  ", "2024-01-01T", "-024-01-01",
        "",           "2024-01-1",  "2024/01/01", "2024-01- 1", "+024-01-01",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_test_message("%s", texts[i]);
        assert_dates(fixture, texts[i], NULL, "a b");
        assert_dates(fixture, NULL, texts[i], "a b");
    }
}

static void add_placed(StoreFixture *fixture, const char *path, double latitude, double longitude)
{
    MediaPicture *picture = fixture_picture();
    facts_of(picture)->latitude = latitude;
    facts_of(picture)->longitude = longitude;
    fixture_add(fixture, path, picture);
}

static void assert_near(StoreFixture *fixture, double latitude, double longitude, double radius_km,
                        const char *expected)
{
    PhotoFilter filter = everything();
    filter.latitude = latitude;
    filter.longitude = longitude;
    filter.radius_km = radius_km;
    assert_matches(fixture, &filter, expected);
}

static void test_places(StoreFixture *fixture, gconstpointer unused)
{
    add_placed(fixture, "/photos/a", 60, 10);
    add_placed(fixture, "/photos/b", 60.9, 11.9); /* 0.9 and 1.9 degrees: the corner of the box */
    add_placed(fixture, "/photos/c", 61.1, 10);
    add_placed(fixture, "/photos/d", NAN, NAN);
    add_placed(fixture, "/photos/e", 90, -170);
    add_placed(fixture, "/photos/f", NAN, 10);

    assert_near(fixture, 60, 10, 111, "a b");
    assert_near(fixture, 60, 10, 0, "a");
    assert_near(fixture, 60, 10, -1, "");
    assert_near(fixture, 61, 10, 111, "a b c");
    assert_near(fixture, 60.9, 11.9, 50, "b");
    assert_near(fixture, 90, 10, 500, "e"); /* at a pole the box is kept from growing for ever */
    assert_near(fixture, 90, 10, 100, "");
    assert_near(fixture, NAN, 10, 100, "a b c d e f");
    assert_near(fixture, 60, INFINITY, 100, "a b c d e f");
    assert_near(fixture, 60, 10, NAN, "a b c d e f");
}

static void test_stars_and_rejects(StoreFixture *fixture, gconstpointer unused)
{
    add_measured(fixture, "/photos/none", FACT_NONE, NAN, NAN, FACT_NONE);
    add_measured(fixture, "/photos/rejected", FACT_NONE, NAN, NAN, -1);
    add_measured(fixture, "/photos/three", FACT_NONE, NAN, NAN, 3);
    add_measured(fixture, "/photos/zero", FACT_NONE, NAN, NAN, 0);

    PhotoFilter filter = everything();
    filter.min_stars = 1;
    assert_matches(fixture, &filter, "three");
    filter.min_stars = 4;
    assert_matches(fixture, &filter, "");
    filter = everything();
    filter.hide_rejected = TRUE;
    assert_matches(fixture, &filter, "none three zero");
    filter.only_rejected = TRUE;
    assert_matches(fixture, &filter, "rejected");
}

static void test_conditions_add_up(StoreFixture *fixture, gconstpointer unused)
{
    MediaPicture *picture = fixture_picture();
    fixture_tag(picture, "sea");
    facts_of(picture)->iso = 100;
    facts_of(picture)->taken_local_ms = 0;
    facts_of(picture)->camera_model = g_strdup("X");
    fixture_add(fixture, "/photos/a", picture);
    add_tagged(fixture, "/photos/b", "sea");

    PhotoFilter filter = everything();
    filter.tag = filter.require_tags = filter.search = "sea";
    filter.exclude_tags = "land";
    filter.camera = "X";
    filter.date_from = filter.date_to = "1970-01-01";
    filter.path_prefix = "/photos";
    filter.hide_rejected = TRUE;
    filter.ranges[PHOTO_RANGE_iso] = (PhotoBounds){100, 100};
    assert_matches(fixture, &filter, "a");
    filter.ranges[PHOTO_RANGE_iso].min = 101;
    assert_matches(fixture, &filter, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/photo_filter/open", test_open_filter_matches_all);
    store_fixture_add("/photo_filter/ranges", test_measured_ranges);
    store_fixture_add("/photo_filter/bounds_beyond", test_bounds_beyond_all_numbers);
    store_fixture_add("/photo_filter/unmeasured", test_unmeasured_ranges_match_nothing);
    store_fixture_add("/photo_filter/gear", test_camera_and_lens);
    store_fixture_add("/photo_filter/tags", test_tags);
    store_fixture_add("/photo_filter/search", test_search);
    store_fixture_add("/photo_filter/path_prefix", test_path_prefix);
    store_fixture_add("/photo_filter/dates", test_dates);
    store_fixture_add("/photo_filter/no_date", test_what_is_no_date_is_no_condition);
    store_fixture_add("/photo_filter/places", test_places);
    store_fixture_add("/photo_filter/stars", test_stars_and_rejects);
    store_fixture_add("/photo_filter/together", test_conditions_add_up);
    return g_test_run();
}
