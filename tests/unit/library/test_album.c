#include "library/album.h"

#include "library/library.h"
#include "library/trash.h"
#include "library_scene.h"

static gint64 create(LibraryScene *scene, const AlbumNew *album)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    album_create(tx, scene->owner, album, &id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}

static gint64 create_titled(LibraryScene *scene, const char *title)
{
    return create(scene, &(AlbumNew){.title = title});
}

static void assert_names(LibraryScene *scene, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) albums = album_list(tx, scene->owner, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < albums->len; i++) {
        const Album *album = g_ptr_array_index(albums, i);
        g_string_append_printf(text, "%s%s", i ? ", " : "", album->name);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void assert_paths(LibraryScene *scene, gint64 id, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) paths = album_paths(tx, scene->owner, id, &error);
    g_assert_no_error(error);
    g_ptr_array_add(paths, NULL);
    g_autofree char *text = g_strjoinv(" ", (char **)paths->pdata);
    g_assert_cmpstr(text, ==, expected);
}

static gint64 add(LibraryScene *scene, gint64 id, const gint64 *photos, gsize count)
{
    g_autoptr(GError) error = NULL;
    gint64 added = 0;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    album_add(tx, id, photos, count, &added, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return added;
}

static void test_each_has_a_name_of_its_own(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    assert_names(&scene, "");
    create_titled(&scene, "Rome");
    create_titled(&scene, "Rome (2)");
    create_titled(&scene, "Rome");
    create_titled(&scene, "Rome");
    gint64 unnamed = create_titled(&scene, "");
    create_titled(&scene, "rome");
    g_autofree char *expected = g_strdup_printf(
        "Rome, Rome (2), Rome (3), Rome (4), Album %" G_GINT64_FORMAT ", rome", unnamed);
    assert_names(&scene, expected);
}

static void test_found_by_what_it_is_shown_by(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    create_titled(&scene, "Rome");
    gint64 second = create(&scene, &(AlbumNew){"Rome", "of 1999", "kept"});
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(Album) album = album_find(tx, scene.owner, "Rome (2)", &error);
    g_assert_no_error(error);
    g_assert_cmpint(album->id, ==, second);
    g_assert_cmpstr(album->title, ==, "Rome");
    g_assert_cmpstr(album->description, ==, "of 1999");
    g_assert_cmpstr(album->password_hash, ==, "kept");
    g_assert_true(album->is_hidden);
    g_assert_null(album_find(tx, scene.owner, "Paris", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_clear_error(&error);
    g_assert_null(album_find(tx, nobody, "Rome", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_keeps_the_order_in_which_photos_came(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 id = create_titled(&scene, "Rome");
    gint64 a = library_scene_add(&scene, "/photos/a", NULL);
    gint64 b = library_scene_add(&scene, "/photos/b", NULL);
    gint64 c = library_scene_add(&scene, "/photos/c", NULL);
    g_assert_cmpint(add(&scene, id, (const gint64[]){c, a, c}, 3), ==, 2);
    g_assert_cmpint(add(&scene, id, (const gint64[]){b, a}, 2), ==, 1);
    assert_paths(&scene, id, "/photos/c /photos/a /photos/b");

    g_autoptr(GError) error = NULL;
    gint64 removed = 0;
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    g_assert_true(album_remove(tx, id, a, &removed, &error));
    g_assert_cmpint(removed, ==, 1);
    g_assert_true(album_remove(tx, id, a, &removed, &error));
    g_assert_cmpint(removed, ==, 0);
    fixture_commit(tx);
    assert_paths(&scene, id, "/photos/c /photos/b");
}

static void test_adds_all_or_nothing(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 id = create_titled(&scene, "Rome");
    gint64 a = library_scene_add(&scene, "/photos/a", NULL);
    g_autoptr(GError) error = NULL;
    gint64 added = 0;
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    g_assert_false(album_add(tx, id, (const gint64[]){a, a + 1000}, 2, &added, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_pointer(&tx, store_tx_free);
    assert_paths(&scene, id, "");
}

static void test_photos_come_and_go_and_stay_in_it(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 id = create_titled(&scene, "Rome");
    gint64 a = library_scene_add(&scene, "/photos/a", NULL);
    g_autoptr(GError) error = NULL;
    add(&scene, id, &a, 1);
    g_assert_true(removed_put(scene.library, scene.owner, a, &error));
    assert_paths(&scene, id, "");
    g_assert_true(removed_restore(scene.library, scene.owner, a, &error));
    assert_paths(&scene, id, "/photos/a");

    g_autoptr(StoreTx) tx = fixture_change(fixture);
    g_assert_true(album_delete(tx, id, &error));
    fixture_commit(tx);
    assert_names(&scene, "");
    g_clear_pointer(&tx, store_tx_free);
    tx = fixture_read(fixture);
    g_autoptr(Photo) photo = photo_get(tx, scene.owner, a, &error);
    g_assert_no_error(error);
}

static void test_is_renamed_and_described(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 id = create(&scene, &(AlbumNew){.title = "Rome", .description = "old"});
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    g_assert_true(album_rename(tx, id, "Roma", &error));
    g_assert_true(album_describe(tx, id, "", &error));
    g_autoptr(Album) album = album_find(tx, scene.owner, "Roma", &error);
    g_assert_no_error(error);
    g_assert_null(album->description);
    fixture_commit(tx);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/album/names", test_each_has_a_name_of_its_own);
    store_fixture_add("/album/find", test_found_by_what_it_is_shown_by);
    store_fixture_add("/album/order", test_keeps_the_order_in_which_photos_came);
    store_fixture_add("/album/all-or-nothing", test_adds_all_or_nothing);
    store_fixture_add("/album/visibility", test_photos_come_and_go_and_stay_in_it);
    store_fixture_add("/album/texts", test_is_renamed_and_described);
    return g_test_run();
}
