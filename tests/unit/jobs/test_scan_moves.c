/* What stays the same photo while its file is moved about, and what does not. */
#include "base/path_text.h"
#include "jobs/scan.h"
#include "library_fixture.h"
#include "scan_scene.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

static ScanProgress scan_with(const Scene *scene, ScanOptions options)
{
    g_autoptr(GError) error = NULL;
    options.library = scene->library;
    options.workers = scene->workers;
    ScanProgress progress;
    scan_run(&options, &progress, &error);
    g_assert_no_error(error);
    g_assert_cmpint(progress.found, ==, progress.indexed + progress.unchanged + progress.failed);
    return progress;
}

static void assert_scan(const Scene *scene, int indexed, int moved, int missing)
{
    ScanProgress progress = scan_with(scene, (ScanOptions){0});
    g_assert_cmpint(progress.indexed, ==, indexed);
    g_assert_cmpint(progress.moved, ==, moved);
    g_assert_cmpint(progress.missing, ==, missing);
    progress = scan_with(scene, (ScanOptions){0}); /* and all is settled */
    g_assert_cmpint(progress.indexed, ==, 0);
    g_assert_cmpint(progress.missing, ==, 0);
}

static void run_on_path(const Scene *scene, const StoreQuery *query, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = scene_path(scene, name);
    g_autoptr(StoreTx) tx = fixture_write(scene->store);
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    store_bind_text(statement, 1, path);
    gint64 changed = 0;
    store_run(statement, &changed, &error);
    g_assert_no_error(error);
    g_assert_cmpint(changed, ==, 1);
    fixture_commit(tx);
}

/* The photo at the path, whatever its state; 0: none. */
static gint64 id_at(const Scene *scene, const char *name)
{
    static const StoreQuery query = {
        .name = "test_id_at",
        .sql = "SELECT id FROM photo WHERE path = ?1",
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *path = scene_path(scene, name);
    g_autoptr(StoreTx) tx = fixture_read(scene->store);
    StoreStatement *row = store_prepare(tx, &query, &error);
    store_bind_text(row, 1, path);
    StoreStep step = store_step(row, &error);
    g_assert_no_error(error);
    return step == STORE_ROW ? store_column_int(row, 0) : 0;
}

static gint64 count(const Scene *scene, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    gint64 number = -1;
    g_autoptr(StoreTx) tx = fixture_read(scene->store);
    store_step_int(store_prepare(tx, query, &error), &number, &error);
    g_assert_no_error(error);
    return number;
}

static gint64 count_rows(const Scene *scene)
{
    static const StoreQuery query = {.name = "test_rows", .sql = "SELECT count(*) FROM photo"};
    return count(scene, &query);
}

static gint64 count_shown(const Scene *scene)
{
    static const StoreQuery query = {
        .name = "test_shown",
        .sql = "SELECT count(*) FROM photo WHERE state = 'present' AND kept_out IS NULL",
    };
    return count(scene, &query);
}

static void copy(const Scene *scene, const char *from, const char *to)
{
    g_autofree char *path = scene_path(scene, from);
    g_autofree char *data = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &data, &length, NULL));
    scene_put_bytes(scene, to, data, length);
}

static void touch(const Scene *scene, const char *name)
{
    g_autofree char *path = scene_path(scene, name);
    const struct utimbuf times = {1000000000, 1000000000};
    g_assert_cmpint(utime(path, &times), ==, 0);
}

static void test_renamed(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "m.jpg", 50);
    scene_put(&scene, "n.jpg", 51);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 2, 0, 0);
    gint64 m = id_at(&scene, "m.jpg"), n = id_at(&scene, "n.jpg");
    scene_move(&scene, "m.jpg", "a.jpg"); /* met before the old name */
    scene_move(&scene, "n.jpg", "z.jpg"); /* and behind it */
    assert_scan(&scene, 2, 2, 0);
    g_assert_cmpint(id_at(&scene, "a.jpg"), ==, m);
    g_assert_cmpint(id_at(&scene, "z.jpg"), ==, n);
    g_assert_cmpint(count_rows(&scene), ==, 2);
    scene_move(&scene, "a.jpg", "A.JPG");
    assert_scan(&scene, 1, 1, 0);
    g_assert_cmpint(id_at(&scene, "A.JPG"), ==, m);
}

