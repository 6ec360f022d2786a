#include "jobs/worker_process.h"

#include "base/limits.h"
#include "jobs/worker_main.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a process whose socket is closed may take to end by itself. */
#define END_MS 2000

/* The starter's thread */

typedef struct {
    int socket; /* the child's end */
    const char *const *arguments;
    gboolean done;
    pid_t pid;
    int failure; /* errno, 0 when started */
} StartOrder;

struct WorkerStarter {
    char *program;
    GThread *thread;
    GMutex mutex;
    GCond changed;
    GQueue orders; /* of StartOrder, owned by who waits for them */
    gboolean stopping;
};

/* The parent's environment may hold passwords; a decoder needs none of it. A library installed
 * elsewhere is found, and sanitizers keep their options, but for ThreadSanitizer: the worker's own
 * code is one thread, and its libraries, which are many, were not built for it. */
static char **environment_new(void)
{
    static const char *const kept[] = {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS",
                                       "UBSAN_OPTIONS"};
    char **environment = g_environ_setenv(NULL, "LC_ALL", "C.UTF-8", TRUE);
    environment = g_environ_setenv(environment, "TSAN_OPTIONS", "report_bugs=0", TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        const char *value = g_getenv(kept[i]);
        if (value) {
            environment = g_environ_setenv(environment, kept[i], value, TRUE);
        }
    }
    return environment;
}

/* Standard error stays open until the sandbox closes: the dynamic linker may have to say something.
 */
static int files_fill(posix_spawn_file_actions_t *files, int socket)
{
    int failed = posix_spawn_file_actions_adddup2(files, socket, WORKER_SOCKET);
    if (!failed) {
        failed = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    if (!failed) {
        failed = posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    }
    if (!failed) {
        failed = posix_spawn_file_actions_addclosefrom_np(files, WORKER_SOCKET + 1);
    }
    return failed;
}

/* Its own process group: Ctrl-C in the terminal is the server's to answer. */
static int attributes_fill(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int failed = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!failed) {
        failed = posix_spawnattr_setsigmask(attributes, &none);
    }
    if (!failed) {
        failed = posix_spawnattr_setsigdefault(attributes, &all);
    }
    return failed;
}

