/* The files of exports: DATA/exports/UUID.zip. */
#include "studio/export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "exports"
#define SUFFIX ".zip"
/* A file that is not whole may be one that is being written. */
#define STRAY_SECONDS (24 * 3600)

char *export_file_name(const char *uuid)
{
    return g_strconcat(uuid, SUFFIX, NULL);
}

int export_folder(Library *library, GError **error)
{
    g_autofree char *path = g_build_filename(library_data_folder(library), FOLDER, NULL);
    if (g_mkdir_with_parents(path, 0700) != 0) {
        error_set_errno(error, errno, "make the folder of exports");
        return -1;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(error, errno, "open the folder of exports");
    }
    return fd;
}

void export_remove_file(Library *library, const char *uuid)
{
    int folder = export_folder(library, NULL);
    if (folder >= 0) {
        g_autofree char *name = export_file_name(uuid);
        unlinkat(folder, name, 0);
        close(folder);
    }
}

static gboolean open_file(int folder, const char *name, int *ret_fd, gint64 *ret_bytes,
                          GError **error)
{
    struct stat info;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        error_set_errno(error, errno, "open the export");
        if (fd >= 0) {
            close(fd);
        }
        return FALSE;
    }
    *ret_fd = fd;
    *ret_bytes = info.st_size;
    return TRUE;
}

gboolean export_open(Library *library, const DatasetExport *value, int *ret_fd, gint64 *ret_bytes,
                     GError **error)
{
    if (value->state != EXPORT_COMPLETED) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            value->state == EXPORT_FAILED ? "The export failed: it has no file"
                                                          : "The export is not complete yet");
        return FALSE;
    }
    int folder = export_folder(library, error);
    if (folder < 0) {
        return FALSE;
    }
    g_autofree char *name = export_file_name(value->uuid);
    gboolean opened = open_file(folder, name, ret_fd, ret_bytes, error);
    close(folder);
    return opened;
}

gboolean export_has_file(Library *library, const DatasetExport *value)
{
    int fd = -1;
    gint64 bytes = 0;
    gboolean has = export_open(library, value, &fd, &bytes, NULL);
    if (has) {
        close(fd);
    }
    return has;
}

/* --- sweeping --- */

static gboolean delete_expired(Library *library, GError **error)
{
    static const StoreQuery query = {
        .name = "export_delete_expired",
        .sql = "DELETE FROM dataset_export WHERE expires_ms < ?1 "
               "AND state IN ('completed', 'failed')",
    };
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, library_now_ms());
    return store_run(row, NULL, error) && store_commit(tx, error);
}

/* Of those whose file may be there. */
static GHashTable *known_names(Library *library, GError **error)
{
    static const StoreQuery query = {
        .name = "export_uuids",
        .sql = "SELECT uuid FROM dataset_export",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return NULL;
    }
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_hash_table_add(names, export_file_name(store_column_text(row, 0)));
    }
    return step == STORE_DONE ? g_steal_pointer(&names) : NULL;
}

static void sweep_entry(int folder, const char *name, GHashTable *known)
{
    struct stat info;
    gint64 before = g_get_real_time() / G_USEC_PER_SEC - STRAY_SECONDS;
    if (name[0] == '.' && (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)) {
        return;
    }
    if (g_hash_table_contains(known, name)) {
        return;
    }
    gboolean is_whole = g_str_has_suffix(name, SUFFIX) && name[0] != '.';
    if (is_whole ||
        (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_mtime < before)) {
        unlinkat(folder, name, 0);
    }
}

gboolean export_sweep(Library *library, GError **error)
{
    if (!delete_expired(library, error)) {
        return FALSE;
    }
    g_autoptr(GHashTable) known = known_names(library, error);
    int folder = known ? export_folder(library, error) : -1;
    if (folder < 0) {
        return FALSE;
    }
    DIR *listing = fdopendir(folder);
    if (!listing) {
        error_set_errno(error, errno, "list the exports");
        close(folder);
        return FALSE;
    }
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
        sweep_entry(folder, entry->d_name, known);
    }
    closedir(listing);
    return TRUE;
}
