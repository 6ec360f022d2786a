#include "jobs/watch.h"

#include "base/limits.h"
#include "base/lock.h"
#include "base/path_text.h"
#include "jobs/scan_folder.h"
#include "jobs/scan_job.h"
#include "jobs/walk.h"
#include "jobs/watch_tree.h"
#include "library/source.h"

#include <linux/magic.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/vfs.h>
#include <unistd.h>

/* A folder is scanned so long after its last change, and however many follow, after the first. */
#define QUIET_US       (500 * G_TIME_SPAN_MILLISECOND)
#define QUIET_MAX_US   (5 * G_TIME_SPAN_SECOND)
#define WRITING_US     (2 * G_TIME_SPAN_SECOND) /* while a file is being written */
#define WRITING_MAX_US (30 * G_TIME_SPAN_SECOND)

#define POLL_US   (10 * G_TIME_SPAN_SECOND) /* between looks at the list of sources */
#define SAFETY_US G_TIME_SPAN_DAY           /* between looks through a source that is watched */

typedef struct {
    gboolean is_tree; /* with all beneath it */
    gint64 first_us, due_us;
} Change;

typedef struct {
    gint64 id;
    char *path;     /* bytes */
    char *identity; /* of the folder that is watched; NULL: it was not there */
    gboolean is_watched;
    char *problem;
    gint64 look_us;      /* when to look through it next */
    GHashTable *changes; /* path (bytes) -> Change */
    gboolean is_listed;  /* while the list is compared */
} Watched;

struct Watch {
    WatchOptions options;
    WatchTree *tree; /* NULL: the system has none to give */
    GThread *thread;
    int wake;            /* eventfd */
    gint stopping;       /* atomic */
    GMutex lock;         /* of what watch_sees reads: the sources, their is_watched and problem */
    GHashTable *sources; /* id -> Watched */
    gboolean is_ready;
};

static void watched_free(gpointer data)
{
    Watched *source = data;
    g_free(source->path);
    g_free(source->identity);
    g_free(source->problem);
    g_hash_table_unref(source->changes);
    g_free(source);
}

/* What changed */

static void add_change(Watched *source, const char *path, gboolean is_tree, gboolean is_writing)
{
    gint64 now_us = g_get_monotonic_time();
    Change *change = g_hash_table_lookup(source->changes, path);
    if (!change) {
        change = g_new0(Change, 1);
        change->first_us = now_us;
        g_hash_table_insert(source->changes, g_strdup(path), change);
    }
    change->is_tree = change->is_tree || is_tree;
    gint64 wished_us = now_us + (is_writing ? WRITING_US : QUIET_US);
    change->due_us =
        MIN(wished_us, change->first_us + (is_writing ? WRITING_MAX_US : QUIET_MAX_US));
}

static void watch_source(Watch *watch, Watched *source);

/* Nobody knows what was missed: everything is watched and looked through again. */
static void start_over(Watch *watch)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, watch->sources);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        watch_source(watch, value);
        add_change(value, ((Watched *)value)->path, TRUE, FALSE);
    }
}

static void set_watched(Watch *watch, Watched *source, gboolean is_watched, char *problem)
{
    LOCK_UNTIL_END(&watch->lock);
    source->is_watched = is_watched;
    g_free(source->problem);
    source->problem = problem;
}

static char *say_interval(const Watch *watch, const char *why)
{
    return g_strdup_printf("%s; changes are looked for every %d minutes", why,
                           watch->options.rescan_minutes);
}

static void add_folder(Watch *watch, Watched *source, const char *path)
{
    g_autoptr(GError) error = NULL;
    if (!watch_tree_add(watch->tree, path, source->id, &error)) {
        set_watched(watch, source, FALSE, say_interval(watch, error->message));
    }
}