static void test_folders_renamed(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "m/one/a", 100);
    scene_put_many(&scene, "m/two/a", 100); /* the same contents again */
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 200, 0, 0);
    gint64 first = id_at(&scene, "m/one/a007.jpg"), second = id_at(&scene, "m/two/a007.jpg");
    scene_move(&scene, "m", "b");
    assert_scan(&scene, 200, 200, 0);
    gint64 one = id_at(&scene, "b/one/a007.jpg"), two = id_at(&scene, "b/two/a007.jpg");
    g_assert_true((one == first && two == second) || (one == second && two == first));
    scene_move(&scene, "b", "z");
    assert_scan(&scene, 200, 200, 0);
    g_assert_cmpint(count_rows(&scene), ==, 200);
    g_assert_cmpint(count_shown(&scene), ==, 200);
}

static void test_between_sources(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autofree char *first = scene_path(&scene, "first");
    g_autofree char *second = scene_path(&scene, "second");
    scene_put(&scene, "first/a.jpg", 50);
    scene_put(&scene, "first/b.jpg", 51);
    scene_put(&scene, "second/c.jpg", 52);
    scene_put(&scene, "second/d.jpg", 53);
    scene_add_source(&scene, first);
    scene_add_source(&scene, second);
    assert_scan(&scene, 4, 0, 0);
    gint64 a = id_at(&scene, "first/a.jpg"), c = id_at(&scene, "second/c.jpg");
    scene_move(&scene, "first/a.jpg", "second/a.jpg");
    scene_move(&scene, "second/c.jpg", "first/c.jpg");
    assert_scan(&scene, 2, 2, 0);
    g_assert_cmpint(id_at(&scene, "second/a.jpg"), ==, a);
    g_assert_cmpint(id_at(&scene, "first/c.jpg"), ==, c);
    g_assert_cmpint(count_rows(&scene), ==, 4);
}

/* While a source is away nobody can tell whether its files moved. */
static void test_a_source_that_is_away_loses_none(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autofree char *first = scene_path(&scene, "first");
    g_autofree char *second = scene_path(&scene, "second");
    scene_put(&scene, "first/a.jpg", 50);
    scene_put(&scene, "second/b.jpg", 51);
    scene_add_source(&scene, first);
    scene_add_source(&scene, second);
    assert_scan(&scene, 2, 0, 0);
    gint64 a = id_at(&scene, "first/a.jpg");
    copy(&scene, "first/a.jpg", "second/a.jpg");
    scene_move(&scene, "first", "away");
    const ScanOptions options = {.library = scene.library, .workers = scene.workers};
    ScanProgress progress;
    g_assert_false(scan_run(&options, &progress, &error));
    g_assert_cmpint(id_at(&scene, "first/a.jpg"), ==, a);
    g_assert_cmpint(id_at(&scene, "second/a.jpg"), !=, 0);
    scene_move(&scene, "away", "first");
    assert_scan(&scene, 0, 0, 0);
    g_assert_cmpint(count_shown(&scene), ==, 3);
}

static void test_swapped(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_put(&scene, "b.jpg", 51);
    scene_put(&scene, "c.jpg", 52);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 3, 0, 0);
    gint64 a = id_at(&scene, "a.jpg"), b = id_at(&scene, "b.jpg"), c = id_at(&scene, "c.jpg");
    scene_move(&scene, "a.jpg", "other");
    scene_move(&scene, "b.jpg", "a.jpg");
    scene_move(&scene, "other", "b.jpg");
    assert_scan(&scene, 2, 2, 0);
    g_assert_cmpint(id_at(&scene, "a.jpg"), ==, b);
    g_assert_cmpint(id_at(&scene, "b.jpg"), ==, a);
    scene_move(&scene, "a.jpg", "other"); /* and round: b to b.jpg to c.jpg to a.jpg */
    scene_move(&scene, "c.jpg", "a.jpg");
    scene_move(&scene, "b.jpg", "c.jpg");
    scene_move(&scene, "other", "b.jpg");
    assert_scan(&scene, 3, 3, 0);
    g_assert_cmpint(id_at(&scene, "a.jpg"), ==, c);
    g_assert_cmpint(id_at(&scene, "b.jpg"), ==, b);
    g_assert_cmpint(id_at(&scene, "c.jpg"), ==, a);
    g_assert_cmpint(count_rows(&scene), ==, 3);
}

static void test_moved_over_another(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_put(&scene, "b.jpg", 51);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 2, 0, 0);
    gint64 b = id_at(&scene, "b.jpg");
    scene_move(&scene, "b.jpg", "a.jpg");
    assert_scan(&scene, 1, 1, 1);
    g_assert_cmpint(id_at(&scene, "a.jpg"), ==, b);
    g_assert_cmpint(count_shown(&scene), ==, 1);
}

