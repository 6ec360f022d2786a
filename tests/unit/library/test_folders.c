#include "library/folders.h"

#include "library_scene.h"

/* "path:count:cover ...", and "." when photos lie in the prefix itself. */
static void assert_folders(const LibraryScene *scene, const char *prefix, const char *expected)
{
    g_autoptr(GError) error = NULL;
    gboolean direct = FALSE;
    g_autoptr(GArray) folders =
        folders_in(scene->library, scene->owner, prefix, FALSE, &direct, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < folders->len; i++) {
        const Folder *folder = &g_array_index(folders, Folder, i);
        g_string_append_printf(text, "%s%s:%d:%s", i ? " " : "", folder->path, (int)folder->count,
                               folder->cover_path);
        g_autofree char *end = g_strconcat("/", folder->name, "/", NULL);
        g_assert_true(g_str_has_suffix(folder->path, end));
    }
    g_string_append(text, direct ? " ." : "");
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_walking_down(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    assert_folders(&scene, "", "");
    static const char *const paths[] = {
        "/photos/top.jpg",          "/photos/2024/b.jpg", "/photos/2024/a.jpg",
        "/photos/2024/March/c.jpg", "/photos/alps/d.jpg", "/photos/Zug/e.jpg",
        "/photos/100%_/f.jpg",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        library_scene_add(&scene, paths[i], NULL);
    }
    assert_folders(&scene, "", "/photos/:7:/photos/100%_/f.jpg");
    const char *inside = "/photos/100%_/:1:/photos/100%_/f.jpg "
                         "/photos/2024/:3:/photos/2024/March/c.jpg "
                         "/photos/alps/:1:/photos/alps/d.jpg /photos/Zug/:1:/photos/Zug/e.jpg .";
    assert_folders(&scene, "/photos/", inside);
    assert_folders(&scene, "/photos", inside);
    assert_folders(&scene, "/photos//", inside);
    assert_folders(&scene, "\\photos\\", inside);
    assert_folders(&scene, "photos/", inside); /* what the client's breadcrumbs ask for */
    assert_folders(&scene, "/", "/photos/:7:/photos/100%_/f.jpg");
    const char *year = "/photos/2024/March/:1:/photos/2024/March/c.jpg .";
    assert_folders(&scene, "/photos/2024/", year);
    assert_folders(&scene, "photos/2024", year);
    assert_folders(&scene, "/photos/2024/March/", " .");
    /* Nothing but itself matches. */
    static const char *const none[] = {"/photos/20",     "/photo", "/photos/%",
                                       "/photos/100__/", "2024/",  "/photos/2024/b.jpg",
                                       "/PHOTOS/"};
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
        assert_folders(&scene, none[i], "");
    }
}

static void test_only_what_is_shown(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    library_scene_add(&scene, "/photos/a/1.jpg", NULL);
    library_scene_add(&scene, "/photos/b/1.jpg", NULL);
    fixture_lose(fixture, "/photos/a/1.jpg");
    assert_folders(&scene, "/photos/", "/photos/b/:1:/photos/b/1.jpg");
    gint64 raw = library_scene_add(&scene, "/photos/b/0.dng", NULL);
    gint64 jpeg = library_scene_add(&scene, "/photos/b/2.jpg", NULL);
    library_scene_stack(&scene, raw, jpeg);
    assert_folders(&scene, "/photos/", "/photos/b/:2:/photos/b/1.jpg");
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) nobody = principal_new_anonymous();
    gboolean direct = FALSE;
    g_autoptr(GArray) folders = folders_in(scene.library, nobody, "", FALSE, &direct, &error);
    g_assert_cmpuint(folders->len, ==, 0);
    g_assert_false(direct);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/folders/down", test_walking_down);
    store_fixture_add("/folders/shown", test_only_what_is_shown);
    return g_test_run();
}
