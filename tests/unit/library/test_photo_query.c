#include "library/photo_query.h"

#include "library/selection.h"
#include "library_fixture.h"

#include <math.h>

#define DAY_MS 86400000LL

static void assert_order(StoreFixture *fixture, const char *sort, const char *ascending,
                         const char *descending)
{
    PhotoFilter filter;
    photo_filter_init(&filter);
    g_autofree char *up = fixture_names(fixture, &filter, sort, TRUE);
    g_autofree char *down = fixture_names(fixture, &filter, sort, FALSE);
    g_assert_cmpstr(up, ==, ascending);
    g_assert_cmpstr(down, ==, descending);
}

static void add_facts(StoreFixture *fixture, const char *path, gint64 whole, double fraction)
{
    MediaPicture *picture = fixture_picture();
    picture->facts->taken_local_ms = whole;
    picture->facts->iso = whole == FACT_NONE ? FACT_NONE : whole + 1000; /* never negative */
    picture->facts->f_stop = fraction;
    picture->facts->shutter_seconds = fraction;
    picture->facts->focal_length_mm = fraction;
    fixture_add(fixture, path, picture);
}

static void test_unknown_is_first_ascending_last_descending(StoreFixture *fixture,
                                                            gconstpointer unused)
{
    add_facts(fixture, "/photos/a", 1000, 0.5);
    add_facts(fixture, "/photos/b", FACT_NONE, NAN);
    add_facts(fixture, "/photos/c", -1000, -0.5);
    add_facts(fixture, "/photos/d", FACT_NONE, NAN);
    add_facts(fixture, "/photos/e", 1000, 0.5);
    add_facts(fixture, "/photos/f", 9000000000000, 1e9);
    static const char *const sorts[] = {"date_taken", "iso", "f_stop", "shutter_speed",
                                        "focal_length"};
    for (gsize i = 0; i < G_N_ELEMENTS(sorts); i++) {
        assert_order(fixture, sorts[i], "b d c a e f", "f a e c b d");
    }
}

static void add_rated(StoreFixture *fixture, const char *path, gint64 rating)
{
    MediaPicture *picture = fixture_picture();
    picture->facts->rating = rating;
    fixture_add(fixture, path, picture);
}

static void test_stars_and_rejects(StoreFixture *fixture, gconstpointer unused)
{
    add_rated(fixture, "/photos/a", 5);
    add_rated(fixture, "/photos/b", FACT_NONE);
    add_rated(fixture, "/photos/c", -1);
    add_rated(fixture, "/photos/d", 0);
    add_rated(fixture, "/photos/e", 1);
    assert_order(fixture, "star_rating", "b c d e a", "a e b c d");
    assert_order(fixture, "is_rejected", "a b d e c", "c a b d e");
}

/* By bytes, in both engines, whatever the database's language. */
static void test_paths_break_ties(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const paths[] = {"/photos/\xC3\xA4", "/photos/b", "/photos/B", "/photos/a/z",
                                        "/photos/a-z",      "/photos/a", "/photos/_", NULL};
    for (const char *const *path = paths; *path; path++) {
        fixture_add(fixture, *path, NULL);
    }
    const char *order = "B _ a a-z z b \xC3\xA4";
    assert_order(fixture, "aggregate", order, order); /* not measured yet */
    assert_order(fixture, "date_taken", order, order);
    assert_order(fixture, "star_rating", order, order);
}

static void test_sorts_are_found_by_name(void)
{
    g_assert_nonnull(photo_sort_find("top_picks_score"));
    g_assert_cmpstr(photo_sort_find("iso")->name, ==, "iso");
    g_assert_null(photo_sort_find("ISO"));
    g_assert_null(photo_sort_find(""));
    g_assert_null(photo_sort_find("p.path; DROP TABLE photo"));
}

static char *page_names(StoreFixture *fixture, gint64 offset, gint64 limit)
{
    g_autoptr(Principal) owner = principal_new_owner();
    PhotoFilter filter;
    photo_filter_init(&filter);
    g_autoptr(GPtrArray) photos =
        fixture_list(fixture, owner, &filter, photo_sort_find("date_taken"), TRUE, offset, limit);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < photos->len; i++) {
        const Photo *photo = g_ptr_array_index(photos, i);
        g_string_append(names, photo->name);
    }
    return g_string_free(names, FALSE);
}

