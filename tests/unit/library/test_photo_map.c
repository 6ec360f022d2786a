#include "library/photo_map.h"

#include "base/calendar.h"
#include "library_scene.h"
#include "media/facts.h"

#include <string.h>

static MapQuestion within(double south, double west, double north, double east)
{
    return (MapQuestion){.bounds = {south, west, north, east}, .most = 500};
}

/* "name name ..." */
static void assert_photos(const LibraryScene *scene, MapQuestion question, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) photos = photo_map_photos(scene->library, scene->owner, &question, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < photos->len; i++) {
        const MapPhoto *photo = &g_array_index(photos, MapPhoto, i);
        g_string_append_printf(text, "%s%s", i ? " " : "", photo->name);
        g_assert_true(g_str_has_prefix(photo->path, "/photos/"));
    }
    g_assert_cmpstr(text->str, ==, expected);
}

/* "latitude,longitude:count:name ..." */
static void assert_clusters(const LibraryScene *scene, MapQuestion question, int zoom,
                            const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) clusters =
        photo_map_clusters(scene->library, scene->owner, &question, zoom, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < clusters->len; i++) {
        const MapCluster *cluster = &g_array_index(clusters, MapCluster, i);
        g_string_append_printf(text, "%s%g,%g:%d:%s", i ? " " : "", cluster->latitude,
                               cluster->longitude, (int)cluster->count,
                               cluster->path + strlen("/photos/"));
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void add_places(LibraryScene *scene)
{
    library_scene_add_at(scene, "/photos/paris", 48.85, 2.35);
    library_scene_add_at(scene, "/photos/london", 51.5, -0.12);
    library_scene_add_at(scene, "/photos/fiji-east", -17.5, -179.5);
    library_scene_add_at(scene, "/photos/fiji-west", -17.5, 178.5);
    library_scene_add_at(scene, "/photos/pole", -90, 0);
    library_scene_add_at(scene, "/photos/null-island", 0, 0);
    library_scene_add(scene, "/photos/nowhere", "2024-01-01");
}

static void test_bounds(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    add_places(&scene);
    const char *all = "fiji-east fiji-west london null-island paris pole";
    assert_photos(&scene, within(-90, -180, 90, 180), all);
    assert_photos(&scene, within(45, -5, 55, 5), "london paris");
    assert_photos(&scene, within(48.85, 2.35, 48.85, 2.35), "paris"); /* the edges belong to it */
    assert_photos(&scene, within(55, -5, 45, 5), "");
    /* The antimeridian, and the world scrolled around once. */
    assert_photos(&scene, within(-20, 178, -15, -179), "fiji-east fiji-west");
    assert_photos(&scene, within(-20, 178, -15, 181), "fiji-east fiji-west");
    assert_photos(&scene, within(-20, -182, -15, -179), "fiji-east fiji-west");
    assert_photos(&scene, within(-20, 179, -15, 181), "fiji-east");
    assert_photos(&scene, within(45, 355, 55, 365), "london paris");
    assert_photos(&scene, within(45, -725, 55, -715), "london paris");
    assert_photos(&scene, within(-20, -180, -15, 180), "fiji-east fiji-west");
    /* Wider than the world. */
    assert_photos(&scene, within(-90, -400, 90, 400), all);
    assert_photos(&scene, within(-90, 10, 90, 370), all);
    MapQuestion two = within(-90, -180, 90, 180);
    two.most = 2;
    assert_photos(&scene, two, "fiji-east fiji-west");
}

static void test_days(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    static const char *const days[] = {"2023-12-31", "2024-06-01", "2024-12-31", "2025-01-01"};
    for (gsize i = 0; i < G_N_ELEMENTS(days); i++) {
        MediaPicture *picture = fixture_picture();
        gint32 day = 0;
        g_assert_true(calendar_parse(days[i], &day));
        picture->facts->taken_local_ms = (day + 1) * 86400000LL - 1; /* the day's last moment */
        picture->facts->latitude = picture->facts->longitude = 1;
        g_autofree char *path = g_strconcat("/photos/", days[i], NULL);
        fixture_add(fixture, path, picture);
    }
    library_scene_add_at(&scene, "/photos/undated", 1, 1);
    MapQuestion question = within(0, 0, 2, 2);
    assert_photos(&scene, question, "2023-12-31 2024-06-01 2024-12-31 2025-01-01 undated");
    question.dated = TRUE;
    question.from_day = G_MININT32 + 1;
    g_assert_true(calendar_parse("2024-12-31", &question.to_day));
    assert_photos(&scene, question, "2023-12-31 2024-06-01 2024-12-31");
    g_assert_true(calendar_parse("2024-06-01", &question.from_day));
    assert_photos(&scene, question, "2024-06-01 2024-12-31");
    assert_clusters(&scene, question, 5, "1,1:2:2024-06-01");
}

static void test_clusters(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    MapQuestion world = within(-90, -180, 90, 180);
    assert_clusters(&scene, world, 2, "");
    /* Cells of 45 degrees around multiples of 45; halves go away from zero. */
    library_scene_add_at(&scene, "/photos/a", 22.5, 0);
    library_scene_add_at(&scene, "/photos/b", 22.4, 0);
    library_scene_add_at(&scene, "/photos/c", -22.5, 0);
    library_scene_add_at(&scene, "/photos/d", 24.5, 2);
    for (int zoom = 0; zoom <= 2; zoom++) {
        assert_clusters(&scene, world, zoom, "23.5,1:2:a 22.4,0:1:b -22.5,0:1:c");
    }
    assert_clusters(&scene, world, 9, "22.45,0:2:a -22.5,0:1:c 24.5,2:1:d");
    /* A cell at the edge: counted within the bounds, shown by the best of the whole cell. */
    assert_clusters(&scene, within(24, 1, 30, 3), 2, "24.5,2:1:a");
    world.most = 1;
    assert_clusters(&scene, world, 2, "23.5,1:2:a");
}

static void test_count(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_assert_cmpint(photo_map_count(scene.library, scene.owner, &error), ==, 0);
    add_places(&scene);
    g_assert_cmpint(photo_map_count(scene.library, scene.owner, &error), ==, 6);
    fixture_lose(fixture, "/photos/pole");
    g_assert_cmpint(photo_map_count(scene.library, scene.owner, &error), ==, 5);
    g_assert_cmpint(photo_map_count(scene.library, nobody, &error), ==, 0);
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/photo_map/bounds", test_bounds);
    store_fixture_add("/photo_map/days", test_days);
    store_fixture_add("/photo_map/clusters", test_clusters);
    store_fixture_add("/photo_map/count", test_count);
    return g_test_run();
}
