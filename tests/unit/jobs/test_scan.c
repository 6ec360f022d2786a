/* Scans of real folders by real workers, as which this program serves too (scan_scene.h). */
#include "jobs/scan.h"

#include "base/path_text.h"
#include "library/failures.h"
#include "library/originals.h"
#include "library/source.h"
#include "library_fixture.h"
#include "scan_scene.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ScanProgress scan(const Scene *scene, AlbumenError *ret_code)
{
    g_autoptr(GError) error = NULL;
    const ScanOptions options = {.library = scene->library, .workers = scene->workers};
    ScanProgress progress;
    gboolean done = scan_run(&options, &progress, &error);
    g_assert_cmpint(done, ==, error == NULL);
    if (ret_code) {
        g_assert_nonnull(error);
        g_assert_true(error->domain == ALBUMEN_ERROR);
        *ret_code = (AlbumenError)error->code;
    } else {
        g_assert_no_error(error);
        g_assert_cmpint(progress.found, ==,
                        progress.indexed + progress.unchanged + progress.failed);
        g_assert_cmpint(progress.total, ==, progress.found);
    }
    return progress;
}

static void assert_scan(const Scene *scene, int indexed, int unchanged, int failed, int missing)
{
    ScanProgress progress = scan(scene, NULL);
    g_assert_cmpint(progress.indexed, ==, indexed);
    g_assert_cmpint(progress.unchanged, ==, unchanged);
    g_assert_cmpint(progress.failed, ==, failed);
    g_assert_cmpint(progress.missing, ==, missing);
}

static void assert_library(const Scene *scene, const char *expected)
{
    PhotoFilter filter;
    photo_filter_init(&filter);
    g_autofree char *names = fixture_names(scene->store, &filter, "aggregate", TRUE);
    g_assert_cmpstr(names, ==, expected);
}

static gint64 count_photos(const Scene *scene)
{
    g_autoptr(Principal) owner = principal_new_owner();
    PhotoFilter filter;
    photo_filter_init(&filter);
    return fixture_count(scene->store, owner, &filter);
}

static Photo *get(const Scene *scene, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autofree char *path = scene_path(scene, name);
    g_autofree char *text = path_to_text(path);
    g_autoptr(StoreTx) tx = fixture_read(scene->store);
    Photo *photo = photo_get_by_path(tx, owner, text, &error);
    g_assert_no_error(error);
    return photo;
}

static gint64 scanned_ms(const Scene *scene, guint index)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->store);
    g_autoptr(GPtrArray) sources = source_list(tx, &error);
    g_assert_no_error(error);
    return ((Source *)g_ptr_array_index(sources, index))->scanned_ms;
}

static void assert_thumbnails(const Scene *scene, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Photo) photo = get(scene, name);
    g_autoptr(Grant) grant = access_grant_photo(scene->library, owner, photo->id, &error);
    g_assert_no_error(error);
    for (ThumbnailSize size = THUMBNAIL_SMALL; size <= THUMBNAIL_LARGE; size++) {
        g_autoptr(GBytes) bytes = thumbnail_get(scene->library, grant, size, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_bytes_get_size(bytes), >, 100);
    }
}

static void test_first_and_second_scan(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    assert_scan(&scene, 0, 0, 0, 0); /* no source yet */
    scene_put(&scene, "b.jpg", 50);
    scene_put(&scene, "a/c.JPG", 60);
    scene_put(&scene, "a/d/e.jpeg", 70);
    scene_put_bytes(&scene, "notes.txt", "no picture", 10);
    scene_add_source(&scene, scene.photos);
    g_assert_cmpint(scanned_ms(&scene, 0), ==, 0);

    assert_scan(&scene, 3, 0, 0, 0);
    assert_library(&scene, "c.JPG e.jpeg b.jpg");
    g_autoptr(Photo) photo = get(&scene, "a/d/e.jpeg");
    g_assert_cmpint(photo->width, ==, 70);
    assert_thumbnails(&scene, "a/d/e.jpeg");
    g_assert_cmpint(scanned_ms(&scene, 0), >, 0);

    assert_scan(&scene, 0, 3, 0, 0);
    g_autoptr(Photo) again = get(&scene, "a/d/e.jpeg");
    g_assert_cmpint(again->indexed_ms, ==, photo->indexed_ms);
}

