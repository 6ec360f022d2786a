/* Real folders watched by a real inotify, and scanned by a real scheduler. */
#include "jobs/watch.h"

#include "base/path_text.h"
#include "jobs/scheduler.h"
#include "library/job.h"
#include "library/source.h"
#include "library_fixture.h"
#include "scan_scene.h"

#include <glib/gstdio.h>
#include <string.h>

/* Long enough for any machine: only a test that fails waits for it. */
#define PATIENCE_SECONDS 120

typedef struct {
    Scene scene;
    Scheduler *scheduler;
    Watch *watch;
    gint is_ready; /* atomic */
} Watching;

static void on_queued(gpointer data)
{
    scheduler_wake(((Watching *)data)->scheduler);
}

static void on_ready(gpointer data)
{
    Watching *watching = data;
    scheduler_release(watching->scheduler);
    g_atomic_int_set(&watching->is_ready, 1);
}

static void start(Watching *watching)
{
    const WatchOptions options = {
        .library = watching->scene.library,
        .rescan_minutes = 60,
        .queued = on_queued,
        .ready = on_ready,
        .data = watching,
    };
    watching->scheduler = scene_start(&watching->scene, TRUE);
    watching->watch = watch_start(&options);
}

static void end(Watching *watching)
{
    watch_stop(watching->watch);
    scheduler_stop(watching->scheduler);
    scene_close(&watching->scene);
}

static gint64 count(const Watching *watching, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    gint64 number = -1;
    g_autoptr(StoreTx) tx = fixture_read(watching->scene.store);
    store_step_int(store_prepare(tx, query, &error), &number, &error);
    g_assert_no_error(error);
    return number;
}

static gint64 count_shown(const Watching *watching)
{
    static const StoreQuery query = {
        .name = "test_shown",
        .sql = "SELECT count(*) FROM photo WHERE state = 'present'",
    };
    return count(watching, &query);
}

static gint64 count_rows(const Watching *watching)
{
    static const StoreQuery query = {.name = "test_rows", .sql = "SELECT count(*) FROM photo"};
    return count(watching, &query);
}

static gint64 count_failures(const Watching *watching)
{
    static const StoreQuery query = {.name = "test_failed", .sql = "SELECT count(*) FROM failure"};
    return count(watching, &query);
}

static void wait_for(const Watching *watching, gint64 (*number)(const Watching *), gint64 expected)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_SECONDS * G_USEC_PER_SEC;
    while (number(watching) != expected) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(20000);
    }
}

static gint64 is_ready(const Watching *watching)
{
    return g_atomic_int_get(&watching->is_ready);
}

static void wait_until_seen(const Watching *watching, gint64 source_id, gboolean expected)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_SECONDS * G_USEC_PER_SEC;
    for (;;) {
        g_autofree char *problem = NULL;
        if (watch_sees(watching->watch, source_id, &problem) == expected) {
            return;
        }
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(20000);
    }
}

static gint64 count_jobs(const Watching *watching)
{
    static const StoreQuery query = {.name = "test_jobs",
                                     .sql = "SELECT count(*) FROM job WHERE kind = 'watch'"};
    return count(watching, &query);
}

static void test_files(StoreFixture *fixture, gconstpointer unused)
{
    Watching watching = {0};
    scene_open(&watching.scene, fixture);
    gint64 id = scene_add_source(&watching.scene, watching.scene.photos);
    start(&watching);
    wait_until_seen(&watching, id, TRUE);
    scene_put(&watching.scene, "a.jpg", 50);
    wait_for(&watching, count_shown, 1);
    scene_put(&watching.scene, "b.jpg", 51);
    scene_put_bytes(&watching.scene, "bad.jpg", "bad", 3);
    wait_for(&watching, count_shown, 2);
    wait_for(&watching, count_failures, 1);
    scene_move(&watching.scene, "b.jpg", "c.jpg");
    scene_take_away(&watching.scene, "a.jpg");
    scene_take_away(&watching.scene, "bad.jpg");
    wait_for(&watching, count_shown, 1);
    wait_for(&watching, count_failures, 0);
    g_assert_cmpint(count_rows(&watching), ==, 2);
    end(&watching);
}

static void test_folders(StoreFixture *fixture, gconstpointer unused)
{
    Watching watching = {0};
    scene_open(&watching.scene, fixture);
    scene_put(&watching.scene, "old/deep/a.jpg", 50);
    gint64 id = scene_add_source(&watching.scene, watching.scene.photos);
    start(&watching);
    wait_until_seen(&watching, id, TRUE);
    scene_put(&watching.scene, "old/deep/b.jpg", 51); /* its folder: a was there before */
    wait_for(&watching, count_shown, 2);
    scene_put(&watching.scene, "new/er/est/c.jpg", 52); /* folders that are made at once */
    wait_for(&watching, count_shown, 3);
    scene_move(&watching.scene, "old", "new/old");
    wait_for(&watching, count_shown, 3);
    scene_put(&watching.scene, "new/old/deep/d.jpg", 53); /* watched where it is now */
    wait_for(&watching, count_shown, 4);
    scene_move(&watching.scene, "new", ".hidden");
    wait_for(&watching, count_shown, 0);
    scene_put(&watching.scene, ".hidden/e.jpg", 54);
    scene_move(&watching.scene, ".hidden", "back");
    wait_for(&watching, count_shown, 5);
    g_assert_cmpint(count_rows(&watching), ==, 5);
    end(&watching);
}

static void test_sources_come_and_go(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    Watching watching = {0};
    scene_open(&watching.scene, fixture);
    scene_put(&watching.scene, "one/a.jpg", 50);
    g_autofree char *one = scene_path(&watching.scene, "one");
    start(&watching);
    wait_for(&watching, is_ready, 1);
    gint64 id = scene_add_source(&watching.scene, one);
    watch_wake(watching.watch);
    wait_until_seen(&watching, id, TRUE);
    wait_for(&watching, count_shown, 1); /* the watch had it scanned */
    wait_for(&watching, count_jobs, 0);  /* to its end: a folder that goes meanwhile fails a scan */

    scene_move(&watching.scene, "one", "away");
    watch_wake(watching.watch);
    wait_until_seen(&watching, id, FALSE);
    g_autofree char *problem = NULL;
    g_assert_false(watch_sees(watching.watch, id, &problem));
    g_assert_nonnull(problem);
    g_assert_cmpint(count_shown(&watching), ==, 1);
    scene_put(&watching.scene, "away/b.jpg", 51);
    scene_move(&watching.scene, "away", "one");
    watch_wake(watching.watch);
    wait_for(&watching, count_shown, 2);
    wait_for(&watching, count_jobs, 0);

    g_autoptr(StoreTx) tx = fixture_write(fixture);
    library_touch(tx, &error);
    source_remove(tx, id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    watch_wake(watching.watch);
    wait_until_seen(&watching, id, FALSE);
    end(&watching);
}

static void test_nobody_watches(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *problem = NULL;
    g_assert_false(watch_sees(NULL, 1, &problem));
    g_assert_null(problem);
    watch_wake(NULL);
    watch_stop(NULL);
}

int main(int argc, char **argv)
{
    hash_init();
    if (argc > 1 && g_str_equal(argv[1], "worker")) {
        return scene_worker();
    }
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/watch/files", test_files);
    store_fixture_add("/watch/folders", test_folders);
    store_fixture_add("/watch/sources", test_sources_come_and_go);
    store_fixture_add("/watch/nobody", test_nobody_watches);
    return g_test_run();
}
