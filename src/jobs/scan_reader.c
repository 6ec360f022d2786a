#include "jobs/scan_reader.h"

#include "base/limits.h"
#include "base/lock.h"
#include "jobs/scan_places.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct ScanReader {
    const ScanOptions *options;
    ScanWriter *writer;
    ScanPlaces *places;
    GThreadPool *threads;
    GMutex lock;
    GCond task_done;
    GHashTable
        *taken;   /* photo id -> ContentMatch: the file of this scan that it turned out to be */
    guint queued; /* tasks pushed and not done */
    ScanRead counts;
    GError *broken; /* why reading cannot go on at all */
};

static void task_free(ScanTask *task)
{
    g_free(task->folder_path);
    g_free(task->name);
    g_free(task->relative);
    g_free(task->sidecar);
    g_clear_pointer(&task->picture, media_picture_free);
    g_free(task);
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
    case ALBUMEN_ERROR_BUSY:
        return FALSE;
    default:
        return TRUE;
    }
}

/* Which photo the file is */

static ContentMatch *place_of(const ScanTask *task, gint64 photo_id)
{
    ContentMatch *place = g_new0(ContentMatch, 1);
    place->photo_id = photo_id;
    place->source_path = g_strdup(task->source->path);
    place->root_identity = g_strdup(task->source->root_identity);
    place->folder_path = g_strdup(task->folder_path);
    place->name = g_strdup(task->name);
    place->file_bytes = task->file_bytes;
    place->modified_ns = task->modified_ns;
    return place;
}

/* One photo is one file, though another thread may just have found the same content; but a file
 * that was found in this scan may have been moved once more since. */
static gboolean take(ScanReader *reader, const ScanTask *task, int fd, const ContentHash *content,
                     const ContentMatch *match)
{
    LOCK_UNTIL_END(&reader->lock);
    const ContentMatch *given = g_hash_table_lookup(reader->taken, &match->photo_id);
    if (given &&
        !scan_places_left(reader->places, given, content, task->folder_path, task->name, fd)) {
        return FALSE;
    }
    ContentMatch *place = place_of(task, match->photo_id);
    g_hash_table_replace(reader->taken, &place->photo_id, place);
    return TRUE;
}

static gboolean is_at(const ContentMatch *match, const ScanTask *task)
{
    return strcmp(match->name, task->name) == 0 &&
           strcmp(match->folder_path, task->folder_path) == 0;
}

static gboolean may_be(ScanReader *reader, const ScanTask *task, int fd, const ContentHash *content,
                       const ContentMatch *match)
{
    return is_at(match, task) ||
           scan_places_left(reader->places, match, content, task->folder_path, task->name, fd);
}

/* The photo that the file is, or NULL: a new one, or other content for the photo at its path. One
 * in the trash says that a person threw it away, and stays where it is. */
static const ContentMatch *find_photo(ScanReader *reader, const ScanTask *task, int fd,
                                      const ContentHash *content, const GPtrArray *matches)
{
    for (guint i = 0; i < matches->len; i++) {
        const ContentMatch *match = g_ptr_array_index(matches, i);
        if (match->is_trashed ? !reader->options->take_back
                              : may_be(reader, task, fd, content, match) &&
                                    take(reader, task, fd, content, match)) {
            return match;
        }
    }
    return NULL;
}

static gboolean has_facts_of(const ContentMatch *match, const ScanTask *task)
{
    if (!task->sidecar || !match->has_sidecar) {
        return !task->sidecar && !match->has_sidecar;
    }
    return match->sidecar_bytes == task->sidecar_bytes &&
           match->sidecar_modified_ns == task->sidecar_modified_ns;
}

static GPtrArray *find_matches(const ScanReader *reader, const ScanTask *task,
                               const ContentHash *content, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(reader->options->library), error);
    return tx ? ingest_find_content(tx, content, task->folder_path, task->name, error) : NULL;
}

/* Reading */

/* NULL when there is none, or none that can be read: then it says nothing. */
static GBytes *read_sidecar(const ScanTask *task)
{
    if (!task->sidecar || task->sidecar_bytes > LIMIT_XMP_BYTES) {
        return NULL;
    }
    int fd = walk_open_file(task->root, task->sidecar, task->sidecar_bytes,
                            task->sidecar_modified_ns, NULL);
    if (fd < 0) {
        return NULL;
    }
    gsize length = (gsize)task->sidecar_bytes, at = 0;
    g_autofree char *data = g_malloc(length + 1);
    gssize got = 0;
    while (at < length && (got = pread(fd, data + at, length - at, (off_t)at)) > 0) {
        at += (gsize)got;
    }
    close(fd);
    return at == length ? g_bytes_new_take(g_steal_pointer(&data), length) : NULL;
}

static MediaPicture *read_picture(const ScanReader *reader, ScanTask *task, int fd,
                                  const ContentHash *content, GError **error)
{
    if (task->picture && memcmp(&task->picture->hash, content, sizeof *content) == 0) {
        return g_steal_pointer(&task->picture);
    }
    g_autoptr(GError) failure = NULL;
    g_autoptr(GBytes) sidecar = read_sidecar(task);
    g_autoptr(MediaPicture) picture = worker_read_with(
        reader->options->workers, fd, task->name, sidecar, reader->options->cancellable, &failure);
    if (!walk_check_file(fd, task->file_bytes, task->modified_ns, error)) {
        return NULL; /* it was being written: nothing that was seen of it counts */
    }
    if (!picture) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
    }
    picture->hash = *content;
    picture->file_bytes = task->file_bytes;
    return g_steal_pointer(&picture);
}

