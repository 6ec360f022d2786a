#include "library/selection.h"

#include "base/limits.h"
#include "library_fixture.h"

#include <string.h>

typedef struct {
    Library *library;
    Principal *owner;
} Scene;

static void scene_open(Scene *scene, StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    scene->library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
    scene->owner = principal_new_owner();
}

static void scene_close(Scene *scene)
{
    library_close(scene->library);
    principal_unref(scene->owner);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_close)

static Selection *get(const Scene *scene, StoreFixture *fixture, const Principal *viewer,
                      const char *search, gboolean ascending)
{
    g_autoptr(GError) error = NULL;
    PhotoFilter filter;
    photo_filter_init(&filter);
    filter.search = search;
    Selection *selection = selection_get(scene->library, viewer, &filter, photo_sort_find("iso"),
                                         ascending, SELECTION_PAGES, &error);
    g_assert_no_error(error);
    return selection;
}

static void assert_page(StoreFixture *fixture, const Scene *scene, const Selection *selection,
                        gint64 offset, gint64 limit, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) photos =
        selection_page(selection, tx, scene->owner, offset, limit, &error);
    g_assert_no_error(error);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < photos->len; i++) {
        g_string_append(names, ((Photo *)g_ptr_array_index(photos, i))->name);
    }
    g_assert_cmpstr(names->str, ==, expected);
    g_string_free(names, TRUE);
}

static void test_pages(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    static const char *const paths[] = {"/photos/a", "/photos/b", "/photos/c"};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        fixture_add(fixture, paths[i], NULL);
    }
    g_autoptr(Selection) selection = get(&scene, fixture, scene.owner, NULL, TRUE);
    g_assert_cmpint(selection_count(selection), ==, 3);
    g_assert_cmpuint(selection_layout(selection)->count, ==, 3);
    assert_page(fixture, &scene, selection, 0, 2, "ab");
    assert_page(fixture, &scene, selection, 2, 2, "c");
    assert_page(fixture, &scene, selection, 3, 2, "");
    assert_page(fixture, &scene, selection, G_MAXINT64, G_MAXINT64, "");
    assert_page(fixture, &scene, selection, 0, 0, "");
    assert_page(fixture, &scene, selection, 1, -1, "");
    assert_page(fixture, &scene, selection, -1, 2, "ab");
}

static void test_kept_until_the_library_changes(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    fixture_add(fixture, "/photos/a", NULL);
    g_autoptr(Selection) first = get(&scene, fixture, scene.owner, NULL, TRUE);
    g_autoptr(Selection) again = get(&scene, fixture, scene.owner, NULL, TRUE);
    g_assert_true(first == again);

    fixture_add(fixture, "/photos/b", NULL);
    g_autoptr(Selection) changed = get(&scene, fixture, scene.owner, NULL, TRUE);
    g_assert_cmpint(selection_count(changed), ==, 2);
    g_assert_cmpint(selection_count(first), ==, 1); /* who holds it keeps what it was */
    g_assert_cmpstr(selection_etag(first), !=, selection_etag(changed));

    fixture_lose(fixture, "/photos/a");
    g_autoptr(Selection) less = get(&scene, fixture, scene.owner, NULL, TRUE);
    g_assert_cmpint(selection_count(less), ==, 1);
    assert_page(fixture, &scene, changed, 0, 10, "b"); /* nobody sees what is gone */
}

static void test_each_question_has_its_own(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    fixture_add(fixture, "/photos/a", NULL);
    fixture_add(fixture, "/photos/b", NULL);
    g_autoptr(Principal) nobody = principal_new_anonymous();
    Selection *selections[] = {
        get(&scene, fixture, scene.owner, NULL, TRUE),
        get(&scene, fixture, scene.owner, NULL, FALSE),
        get(&scene, fixture, scene.owner, "a", TRUE),
        get(&scene, fixture, scene.owner, "b", TRUE),
        get(&scene, fixture, scene.owner, "'", TRUE),
        get(&scene, fixture, nobody, NULL, TRUE),
    };
    for (gsize i = 0; i < G_N_ELEMENTS(selections); i++) {
        for (gsize j = 0; j < i; j++) {
            g_assert_true(selections[i] != selections[j]);
            g_assert_cmpstr(selection_etag(selections[i]), !=, selection_etag(selections[j]));
        }
    }
    g_assert_cmpint(selection_count(selections[2]), ==, 1);
    g_assert_cmpint(selection_count(selections[5]), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(selections); i++) {
        selection_unref(selections[i]);
    }
}

/* The questions themselves take room, though nothing matches them. */
static void test_long_questions_count(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autofree char *text = g_strnfill(LIMIT_HTTP_PARAMETER_BYTES, 'x');
    g_autoptr(Selection) first = get(&scene, fixture, scene.owner, "first", TRUE);
    const gsize most = LIMIT_SELECTION_CACHE_BYTES / LIMIT_HTTP_PARAMETER_BYTES + 2;
    for (gsize i = 0; i < most; i++) {
        g_autofree char *number = g_strdup_printf("%zu", i);
        memcpy(text, number, strlen(number));
        selection_unref(get(&scene, fixture, scene.owner, text, TRUE));
    }
    g_autoptr(Selection) again = get(&scene, fixture, scene.owner, "first", TRUE);
    g_assert_true(first != again);
}

typedef struct {
    const Scene *scene;
    StoreFixture *fixture;
} Asking;

static gpointer ask(gpointer data)
{
    const Asking *asking = data;
    for (int i = 0; i < 100; i++) {
        g_autofree char *search = g_strdup_printf("%d", i % 7);
        g_autoptr(Selection) selection =
            get(asking->scene, asking->fixture, asking->scene->owner, search, TRUE);
        g_assert_cmpint(selection_count(selection), <=, 1);
    }
    return NULL;
}

static void test_threads_share_them(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    fixture_add(fixture, "/photos/0", NULL);
    Asking asking = {&scene, fixture};
    GThread *threads[3];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("asker", ask, &asking);
    }
    for (int i = 1; i < 7; i++) {
        g_autofree char *path = g_strdup_printf("/photos/%d", i);
        fixture_add(fixture, path, NULL);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/selection/pages", test_pages);
    store_fixture_add("/selection/kept", test_kept_until_the_library_changes);
    store_fixture_add("/selection/own", test_each_question_has_its_own);
    store_fixture_add("/selection/long", test_long_questions_count);
    store_fixture_add("/selection/threads", test_threads_share_them);
    return g_test_run();
}