static void test_copies_are_two(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "m.jpg", 50);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 1, 0, 0);
    gint64 m = id_at(&scene, "m.jpg");
    copy(&scene, "m.jpg", "a.jpg");
    copy(&scene, "m.jpg", "z/m.jpg");
    touch(&scene, "m.jpg"); /* it is still there, whatever its time */
    assert_scan(&scene, 3, 0, 0);
    g_assert_cmpint(id_at(&scene, "m.jpg"), ==, m);
    g_assert_cmpint(count_shown(&scene), ==, 3);

    gint64 z = id_at(&scene, "z/m.jpg");
    scene_move(&scene, "m.jpg", "y.jpg");
    scene_move(&scene, "z", "x"); /* of two that could be it, the one of the same name */
    assert_scan(&scene, 2, 2, 0);
    g_assert_cmpint(id_at(&scene, "x/m.jpg") + id_at(&scene, "y.jpg"), ==, m + z);
    g_assert_cmpint(count_rows(&scene), ==, 3);
}

static void test_links_are_copies(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "m.jpg", 50);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 1, 0, 0);
    gint64 m = id_at(&scene, "m.jpg");
    g_autofree char *old_path = scene_path(&scene, "m.jpg");
    g_autofree char *hard = scene_path(&scene, "hard.jpg");
    g_autofree char *soft = scene_path(&scene, "soft.jpg");
    g_assert_cmpint(link(old_path, hard), ==, 0);
    g_assert_cmpint(symlink("m.jpg", soft), ==, 0);
    assert_scan(&scene, 2, 0, 0);
    g_assert_cmpint(id_at(&scene, "m.jpg"), ==, m);
    g_assert_cmpint(count_shown(&scene), ==, 3);
}

static void test_edited_in_place(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 1, 0, 0);
    gint64 a = id_at(&scene, "a.jpg");
    scene_put(&scene, "a.jpg", 60);
    assert_scan(&scene, 1, 0, 0);
    g_assert_cmpint(id_at(&scene, "a.jpg"), ==, a);
    touch(&scene, "a.jpg");
    assert_scan(&scene, 1, 0, 0);
    g_assert_cmpint(id_at(&scene, "a.jpg"), ==, a);
    g_assert_cmpint(count_rows(&scene), ==, 1);
}

static void test_missing_returns_elsewhere(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_put(&scene, "b.jpg", 51);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 2, 0, 0);
    gint64 a = id_at(&scene, "a.jpg");
    scene_move(&scene, "a.jpg", "kept");
    assert_scan(&scene, 0, 0, 1);
    g_autofree char *folder = scene_path(&scene, "new");
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    scene_move(&scene, "kept", "new/name.jpg");
    assert_scan(&scene, 1, 1, 0);
    g_assert_cmpint(id_at(&scene, "new/name.jpg"), ==, a);
    g_assert_cmpint(count_shown(&scene), ==, 2);
}

static const StoreQuery remove_photo = {
    .name = "test_remove",
    .sql = "UPDATE photo SET kept_out = 'removed' WHERE path = ?1",
};
static const StoreQuery trash_photo = {
    .name = "test_trash",
    .sql = "UPDATE photo SET kept_out = 'trash', path = 'trash/' || uuid || '/' || name "
           "WHERE path = ?1",
};

static void test_removed_stays_out(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_put(&scene, "b.jpg", 51);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 2, 0, 0);
    gint64 a = id_at(&scene, "a.jpg");
    run_on_path(&scene, &remove_photo, "a.jpg");
    assert_scan(&scene, 0, 0, 0);
    touch(&scene, "a.jpg");
    assert_scan(&scene, 1, 0, 0);
    scene_move(&scene, "a.jpg", "z.jpg");
    assert_scan(&scene, 1, 1, 0);
    g_assert_cmpint(id_at(&scene, "z.jpg"), ==, a);
    g_assert_cmpint(count_shown(&scene), ==, 1);

    scan_with(&scene, (ScanOptions){.take_back = TRUE});
    g_assert_cmpint(count_shown(&scene), ==, 2);
    run_on_path(&scene, &remove_photo, "z.jpg");
    scene_put(&scene, "z.jpg", 60); /* another picture by now */
    assert_scan(&scene, 1, 0, 0);
    g_assert_cmpint(count_shown(&scene), ==, 2);
}

