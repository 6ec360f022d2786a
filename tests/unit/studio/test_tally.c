#include "studio/tally.h"

#include "library/check.h"
#include "studio/item.h"

#include "studio_fixture.h"

#include <string.h>

static void test_before_and_after(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    const gint64 *ids = (const gint64 *)(gpointer)scene.items->data;
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(tally_take_off(tx, scene.dataset->id, ids, 2, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_assert_cmpint(studio_scene_reload(&scene)->image_count, ==, 1);
    tx = studio_scene_change(&scene);
    g_assert_true(tally_add(tx, scene.dataset->id, ids, 2, &error));
    /* Not of this dataset: counts for nothing. */
    g_assert_true(tally_add(tx, scene.dataset->id + 1, ids, 2, &error));
    fixture_commit(tx);
    const Dataset *after = studio_scene_reload(&scene);
    g_assert_cmpint(after->image_count, ==, 3);
    g_assert_cmpint(after->total_bytes, ==, 3000);
}

static void test_folding_changes_nothing(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    gint64 id = studio_scene_item(&scene, 0);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    for (int i = 0; i < 50; i++) {
        g_assert_true(item_set_archived(tx, scene.dataset, &id, 1, i % 2 == 0, &error));
    }
    g_assert_true(item_set_archived(tx, scene.dataset, &id, 1, TRUE, &error));
    g_assert_true(tally_fold(tx, scene.dataset->id, &error));
    g_assert_true(tally_fold(tx, scene.dataset->id, &error));
    fixture_commit(tx);
    const Dataset *after = studio_scene_reload(&scene);
    g_assert_cmpint(after->image_count, ==, 1);
    g_assert_cmpint(after->archived_count, ==, 1);
    g_assert_cmpint(after->total_bytes, ==, 1000);
}

static void count_findings(const CheckFinding *finding, gpointer data)
{
    guint *count = data;
    *count += strstr(finding->sentence, "The numbers that are told of the dataset Street") != NULL;
}

static gboolean is_whole(GBytes *jpeg, gpointer unused)
{
    return TRUE;
}

static guint findings(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    guint count = 0;
    CheckCounts counts = {0};
    const CheckOptions options = {
        .library = fixture_library(fixture),
        .threads = 1,
        .found = count_findings,
        .is_whole_jpeg = is_whole,
        .data = &count,
    };
    check_library(&options, &counts, &error);
    g_assert_no_error(error);
    return count;
}

static void test_the_doctor_finds_a_drift(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    g_assert_cmpuint(findings(fixture), ==, 0);
    gint64 id = studio_scene_item(&scene, 0);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(tally_add(tx, scene.dataset->id, &id, 1, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_assert_cmpuint(findings(fixture), ==, 1);
    tx = studio_scene_change(&scene);
    g_assert_true(tally_recount(tx, scene.dataset->id, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_assert_cmpuint(findings(fixture), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/tally/changes", test_before_and_after);
    store_fixture_add("/tally/folds", test_folding_changes_nothing);
    store_fixture_add("/tally/doctor", test_the_doctor_finds_a_drift);
    return g_test_run();
}
