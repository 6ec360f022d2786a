#include "jobs/scan.h"

#include "base/path_text.h"
#include "jobs/scan_count.h"
#include "jobs/scan_writer.h"
#include "jobs/walk.h"
#include "library/ingest.h"
#include "library/source.h"

#include <string.h>
#include <unistd.h>

#define REPORT_INTERVAL_US (G_USEC_PER_SEC / 2)

/* Files on their way to a worker, for each: enough to keep it busy, few enough to stop soon. */
#define QUEUED_PER_WORKER 8

typedef struct {
    const ScanOptions *options;
    ScanWriter *writer;
    ScanCount *count;
    GThreadPool *readers;
    gint64 started_us, reported_us;

    /* What the walk alone counts. */
    gint64 found, unchanged, known_failures, missing;

    GMutex lock;
    GCond task_done;
    guint queued;   /* tasks pushed and not done */
    gint64 passed;  /* files found that the next scan looks at: gone, or being written */
    GError *broken; /* why reading cannot go on at all: no worker starts */
} Scan;

/* One file that is new or changed. */
typedef struct {
    const Source *source;
    const WalkRoot *root;
    char *folder_path; /* text */
    char *name;        /* text */
    char *relative;    /* bytes, from the root */
    gint64 file_bytes;
    gint64 modified_ns;
} ScanTask;

static void task_free(ScanTask *task)
{
    g_free(task->folder_path);
    g_free(task->name);
    g_free(task->relative);
    g_free(task);
}

static gboolean is_cancelled(const Scan *scan)
{
    return scan->options->cancellable && g_cancellable_is_cancelled(scan->options->cancellable);
}

static void get_progress(Scan *scan, ScanProgress *ret_progress)
{
    g_mutex_lock(&scan->lock);
    gint64 passed = scan->passed;
    g_mutex_unlock(&scan->lock);
    ScanProgress progress = {
        .found = scan->found - passed,
        .unchanged = scan->unchanged,
        .missing = scan->missing,
        .total = scan_count_total(scan->count),
        .seconds = (double)(g_get_monotonic_time() - scan->started_us) / G_USEC_PER_SEC,
    };
    scan_writer_counts(scan->writer, &progress.indexed, &progress.failed);
    progress.failed += scan->known_failures;
    *ret_progress = progress;
}

/* Also writes what waits, so that what is told is in the library. */
static void report_now_and_then(Scan *scan)
{
    gint64 now_us = g_get_monotonic_time();
    if (now_us - scan->reported_us < REPORT_INTERVAL_US) {
        return;
    }
    scan->reported_us = now_us;
    scan_writer_flush(scan->writer);
    if (scan->options->report) {
        ScanProgress progress;
        get_progress(scan, &progress);
        scan->options->report(&progress, scan->options->report_data);
    }
}

/* Whether the failure is the file's own, to be remembered; else it is the moment's. */
static gboolean is_the_files_own(const GError *failure)
{
    if (failure->domain != ALBUMEN_ERROR) {
        return TRUE;
    }
    switch ((AlbumenError)failure->code) {
    case ALBUMEN_ERROR_CANCELLED:   /* asked to stop */
    case ALBUMEN_ERROR_CONFLICT:    /* being written right now: the next scan finds it whole */
    case ALBUMEN_ERROR_NOT_FOUND:   /* gone since */
    case ALBUMEN_ERROR_UNAVAILABLE: /* no worker, no disk */
        return FALSE;
    default:
        return TRUE;
    }
}

static MediaPicture *read_picture(const Scan *scan, const ScanTask *task, GError **error)
{
    int fd = walk_open_file(task->root, task->relative, task->file_bytes, task->modified_ns, error);
    if (fd < 0) {
        return NULL;
    }
    MediaPicture *picture =
        worker_read(scan->options->workers, fd, task->name, scan->options->cancellable, error);
    close(fd);
    return picture;
}

static void write_result(const Scan *scan, const ScanTask *task, MediaPicture *picture,
                         GError *failure)
{
    ScanResult *result = g_new0(ScanResult, 1);
    result->source_id = task->source->id;
    result->folder_path = g_strdup(task->folder_path);
    result->name = g_strdup(task->name);
    result->file_bytes = task->file_bytes;
    result->modified_ns = task->modified_ns;
    result->picture = picture;
    result->failure = failure;
    scan_writer_add(scan->writer, result);
}

