#include "library/backup_archive.h"

#include "base/path_text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define END_NAME       "end.json"
#define HASHES_PREFIX  "hashes/"
#define COPY_BYTES     (256U << 10)
#define LIST_BYTES_MAX (4U << 20) /* of one member of hashes, or the end */
#define COMPRESSION    "3"
#define NS_PER_SECOND  1000000000

/* A frame that Zstandard skips (RFC 8878, 3.1.2): magic number and length, little-endian. */
typedef struct {
    guint32 magic, length;
    ContentHash hash;
} Seal;
#define SEAL_MAGIC 0x184D2A50U

G_STATIC_ASSERT(sizeof(Seal) == 8 + HASH_BYTES);

/* What is known of a member until its hash is written or compared. */
typedef struct {
    char *name;
    gint64 bytes;
    ContentHash hash;
} Member;

static void member_clear(gpointer member)
{
    g_free(((Member *)member)->name);
}

static GArray *members_new(void)
{
    GArray *members = g_array_new(FALSE, FALSE, sizeof(Member));
    g_array_set_clear_func(members, member_clear);
    return members;
}

/* Writing */

struct BackupWriter {
    struct archive *archive;
    int fd;
    GArray *pending; /* of Member */
    gint64 members, lists;
};

static gboolean set_write_error(const BackupWriter *writer, GError **error)
{
    int number = archive_errno(writer->archive);
    AlbumenError code =
        number == ENOSPC || number == EDQUOT ? ALBUMEN_ERROR_UNAVAILABLE : ALBUMEN_ERROR_IO;
    g_set_error(error, ALBUMEN_ERROR, code, "cannot write the backup: %s",
                archive_error_string(writer->archive));
    return FALSE;
}

BackupWriter *backup_writer_new(int fd, GError **error)
{
    g_autoptr(BackupWriter) writer = g_new0(BackupWriter, 1);
    writer->fd = fd;
    writer->pending = members_new();
    writer->archive = archive_write_new();
    if (!writer->archive || archive_write_set_format_pax(writer->archive) ||
        archive_write_add_filter_zstd(writer->archive) ||
        /* Names are bytes, whatever the locale. */
        archive_write_set_options(writer->archive,
                                  "zstd:compression-level=" COMPRESSION ",hdrcharset=BINARY") ||
        archive_write_open_fd(writer->archive, fd)) {
        set_write_error(writer, error);
        return NULL;
    }
    return g_steal_pointer(&writer);
}

void backup_writer_free(BackupWriter *writer)
{
    if (!writer) {
        return;
    }
    if (writer->archive) {
        archive_write_free(writer->archive);
    }
    g_array_unref(writer->pending);
    close(writer->fd);
    g_free(writer);
}

static gboolean begin_member(BackupWriter *writer, const char *name, gint64 bytes,
                             gint64 modified_ns, GError **error)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_copy_pathname(entry, name);
    archive_entry_set_size(entry, bytes);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_mtime(entry, modified_ns / NS_PER_SECOND,
                            (long)(modified_ns % NS_PER_SECOND));
    int status = archive_write_header(writer->archive, entry);
    archive_entry_free(entry);
    return status == ARCHIVE_OK || set_write_error(writer, error);
}

static gboolean write_data(BackupWriter *writer, gconstpointer data, gsize length, GError **error)
{
    const guint8 *at = data;
    while (length > 0) {
        la_ssize_t wrote = archive_write_data(writer->archive, at, length);
        if (wrote <= 0) {
            return set_write_error(writer, error);
        }
        at += wrote;
        length -= (gsize)wrote;
    }
    return TRUE;
}

static gint64 now_ns(void)
{
    return g_get_real_time() * 1000;
}

static gboolean add_plain(BackupWriter *writer, const char *name, gconstpointer data, gsize length,
                          GError **error)
{
    return begin_member(writer, name, (gint64)length, now_ns(), error) &&
           write_data(writer, data, length, error);
}

