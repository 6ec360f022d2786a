/* The threads on which requests may block. */
#include "http/work.h"

#include "base/limits.h"
#include "base/lock.h"

typedef struct {
    HttpWork *work;
    GMutex lock;
    GCond changed;
    gboolean open; /* tasks may go on */
    guint begun, done;
} Gate;

static void pass_gate(gpointer data)
{
    Gate *gate = data;
    LOCK_UNTIL_END(&gate->lock);
    gate->begun++;
    g_cond_broadcast(&gate->changed);
    while (!gate->open) {
        g_cond_wait(&gate->changed, &gate->lock);
    }
    gate->done++;
}

static void open_gate(Gate *gate)
{
    LOCK_UNTIL_END(&gate->lock);
    gate->open = TRUE;
    g_cond_broadcast(&gate->changed);
}

static void await_begun(Gate *gate, guint count)
{
    LOCK_UNTIL_END(&gate->lock);
    while (gate->begun < count) {
        g_cond_wait(&gate->changed, &gate->lock);
    }
}

static void test_what_is_new_is_refused_when_much_waits(void)
{
    Gate gate = {.work = work_new()};
    for (int i = 0; i < LIMIT_HTTP_WORK_THREADS + LIMIT_HTTP_WORK_QUEUE; i++) {
        g_assert_true(work_reserve(gate.work, WORK_NEW));
        work_run(gate.work, pass_gate, &gate);
    }
    await_begun(&gate, LIMIT_HTTP_WORK_THREADS);
    g_assert_false(work_reserve(gate.work, WORK_NEW));
    g_assert_true(work_reserve(gate.work, WORK_BEGUN)); /* what has begun goes on */
    work_run(gate.work, pass_gate, &gate);
    open_gate(&gate);
    work_finish(gate.work);
    g_assert_cmpuint(gate.done, ==, LIMIT_HTTP_WORK_THREADS + LIMIT_HTTP_WORK_QUEUE + 1);
    work_free(gate.work);
}

static void open_when_cancelled(GCancellable *cancellable, gpointer gate)
{
    open_gate(gate);
}

static void test_finishing_cancels_and_waits(void)
{
    Gate gate = {.work = work_new()};
    g_cancellable_connect(work_cancellable(gate.work), G_CALLBACK(open_when_cancelled), &gate,
                          NULL);
    g_assert_true(work_reserve(gate.work, WORK_NEW));
    work_run(gate.work, pass_gate, &gate);
    await_begun(&gate, 1);
    work_finish(gate.work);
    g_assert_cmpuint(gate.done, ==, 1);
    g_assert_false(work_reserve(gate.work, WORK_NEW));
    g_assert_false(work_reserve(gate.work, WORK_BEGUN));
    work_free(gate.work);
}

static void test_streams_are_counted(void)
{
    HttpWork *work = work_new();
    for (int i = 0; i < LIMIT_HTTP_STREAMS; i++) {
        g_assert_true(work_begin_stream(work));
    }
    g_assert_false(work_begin_stream(work));
    work_end_stream(work);
    g_assert_true(work_begin_stream(work));
    work_finish(work);
    work_free(work);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/work/queue", test_what_is_new_is_refused_when_much_waits);
    g_test_add_func("/http/work/finish", test_finishing_cancels_and_waits);
    g_test_add_func("/http/work/streams", test_streams_are_counted);
    return g_test_run();
}