static void test_changes(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_put(&scene, "b.jpg", 51);
    scene_put(&scene, "c.jpg", 52);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 3, 0, 0, 0);
    g_autoptr(Photo) a = get(&scene, "a.jpg");
    g_autoptr(Photo) b = get(&scene, "b.jpg");

    scene_put(&scene, "a.jpg", 90);
    scene_move(&scene, "b.jpg", "kept");
    scene_put(&scene, "d.jpg", 53);
    assert_scan(&scene, 2, 1, 0, 1);
    assert_library(&scene, "a.jpg c.jpg d.jpg");
    g_autoptr(Photo) changed = get(&scene, "a.jpg");
    g_assert_cmpint(changed->id, ==, a->id);
    g_assert_cmpint(changed->width, ==, 90);
    assert_scan(&scene, 0, 3, 0, 0); /* what is missing is told once */

    scene_move(&scene, "kept", "b.jpg");
    assert_scan(&scene, 0, 4, 0, 0);
    assert_library(&scene, "a.jpg b.jpg c.jpg d.jpg");
    g_autoptr(Photo) returned = get(&scene, "b.jpg");
    g_assert_cmpint(returned->id, ==, b->id);
}

static void test_folders_go_and_return(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a/1.jpg", 50);
    scene_put(&scene, "a/b/2.jpg", 51);
    scene_put(&scene, "a/b/3.jpg", 52);
    scene_put_bytes(&scene, "a/b/bad.jpg", "bad", 3);
    scene_put(&scene, "ab/4.jpg", 53);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 4, 0, 1, 0);

    scene_move(&scene, "a", ".hidden");
    assert_scan(&scene, 0, 1, 0, 3);
    assert_library(&scene, "4.jpg");
    assert_scan(&scene, 0, 1, 0, 0);
    scene_move(&scene, ".hidden", "a");
    assert_scan(&scene, 0, 4, 1, 0);
    assert_library(&scene, "1.jpg 2.jpg 3.jpg 4.jpg");
}

/* What is deleted, what is another's, what cannot be seen. */
static void test_a_source_that_is_not_there(StoreFixture *fixture, gconstpointer unused)
{
    AlbumenError code;
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autofree char *first = scene_path(&scene, "first");
    g_autofree char *second = scene_path(&scene, "second");
    scene_put(&scene, "first/a.jpg", 50);
    scene_put(&scene, "second/b.jpg", 51);
    scene_add_source(&scene, first);
    scene_add_source(&scene, second);
    assert_scan(&scene, 2, 0, 0, 0);

    scene_move(&scene, "first", "away");
    scene_put(&scene, "second/c.jpg", 52);
    ScanProgress progress = scan(&scene, &code);
    g_assert_cmpint(code, ==, ALBUMEN_ERROR_UNAVAILABLE);
    g_assert_cmpint(progress.indexed, ==, 1); /* the others are scanned nevertheless */
    g_assert_cmpint(progress.missing, ==, 0);
    assert_library(&scene, "a.jpg b.jpg c.jpg");
}

static void test_an_empty_mount_point_deletes_nothing(StoreFixture *fixture, gconstpointer unused)
{
    AlbumenError code;
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autofree char *empty = scene_path(&scene, "disk");
    g_assert_cmpint(g_mkdir(empty, 0700), ==, 0);
    scene_add_source(&scene, empty);
    assert_scan(&scene, 0, 0, 0, 0); /* nothing was known: nothing is amiss */
    gint64 before = scanned_ms(&scene, 0);
    g_assert_cmpint(before, >, 0);
    scene_put(&scene, "disk/a.jpg", 50);
    assert_scan(&scene, 1, 0, 0, 0);

    scene_move(&scene, "disk", "unmounted");
    g_assert_cmpint(g_mkdir(empty, 0700), ==, 0);
    ScanProgress progress = scan(&scene, &code);
    g_assert_cmpint(code, ==, ALBUMEN_ERROR_UNAVAILABLE);
    g_assert_cmpint(progress.missing, ==, 0);
    assert_library(&scene, "a.jpg");

    scene_put(&scene, "disk/b.jpg", 51); /* so it is the right folder */
    assert_scan(&scene, 1, 0, 0, 1);
    assert_library(&scene, "b.jpg");
}

static void test_an_unreadable_folder_deletes_nothing(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a/1.jpg", 50);
    scene_put(&scene, "a/b/2.jpg", 51);
    scene_put(&scene, "c/3.jpg", 52);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 3, 0, 0, 0);
    g_autofree char *folder = scene_path(&scene, "a");
    g_assert_cmpint(g_chmod(folder, 0), ==, 0);
    if (g_access(folder, R_OK) == 0) {
        g_chmod(folder, 0700);
        g_test_skip("this user may read everything");
        return;
    }
    scene_take_away(&scene, "c/3.jpg");
    assert_scan(&scene, 0, 0, 0, 1);
    g_assert_cmpint(g_chmod(folder, 0700), ==, 0);
    assert_library(&scene, "1.jpg 2.jpg");
}

