#include "jobs/sandbox.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sanitizers map terabytes of shadow memory and look at their own process. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* How long the threads of libraries may take to answer a signal. */
#define THREADS_MS 2000

static gboolean close_privileges(void)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* Nobody of the same user may trace the process or read its memory, and no core is written. */
static gboolean close_dumps(void)
{
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/* A decoder that never returns must not outlive a server that was killed. */
static gboolean close_orphanage(void)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

/* Should the machine run out of memory, the kernel takes a worker and not the server. */
static gboolean stand_in_front(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return FALSE;
    }
    gboolean written = write(fd, "1000", 4) == 4;
    close(fd);
    return written;
}

static gboolean limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit current;
    if (getrlimit(resource, &current) != 0) {
        return FALSE;
    }
    current.rlim_max = MIN(current.rlim_max, value);
    current.rlim_cur = current.rlim_max;
    return setrlimit(resource, &current) == 0;
}

/* RLIMIT_DATA counts every private writable mapping (Linux 4.7), so thread stacks and malloc's
 * arenas too, and leaves alone what only reserves addresses: libraries, and the mapping of an
 * original of several gigabytes. RLIMIT_AS could not tell these apart. RLIMIT_NPROC counts all
 * processes of the user, whom we do not have for ourselves: new processes are the system calls'
 * matter below. */
static gboolean close_limits(void)
{
    gboolean done = limit(RLIMIT_CORE, 0);
    done = limit(RLIMIT_NOFILE, LIMIT_WORKER_DESCRIPTORS) && done;
    if (!SANITIZED) { /* whose report may go to a file */
        done = limit(RLIMIT_FSIZE, 0) && done;
        done = limit(RLIMIT_DATA, LIMIT_WORKER_MEMORY_BYTES) && done;
    }
    return done;
}

/* The kernel's struct landlock_ruleset_attr as of ABI 6; the build's headers may be older than the
 * kernel that runs. */
typedef struct {
    guint64 handled_fs;
    guint64 handled_net;
    guint64 scoped;
} LandlockRuleset;

/* What a ruleset of each ABI can handle: linux/landlock.h of the kernel that brought it. A right
 * that is handled and given by no rule is denied. */
static gsize landlock_ruleset(long abi, LandlockRuleset *ret_ruleset)
{
    guint fs_rights = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
    ret_ruleset->handled_fs = (1ULL << fs_rights) - 1;
    ret_ruleset->handled_net = abi >= 4 ? 3 : 0; /* TCP bind and connect */
    ret_ruleset->scoped = abi >= 6 ? 3 : 0;      /* abstract Unix sockets and signals */
    if (abi >= 6) {
        return sizeof(*ret_ruleset);
    }
    return abi >= 4 ? offsetof(LandlockRuleset, scoped) : offsetof(LandlockRuleset, handled_net);
}

/* A ruleset binds the thread that asks for it and those it starts; libraries may have started some
 * before. These are made to ask by a signal, as the C library does for setuid(2). */
static volatile gint files_ruleset;
static volatile gint files_threads; /* that have closed their files */

static void on_close_files(int number)
{
    int saved_errno = errno;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        syscall(SYS_landlock_restrict_self, files_ruleset, 0) == 0) {
        g_atomic_int_inc(&files_threads);
    }
    errno = saved_errno;
}

/* Signals every other thread. Their number, -1 when it cannot be told. */
static int threads_signal(int number)
{
    int count = 0;
    g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
    if (!tasks) {
        return -1;
    }
    for (const char *name; (name = g_dir_read_name(tasks));) {
        pid_t thread = (pid_t)g_ascii_strtoll(name, NULL, 10);
        if (thread != gettid() && syscall(SYS_tgkill, getpid(), thread, number) == 0) {
            count++;
        }
    }
    return count;
}

static gboolean close_files_of_threads(void)
{
    const int number = SIGRTMIN;
    struct sigaction action = {.sa_handler = on_close_files, .sa_flags = SA_RESTART};
    sigaction(number, &action, NULL);
    int count = threads_signal(number);
    for (int ms = 0; g_atomic_int_get(&files_threads) < count && ms < THREADS_MS; ms++) {
        g_usleep(1000);
    }
    signal(number, SIG_IGN); /* not its default, in case one comes late */
    return count >= 0 && g_atomic_int_get(&files_threads) >= count;
}

static gboolean close_files(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        return FALSE;
    }
    LandlockRuleset ruleset;
    gsize size = landlock_ruleset(abi, &ruleset);
    files_ruleset = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
    if (files_ruleset < 0) {
        return FALSE;
    }
    /* The other threads first: this one needs /proc to find them. */
    gboolean threads_closed = close_files_of_threads();
    gboolean closed = syscall(SYS_landlock_restrict_self, files_ruleset, 0) == 0;
    close(files_ruleset);
    return closed && threads_closed;
}

