#include "studio/item.h"

#include "library/grant.h"
#include "library/principal.h"
#include "studio/tally.h"

#include "studio_fixture.h"

#include <math.h>
#include <string.h>

/* Filenames with spaces between them; also checks the total. The caller's. */
static char *names_of(StudioScene *scene, const ItemFilter *filter)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    gint64 total = 0;
    studio_scene_reload(scene);
    g_autoptr(GPtrArray) items = item_list(tx, scene->dataset, filter, 0, 1000, &total, &error);
    g_assert_no_error(error);
    g_assert_cmpint(total, ==, items->len);
    g_autoptr(GPtrArray) uuids = item_uuids(tx, scene->dataset, filter, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(uuids->len, ==, items->len);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < items->len; i++) {
        const Item *item = g_ptr_array_index(items, i);
        g_assert_cmpstr(item->uuid, ==, g_ptr_array_index(uuids, i));
        g_string_append_printf(names, "%s%s", i ? " " : "", item->filename);
    }
    return g_string_free(names, FALSE);
}

static void assert_names(StudioScene *scene, const ItemFilter *filter, const char *expected)
{
    g_autofree char *names = names_of(scene, filter);
    g_assert_cmpstr(names, ==, expected);
}

/* What the dataset counts is what counting it anew gives. */
static void assert_counts_agree(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    studio_scene_reload(scene);
    const Dataset before = *scene->dataset;
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    tally_recount(tx, scene->dataset->id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    const Dataset *after = studio_scene_reload(scene);
    g_assert_cmpint(before.image_count, ==, after->image_count);
    g_assert_cmpint(before.archived_count, ==, after->archived_count);
    g_assert_cmpint(before.annotation_count, ==, after->annotation_count);
    g_assert_cmpint(before.proposal_count, ==, after->proposal_count);
    g_assert_cmpint(before.total_bytes, ==, after->total_bytes);
    g_assert_cmpmem(before.status_counts, sizeof before.status_counts, after->status_counts,
                    sizeof after->status_counts);
}

static void test_adding(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    gint64 third = fixture_add(fixture, "/photos/sub/p000.jpg", NULL);
    const gint64 photos[] = {g_array_index(scene.photos, gint64, 1), third, third};
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    gint64 added = 0;
    item_add(tx, scene.owner, scene.dataset, "/", photos, 3, &added, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(added, ==, 1);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    assert_names(&scene, &(ItemFilter){.order = ITEM_BY_PATH}, "p000-1.jpg p000.jpg p001.jpg");
    assert_counts_agree(&scene);

    const gint64 unknown = 999999;
    tx = studio_scene_change(&scene);
    g_assert_false(
        item_add(tx, scene.owner, scene.dataset, "/", &unknown, 1, &added, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_adding_by_name(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    gint64 photo = g_array_index(scene.photos, gint64, 0);
    gint64 id = 0;
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(
        item_add_named(tx, scene.owner, scene.dataset, "/up", "a/b.jpg", photo, &id, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    tx = studio_scene_change(&scene);
    g_assert_false(
        item_add_named(tx, scene.owner, scene.dataset, "/up", "ab.jpg", photo, &id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_pointer(&tx, store_tx_free);
    assert_counts_agree(&scene);
    g_assert_cmpint(scene.dataset->image_count, ==, 2);
}

static void test_only_what_is_seen_is_added(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    gint64 photo = fixture_add(fixture, "/photos/private/a.jpg", NULL);
    char *folders[] = {"/photos/shared", NULL};
    g_autoptr(Principal) member = studio_scene_member(&scene, "m", MEMBER_MEMBER);
    Principal limited = *member;
    limited.directories = folders;
    g_autoptr(Principal) viewer = principal_new(&limited);
    gint64 added = 0;
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_false(item_add(tx, viewer, scene.dataset, "/", &photo, 1, &added, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_clear_pointer(&tx, store_tx_free);
    /* But what somebody else put in is seen by all of the organization. */
    tx = studio_scene_change(&scene);
    g_autoptr(GArray) items = NULL;
    g_assert_true(item_add(tx, scene.owner, scene.dataset, "/", &photo, 1, &added, &items, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_array_append_vals(scene.items, items->data, 1);
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    tx = fixture_read(fixture);
    g_autoptr(Grant) grant = access_grant_item(tx, viewer, item->uuid, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(grant_path(grant), ==, "/photos/private/a.jpg");
}

static void assert_no_grant(StudioScene *scene, const Principal *viewer, const char *uuid)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_assert_null(access_grant_item(tx, viewer, uuid, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_grants(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_autoptr(Principal) stranger = studio_scene_stranger(&scene);
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_autoptr(Principal) annotator = studio_scene_member(&scene, "ann", MEMBER_ANNOTATOR);
    assert_no_grant(&scene, stranger, item->uuid);
    assert_no_grant(&scene, nobody, item->uuid);
    assert_no_grant(&scene, annotator, item->uuid);
    assert_no_grant(&scene, scene.owner, "no such item");
    const gint64 account = principal_account(annotator);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(dataset_grant(tx, scene.dataset, &account, 1, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    tx = fixture_read(fixture);
    g_autoptr(Grant) grant = access_grant_item(tx, annotator, item->uuid, &error);
    g_assert_no_error(error);
    g_assert_cmpint(grant_photo_id(grant), ==, item->photo_id);
    g_clear_pointer(&tx, store_tx_free);
    fixture_lose(fixture, "/photos/p000.jpg");
    assert_no_grant(&scene, annotator, item->uuid);
    g_autoptr(Item) lost = studio_scene_read(&scene, 0);
    g_assert_true(lost->is_missing);
}

/* Deletes the photo's row, as emptying the trash does. */
static void purge(StudioScene *scene, gint64 photo_id)
{
    static const StoreQuery query = {
        .name = "test_purge",
        .sql = "DELETE FROM photo WHERE id = ?1",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, photo_id);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static MediaPicture *picture_of(const Item *item)
{
    MediaPicture *picture = fixture_picture();
    picture->hash = item->content_hash;
    return picture;
}

static void test_items_outlive_their_photos(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(Item) before = studio_scene_read(&scene, 0);
    gint64 version = scene.dataset->version;
    purge(&scene, before->photo_id);
    g_autoptr(Item) orphan = studio_scene_read(&scene, 0);
    g_assert_cmpint(orphan->photo_id, ==, 0);
    g_assert_true(orphan->is_missing);
    g_assert_cmpint(orphan->width, ==, 400);
    assert_no_grant(&scene, scene.owner, orphan->uuid);
    gint64 back = fixture_add(fixture, "/photos/other/name.jpg", picture_of(before));
    g_autoptr(Item) linked = studio_scene_read(&scene, 0);
    g_assert_cmpint(linked->photo_id, ==, back);
    g_assert_false(linked->is_missing);
    g_assert_cmpstr(linked->filename, ==, "p000.jpg");
    g_assert_cmpint(studio_scene_reload(&scene)->version, >, version);
}

static void test_relinking_a_dataset(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(Item) before = studio_scene_read(&scene, 0);
    gint64 copy = fixture_add(fixture, "/photos/copy.jpg", picture_of(before));
    purge(&scene, before->photo_id);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(item_relink(tx, scene.dataset->id, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_autoptr(Item) linked = studio_scene_read(&scene, 0);
    g_assert_cmpint(linked->photo_id, ==, copy);
}

static void test_a_file_that_changed_is_told(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    fixture_add(fixture, "/photos/p000.jpg", NULL);
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_assert_true(item->is_changed);
    g_assert_false(item->is_missing);
}

static void test_finding(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    studio_scene_add(&scene, "/photos/ü?#.jpg", "/a/b", NULL);
    g_autoptr(Item) item = studio_scene_read(&scene, 1);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(Item) by_path = item_find_by_path(tx, scene.dataset, "a/b/ü?#.jpg", &error);
    g_assert_no_error(error);
    g_assert_cmpint(by_path->id, ==, item->id);
    g_autoptr(Item) in_root = item_find_by_path(tx, scene.dataset, "p000.jpg", &error);
    g_assert_no_error(error);
    g_autoptr(Item) by_uuid = item_find_by_path(tx, scene.dataset, item->uuid, &error);
    g_assert_no_error(error);
    g_assert_cmpint(by_uuid->id, ==, item->id);
    g_assert_null(item_find_by_path(tx, scene.dataset, "a/p000.jpg", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_clear_pointer(&tx, store_tx_free);
    g_autoptr(Principal) stranger = studio_scene_stranger(&scene);
    tx = fixture_read(fixture);
    g_assert_null(item_find(tx, stranger, item->uuid, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    const char *uuids[] = {"x", item->uuid, in_root->uuid, item->uuid, NULL};
    g_autoptr(GArray) unknown = NULL;
    g_clear_error(&error);
    g_autoptr(GArray) ids = item_ids(tx, scene.dataset, uuids, &unknown, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(ids->len, ==, 2);
    g_assert_cmpuint(unknown->len, ==, 1);
    g_assert_cmpuint(g_array_index(unknown, guint, 0), ==, 0);
}

static void test_filters(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    studio_scene_add(&scene, "/photos/100%.jpg", "/a", NULL);
    studio_scene_add(&scene, "/photos/deep.jpg", "/a/b", NULL);
    const gint64 *ids = (const gint64 *)(gpointer)scene.items->data;
    static const char *const tags[] = {"night", "x%", NULL};
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(item_set_status(tx, scene.owner, scene.dataset, ids, 1, ITEM_REVIEW, &error));
    g_assert_true(
        item_set_status(tx, scene.owner, scene.dataset, ids + 1, 1, ITEM_COMPLETE, &error));
    g_assert_true(item_set_split(tx, scene.dataset, ids + 1, 2, SPLIT_VAL, &error));
    g_assert_true(item_set_tags(tx, scene.dataset, ids + 2, 2, tags, TRUE, &error));
    g_assert_true(item_set_archived(tx, scene.dataset, ids + 4, 1, TRUE, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    assert_names(&scene, &(ItemFilter){0}, "100%.jpg p002.jpg p001.jpg p000.jpg");
    assert_names(&scene, &(ItemFilter){.status = "review"}, "p000.jpg");
    assert_names(&scene, &(ItemFilter){.status = "new, complete"}, "100%.jpg p002.jpg p001.jpg");
    assert_names(&scene, &(ItemFilter){.status = "new", .archived = ITEM_ANY},
                 "deep.jpg 100%.jpg p002.jpg");
    assert_names(&scene, &(ItemFilter){.split = "val"}, "p002.jpg p001.jpg");
    assert_names(&scene, &(ItemFilter){.split = "none"}, "100%.jpg p000.jpg");
    assert_names(&scene, &(ItemFilter){.tag = "night"}, "100%.jpg p002.jpg");
    assert_names(&scene, &(ItemFilter){.tag = "nigh"}, "");
    assert_names(&scene, &(ItemFilter){.directory = "/"}, "p002.jpg p001.jpg p000.jpg");
    assert_names(&scene, &(ItemFilter){.beneath = "/a", .archived = ITEM_ANY}, "deep.jpg 100%.jpg");
    assert_names(&scene, &(ItemFilter){.search = "A/100%"}, "100%.jpg");
    assert_names(&scene, &(ItemFilter){.search = "P00_"}, "");
    assert_names(&scene, &(ItemFilter){.filename = "p001.jpg"}, "p001.jpg");
    assert_names(&scene, &(ItemFilter){.archived = ITEM_ARCHIVED}, "deep.jpg");
    assert_names(&scene, &(ItemFilter){.is_empty = TRUE, .status = "complete"}, "p001.jpg");
    assert_names(&scene, &(ItemFilter){.has_annotations = TRUE}, "");
    assert_names(&scene, &(ItemFilter){.class_name = "car"}, "");
    assert_names(&scene, &(ItemFilter){.order = ITEM_BY_PATH},
                 "p000.jpg p001.jpg p002.jpg 100%.jpg");
    assert_counts_agree(&scene);
}

static void test_tags_and_reviews(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    gint64 id = studio_scene_item(&scene, 0);
    static const char *const two[] = {"b", "a", "b", NULL};
    static const char *const one[] = {"b", "c", NULL};
    static const char *const bad[] = {"a\nb", NULL};
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(item_set_tags(tx, scene.dataset, &id, 1, two, TRUE, &error));
    g_assert_false(item_set_tags(tx, scene.dataset, &id, 1, bad, TRUE, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_true(item_review(tx, scene.owner, scene.dataset, id, FALSE, "closer", &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_autofree char *tags = g_strjoinv(" ", item->tags);
    g_assert_cmpstr(tags, ==, "a b");
    g_assert_cmpint(item->status, ==, ITEM_ANNOTATE);
    g_assert_cmpstr(item->review_note, ==, "closer");
    g_assert_true(item->is_reviewed);
    tx = studio_scene_change(&scene);
    g_assert_true(item_set_tags(tx, scene.dataset, &id, 1, one, FALSE, &error));
    g_assert_true(item_review(tx, scene.owner, scene.dataset, id, TRUE, NULL, &error));
    fixture_commit(tx);
    g_autoptr(Item) after = studio_scene_read(&scene, 0);
    g_assert_cmpstr(after->tags[0], ==, "a");
    g_assert_null(after->tags[1]);
    g_assert_cmpint(after->status, ==, ITEM_COMPLETE);
    g_assert_null(after->review_note);
    assert_counts_agree(&scene);
    g_assert_cmpint(scene.dataset->completed_count, ==, 1);
}

static void test_moving_and_copying(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    studio_scene_add(&scene, "/photos/sub/p000.jpg", "/a", NULL);
    gint64 id = studio_scene_item(&scene, 0);
    gint64 renamed = 0;
    gint64 copied = 0;
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    item_move(tx, scene.owner, scene.dataset, &id, 1, "/a", &renamed, &error);
    g_assert_no_error(error);
    g_assert_cmpint(renamed, ==, 1);
    item_set_status(tx, scene.owner, scene.dataset, &id, 1, ITEM_COMPLETE, &error);
    item_copy(tx, scene.owner, scene.dataset, &id, 1, "/a", COPY_RENAME, TRUE, &copied, &renamed,
              &error);
    g_assert_no_error(error);
    g_assert_cmpint(copied, ==, 1);
    item_copy(tx, scene.owner, scene.dataset, &id, 1, "/a", COPY_SKIP, TRUE, &copied, &renamed,
              &error);
    g_assert_no_error(error);
    g_assert_cmpint(copied, ==, 0);
    item_copy(tx, scene.owner, scene.dataset, &id, 1, "/c", COPY_RENAME, FALSE, &copied, &renamed,
              &error);
    item_copy(tx, scene.owner, scene.dataset, &id, 1, "/c", COPY_OVERWRITE, TRUE, &copied, &renamed,
              &error);
    g_assert_no_error(error);
    g_assert_cmpint(copied, ==, 1);
    g_assert_cmpint(renamed, ==, 0);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    assert_names(&scene, &(ItemFilter){.order = ITEM_BY_PATH},
                 "p001.jpg p000-1-2.jpg p000-1.jpg p000.jpg p000-1.jpg");
    assert_counts_agree(&scene);
    g_assert_cmpint(scene.dataset->completed_count, ==, 3);
    tx = studio_scene_change(&scene);
    g_assert_true(item_delete(tx, scene.dataset, &id, 1, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    assert_counts_agree(&scene);
    g_assert_cmpint(scene.dataset->image_count, ==, 4);
}

static void test_many_changes_are_folded(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery query = {
        .name = "test_tally_rows",
        .sql = "SELECT count(*) FROM project_tally",
    };
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    gint64 id = studio_scene_item(&scene, 1);
    for (int i = 0; i < 40; i++) {
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        item_set_status(tx, scene.owner, scene.dataset, &id, 1, (ItemStatus)(i % 4), &error);
        g_assert_no_error(error);
        fixture_commit(tx);
    }
    studio_scene_reload(&scene);
    g_assert_cmpint(scene.dataset->image_count, ==, 2);
    g_assert_cmpint(scene.dataset->completed_count, ==, 1);
    gint64 rows = 0;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    StoreStatement *row = store_prepare(tx, &query, &error);
    g_assert_true(store_step_int(row, &rows, &error));
    g_assert_cmpint(rows, <, 40);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/item/adds", test_adding);
    store_fixture_add("/item/adds-named", test_adding_by_name);
    store_fixture_add("/item/adds-seen", test_only_what_is_seen_is_added);
    store_fixture_add("/item/grants", test_grants);
    store_fixture_add("/item/outlives", test_items_outlive_their_photos);
    store_fixture_add("/item/relinks", test_relinking_a_dataset);
    store_fixture_add("/item/changed", test_a_file_that_changed_is_told);
    store_fixture_add("/item/finds", test_finding);
    store_fixture_add("/item/filters", test_filters);
    store_fixture_add("/item/tags", test_tags_and_reviews);
    store_fixture_add("/item/moves", test_moving_and_copying);
    store_fixture_add("/item/folds", test_many_changes_are_folded);
    return g_test_run();
}
