#include "jobs/scan.h"

#include "base/beneath.h"
#include "base/path_text.h"
#include "jobs/scan_folder.h"

#include <stdlib.h>
#include <string.h>

#define REPORT_INTERVAL_US (G_USEC_PER_SEC / 2)

static gboolean is_cancelled(const Scan *scan)
{
    return scan->options->cancellable && g_cancellable_is_cancelled(scan->options->cancellable);
}

static void get_progress(const Scan *scan, ScanProgress *ret_progress)
{
    ScanRead read = scan_reader_counts(scan->reader);
    ScanWritten written = scan_writer_counts(scan->writer);
    *ret_progress = (ScanProgress){
        .found = scan->found - read.passed - written.passed,
        .indexed = written.indexed,
        .moved = written.moved,
        .unchanged = scan->unchanged + read.kept_out,
        .failed = written.failed + scan->known_failures,
        .missing = MAX(0, scan->missing + written.missing),
        .total = scan->count ? scan_count_total(scan->count) : -1,
        .seconds = (double)(g_get_monotonic_time() - scan->started_us) / G_USEC_PER_SEC,
    };
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

gboolean scan_wait(Scan *scan, guint most)
{
    while (!scan_reader_wait(scan->reader, most, g_get_monotonic_time() + REPORT_INTERVAL_US)) {
        report_now_and_then(scan);
    }
    return scan_reader_works(scan->reader) && scan_writer_works(scan->writer) &&
           !is_cancelled(scan);
}

/* A source, or a part of it */

typedef struct {
    const Source *source;
    const WalkRoot *root;
    const char *relative; /* text, from the root: "" is all */
    gboolean alone;       /* that folder, and none beneath it */
} Part;

static char *part_path(const Part *part)
{
    return *part->relative ? g_build_filename(part->source->path, part->relative, NULL)
                           : g_strdup(part->source->path);
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
    return strcmp(path, folder) == 0 || beneath_relative(folder, path) != NULL;
}

static gboolean lies_outside(gpointer path, gpointer id, gpointer data)
{
    const Part *part = data;
    g_autofree char *folder = part_path(part);
    return strcmp(path, folder) != 0 && (part->alone || !beneath_relative(folder, path));
}

/* An unmounted disk leaves an empty folder behind: that is no reason to forget its pictures. */
static gboolean check_same_root(const Scan *scan, const Part *part, GError **error)
{
    g_autofree char *identity = walk_root_identity(part->root);
    if (scan->options->accept_empty || g_strcmp0(identity, part->source->root_identity) == 0) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                        "the source folder is empty, though there were pictures in it: its disk "
                        "may not be mounted, so nothing was changed; if it has been emptied, "
                        "confirm that");
    return FALSE;
}

static gboolean visit(Scan *scan, const Part *part, const WalkFolder *found,
                      GHashTable *known_folders, GError **error)
{
    g_autofree char *path = folder_text(part->source, found->path);
    gboolean is_bare = !*found->path && !found->folders && found->files->len == 0;
    if (is_bare && g_hash_table_size(known_folders) > 0 && !check_same_root(scan, part, error)) {
        return FALSE;
    }
    if (!found->error) {
        g_hash_table_remove(known_folders, path);
        return scan_folder(scan, part->source, part->root, path, found, error);
    }
    g_autofree char *start = part_path(part);
    if (g_error_matches(found->error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND) &&
        strcmp(start, path) == 0) {
        return walk_root_is_believable(part->root, part->source->root_identity) ||
               check_same_root(scan, part, error); /* gone, with all that was in it */
    }
    g_hash_table_foreach_remove(known_folders, lies_beneath, path);
    return scan_unreadable_folder(scan, part->source, path, found->error, error);
}

/* Our own data, should they lie in the source: thumbnails are no photographs. Bytes, from the
 * source's root; NULL: they lie elsewhere. */
static char *own_data(const Scan *scan, const Source *source)
{
    g_autofree char *root = path_from_text(source->path);
    g_autofree char *real = realpath(library_data_folder(scan->options->library), NULL);
    return real ? g_strdup(beneath_relative(root, real)) : NULL;
}

static gboolean walk_part(Scan *scan, const Part *part, GHashTable *known_folders, GError **error)
{
    g_autofree char *start = path_from_text(part->relative);
    g_autofree char *own = own_data(scan, part->source);
    if (own && (strcmp(start, own) == 0 || beneath_relative(own, start))) {
        g_hash_table_remove_all(known_folders);
        return TRUE;
    }
    g_autoptr(Walk) walk = walk_new_at(part->root, start, part->alone, scan_wants);
    walk_leave_out(walk, own);
    while (scan_wait(scan, G_MAXUINT)) {
        GError *failure = NULL;
        g_autoptr(WalkFolder) found = walk_next(walk, &failure);
        if (failure) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        if (!found) {
            return TRUE;
        }
        if (!visit(scan, part, found, known_folders, error)) {
            return FALSE;
        }
        report_now_and_then(scan);
    }
    g_hash_table_remove_all(known_folders); /* stopped: nobody looked for them */
    return TRUE;
}