/* Runs on a reader's thread. */
static void read_task(gpointer data, gpointer user_data)
{
    ScanTask *task = data;
    Scan *scan = user_data;
    GError *failure = NULL;
    MediaPicture *picture = is_cancelled(scan) ? NULL : read_picture(scan, task, &failure);
    gboolean broken = g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    gboolean passed = g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT) ||
                      g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    if (picture || (failure && is_the_files_own(failure))) {
        write_result(scan, task, picture, g_steal_pointer(&failure));
    }
    g_mutex_lock(&scan->lock);
    if (broken && !scan->broken) {
        scan->broken = g_steal_pointer(&failure);
    }
    scan->passed += passed;
    scan->queued--;
    g_cond_signal(&scan->task_done);
    g_mutex_unlock(&scan->lock);
    g_clear_error(&failure);
    task_free(task);
}

/* Waits until at most `most` tasks are under way. FALSE when there is no point in going on. */
static gboolean wait_for_readers(Scan *scan, guint most)
{
    g_mutex_lock(&scan->lock);
    while (scan->queued > most) {
        gint64 until = g_get_monotonic_time() + REPORT_INTERVAL_US;
        g_cond_wait_until(&scan->task_done, &scan->lock, until);
        g_mutex_unlock(&scan->lock);
        report_now_and_then(scan);
        g_mutex_lock(&scan->lock);
    }
    gboolean good = !scan->broken;
    g_mutex_unlock(&scan->lock);
    return good && scan_writer_works(scan->writer) && !is_cancelled(scan);
}

static gboolean push_task(Scan *scan, ScanTask *task)
{
    guint most = (guint)worker_pool_size(scan->options->workers) * QUEUED_PER_WORKER;
    g_mutex_lock(&scan->lock);
    scan->queued++;
    g_mutex_unlock(&scan->lock);
    g_thread_pool_push(scan->readers, task, NULL);
    return wait_for_readers(scan, most);
}

typedef struct {
    const Source *source;
    const WalkRoot *root;
    char *path;        /* text, of the folder */
    GHashTable *known; /* name -> KnownFile; what is seen is taken out */
    GPtrArray *returned;
} FolderScan;

/* A missing photo whose file came back broken stays missing. */
static void visit_unchanged(Scan *scan, FolderScan *folder, const char *name,
                            const KnownFile *known)
{
    if (known->failed) {
        scan->known_failures++;
        return;
    }
    scan->unchanged++;
    if (!known->present) {
        g_ptr_array_add(folder->returned, g_strdup(name));
    }
}

static gboolean visit_file(Scan *scan, FolderScan *folder, const char *folder_relative,
                           const WalkFile *file)
{
    g_autofree char *name = path_to_text(file->name);
    g_autofree KnownFile *known = NULL;
    g_autofree char *known_name = NULL;
    g_hash_table_steal_extended(folder->known, name, (gpointer *)&known_name, (gpointer *)&known);
    scan->found++;
    if (known && !known->retry && known->file_bytes == file->size_bytes &&
        known->modified_ns == file->mtime_ns) {
        visit_unchanged(scan, folder, name, known);
        return TRUE;
    }
    ScanTask *task = g_new0(ScanTask, 1);
    task->source = folder->source;
    task->root = folder->root;
    task->folder_path = g_strdup(folder->path);
    task->name = g_steal_pointer(&name);
    task->relative = *folder_relative ? g_strconcat(folder_relative, "/", file->name, NULL)
                                      : g_strdup(file->name);
    task->file_bytes = file->size_bytes;
    task->modified_ns = file->mtime_ns;
    return push_task(scan, task);
}

