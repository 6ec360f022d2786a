#include "jobs/scan_writer.h"

#include "base/limits.h"
#include "base/lock.h"
#include "library/originals.h"

#include <string.h>

/* Tries of a transaction that others are in the way of. */
#define BUSY_TRIES 5

struct ScanWriter {
    Library *library;
    GMutex lock;        /* of the queue and counts */
    GPtrArray *waiting; /* of ScanResult */
    gint64 started_ms;
    ScanWritten written;
    GError *error;  /* the first one */
    gboolean stuck; /* it is not of one row, but of all that would come */
    GMutex writing; /* one transaction at a time */
};

void scan_result_free(ScanResult *result)
{
    if (!result) {
        return;
    }
    g_free(result->folder_path);
    g_free(result->name);
    g_clear_pointer(&result->picture, media_picture_free);
    g_clear_error(&result->failure);
    g_free(result);
}

static GPtrArray *new_batch(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)scan_result_free);
}

ScanWriter *scan_writer_new(Library *library)
{
    ScanWriter *writer = g_new0(ScanWriter, 1);
    writer->library = library;
    writer->started_ms = library_now_ms();
    writer->waiting = new_batch();
    g_mutex_init(&writer->lock);
    g_mutex_init(&writer->writing);
    return writer;
}

/* The photo that it is had another content by then: the next scan looks again. */
static gboolean is_passed(const ScanResult *result)
{
    return result->photo_id && !result->moved.moved;
}

static gboolean write_result(StoreTx *tx, ScanResult *result, GError **error)
{
    const IngestFile file = {
        .source_id = result->source_id,
        .folder_path = result->folder_path,
        .name = result->name,
        .file_bytes = result->file_bytes,
        .modified_ns = result->modified_ns,
        .has_sidecar = result->has_sidecar,
        .sidecar_bytes = result->sidecar_bytes,
        .sidecar_modified_ns = result->sidecar_modified_ns,
        .take_back = result->take_back,
    };
    if (result->photo_id &&
        !ingest_move(tx, &file, result->photo_id, &result->content, &result->moved, error)) {
        return FALSE;
    }
    if (is_passed(result)) {
        return TRUE;
    }
    if (result->failure) {
        return ingest_failure(tx, &file, result->failure, error);
    }
    return !result->picture || ingest_photo(tx, &file, result->picture, error);
}

gboolean scan_write(Library *library, ScanWrite write, gpointer data, GError **error)
{
    for (int try = 1;; try++) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(StoreTx) tx = store_write(library_store(library), &failure);
        if (tx && write(tx, data, &failure) && library_commit(library, tx, &failure)) {
            return TRUE;
        }
        if (try == BUSY_TRIES || !g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
}

/* A part of a batch. */
typedef struct {
    const GPtrArray *batch;
    guint first, count;
} Rows;

static gboolean write_rows(StoreTx *tx, gpointer data, GError **error)
{
    const Rows *rows = data;
    if (!library_touch(tx, error)) {
        return FALSE;
    }
    for (guint i = rows->first; i < rows->first + rows->count; i++) {
        if (!write_result(tx, g_ptr_array_index(rows->batch, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static void count_rows(ScanWriter *writer, const Rows *rows)
{
    LOCK_UNTIL_END(&writer->lock);
    for (guint i = rows->first; i < rows->first + rows->count; i++) {
        const ScanResult *result = g_ptr_array_index(rows->batch, i);
        writer->written.missing += result->moved.displaced;
        writer->written.missing -= result->moved.missing_since_ms >= writer->started_ms;
        if (is_passed(result)) {
            writer->written.passed++;
        } else if (result->failure) {
            writer->written.failed++;
        } else {
            writer->written.indexed++;
            writer->written.moved +=
                !result->picture && (result->is_elsewhere || result->moved.missing_since_ms);
        }
    }
}

/* Whether the database refused these very values, not its service. */
static gboolean is_of_the_row(const GError *error)
{
    return g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL) ||
           g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID) ||
           g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
}

/* Takes the error. */
static void keep_error(ScanWriter *writer, GError *error)
{
    LOCK_UNTIL_END(&writer->lock);
    writer->stuck = writer->stuck || !is_of_the_row(error);
    if (writer->error) {
        g_error_free(error);
    } else {
        writer->error = error;
    }
}

static gboolean try_rows(ScanWriter *writer, Rows *rows, GError **error)
{
    if (!scan_write(writer->library, write_rows, rows, error)) {
        return FALSE;
    }
    count_rows(writer, rows);
    return TRUE;
}

static void write_one_by_one(ScanWriter *writer, const GPtrArray *batch)
{
    for (guint i = 0; i < batch->len; i++) {
        GError *error = NULL;
        Rows row = {batch, i, 1};
        if (!try_rows(writer, &row, &error)) {
            const ScanResult *result = g_ptr_array_index(batch, i);
            g_prefix_error(&error, "%s could not be recorded: ", result->name);
            keep_error(writer, error);
        }
    }
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
    const ScanResult *one = *(ScanResult *const *)a;
    const ScanResult *other = *(ScanResult *const *)b;
    int order = strcmp(one->folder_path, other->folder_path);
    return order ? order : strcmp(one->name, other->name);
}

/* In the order of the paths, so that two scans lock the same rows in the same order. */
static void write_batch(ScanWriter *writer, GPtrArray *batch)
{
    GError *error = NULL;
    Rows all = {batch, 0, batch->len};
    g_ptr_array_sort(batch, compare_paths);
    if (try_rows(writer, &all, &error)) {
        return;
    }
    if (is_of_the_row(error)) {
        g_error_free(error);
        write_one_by_one(writer, batch);
    } else {
        keep_error(writer, error);
    }
}

void scan_writer_flush(ScanWriter *writer)
{
    LOCK_UNTIL_END(&writer->writing);
    g_mutex_lock(&writer->lock);
    g_autoptr(GPtrArray) batch = writer->waiting;
    writer->waiting = new_batch();
    g_mutex_unlock(&writer->lock);
    if (batch->len > 0) {
        write_batch(writer, batch);
    }
}

void scan_writer_add(ScanWriter *writer, ScanResult *result)
{
    GError *error = NULL;
    if (result->picture && !thumbnails_put(writer->library, result->picture, &error)) {
        keep_error(writer, error);
        scan_result_free(result);
        return;
    }
    g_mutex_lock(&writer->lock);
    g_ptr_array_add(writer->waiting, result);
    gboolean full = writer->waiting->len >= LIMIT_SCAN_BATCH_PHOTOS;
    g_mutex_unlock(&writer->lock);
    if (full) {
        scan_writer_flush(writer);
    }
}

ScanWritten scan_writer_counts(ScanWriter *writer)
{
    LOCK_UNTIL_END(&writer->lock);
    return writer->written;
}

gboolean scan_writer_works(ScanWriter *writer)
{
    LOCK_UNTIL_END(&writer->lock);
    return !writer->stuck;
}

gboolean scan_writer_finish(ScanWriter *writer, GError **error)
{
    scan_writer_flush(writer);
    GError *failure = g_steal_pointer(&writer->error);
    g_ptr_array_unref(writer->waiting);
    g_mutex_clear(&writer->lock);
    g_mutex_clear(&writer->writing);
    g_free(writer);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return TRUE;
}
