#include "library/seen_objects.h"

#include "found_fixture.h"
#include "library_scene.h"

static void look_at(StoreFixture *fixture, gint64 photo, const char *failure)
{
    static const StoreQuery query = {
        .name = "test_look_at",
        .sql = "INSERT INTO analysis (photo_id, task, model, content_hash, error, done_ms) "
               "VALUES (?1, 'objects', 'm', ?2, ?3, 0)",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, photo);
    store_bind_blob(statement, 2, "x", 1);
    store_bind_text(statement, 3, failure);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void test_lists_what_was_looked_at(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 b = library_scene_add(&scene, "/photos/b", NULL);
    gint64 a = library_scene_add(&scene, "/photos/a", NULL);
    gint64 c = library_scene_add(&scene, "/photos/c", NULL);
    library_scene_add(&scene, "/photos/d", NULL);
    look_at(fixture, a, NULL);
    look_at(fixture, b, NULL);
    look_at(fixture, c, "broken");
    fixture_object(fixture, b, "dog");
    fixture_object(fixture, b, "person");
    fixture_object(fixture, b, "dog");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = seen_objects_list(scene.library, scene.owner, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++) {
        const SeenObjects *seen = g_ptr_array_index(list, i);
        g_autofree char *names = g_strjoinv(",", seen->names);
        g_string_append_printf(text, "%s %s;", seen->path, names);
    }
    g_assert_cmpstr(text->str, ==, "/photos/b person,dog;/photos/a ;/photos/c ;");

    g_auto(GStrv) names = seen_objects_of(scene.library, scene.owner, "/photos/b", &error);
    g_assert_cmpstr(names[0], ==, "person");
    g_assert_null(seen_objects_of(scene.library, scene.owner, "/photos/a", &error));
    g_assert_no_error(error);
    gboolean any = FALSE;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_true(seen_any(tx, "objects", &any, &error) && any);
    g_assert_true(seen_any(tx, "faces", &any, &error) && !any);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/seen-objects/list", test_lists_what_was_looked_at);
    return g_test_run();
}