static void assert_failures(const Scene *scene, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreTx) tx = fixture_read(scene->store);
    g_autoptr(GPtrArray) failures = failure_list(tx, owner, NULL, 100, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < failures->len; i++) {
        const Failure *failure = g_ptr_array_index(failures, i);
        g_string_append_printf(text, "%s=%s ", failure->name, failure->code);
        g_assert_cmpuint(strlen(failure->reason), >, 10);
    }
    g_assert_cmpstr(text->str, ==, expected);
    g_string_free(text, TRUE);
}

static void test_broken_files(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autoptr(GBytes) jpeg = scene_jpeg(200);
    scene_put(&scene, "good.jpg", 50);
    scene_put_bytes(&scene, "crash.jpg", g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg));
    scene_put_bytes(&scene, "cut.jpg", g_bytes_get_data(jpeg, NULL), 300);
    scene_put_bytes(&scene, "empty.jpg", "", 0);
    scene_put_bytes(&scene, "text.jpg", "no picture at all", 17);
    g_autofree char *fifo = scene_path(&scene, "fifo.jpg");
    g_autofree char *circle = scene_path(&scene, "circle.jpg");
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_cmpint(symlink("circle.jpg", circle), ==, 0);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 1, 0, 4, 0);
    assert_failures(&scene, "crash.jpg=crashed cut.jpg=corrupt empty.jpg=corrupt "
                            "text.jpg=corrupt ");
    assert_scan(&scene, 0, 1, 4, 0); /* not read again, and told again */

    scene_put(&scene, "cut.jpg", 60);
    scene_take_away(&scene, "text.jpg");
    assert_scan(&scene, 1, 1, 2, 0);
    assert_failures(&scene, "crash.jpg=crashed empty.jpg=corrupt ");
    assert_library(&scene, "cut.jpg good.jpg");

    scene_put_bytes(&scene, "good.jpg", "broken by now", 13);
    assert_scan(&scene, 0, 1, 3, 0);
    assert_library(&scene, "cut.jpg good.jpg"); /* what is known of it stays */
}

static void test_a_missing_photo_returns_broken(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    scene_put(&scene, "b.jpg", 51);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 2, 0, 0, 0);
    scene_take_away(&scene, "a.jpg");
    assert_scan(&scene, 0, 1, 0, 1);
    scene_put_bytes(&scene, "a.jpg", "broken", 6);
    assert_scan(&scene, 0, 1, 1, 0);
    assert_library(&scene, "b.jpg");
    assert_scan(&scene, 0, 1, 1, 0); /* another scan sees the same */
    assert_library(&scene, "b.jpg");
}

/* What was refused is read once it may be, though neither its size nor its time tell. */
static void test_refused_files_are_tried_again(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put(&scene, "a.jpg", 50);
    gint64 source_id = scene_add_source(&scene, scene.photos);
    g_autofree char *path = scene_path(&scene, "a.jpg");
    struct stat info;
    g_assert_cmpint(stat(path, &info), ==, 0);
    gint64 modified_ns = info.st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + info.st_mtim.tv_nsec;
    const IngestFile file = {source_id, scene.photos, "a.jpg", info.st_size, modified_ns};
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) refused =
        g_error_new_literal(ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN, "it may not be read");
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    ingest_failure(tx, &file, refused, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);

    assert_scan(&scene, 1, 0, 0, 0);
    assert_failures(&scene, "");
}

static void test_odd_names(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const names[] = {
        "\xFF\xFE.jpg",      "new\nline.jpg",        " leading space.jpg",
        "\xEF\x9E\x80.jpg",  "%_'\"\\.jpg",          "\x01\x7F.jpg",
        "-rf.jpg",           "\xE2\x80\xAE.gpj.jpg", "\xED\xA0\x80.jpg",
        "odd \xFF/\xC3.jpg",
    };
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        scene_put(&scene, names[i], 50 + (int)i);
    }
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, G_N_ELEMENTS(names), 0, 0, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Photo) photo = get(&scene, names[i]);
        g_assert_cmpint(photo->width, ==, 50 + (int)i);
    }
    assert_scan(&scene, 0, G_N_ELEMENTS(names), 0, 0);
    scene_take_away(&scene, names[0]);
    scene_take_away(&scene, names[9]);
    assert_scan(&scene, 0, G_N_ELEMENTS(names) - 2, 0, 2);
}