static void on_event(WatchKind kind, gint64 owner, const char *folder, const char *name,
                     gpointer data)
{
    Watch *watch = data;
    if (kind == WATCH_OVERFLOW) {
        start_over(watch);
        return;
    }
    Watched *source = g_hash_table_lookup(watch->sources, &owner);
    if (!source) {
        return;
    }
    if (kind == WATCH_FILE_WRITES || kind == WATCH_FILE_CHANGED) {
        if (scan_wants(name)) {
            add_change(source, folder, FALSE, kind == WATCH_FILE_WRITES);
        }
        return;
    }
    if (walk_passes_over(name)) {
        return;
    }
    g_autofree char *path = g_build_filename(folder, name, NULL);
    watch_tree_remove(watch->tree, path); /* moved here, it may be known by its old place */
    if (kind == WATCH_FOLDER_CAME) {
        add_folder(watch, source, path);
    }
    add_change(source, path, TRUE, FALSE);
}

/* Sources */

/* Why a file system does not tell of what others change on it; NULL when it does. */
static const char *silent_file_system(const char *path)
{
    static const struct {
        guint32 type;
        const char *why;
    } silent[] = {
        {NFS_SUPER_MAGIC, "NFS does not tell of changes"},
        {0xFF534D42, "CIFS does not tell of changes"}, /* linux/magic.h has it from 6.2 on */
        {0xFE534D42, "SMB does not tell of changes"},
        {SMB_SUPER_MAGIC, "SMB does not tell of changes"},
        {0x65735546, "FUSE does not tell of changes"},
        {V9FS_MAGIC, "9P does not tell of changes"},
        {0x00C36400, "Ceph does not tell of changes"},
        {AFS_SUPER_MAGIC, "AFS does not tell of changes"},
        {CODA_SUPER_MAGIC, "Coda does not tell of changes"},
    };
    struct statfs info;
    if (statfs(path, &info) != 0) {
        return NULL;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(silent); i++) {
        if ((guint32)info.f_type == silent[i].type) {
            return silent[i].why;
        }
    }
    return NULL;
}

static char *identity_of(const char *path)
{
    g_autoptr(WalkRoot) root = walk_root_open(path, NULL);
    return root ? walk_root_identity(root) : NULL;
}

static void plan_look(const Watch *watch, Watched *source)
{
    gint64 interval_us =
        source->is_watched ? SAFETY_US : watch->options.rescan_minutes * (gint64)G_TIME_SPAN_MINUTE;
    source->look_us = g_get_monotonic_time() + interval_us;
}

static void watch_source(Watch *watch, Watched *source)
{
    g_autoptr(GError) error = NULL;
    g_free(source->identity);
    source->identity = identity_of(source->path);
    const char *silent = silent_file_system(source->path);
    if (!source->identity) {
        set_watched(watch, source, FALSE,
                    g_strdup("The folder cannot be opened; its disk may not be mounted"));
    } else if (silent) {
        set_watched(watch, source, FALSE, say_interval(watch, silent));
    } else if (!watch->tree) {
        set_watched(watch, source, FALSE,
                    say_interval(watch, "The system watches no more folders"));
    } else if (!watch_tree_add(watch->tree, source->path, source->id, &error)) {
        set_watched(watch, source, FALSE, say_interval(watch, error->message));
    } else {
        set_watched(watch, source, TRUE, NULL);
    }
    plan_look(watch, source);
}

/* A disk that was mounted or unmounted puts another folder in the place. */
static void check_root(Watch *watch, Watched *source)
{
    g_autofree char *identity = identity_of(source->path);
    gboolean is_lost = source->is_watched && !watch_tree_has(watch->tree, source->path);
    if (g_strcmp0(identity, source->identity) == 0 && !is_lost) {
        return;
    }
    if (watch->tree) {
        watch_tree_remove(watch->tree, source->path);
    }
    watch_source(watch, source);
    if (identity) {
        add_change(source, source->path, TRUE, FALSE);
    }
}