static json_t *members_json(const GArray *members)
{
    json_t *list = json_array();
    for (guint i = 0; i < members->len; i++) {
        const Member *member = &g_array_index(members, Member, i);
        char hex[HASH_HEX_CHARS + 1];
        hash_to_hex(&member->hash, hex);
        g_autofree char *name = path_to_text(member->name);
        json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "name", name, "bytes",
                                              (json_int_t)member->bytes, "blake2b", hex));
    }
    return list;
}

static gboolean add_json(BackupWriter *writer, const char *name, const json_t *json, GError **error)
{
    char *text = json_dumps(json, JSON_COMPACT);
    gboolean added = add_plain(writer, name, text, strlen(text), error);
    free(text);
    return added;
}

static gboolean write_list(BackupWriter *writer, GError **error)
{
    if (writer->pending->len == 0) {
        return TRUE;
    }
    g_autofree char *name =
        g_strdup_printf(HASHES_PREFIX "%08" G_GINT64_FORMAT ".json", ++writer->lists);
    json_t *list = members_json(writer->pending);
    gboolean added = add_json(writer, name, list, error);
    json_decref(list);
    g_array_set_size(writer->pending, 0);
    return added;
}

static gboolean end_member(BackupWriter *writer, const char *name, gint64 bytes,
                           const ContentHash *hash, GError **error)
{
    const Member member = {g_strdup(name), bytes, *hash};
    g_array_append_val(writer->pending, member);
    writer->members++;
    return writer->pending->len < BACKUP_HASHED_MEMBERS || write_list(writer, error);
}

gboolean backup_writer_add(BackupWriter *writer, const char *name, gconstpointer data, gsize length,
                           GError **error)
{
    ContentHash hash;
    hash_data(data, length, &hash);
    return add_plain(writer, name, data, length, error) &&
           end_member(writer, name, (gint64)length, &hash, error);
}

static gboolean copy_file(BackupWriter *writer, int fd, gint64 length, ContentHash *ret_hash,
                          GError **error)
{
    crypto_generichash_state state;
    g_autofree guint8 *buffer = g_malloc(COPY_BYTES);
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    for (gint64 at = 0; at < length;) {
        gsize wanted = (gsize)MIN(length - at, (gint64)COPY_BYTES);
        ssize_t got = pread(fd, buffer, wanted, at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_set_errno(error, errno, "read the file");
        }
        if (got == 0) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                                "it became shorter while it was read");
            return FALSE;
        }
        crypto_generichash_update(&state, buffer, (unsigned long long)got);
        if (!write_data(writer, buffer, (gsize)got, error)) {
            return FALSE;
        }
        at += got;
    }
    crypto_generichash_final(&state, ret_hash->bytes, HASH_BYTES);
    return TRUE;
}

gboolean backup_writer_add_file(BackupWriter *writer, const char *name, int fd, gint64 length,
                                gint64 modified_ns, GError **error)
{
    ContentHash hash;
    if (!begin_member(writer, name, length, modified_ns, error) ||
        !copy_file(writer, fd, length, &hash, error)) {
        g_prefix_error(error, "%s: ", name);
        return FALSE;
    }
    return end_member(writer, name, length, &hash, error);
}

static gboolean write_seal(const BackupWriter *writer, GError **error)
{
    Seal seal = {GUINT32_TO_LE(SEAL_MAGIC), GUINT32_TO_LE(HASH_BYTES), {{0}}};
    gint64 length = 0;
    if (!hash_file(writer->fd, &seal.hash, &length, error)) {
        return FALSE;
    }
    const guint8 *bytes = (const guint8 *)&seal;
    for (gsize at = 0; at < sizeof seal;) {
        ssize_t wrote = pwrite(writer->fd, bytes + at, sizeof seal - at, length + (gint64)at);
        if (wrote < 0 && errno != EINTR) {
            return error_set_errno(error, errno, "write the backup");
        }
        at += (gsize)MAX(wrote, 0);
    }
    return TRUE;
}

gboolean backup_writer_finish(BackupWriter *writer, json_t *end, GError **error)
{
    json_object_set_new(end, "members", json_integer(writer->members));
    gboolean written = write_list(writer, error) && add_json(writer, END_NAME, end, error);
    json_decref(end);
    if (!written) {
        return FALSE;
    }
    if (archive_write_close(writer->archive) != ARCHIVE_OK) {
        return set_write_error(writer, error);
    }
    if (!write_seal(writer, error)) {
        return FALSE;
    }
    return fsync(writer->fd) == 0 || error_set_errno(error, errno, "write the backup to the disk");
}

