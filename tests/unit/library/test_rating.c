#include "library/rating.h"

#include "library_fixture.h"

typedef struct {
    Library *library;
    Principal *owner;
} Scene;

static void scene_open(Scene *scene, StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    scene->library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
    scene->owner = principal_new_owner();
}

static void scene_close(Scene *scene)
{
    library_close(scene->library);
    principal_unref(scene->owner);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_close)

static gint64 add_rated(StoreFixture *fixture, const char *path, gint64 file_rating)
{
    MediaPicture *picture = fixture_picture();
    picture->facts->rating = file_rating;
    return fixture_add(fixture, path, picture);
}

static GArray *apply(const Scene *scene, const Principal *viewer, const RatingWish *wishes,
                     gsize count)
{
    g_autoptr(GError) error = NULL;
    GArray *results = rating_apply(scene->library, viewer, wishes, count, &error);
    g_assert_no_error(error);
    return results;
}

/* "4F" four stars and favourite, "0R" rejected. */
static char *text_of(const Rating *rating)
{
    return g_strdup_printf("%d%s%s", rating->stars, rating->favorite ? "F" : "",
                           rating->rejected ? "R" : "");
}

static void assert_change(const Scene *scene, const char *path, RatingChange change,
                          const char *before, const char *now)
{
    const RatingWish wish = {.path = path, .change = change};
    g_autoptr(GArray) results = apply(scene, scene->owner, &wish, 1);
    g_assert_cmpuint(results->len, ==, 1);
    const RatingResult *result = &g_array_index(results, RatingResult, 0);
    g_autofree char *was = text_of(&result->before);
    g_autofree char *is = text_of(&result->now);
    g_assert_cmpstr(was, ==, before);
    g_assert_cmpstr(is, ==, now);
}

static void test_starts_with_what_the_file_says(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    add_rated(fixture, "/photos/plain", FACT_NONE);
    add_rated(fixture, "/photos/four", 4);
    add_rated(fixture, "/photos/reject", -1);
    const RatingChange favorite = {.favorite = RATING_TOGGLE, .stars = -1};
    assert_change(&scene, "/photos/plain", favorite, "0", "0F");
    assert_change(&scene, "/photos/four", favorite, "4", "4F");
    assert_change(&scene, "/photos/reject", favorite, "0R", "0F");
}

static void test_marks_exclude_each_other(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    const char *path = "/photos/a";
    fixture_add(fixture, path, NULL);
    const RatingChange favorite = {.favorite = RATING_TOGGLE, .stars = -1};
    const RatingChange reject = {.rejected = RATING_TOGGLE, .stars = -1};
    assert_change(&scene, path, (RatingChange){.stars = 5}, "0", "5");
    assert_change(&scene, path, favorite, "5", "5F");
    assert_change(&scene, path, reject, "5F", "0R");
    assert_change(&scene, path, (RatingChange){.stars = 2}, "0R", "2R");
    assert_change(&scene, path, favorite, "2R", "2F");
    assert_change(&scene, path, favorite, "2F", "2");
    assert_change(&scene, path, reject, "2", "0R");
    assert_change(&scene, path, reject, "0R", "0");
    assert_change(&scene, path, (RatingChange){.stars = 3}, "0", "3");
    assert_change(&scene, path, (RatingChange){.stars = 0}, "3", "0");
}

/* Undoing gives exactly what was, whatever came before. */
static void test_all_three_set_exactly(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    fixture_add(fixture, "/photos/a", NULL);
    static const struct {
        RatingChange change;
        const char *now;
    } steps[] = {
        {{RATING_CLEAR, RATING_SET, 4}, "4F"},  {{RATING_SET, RATING_CLEAR, 3}, "3R"},
        {{RATING_CLEAR, RATING_CLEAR, 1}, "1"}, {{RATING_SET, RATING_CLEAR, 0}, "0R"},
        {{RATING_CLEAR, RATING_SET, 0}, "0F"},  {{RATING_SET, RATING_SET, 2}, "2F"},
    };
    const char *before = "0";
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        assert_change(&scene, "/photos/a", steps[i].change, before, steps[i].now);
        before = steps[i].now;
    }
}