/* FALSE when the queue did not take it. */
static gboolean queue_scan(Watch *watch, const char *kind, const ScanRequest *request)
{
    gint64 id = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(watch->options.library), &error);
    gboolean queued = tx && scan_queue(tx, kind, request, &id, &error) && store_commit(tx, &error);
    if (queued) {
        watch->options.queued(watch->options.data);
    } else if (!g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE) &&
               !g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY)) {
        g_warning("a scan of what changed was not queued: %s", error->message);
    }
    return queued;
}

static gboolean queue_whole(Watch *watch, const char *kind, gint64 source_id)
{
    g_auto(ScanRequest) request = {.source_ids = g_array_new(FALSE, FALSE, sizeof(gint64))};
    g_array_append_val(request.source_ids, source_id);
    return queue_scan(watch, kind, &request);
}

static void add_source(Watch *watch, const Source *listed)
{
    Watched *source = g_new0(Watched, 1);
    source->id = listed->id;
    source->path = path_from_text(listed->path);
    source->changes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    source->is_listed = TRUE;
    g_mutex_lock(&watch->lock);
    g_hash_table_insert(watch->sources, &source->id, source);
    g_mutex_unlock(&watch->lock);
    watch_source(watch, source);
    if (watch->is_ready) { /* before that, whoever starts the watch has all of them scanned */
        queue_whole(watch, SCAN_JOB, source->id);
    }
}

static void drop_unlisted(Watch *watch)
{
    GHashTableIter iter;
    gpointer value;
    LOCK_UNTIL_END(&watch->lock);
    g_hash_table_iter_init(&iter, watch->sources);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Watched *source = value;
        if (!source->is_listed) {
            if (watch->tree) {
                watch_tree_remove(watch->tree, source->path);
            }
            g_hash_table_iter_remove(&iter);
        }
    }
}

static void forget_list(Watch *watch)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, watch->sources);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        ((Watched *)value)->is_listed = FALSE;
    }
}

static void compare_sources(Watch *watch)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_read(library_store(watch->options.library), &error);
    g_autoptr(GPtrArray) listed = tx ? source_list(tx, &error) : NULL;
    if (!listed) {
        g_warning("the folders to watch cannot be read: %s", error->message);
        return;
    }
    g_clear_pointer(&tx, store_tx_free);
    forget_list(watch);
    for (guint i = 0; i < listed->len; i++) {
        const Source *source = g_ptr_array_index(listed, i);
        Watched *known = g_hash_table_lookup(watch->sources, &source->id);
        if (source->named_only) {
            continue; /* looked at by scans alone: its folder is full of what is not ours */
        }
        if (known) {
            known->is_listed = TRUE;
            check_root(watch, known);
        } else {
            add_source(watch, source);
        }
    }
    drop_unlisted(watch);
}

/* Queueing */

typedef struct {
    GStrvBuilder *folders, *trees;
    guint count, tree_count;
    gint64 now_us;
} Batch;

static gboolean take_due(gpointer path, gpointer value, gpointer data)
{
    Batch *batch = data;
    const Change *change = value;
    if (change->due_us > batch->now_us) {
        return FALSE;
    }
    g_autofree char *text = path_to_text(path);
    g_strv_builder_add(change->is_tree ? batch->trees : batch->folders, text);
    batch->tree_count += change->is_tree;
    batch->count++;
    return TRUE;
}

static void queue_changes(Watch *watch, Watched *source)
{
    g_autoptr(GStrvBuilder) folders = g_strv_builder_new();
    g_autoptr(GStrvBuilder) trees = g_strv_builder_new();
    Batch batch = {.folders = folders, .trees = trees, .now_us = g_get_monotonic_time()};
    g_hash_table_foreach_remove(source->changes, take_due, &batch);
    if (batch.count == 0) {
        return;
    }
    g_auto(ScanRequest) request = {
        .folders = batch.count > batch.tree_count ? g_strv_builder_end(folders) : NULL,
        .trees = batch.tree_count > 0 ? g_strv_builder_end(trees) : NULL,
    };
    gboolean queued = batch.count > LIMIT_WATCH_BATCH_FOLDERS
                          ? queue_whole(watch, WATCH_JOB, source->id)
                          : queue_scan(watch, WATCH_JOB, &request);
    if (!queued) { /* later, and then the whole of it */
        add_change(source, source->path, TRUE, TRUE);
    }
}