gint64 backup_writer_members(const BackupWriter *writer)
{
    return writer->members;
}

/* Reading */

struct BackupReader {
    struct archive *archive;
    char *path;
    char *name; /* of the member; NULL before the first */
    gint64 bytes, left, modified_ns;
    crypto_generichash_state hash;
    GArray *pending; /* of Member: read, and not compared yet */
    gint64 members;
    json_t *end;
};

void backup_reader_free(BackupReader *reader)
{
    if (!reader) {
        return;
    }
    if (reader->archive) {
        archive_read_free(reader->archive);
    }
    g_array_unref(reader->pending);
    json_decref(reader->end);
    g_free(reader->name);
    g_free(reader->path);
    g_free(reader);
}

G_GNUC_PRINTF(3, 4)
static gboolean set_corrupt(const BackupReader *reader, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "%s: %s", reader->path, what);
    return FALSE;
}

static gboolean set_cut_off(const BackupReader *reader, GError **error)
{
    const char *why = archive_error_string(reader->archive);
    return set_corrupt(reader, error, "the backup is cut off or altered %s%s%s%s",
                       reader->name ? "in or after " : "at its beginning",
                       reader->name ? reader->name : "", why ? ": " : "", why ? why : "");
}

BackupReader *backup_reader_open(const char *path, GError **error)
{
    g_autoptr(BackupReader) reader = g_new0(BackupReader, 1);
    reader->path = g_strdup(path);
    reader->pending = members_new();
    if (access(path, R_OK) != 0) {
        int saved_errno = errno;
        g_autofree char *what = g_strdup_printf("read the backup %s", path);
        error_set_errno(error, saved_errno, what);
        return NULL;
    }
    reader->archive = archive_read_new();
    if (!reader->archive || archive_read_support_format_tar(reader->archive) ||
        archive_read_support_filter_zstd(reader->archive) ||
        archive_read_open_filename(reader->archive, path, COPY_BYTES)) {
        set_corrupt(reader, error, "this is no backup of Albumen");
        return NULL;
    }
    return g_steal_pointer(&reader);
}

gssize backup_reader_read(BackupReader *reader, gpointer data, gsize length, GError **error)
{
    gsize wanted = (gsize)MIN((gint64)length, reader->left);
    if (wanted == 0) {
        return 0;
    }
    la_ssize_t got = archive_read_data(reader->archive, data, wanted);
    if (got <= 0) {
        set_cut_off(reader, error);
        return -1;
    }
    crypto_generichash_update(&reader->hash, data, (unsigned long long)got);
    reader->left -= got;
    return (gssize)got;
}

/* The rest of the member, which is then known whole. */
static gboolean finish_member(BackupReader *reader, ContentHash *ret_hash, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(COPY_BYTES);
    gssize got = 0;
    while ((got = backup_reader_read(reader, buffer, COPY_BYTES, error)) > 0) {
    }
    if (got == 0) {
        crypto_generichash_final(&reader->hash, ret_hash->bytes, HASH_BYTES);
    }
    return got == 0;
}

static gboolean begin_reading(BackupReader *reader, GError **error)
{
    struct archive_entry *entry = NULL;
    /* An end without our own member of it is a cut that happened to fall between two members. */
    if (archive_read_next_header(reader->archive, &entry) != ARCHIVE_OK) {
        return set_cut_off(reader, error);
    }
    const char *name = archive_entry_pathname(entry);
    if (!name || archive_entry_filetype(entry) != AE_IFREG || archive_entry_size(entry) < 0) {
        return set_corrupt(reader, error, "it holds what no backup of Albumen holds");
    }
    g_free(reader->name);
    reader->name = g_strdup(name);
    reader->bytes = reader->left = archive_entry_size(entry);
    reader->modified_ns =
        (gint64)archive_entry_mtime(entry) * NS_PER_SECOND + archive_entry_mtime_nsec(entry);
    crypto_generichash_init(&reader->hash, NULL, 0, HASH_BYTES);
    return TRUE;
}

