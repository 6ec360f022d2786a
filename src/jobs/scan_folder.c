#include "jobs/scan_folder.h"

#include "base/path_text.h"
#include "library/ingest.h"
#include "library/registration.h"
#include "media/sidecar.h"

/* Files on their way to a worker, for each: enough to keep it busy, few enough to stop soon. */
#define QUEUED_PER_WORKER 8

typedef struct {
    Scan *scan;
    const Source *source;
    const WalkRoot *root;
    const char *path;     /* text */
    const char *relative; /* bytes, from the root */
    GHashTable *known;    /* name -> KnownFile; what is seen is taken out */
    GHashTable *named;    /* the only names that count; NULL: all do */
    GHashTable *sidecars; /* name in small letters -> WalkFile */
    GPtrArray *returned;  /* names */
    GPtrArray *gone;      /* names */
    gint64 missing;       /* photos of them that were there, once written */
} FolderScan;

gboolean scan_wants(const char *name)
{
    return media_name_is_picture(name) || sidecar_name_fits(name);
}

/* Sidecars */

static GHashTable *index_sidecars(const WalkFolder *found)
{
    GHashTable *sidecars = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < found->files->len; i++) {
        const WalkFile *file = &g_array_index(found->files, WalkFile, i);
        if (sidecar_name_fits(file->name)) {
            g_hash_table_insert(sidecars, g_ascii_strdown(file->name, -1), (gpointer)file);
        }
    }
    return sidecars;
}

/* NAME.EXT.xmp is about this file alone and comes before NAME.xmp. */
static const WalkFile *find_sidecar(const FolderScan *folder, const char *name)
{
    if (g_hash_table_size(folder->sidecars) == 0) {
        return NULL;
    }
    g_autofree char *small = g_ascii_strdown(name, -1);
    g_autofree char *own = g_strconcat(small, ".xmp", NULL);
    const WalkFile *sidecar = g_hash_table_lookup(folder->sidecars, own);
    char *dot = strrchr(small, '.');
    if (!sidecar && dot) {
        *dot = '\0';
        g_autofree char *shared = g_strconcat(small, ".xmp", NULL);
        sidecar = g_hash_table_lookup(folder->sidecars, shared);
    }
    return sidecar;
}

static gboolean has_same_sidecar(const KnownFile *known, const WalkFile *sidecar)
{
    if (!sidecar || !known->has_sidecar) {
        return !sidecar && !known->has_sidecar;
    }
    return known->sidecar_bytes == sidecar->size_bytes &&
           known->sidecar_modified_ns == sidecar->mtime_ns;
}

/* Files */

static gboolean is_as_known(const FolderScan *folder, const KnownFile *known, const WalkFile *file,
                            const WalkFile *sidecar)
{
    gboolean retries = known->retry || folder->scan->options->retry_failed;
    return known->file_bytes == file->size_bytes && known->modified_ns == file->mtime_ns &&
           (known->failed ? !retries : has_same_sidecar(known, sidecar));
}

/* A missing photo whose file came back broken stays missing. */
static void visit_unchanged(FolderScan *folder, const char *name, const KnownFile *known)
{
    Scan *scan = folder->scan;
    if (known->failed) {
        scan->known_failures++;
        return;
    }
    scan->unchanged++;
    if (!known->present || (known->kept_out && scan->options->take_back)) {
        g_ptr_array_add(folder->returned, g_strdup(name));
    }
}

static char *relative_to_root(const FolderScan *folder, const char *name)
{
    return *folder->relative ? g_strconcat(folder->relative, "/", name, NULL) : g_strdup(name);
}

/* Takes the name. */
static ScanTask *task_new(const FolderScan *folder, char *name, const WalkFile *file,
                          const WalkFile *sidecar)
{
    ScanTask *task = g_new0(ScanTask, 1);
    task->source = folder->source;
    task->root = folder->root;
    task->folder_path = g_strdup(folder->path);
    task->name = name;
    task->relative = relative_to_root(folder, file->name);
    task->file_bytes = file->size_bytes;
    task->modified_ns = file->mtime_ns;
    if (sidecar) {
        task->sidecar = relative_to_root(folder, sidecar->name);
        task->sidecar_bytes = sidecar->size_bytes;
        task->sidecar_modified_ns = sidecar->mtime_ns;
    }
    return task;
}

