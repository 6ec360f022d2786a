#include "studio/item.h"

#include "studio_fixture.h"

static gboolean rename_item(StudioScene *scene, guint index, const char *name, GError **error)
{
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    gboolean renamed =
        item_rename(tx, scene->dataset, studio_scene_item(scene, index), name, error);
    fixture_commit(tx);
    return renamed;
}

static void expect_name(StudioScene *scene, guint index, const char *expected)
{
    g_autoptr(Item) item = studio_scene_read(scene, index);
    g_assert_cmpstr(item->filename, ==, expected);
}

static void test_rename(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    g_assert_true(rename_item(&scene, 0, "a/b ü.jpg", &error)); /* without its slash */
    g_assert_no_error(error);
    expect_name(&scene, 0, "ab ü.jpg");
    g_assert_true(rename_item(&scene, 0, "ab ü.jpg", &error)); /* its own */
    g_assert_no_error(error);
    g_assert_false(rename_item(&scene, 1, "ab ü.jpg", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_false(rename_item(&scene, 1, "..", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    expect_name(&scene, 1, "p001.jpg");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/item_rename/rename", test_rename);
    return g_test_run();
}
