#include "studio/directory.h"

#include "studio_fixture.h"

#include <string.h>

static void assert_path(const char *path, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *clean = directory_clean_path(path, &error);
    g_assert_cmpstr(clean, ==, expected);
    if (!expected) {
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
}

static void test_paths(void)
{
    assert_path("", "/");
    assert_path("/", "/");
    assert_path("a/b", "/a/b");
    assert_path("/a/b/", "/a/b");
    assert_path("/ünï #?/b", "/ünï #?/b");
    assert_path("a//b", NULL);
    assert_path("//", NULL);
    assert_path("a/../b", NULL);
    assert_path(".", NULL);
    assert_path("a/\x01", NULL);
    assert_path("a/b\xff", NULL);
    g_autofree char *deep = g_strnfill(200, '/');
    for (gsize i = 0; i < 200; i += 2) {
        deep[i] = 'a';
    }
    assert_path(deep, NULL);
}

static void assert_filename(const char *name, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *clean = directory_clean_filename(name, &error);
    g_assert_cmpstr(clean, ==, expected);
    if (!expected) {
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
}

static void test_filenames(void)
{
    assert_filename("a.jpg", "a.jpg");
    assert_filename("a/b\\c\n.jpg", "abc.jpg");
    assert_filename("/../", NULL);
    assert_filename("", NULL);
    assert_filename("..", NULL);
    assert_filename("...", "...");
    g_autofree char *long_name = g_strnfill(256, 'x');
    assert_filename(long_name, NULL);
}

static gint64 make(StudioScene *scene, const char *path)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    directory_make(tx, scene->owner, scene->dataset, path, &id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}

/* "/a 1/3 ..." : path, pictures right in it and in all. The caller's. */
static char *listing(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) all = directory_list(tx, scene->dataset, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < all->len; i++) {
        const Directory *directory = g_ptr_array_index(all, i);
        g_string_append_printf(text, "%s%s %d/%d", i ? " " : "", directory->path,
                               (int)directory->image_count, (int)directory->nested_count);
    }
    return g_string_free(text, FALSE);
}

static void assert_listing(StudioScene *scene, const char *expected)
{
    g_autofree char *text = listing(scene);
    g_assert_cmpstr(text, ==, expected);
}

static void test_making_and_counting(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    gint64 first = make(&scene, "/a/b");
    g_assert_cmpint(make(&scene, "/a/b"), ==, first);
    studio_scene_add(&scene, "/photos/x.jpg", "/a", NULL);
    studio_scene_add(&scene, "/photos/y.jpg", "/a/b", NULL);
    studio_scene_add(&scene, "/photos/z.jpg", "/a-b", NULL);
    assert_listing(&scene, "/a 1/2 /a-b 1/1 /a/b 1/1");
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(Directory) root = directory_find(tx, scene.dataset, "/", &error);
    g_assert_no_error(error);
    g_assert_cmpint(root->image_count, ==, 1);
    g_assert_cmpint(root->nested_count, ==, 4);
    g_autoptr(Directory) inner = directory_find(tx, scene.dataset, "/a/b", &error);
    g_assert_nonnull(inner->parent_uuid);
    DirectoryStats stats = {0};
    g_assert_true(directory_stats(tx, scene.dataset, root, TRUE, &stats, &error));
    g_assert_cmpint(stats.directories, ==, 3);
    g_assert_cmpint(stats.images, ==, 4);
    g_assert_cmpint(stats.bytes, ==, 4000);
    g_assert_cmpint(stats.by_status[ITEM_NEW], ==, 4);
    g_assert_null(directory_find(tx, scene.dataset, "/b", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static gboolean rename_to(StudioScene *scene, const char *path, const char *name, GError **error)
{
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    g_autoptr(Directory) directory = directory_find(tx, scene->dataset, path, error);
    gboolean done = directory && directory_rename(tx, scene->dataset, directory, name, error);
    if (done) {
        fixture_commit(tx);
    }
    return done;
}

static void test_renaming(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    make(&scene, "/ä/b/c");
    make(&scene, "/ä-");
    make(&scene, "/ä/d");
    g_assert_true(rename_to(&scene, "/ä", "longer", &error));
    assert_listing(&scene, "/longer 0/0 /longer/b 0/0 /longer/b/c 0/0 /longer/d 0/0 /ä- 0/0");
    g_assert_true(rename_to(&scene, "/longer/b", "b", &error));
    g_assert_false(rename_to(&scene, "/longer/b", "d", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_false(rename_to(&scene, "/longer/b", "d/e", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_false(rename_to(&scene, "/", "root", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
}

static gboolean delete_at(StudioScene *scene, const char *path, gboolean cascade, gint64 *ret_moved,
                          GError **error)
{
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    g_autoptr(Directory) directory = directory_find(tx, scene->dataset, path, error);
    gboolean done =
        directory && directory_delete(tx, scene->dataset, directory, cascade, ret_moved, error);
    if (done) {
        fixture_commit(tx);
    }
    return done;
}

static void test_deleting(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    gint64 moved = 0;
    studio_scene_open(&scene, fixture, 1);
    studio_scene_add(&scene, "/photos/sub/p000.jpg", "/a/b", NULL);
    g_assert_false(delete_at(&scene, "/a", TRUE, &moved, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_false(delete_at(&scene, "/a/b", FALSE, &moved, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_true(delete_at(&scene, "/a/b", TRUE, &moved, &error));
    g_assert_cmpint(moved, ==, 1);
    assert_listing(&scene, "/a 1/1");
    g_assert_true(delete_at(&scene, "/a", TRUE, &moved, &error));
    g_autoptr(Item) item = studio_scene_read(&scene, 1);
    g_assert_cmpstr(item->directory, ==, "/");
    g_assert_cmpstr(item->filename, ==, "p000-1.jpg"); /* the other one has the name */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    g_test_add_func("/directory/paths", test_paths);
    g_test_add_func("/directory/filenames", test_filenames);
    store_fixture_add("/directory/makes", test_making_and_counting);
    store_fixture_add("/directory/renames", test_renaming);
    store_fixture_add("/directory/deletes", test_deleting);
    return g_test_run();
}
