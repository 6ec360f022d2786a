#include "studio_fixture.h"

#include "library/principal.h"

static gint64 number_of(StoreTx *tx, const StoreQuery *query, const char *text)
{
    g_autoptr(GError) error = NULL;
    gint64 number = 0;
    StoreStatement *row = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    store_bind_text(row, 1, text);
    store_step_int(row, &number, &error);
    g_assert_no_error(error);
    return number;
}

StoreTx *studio_scene_change(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = fixture_change(scene->fixture);
    dataset_touch(tx, scene->dataset->id, &error);
    g_assert_no_error(error);
    return tx;
}

static void create_dataset(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    scene->dataset = dataset_create(tx, scene->owner, &(DatasetNew){.name = "Street"}, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void add_photos(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    gint64 added = 0;
    g_clear_pointer(&scene->items, g_array_unref);
    item_add(tx, scene->owner, scene->dataset, "/", (const gint64 *)(gpointer)scene->photos->data,
             scene->photos->len, &added, &scene->items, &error);
    g_assert_no_error(error);
    g_assert_cmpint(added, ==, scene->photos->len);
    fixture_commit(tx);
}

void studio_scene_open(StudioScene *scene, StoreFixture *fixture, guint photos)
{
    scene->fixture = fixture;
    scene->owner = principal_new_owner();
    scene->photos = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < photos; i++) {
        g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/p%03u.jpg", i);
        gint64 id = fixture_add(fixture, path, NULL);
        g_array_append_val(scene->photos, id);
    }
    create_dataset(scene);
    add_photos(scene);
    studio_scene_reload(scene);
}

void studio_scene_close(StudioScene *scene)
{
    g_clear_pointer(&scene->dataset, dataset_free);
    g_clear_pointer(&scene->photos, g_array_unref);
    g_clear_pointer(&scene->items, g_array_unref);
    g_clear_pointer(&scene->owner, principal_unref);
}

const Dataset *studio_scene_reload(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    Dataset *dataset = dataset_get(tx, scene->owner, scene->dataset->id, &error);
    g_assert_no_error(error);
    dataset_free(scene->dataset);
    scene->dataset = dataset;
    return dataset;
}

gint64 studio_scene_add(StudioScene *scene, const char *path, const char *directory,
                        MediaPicture *picture)
{
    g_autoptr(GError) error = NULL;
    gint64 photo = fixture_add(scene->fixture, path, picture);
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    gint64 added = 0;
    g_autoptr(GArray) items = NULL;
    item_add(tx, scene->owner, scene->dataset, directory, &photo, 1, &added, &items, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    gint64 id = g_array_index(items, gint64, 0);
    g_array_append_val(scene->photos, photo);
    g_array_append_val(scene->items, id);
    studio_scene_reload(scene);
    return id;
}

gint64 studio_scene_item(const StudioScene *scene, guint index)
{
    g_assert_cmpuint(index, <, scene->items->len);
    return g_array_index(scene->items, gint64, index);
}

Item *studio_scene_read(StudioScene *scene, guint index)
{
    static const StoreQuery query = {
        .name = "scene_item_uuid",
        .sql = "SELECT uuid FROM dataset_item WHERE id = ?1",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    StoreStatement *row = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(row, 1, studio_scene_item(scene, index));
    store_step_one(row, &error);
    g_assert_no_error(error);
    g_autofree char *uuid = g_strdup(store_column_text(row, 0));
    Item *item = item_find(tx, scene->owner, uuid, &error);
    g_assert_no_error(error);
    return item;
}

Principal *studio_scene_member(StudioScene *scene, const char *username, MemberRole role)
{
    static const StoreQuery query = {
        .name = "scene_account",
        .sql = "INSERT INTO account (username, display_name, role, created_ms) "
               "VALUES (?1, ?1, 'user', 0) RETURNING id",
    };
    g_autoptr(StoreTx) tx = fixture_write(scene->fixture);
    gint64 id = number_of(tx, &query, username);
    fixture_commit(tx);
    return principal_new(&(Principal){.kind = PRINCIPAL_ACCOUNT,
                                      .edition = TRUE,
                                      .account_id = id,
                                      .role = ROLE_USER,
                                      .organization_id = ORGANIZATION_FIRST,
                                      .member_role = role,
                                      .user_id = (char *)username,
                                      .display_name = (char *)username});
}

Principal *studio_scene_stranger(StudioScene *scene)
{
    static const StoreQuery query = {
        .name = "scene_organization",
        .sql = "INSERT INTO organization (uuid, name, slug, created_ms, changed_ms) "
               "VALUES (?1, 'Others', 'others', 0, 0) RETURNING id",
    };
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    g_autoptr(StoreTx) tx = fixture_write(scene->fixture);
    gint64 organization = number_of(tx, &query, uuid);
    fixture_commit(tx);
    g_autoptr(Principal) member = studio_scene_member(scene, "stranger", MEMBER_OWNER);
    return principal_new(&(Principal){.kind = PRINCIPAL_ACCOUNT,
                                      .edition = TRUE,
                                      .account_id = principal_account(member),
                                      .role = ROLE_USER,
                                      .organization_id = organization,
                                      .member_role = MEMBER_OWNER,
                                      .user_id = "stranger",
                                      .display_name = "stranger"});
}