static gboolean write_absences(StoreTx *tx, gpointer data, GError **error)
{
    const FolderScan *folder = data;
    if (!library_touch(tx, error)) {
        return FALSE;
    }
    for (guint i = 0; i < folder->returned->len; i++) {
        if (!ingest_returned(tx, folder->path, g_ptr_array_index(folder->returned, i), error)) {
            return FALSE;
        }
    }
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, folder->known);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (!ingest_missing(tx, folder->path, name, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* What is left of the known files is not in the folder any more; what returned is. */
static gboolean finish_folder(Scan *scan, FolderScan *folder, GError **error)
{
    if (g_hash_table_size(folder->known) == 0 && folder->returned->len == 0) {
        return TRUE;
    }
    if (!scan_write(scan->options->library, write_absences, folder, error)) {
        return FALSE;
    }
    GHashTableIter iter;
    gpointer known;
    g_hash_table_iter_init(&iter, folder->known);
    while (g_hash_table_iter_next(&iter, NULL, &known)) {
        scan->missing += ((KnownFile *)known)->present;
    }
    return TRUE;
}

static GHashTable *known_files(const Scan *scan, const char *folder_path, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(scan->options->library), error);
    return tx ? ingest_known_files(tx, folder_path, error) : NULL;
}

static gboolean scan_folder(Scan *scan, FolderScan *folder, const WalkFolder *found, GError **error)
{
    g_autoptr(GHashTable) known = known_files(scan, folder->path, error);
    if (!known) {
        return FALSE;
    }
    g_autoptr(GPtrArray) returned = g_ptr_array_new_with_free_func(g_free);
    folder->known = known;
    folder->returned = returned;
    for (guint i = 0; i < found->files->len; i++) {
        if (!visit_file(scan, folder, found->path, &g_array_index(found->files, WalkFile, i))) {
            return TRUE; /* asked to stop: what was not looked at is not absent */
        }
    }
    return finish_folder(scan, folder, error);
}

static char *folder_text(const Source *source, const char *relative)
{
    g_autofree char *text = path_to_text(relative);
    if (!*text) {
        return g_strdup(source->path);
    }
    return g_build_filename(source->path, text, NULL);
}

/* Nothing is known of what lies beneath an unreadable folder: it is not missing. */
static gboolean lies_beneath(gpointer path, gpointer id, gpointer folder)
{
    gsize length = strlen(folder);
    return strncmp(path, folder, length) == 0 &&
           (((char *)path)[length] == '/' || ((char *)path)[length] == '\0');
}

/* An unmounted disk leaves an empty folder behind: that is no reason to forget its pictures. */
static gboolean check_mounted(const WalkFolder *found, GHashTable *known_folders, GError **error)
{
    if (*found->path || found->error || found->files->len > 0 || found->folders > 0 ||
        g_hash_table_size(known_folders) == 0) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                        "the source folder is empty, though there were pictures in it: its disk "
                        "may not be mounted, so nothing was changed");
    return FALSE;
}

static gboolean scan_folders(Scan *scan, const Source *source, const WalkRoot *root,
                             GHashTable *known_folders, GError **error)
{
    g_autoptr(Walk) walk = walk_new(root, media_name_is_picture);
    while (wait_for_readers(scan, G_MAXUINT)) {
        GError *failure = NULL;
        g_autoptr(WalkFolder) found = walk_next(walk, &failure);
        if (failure) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        if (!found) {
            return TRUE;
        }
        if (!check_mounted(found, known_folders, error)) {
            return FALSE;
        }
        g_autofree char *path = folder_text(source, found->path);
        g_hash_table_remove(known_folders, path);
        FolderScan folder = {.source = source, .root = root, .path = path};
        if (found->error) {
            g_hash_table_foreach_remove(known_folders, lies_beneath, path);
        } else if (!scan_folder(scan, &folder, found, error)) {
            return FALSE;
        }
        report_now_and_then(scan);
    }
    g_hash_table_remove_all(known_folders); /* stopped: nobody looked for them */
    return TRUE;
}

typedef struct {
    const Source *source;
    GHashTable *gone_folders;
    gboolean is_whole;
    gint64 missing;
} SourceEnd;

static gboolean write_source_end(StoreTx *tx, gpointer data, GError **error)
{
    SourceEnd *end = data;
    GHashTableIter iter;
    gpointer id;
    end->missing = 0;
    if (g_hash_table_size(end->gone_folders) > 0 && !library_touch(tx, error)) {
        return FALSE;
    }
    g_hash_table_iter_init(&iter, end->gone_folders);
    while (g_hash_table_iter_next(&iter, NULL, &id)) {
        gint64 photos = 0;
        if (!ingest_folder_missing(tx, *(gint64 *)id, &photos, error)) {
            return FALSE;
        }
        end->missing += photos;
    }
    return !end->is_whole || source_mark_scanned(tx, end->source->id, error);
}

