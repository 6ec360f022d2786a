#include "library/backup.h"

#include "base/beneath.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/path_text.h"
#include "library/backup_archive.h"
#include "library/backup_format.h"
#include "library/trash_files.h"
#include "store/dump.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    Library *library;
    const BackupOptions *options;
    BackupWriter *writer;
    BackupCounts *counts;
    StoreTx *tx; /* the moment that is backed up */
} Backup;

/* Rows */

static void write_cell(JsonWriter *writer, const StoreStatement *row, int at, StoreType type)
{
    if (store_column_is_null(row, at)) {
        json_none(writer);
        return;
    }
    switch (type) {
    case STORE_TYPE_INT:
        json_int(writer, store_column_int(row, at));
        break;
    case STORE_TYPE_DOUBLE:
        json_double(writer, store_column_double(row, at));
        break;
    case STORE_TYPE_TEXT:
        json_text(writer, store_column_text(row, at));
        break;
    case STORE_TYPE_BLOB: {
        gsize length = 0;
        gconstpointer bytes = store_column_blob(row, at, &length);
        g_autofree char *text = g_base64_encode(bytes, length);
        json_text(writer, text);
        break;
    }
    }
}

static void write_row(JsonWriter *writer, const StoreTable *table, const StoreStatement *row)
{
    json_array_begin(writer);
    for (guint i = 0; i < table->columns->len; i++) {
        write_cell(writer, row, (int)i, g_array_index(table->columns, StoreColumn, i).type);
    }
    json_array_end(writer);
}

/* Rows gathered until they fill a member. */
typedef struct {
    Backup *backup;
    const StoreTable *table;
    GByteArray *bytes;
    gint64 number;
} Chunk;

static gboolean flush_chunk(Chunk *chunk, GError **error)
{
    if (chunk->bytes->len == 0) {
        return TRUE;
    }
    g_autofree char *name = g_strdup_printf(BACKUP_TABLES "%s/%08" G_GINT64_FORMAT ".json",
                                            chunk->table->name, ++chunk->number);
    g_byte_array_append(chunk->bytes, (const guint8 *)"]", 1);
    gboolean added = backup_writer_add(chunk->backup->writer, name, chunk->bytes->data,
                                       chunk->bytes->len, error);
    g_byte_array_set_size(chunk->bytes, 0);
    return added;
}

static gboolean add_row(Chunk *chunk, const StoreStatement *row, GError **error)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    write_row(writer, chunk->table, row);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, error);
    if (!bytes) {
        return FALSE;
    }
    g_byte_array_append(chunk->bytes, (const guint8 *)(chunk->bytes->len ? "," : "["), 1);
    g_byte_array_append(chunk->bytes, g_bytes_get_data(bytes, NULL),
                        (guint)g_bytes_get_size(bytes));
    chunk->backup->counts->rows++;
    return chunk->bytes->len < BACKUP_CHUNK_BYTES || flush_chunk(chunk, error);
}

static gboolean add_table(Backup *backup, const StoreTable *table, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Chunk chunk = {backup, table, bytes, 0};
    StoreStatement *row = store_dump_rows(backup->tx, table, error);
    if (!row) {
        return FALSE;
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        if (!add_row(&chunk, row, error)) {
            return FALSE;
        }
    }
    return step == STORE_DONE && flush_chunk(&chunk, error);
}

static json_t *table_json(const StoreTable *table)
{
    json_t *columns = json_array();
    for (guint i = 0; i < table->columns->len; i++) {
        json_array_append_new(columns,
                              json_string(g_array_index(table->columns, StoreColumn, i).name));
    }
    return json_pack("{s:s, s:o, s:I}", "name", table->name, "columns", columns, "last_number",
                     (json_int_t)table->last_number);
}

static gboolean add_manifest(Backup *backup, const GPtrArray *tables, int schema, GError **error)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *created = g_date_time_format_iso8601(now);
    json_t *list = json_array();
    for (guint i = 0; i < tables->len; i++) {
        json_array_append_new(list, table_json(g_ptr_array_index(tables, i)));
    }
    gboolean is_sqlite = store_tx_engine(backup->tx) == STORE_SQLITE;
    json_t *manifest = json_pack("{s:i, s:s, s:i, s:s, s:s, s:b, s:b, s:o}", "format",
                                 BACKUP_FORMAT, "program", backup->options->program, "schema",
                                 schema, "engine", is_sqlite ? "sqlite" : "postgres", "created",
                                 created, "originals", backup->options->originals, "thumbnails",
                                 backup->options->thumbnails, "tables", list);
    char *text = json_dumps(manifest, JSON_INDENT(1));
    gboolean added = backup_writer_add(backup->writer, BACKUP_MANIFEST, text, strlen(text), error);
    free(text);
    json_decref(manifest);
    return added;
}

/* Files */