static json_t *read_json(BackupReader *reader, GError **error)
{
    if (reader->bytes > (gint64)LIST_BYTES_MAX) {
        set_corrupt(reader, error, "%s is altered", reader->name);
        return NULL;
    }
    g_autofree char *text = g_malloc((gsize)reader->bytes + 1);
    gsize length = 0;
    gssize got = 0;
    while ((got = backup_reader_read(reader, text + length, (gsize)reader->left, error)) > 0) {
        length += (gsize)got;
    }
    json_t *json = got == 0 ? json_loadb(text, length, 0, NULL) : NULL;
    if (got == 0 && !json) {
        set_corrupt(reader, error, "%s is altered", reader->name);
    }
    return json;
}

static gboolean compare_list(BackupReader *reader, GError **error)
{
    json_t *list = read_json(reader, error);
    if (!list) {
        return FALSE;
    }
    json_t *expected = members_json(reader->pending);
    gboolean good = json_array_size(list) == json_array_size(expected) ||
                    set_corrupt(reader, error, "parts of it before %s are missing", reader->name);
    for (gsize i = 0; good && i < json_array_size(list); i++) {
        good = json_equal(json_array_get(list, i), json_array_get(expected, i)) ||
               set_corrupt(reader, error, "%s is altered",
                           g_array_index(reader->pending, Member, i).name);
    }
    json_decref(list);
    json_decref(expected);
    g_array_set_size(reader->pending, 0);
    return good;
}

static gboolean check_seal(BackupReader *reader, GError **error)
{
    Seal seal = {0};
    ContentHash hash = {{0}};
    int fd = open(reader->path, O_RDONLY | O_CLOEXEC);
    gint64 length = fd < 0 ? -1 : (gint64)lseek(fd, 0, SEEK_END) - (gint64)sizeof seal;
    gboolean good =
        length >= 0 && pread(fd, &seal, sizeof seal, length) == (ssize_t)sizeof seal &&
        seal.magic == GUINT32_TO_LE(SEAL_MAGIC) && seal.length == GUINT32_TO_LE(HASH_BYTES) &&
        hash_file_beginning(fd, length, &hash, NULL) && memcmp(&hash, &seal.hash, sizeof hash) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return good || set_corrupt(reader, error,
                               "the backup is cut off or altered at its end, or "
                               "between its parts");
}

static gboolean read_end(BackupReader *reader, GError **error)
{
    reader->end = read_json(reader, error);
    if (!reader->end) {
        return FALSE;
    }
    if (reader->pending->len > 0 ||
        json_integer_value(json_object_get(reader->end, "members")) != reader->members) {
        return set_corrupt(reader, error, "parts of it are missing");
    }
    return check_seal(reader, error);
}

gboolean backup_reader_next(BackupReader *reader, const char **ret_name, gint64 *ret_bytes,
                            GError **error)
{
    if (reader->name && !reader->end && !g_str_has_prefix(reader->name, HASHES_PREFIX)) {
        Member member = {NULL, reader->bytes, {{0}}};
        if (!finish_member(reader, &member.hash, error)) {
            return FALSE;
        }
        member.name = g_strdup(reader->name);
        g_array_append_val(reader->pending, member);
        reader->members++;
        if (reader->pending->len > BACKUP_HASHED_MEMBERS) {
            return set_corrupt(reader, error, "parts of it are missing");
        }
    }
    *ret_name = NULL;
    for (;;) {
        if (reader->end) {
            return TRUE;
        }
        if (!begin_reading(reader, error)) {
            return FALSE;
        }
        if (g_strcmp0(reader->name, END_NAME) == 0) {
            return read_end(reader, error);
        }
        if (!g_str_has_prefix(reader->name, HASHES_PREFIX)) {
            *ret_name = reader->name;
            *ret_bytes = reader->bytes;
            return TRUE;
        }
        if (!compare_list(reader, error)) {
            return FALSE;
        }
    }
}

gint64 backup_reader_modified_ns(const BackupReader *reader)
{
    return reader->modified_ns;
}

const json_t *backup_reader_end(const BackupReader *reader)
{
    return reader->end;
}