/* A path whose text no index of PostgreSQL takes (2704 bytes) costs itself alone. */
static void test_a_path_too_long_for_the_database(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "a", 5);
    GString *long_path = g_string_new(NULL);
    guint32 seed = 1;
    for (int i = 0; i < 3200; i++) { /* what does not shrink when it is packed */
        seed = seed * 1664525 + 1013904223;
        g_string_append_c(long_path, i % 200 == 199 ? '/' : (char)('a' + (seed >> 16) % 26));
        if (i % 200 != 199 && (seed >> 24) % 2) {
            long_path->str[i] = (char)g_ascii_toupper(long_path->str[i]);
        }
    }
    g_string_append(long_path, "x.jpg");
    scene_put(&scene, long_path->str, 99);
    g_string_free(long_path, TRUE);
    scene_add_source(&scene, scene.photos);
    if (fixture->engine == STORE_SQLITE) {
        assert_scan(&scene, 6, 0, 0, 0);
        return;
    }
    AlbumenError code;
    ScanProgress progress = scan(&scene, &code);
    g_assert_cmpint(progress.indexed, ==, 5);
    g_assert_cmpint(count_photos(&scene), ==, 5);
}

/* Stopping, dying, racing */

typedef struct {
    GCancellable *cancellable;
    gint64 found_before, done_before;
    guint calls;
} Watch;

/* Reports only ever go forward; the first that tells of pictures stops the scan. */
static void watch(const ScanProgress *progress, gpointer data)
{
    Watch *watched = data;
    gint64 done = progress->indexed + progress->unchanged + progress->failed;
    g_assert_cmpint(progress->found, >=, watched->found_before);
    g_assert_cmpint(done, >=, watched->done_before);
    g_assert_cmpint(done, <=, progress->found);
    watched->found_before = progress->found;
    watched->done_before = done;
    watched->calls++;
    if (watched->cancellable && progress->indexed > 0) {
        g_cancellable_cancel(watched->cancellable);
    }
}

static void test_stopped_it_goes_on_later(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "one/slow", 60);
    scene_put_many(&scene, "two/slow", 60);
    scene_add_source(&scene, scene.photos);
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Watch watched = {.cancellable = cancellable};
    const ScanOptions options = {
        .library = scene.library,
        .workers = scene.workers,
        .report = watch,
        .report_data = &watched,
        .cancellable = cancellable,
    };
    ScanProgress progress;
    g_assert_false(scan_run(&options, &progress, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED);
    g_assert_cmpint(progress.indexed, >, 0);
    g_assert_cmpint(progress.indexed, <, 120);
    g_assert_cmpint(count_photos(&scene), ==, progress.indexed); /* what was told was written */
    g_assert_cmpint(scanned_ms(&scene, 0), ==, 0);

    assert_scan(&scene, (int)(120 - progress.indexed), (int)progress.indexed, 0, 0);
    g_assert_cmpint(count_photos(&scene), ==, 120);
    assert_scan(&scene, 0, 120, 0, 0);
}

static void test_stopped_before_it_began(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "a", 3);
    scene_add_source(&scene, scene.photos);
    assert_scan(&scene, 3, 0, 0, 0);
    scene_take_away(&scene, "a001.jpg");
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_cancellable_cancel(cancellable);
    const ScanOptions options = {
        .library = scene.library, .workers = scene.workers, .cancellable = cancellable};
    ScanProgress progress;
    g_assert_false(scan_run(&options, &progress, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED);
    g_assert_cmpint(count_photos(&scene), ==, 3); /* nobody looked: nothing is missing */
}

typedef struct {
    WorkerPool *workers;
    gint stop; /* atomic */
    guint killed;
} Killing;

static gpointer kill_workers(gpointer data)
{
    Killing *killing = data;
    while (!g_atomic_int_get(&killing->stop)) {
        g_autoptr(GArray) pids = worker_pool_pids(killing->workers);
        if (pids->len > 0 && kill(g_array_index(pids, pid_t, 0), SIGKILL) == 0) {
            killing->killed++;
        }
        g_usleep(300000);
    }
    return NULL;
}

