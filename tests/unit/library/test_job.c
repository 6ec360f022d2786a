#include "library/job.h"

#include "library_fixture.h"

#include <string.h>

static gint64 queue(StoreFixture *fixture, const char *kind, const char *payload)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    job_queue(tx, kind, payload, &id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}

static Job *lease(StoreFixture *fixture, const char *node)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    Job *job = job_lease(tx, "scan", node, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return job;
}

/* What is done to a leased job: the error's code, or -1 when it worked. */
static int outcome(StoreTx *tx, gboolean done, GError *error)
{
    g_assert_cmpint(done, ==, error == NULL);
    if (done) {
        fixture_commit(tx);
        return -1;
    }
    g_assert_true(error->domain == ALBUMEN_ERROR);
    return error->code;
}

static int report(StoreFixture *fixture, gint64 id, const char *node, const char *progress)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gboolean done = job_report(tx, id, node, progress, &error);
    return outcome(tx, done, error);
}

static int finish(StoreFixture *fixture, gint64 id, const char *node, const char *state,
                  const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gboolean done = job_finish(tx, id, node, state, "{\"done\":1}", message, &error);
    return outcome(tx, done, error);
}

static int give_back(StoreFixture *fixture, gint64 id, const char *node)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gboolean done = job_give_back(tx, id, node, "{\"done\":2}", &error);
    return outcome(tx, done, error);
}

static Job *latest(StoreFixture *fixture, const char *kind)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    Job *job = job_latest(tx, kind, &error);
    g_assert_no_error(error);
    return job;
}

static void assert_state(StoreFixture *fixture, const char *state)
{
    g_autoptr(Job) job = latest(fixture, "scan");
    g_assert_cmpstr(job->state, ==, state);
}