/* A system call and what becomes of it. With `mask`, only when argument `index` & mask == value. */
typedef struct {
    int call;
    unsigned index;
    guint64 mask;
    guint64 value;
} CallRule;

#define CALL(name)                                                                                 \
    {                                                                                              \
        SCMP_SYS(name), 0, 0, 0                                                                    \
    }
#define CALL_IF(name, index, mask, value)                                                          \
    {                                                                                              \
        SCMP_SYS(name), index, mask, value                                                         \
    }
#define WHOLE           G_MAXUINT32
#define PR_SET_VMA_CALL 0x53564d41 /* PR_SET_VMA of Linux 5.17 */

static const CallRule calls_allowed[] = {
    /* the descriptors it holds */
    CALL(read),
    CALL(readv),
    CALL(pread64),
    CALL(preadv),
    CALL(write),
    CALL(writev),
    CALL(lseek),
    CALL(_llseek),
    CALL(close),
    CALL(dup),
    CALL(fstat),
    CALL(fstat64),
    CALL_IF(newfstatat, 3, AT_EMPTY_PATH, AT_EMPTY_PATH), /* how glibc calls fstat */
    CALL_IF(statx, 2, AT_EMPTY_PATH, AT_EMPTY_PATH),
    CALL_IF(fcntl, 1, WHOLE, F_GETFL),
    CALL_IF(fcntl, 1, WHOLE, F_GETFD),
    CALL_IF(fcntl, 1, WHOLE, F_SETFD),
    CALL_IF(fcntl, 1, WHOLE, F_DUPFD_CLOEXEC),
    CALL(fadvise64),
    CALL(readahead),
    CALL(poll),
    CALL(ppoll),
    CALL(recvmsg),
    CALL(sendmsg),
    /* memory: none that can be run */
    CALL(brk),
    CALL_IF(mmap, 2, PROT_EXEC, 0),
    CALL_IF(mmap2, 2, PROT_EXEC, 0),
    CALL_IF(mprotect, 2, PROT_EXEC, 0),
    CALL(munmap),
    CALL(mremap),
    CALL(madvise),
    CALL(membarrier),
    /* threads */
    CALL_IF(clone, 0, CLONE_THREAD | CLONE_VM | CLONE_SIGHAND,
            CLONE_THREAD | CLONE_VM | CLONE_SIGHAND),
    CALL(futex),
    CALL(futex_time64),
    CALL(set_robust_list),
    CALL(rseq),
    CALL(sched_yield),
    CALL(sched_getaffinity),
    CALL(getcpu),
    CALL(gettid),
    CALL(getpid),
    CALL_IF(prctl, 0, WHOLE, PR_SET_NAME),
    CALL_IF(prctl, 0, WHOLE, PR_GET_NAME),
    /* signals, to itself */
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(rt_sigreturn),
    CALL(sigaltstack),
    CALL(restart_syscall),
    /* time, chance, and what the machine is */
    CALL(clock_gettime),
    CALL(clock_gettime64),
    CALL(clock_getres),
    CALL(clock_nanosleep),
    CALL(clock_nanosleep_time64),
    CALL(nanosleep),
    CALL(gettimeofday),
    CALL(time),
    CALL(getrandom),
    CALL(getrusage),
    CALL(times),
    CALL(uname),
    CALL(sysinfo),
    CALL(getuid),
    CALL(geteuid),
    CALL(getgid),
    CALL(getegid),
    /* the end */
    CALL(exit),
    CALL(exit_group),
};

/* What libraries try and can do without: they are told no, instead of being ended. */
static const CallRule calls_refused[] = {
    CALL(open),
    CALL(openat),
    CALL(openat2),
    CALL(access),
    CALL(faccessat),
    CALL(faccessat2),
    CALL(stat),
    CALL(lstat),
    CALL_IF(newfstatat, 3, AT_EMPTY_PATH, 0),
    CALL_IF(statx, 2, AT_EMPTY_PATH, 0),
    CALL(statfs),
    CALL(fstatfs),
    CALL(readlink),
    CALL(readlinkat),
    CALL(getcwd),
    CALL(unlink),
    CALL(unlinkat),
    CALL(mkdir),
    CALL(mkdirat),
    CALL(ftruncate),
    CALL(memfd_create),
    CALL(pipe2),
    CALL(eventfd2),
    CALL(ioctl),
    CALL(getpeername),
    CALL(getsockname),
    CALL_IF(mmap, 2, PROT_EXEC, PROT_EXEC), /* Orc's compiler in libvips; it has plain C as well */
    CALL_IF(mmap2, 2, PROT_EXEC, PROT_EXEC),
    CALL_IF(mprotect, 2, PROT_EXEC, PROT_EXEC),
    CALL(sched_setaffinity),
    CALL(sched_getparam),
    CALL(sched_getscheduler),
    CALL(sched_setscheduler),
    CALL(setpriority),
    CALL(getpriority),
    CALL(get_mempolicy),
    CALL(mbind),
    CALL(mlock),
    CALL_IF(prctl, 0, WHOLE, PR_SET_VMA_CALL), /* glibc names its arenas */
};

