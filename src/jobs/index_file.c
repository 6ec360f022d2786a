#include "jobs/index_file.h"

#include "base/beneath.h"
#include "base/lock.h"
#include "base/path_text.h"
#include "jobs/scan_reader.h"
#include "jobs/walk.h"
#include "library/source.h"

#include <string.h>

struct Indexer {
    Library *library;
    WorkerPool *workers;
    Principal *owner; /* sees all that is shown */
    GMutex lock;      /* from looking whether a content is there to its being there */
    GMutex claims_lock;
    GHashTable *claims; /* names */
};

Indexer *indexer_new(Library *library, WorkerPool *workers)
{
    Indexer *indexer = g_new0(Indexer, 1);
    indexer->library = library;
    indexer->workers = workers;
    indexer->owner = principal_new_owner();
    indexer->claims = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_mutex_init(&indexer->lock);
    g_mutex_init(&indexer->claims_lock);
    return indexer;
}

void indexer_free(Indexer *indexer)
{
    if (indexer) {
        g_mutex_clear(&indexer->lock);
        g_mutex_clear(&indexer->claims_lock);
        g_hash_table_unref(indexer->claims);
        principal_unref(indexer->owner);
        g_free(indexer);
    }
}

gboolean indexer_claim(Indexer *indexer, const char *name, GError **error)
{
    LOCK_UNTIL_END(&indexer->claims_lock);
    if (!g_hash_table_add(indexer->claims, g_strdup(name))) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "Another request is bringing in a picture of this name");
        return FALSE;
    }
    return TRUE;
}

void indexer_let_go(Indexer *indexer, const char *name)
{
    LOCK_UNTIL_END(&indexer->claims_lock);
    g_hash_table_remove(indexer->claims, name);
}

/* To whoever sent it, a picture that no decoder can read is none. */
static void call_it_no_picture(GError *error)
{
    static const AlbumenError unreadable[] = {ALBUMEN_ERROR_CORRUPT, ALBUMEN_ERROR_CRASHED,
                                              ALBUMEN_ERROR_TIMEOUT};
    for (gsize i = 0; i < G_N_ELEMENTS(unreadable); i++) {
        if (g_error_matches(error, ALBUMEN_ERROR, unreadable[i])) {
            error->code = ALBUMEN_ERROR_UNSUPPORTED;
        }
    }
}

/* --- a file that lies in a source --- */

/* A source that only named files belong to is not asked: nobody sends files there. */
static Source *find_source(Indexer *indexer, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(StoreTx) tx = store_read(library_store(indexer->library), error);
    g_autoptr(GPtrArray) sources = tx ? source_list(tx, error) : NULL;
    for (guint i = 0; sources && i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        if (!source->named_only && source_holds(source, folder)) {
            return g_ptr_array_steal_index(sources, i);
        }
    }
    if (sources) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "The file lies in no folder of the library");
    }
    return NULL;
}

/* Takes the picture, which may be NULL. NULL when there is no such file. */
static ScanTask *task_new(const Source *source, const WalkRoot *root, const char *path,
                          MediaPicture *picture, GError **error)
{
    WalkLook look;
    g_autoptr(MediaPicture) read = picture;
    g_autofree char *relative = path_from_text(beneath_relative(source->path, path));
    if (!relative || walk_look(root, relative, &look) != WALK_THERE) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "There is no such file");
        return NULL;
    }
    ScanTask *task = g_new0(ScanTask, 1);
    task->source = source;
    task->root = root;
    task->folder_path = g_path_get_dirname(path);
    task->name = g_path_get_basename(path);
    task->relative = g_steal_pointer(&relative);
    task->file_bytes = look.size_bytes;
    task->modified_ns = look.mtime_ns;
    task->picture = g_steal_pointer(&read);
    return task;
}

/* Takes the task. Failures of the file itself are recorded, not told. */
static gboolean run_task(Indexer *indexer, ScanTask *task, GCancellable *cancellable,
                         GError **error)
{
    const ScanOptions options = {
        .library = indexer->library,
        .workers = indexer->workers,
        .take_back = TRUE,
        .retry_failed = TRUE,
        .cancellable = cancellable,
    };
    GError *unwritten = NULL;
    ScanWriter *writer = scan_writer_new(indexer->library);
    ScanReader *reader = scan_reader_new(&options, writer);
    scan_reader_push(reader, task);
    GError *broken = scan_reader_finish(reader);
    if (!scan_writer_finish(writer, &unwritten) && broken) {
        g_clear_error(&unwritten);
    }
    if (broken || unwritten) {
        g_propagate_error(error, broken ? broken : unwritten);
        return FALSE;
    }
    if (cancellable && g_cancellable_is_cancelled(cancellable)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED,
                            "The reading was stopped");
        return FALSE;
    }
    return TRUE;
}