static void test_pages_follow_each_other(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const paths[] = {"/photos/a", "/photos/b", "/photos/c", "/photos/d",
                                        "/photos/e"};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        fixture_add(fixture, paths[i], NULL);
    }
    static const struct {
        gint64 offset, limit;
        const char *expected;
    } cases[] = {{0, 2, "ab"},
                 {2, 2, "cd"},
                 {4, 2, "e"},
                 {6, 2, ""},
                 {0, 0, ""},
                 {0, 1000, "abcde"},
                 {1, G_MAXINT64, "bcde"},
                 {G_MAXINT64, 2, ""}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *names = page_names(fixture, cases[i].offset, cases[i].limit);
        g_assert_cmpstr(names, ==, cases[i].expected);
    }
}

static void add_shaped(StoreFixture *fixture, const char *path, int width, int height,
                       gint64 taken_local_ms)
{
    MediaPicture *picture = fixture_picture();
    picture->width = width;
    picture->height = height;
    picture->facts->taken_local_ms = taken_local_ms;
    fixture_add(fixture, path, picture);
}

static void test_layout_tells_shapes_and_days(StoreFixture *fixture, gconstpointer unused)
{
    static const struct {
        const char *path;
        int width, height;
        gint64 taken_local_ms;
        guint16 aspect;
        gint32 day;
    } cases[] = {
        {"/photos/a", 400, 300, 0, 1333, 0},
        {"/photos/b", 65000, 1, DAY_MS - 1, 10000, 0},
        {"/photos/c", 1, 65000, DAY_MS, 100, 1},
        {"/photos/d", 65000, 65000, -1, 1000, -1},
        {"/photos/e", 2, 3, -DAY_MS, 666, -1},
        {"/photos/f", 2, 3, -DAY_MS - 1, 666, -2},
        {"/photos/g", 2, 3, FACT_NONE, 666, PHOTO_NO_DAY},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        add_shaped(fixture, cases[i].path, cases[i].width, cases[i].height,
                   cases[i].taken_local_ms);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    PhotoFilter filter;
    photo_filter_init(&filter);
    g_autoptr(Selection) selection =
        selection_get(fixture_library(fixture), owner, &filter, photo_sort_find("aggregate"), TRUE,
                      SELECTION_LAYOUT, &error);
    g_assert_no_error(error);
    const PhotoLayout *layout = selection_layout(selection);
    g_assert_cmpuint(layout->count, ==, G_N_ELEMENTS(cases));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpuint(layout->aspects[i], ==, cases[i].aspect);
        g_assert_cmpint(layout->days[i], ==, cases[i].day);
    }
}

static void test_anonymous_sees_nothing(StoreFixture *fixture, gconstpointer unused)
{
    fixture_add(fixture, "/photos/a", NULL);
    g_autoptr(Principal) nobody = principal_new_anonymous();
    PhotoFilter filter;
    photo_filter_init(&filter);
    const PhotoSort *sort = photo_sort_find("aggregate");
    g_autoptr(GPtrArray) photos = fixture_list(fixture, nobody, &filter, sort, TRUE, 0, 10);
    g_assert_cmpuint(photos->len, ==, 0);
    g_assert_cmpint(fixture_count(fixture, nobody, &filter), ==, 0);
}

static void test_missing_photos_are_not_listed(StoreFixture *fixture, gconstpointer unused)
{
    fixture_add(fixture, "/photos/a", NULL);
    fixture_add(fixture, "/photos/b", NULL);
    fixture_lose(fixture, "/photos/a");
    assert_order(fixture, "aggregate", "b", "b");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/photo_query/unknown", test_unknown_is_first_ascending_last_descending);
    store_fixture_add("/photo_query/stars", test_stars_and_rejects);
    store_fixture_add("/photo_query/ties", test_paths_break_ties);
    g_test_add_func("/photo_query/sorts", test_sorts_are_found_by_name);
    store_fixture_add("/photo_query/pages", test_pages_follow_each_other);
    store_fixture_add("/photo_query/layout", test_layout_tells_shapes_and_days);
    store_fixture_add("/photo_query/anonymous", test_anonymous_sees_nothing);
    store_fixture_add("/photo_query/missing", test_missing_photos_are_not_listed);
    return g_test_run();
}