static gboolean visit_file(FolderScan *folder, const WalkFile *file)
{
    Scan *scan = folder->scan;
    const WalkFile *sidecar = find_sidecar(folder, file->name);
    g_autofree char *name = path_to_text(file->name);
    if (folder->named && !g_hash_table_contains(folder->named, name)) {
        g_hash_table_remove(folder->known, name); /* there, and not ours */
        return TRUE;
    }
    g_autofree KnownFile *known = NULL;
    g_autofree char *known_name = NULL;
    g_hash_table_steal_extended(folder->known, name, (gpointer *)&known_name, (gpointer *)&known);
    scan->found++;
    if (known && is_as_known(folder, known, file, sidecar)) {
        visit_unchanged(folder, name, known);
        return TRUE;
    }
    scan_reader_push(scan->reader, task_new(folder, g_steal_pointer(&name), file, sidecar));
    return scan_wait(scan, (guint)worker_pool_size(scan->options->workers) * QUEUED_PER_WORKER);
}

/* The end of a folder */

static gboolean write_absences(StoreTx *tx, gpointer data, GError **error)
{
    FolderScan *folder = data;
    folder->missing = 0;
    gboolean take_back = folder->scan->options->take_back;
    if (!library_touch(tx, error)) {
        return FALSE;
    }
    for (guint i = 0; i < folder->returned->len; i++) {
        const char *name = g_ptr_array_index(folder->returned, i);
        if (!ingest_returned(tx, folder->path, name, take_back, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < folder->gone->len; i++) {
        gint64 photos = 0;
        const char *name = g_ptr_array_index(folder->gone, i);
        if (!ingest_missing(tx, folder->path, name, &photos, error)) {
            return FALSE;
        }
        folder->missing += photos;
    }
    return TRUE;
}

/* What is left of the known files is not in the folder any more; what returned is. */
static gboolean finish_folder(FolderScan *folder, GError **error)
{
    GHashTableIter iter;
    gpointer name, value;
    g_hash_table_iter_init(&iter, folder->known);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const KnownFile *known = value;
        if (known->present || known->failed) {
            g_ptr_array_add(folder->gone, name);
        }
    }
    if ((folder->gone->len > 0 || folder->returned->len > 0) &&
        !scan_write(folder->scan->options->library, write_absences, folder, error)) {
        return FALSE;
    }
    folder->scan->missing += folder->missing;
    return TRUE;
}

/* TRUE with NULL where every file counts. */
static gboolean named_files(const Scan *scan, const Source *source, const char *path,
                            GHashTable **ret_names, GError **error)
{
    *ret_names = NULL;
    if (!source->named_only) {
        return TRUE;
    }
    g_autoptr(StoreTx) tx = store_read(library_store(scan->options->library), error);
    *ret_names = tx ? registration_names(tx, path, error) : NULL;
    return *ret_names != NULL;
}

static GHashTable *known_files(const Scan *scan, const char *folder_path, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(scan->options->library), error);
    return tx ? ingest_known_files(tx, folder_path, error) : NULL;
}

static gboolean visit_folder(FolderScan *folder, const WalkFolder *found, GError **error)
{
    for (guint i = 0; i < found->files->len; i++) {
        const WalkFile *file = &g_array_index(found->files, WalkFile, i);
        if (!sidecar_name_fits(file->name) && !visit_file(folder, file)) {
            return TRUE; /* asked to stop: what was not looked at is not absent */
        }
    }
    return finish_folder(folder, error);
}

gboolean scan_folder(Scan *scan, const Source *source, const WalkRoot *root, const char *path,
                     const WalkFolder *found, GError **error)
{
    g_autoptr(GHashTable) known = known_files(scan, path, error);
    g_autoptr(GHashTable) named = NULL;
    if (!known || !named_files(scan, source, path, &named, error)) {
        return FALSE;
    }
    g_autoptr(GHashTable) sidecars = index_sidecars(found);
    g_autoptr(GPtrArray) returned = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    FolderScan folder = {
        .scan = scan,
        .source = source,
        .root = root,
        .path = path,
        .relative = found->path,
        .known = known,
        .named = named,
        .sidecars = sidecars,
        .returned = returned,
        .gone = gone,
    };
    return visit_folder(&folder, found, error);
}

/* Folders that cannot be read */

typedef struct {
    IngestFile file;
    const GError *failure;
} Unreadable;

static gboolean write_unreadable(StoreTx *tx, gpointer data, GError **error)
{
    const Unreadable *unreadable = data;
    return ingest_failure(tx, &unreadable->file, unreadable->failure, error);
}

gboolean scan_unreadable_folder(const Scan *scan, const Source *source, const char *path,
                                const GError *failure, GError **error)
{
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        return TRUE; /* it went while the scan was on its way */
    }
    Unreadable unreadable = {
        .file = {.source_id = source->id, .folder_path = path, .name = ""},
        .failure = failure,
    };
    return scan_write(scan->options->library, write_unreadable, &unreadable, error);
}