static void queue_due(Watch *watch)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, watch->sources);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Watched *source = value;
        queue_changes(watch, source);
        if (source->look_us <= g_get_monotonic_time()) {
            queue_whole(watch, WATCH_JOB, source->id);
            plan_look(watch, source);
        }
    }
}

/* The thread */

static gint64 next_due_us(const Watch *watch, gint64 until_us)
{
    GHashTableIter iter, changes;
    gpointer value, change;
    g_hash_table_iter_init(&iter, watch->sources);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Watched *source = value;
        until_us = MIN(until_us, source->look_us);
        g_hash_table_iter_init(&changes, source->changes);
        while (g_hash_table_iter_next(&changes, NULL, &change)) {
            until_us = MIN(until_us, ((Change *)change)->due_us);
        }
    }
    return until_us;
}

/* TRUE when somebody called. */
static gboolean wait_until(Watch *watch, gint64 until_us)
{
    struct pollfd fds[2] = {{.fd = watch->wake, .events = POLLIN}, {.fd = -1}};
    if (watch->tree) {
        fds[1] = (struct pollfd){.fd = watch_tree_descriptor(watch->tree), .events = POLLIN};
    }
    gint64 left_us = MAX(0, until_us - g_get_monotonic_time());
    int ready = poll(fds, G_N_ELEMENTS(fds), (int)(left_us / 1000 + 1));
    if (ready > 0 && fds[1].revents) {
        watch_tree_read(watch->tree, on_event, watch);
    }
    guint64 calls;
    return ready > 0 && fds[0].revents && read(watch->wake, &calls, sizeof calls) > 0;
}

static gpointer run(gpointer data)
{
    Watch *watch = data;
    gint64 compare_us = 0;
    while (!g_atomic_int_get(&watch->stopping)) {
        gint64 now_us = g_get_monotonic_time();
        if (now_us >= compare_us) {
            compare_sources(watch);
            compare_us = g_get_monotonic_time() + POLL_US;
        }
        if (!watch->is_ready) {
            watch->is_ready = TRUE;
            watch->options.ready(watch->options.data);
        }
        queue_due(watch);
        if (wait_until(watch, next_due_us(watch, compare_us))) {
            compare_us = 0;
        }
    }
    return NULL;
}

Watch *watch_start(const WatchOptions *options)
{
    Watch *watch = g_new0(Watch, 1);
    watch->options = *options;
    watch->tree = watch_tree_new(NULL);
    watch->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_assert(watch->wake >= 0);
    watch->sources = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, watched_free);
    g_mutex_init(&watch->lock);
    watch->thread = g_thread_new("watch", run, watch);
    return watch;
}

void watch_wake(Watch *watch)
{
    const guint64 one = 1;
    if (watch && write(watch->wake, &one, sizeof one) < 0) {
        g_debug("it was called so often that it comes anyway");
    }
}

void watch_stop(Watch *watch)
{
    if (!watch) {
        return;
    }
    g_atomic_int_set(&watch->stopping, 1);
    watch_wake(watch);
    g_thread_join(watch->thread);
    watch_tree_free(watch->tree);
    close(watch->wake);
    g_hash_table_unref(watch->sources);
    g_mutex_clear(&watch->lock);
    g_free(watch);
}

gboolean watch_sees(Watch *watch, gint64 source_id, char **ret_problem)
{
    *ret_problem = NULL;
    if (!watch) {
        return FALSE;
    }
    LOCK_UNTIL_END(&watch->lock);
    const Watched *source = g_hash_table_lookup(watch->sources, &source_id);
    if (source) {
        *ret_problem = g_strdup(source->problem);
    }
    return source && source->is_watched;
}