static ScanResult *result_new(const ScanReader *reader, const ScanTask *task)
{
    ScanResult *result = g_new0(ScanResult, 1);
    result->source_id = task->source->id;
    result->folder_path = g_strdup(task->folder_path);
    result->name = g_strdup(task->name);
    result->file_bytes = task->file_bytes;
    result->modified_ns = task->modified_ns;
    result->has_sidecar = task->sidecar != NULL;
    result->sidecar_bytes = task->sidecar_bytes;
    result->sidecar_modified_ns = task->sidecar_modified_ns;
    result->take_back = reader->options->take_back;
    return result;
}

/* What the open file is. FALSE when it is passed over: *ret_kept_out, or with an error. */
static gboolean read_open(ScanReader *reader, ScanTask *task, int fd, ScanResult *result,
                          gboolean *ret_kept_out, GError **error)
{
    ContentHash content;
    if (!hash_file(fd, &content, NULL, error) ||
        !walk_check_file(fd, task->file_bytes, task->modified_ns, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) matches = find_matches(reader, task, &content, error);
    if (!matches) {
        return FALSE;
    }
    const ContentMatch *match = find_photo(reader, task, fd, &content, matches);
    if (match && match->is_trashed) {
        *ret_kept_out = TRUE;
        return FALSE;
    }
    if (match) {
        result->photo_id = match->photo_id;
        result->content = content;
        result->is_elsewhere = !is_at(match, task);
    }
    if (!match || !has_facts_of(match, task)) {
        result->picture = read_picture(reader, task, fd, &content, error);
        return result->picture != NULL;
    }
    return TRUE;
}

static gboolean read_file(ScanReader *reader, ScanTask *task, ScanResult *result,
                          gboolean *ret_kept_out, GError **error)
{
    int fd = walk_open_file(task->root, task->relative, task->file_bytes, task->modified_ns, error);
    if (fd < 0) {
        return FALSE;
    }
    gboolean read = read_open(reader, task, fd, result, ret_kept_out, error);
    close(fd);
    return read;
}

static gboolean is_cancelled(const ScanReader *reader)
{
    GCancellable *cancellable = reader->options->cancellable;
    return cancellable && g_cancellable_is_cancelled(cancellable);
}

/* Takes the failure, which may be NULL. */
static void count_task(ScanReader *reader, gboolean kept_out, GError *failure)
{
    LOCK_UNTIL_END(&reader->lock);
    reader->counts.passed += g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT) ||
                             g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND) ||
                             g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY);
    reader->counts.kept_out += kept_out;
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE) && !reader->broken) {
        reader->broken = g_steal_pointer(&failure);
    }
    reader->queued--;
    g_cond_signal(&reader->task_done);
    g_clear_error(&failure);
}

/* Runs on a reader's thread. */
static void run_task(gpointer data, gpointer user_data)
{
    ScanTask *task = data;
    ScanReader *reader = user_data;
    GError *failure = NULL;
    gboolean kept_out = FALSE;
    ScanResult *result = result_new(reader, task);
    gboolean read = !is_cancelled(reader) && read_file(reader, task, result, &kept_out, &failure);
    if (failure && is_the_files_own(failure)) {
        result->failure = g_steal_pointer(&failure);
        result->photo_id = 0;
        read = TRUE;
    }
    if (read) {
        scan_writer_add(reader->writer, result);
    } else {
        scan_result_free(result);
    }
    count_task(reader, kept_out, failure);
    task_free(task);
}

/* The reader */

ScanReader *scan_reader_new(const ScanOptions *options, ScanWriter *writer)
{
    ScanReader *reader = g_new0(ScanReader, 1);
    reader->options = options;
    reader->writer = writer;
    reader->places = scan_places_new();
    reader->taken = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                          (GDestroyNotify)content_match_free);
    g_mutex_init(&reader->lock);
    g_cond_init(&reader->task_done);
    reader->threads =
        g_thread_pool_new(run_task, reader, worker_pool_size(options->workers), TRUE, NULL);
    return reader;
}

void scan_reader_push(ScanReader *reader, ScanTask *task)
{
    g_mutex_lock(&reader->lock);
    reader->queued++;
    g_mutex_unlock(&reader->lock);
    g_thread_pool_push(reader->threads, task, NULL);
}

gboolean scan_reader_wait(ScanReader *reader, guint most, gint64 until_us)
{
    LOCK_UNTIL_END(&reader->lock);
    while (reader->queued > most) {
        if (!g_cond_wait_until(&reader->task_done, &reader->lock, until_us)) {
            return reader->queued <= most;
        }
    }
    return TRUE;
}

gboolean scan_reader_works(ScanReader *reader)
{
    LOCK_UNTIL_END(&reader->lock);
    return !reader->broken;
}

ScanRead scan_reader_counts(ScanReader *reader)
{
    LOCK_UNTIL_END(&reader->lock);
    return reader->counts;
}

GError *scan_reader_finish(ScanReader *reader)
{
    g_thread_pool_free(reader->threads, FALSE, TRUE);
    scan_places_free(reader->places);
    g_hash_table_unref(reader->taken);
    g_mutex_clear(&reader->lock);
    g_cond_clear(&reader->task_done);
    GError *broken = reader->broken;
    g_free(reader);
    return broken;
}