/* Takes the descriptor. */
static gboolean add_open_file(Backup *backup, const char *name, int fd, GError **error)
{
    struct stat info;
    gboolean added = fstat(fd, &info) == 0 || error_set_errno(error, errno, "look at the file");
    if (added && S_ISREG(info.st_mode)) {
        gint64 modified_ns = (gint64)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
        added = backup_writer_add_file(backup->writer, name, fd, info.st_size, modified_ns, error);
        backup->counts->files++;
        backup->counts->bytes += info.st_size;
    }
    close(fd);
    return added;
}

static gboolean add_tree(Backup *backup, int parent, const char *name, const char *prefix,
                         int depth, GError **error);

static gboolean add_entry(Backup *backup, int folder, const char *name, const char *prefix,
                          int depth, GError **error)
{
    struct stat info;
    g_autofree char *path = g_strconcat(prefix, name, NULL);
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT || error_set_errno(error, errno, "look at the file");
    }
    if (S_ISDIR(info.st_mode)) {
        g_autofree char *inner = g_strconcat(path, "/", NULL);
        return add_tree(backup, folder, name, inner, depth + 1, error);
    }
    if (!S_ISREG(info.st_mode)) {
        return TRUE;
    }
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT || error_set_errno(error, errno, "open the file");
    }
    return add_open_file(backup, path, fd, error);
}

/* Everything in a folder but what begins with a dot, which is on its way to be something else. */
static gboolean add_tree(Backup *backup, int parent, const char *name, const char *prefix,
                         int depth, GError **error)
{
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *entries = folder >= 0 ? fdopendir(folder) : NULL;
    if (!entries) {
        int saved_errno = errno;
        if (folder >= 0) {
            close(folder);
        }
        return saved_errno == ENOENT || error_set_errno(error, saved_errno, "read the folder");
    }
    gboolean good = TRUE;
    const struct dirent *entry = NULL;
    while (good && depth <= LIMIT_SCAN_DEPTH && (entry = readdir(entries))) {
        good = entry->d_name[0] == '.' ||
               add_entry(backup, folder, entry->d_name, prefix, depth, error);
    }
    closedir(entries);
    return good;
}

