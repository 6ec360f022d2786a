#include "jobs/scan_log.h"

#include "base/limits.h"

#include <math.h>

static void test_nothing_yet(void)
{
    ScanLog *log = scan_log_new();
    g_auto(ScanLogView) view = {0};
    scan_log_look(log, 10, &view);
    g_assert_false(view.running);
    g_assert_true(isnan(view.seconds));
    g_assert_cmpint(view.exit_code, ==, -1);
    g_assert_cmpuint(g_strv_length(view.lines), ==, 0);
    g_assert_cmpuint(g_strv_length(view.directories), ==, 0);
    scan_log_free(log);
}

static void test_from_start_to_end(void)
{
    static const char *const folders[] = {"/a", "/b", NULL};
    ScanLog *log = scan_log_new();
    scan_log_begin(log, folders);
    scan_log_add(log, "one");
    scan_log_add(log, "two");
    g_auto(ScanLogView) running = {0};
    scan_log_look(log, 1, &running);
    g_assert_true(running.running);
    g_assert_cmpstr(running.directories[1], ==, "/b");
    g_assert_cmpuint(g_strv_length(running.lines), ==, 1);
    g_assert_cmpstr(running.lines[0], ==, "two");
    scan_log_add(log, "two"); /* nothing new */
    g_auto(ScanLogView) same = {0};
    scan_log_look(log, 0, &same);
    g_assert_cmpint(same.sequence, ==, running.sequence);
    g_assert_cmpuint(g_strv_length(same.lines), ==, 0);

    scan_log_end(log, 1);
    g_auto(ScanLogView) ended = {0}, later = {0};
    scan_log_look(log, 10, &ended);
    g_assert_false(ended.running);
    g_assert_cmpint(ended.exit_code, ==, 1);
    g_assert_cmpint(ended.sequence, >, running.sequence);
    g_usleep(1000);
    scan_log_look(log, 10, &later);
    g_assert_true(later.seconds <= ended.seconds && later.seconds >= ended.seconds); /* it stands */

    scan_log_begin(log, folders);
    g_auto(ScanLogView) again = {0};
    scan_log_look(log, 10, &again);
    g_assert_true(again.running);
    g_assert_cmpint(again.exit_code, ==, -1);
    g_assert_cmpuint(g_strv_length(again.lines), ==, 0);
    scan_log_free(log);
}

static void test_it_keeps_the_latest(void)
{
    static const char *const none[] = {NULL};
    ScanLog *log = scan_log_new();
    scan_log_begin(log, none);
    for (int i = 0; i < LIMIT_SCAN_LOG_LINES + 10; i++) {
        g_autofree char *line = g_strdup_printf("%d", i);
        scan_log_add(log, line);
    }
    g_auto(ScanLogView) view = {0};
    scan_log_look(log, G_MAXUINT, &view);
    g_assert_cmpuint(g_strv_length(view.lines), ==, LIMIT_SCAN_LOG_LINES);
    g_assert_cmpstr(view.lines[0], ==, "10");
    scan_log_free(log);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scan_log/nothing", test_nothing_yet);
    g_test_add_func("/scan_log/run", test_from_start_to_end);
    g_test_add_func("/scan_log/latest", test_it_keeps_the_latest);
    return g_test_run();
}