static void test_many_at_once(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    gint64 a = fixture_add(fixture, "/photos/a", NULL);
    gint64 b = fixture_add(fixture, "/photos/b", NULL);
    gint64 lost = fixture_add(fixture, "/photos/lost", NULL);
    fixture_lose(fixture, "/photos/lost");
    const RatingWish wishes[] = {
        {.photo_id = b, .change = {.stars = 5}},
        {.photo_id = lost, .change = {.stars = 5}},
        {.photo_id = -1, .change = {.stars = 5}},
        {.path = "/photos/nowhere", .change = {.stars = 5}},
        {.path = "", .change = {.stars = 5}},
        {.path = "/photos/a", .change = {.stars = 1}},
        {.photo_id = a, .change = {.stars = 2}}, /* named before */
    };
    g_autoptr(GArray) results = apply(&scene, scene.owner, wishes, G_N_ELEMENTS(wishes));
    g_assert_cmpuint(results->len, ==, 2);
    g_assert_cmpint(g_array_index(results, RatingResult, 0).photo_id, ==, b);
    g_assert_cmpint(g_array_index(results, RatingResult, 0).now.stars, ==, 5);
    g_assert_cmpint(g_array_index(results, RatingResult, 1).photo_id, ==, a);
    g_assert_cmpint(g_array_index(results, RatingResult, 1).now.stars, ==, 1);
    g_autoptr(GArray) none = apply(&scene, scene.owner, NULL, 0);
    g_assert_cmpuint(none->len, ==, 0);
}

static gint64 version(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    gint64 number = library_version(tx, &error);
    g_assert_no_error(error);
    return number;
}

static gint64 rows_of_version(StoreFixture *fixture, gint64 number)
{
    static const StoreQuery query = {
        .name = "test_rows_of_version",
        .sql = "SELECT count(*) FROM rating WHERE version = ?1 AND account_id = 0",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    StoreStatement *row = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(row, 1, number);
    gint64 count = 0;
    store_step_int(row, &count, &error);
    g_assert_no_error(error);
    return count;
}

static void count_change(gpointer data)
{
    ++*(int *)data;
}

static void test_followers_hear_of_changes_only(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    int heard = 0;
    library_follow(scene.library, count_change, &heard);
    gint64 id = fixture_add(fixture, "/photos/a", NULL);
    gint64 before = version(fixture);
    const RatingWish wishes[] = {{.photo_id = id, .change = {.stars = 3}}};
    const RatingWish nothing[] = {{.photo_id = id + 1, .change = {.stars = 3}}};
    g_autoptr(GArray) results = apply(&scene, scene.owner, wishes, 1);
    g_assert_cmpint(heard, ==, 1);
    g_assert_cmpint(version(fixture), ==, before + 1);
    g_assert_cmpint(rows_of_version(fixture, before + 1), ==, 1);
    g_autoptr(GArray) none = apply(&scene, scene.owner, nothing, 1);
    g_assert_cmpint(heard, ==, 1);
    g_assert_cmpint(version(fixture), ==, before + 1);
}

static void test_nobody_rates_what_they_cannot_see(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autoptr(Principal) nobody = principal_new_anonymous();
    gint64 id = fixture_add(fixture, "/photos/a", NULL);
    const RatingWish wishes[] = {{.photo_id = id, .change = {.stars = 3}}};
    g_autoptr(GArray) results = apply(&scene, nobody, wishes, 1);
    g_assert_cmpuint(results->len, ==, 0);
    assert_change(&scene, "/photos/a", (RatingChange){.stars = 1}, "0", "1");
}

typedef struct {
    const Scene *scene;
    gint64 id;
} Toggling;

static gpointer toggle(gpointer data)
{
    const Toggling *toggling = data;
    for (int i = 0; i < 25; i++) {
        const RatingWish wish = {.photo_id = toggling->id,
                                 .change = {.favorite = RATING_TOGGLE, .stars = -1}};
        g_array_unref(apply(toggling->scene, toggling->scene->owner, &wish, 1));
    }
    return NULL;
}

/* No toggle is lost: an even number of them leaves it as it was. */
static void test_toggles_do_not_race(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    Toggling toggling = {&scene, fixture_add(fixture, "/photos/a", NULL)};
    GThread *threads[3];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("toggler", toggle, &toggling);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
    assert_change(&scene, "/photos/a", (RatingChange){.stars = 1}, "0F", "1F"); /* 75 of them */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/rating/file", test_starts_with_what_the_file_says);
    store_fixture_add("/rating/marks", test_marks_exclude_each_other);
    store_fixture_add("/rating/exact", test_all_three_set_exactly);
    store_fixture_add("/rating/many", test_many_at_once);
    store_fixture_add("/rating/followers", test_followers_hear_of_changes_only);
    store_fixture_add("/rating/nobody", test_nobody_rates_what_they_cannot_see);
    store_fixture_add("/rating/race", test_toggles_do_not_race);
    return g_test_run();
}