static void order_perform(StartOrder *order, const char *program)
{
    g_auto(GStrv) environment = environment_new();
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    order->failure = files_fill(&files, order->socket);
    if (!order->failure) {
        order->failure = attributes_fill(&attributes);
    }
    if (!order->failure) {
        order->failure = posix_spawn(&order->pid, program, &files, &attributes,
                                     (char **)order->arguments, environment);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
}

static gpointer starter_run(gpointer data)
{
    WorkerStarter *starter = data;
    g_mutex_lock(&starter->mutex);
    while (!starter->stopping) {
        StartOrder *order = g_queue_pop_head(&starter->orders);
        if (!order) {
            g_cond_wait(&starter->changed, &starter->mutex);
            continue;
        }
        g_mutex_unlock(&starter->mutex);
        order_perform(order, starter->program);
        g_mutex_lock(&starter->mutex);
        order->done = TRUE;
        g_cond_broadcast(&starter->changed);
    }
    g_mutex_unlock(&starter->mutex);
    return NULL;
}

WorkerStarter *worker_starter_new(const char *program)
{
    WorkerStarter *starter = g_new0(WorkerStarter, 1);
    starter->program = g_strdup(program);
    g_mutex_init(&starter->mutex);
    g_cond_init(&starter->changed);
    g_queue_init(&starter->orders);
    starter->thread = g_thread_new("worker-starter", starter_run, starter);
    return starter;
}

void worker_starter_free(WorkerStarter *starter)
{
    if (!starter) {
        return;
    }
    g_mutex_lock(&starter->mutex);
    starter->stopping = TRUE;
    g_cond_broadcast(&starter->changed);
    g_mutex_unlock(&starter->mutex);
    g_thread_join(starter->thread);
    g_cond_clear(&starter->changed);
    g_mutex_clear(&starter->mutex);
    g_free(starter->program);
    g_free(starter);
}

static void order_wait(WorkerStarter *starter, StartOrder *order)
{
    g_mutex_lock(&starter->mutex);
    g_queue_push_tail(&starter->orders, order);
    g_cond_broadcast(&starter->changed);
    while (!order->done) {
        g_cond_wait(&starter->changed, &starter->mutex);
    }
    g_mutex_unlock(&starter->mutex);
}

/* How a worker ended */

/* Reaps it once it has ended, and says how. -1 when that is not known: somebody else reaped it, or
 * it had to be killed because it did not end by itself within END_MS. */
static int worker_reap(Worker *worker, struct rusage *ret_usage)
{
    pid_t pid = worker->pid;
    worker->reaped = TRUE;
    for (int waited_ms = 0; waited_ms < END_MS; waited_ms++) {
        int status;
        pid_t ended = wait4(pid, &status, WNOHANG, ret_usage);
        if (ended != 0 && !(ended < 0 && errno == EINTR)) {
            return ended == pid ? status : -1;
        }
        g_usleep(1000);
    }
    kill(pid, SIGKILL);
    while (wait4(pid, NULL, 0, ret_usage) < 0 && errno == EINTR) {
    }
    return -1;
}

/* Signals that people and the system send to be rid of a process; a decoder does not raise them. */
static gboolean status_is_from_outside(int status)
{
    if (status == -1 || !WIFSIGNALED(status)) {
        return FALSE;
    }
    int number = WTERMSIG(status);
    return number == SIGKILL || number == SIGTERM || number == SIGINT || number == SIGHUP;
}

/* Libraries that get no memory end in various ways: what tells is that it was nearly used up. */
static gboolean usage_is_full(const struct rusage *usage)
{
    return usage->ru_maxrss * 1024LL > LIMIT_WORKER_MEMORY_BYTES / 8 * 7;
}

static void set_death(GError **error, int status, const struct rusage *usage)
{
    gboolean exited = status != -1 && WIFEXITED(status);
    gboolean signaled = status != -1 && WIFSIGNALED(status);
    if ((exited && WEXITSTATUS(status) == WORKER_EXIT_MEMORY) ||
        (signaled && usage_is_full(usage))) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the picture needs more than the %lld MB of memory that a decoder may use",
                    LIMIT_WORKER_MEMORY_BYTES >> 20);
    } else if (signaled && WTERMSIG(status) == SIGSYS) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED,
                            "the decoder tried what the sandbox forbids on this picture");
    } else if (status_is_from_outside(status)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED,
                    "the decoder was killed over this picture, again and again (signal %d)",
                    WTERMSIG(status));
    } else if (signaled) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED,
                    "the decoder crashed on this picture (signal %d)", WTERMSIG(status));
    } else {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED,
                    "the decoder gave up on this picture without a word (exit status %d)",
                    exited ? WEXITSTATUS(status) : -1);
    }
}

/* The other side is gone: why. */
static WorkerOutcome worker_bury(Worker *worker, GError **error)
{
    struct rusage usage = {0};
    int status = worker_reap(worker, &usage);
    set_death(error, status, &usage);
    return status_is_from_outside(status) ? WORKER_TAKEN_AWAY : WORKER_FAILED;
}

/* A worker's life */

/* Whatever the reason: it is no picture's. */
static Worker *set_no_start(GError **error, int saved_errno)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                "cannot start a worker process: %s", g_strerror(saved_errno));
    return NULL;
}

static Worker *worker_launch(WorkerStarter *starter, const char *const *arguments, GError **error)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
        return set_no_start(error, errno);
    }
    StartOrder order = {.socket = sockets[1], .arguments = arguments};
    order_wait(starter, &order);
    close(sockets[1]);
    if (order.failure) {
        close(sockets[0]);
        return set_no_start(error, order.failure);
    }
    Worker *worker = g_new0(Worker, 1);
    worker->pid = order.pid;
    worker->socket = sockets[0];
    return worker;
}

