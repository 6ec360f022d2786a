/* This program is its own worker: started with the argument "worker" it serves as `albumen worker`
 * does, but for file names that ask it to misbehave. */
#include "base/limits.h"
#include "jobs/worker_main.h"
#include "jobs/worker_pool.h"
#include "media/jpeg.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* The worker's side */

static void hang(void)
{
    for (;;) {
        g_usleep(10000);
    }
}

static void misbehave_crash(int fd)
{
    raise(SIGSEGV);
}

static void misbehave_hang(int fd)
{
    lseek(fd, 1, SEEK_SET); /* the test sees that it has begun */
    hang();
}

/* Hangs the first time a descriptor is seen; its offset is shared with the test. */
static void misbehave_hang_once(int fd)
{
    if (lseek(fd, 0, SEEK_CUR) == 0) {
        misbehave_hang(fd);
    }
}

static void misbehave_allocate(int fd)
{
    for (;;) {
        memset(g_malloc(16 << 20), 1, 16 << 20);
    }
}

/* As a library that does not look at what malloc answers. */
static void misbehave_allocate_carelessly(int fd)
{
    for (;;) {
        char *volatile block = malloc(1 << 20);
        if (!block) {
            raise(SIGSEGV);
        }
        memset(block, 1, 1 << 20);
    }
}

static void misbehave_exit(int fd)
{
    _exit(3);
}

static void misbehave_hang_up(int fd)
{
    close(WORKER_SOCKET);
    hang();
}

static void write_all(const void *data, gsize length)
{
    g_assert_cmpint(write(WORKER_SOCKET, data, length), ==, length);
}

static void misbehave_babble(int fd)
{
    static const guint32 header[] = {2 /* a picture */, 64};
    char nonsense[64];
    memset(nonsense, 0xA5, sizeof(nonsense));
    write_all(header, sizeof(header));
    write_all(nonsense, sizeof(nonsense));
    hang();
}

static void misbehave_boast(int fd)
{
    static const guint32 header[] = {2, G_MAXUINT32};
    write_all(header, sizeof(header));
    hang();
}

static void misbehave_drip(int fd)
{
    static const guint32 header[] = {2, 1 << 20};
    write_all(header, sizeof(header));
    for (;;) {
        write_all("", 1);
        g_usleep(1000);
    }
}

/* Answers twice: the second answer must not become the next picture's. */
static void misbehave_repeat(int fd)
{
    static const guint32 header[] = {99, 0};
    write_all(header, sizeof(header));
    write_all(header, sizeof(header));
    hang();
}

static void misbehave_socket(int fd)
{
    if (socket(AF_INET, SOCK_STREAM, 0) < 0) {
        raise(SIGSYS);
    }
}

static void misbehave_exec(int fd)
{
    char *arguments[] = {"true", NULL};
    if (execve("/bin/true", arguments, NULL) < 0) {
        raise(SIGSYS);
    }
}

static void misbehave_fork(int fd)
{
    if (fork() < 0) {
        raise(SIGSYS);
    }
}

static void misbehave_trace(int fd)
{
    if (ptrace(PTRACE_ATTACH, 1, NULL, NULL) < 0) {
        raise(SIGSYS);
    }
}

static void misbehave_signal(int fd)
{
    if (kill(1, 0) < 0) {
        raise(SIGSYS);
    }
}

static const struct {
    const char *name;
    void (*act)(int fd);
} misdeeds[] = {
    {"crash", misbehave_crash},
    {"hang", misbehave_hang},
    {"hang-once", misbehave_hang_once},
    {"allocate", misbehave_allocate},
    {"allocate-carelessly", misbehave_allocate_carelessly},
    {"exit", misbehave_exit},
    {"hang-up", misbehave_hang_up},
    {"babble", misbehave_babble},
    {"boast", misbehave_boast},
    {"drip", misbehave_drip},
    {"repeat", misbehave_repeat},
    {"socket", misbehave_socket},
    {"exec", misbehave_exec},
    {"fork", misbehave_fork},
    {"trace", misbehave_trace},
    {"signal", misbehave_signal},
};

