#include "base/limits.h"
#include "jobs/worker_frame.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    int ours, theirs;
} Pair;

static void pair_open(Pair *pair, gconstpointer data)
{
    int sockets[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), ==, 0);
    *pair = (Pair){sockets[0], sockets[1]};
}

static void pair_close(Pair *pair, gconstpointer data)
{
    close(pair->ours);
    if (pair->theirs >= 0) {
        close(pair->theirs);
    }
}

static const FrameWait for_ever = {0};

static FrameWait wait_ms(int ms)
{
    return (FrameWait){.deadline_us = g_get_monotonic_time() + ms * 1000};
}

static gboolean receive(const Pair *pair, const FrameWait *wait, GError **error)
{
    guint32 kind;
    g_autoptr(GBytes) body = NULL;
    return frame_receive(pair->ours, &kind, &body, NULL, wait, error);
}

static void test_descriptor(Pair *pair, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) sent = g_bytes_new_static("hello", 5);
    g_autoptr(GBytes) got = NULL;
    int pipes[2];
    g_assert_cmpint(pipe2(pipes, O_CLOEXEC), ==, 0);
    g_assert_true(frame_send(pair->ours, FRAME_REQUEST, sent, pipes[1], &for_ever, &error));
    close(pipes[1]);
    guint32 kind;
    int descriptor;
    g_assert_true(frame_receive(pair->theirs, &kind, &got, &descriptor, &for_ever, &error));
    g_assert_cmpuint(kind, ==, FRAME_REQUEST);
    g_assert_true(g_bytes_equal(got, sent));
    g_assert_cmpint(fcntl(descriptor, F_GETFD), ==, FD_CLOEXEC);
    char letter = 0;
    g_assert_cmpint(write(descriptor, "x", 1), ==, 1);
    g_assert_cmpint(read(pipes[0], &letter, 1), ==, 1);
    g_assert_cmpint(letter, ==, 'x');
    close(descriptor);
    close(pipes[0]);
}

/* A pipe whose writing end was only in the frame ends when the frame has been read without it. */
static void test_unwanted_descriptor(Pair *pair, gconstpointer data)
{
    g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
    int pipes[2];
    g_assert_cmpint(pipe2(pipes, O_CLOEXEC), ==, 0);
    g_assert_true(frame_send(pair->theirs, FRAME_JPEG, empty, pipes[1], &for_ever, NULL));
    close(pipes[1]);
    g_assert_true(receive(pair, &for_ever, NULL));
    char letter;
    g_assert_cmpint(read(pipes[0], &letter, 1), ==, 0);
    close(pipes[0]);
}

static gpointer send_large(gpointer data)
{
    const Pair *pair = data;
    g_autoptr(GBytes) large = g_bytes_new_take(g_malloc0(8 << 20), 8 << 20);
    return GINT_TO_POINTER(frame_send(pair->theirs, FRAME_JPEG, large, -1, &for_ever, NULL));
}

static void test_larger_than_the_socket(Pair *pair, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body = NULL;
    guint32 kind;
    GThread *thread = g_thread_new("sender", send_large, pair);
    g_assert_true(frame_receive(pair->ours, &kind, &body, NULL, &for_ever, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(body), ==, 8 << 20);
    g_assert_true(GPOINTER_TO_INT(g_thread_join(thread)));
}

static void test_over_the_cap(Pair *pair, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    const guint32 header[] = {FRAME_JPEG, LIMIT_WORKER_REPLY_BYTES + 1};
    g_assert_cmpint(write(pair->theirs, header, sizeof(header)), ==, sizeof(header));
    g_assert_false(receive(pair, &for_ever, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
}

static void test_hung_up(Pair *pair, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    const guint32 header[] = {FRAME_JPEG, 100};
    g_assert_true(frame_is_quiet(pair->ours));
    g_assert_cmpint(write(pair->theirs, header, sizeof(header)), ==, sizeof(header));
    g_assert_false(frame_is_quiet(pair->ours));
    close(pair->theirs);
    pair->theirs = -1;
    g_assert_false(receive(pair, &for_ever, &error)); /* in the middle of a frame */
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_autoptr(GBytes) body = g_bytes_new_static("x", 1);
    g_assert_false(frame_send(pair->ours, FRAME_REQUEST, body, -1, &for_ever, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_assert_false(frame_is_quiet(pair->ours));
}

static void test_silence(Pair *pair, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    FrameWait wait = wait_ms(30);
    g_assert_false(receive(pair, &wait, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TIMEOUT);
    g_clear_error(&error);
    /* Nobody reads: the socket fills up. */
    g_autoptr(GBytes) large = g_bytes_new_take(g_malloc0(8 << 20), 8 << 20);
    wait = wait_ms(30);
    g_assert_false(frame_send(pair->ours, FRAME_REQUEST, large, -1, &wait, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TIMEOUT);
}

static void test_cancelled(Pair *pair, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    GPollFD cancel;
    g_assert_true(g_cancellable_make_pollfd(cancellable, &cancel));
    g_cancellable_cancel(cancellable);
    FrameWait wait = {.cancel = &cancel};
    g_assert_false(receive(pair, &wait, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED);
    g_cancellable_release_fd(cancellable);
}

static const struct {
    const char *name;
    void (*run)(Pair *pair, gconstpointer data);
} tests[] = {
    {"/frame/descriptor", test_descriptor},
    {"/frame/unwanted-descriptor", test_unwanted_descriptor},
    {"/frame/larger-than-the-socket", test_larger_than_the_socket},
    {"/frame/over-the-cap", test_over_the_cap},
    {"/frame/hung-up", test_hung_up},
    {"/frame/silence", test_silence},
    {"/frame/cancelled", test_cancelled},
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_test_add(tests[i].name, Pair, NULL, pair_open, tests[i].run, pair_close);
    }
    return g_test_run();
}
