#include "library/source.h"

#include "library/library.h"
#include "library_fixture.h"

#include <glib/gstdio.h>
#include <unistd.h>

static gint64 add(StoreFixture *fixture, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 id = 0;
    g_assert_true(source_add(tx, path, &id, &error));
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}

static void assert_refused(StoreFixture *fixture, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 id = 0;
    g_assert_false(source_add(tx, path, &id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
}

static char *listed(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) sources = source_list(tx, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        g_string_append_printf(text, "%s%s;", source->path, source->scanned_ms ? " scanned" : "");
    }
    return g_string_free(text, FALSE);
}

static void test_sources_lie_apart(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = add(fixture, "/photos/one");
    g_assert_cmpint(add(fixture, "/photos/one"), ==, id);
    gint64 next = add(fixture, "/photos/one more");
    g_assert_cmpint(next, !=, id);
    add(fixture, "/photos/On");
    assert_refused(fixture, "/photos");
    assert_refused(fixture, "/");
    assert_refused(fixture, "/photos/one/two");
    g_assert_cmpint(add(fixture, "/photos/one more"), ==, next);
    g_autofree char *text = listed(fixture);
    g_assert_cmpstr(text, ==, "/photos/On;/photos/one;/photos/one more;");
}

static void test_the_root_holds_all(StoreFixture *fixture, gconstpointer unused)
{
    add(fixture, "/");
    assert_refused(fixture, "/photos");
}

static void test_scanned(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    gint64 id = add(fixture, "/a");
    add(fixture, "/b");
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    source_mark_scanned(tx, id, "1:2", &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_autofree char *text = listed(fixture);
    g_assert_cmpstr(text, ==, "/a scanned;/b;");
}

static gint64 ensure(StoreTx *tx, gint64 source_id, const char *path)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    folder_ensure(tx, source_id, path, &id, &error);
    g_assert_no_error(error);
    return id;
}

static void test_folders_are_made_once(StoreFixture *fixture, gconstpointer unused)
{
    gint64 source = add(fixture, "/photos");
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 folder = ensure(tx, source, "/photos/a");
    g_assert_cmpint(folder, >, 0);
    g_assert_cmpint(ensure(tx, source, "/photos/b"), !=, folder);
    g_assert_cmpint(ensure(tx, source, "/photos/a"), ==, folder);
    fixture_commit(tx);
    g_autoptr(StoreTx) next = fixture_write(fixture);
    g_assert_cmpint(ensure(next, source, "/photos/a"), ==, folder);
}

/* A folder goes with the source that holds it now. */
static void test_a_folder_changes_its_source(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    gint64 first = add(fixture, "/a");
    gint64 second = add(fixture, "/b");
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 folder = ensure(tx, first, "/a/x");
    g_assert_cmpint(ensure(tx, second, "/a/x"), ==, folder);
    g_autoptr(MediaPicture) picture = fixture_picture();
    const IngestFile file = {second, "/a/x", "1.jpg", 1, 1};
    ingest_photo(tx, &file, picture, &error);
    g_assert_no_error(error);
    g_autoptr(GHashTable) of_first = ingest_known_folders(tx, first, &error);
    g_autoptr(GHashTable) of_second = ingest_known_folders(tx, second, &error);
    g_assert_cmpuint(g_hash_table_size(of_first), ==, 0);
    g_assert_cmpuint(g_hash_table_size(of_second), ==, 1);
}

static void remove_source(StoreFixture *fixture, gint64 id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    library_touch(tx, &error);
    g_assert_true(source_remove(tx, id, &error));
    g_assert_no_error(error);
    fixture_commit(tx);
}

static gint64 version_of(StoreFixture *fixture, gint64 photo_id)
{
    static const StoreQuery query = {
        .name = "test_version",
        .sql = "SELECT version FROM photo WHERE id = ?1",
    };
    g_autoptr(GError) error = NULL;
    gint64 version = 0;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    StoreStatement *row = store_prepare(tx, &query, &error);
    store_bind_int(row, 1, photo_id);
    store_step_int(row, &version, &error);
    g_assert_no_error(error);
    return version;
}

static gint64 count_photos(StoreFixture *fixture, gint64 source_id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) sources = source_list(tx, &error);
    g_assert_no_error(error);
    g_clear_pointer(&tx, store_tx_free);
    Catalog *catalog = catalog_new(fixture->store);
    CatalogView *view = catalog_view(catalog, owner, &error);
    g_assert_no_error(error);
    g_autofree gint64 *counts = source_count_photos(view, sources);
    catalog_view_end(view);
    catalog_free(catalog);
    g_assert_cmpuint(sources->len, ==, 1);
    g_assert_cmpint(((Source *)g_ptr_array_index(sources, 0))->id, ==, source_id);
    return counts[0];
}

static gint64 add_again(StoreFixture *fixture, const char *path)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    library_touch(tx, &error);
    source_add(tx, path, &id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}