static gboolean add_settings(Backup *backup, int data, GError **error)
{
    static const char *const names[] = {"albumen.conf", "scoring.json"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!add_entry(backup, data, names[i], BACKUP_SETTINGS, 0, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean add_thumbnail(const char *key, gpointer data, GError **error)
{
    Backup *backup = data;
    g_autofree char *name = g_strconcat(BACKUP_THUMBNAILS, key, NULL);
    int fd = -1;
    gint64 bytes = 0;
    return !blobs_open(library_thumbnails(backup->library), key, &fd, &bytes, NULL) ||
           add_open_file(backup, name, fd, error);
}

/* Originals */

static gboolean add_beneath(Backup *backup, const char *source, const char *relative,
                            gint64 source_id, gboolean *ret_there, GError **error)
{
    int fd = beneath_open(source, relative, NULL);
    *ret_there = fd >= 0;
    if (fd < 0) {
        return TRUE;
    }
    g_autofree char *name =
        g_strdup_printf(BACKUP_ORIGINALS "%" G_GINT64_FORMAT "/%s", source_id, relative);
    return add_open_file(backup, name, fd, error);
}

/* NAME.xmp, and STEM.xmp with the photo that stands for the others of its stem. */
static gboolean add_sidecars(Backup *backup, const char *source, const char *relative,
                             gint64 source_id, gboolean is_lead, GError **error)
{
    static const char *const endings[] = {".xmp", ".XMP"};
    const char *dot = strrchr(relative, '.');
    g_autofree char *stem = is_lead && dot ? g_strndup(relative, (gsize)(dot - relative)) : NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
        gboolean ignored = FALSE;
        g_autofree char *own = g_strconcat(relative, endings[i], NULL);
        g_autofree char *shared = stem ? g_strconcat(stem, endings[i], NULL) : NULL;
        if (!add_beneath(backup, source, own, source_id, &ignored, error) ||
            (shared && !add_beneath(backup, source, shared, source_id, &ignored, error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean add_original(Backup *backup, const StoreStatement *row, GError **error)
{
    gint64 source_id = store_column_int(row, 0);
    g_autofree char *source = path_from_text(store_column_text(row, 1));
    g_autofree char *path = path_from_text(store_column_text(row, 2));
    gboolean is_lead = store_column_is_null(row, 3);
    const char *relative = source && path ? beneath_relative(source, path) : NULL;
    gboolean there = FALSE;
    if (!relative) {
        return TRUE;
    }
    if (!add_beneath(backup, source, relative, source_id, &there, error)) {
        return FALSE;
    }
    backup->counts->passed_over += !there;
    return !there || add_sidecars(backup, source, relative, source_id, is_lead, error);
}

static gboolean add_originals(Backup *backup, GError **error)
{
    static const StoreQuery query = {
        .name = "backup_originals",
        .sql = "SELECT s.id, s.path, p.path, p.stack_of FROM photo p "
               "JOIN folder f ON f.id = p.folder_id JOIN source s ON s.id = f.source_id "
               "WHERE p.state = 'present' AND (p.kept_out IS NULL OR p.kept_out = 'removed') "
               "AND s.is_uploads = 0 ORDER BY p.id",
    };
    StoreStatement *row = store_prepare(backup->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        if (!add_original(backup, row, error)) {
            return FALSE;
        }
    }
    return step == STORE_DONE;
}

/* The whole */

/* The trash is held from the moment whose rows are taken until its files are copied, so that the
 * two agree. */
static GPtrArray *begin(Backup *backup, GError **error)
{
    int schema = store_schema_version(library_store(backup->library), error);
    int trash = library_trash(backup->library);
    int lock = schema > 0 ? trash_lock(trash, error) : -1;
    if (lock < 0) {
        return NULL;
    }
    backup->tx = store_read(library_store(backup->library), error);
    g_autoptr(GPtrArray) tables = backup->tx ? store_tables(backup->tx, error) : NULL;
    gboolean begun = tables && add_manifest(backup, tables, schema, error) &&
                     add_tree(backup, trash, ".", BACKUP_TRASH, 0, error);
    close(lock);
    return begun ? g_steal_pointer(&tables) : NULL;
}

static gboolean add_rows(Backup *backup, GError **error)
{
    g_autoptr(GPtrArray) tables = begin(backup, error);
    for (guint i = 0; tables && i < tables->len; i++) {
        if (!add_table(backup, g_ptr_array_index(tables, i), error)) {
            return FALSE;
        }
    }
    return tables != NULL;
}

static gboolean add_files(Backup *backup, GError **error)
{
    int data = open(library_data_folder(backup->library), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (data < 0) {
        return error_set_errno(error, errno, "open the data folder");
    }
    gboolean added = add_settings(backup, data, error) &&
                     add_tree(backup, data, "uploads", BACKUP_UPLOADS, 0, error);
    close(data);
    return added;
}

static gboolean add_all(Backup *backup, GError **error)
{
    if (!add_rows(backup, error) || !add_files(backup, error) ||
        (backup->options->originals && !add_originals(backup, error)) ||
        (backup->options->thumbnails &&
         !blobs_each(library_thumbnails(backup->library), add_thumbnail, backup, error))) {
        return FALSE;
    }
    json_t *end =
        json_pack("{s:I, s:I, s:I}", "rows", (json_int_t)backup->counts->rows, "files",
                  (json_int_t)backup->counts->files, "bytes", (json_int_t)backup->counts->bytes);
    return backup_writer_finish(backup->writer, end, error);
}

/* Takes the descriptor. */
static gboolean write_to(Library *library, const BackupOptions *options, int fd,
                         BackupCounts *counts, GError **error)
{
    g_autoptr(BackupWriter) writer = backup_writer_new(fd, error);
    if (!writer) {
        return FALSE;
    }
    Backup backup = {library, options, writer, counts, NULL};
    gboolean written = add_all(&backup, error);
    store_tx_free(backup.tx);
    return written;
}

static gboolean give_name(const char *from, const char *to, GError **error)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "%s is there already", to);
            return FALSE;
        }
        return error_set_errno(error, errno, "give the backup its name");
    }
    g_autofree char *folder = g_path_get_dirname(to);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean synced = fd >= 0 && fsync(fd) == 0;
    int saved_errno = errno;
    if (fd >= 0) {
        close(fd);
    }
    return synced || error_set_errno(error, saved_errno, "write the backup's name to the disk");
}

gboolean backup_write(Library *library, const BackupOptions *options, const char *path,
                      BackupCounts *ret_counts, GError **error)
{
    *ret_counts = (BackupCounts){0};
    g_autofree char *unfinished = g_strconcat(path, ".unfinished-XXXXXX", NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "%s is there already", path);
        return FALSE;
    }
    int fd = g_mkstemp_full(unfinished, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        int saved_errno = errno;
        g_autofree char *what = g_strdup_printf("make %s", unfinished);
        return error_set_errno(error, saved_errno, what);
    }
    BackupCounts proven;
    gboolean written = write_to(library, options, fd, ret_counts, error) &&
                       backup_verify(unfinished, &proven, error) &&
                       give_name(unfinished, path, error);
    if (!written) {
        g_unlink(unfinished);
    }
    return written;
}

gboolean backup_verify(const char *path, BackupCounts *ret_counts, GError **error)
{
    g_autoptr(BackupReader) reader = backup_reader_open(path, error);
    const char *name = NULL;
    gint64 bytes = 0;
    do {
        if (!reader || !backup_reader_next(reader, &name, &bytes, error)) {
            return FALSE;
        }
    } while (name);
    const json_t *end = backup_reader_end(reader);
    *ret_counts = (BackupCounts){
        .rows = json_integer_value(json_object_get(end, "rows")),
        .files = json_integer_value(json_object_get(end, "files")),
        .bytes = json_integer_value(json_object_get(end, "bytes")),
    };
    return TRUE;
}
