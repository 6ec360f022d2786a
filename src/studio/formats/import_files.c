#include "studio/formats/import_files.h"

#include "base/limits.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES (64U << 10)

struct ImportFiles {
    int fd;
    const FormatSink *sink;
    char *filename;
    gint64 file_bytes;
    FileBytes plain; /* of what is no archive */
    gboolean is_told;
    struct archive *archive; /* NULL: it is none */
    FileBytes packed;        /* of the archive itself */
    guint8 *block;
    locale_t locale; /* in which names are Unicode, whatever the program's */
    char *name;
    gint64 files, unpacked_bytes;
    guint8 *drain;
};

static gboolean refuse(GError **error, AlbumenError code, const char *what)
{
    g_set_error_literal(error, ALBUMEN_ERROR, code, what);
    return FALSE;
}

static gboolean go_on(const ImportFiles *files, gint64 at, GError **error)
{
    if (g_cancellable_is_cancelled(files->sink->cancellable)) {
        return refuse(error, ALBUMEN_ERROR_CANCELLED, "The import was stopped");
    }
    if (files->sink->progress) {
        files->sink->progress(files->sink->data, at);
    }
    return TRUE;
}

static gboolean set_archive_error(const ImportFiles *files, GError **error)
{
    const char *reason = archive_error_string(files->archive);
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "The archive cannot be read: %s",
                reason ? reason : "it is damaged");
    return FALSE;
}

static la_ssize_t give_block(struct archive *archive, void *data, const void **ret_block)
{
    ImportFiles *files = data;
    g_autoptr(GError) error = NULL;
    ByteSource source = byte_source_file(&files->packed);
    gssize got = source.read(source.data, files->block, BLOCK_BYTES, &error);
    if (got < 0) {
        archive_set_error(archive, EIO, "%s", error->message);
        return ARCHIVE_FATAL;
    }
    *ret_block = files->block;
    return got;
}

static gboolean open_archive(ImportFiles *files, GError **error)
{
    files->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    files->archive = archive_read_new();
    files->drain = g_malloc(BLOCK_BYTES);
    files->block = g_malloc(BLOCK_BYTES);
    /* The streamed kind reads no directory of the archive into memory. */
    if (!files->archive || archive_read_support_format_zip_streamable(files->archive) ||
        archive_read_set_options(files->archive, "zip:hdrcharset=UTF-8") < ARCHIVE_WARN ||
        archive_read_open(files->archive, files, NULL, give_block, NULL)) {
        return set_archive_error(files, error);
    }
    return TRUE;
}

static gboolean looks_like_zip(int fd)
{
    guint8 magic[4] = {0};
    return pread(fd, magic, sizeof magic, 0) == sizeof magic &&
           (memcmp(magic, "PK\3\4", 4) == 0 || memcmp(magic, "PK\5\6", 4) == 0);
}

ImportFiles *import_files_open(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    g_autoptr(ImportFiles) files = g_new0(ImportFiles, 1);
    struct stat status;
    files->fd = fd;
    files->sink = sink;
    files->filename = g_strdup(filename);
    files->plain.fd = files->packed.fd = fd;
    if (fstat(fd, &status) != 0) {
        error_set_errno(error, errno, "read the file");
        return NULL;
    }
    files->file_bytes = status.st_size;
    if (looks_like_zip(fd) && !open_archive(files, error)) {
        return NULL;
    }
    return g_steal_pointer(&files);
}

void import_files_free(ImportFiles *files)
{
    if (!files) {
        return;
    }
    if (files->archive) {
        archive_read_free(files->archive);
    }
    if (files->locale) {
        freelocale(files->locale);
    }
    g_free(files->drain);
    g_free(files->block);
    g_free(files->filename);
    g_free(files->name);
    g_free(files);
}

gboolean import_files_is_archive(const ImportFiles *files)
{
    return files->archive != NULL;
}

static gssize read_plain(gpointer data, guint8 *buffer, gsize most, GError **error)
{
    ImportFiles *files = data;
    if (!go_on(files, files->plain.at, error)) {
        return -1;
    }
    ByteSource source = byte_source_file(&files->plain);
    return source.read(source.data, buffer, most, error);
}

static gboolean count_unpacked(ImportFiles *files, gssize got, GError **error)
{
    files->unpacked_bytes += got;
    if (files->unpacked_bytes > LIMIT_IMPORT_UNPACKED_BYTES ||
        (files->unpacked_bytes > LIMIT_IMPORT_RATIO_BYTES &&
         files->unpacked_bytes / LIMIT_IMPORT_RATIO > files->file_bytes)) {
        return refuse(error, ALBUMEN_ERROR_TOO_LARGE,
                      "The archive unpacks to more than is allowed");
    }
    return TRUE;
}