static void test_killed_workers_lose_nothing(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "slow", 80);
    scene_add_source(&scene, scene.photos);
    Killing killing = {.workers = scene.workers};
    GThread *thread = g_thread_new("killer", kill_workers, &killing);
    ScanProgress progress = scan(&scene, NULL);
    g_atomic_int_set(&killing.stop, 1);
    g_thread_join(thread);
    g_assert_cmpuint(killing.killed, >, 0);
    g_assert_cmpint(progress.indexed, ==, 80);
    g_assert_cmpint(count_photos(&scene), ==, 80);
}

static void test_without_workers_nothing_is_blamed(StoreFixture *fixture, gconstpointer unused)
{
    AlbumenError code;
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "a", 3);
    scene_add_source(&scene, scene.photos);
    worker_pool_free(scene.workers);
    scene.workers = worker_pool_new("/nonexistent", 1);
    scan(&scene, &code);
    g_assert_cmpint(code, ==, ALBUMEN_ERROR_UNAVAILABLE);
    assert_failures(&scene, "");
    g_assert_cmpint(scanned_ms(&scene, 0), ==, 0); /* it did not come to its end */
}

static gpointer scan_too(gpointer data)
{
    scan(data, NULL);
    return NULL;
}

static void test_two_at_once(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "one/a", 50);
    scene_put_many(&scene, "two/b", 50);
    scene_put_bytes(&scene, "two/bad.jpg", "bad", 3);
    scene_add_source(&scene, scene.photos);
    GThread *thread = g_thread_new("second", scan_too, &scene);
    ScanProgress progress = scan(&scene, NULL);
    g_thread_join(thread);
    g_assert_cmpint(progress.found, ==, 101);
    g_assert_cmpint(count_photos(&scene), ==, 100);
    assert_failures(&scene, "bad.jpg=corrupt ");
    assert_scan(&scene, 0, 100, 1, 0);
}

static void test_chosen_sources(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autofree char *first = scene_path(&scene, "first");
    g_autofree char *second = scene_path(&scene, "second");
    scene_put(&scene, "first/a.jpg", 50);
    scene_put(&scene, "second/b.jpg", 51);
    scene_add_source(&scene, first);
    gint64 chosen = scene_add_source(&scene, second);
    const ScanOptions options = {
        .library = scene.library,
        .workers = scene.workers,
        .source_ids = &chosen,
        .source_count = 1,
    };
    ScanProgress progress;
    scan_run(&options, &progress, &error);
    g_assert_no_error(error);
    assert_library(&scene, "b.jpg");
    g_assert_cmpint(scanned_ms(&scene, 0), ==, 0);
    g_assert_cmpint(scanned_ms(&scene, 1), >, 0);
}

static void test_reports(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "slow", 100);
    scene_add_source(&scene, scene.photos);
    Watch watched = {0};
    const ScanOptions options = {
        .library = scene.library,
        .workers = scene.workers,
        .report = watch,
        .report_data = &watched,
    };
    ScanProgress progress;
    scan_run(&options, &progress, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(watched.calls, >, 1);
    g_assert_cmpint(watched.done_before, ==, 100); /* the last one tells the end */
}

int main(int argc, char **argv)
{
    hash_init();
    if (argc > 1 && g_str_equal(argv[1], "worker")) {
        return scene_worker();
    }
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/scan/first_and_second", test_first_and_second_scan);
    store_fixture_add("/scan/changes", test_changes);
    store_fixture_add("/scan/folders", test_folders_go_and_return);
    store_fixture_add("/scan/no_source", test_a_source_that_is_not_there);
    store_fixture_add("/scan/empty_mount", test_an_empty_mount_point_deletes_nothing);
    store_fixture_add("/scan/unreadable_folder", test_an_unreadable_folder_deletes_nothing);
    store_fixture_add("/scan/broken", test_broken_files);
    store_fixture_add("/scan/returns_broken", test_a_missing_photo_returns_broken);
    store_fixture_add("/scan/refused", test_refused_files_are_tried_again);
    store_fixture_add("/scan/odd_names", test_odd_names);
    store_fixture_add("/scan/long_path", test_a_path_too_long_for_the_database);
    store_fixture_add("/scan/stopped", test_stopped_it_goes_on_later);
    store_fixture_add("/scan/stopped_at_once", test_stopped_before_it_began);
    store_fixture_add("/scan/killed_workers", test_killed_workers_lose_nothing);
    store_fixture_add("/scan/no_workers", test_without_workers_nothing_is_blamed);
    store_fixture_add("/scan/two_at_once", test_two_at_once);
    store_fixture_add("/scan/chosen", test_chosen_sources);
    store_fixture_add("/scan/reports", test_reports);
    return g_test_run();
}
