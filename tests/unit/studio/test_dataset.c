#include "studio/dataset.h"

#include "base/limits.h"

#include "studio_fixture.h"

#include <string.h>

static Dataset *create(StudioScene *scene, const DatasetNew *values, GError **error)
{
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    Dataset *dataset = dataset_create(tx, scene->owner, values, error);
    if (dataset) {
        fixture_commit(tx);
    }
    return dataset;
}

static Dataset *find(StudioScene *scene, const Principal *viewer, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    Dataset *dataset = dataset_find(tx, viewer, name, &error);
    if (!dataset) {
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    }
    return dataset;
}

static void test_it_is_found_by_id_and_name(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    g_autoptr(Dataset) by_name = find(&scene, scene.owner, "Street");
    g_assert_cmpint(by_name->id, ==, scene.dataset->id);
    g_assert_cmpstr(by_name->slug, ==, "street");
    g_assert_cmpuint(by_name->kinds, ==, 1U << SHAPE_BBOX);
    g_assert_cmpint(by_name->policy, ==, CLASS_POLICY_OPEN);
    g_assert_cmpint(by_name->image_count, ==, 3);
    g_assert_cmpint(by_name->status_counts[ITEM_NEW], ==, 3);
    g_assert_cmpint(by_name->total_bytes, ==, 3000);
    g_assert_cmpint((gint64)strlen(by_name->cover_uuid), ==, UUID_CHARS);
    g_autofree char *upper = g_ascii_strup(by_name->uuid, -1);
    g_autoptr(Dataset) by_id = find(&scene, scene.owner, upper);
    g_assert_cmpint(by_id->id, ==, by_name->id);
    g_assert_null(find(&scene, scene.owner, "street"));
}

static void test_names_and_slugs(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    g_autoptr(Dataset) second = create(&scene, &(DatasetNew){.name = " street!"}, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(second->slug, ==, "street-2");
    g_autoptr(Dataset) odd = create(&scene, &(DatasetNew){.name = "a/b?c#d ünï"}, &error);
    g_assert_cmpstr(odd->slug, ==, "a-b-c-d-n");
    g_autoptr(Dataset) none = create(&scene, &(DatasetNew){.name = "車"}, &error);
    g_assert_cmpstr(none->slug, ==, "dataset");
    g_assert_no_error(error);
    g_assert_null(create(&scene, &(DatasetNew){.name = "Street"}, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    static const char *const bad[] = {"", "  ", "a\nb"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_null(create(&scene, &(DatasetNew){.name = bad[i]}, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_clear_error(&error);
    }
    g_autofree char *long_name = g_strnfill(LIMIT_DATASET_NAME_CHARACTERS + 1, 'x');
    g_assert_null(create(&scene, &(DatasetNew){.name = long_name}, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
}

static void test_others_do_not_find_it(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(Principal) stranger = studio_scene_stranger(&scene);
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_autoptr(Principal) viewer = studio_scene_member(&scene, "viewer", MEMBER_VIEWER);
    g_autoptr(Principal) annotator = studio_scene_member(&scene, "ann", MEMBER_ANNOTATOR);
    g_assert_null(find(&scene, stranger, scene.dataset->uuid));
    g_assert_null(find(&scene, nobody, "Street"));
    g_assert_null(find(&scene, annotator, "Street"));
    g_autoptr(Dataset) seen = find(&scene, viewer, "Street");
    g_assert_nonnull(seen);
    const gint64 account = principal_account(annotator);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    dataset_grant(tx, scene.dataset, &account, 1, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_autoptr(Dataset) granted = find(&scene, annotator, "Street");
    g_assert_nonnull(granted);
}

static void test_lists(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    g_autoptr(Dataset) second = create(&scene, &(DatasetNew){.name = "Second"}, &error);
    g_autoptr(Dataset) third = create(&scene, &(DatasetNew){.name = "Third"}, &error);
    g_autoptr(StoreTx) change = fixture_change(fixture);
    g_assert_true(dataset_archive(change, second, TRUE, &error));
    fixture_commit(change);
    g_clear_pointer(&change, store_tx_free);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    gint64 total = 0;
    g_autoptr(GPtrArray) used = dataset_list(tx, scene.owner, FALSE, 0, 1, &total, &error);
    g_assert_no_error(error);
    g_assert_cmpint(total, ==, 2);
    g_assert_cmpuint(used->len, ==, 1);
    g_assert_cmpstr(((Dataset *)g_ptr_array_index(used, 0))->name, ==, "Third");
    g_autoptr(GPtrArray) next = dataset_list(tx, scene.owner, FALSE, 1, 1, &total, &error);
    g_assert_cmpint(((Dataset *)g_ptr_array_index(next, 0))->image_count, ==, 2);
    g_autoptr(GPtrArray) archived = dataset_list(tx, scene.owner, TRUE, 0, 10, &total, &error);
    g_assert_cmpint(total, ==, 1);
    g_assert_cmpint(((Dataset *)g_ptr_array_index(archived, 0))->archived_ms, >, 0);
}

static void test_changes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    gint64 version = scene.dataset->version;
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    const DatasetChange change = {.name = "Road",
                                  .description = "What is on it",
                                  .kinds = 1U << SHAPE_POLYGON | 1U << SHAPE_KEYPOINT,
                                  .policy = CLASS_POLICY_CLOSED};
    g_assert_true(dataset_update(tx, scene.dataset, &change, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    const Dataset *after = studio_scene_reload(&scene);
    g_assert_cmpstr(after->name, ==, "Road");
    g_assert_cmpstr(after->slug, ==, "road");
    g_assert_cmpstr(after->description, ==, "What is on it");
    g_assert_cmpuint(after->kinds, ==, 1U << SHAPE_POLYGON | 1U << SHAPE_KEYPOINT);
    g_assert_cmpint(after->policy, ==, CLASS_POLICY_CLOSED);
    g_assert_cmpint(after->version, ==, version + 1);
    tx = studio_scene_change(&scene);
    g_assert_true(dataset_update(tx, after, &(DatasetChange){.description = ""}, &error));
    fixture_commit(tx);
    after = studio_scene_reload(&scene);
    g_assert_null(after->description);
    g_assert_cmpstr(after->name, ==, "Road");
}

static void test_deleting_leaves_the_photos(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    studio_scene_add(&scene, "/photos/x.jpg", "/a/b", NULL);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    DatasetDeleted deleted = {0};
    dataset_delete(tx, scene.dataset, &deleted, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_assert_cmpint(deleted.images, ==, 3);
    g_assert_cmpint(deleted.directories, ==, 2);
    g_assert_null(find(&scene, scene.owner, "Street"));
    tx = fixture_read(fixture);
    g_autoptr(Photo) photo =
        photo_get(tx, scene.owner, g_array_index(scene.photos, gint64, 0), &error);
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/dataset/found", test_it_is_found_by_id_and_name);
    store_fixture_add("/dataset/names", test_names_and_slugs);
    store_fixture_add("/dataset/others", test_others_do_not_find_it);
    store_fixture_add("/dataset/lists", test_lists);
    store_fixture_add("/dataset/changes", test_changes);
    store_fixture_add("/dataset/deletes", test_deleting_leaves_the_photos);
    return g_test_run();
}
