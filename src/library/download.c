#include "library/download.h"

#include "base/limits.h"
#include "base/safe_name.h"
#include "base/zip_stream.h"
#include "library/originals.h"
#include "library/photo_rows.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What could not be put in. */
#define MISSING_NAME "not in this archive.txt"

struct Download {
    Library *library;
    GPtrArray *grants; /* of Grant, one for each entry but that of what is missing */
    GArray *entries;   /* of ZipEntry; their names are in `names` */
    GPtrArray *names;
    GHashTable *taken; /* base/safe_name.h */
    GString *missing;  /* the text, empty when nothing is */
    ZipStream *stream;
    int fd; /* of `open`, the entry that is read; -1: none */
    gsize open;
    gsize said; /* bytes of `missing` given so far */
};

/* --- which photos --- */

static StoreSql *visible_sql(const Principal *viewer, const gint64 *ids, gsize count)
{
    StoreSql *sql = photo_visible("SELECT count(*)", viewer);
    store_sql_add(sql, " AND p.id IN (0");
    for (gsize i = 0; i < count; i++) {
        store_sql_add(sql, ", ");
        store_sql_value_int(sql, ids[i]);
    }
    store_sql_add(sql, ")");
    return sql;
}

gint64 download_count(Library *library, const Principal *viewer, const gint64 *ids, gsize count,
                      GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    g_autoptr(StoreSql) sql = visible_sql(viewer, ids, count);
    StoreStatement *row = tx ? store_prepare_sql(tx, sql, error) : NULL;
    gint64 visible = -1;
    return row && store_step_int(row, &visible, error) ? visible : -1;
}

/* --- what is in it --- */

static void add_entry(Download *download, const char *name, guint64 bytes, gint64 modified_s)
{
    char *given = safe_names_take(download->taken, name);
    const ZipEntry entry = {.name = given, .bytes = bytes, .modified_s = modified_s};
    g_ptr_array_add(download->names, given);
    g_array_append_val(download->entries, entry);
}

static gboolean look_at(StoreTx *tx, const Grant *grant, struct stat *ret_info, GError **error)
{
    int fd = -1;
    gint64 bytes = 0;
    if (!original_open(tx, grant, &fd, &bytes, error)) {
        return FALSE;
    }
    gboolean known = fstat(fd, ret_info) == 0 || error_set_errno(error, errno, "look at the file");
    close(fd);
    return known;
}

/* Takes the grant. */
static void add_photo(Download *download, StoreTx *tx, Grant *grant)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_path_get_basename(grant_path(grant));
    struct stat info;
    if (look_at(tx, grant, &info, &error)) {
        add_entry(download, name, (guint64)info.st_size, info.st_mtime);
        g_ptr_array_add(download->grants, grant);
    } else {
        g_string_append_printf(download->missing, "%s: %s\r\n", grant_path(grant), error->message);
        grant_free(grant);
    }
}

/* The grants of those that `viewer` may have, each once. Not inside a transaction. */
static GPtrArray *take_grants(Library *library, const Principal *viewer, const gint64 *ids,
                              gsize count, GError **error)
{
    g_autoptr(GPtrArray) grants = g_ptr_array_new_with_free_func((GDestroyNotify)grant_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (gsize i = 0; i < count; i++) {
        if (!g_hash_table_add(seen, (gpointer)&ids[i])) {
            continue;
        }
        g_autoptr(GError) failure = NULL;
        Grant *grant = access_grant_photo(library, viewer, ids[i], &failure);
        if (grant) {
            g_ptr_array_add(grants, grant);
        } else if (!g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
    }
    return g_steal_pointer(&grants);
}

static gboolean add_photos(Download *download, const Principal *viewer, const gint64 *ids,
                           gsize count, GError **error)
{
    g_autoptr(GPtrArray) grants = take_grants(download->library, viewer, ids, count, error);
    g_autoptr(StoreTx) tx = grants ? store_read(library_store(download->library), error) : NULL;
    if (!tx) {
        return FALSE;
    }
    for (guint i = 0; i < grants->len; i++) {
        add_photo(download, tx, g_steal_pointer(&g_ptr_array_index(grants, i)));
    }
    return TRUE;
}

/* --- the bytes --- */

/* Opens the original of an entry, which must be what was looked at. */
static gboolean open_entry(Download *download, gsize entry, GError **error)
{
    const Grant *grant = g_ptr_array_index(download->grants, entry);
    const ZipEntry *promised = &g_array_index(download->entries, ZipEntry, entry);
    g_autoptr(StoreTx) tx = store_read(library_store(download->library), error);
    gint64 bytes = 0;
    if (!tx || !original_open(tx, grant, &download->fd, &bytes, error)) {
        return FALSE;
    }
    download->open = entry;
    if ((guint64)bytes != promised->bytes) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "%s changed while it was put into an archive", promised->name);
        return FALSE;
    }
    return TRUE;
}

static void close_entry(Download *download)
{
    if (download->fd >= 0) {
        close(download->fd);
        download->fd = -1;
    }
}

static gssize read_missing(Download *download, guint8 *buffer, gsize most)
{
    gsize given = MIN(most, download->missing->len - download->said);
    memcpy(buffer, download->missing->str + download->said, given);
    download->said += given;
    return (gssize)given;
}

static gssize read_entry(gpointer data, gsize entry, guint8 *buffer, gsize most, GError **error)
{
    Download *download = data;
    if (entry >= download->grants->len) {
        return read_missing(download, buffer, most);
    }
    if (download->fd >= 0 && download->open != entry) {
        close_entry(download);
    }
    if (download->fd < 0 && !open_entry(download, entry, error)) {
        return -1;
    }
    gssize given = read(download->fd, buffer, most);
    if (given < 0) {
        error_set_errno(error, errno, "read the file");
    }
    return given;
}

Download *download_new(Library *library, const Principal *viewer, const gint64 *ids, gsize count,
                       GError **error)
{
    g_autoptr(Download) download = g_new0(Download, 1);
    download->library = library;
    download->fd = -1;
    download->grants = g_ptr_array_new_with_free_func((GDestroyNotify)grant_free);
    download->entries = g_array_new(FALSE, FALSE, sizeof(ZipEntry));
    download->names = g_ptr_array_new_with_free_func(g_free);
    download->taken = safe_names_new();
    download->missing = g_string_new(NULL);
    if (!add_photos(download, viewer, ids, count, error)) {
        return NULL;
    }
    if (download->grants->len == 0 && download->missing->len == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Photo not found");
        return NULL;
    }
    if (download->missing->len > 0) {
        add_entry(download, MISSING_NAME, download->missing->len, library_now_ms() / 1000);
    }
    download->stream = zip_stream_new((const ZipEntry *)(gpointer)download->entries->data,
                                      download->entries->len, read_entry, download);
    return g_steal_pointer(&download);
}

void download_free(Download *download)
{
    if (!download) {
        return;
    }
    close_entry(download);
    zip_stream_free(download->stream);
    g_string_free(download->missing, TRUE);
    g_hash_table_unref(download->taken);
    g_ptr_array_unref(download->names);
    g_array_unref(download->entries);
    g_ptr_array_unref(download->grants);
    g_free(download);
}

gint64 download_bytes(const Download *download)
{
    return (gint64)zip_stream_bytes((const ZipEntry *)(gpointer)download->entries->data,
                                    download->entries->len);
}

gssize download_pull(Download *download, guint8 *buffer, gsize most, GError **error)
{
    return zip_stream_pull(download->stream, buffer, most, error);
}
