/* The job queue at work; this program serves as its own worker (scan_scene.h). */
#include "jobs/scheduler.h"

#include "library/job.h"
#include "library_fixture.h"
#include "scan_scene.h"

#include <jansson.h>
#include <string.h>

/* Long enough for any machine: only a test that fails waits for it. */
#define PATIENCE_SECONDS 120

static gint64 queue(const Scene *scene)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    g_autoptr(StoreTx) tx = fixture_write(scene->store);
    job_queue(tx, "scan", "{}", &id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}

static Job *latest(const Scene *scene)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->store);
    Job *job = job_latest(tx, "scan", &error);
    g_assert_no_error(error);
    return job;
}

static gint64 progress_of(const Job *job, const char *member)
{
    json_t *progress = json_loads(job->progress ? job->progress : "{}", 0, NULL);
    g_assert_nonnull(progress);
    gint64 number = json_integer_value(json_object_get(progress, member));
    json_decref(progress);
    return number;
}

static gboolean is_state(const Job *job, const char *state)
{
    return strcmp(job->state, state) == 0;
}

/* The newest job, once it is in the state and has indexed so many. */
static Job *wait_for(const Scene *scene, const char *state, gint64 indexed)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_SECONDS * G_USEC_PER_SEC;
    for (;;) {
        g_autoptr(Job) job = latest(scene);
        if (is_state(job, state) && progress_of(job, "indexed") >= indexed) {
            return g_steal_pointer(&job);
        }
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(5000);
    }
}

static gint64 count_photos(const Scene *scene)
{
    g_autoptr(Principal) owner = principal_new_owner();
    PhotoFilter filter;
    photo_filter_init(&filter);
    return fixture_count(scene->store, owner, &filter);
}

static void test_a_queued_job_is_run(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "a", 5);
    scene_put_bytes(&scene, "bad.jpg", "bad", 3);
    scene_add_source(&scene, scene.photos);
    gint64 first = queue(&scene);
    Scheduler *scheduler = scene_start(&scene, FALSE);
    g_autoptr(Job) done = wait_for(&scene, "done", 5);
    g_assert_cmpint(done->id, ==, first);
    g_assert_cmpint(progress_of(done, "found"), ==, 6);
    g_assert_cmpint(progress_of(done, "failed"), ==, 1);
    g_assert_cmpint(progress_of(done, "total"), ==, 6);
    g_assert_cmpint(done->finished_ms, >=, done->started_ms);
    g_assert_null(done->error);

    scene_put(&scene, "new.jpg", 90);
    gint64 second = queue(&scene);
    scheduler_wake(scheduler);
    g_autoptr(Job) again = wait_for(&scene, "done", 1);
    g_assert_cmpint(again->id, ==, second);
    g_assert_cmpint(progress_of(again, "unchanged"), ==, 5);
    scheduler_stop(scheduler);
    g_assert_cmpint(count_photos(&scene), ==, 6);
}

static void test_a_second_one_waits(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "slow", 60);
    scene_add_source(&scene, scene.photos);
    gint64 first = queue(&scene);
    Scheduler *scheduler = scene_start(&scene, FALSE);
    g_autoptr(Job) running = wait_for(&scene, "running", 0);
    g_assert_cmpint(running->id, ==, first);
    gint64 second = queue(&scene);
    g_assert_cmpint(second, >, first);
    scheduler_wake(scheduler);
    g_autoptr(Job) waiting = latest(&scene);
    g_assert_cmpstr(waiting->state, ==, "queued");
    g_autoptr(Job) done = wait_for(&scene, "done", 0);
    g_assert_cmpint(done->id, ==, second);
    g_assert_cmpint(progress_of(done, "indexed"), ==, 0); /* the first one had done it all */
    g_assert_cmpint(progress_of(done, "unchanged"), ==, 60);
    scheduler_stop(scheduler);
}

static void test_stopped_it_waits_for_the_next_start(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "slow", 150);
    scene_add_source(&scene, scene.photos);
    gint64 id = queue(&scene);
    Scheduler *scheduler = scene_start(&scene, FALSE);
    g_autoptr(Job) running = wait_for(&scene, "running", 1);
    scheduler_stop(scheduler);
    g_autoptr(Job) stopped = latest(&scene);
    g_assert_cmpint(stopped->id, ==, id);
    g_assert_cmpstr(stopped->state, ==, "queued");
    g_assert_cmpint(progress_of(stopped, "indexed"), <, 150);
    g_assert_cmpint(count_photos(&scene), ==, progress_of(stopped, "indexed"));

    scheduler = scene_start(&scene, FALSE);
    g_autoptr(Job) done = wait_for(&scene, "done", 0);
    g_assert_cmpint(done->id, ==, id);
    g_assert_cmpint(progress_of(done, "indexed") + progress_of(done, "unchanged"), ==, 150);
    scheduler_stop(scheduler);
    g_assert_cmpint(count_photos(&scene), ==, 150);
}

/* Another node has the job: this one leaves it alone. */
static void test_a_job_that_was_taken_over(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery take = {
        .name = "test_take",
        .sql = "UPDATE job SET node = 'other' WHERE state = 'running'",
    };
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scene_put_many(&scene, "slow", 150);
    scene_add_source(&scene, scene.photos);
    queue(&scene);
    Scheduler *scheduler = scene_start(&scene, FALSE);
    g_autoptr(Job) running = wait_for(&scene, "running", 1);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_true(store_run(store_prepare(tx, &take, &error), NULL, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_usleep(G_USEC_PER_SEC); /* it learns of it by its next report */
    scheduler_stop(scheduler);
    g_autoptr(Job) job = latest(&scene);
    g_assert_cmpstr(job->state, ==, "running");
    g_assert_cmpint(job->finished_ms, ==, 0);
}

static void test_a_scan_that_fails(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autofree char *gone = scene_path(&scene, "gone");
    scene_add_source(&scene, gone);
    queue(&scene);
    Scheduler *scheduler = scene_start(&scene, FALSE);
    g_autoptr(Job) job = wait_for(&scene, "failed", 0);
    g_assert_nonnull(job->error);
    g_assert_nonnull(strstr(job->error, "source folder"));
    scheduler_stop(scheduler);
}

static void test_it_starts_and_stops_with_nothing_to_do(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    scheduler_stop(NULL);
    scheduler_stop(scene_start(&scene, FALSE));
    g_assert_null(latest(&scene));
}

int main(int argc, char **argv)
{
    hash_init();
    if (argc > 1 && g_str_equal(argv[1], "worker")) {
        return scene_worker();
    }
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/scheduler/runs", test_a_queued_job_is_run);
    store_fixture_add("/scheduler/second_waits", test_a_second_one_waits);
    store_fixture_add("/scheduler/stopped", test_stopped_it_waits_for_the_next_start);
    store_fixture_add("/scheduler/taken_over", test_a_job_that_was_taken_over);
    store_fixture_add("/scheduler/fails", test_a_scan_that_fails);
    store_fixture_add("/scheduler/idle", test_it_starts_and_stops_with_nothing_to_do);
    return g_test_run();
}