static void test_trashed_stays_out(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery in_trash = {
        .name = "test_in_trash",
        .sql = "SELECT count(*) FROM photo WHERE kept_out = 'trash' AND path LIKE 'trash/%'",
    };
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_put(&scene, "b.jpg", 51);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 2, 0, 0);
    run_on_path(&scene, &trash_photo, "a.jpg");
    scene_move(&scene, "a.jpg", "in the trash");
    assert_scan(&scene, 0, 0, 0); /* not missing: it is where it should be */

    copy(&scene, "in the trash", "a.jpg"); /* somebody's synchronisation brings it back */
    copy(&scene, "in the trash", "again.jpg");
    assert_scan(&scene, 0, 0, 0);
    g_assert_cmpint(count_shown(&scene), ==, 1);
    g_assert_cmpint(count_rows(&scene), ==, 2);

    scene_put(&scene, "a.jpg", 70); /* another picture at its place */
    assert_scan(&scene, 1, 0, 0);
    scan_with(&scene, (ScanOptions){.take_back = TRUE});
    g_assert_cmpint(count_shown(&scene), ==, 3);
    g_assert_cmpint(count(&scene, &in_trash), ==, 1);
}

static void test_an_emptied_source(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autofree char *folder = scene_path(&scene, "disk");
    scene_put(&scene, "disk/a.jpg", 50);
    scene_add_source(&scene, folder);
    assert_scan(&scene, 1, 0, 0);
    scene_take_away(&scene, "disk/a.jpg");
    assert_scan(&scene, 0, 0, 1); /* it is the very folder that it was */

    scene_put(&scene, "disk/a.jpg", 50);
    assert_scan(&scene, 1, 1, 0);
    scene_move(&scene, "disk", "unmounted");
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_autoptr(GError) error = NULL;
    ScanOptions options = {.library = scene.library, .workers = scene.workers};
    ScanProgress progress;
    g_assert_false(scan_run(&options, &progress, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_assert_cmpint(count_shown(&scene), ==, 1);
    progress = scan_with(&scene, (ScanOptions){.accept_empty = TRUE});
    g_assert_cmpint(progress.missing, ==, 1);
    g_assert_cmpint(count_shown(&scene), ==, 0);
}

static void test_parts(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a/1.jpg", 50);
    scene_put(&scene, "a/b/2.jpg", 51);
    scene_put(&scene, "c/3.jpg", 52);
    scene_add_source(&scene, scene.photos);
    g_autofree char *a = scene_path(&scene, "a");
    g_autofree char *c = scene_path(&scene, "c");
    const char *const alone[] = {a, "/elsewhere", NULL};
    const char *const gone[] = {a, c, NULL};
    ScanProgress progress = scan_with(&scene, (ScanOptions){.folders = alone});
    g_assert_cmpint(progress.indexed, ==, 1);
    progress = scan_with(&scene, (ScanOptions){.trees = alone});
    g_assert_cmpint(progress.indexed, ==, 1);
    g_assert_cmpint(count_rows(&scene), ==, 2);

    scene_move(&scene, "a", ".hidden");
    progress = scan_with(&scene, (ScanOptions){.trees = gone});
    g_assert_cmpint(progress.missing, ==, 2);
    g_assert_cmpint(progress.indexed, ==, 1);
    scene_move(&scene, ".hidden", "c/moved");
    progress = scan_with(&scene, (ScanOptions){.trees = gone});
    g_assert_cmpint(progress.moved, ==, 2);
    g_assert_cmpint(count_rows(&scene), ==, 3);
}

static void test_retry_failed(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_bytes(&scene, "bad.jpg", "bad", 3);
    scene_add_source(&scene, scene.photos);
    static const StoreQuery forget = {
        .name = "test_age",
        .sql = "UPDATE failure SET failed_ms = 1 WHERE path = ?1",
    };
    static const StoreQuery old = {
        .name = "test_old",
        .sql = "SELECT count(*) FROM failure WHERE failed_ms = 1",
    };
    scan_with(&scene, (ScanOptions){0});
    run_on_path(&scene, &forget, "bad.jpg");
    scan_with(&scene, (ScanOptions){0});
    g_assert_cmpint(count(&scene, &old), ==, 1);
    ScanProgress progress = scan_with(&scene, (ScanOptions){.retry_failed = TRUE});
    g_assert_cmpint(progress.failed, ==, 1);
    g_assert_cmpint(count(&scene, &old), ==, 0);
}

/* A source may hold the data folder: what is in there is ours. */
static void test_own_data(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_add_source(&scene, fixture->folder);
    g_autofree char *thumbs = g_build_filename(fixture->folder, "data", "thumbs", NULL);
    const char *const own[] = {thumbs, NULL};
    assert_scan(&scene, 1, 0, 0);
    g_autofree char *stray = g_build_filename(thumbs, "stray.jpg", NULL);
    g_assert_true(g_file_set_contents(stray, "x", 1, NULL));
    scan_with(&scene, (ScanOptions){.trees = own});
    scan_with(&scene, (ScanOptions){.folders = own});
    assert_scan(&scene, 0, 0, 0);
    g_assert_cmpint(count_rows(&scene), ==, 1);
}

/* Sidecars */

static const StoreQuery titles = {
    .name = "test_titles",
    .sql = "SELECT title FROM photo WHERE path = ?1",
};

static void assert_title(const Scene *scene, const char *name, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = scene_path(scene, name);
    g_autoptr(StoreTx) tx = fixture_read(scene->store);
    StoreStatement *row = store_prepare(tx, &titles, &error);
    store_bind_text(row, 1, path);
    g_assert_true(store_step_one(row, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(store_column_text(row, 0), ==, expected);
}

static void put_sidecar(const Scene *scene, const char *name, const char *title)
{
    g_autofree char *text = g_strdup_printf(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
        "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        "xmp:Rating='4'><dc:title><rdf:Alt><rdf:li xml:lang='x-default'>%s</rdf:li></rdf:Alt>"
        "</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>",
        title);
    scene_put_bytes(scene, name, text, strlen(text));
}

static void test_sidecars(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_put(&scene, "b.JPG", 51);
    put_sidecar(&scene, "A.XMP", "shared");
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 2, 0, 0);
    assert_title(&scene, "a.jpg", "shared");
    assert_title(&scene, "b.JPG", NULL);

    put_sidecar(&scene, "b.jpg.xmp", "own"); /* new; and of two the more special one */
    put_sidecar(&scene, "a.jpg.xmp", "own too");
    assert_scan(&scene, 2, 0, 0);
    assert_title(&scene, "a.jpg", "own too");
    assert_title(&scene, "b.JPG", "own");

    put_sidecar(&scene, "b.jpg.xmp", "edited by now");
    scene_take_away(&scene, "a.jpg.xmp");
    assert_scan(&scene, 2, 0, 0);
    assert_title(&scene, "a.jpg", "shared");
    assert_title(&scene, "b.JPG", "edited by now");

    gint64 b = id_at(&scene, "b.JPG"); /* moved together nothing is read again */
    scene_move(&scene, "b.JPG", "z.jpg");
    scene_move(&scene, "b.jpg.xmp", "z.xmp");
    scene_take_away(&scene, "A.XMP");
    assert_scan(&scene, 2, 1, 0);
    g_assert_cmpint(id_at(&scene, "z.jpg"), ==, b);
    assert_title(&scene, "z.jpg", "edited by now");
    assert_title(&scene, "a.jpg", NULL);

    scene_put_bytes(&scene, "z.xmp", "<broken", 7); /* says nothing, and costs nothing */
    assert_scan(&scene, 1, 0, 0);
    assert_title(&scene, "z.jpg", NULL);
}

int main(int argc, char **argv)
{
    hash_init();
    if (argc > 1 && g_str_equal(argv[1], "worker")) {
        return scene_worker();
    }
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/moves/renamed", test_renamed);
    store_fixture_add("/moves/folders", test_folders_renamed);
    store_fixture_add("/moves/sources", test_between_sources);
    store_fixture_add("/moves/away", test_a_source_that_is_away_loses_none);
    store_fixture_add("/moves/swapped", test_swapped);
    store_fixture_add("/moves/over", test_moved_over_another);
    store_fixture_add("/moves/copies", test_copies_are_two);
    store_fixture_add("/moves/links", test_links_are_copies);
    store_fixture_add("/moves/edited", test_edited_in_place);
    store_fixture_add("/moves/returns", test_missing_returns_elsewhere);
    store_fixture_add("/moves/removed", test_removed_stays_out);
    store_fixture_add("/moves/trashed", test_trashed_stays_out);
    store_fixture_add("/moves/emptied", test_an_emptied_source);
    store_fixture_add("/moves/parts", test_parts);
    store_fixture_add("/moves/retry", test_retry_failed);
    store_fixture_add("/moves/own_data", test_own_data);
    store_fixture_add("/moves/sidecars", test_sidecars);
    return g_test_run();
}
