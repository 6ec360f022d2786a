#include "jobs/scan_job.h"

#include "library/job.h"
#include "library_fixture.h"

#include <string.h>

static char *again(const char *json)
{
    g_autoptr(GError) error = NULL;
    g_auto(ScanRequest) request = {0};
    g_assert_true(scan_request_parse(json, &request, &error));
    g_assert_no_error(error);
    return scan_request_json(&request);
}

static void test_requests(void)
{
    static const char *const whole[] = {
        "{}",
        "{\"sources\":[1,22]}",
        "{\"sources\":[]}",
        "{\"folders\":[\"/a\",\"/b \\\"c\\\"\"],\"trees\":[\"/d\"]}",
        "{\"include_removed\":true,\"retry_failed\":true,\"accept_empty\":true}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(whole); i++) {
        g_autofree char *json = again(whole[i]);
        g_assert_cmpstr(json, ==, whole[i]);
    }
    g_autofree char *passed_over = again("{\"trees\":[1,\"/a\"],\"retry_failed\":false,\"x\":1}");
    g_assert_cmpstr(passed_over, ==, "{\"trees\":[\"/a\"]}");
}

static void test_what_is_no_request(void)
{
    static const char *const bad[] = {"", "[]", "{", "null", "{\"a\":1,\"a\":2}"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        ScanRequest request;
        g_assert_false(scan_request_parse(bad[i], &request, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
}

static gint64 queue(StoreFixture *fixture, const char *kind, const char *folder)
{
    g_autoptr(GError) error = NULL;
    const char *const trees[] = {folder, NULL};
    const ScanRequest request = {.trees = folder ? (GStrv)trees : NULL};
    gint64 id = 0;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    scan_queue(tx, kind, &request, &id, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return id;
}

static void test_like_ones_wait_once(StoreFixture *fixture, gconstpointer unused)
{
    gint64 all = queue(fixture, SCAN_JOB, NULL);
    g_assert_cmpint(queue(fixture, SCAN_JOB, NULL), ==, all);
    g_assert_cmpint(queue(fixture, WATCH_JOB, NULL), !=, all);
    gint64 part = queue(fixture, SCAN_JOB, "/a");
    g_assert_cmpint(part, !=, all);
    g_assert_cmpint(queue(fixture, SCAN_JOB, "/a"), ==, part);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    g_test_add_func("/scan_job/requests", test_requests);
    g_test_add_func("/scan_job/no_request", test_what_is_no_request);
    store_fixture_add("/scan_job/once", test_like_ones_wait_once);
    return g_test_run();
}