static void test_removed_and_back(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    gint64 photo = fixture_add(fixture, FIXTURE_SOURCE "/a/1.jpg", NULL);
    fixture_add_failure(fixture, FIXTURE_SOURCE "/a/bad.jpg", ALBUMEN_ERROR_CORRUPT, "broken");
    gint64 id = add(fixture, FIXTURE_SOURCE);
    gint64 before = version_of(fixture, photo);
    remove_source(fixture, id);
    g_autofree char *none = listed(fixture);
    g_assert_cmpstr(none, ==, "");
    gint64 removed = version_of(fixture, photo);
    g_assert_cmpint(removed, >, before); /* whoever keeps it in memory hears of it */
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_false(source_remove(tx, id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_pointer(&tx, store_tx_free);

    g_assert_cmpint(add_again(fixture, FIXTURE_SOURCE), ==, id);
    g_assert_cmpint(version_of(fixture, photo), >, removed);
    g_assert_cmpint(count_photos(fixture, id), ==, 1);
}

/* What was in a removed folder belongs to the one that is added about it, or in it. */
static void test_adopted(StoreFixture *fixture, gconstpointer unused)
{
    fixture_add(fixture, FIXTURE_SOURCE "/a/1.jpg", NULL);
    fixture_add(fixture, FIXTURE_SOURCE "/a/b/2.jpg", NULL);
    fixture_add(fixture, FIXTURE_SOURCE "/ab/3.jpg", NULL);
    gint64 whole = add(fixture, FIXTURE_SOURCE);
    remove_source(fixture, whole);
    gint64 part = add_again(fixture, FIXTURE_SOURCE "/a");
    g_assert_cmpint(count_photos(fixture, part), ==, 2);
    remove_source(fixture, part);
    gint64 root = add_again(fixture, "/");
    g_assert_cmpint(count_photos(fixture, root), ==, 3);
}

static void assert_no_folder(const char *path, const char *data, AlbumenError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(source_folder(path, data, &error));
    g_assert_error(error, ALBUMEN_ERROR, (gint)code);
}

static void test_which_folders_may_be(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *real = realpath(fixture->folder, NULL);
    g_autofree char *photos = g_build_filename(real, "photos", NULL);
    g_autofree char *inner = g_build_filename(photos, "inner", NULL);
    g_autofree char *data = g_build_filename(real, "the data", NULL);
    g_autofree char *link = g_build_filename(real, "link", NULL);
    g_autofree char *file = g_build_filename(photos, "file", NULL);
    g_assert_cmpint(g_mkdir_with_parents(inner, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(data, 0700), ==, 0);
    g_assert_cmpint(symlink(photos, link), ==, 0);
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    g_autofree char *by_link = source_folder(link, data, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(by_link, ==, photos);
    assert_no_folder("photos", data, ALBUMEN_ERROR_INVALID);
    assert_no_folder("", data, ALBUMEN_ERROR_INVALID);
    assert_no_folder("/photos\xEF\x9F\xBF/none", data, ALBUMEN_ERROR_INVALID);
    assert_no_folder(file, data, ALBUMEN_ERROR_INVALID);
    assert_no_folder(data, data, ALBUMEN_ERROR_INVALID);
    assert_no_folder(real, data, ALBUMEN_ERROR_INVALID);
    assert_no_folder(inner, photos, ALBUMEN_ERROR_INVALID);
}

static void test_directories(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery share = {
        .name = "test_share",
        .sql = "INSERT INTO shared_directory (path) VALUES ('/b'), ('/c')",
    };
    g_autoptr(GError) error = NULL;
    gint64 gone = add(fixture, "/a");
    add(fixture, "/b");
    remove_source(fixture, gone);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_true(store_run(store_prepare(tx, &share, &error), NULL, &error));
    g_autoptr(GPtrArray) paths = source_directories(tx, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(paths->len, ==, 2);
}

typedef struct {
    StoreFixture *fixture;
    gint64 source;
    gint64 folder;
} Making;

static gpointer make_folder(gpointer data)
{
    Making *making = data;
    g_autoptr(StoreTx) tx = fixture_write(making->fixture);
    making->folder = ensure(tx, making->source, "/photos/new");
    g_usleep(20000);
    fixture_commit(tx);
    return NULL;
}

static void test_two_make_one_folder(StoreFixture *fixture, gconstpointer unused)
{
    gint64 source = add(fixture, "/photos");
    Making makings[2] = {{fixture, source, 0}, {fixture, source, 0}};
    GThread *thread = g_thread_new("maker", make_folder, &makings[0]);
    make_folder(&makings[1]);
    g_thread_join(thread);
    g_assert_cmpint(makings[0].folder, ==, makings[1].folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/source/apart", test_sources_lie_apart);
    store_fixture_add("/source/root", test_the_root_holds_all);
    store_fixture_add("/source/scanned", test_scanned);
    store_fixture_add("/source/folders", test_folders_are_made_once);
    store_fixture_add("/source/folder_moves", test_a_folder_changes_its_source);
    store_fixture_add("/source/removed", test_removed_and_back);
    store_fixture_add("/source/adopted", test_adopted);
    store_fixture_add("/source/which", test_which_folders_may_be);
    store_fixture_add("/source/directories", test_directories);
    store_fixture_add("/source/folder_race", test_two_make_one_folder);
    return g_test_run();
}
