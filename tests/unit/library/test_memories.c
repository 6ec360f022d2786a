#include "library/memories.h"

#include "library/rating.h"
#include "library_scene.h"

/* "YEAR:COUNT/SHOWN ..." */
static void assert_memories(const LibraryScene *scene, const Principal *viewer, int year, int month,
                            int day, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) years = memories_of_day(scene->library, viewer, year, month, day, 2, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < years->len; i++) {
        const MemoryYear *memory = &g_array_index(years, MemoryYear, i);
        g_string_append_printf(text, "%s%d:%d/%u", i ? " " : "", memory->year, (int)memory->count,
                               memory->photos->len);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_years_before(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    assert_memories(&scene, scene.owner, 2025, 3, 14, "");
    static const char *const photos[][2] = {
        {"/photos/a", "2025-03-14"}, {"/photos/b", "2024-03-14"}, {"/photos/c", "2024-03-14"},
        {"/photos/d", "2024-03-14"}, {"/photos/e", "2024-03-13"}, {"/photos/f", "2019-03-14"},
        {"/photos/g", "2026-03-14"}, {"/photos/h", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(photos); i++) {
        library_scene_add(&scene, photos[i][0], photos[i][1]);
    }
    assert_memories(&scene, scene.owner, 2025, 3, 14, "2024:3/2 2019:1/1");
    assert_memories(&scene, scene.owner, 2024, 3, 14, "2019:1/1");
    assert_memories(&scene, scene.owner, 2019, 3, 14, "");
    assert_memories(&scene, scene.owner, 1, 3, 14, "");
    assert_memories(&scene, scene.owner, 9999, 3, 14, "2026:1/1 2025:1/1 2024:3/2 2019:1/1");
    g_autoptr(Principal) nobody = principal_new_anonymous();
    assert_memories(&scene, nobody, 2025, 3, 14, "");
}

static void test_leap_days(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    library_scene_add(&scene, "/photos/a", "2020-02-29");
    library_scene_add(&scene, "/photos/b", "2023-03-01");
    library_scene_add(&scene, "/photos/c", "2023-02-28");
    assert_memories(&scene, scene.owner, 2024, 2, 29, "2020:1/1");
    assert_memories(&scene, scene.owner, 2024, 3, 1, "2023:1/1");
}

static void test_without_what_was_rejected(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    g_autoptr(GError) error = NULL;
    RatingWish wishes[] = {
        {.photo_id = library_scene_add(&scene, "/photos/a", "2020-05-05")},
        {.photo_id = library_scene_add(&scene, "/photos/b", "2020-05-05")},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wishes); i++) {
        wishes[i].change = (RatingChange){.rejected = RATING_SET, .stars = -1};
    }
    assert_memories(&scene, scene.owner, 2024, 5, 5, "2020:2/2");
    g_array_unref(rating_apply(scene.library, scene.owner, wishes, 1, &error));
    g_assert_no_error(error);
    assert_memories(&scene, scene.owner, 2024, 5, 5, "2020:1/1");
    g_array_unref(rating_apply(scene.library, scene.owner, wishes, 2, &error));
    g_assert_no_error(error);
    assert_memories(&scene, scene.owner, 2024, 5, 5, "");
}

static void test_not_more_years_than_that(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    for (int year = 1900; year < 1960; year++) {
        g_autofree char *day = g_strdup_printf("%d-01-01", year);
        g_autofree char *path = g_strdup_printf("/photos/%d", year);
        library_scene_add(&scene, path, day);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) years = memories_of_day(scene.library, scene.owner, 2024, 1, 1, 5, &error);
    g_assert_cmpuint(years->len, ==, MEMORY_YEARS_MOST);
    g_assert_cmpint(g_array_index(years, MemoryYear, 0).year, ==, 1959);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/memories/years", test_years_before);
    store_fixture_add("/memories/leap", test_leap_days);
    store_fixture_add("/memories/rejected", test_without_what_was_rejected);
    store_fixture_add("/memories/most", test_not_more_years_than_that);
    return g_test_run();
}