static gint64 read_outcome(Indexer *indexer, const char *path, GError **error)
{
    gint64 id = 0;
    g_autoptr(StoreTx) tx = store_read(library_store(indexer->library), error);
    return tx && ingest_outcome(tx, path, &id, error) ? id : 0;
}

/* Takes the picture, which may be NULL. */
static gint64 index_path(Indexer *indexer, const char *path, MediaPicture *picture,
                         GCancellable *cancellable, GError **error)
{
    g_autoptr(MediaPicture) read = picture;
    g_autoptr(Source) source = find_source(indexer, path, error);
    if (!source) {
        return 0;
    }
    g_autofree char *folder = path_from_text(source->path);
    g_autoptr(WalkRoot) root = walk_root_open(folder, error);
    ScanTask *task = root ? task_new(source, root, path, g_steal_pointer(&read), error) : NULL;
    return task && run_task(indexer, task, cancellable, error) ? read_outcome(indexer, path, error)
                                                               : 0;
}

gint64 index_file(Indexer *indexer, const char *path, GCancellable *cancellable, GError **error)
{
    GError *failure = NULL;
    gint64 id = index_path(indexer, path, NULL, cancellable, &failure);
    if (failure) {
        call_it_no_picture(failure);
        g_propagate_error(error, failure);
    }
    return id;
}

/* --- what was sent --- */

/* A name that the folder of uploads takes; owned by the caller. */
static char *file_name(const char *name, MediaFormat format)
{
    const char *ending = format == MEDIA_RAW ? "dng" : media_format_name(format);
    g_autofree char *ended =
        media_name_is_picture(name) ? g_strdup(name) : g_strconcat(name, ".", ending, NULL);
    char *clean = upload_clean_name(ended, NULL);
    return clean ? clean : g_strconcat("picture.", ending, NULL);
}

/* A second look, alone: of two that send the same at once the other may have come first. Takes the
 * picture. */
static gint64 bring_in(Indexer *indexer, UploadFile *file, const char *name, MediaPicture *picture,
                       GError **error)
{
    gint64 id = 0;
    g_autoptr(MediaPicture) read = picture;
    LOCK_UNTIL_END(&indexer->lock);
    if (!upload_find_copy(indexer->library, indexer->owner, &read->hash, &id, error) || id) {
        return id;
    }
    g_autofree char *fit = file_name(name, read->format);
    g_autofree char *path = upload_keep(indexer->library, indexer->owner, file, fit, NULL, error);
    if (path && !*path) { /* the server was killed after this, and before it was indexed */
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                            "The picture is here and will be looked at soon; try again");
        return 0;
    }
    /* It is in its place, and shall be in the library too, whoever leaves now. */
    return path ? index_path(indexer, path, g_steal_pointer(&read), NULL, error) : 0;
}

static MediaPicture *read_upload(Indexer *indexer, UploadFile *file, const char *name,
                                 const ContentHash *hash, GCancellable *cancellable, GError **error)
{
    GError *failure = NULL;
    MediaPicture *picture = worker_read_with(indexer->workers, upload_file_descriptor(file), name,
                                             NULL, cancellable, &failure);
    if (picture) {
        picture->hash = *hash;
        picture->file_bytes = upload_file_bytes(file);
        return picture;
    }
    call_it_no_picture(failure);
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED) ||
        g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE)) {
        upload_file_delete(file);
    }
    g_propagate_error(error, failure);
    return NULL;
}

gint64 index_upload(Indexer *indexer, UploadFile *file, const char *name, GCancellable *cancellable,
                    GError **error)
{
    ContentHash hash;
    gint64 id = 0;
    if (!upload_file_hash(file, &hash, error) ||
        !upload_find_copy(indexer->library, indexer->owner, &hash, &id, error)) {
        return 0;
    }
    if (!id) {
        MediaPicture *picture = read_upload(indexer, file, name, &hash, cancellable, error);
        id = picture ? bring_in(indexer, file, name, picture, error) : 0;
    }
    if (id) {
        upload_file_delete(file);
    }
    return id;
}