static gboolean finish_source(Scan *scan, const Source *source, GHashTable *gone_folders,
                              gboolean is_whole, GError **error)
{
    SourceEnd end = {source, gone_folders, is_whole, 0};
    if (!scan_write(scan->options->library, write_source_end, &end, error)) {
        return FALSE;
    }
    scan->missing += end.missing;
    return TRUE;
}

static GHashTable *known_folders(const Scan *scan, const Source *source, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(scan->options->library), error);
    return tx ? ingest_known_folders(tx, source->id, error) : NULL;
}

static gboolean scan_source(Scan *scan, const Source *source, GError **error)
{
    g_autofree char *path = path_from_text(source->path);
    g_assert(path);
    g_autoptr(WalkRoot) root = walk_root_open(path, error);
    g_autoptr(GHashTable) folders = root ? known_folders(scan, source, error) : NULL;
    if (!folders) {
        return FALSE;
    }
    gboolean walked = scan_folders(scan, source, root, folders, error);
    wait_for_readers(scan, 0); /* they use the root */
    scan_writer_flush(scan->writer);
    gboolean is_whole = wait_for_readers(scan, 0);
    return walked && finish_source(scan, source, folders, is_whole, error);
}

static gboolean is_chosen(const ScanOptions *options, gint64 source_id)
{
    for (gsize i = 0; i < options->source_count; i++) {
        if (options->source_ids[i] == source_id) {
            return TRUE;
        }
    }
    return !options->source_ids;
}

static GPtrArray *chosen_sources(const ScanOptions *options, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(options->library), error);
    g_autoptr(GPtrArray) sources = tx ? source_list(tx, error) : NULL;
    for (guint i = sources ? sources->len : 0; i > 0; i--) {
        const Source *source = g_ptr_array_index(sources, i - 1);
        if (!is_chosen(options, source->id)) {
            g_ptr_array_remove_index(sources, i - 1);
        }
    }
    return g_steal_pointer(&sources);
}

static void scan_sources(Scan *scan, const GPtrArray *sources, GError **error)
{
    for (guint i = 0; i < sources->len && wait_for_readers(scan, 0); i++) {
        GError *failure = NULL;
        if (scan_source(scan, g_ptr_array_index(sources, i), &failure)) {
            continue;
        }
        if (error && *error) {
            g_error_free(failure); /* the first one is told */
        } else {
            g_propagate_error(error, failure);
        }
    }
}

/* Ends what scan_run began, and says what went wrong, the graver thing first. */
static gboolean finish(Scan *scan, GError *failure, GError **error)
{
    g_thread_pool_free(scan->readers, FALSE, TRUE);
    scan_count_stop(scan->count);
    g_mutex_clear(&scan->lock);
    g_cond_clear(&scan->task_done);
    if (scan->broken) {
        g_clear_error(&failure);
        failure = scan->broken;
    }
    if (!failure && is_cancelled(scan)) {
        failure = g_error_new_literal(ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED,
                                      "the scan was stopped; the next one goes on from here");
    }
    if (failure) {
        g_propagate_error(error, failure);
    }
    return failure == NULL;
}

gboolean scan_run(const ScanOptions *options, ScanProgress *ret_progress, GError **error)
{
    *ret_progress = (ScanProgress){.total = -1};
    g_autoptr(GPtrArray) sources = chosen_sources(options, error);
    if (!sources) {
        return FALSE;
    }
    Scan scan = {.options = options, .started_us = g_get_monotonic_time()};
    g_mutex_init(&scan.lock);
    g_cond_init(&scan.task_done);
    scan.writer = scan_writer_new(options->library);
    scan.count = scan_count_start(sources);
    scan.readers =
        g_thread_pool_new(read_task, &scan, worker_pool_size(options->workers), TRUE, NULL);
    GError *failure = NULL;
    scan_sources(&scan, sources, &failure);
    gboolean is_whole = wait_for_readers(&scan, 0) && !failure;
    get_progress(&scan, ret_progress);
    GError *write_failure = NULL;
    if (!scan_writer_finish(scan.writer, &write_failure)) {
        g_clear_error(&failure);
        failure = write_failure;
    } else if (is_whole) {
        ret_progress->total = ret_progress->found; /* what was counted ahead may have changed */
    }
    if (options->report) {
        options->report(ret_progress, options->report_data);
    }
    return finish(&scan, failure, error);
}