/* As when the node died half a minute ago. */
static void let_leases_run_out(StoreFixture *fixture)
{
    static const StoreQuery query = {
        .name = "test_expire",
        .sql = "UPDATE job SET lease_until_ms = 1 WHERE lease_until_ms IS NOT NULL",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_true(store_run(store_prepare(tx, &query, &error), NULL, &error));
    fixture_commit(tx);
}

static void test_one_waits_at_a_time(StoreFixture *fixture, gconstpointer unused)
{
    g_assert_null(latest(fixture, "scan"));
    g_assert_null(lease(fixture, "a"));
    gint64 id = queue(fixture, "scan", "{\"first\":1}");
    g_assert_cmpint(queue(fixture, "scan", "{\"first\":1}"), ==, id);
    g_assert_cmpint(queue(fixture, "other", "{}"), !=, id);
    g_autoptr(Job) job = latest(fixture, "scan");
    g_assert_cmpint(job->id, ==, id);
    g_assert_cmpstr(job->kind, ==, "scan");
    g_assert_cmpstr(job->state, ==, "queued");
    g_assert_cmpstr(job->payload, ==, "{\"first\":1}");
    g_assert_null(job->progress);
    g_assert_null(job->error);
    g_assert_cmpint(job->created_ms, >, 0);
    g_assert_cmpint(job->started_ms, ==, 0);
    g_assert_cmpint(job->finished_ms, ==, 0);
}

static void test_from_queue_to_end(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = queue(fixture, "scan", "{}");
    g_autoptr(Job) job = lease(fixture, "a");
    g_assert_cmpint(job->id, ==, id);
    g_assert_cmpstr(job->state, ==, "running");
    g_assert_cmpint(job->started_ms, >=, job->created_ms);
    g_assert_null(lease(fixture, "b"));

    gint64 next = queue(fixture, "scan", "{}"); /* one may wait while one runs */
    g_assert_cmpint(next, >, id);
    g_assert_cmpint(report(fixture, id, "a", "{\"done\":0}"), ==, -1);
    g_assert_cmpint(finish(fixture, id, "a", "done", NULL), ==, -1);
    g_autoptr(Job) second = lease(fixture, "b");
    g_assert_cmpint(second->id, ==, next);
    g_assert_cmpint(finish(fixture, next, "b", "failed", "no disk"), ==, -1);
    g_autoptr(Job) last = latest(fixture, "scan");
    g_assert_cmpint(last->id, ==, next);
    g_assert_cmpstr(last->state, ==, "failed");
    g_assert_cmpstr(last->error, ==, "no disk");
    g_assert_cmpstr(last->progress, ==, "{\"done\":1}");
    g_assert_cmpint(last->finished_ms, >=, last->started_ms);
    g_assert_null(lease(fixture, "a"));
}

static void test_progress_is_kept(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = queue(fixture, "scan", "{}");
    g_autoptr(Job) job = lease(fixture, "a");
    g_assert_cmpint(report(fixture, id, "a", "{\"done\":0}"), ==, -1);
    g_autoptr(Job) seen = latest(fixture, "scan");
    g_assert_cmpstr(seen->progress, ==, "{\"done\":0}");
    g_assert_cmpstr(seen->state, ==, "running");
}

static void test_a_dead_nodes_job_is_taken_over(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = queue(fixture, "scan", "{}");
    g_autoptr(Job) first = lease(fixture, "a");
    let_leases_run_out(fixture);
    g_autoptr(Job) second = lease(fixture, "b");
    g_assert_cmpint(second->id, ==, id);
    g_assert_null(lease(fixture, "c"));

    g_assert_cmpint(report(fixture, id, "a", "{}"), ==, ALBUMEN_ERROR_CONFLICT);
    g_assert_cmpint(finish(fixture, id, "a", "cancelled", NULL), ==, ALBUMEN_ERROR_CONFLICT);
    g_assert_cmpint(give_back(fixture, id, "a"), ==, ALBUMEN_ERROR_CONFLICT);
    assert_state(fixture, "running");
    g_assert_cmpint(report(fixture, id, "b", "{}"), ==, -1);
    g_assert_cmpint(finish(fixture, id, "b", "done", NULL), ==, -1);
    assert_state(fixture, "done");
}

static void test_a_report_renews_the_lease(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = queue(fixture, "scan", "{}");
    g_autoptr(Job) job = lease(fixture, "a");
    let_leases_run_out(fixture);
    g_assert_cmpint(report(fixture, id, "a", "{}"), ==, -1);
    g_assert_null(lease(fixture, "b"));
}

static void test_what_ended_stays_ended(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = queue(fixture, "scan", "{}");
    g_assert_cmpint(report(fixture, id, "a", "{}"), ==, ALBUMEN_ERROR_CONFLICT); /* not leased */
    g_autoptr(Job) job = lease(fixture, "a");
    g_assert_cmpint(finish(fixture, id, "a", "cancelled", NULL), ==, -1);
    g_assert_cmpint(report(fixture, id, "a", "{}"), ==, ALBUMEN_ERROR_CONFLICT);
    g_assert_cmpint(finish(fixture, id, "a", "done", NULL), ==, ALBUMEN_ERROR_CONFLICT);
    g_assert_cmpint(give_back(fixture, id, "a"), ==, ALBUMEN_ERROR_CONFLICT);
    g_assert_cmpint(finish(fixture, 999, "a", "done", NULL), ==, ALBUMEN_ERROR_CONFLICT);
    let_leases_run_out(fixture);
    g_assert_null(lease(fixture, "b"));
    assert_state(fixture, "cancelled");
}

static void test_given_back_it_waits_again(StoreFixture *fixture, gconstpointer unused)
{
    gint64 id = queue(fixture, "scan", "{}");
    g_autoptr(Job) job = lease(fixture, "a");
    g_assert_cmpint(give_back(fixture, id, "a"), ==, -1);
    g_autoptr(Job) waiting = latest(fixture, "scan");
    g_assert_cmpstr(waiting->state, ==, "queued");
    g_assert_cmpstr(waiting->progress, ==, "{\"done\":2}");
    g_assert_cmpint(waiting->finished_ms, ==, 0);
    g_assert_cmpint(queue(fixture, "scan", "{}"), ==, id);
    g_autoptr(Job) again = lease(fixture, "b");
    g_assert_cmpint(again->id, ==, id);
}

typedef struct {
    StoreFixture *fixture;
    const char *node;
    gint64 leased;
} Leasing;

static gpointer lease_one(gpointer data)
{
    Leasing *leasing = data;
    g_autoptr(Job) job = lease(leasing->fixture, leasing->node);
    leasing->leased = job ? job->id : 0;
    return NULL;
}

static void test_two_nodes_never_have_one_job(StoreFixture *fixture, gconstpointer unused)
{
    for (int round = 0; round < 20; round++) {
        gint64 id = queue(fixture, "scan", "{}");
        Leasing a = {fixture, "a", 0};
        Leasing b = {fixture, "b", 0};
        GThread *thread = g_thread_new("node", lease_one, &a);
        lease_one(&b);
        g_thread_join(thread);
        g_assert_cmpint(a.leased + b.leased, ==, id);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/job/one_waits", test_one_waits_at_a_time);
    store_fixture_add("/job/life", test_from_queue_to_end);
    store_fixture_add("/job/progress", test_progress_is_kept);
    store_fixture_add("/job/taken_over", test_a_dead_nodes_job_is_taken_over);
    store_fixture_add("/job/heartbeat", test_a_report_renews_the_lease);
    store_fixture_add("/job/ended", test_what_ended_stays_ended);
    store_fixture_add("/job/given_back", test_given_back_it_waits_again);
    store_fixture_add("/job/two_nodes", test_two_nodes_never_have_one_job);
    return g_test_run();
}