/* Things that are refused, not punished: says which of them worked. */
static void attempt_files(GError **error)
{
    gboolean opened = open("/", O_RDONLY) >= 0 || openat(AT_FDCWD, "/dev/null", O_RDONLY) >= 0;
    gboolean made = mkdir("/tmp/albumen-escaped", 0700) == 0;
    gboolean seen = access("/", F_OK) == 0;
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                "opened %d, made %d, seen %d, ran %d", opened, made, seen, code != MAP_FAILED);
}

static gpointer thread_answer(gpointer data)
{
    return data;
}

static MediaPicture *test_read(int fd, const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(misdeeds); i++) {
        if (g_str_equal(name, misdeeds[i].name)) {
            misdeeds[i].act(fd);
        }
    }
    if (g_str_equal(name, "files")) {
        attempt_files(error);
        return NULL;
    }
    if (g_str_equal(name, "threads")) {
        GThread *thread = g_thread_new("one", thread_answer, &fd);
        g_assert_true(g_thread_join(thread) == &fd);
    }
    return media_read(fd, name, error);
}

static int serve(void)
{
    static const WorkerDecoders decoders = {
        .read = test_read,
        .render_jpeg = media_render_jpeg,
        .scale_jpeg = media_scale_jpeg,
        .crop = worker_vision_crop,
    };
    return media_init(NULL) ? worker_serve(&decoders) : 1;
}

/* The server's side */

/* A file of `width` x 40 pixels, so that the answer tells which picture was read. */
static int picture_open(int width)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Bitmap) bitmap = bitmap_new(width, 40, 3, &error);
    memset(bitmap->pixels, 128, bitmap_stride(bitmap) * 40);
    g_autoptr(GBytes) jpeg = jpeg_encode(bitmap, 90, &error);
    g_assert_no_error(error);
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("albumen-test-XXXXXX", &path, &error);
    g_assert_no_error(error);
    unlink(path);
    gsize length;
    const void *data = g_bytes_get_data(jpeg, &length);
    g_assert_cmpint(write(fd, data, length), ==, length);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static WorkerPool *pool_open(int workers)
{
    return worker_pool_new("/proc/self/exe", workers);
}