static WorkerOutcome worker_receive(Worker *worker, FrameKind expected, const FrameWait *wait,
                                    WorkerReply *ret_reply, GError **error)
{
    guint32 kind;
    g_autoptr(GBytes) body = NULL;
    if (!frame_receive(worker->socket, &kind, &body, NULL, wait, error) ||
        !worker_reply_decode(kind, body, expected, ret_reply, error)) {
        return WORKER_FAILED;
    }
    return WORKER_ANSWERED;
}

static WorkerOutcome worker_greet(Worker *worker, const FrameWait *wait, GError **error)
{
    g_auto(WorkerReply) reply = {0};
    g_autoptr(GError) local = NULL;
    WorkerOutcome outcome = worker_receive(worker, FRAME_TEXT, wait, &reply, &local);
    if (g_error_matches(local, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE)) {
        g_clear_error(&local);
        outcome = worker_bury(worker, &local);
    }
    if (outcome == WORKER_ANSWERED && reply.text) {
        worker->walls = g_steal_pointer(&reply.text);
        return WORKER_ANSWERED;
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                "a worker process does not start: %s",
                reply.failure ? reply.failure->message : local->message);
    return outcome == WORKER_TAKEN_AWAY ? outcome : WORKER_FAILED;
}

Worker *worker_start(WorkerStarter *starter, const char *const *arguments, GError **error)
{
    const FrameWait wait = {.deadline_us = g_get_monotonic_time() +
                                           LIMIT_WORKER_START_SECONDS * G_USEC_PER_SEC};
    for (;;) {
        g_autoptr(GError) local = NULL;
        g_autoptr(Worker) worker = worker_launch(starter, arguments, error);
        if (!worker) {
            return NULL;
        }
        WorkerOutcome outcome = worker_greet(worker, &wait, &local);
        if (outcome == WORKER_ANSWERED) {
            return g_steal_pointer(&worker);
        }
        /* Killed by somebody outside before it could greet: the next one may be luckier. */
        if (outcome == WORKER_FAILED || g_get_monotonic_time() >= wait.deadline_us) {
            g_propagate_error(error, g_steal_pointer(&local));
            return NULL;
        }
    }
}

void worker_free(Worker *worker)
{
    if (!worker) {
        return;
    }
    if (!worker->reaped) {
        kill(worker->pid, SIGKILL);
        worker_reap(worker, NULL);
    }
    close(worker->socket);
    g_free(worker->walls);
    for (gsize i = 0; i < G_N_ELEMENTS(worker->models); i++) {
        g_clear_pointer(&worker->models[i], model_unref);
    }
    g_free(worker);
}

gboolean worker_is_ready(const Worker *worker)
{
    return frame_is_quiet(worker->socket);
}

gint64 worker_resident_bytes(const Worker *worker)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", (int)worker->pid);
    g_autofree char *text = NULL;
    guint64 pages = 0;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return 0;
    }
    g_auto(GStrv) words = g_strsplit(text, " ", 3); /* total, resident; proc(5) */
    if (g_strv_length(words) < 2 ||
        !g_ascii_string_to_unsigned(words[1], 10, 0, G_MAXINT32, &pages, NULL)) {
        return 0;
    }
    return (gint64)pages * sysconf(_SC_PAGESIZE);
}

WorkerOutcome worker_ask(Worker *worker, GBytes *request, int descriptor, FrameKind expected,
                         const FrameWait *wait, WorkerReply *ret_reply, GError **error)
{
    g_autoptr(GError) local = NULL;
    WorkerOutcome outcome = WORKER_FAILED;
    if (frame_send(worker->socket, FRAME_REQUEST, request, descriptor, wait, &local)) {
        outcome = worker_receive(worker, expected, wait, ret_reply, &local);
    }
    worker->pictures++;
    if (g_error_matches(local, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE)) {
        return worker_bury(worker, error);
    }
    if (g_error_matches(local, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CRASHED,
                    "the decoder lost its mind over this picture: %s", local->message);
    } else if (local) {
        g_propagate_error(error, g_steal_pointer(&local));
    }
    return outcome;
}