/* What sanitizers' own code calls besides. */
static const CallRule calls_sanitizers[] = {
    CALL(getppid), CALL(mincore), CALL(personality), CALL(arch_prctl), CALL(set_tid_address),
};

static gboolean rules_add(scmp_filter_ctx filter, guint32 action, const CallRule *rules,
                          gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const CallRule *rule = &rules[i];
        struct scmp_arg_cmp test = {rule->index, SCMP_CMP_MASKED_EQ, rule->mask, rule->value};
        int failed = seccomp_rule_add_array(filter, action, rule->call, rule->mask ? 1 : 0, &test);
        if (failed) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Rules whose argument is known only now: tgkill (abort() and raise() use it) and prlimit64 (glibc
 * asks with it how large a stack is) may be used on this process alone, and prlimit64 not to set.
 */
static gboolean rules_add_own(scmp_filter_ctx filter)
{
    const CallRule own[] = {CALL_IF(tgkill, 0, WHOLE, (guint64)getpid())};
    const CallRule asks[] = {CALL_IF(prlimit64, 2, G_MAXUINT64, 0)};
    return rules_add(filter, SCMP_ACT_ALLOW, own, G_N_ELEMENTS(own)) &&
           rules_add(filter, SCMP_ACT_ALLOW, asks, G_N_ELEMENTS(asks));
}

static gboolean filter_fill(scmp_filter_ctx filter)
{
    /* clone3 hides its flags from filters; glibc falls back to clone when there is none. */
    static const CallRule absent[] = {CALL(clone3)};
    /* Threads that libraries started on loading are behind the same door. */
    return seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
           rules_add(filter, SCMP_ACT_ALLOW, calls_allowed, G_N_ELEMENTS(calls_allowed)) &&
           rules_add(filter, SCMP_ACT_ERRNO(EACCES), calls_refused, G_N_ELEMENTS(calls_refused)) &&
           rules_add(filter, SCMP_ACT_ERRNO(ENOSYS), absent, G_N_ELEMENTS(absent)) &&
           (!SANITIZED ||
            rules_add(filter, SCMP_ACT_ALLOW, calls_sanitizers, G_N_ELEMENTS(calls_sanitizers))) &&
           rules_add_own(filter);
}

/* Every other call ends the process (SIGSYS): no decoder has a use for it. A sanitizer, though,
 * shall get its report out, which it wants other programs' help for. */
static gboolean close_calls(void)
{
    scmp_filter_ctx filter =
        seccomp_init(SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
    if (!filter) {
        return FALSE;
    }
    gboolean done = filter_fill(filter) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return done;
}

static void note(GPtrArray *standing, GPtrArray *missing, gboolean stands, const char *wall)
{
    g_ptr_array_add(stands ? standing : missing, (char *)wall);
}

static char *join(GPtrArray *walls)
{
    g_ptr_array_add(walls, NULL);
    return g_strjoinv(", ", (char **)walls->pdata);
}

char *sandbox_close(void)
{
    g_autoptr(GPtrArray) standing = g_ptr_array_new();
    g_autoptr(GPtrArray) missing = g_ptr_array_new();
    if (!SANITIZED) {
        dup2(STDOUT_FILENO, STDERR_FILENO); /* /dev/null: a terminal obeys what is written to it */
    }
    note(standing, missing, stand_in_front(), "first to go when memory is short");
    note(standing, missing, close_privileges(), "no new privileges");
    note(standing, missing, close_dumps(), "no dumps or tracing");
    note(standing, missing, close_orphanage(), "end with the server");
    note(standing, missing, close_limits(), "resource limits");
    note(standing, missing, !SANITIZED, "memory limit");
    note(standing, missing, close_files(), "Landlock");
    note(standing, missing, close_calls(), "system call filter");
    g_autofree char *stand = join(standing);
    g_autofree char *miss = join(missing);
    return *miss ? g_strdup_printf("%s; missing: %s", stand, miss) : g_steal_pointer(&stand);
}