typedef struct {
    const Part *part;
    GHashTable *gone_folders;
    gboolean is_whole;
    gint64 missing;
} PartEnd;

static gboolean write_part_end(StoreTx *tx, gpointer data, GError **error)
{
    PartEnd *end = data;
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
    g_autofree char *identity = walk_root_identity(end->part->root);
    return !end->is_whole || source_mark_scanned(tx, end->part->source->id, identity, error);
}

static gboolean finish_part(Scan *scan, const Part *part, GHashTable *gone_folders,
                            gboolean is_whole, GError **error)
{
    PartEnd end = {part, gone_folders, is_whole, 0};
    if (g_hash_table_size(gone_folders) == 0 && !is_whole) {
        return TRUE;
    }
    if (!scan_write(scan->options->library, write_part_end, &end, error)) {
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

static gboolean scan_part(Scan *scan, Part *part, GError **error)
{
    g_autoptr(GHashTable) folders = known_folders(scan, part->source, error);
    if (!folders) {
        return FALSE;
    }
    gboolean is_all = !*part->relative && !part->alone;
    if (!is_all) {
        g_hash_table_foreach_remove(folders, lies_outside, part);
    }
    gboolean walked = walk_part(scan, part, folders, error);
    scan_wait(scan, 0); /* they use the root */
    scan_writer_flush(scan->writer);
    gboolean is_whole = scan_wait(scan, 0) && is_all;
    return walked && finish_part(scan, part, folders, is_whole, error);
}

static gboolean scan_parts(Scan *scan, const Source *source, const WalkRoot *root,
                           const char *const *paths, gboolean alone, GError **error)
{
    for (; paths && *paths && scan_wait(scan, 0); paths++) {
        const char *relative =
            strcmp(*paths, source->path) == 0 ? "" : beneath_relative(source->path, *paths);
        if (relative && !source_holds(source, *paths)) {
            continue;
        }
        Part part = {source, root, relative, alone || source->named_only};
        if (relative && !scan_part(scan, &part, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean is_concerned(const ScanOptions *options, const Source *source)
{
    gboolean concerned = !options->folders && !options->trees;
    const char *const *lists[] = {options->folders, options->trees};
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (const char *const *path = lists[i]; path && *path; path++) {
            concerned = concerned || strcmp(*path, source->path) == 0 ||
                        beneath_relative(source->path, *path);
        }
    }
    return concerned;
}

static gboolean scan_source(Scan *scan, const Source *source, GError **error)
{
    const ScanOptions *options = scan->options;
    if (!is_concerned(options, source)) {
        return TRUE;
    }
    g_autofree char *path = path_from_text(source->path);
    g_assert(path);
    g_autoptr(WalkRoot) root = walk_root_open(path, error);
    if (!root) {
        return FALSE;
    }
    if (!options->folders && !options->trees) {
        Part part = {source, root, "", source->named_only};
        return scan_part(scan, &part, error);
    }
    return scan_parts(scan, source, root, options->trees, FALSE, error) &&
           scan_parts(scan, source, root, options->folders, TRUE, error);
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
    for (guint i = 0; i < sources->len && scan_wait(scan, 0); i++) {
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
    GError *broken = scan_reader_finish(scan->reader);
    g_clear_pointer(&scan->count, scan_count_stop);
    if (broken) {
        g_clear_error(&failure);
        failure = broken;
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

static void start(Scan *scan, const GPtrArray *sources)
{
    const ScanOptions *options = scan->options;
    scan->started_us = g_get_monotonic_time();
    scan->writer = scan_writer_new(options->library);
    scan->reader = scan_reader_new(options, scan->writer);
    if (!options->folders && !options->trees) {
        scan->count = scan_count_start(sources);
    }
}

gboolean scan_run(const ScanOptions *options, ScanProgress *ret_progress, GError **error)
{
    *ret_progress = (ScanProgress){.total = -1};
    g_autoptr(GPtrArray) sources = chosen_sources(options, error);
    if (!sources) {
        return FALSE;
    }
    Scan scan = {.options = options};
    start(&scan, sources);
    GError *failure = NULL;
    scan_sources(&scan, sources, &failure);
    gboolean is_whole = scan_wait(&scan, 0) && !failure;
    scan_writer_flush(scan.writer);
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