static void assert_reads(WorkerPool *pool, const char *name, int width)
{
    g_autoptr(GError) error = NULL;
    int fd = picture_open(width);
    g_autoptr(MediaPicture) picture = worker_read(pool, fd, name, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(picture->width, ==, width);
    g_assert_cmpint(picture->height, ==, 40);
    ContentHash hash;
    gint64 length;
    g_assert_true(hash_file(fd, &hash, &length, NULL));
    g_assert_cmpmem(hash.bytes, HASH_BYTES, picture->hash.bytes, HASH_BYTES);
    g_assert_cmpint(picture->file_bytes, ==, length);
    close(fd);
}

static void assert_fails(WorkerPool *pool, const char *name, AlbumenError code,
                         const char *sentence)
{
    g_autoptr(GError) error = NULL;
    int fd = picture_open(50);
    g_assert_null(worker_read(pool, fd, name, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, code);
    if (sentence) {
        g_assert_cmpstr(error->message, ==, sentence);
    }
    close(fd);
    assert_reads(pool, "after.jpg", 60);
}

static guint pool_alive(WorkerPool *pool)
{
    g_autoptr(GArray) pids = worker_pool_pids(pool);
    return pids->len;
}

static pid_t pool_only_pid(WorkerPool *pool)
{
    g_autoptr(GArray) pids = worker_pool_pids(pool);
    g_assert_cmpuint(pids->len, ==, 1);
    return g_array_index(pids, pid_t, 0);
}

static void test_read_render_scale(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WorkerPool) pool = pool_open(2);
    g_assert_cmpint(worker_pool_size(pool), ==, 2);
    g_assert_cmpuint(pool_alive(pool), ==, 0);
    assert_reads(pool, "one.jpg", 800);
    assert_reads(pool, "na\nme \xFF.jpg", 70);
    g_assert_cmpuint(pool_alive(pool), ==, 1);

    int fd = picture_open(800);
    g_autoptr(GBytes) large = worker_render_jpeg(pool, fd, "a.jpg", 0, 90, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) small = worker_scale_jpeg(pool, large, 100, 80, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(small), <, g_bytes_get_size(large));
    g_autoptr(GBytes) same = worker_scale_jpeg(pool, small, 100, 80, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(small, same));
    close(fd);
}

static void test_decoder_errors_pass(void)
{
    g_autoptr(GError) direct = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(WorkerPool) pool = pool_open(1);
    int fd = picture_open(800);
    g_assert_cmpint(ftruncate(fd, 300), ==, 0);
    g_assert_null(media_read(fd, "a.jpg", &direct));
    g_assert_null(worker_read(pool, fd, "a.jpg", NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, direct->code);
    g_assert_cmpstr(error->message, ==, direct->message);
    g_clear_error(&error);

    g_autoptr(GBytes) nonsense = g_bytes_new_static("nonsense", 8);
    g_assert_null(worker_scale_jpeg(pool, nonsense, 100, 80, &error));
    g_assert_nonnull(error);
    close(fd);
    g_assert_cmpuint(pool_alive(pool), ==, 1); /* the worker was not to blame */
}

static void test_crash(void)
{
    g_autoptr(WorkerPool) pool = pool_open(1);
    /* A sanitizer reports the signal and exits. */
    assert_fails(pool, "crash", ALBUMEN_ERROR_CRASHED,
                 SANITIZED ? NULL : "the decoder crashed on this picture (signal 11)");
    assert_fails(pool, "exit", ALBUMEN_ERROR_CRASHED,
                 "the decoder gave up on this picture without a word (exit status 3)");
    assert_fails(pool, "hang-up", ALBUMEN_ERROR_CRASHED, NULL);
    g_assert_cmpuint(pool_alive(pool), ==, 1);
}

static void test_timeout(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WorkerPool) pool = pool_open(1);
    worker_pool_set_limits(pool, 250, 1000);
    int fd = picture_open(50);
    g_assert_null(worker_read(pool, fd, "hang", NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TIMEOUT);
    g_assert_cmpstr(error->message, ==,
                    "the picture took longer than the 0.25 seconds it may take to decode");
    g_clear_error(&error);
    g_assert_null(worker_read(pool, fd, "drip", NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TIMEOUT);
    g_assert_cmpuint(pool_alive(pool), ==, 0);
    close(fd);
    worker_pool_set_limits(pool, 60000, 1000);
    assert_reads(pool, "after.jpg", 60);
}

static void test_memory(void)
{
    if (SANITIZED) {
        g_test_skip("a sanitizer's shadow memory leaves no room for a limit");
        return;
    }
    g_autoptr(WorkerPool) pool = pool_open(1);
    const char *sentence =
        "the picture needs more than the 512 MB of memory that a decoder may use";
    assert_fails(pool, "allocate", ALBUMEN_ERROR_TOO_LARGE, sentence);
    assert_fails(pool, "allocate-carelessly", ALBUMEN_ERROR_TOO_LARGE, sentence);
}

static void test_nonsense_is_refused(void)
{
    g_autoptr(WorkerPool) pool = pool_open(1);
    assert_fails(pool, "babble", ALBUMEN_ERROR_CRASHED, NULL);
    assert_fails(pool, "boast", ALBUMEN_ERROR_CRASHED, NULL);
    assert_fails(pool, "repeat", ALBUMEN_ERROR_CRASHED, NULL);
}

static void test_sandbox(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WorkerPool) pool = pool_open(1);
    g_autofree char *walls = worker_pool_describe_sandbox(pool, &error);
    g_assert_no_error(error);
    g_test_message("%s", walls);
    if (!strstr(walls, "system call filter") || strstr(walls, "missing: system call filter")) {
        g_test_skip("this kernel filters no system calls");
        return;
    }
    assert_fails(pool, "files", ALBUMEN_ERROR_UNSUPPORTED, "opened 0, made 0, seen 0, ran 0");
    const char *forbidden = "the decoder tried what the sandbox forbids on this picture";
    static const char *const deeds[] = {"socket", "exec", "fork", "trace", "signal"};
    for (gsize i = 0; i < G_N_ELEMENTS(deeds); i++) {
        assert_fails(pool, deeds[i], ALBUMEN_ERROR_CRASHED, forbidden);
    }
    assert_reads(pool, "threads", 90);
}

typedef struct {
    WorkerPool *pool;
    int fd;
    const char *name;
    GCancellable *cancellable;
    MediaPicture *picture;
    GError *error;
} Request;

static gpointer request_run(gpointer data)
{
    Request *request = data;
    request->picture = worker_read(request->pool, request->fd, request->name, request->cancellable,
                                   &request->error);
    return NULL;
}

static void wait_until_it_hangs(int fd)
{
    while (lseek(fd, 0, SEEK_CUR) == 0) {
        g_usleep(1000);
    }
}

static void test_killed_from_outside(void)
{
    g_autoptr(WorkerPool) pool = pool_open(1);
    Request request = {.pool = pool, .fd = picture_open(123), .name = "hang-once"};
    GThread *thread = g_thread_new("request", request_run, &request);
    wait_until_it_hangs(request.fd);
    kill(pool_only_pid(pool), SIGKILL);
    g_thread_join(thread);
    g_assert_no_error(request.error);
    g_assert_cmpint(request.picture->width, ==, 123);
    media_picture_free(request.picture);

    /* Ten in a row are the picture's fault. */
    request.name = "hang";
    lseek(request.fd, 0, SEEK_SET);
    thread = g_thread_new("request", request_run, &request);
    for (int i = 0; i < 10; i++) {
        wait_until_it_hangs(request.fd);
        lseek(request.fd, 0, SEEK_SET);
        kill(pool_only_pid(pool), SIGKILL);
    }
    g_thread_join(thread);
    g_assert_error(request.error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED);
    g_clear_error(&request.error);
    close(request.fd);
}

static void test_killed_while_idle(void)
{
    g_autoptr(WorkerPool) pool = pool_open(1);
    assert_reads(pool, "one.jpg", 70);
    pid_t pid = pool_only_pid(pool);
    kill(pid, SIGKILL);
    while (pool_alive(pool) > 0) {
        g_usleep(1000);
    }
    g_assert_cmpint(waitpid(pid, NULL, WNOHANG), ==, -1); /* reaped */
    g_assert_cmpint(errno, ==, ECHILD);
    assert_reads(pool, "two.jpg", 80);
}

static void test_cancel(void)
{
    g_autoptr(WorkerPool) pool = pool_open(1);
    g_autoptr(GCancellable) first = g_cancellable_new();
    g_autoptr(GCancellable) second = g_cancellable_new();
    Request hangs = {.pool = pool, .fd = picture_open(50), .name = "hang", .cancellable = first};
    Request waits = {.pool = pool, .fd = picture_open(51), .name = "a.jpg", .cancellable = second};
    GThread *hanging = g_thread_new("hangs", request_run, &hangs);
    wait_until_it_hangs(hangs.fd);
    GThread *waiting = g_thread_new("waits", request_run, &waits);
    g_cancellable_cancel(second);
    g_thread_join(waiting);
    g_assert_error(waits.error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED);
    g_cancellable_cancel(first);
    g_thread_join(hanging);
    g_assert_error(hangs.error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED);
    g_clear_error(&waits.error);
    g_clear_error(&hangs.error);
    assert_reads(pool, "after.jpg", 60);

    g_assert_null(worker_read(pool, waits.fd, "a.jpg", first, &waits.error)); /* already */
    g_assert_error(waits.error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED);
    g_clear_error(&waits.error);
    close(hangs.fd);
    close(waits.fd);
}

static void test_recycled(void)
{
    g_autoptr(WorkerPool) pool = pool_open(1);
    worker_pool_set_limits(pool, 60000, 2);
    assert_reads(pool, "one.jpg", 70);
    pid_t pid = pool_only_pid(pool);
    assert_reads(pool, "two.jpg", 71);
    g_assert_cmpuint(pool_alive(pool), ==, 0);
    assert_reads(pool, "three.jpg", 72);
    g_assert_cmpint(pool_only_pid(pool), !=, pid);
}

/* A worker outlives the thread that asked for it first. */
static void test_threads_come_and_go(void)
{
    g_autoptr(WorkerPool) pool = pool_open(1);
    Request request = {.pool = pool, .fd = picture_open(50), .name = "a.jpg"};
    g_thread_join(g_thread_new("request", request_run, &request));
    g_assert_no_error(request.error);
    media_picture_free(request.picture);
    close(request.fd);
    pid_t pid = pool_only_pid(pool);
    assert_reads(pool, "b.jpg", 70);
    g_assert_cmpint(pool_only_pid(pool), ==, pid);
}

typedef struct {
    WorkerPool *pool;
    int number;
} Crowd;

static gpointer crowd_run(gpointer data)
{
    Crowd *crowd = data;
    for (int i = 0; i < 6; i++) {
        if ((crowd->number + i) % 4 == 0) {
            g_autoptr(GError) error = NULL;
            int fd = picture_open(50);
            g_assert_null(worker_read(crowd->pool, fd, "exit", NULL, &error));
            g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED);
            close(fd);
        } else {
            assert_reads(crowd->pool, "a.jpg", 100 + crowd->number * 10 + i);
        }
    }
    return NULL;
}

static void test_crowd(void)
{
    g_autoptr(WorkerPool) pool = pool_open(3);
    GThread *threads[8];
    Crowd crowd[G_N_ELEMENTS(threads)];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        crowd[i] = (Crowd){pool, (int)i};
        threads[i] = g_thread_new("crowd", crowd_run, &crowd[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
        g_assert_cmpuint(pool_alive(pool), <=, 3);
    }
}

static guint descriptors_open(void)
{
    guint count = 0;
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    while (g_dir_read_name(dir)) {
        count++;
    }
    return count;
}

static void test_nothing_leaks(void)
{
    guint before = descriptors_open();
    test_read_render_scale();
    test_crash();
    test_killed_from_outside();
    test_cancel();
    g_assert_cmpuint(descriptors_open(), ==, before);
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1); /* no child, so no zombie either */
    g_assert_cmpint(errno, ==, ECHILD);
}

static void test_program_that_is_none(void)
{
    g_autoptr(GError) error = NULL;
    int fd = picture_open(50);
    g_autoptr(WorkerPool) missing = worker_pool_new("/nonexistent/albumen", 1);
    g_assert_null(worker_read(missing, fd, "a.jpg", NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_autoptr(WorkerPool) mute = worker_pool_new("/bin/true", 1);
    g_assert_null(worker_read(mute, fd, "a.jpg", NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    close(fd);
}

/* A server of its own that is killed while its worker hangs; says the worker's process id first. */
static int be_killed(void)
{
    g_autoptr(WorkerPool) pool = pool_open(1);
    Request request = {.pool = pool, .fd = picture_open(50), .name = "hang"};
    g_thread_new("request", request_run, &request);
    wait_until_it_hangs(request.fd);
    g_print("%d\n", (int)pool_only_pid(pool));
    hang();
    return 0;
}

static void test_worker_ends_with_the_server(void)
{
    g_assert_cmpint(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) server = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                                     "/proc/self/exe", "be-killed", NULL);
    g_assert_no_error(error);
    char line[32] = {0};
    g_assert_true(g_input_stream_read(g_subprocess_get_stdout_pipe(server), line, sizeof(line) - 1,
                                      NULL, &error) > 1);
    gint64 pid = g_ascii_strtoll(line, NULL, 10);
    g_subprocess_force_exit(server);
    g_subprocess_wait(server, NULL, NULL);
    int status;
    g_assert_cmpint(waitpid((pid_t)pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status));
}

int main(int argc, char **argv)
{
    if (argc > 1 && g_str_equal(argv[1], "worker")) {
        return serve();
    }
    if (argc > 1 && g_str_equal(argv[1], "be-killed")) {
        return be_killed();
    }
    hash_init();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/worker/read-render-scale", test_read_render_scale);
    g_test_add_func("/worker/decoder-errors-pass", test_decoder_errors_pass);
    g_test_add_func("/worker/crash", test_crash);
    g_test_add_func("/worker/timeout", test_timeout);
    g_test_add_func("/worker/memory", test_memory);
    g_test_add_func("/worker/nonsense-is-refused", test_nonsense_is_refused);
    g_test_add_func("/worker/sandbox", test_sandbox);
    g_test_add_func("/worker/killed-from-outside", test_killed_from_outside);
    g_test_add_func("/worker/killed-while-idle", test_killed_while_idle);
    g_test_add_func("/worker/cancel", test_cancel);
    g_test_add_func("/worker/recycled", test_recycled);
    g_test_add_func("/worker/threads-come-and-go", test_threads_come_and_go);
    g_test_add_func("/worker/crowd", test_crowd);
    g_test_add_func("/worker/nothing-leaks", test_nothing_leaks);
    g_test_add_func("/worker/program-that-is-none", test_program_that_is_none);
    g_test_add_func("/worker/ends-with-the-server", test_worker_ends_with_the_server);
    return g_test_run();
}
