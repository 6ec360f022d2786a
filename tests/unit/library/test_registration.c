#include "library/registration.h"

#include "library/job.h"
#include "library/source.h"
#include "library_scene.h"

#include <glib/gstdio.h>

static void add_file(LibraryScene *scene, const char *folder, const char *name)
{
    g_autoptr(GError) error = NULL;
    gint64 source = 0;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    registration_source(tx, folder, &source, &error);
    registration_add(tx, folder, name, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void set_scanning(LibraryScene *scene, gboolean scanning)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    g_autoptr(StoreTx) tx = fixture_write(scene->fixture);
    if (scanning) {
        job_queue(tx, "scan", "{}", &id, &error);
    } else {
        job_cancel(tx, "scan", &id, &error);
    }
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void assert_unread(LibraryScene *scene, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    registration_add_unread(tx, scene->owner, paths, &error);
    g_assert_no_error(error);
    g_ptr_array_add(paths, NULL);
    g_autofree char *text = g_strjoinv(" ", (char **)paths->pdata);
    g_assert_cmpstr(text, ==, expected);
}

static void assert_sources(LibraryScene *scene, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) sources = source_list(tx, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        g_string_append_printf(text, "%s%s%s", i ? " " : "", source->path,
                               source->named_only ? "*" : "");
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_is_told_of_until_it_is_read(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    library_scene_add(&scene, "/photos/a", NULL);
    add_file(&scene, "/photos", "a");
    add_file(&scene, "/photos", "b");
    assert_unread(&scene, ""); /* no scan: it is not there */
    set_scanning(&scene, TRUE);
    assert_unread(&scene, "/photos/b");
    library_scene_add(&scene, "/photos/b", NULL);
    assert_unread(&scene, "");
    add_file(&scene, "/photos", "c");
    fixture_add_failure(fixture, "/photos/c", ALBUMEN_ERROR_CORRUPT, "broken");
    assert_unread(&scene, "");
}

static void test_a_file_in_no_source_gets_one(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    library_scene_add(&scene, "/photos/a", NULL);
    add_file(&scene, "/photos/deep", "a");
    add_file(&scene, "/else/where", "b");
    assert_sources(&scene, "/else/where* /photos");

    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    gint64 id = 0;
    g_assert_true(source_add(tx, "/else", &id, &error)); /* holds all there is now */
    g_assert_no_error(error);
    fixture_commit(tx);
    assert_sources(&scene, "/else /photos");
}

static void test_progress_and_tidying(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    library_scene_add(&scene, "/photos/a", NULL);
    add_file(&scene, "/photos", "a");
    add_file(&scene, "/photos", "b");
    add_file(&scene, "/else", "c");
    set_scanning(&scene, TRUE);
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) sources = source_list(tx, &error);
    g_autofree RegistrationProgress *progress = registration_progress(tx, sources, &error);
    g_assert_no_error(error);
    g_assert_cmpint(progress[0].total, ==, 1);
    g_assert_cmpint(progress[0].read, ==, 0);
    g_assert_cmpint(progress[1].total, ==, 2);
    g_assert_cmpint(progress[1].read, ==, 1);
    g_clear_pointer(&tx, store_tx_free);

    tx = fixture_change(fixture);
    g_assert_true(registration_tidy(tx, &error));
    g_autoptr(GHashTable) kept = registration_names(tx, "/photos", &error);
    g_assert_cmpuint(g_hash_table_size(kept), ==, 1); /* b waits */
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    set_scanning(&scene, FALSE);
    tx = fixture_change(fixture);
    g_assert_true(registration_tidy(tx, &error));
    g_autoptr(GHashTable) none = registration_names(tx, "/photos", &error);
    g_autoptr(GHashTable) named = registration_names(tx, "/else", &error);
    g_assert_cmpuint(g_hash_table_size(none), ==, 0);
    g_assert_cmpuint(g_hash_table_size(named), ==, 1); /* its source knows it by this */
    fixture_commit(tx);
}

static void assert_refused(const char *path, const char *data, AlbumenError code)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = NULL;
    g_autofree char *name = NULL;
    g_assert_false(registration_look(path, data, &folder, &name, &error));
    g_assert_error(error, ALBUMEN_ERROR, (gint)code);
}

static void test_looks_at_what_is_named(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "own", NULL);
    g_autofree char *own = g_build_filename(data, "x.jpg", NULL);
    g_autofree char *picture = g_build_filename(fixture->folder, "x.JPG", NULL);
    g_autofree char *text = g_build_filename(fixture->folder, "x.txt", NULL);
    g_assert_cmpint(g_mkdir(data, 0700), ==, 0);
    g_assert_true(g_file_set_contents(own, "x", 1, NULL));
    g_assert_true(g_file_set_contents(picture, "x", 1, NULL));
    g_assert_true(g_file_set_contents(text, "x", 1, NULL));
    g_autofree char *folder = NULL;
    g_autofree char *name = NULL;
    g_assert_true(registration_look(picture, data, &folder, &name, &error));
    g_assert_cmpstr(name, ==, "x.JPG");
    assert_refused(text, data, ALBUMEN_ERROR_UNSUPPORTED);
    assert_refused(own, data, ALBUMEN_ERROR_INVALID);
    assert_refused(fixture->folder, data, ALBUMEN_ERROR_INVALID);
    assert_refused("x.jpg", data, ALBUMEN_ERROR_INVALID);
    assert_refused("/no/x.jpg", data, ALBUMEN_ERROR_INVALID);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/registration/unread", test_is_told_of_until_it_is_read);
    store_fixture_add("/registration/sources", test_a_file_in_no_source_gets_one);
    store_fixture_add("/registration/progress", test_progress_and_tidying);
    store_fixture_add_for(STORE_SQLITE, "/registration/look", test_looks_at_what_is_named);
    return g_test_run();
}