static gssize read_member(gpointer data, guint8 *buffer, gsize most, GError **error)
{
    ImportFiles *files = data;
    if (!go_on(files, archive_filter_bytes(files->archive, -1), error)) {
        return -1;
    }
    la_ssize_t got = archive_read_data(files->archive, buffer, most);
    if (got < 0) {
        set_archive_error(files, error);
        return -1;
    }
    return count_unpacked(files, got, error) ? (gssize)got : -1;
}

/* Reads what is left of a member rather than have the library pass over it: so it is counted. */
static gboolean drain_member(ImportFiles *files, GError **error)
{
    gssize got = 0;
    do {
        got = read_member(files, files->drain, BLOCK_BYTES, error);
    } while (got > 0);
    return got == 0;
}

static gboolean is_safe(const char *name)
{
    gsize length = strlen(name);
    if (length == 0 || length > LIMIT_IMPORT_NAME_BYTES || name[0] == '/' ||
        (g_ascii_isalpha(name[0]) && name[1] == ':')) {
        return FALSE;
    }
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    return !g_strv_contains((const char *const *)parts, "..");
}

static gboolean is_left_behind(const char *name)
{
    const char *file = import_name_file(name);
    return g_str_has_suffix(name, "/") || g_str_has_prefix(name, "__MACOSX/") ||
           g_str_has_prefix(file, ".");
}

/* The name as UTF-8 with "/" between folders; NULL with an error. */
static char *take_name(struct archive_entry *entry, GError **error)
{
    const char *raw = archive_entry_pathname_utf8(entry);
    raw = raw ? raw : archive_entry_pathname(entry);
    g_autofree char *name = g_utf8_make_valid(raw ? raw : "", -1);
    g_strdelimit(name, "\\", '/');
    if (!is_safe(name)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "The archive has a file of the name “%.100s”, which leads out of it", name);
        return NULL;
    }
    return g_steal_pointer(&name);
}

static gboolean check_member(ImportFiles *files, struct archive_entry *entry, GError **error)
{
    if (archive_entry_is_encrypted(entry)) {
        return refuse(error, ALBUMEN_ERROR_UNSUPPORTED,
                      "The archive is encrypted; send it without a password");
    }
    if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != AE_IFDIR) {
        return refuse(error, ALBUMEN_ERROR_CORRUPT,
                      "The archive holds something that is no file and no folder");
    }
    if (++files->files > LIMIT_IMPORT_FILES) {
        return refuse(error, ALBUMEN_ERROR_TOO_LARGE,
                      "The archive holds more files than are allowed");
    }
    return TRUE;
}

/* 1: there is another member, 0: there is none, -1 with an error. */
static int next_member(ImportFiles *files, GError **error)
{
    if (files->name && !drain_member(files, error)) {
        return -1;
    }
    g_clear_pointer(&files->name, g_free);
    struct archive_entry *entry = NULL;
    locale_t before = files->locale ? uselocale(files->locale) : (locale_t)0;
    int status = archive_read_next_header(files->archive, &entry);
    if (status == ARCHIVE_OK || status == ARCHIVE_WARN) {
        files->name = take_name(entry, error);
    }
    if (before) {
        uselocale(before);
    }
    if (status == ARCHIVE_EOF) {
        return 0;
    }
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        set_archive_error(files, error);
        return -1;
    }
    return files->name && check_member(files, entry, error) ? 1 : -1;
}

gboolean import_files_next(ImportFiles *files, const char **ret_name, ByteSource *ret_source,
                           GError **error)
{
    if (!files->archive) {
        *ret_name = files->filename;
        *ret_source = (ByteSource){read_plain, files};
        return !files->is_told && (files->is_told = TRUE);
    }
    int status = 0;
    do {
        status = next_member(files, error);
    } while (status > 0 && is_left_behind(files->name));
    *ret_name = files->name;
    *ret_source = (ByteSource){read_member, files};
    return status > 0;
}

char *import_name_directory(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? g_strdup_printf("/%.*s", (int)(slash - name), name) : g_strdup("/");
}

const char *import_name_file(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

char *import_name_stem(const char *name)
{
    const char *file = import_name_file(name);
    const char *dot = strrchr(file, '.');
    return dot && dot > file ? g_strndup(file, (gsize)(dot - file)) : g_strdup(file);
}

const char *import_split_of(const char *folder)
{
    static const char *const folders[] = {"train", "valid", "val", "validation", "test"};
    static const char *const splits[] = {"train", "val", "val", "val", "test"};
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        if (g_ascii_strcasecmp(folder, folders[i]) == 0) {
            return splits[i];
        }
    }
    return NULL;
}
