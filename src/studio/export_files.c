#include "studio/export_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Text of one file that is in memory before it goes to the disk. */
#define PIECE_BYTES (256U << 10)
#define COPY_BYTES  (256U << 10)
/* zlib's: higher ones take several times as long for a tenth less. */
#define DEFLATE "compression-level=3"

typedef struct {
    GString *text; /* the latest */
    int fd;        /* of what went to the disk before; -1: nothing yet */
    gint64 bytes;  /* of it */
} Part;

typedef struct {
    char *name;
    GArray *parts; /* of Part */
} GatheredFile;

struct ExportFiles {
    struct archive *archive;
    locale_t locale; /* libarchive writes names that are UTF-8 as the locale has it */
    int folder_fd;
    GPtrArray *gathered; /* of GatheredFile, in the order of their beginning */
    GHashTable *by_name;
    GString *once, *once_name; /* the file that is complete by the next; no name: none */
    GError *failure;           /* of what was complete when the next one was begun */
    guint8 *buffer;
};

static void part_clear(gpointer data)
{
    Part *part = data;
    g_string_free(part->text, TRUE);
    if (part->fd >= 0) {
        close(part->fd);
    }
}

static void gathered_free(gpointer data)
{
    GatheredFile *file = data;
    g_free(file->name);
    g_array_unref(file->parts);
    g_free(file);
}

/* --- the archive --- */

static gboolean set_failure(const ExportFiles *files, GError **error)
{
    int number = archive_errno(files->archive);
    AlbumenError code =
        number == ENOSPC || number == EDQUOT ? ALBUMEN_ERROR_UNAVAILABLE : ALBUMEN_ERROR_IO;
    g_set_error(error, ALBUMEN_ERROR, code, "cannot write the archive: %s",
                archive_error_string(files->archive));
    return FALSE;
}

static gboolean begin_entry(ExportFiles *files, const char *name, gint64 bytes, gint64 modified_s,
                            GError **error)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_copy_pathname(entry, name);
    archive_entry_set_size(entry, bytes);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, modified_s, 0);
    locale_t before = uselocale(files->locale);
    int status = archive_write_header(files->archive, entry);
    uselocale(before);
    archive_entry_free(entry);
    return status == ARCHIVE_OK || set_failure(files, error);
}

static gboolean write_data(ExportFiles *files, gconstpointer data, gsize length, GError **error)
{
    const guint8 *at = data;
    while (length > 0) {
        la_ssize_t wrote = archive_write_data(files->archive, at, length);
        if (wrote <= 0) {
            return set_failure(files, error);
        }
        at += wrote;
        length -= (gsize)wrote;
    }
    return TRUE;
}

static gboolean copy_file(ExportFiles *files, int fd, gint64 bytes, GError **error)
{
    for (gint64 at = 0; at < bytes;) {
        gsize wanted = (gsize)MIN(bytes - at, (gint64)COPY_BYTES);
        ssize_t got = pread(fd, files->buffer, wanted, at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_set_errno(error, errno, "read the file");
        }
        if (got == 0) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                                "a file became shorter while it was read");
            return FALSE;
        }
        if (!write_data(files, files->buffer, (gsize)got, error)) {
            return FALSE;
        }
        at += got;
    }
    return TRUE;
}

static gint64 now_s(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

static gboolean write_once(ExportFiles *files, GError **error)
{
    if (files->once_name->len == 0) {
        return TRUE;
    }
    gboolean written =
        begin_entry(files, files->once_name->str, (gint64)files->once->len, now_s(), error) &&
        write_data(files, files->once->str, files->once->len, error);
    g_string_truncate(files->once, 0);
    g_string_truncate(files->once_name, 0);
    return written;
}

static gboolean open_archive(ExportFiles *files, int fd, GError **error)
{
    files->archive = archive_write_new();
    if (!files->archive || archive_write_set_format_zip(files->archive) ||
        archive_write_set_options(files->archive, DEFLATE) ||
        archive_write_set_bytes_in_last_block(files->archive, 1) ||
        archive_write_open_fd(files->archive, fd)) {
        return set_failure(files, error);
    }
    return TRUE;
}

ExportFiles *export_files_new(int archive_fd, int folder_fd, GError **error)
{
    g_autoptr(ExportFiles) files = g_new0(ExportFiles, 1);
    files->folder_fd = folder_fd;
    files->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    files->gathered = g_ptr_array_new_with_free_func(gathered_free);
    files->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    files->once = g_string_new(NULL);
    files->once_name = g_string_new(NULL);
    files->buffer = g_malloc(COPY_BYTES);
    return open_archive(files, archive_fd, error) ? g_steal_pointer(&files) : NULL;
}

void export_files_free(ExportFiles *files)
{
    if (!files) {
        return;
    }
    if (files->archive) {
        archive_write_free(files->archive);
    }
    if (files->locale) {
        freelocale(files->locale);
    }
    g_hash_table_unref(files->by_name);
    g_ptr_array_unref(files->gathered);
    g_string_free(files->once, TRUE);
    g_string_free(files->once_name, TRUE);
    g_clear_error(&files->failure);
    g_free(files->buffer);
    g_free(files);
}

/* --- what writers write --- */

GString *export_file(ExportFiles *files, const char *name, guint part)
{
    GatheredFile *file = g_hash_table_lookup(files->by_name, name);
    if (!file) {
        file = g_new0(GatheredFile, 1);
        file->name = g_strdup(name);
        file->parts = g_array_new(FALSE, FALSE, sizeof(Part));
        g_array_set_clear_func(file->parts, part_clear);
        g_ptr_array_add(files->gathered, file);
        g_hash_table_insert(files->by_name, file->name, file);
    }
    while (file->parts->len <= part) {
        const Part empty = {g_string_new(NULL), -1, 0};
        g_array_append_val(file->parts, empty);
    }
    return g_array_index(file->parts, Part, part).text;
}

GString *export_file_once(ExportFiles *files, const char *name)
{
    GError *failure = NULL;
    if (!write_once(files, &failure) && !files->failure) {
        files->failure = g_steal_pointer(&failure);
    }
    g_clear_error(&failure);
    g_string_assign(files->once_name, name);
    return files->once;
}

static int open_nameless(const ExportFiles *files, GError **error)
{
    int fd = openat(files->folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        error_set_errno(error, errno, "make a file for the export");
    }
    return fd;
}

static gboolean part_to_disk(const ExportFiles *files, Part *part, GError **error)
{
    if (part->fd < 0) {
        part->fd = open_nameless(files, error);
    }
    if (part->fd < 0) {
        return FALSE;
    }
    for (gsize at = 0; at < part->text->len;) {
        ssize_t wrote = pwrite(part->fd, part->text->str + at, part->text->len - at, part->bytes);
        if (wrote < 0 && errno != EINTR) {
            return error_set_errno(error, errno, "write the export");
        }
        at += (gsize)MAX(wrote, 0);
        part->bytes += MAX(wrote, 0);
    }
    g_string_truncate(part->text, 0);
    return TRUE;
}

static gboolean file_to_disk(const ExportFiles *files, GatheredFile *file, GError **error)
{
    for (guint i = 0; i < file->parts->len; i++) {
        Part *part = &g_array_index(file->parts, Part, i);
        if (part->text->len >= PIECE_BYTES && !part_to_disk(files, part, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean export_files_flush(ExportFiles *files, GError **error)
{
    gboolean written = write_once(files, error);
    if (written && files->failure) {
        g_propagate_error(error, g_steal_pointer(&files->failure));
        written = FALSE;
    }
    for (guint i = 0; written && i < files->gathered->len; i++) {
        written = file_to_disk(files, g_ptr_array_index(files->gathered, i), error);
    }
    return written;
}

gboolean export_files_add(ExportFiles *files, const char *name, int fd, gint64 bytes,
                          gint64 modified_s, GError **error)
{
    archive_write_zip_set_compression_store(files->archive);
    gboolean added =
        begin_entry(files, name, bytes, modified_s, error) && copy_file(files, fd, bytes, error);
    archive_write_zip_set_compression_deflate(files->archive);
    return added;
}

static gboolean write_gathered(ExportFiles *files, const GatheredFile *file, GError **error)
{
    gint64 bytes = 0;
    for (guint i = 0; i < file->parts->len; i++) {
        const Part *part = &g_array_index(file->parts, Part, i);
        bytes += part->bytes + (gint64)part->text->len;
    }
    gboolean written = begin_entry(files, file->name, bytes, now_s(), error);
    for (guint i = 0; written && i < file->parts->len; i++) {
        const Part *part = &g_array_index(file->parts, Part, i);
        written = copy_file(files, part->fd, part->bytes, error) &&
                  write_data(files, part->text->str, part->text->len, error);
    }
    return written;
}

gboolean export_files_finish(ExportFiles *files, GError **error)
{
    if (!export_files_flush(files, error)) {
        return FALSE;
    }
    for (guint i = 0; i < files->gathered->len; i++) {
        if (!write_gathered(files, g_ptr_array_index(files->gathered, i), error)) {
            return FALSE;
        }
    }
    return archive_write_close(files->archive) == ARCHIVE_OK || set_failure(files, error);
}
