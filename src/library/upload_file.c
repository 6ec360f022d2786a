#include "library/upload_file.h"

#include "base/limits.h"
#include "base/path_text.h"
#include "media/picture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PARTIAL "uploads/.partial"
/* Names tried as "NAME (2)", "NAME (3)", before one at random. */
#define NUMBERED_NAMES 1000

struct UploadFile {
    char *data_folder;
    int folder; /* of partial files */
    int fd;
    char *id;
    gint64 bytes;
};

/* --- names --- */

static gboolean is_wanted(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return media_name_is_picture(name) || g_str_has_suffix(lower, ".xmp");
}

/* What no name should have: what ends a path, what Windows and SMB refuse, what turns text round or
 * cannot be seen. */
static gboolean is_unfit(gunichar c)
{
    return g_unichar_iscntrl(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0xfeff || c == 0xfffd || (c < 128 && strchr("/\\<>:\"|?*", (int)c));
}

/* Cuts the part before the extension, at a whole character. */
static void shorten(GString *name)
{
    if (name->len <= LIMIT_UPLOAD_NAME_BYTES) {
        return;
    }
    gsize extension = (gsize)(strrchr(name->str, '.') - name->str);
    gsize keep = LIMIT_UPLOAD_NAME_BYTES - MIN(name->len - extension, 16);
    while (keep > 0 && ((guchar)name->str[keep] & 0xc0) == 0x80) {
        keep--;
    }
    g_string_erase(name, (gssize)keep, (gssize)(extension - keep));
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *from = slash ? slash + 1 : path;
    const char *backslash = strrchr(from, '\\');
    return backslash ? backslash + 1 : from;
}

char *upload_clean_name(const char *client_name, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(last_part(client_name), -1);
    g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_NFC);
    g_autoptr(GString) name = g_string_new(NULL);
    for (const char *at = composed; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!is_unfit(c)) {
            g_string_append_unichar(name, c);
        } else if (!g_unichar_iscntrl(c)) {
            g_string_append_c(name, '_');
        }
    }
    g_strstrip(name->str);
    g_string_truncate(name, strlen(name->str));
    if (name->str[0] == '.' || !is_wanted(name->str)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "%.100s is no picture and no XMP sidecar by its name",
                    name->len > 0 ? name->str : "A file without a name");
        return NULL;
    }
    shorten(name);
    return g_string_free(g_steal_pointer(&name), FALSE);
}

/* "NAME (2).jpg"; owned by the caller. */
static char *numbered(const char *name, int number)
{
    const char *dot = strrchr(name, '.');
    int stem = (int)(dot - name);
    if (number <= 1) {
        return g_strdup(name);
    }
    if (number <= NUMBERED_NAMES) {
        return g_strdup_printf("%.*s (%d)%s", stem, name, number, dot);
    }
    return g_strdup_printf("%.*s (%08x)%s", stem, name, g_random_int(), dot);
}

/* --- folders --- */

static gboolean fail_io(GError **error, const char *what)
{
    return error_set_errno(error, errno, what);
}

/* Opens a folder beneath another, and makes it when it is missing. */
static int enter(int parent, const char *name, GError **error)
{
    if (mkdirat(parent, name, 0700) == 0) {
        fsync(parent);
    } else if (errno != EEXIST) {
        fail_io(error, "make a folder for uploads");
        return -1;
    }
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        fail_io(error, "open the folder of uploads");
    }
    return fd;
}

/* `path`: names with slashes between, beneath the data folder. */
static int open_folder(const char *data_folder, const char *path, GError **error)
{
    int fd = open(data_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fail_io(error, "open the data folder");
        return -1;
    }
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    for (gsize i = 0; names[i] && fd >= 0; i++) {
        int parent = fd;
        fd = enter(parent, names[i], error);
        close(parent);
    }
    return fd;
}

char *upload_folder(Library *library, GError **error)
{
    const char *data = library_data_folder(library);
    int fd = open_folder(data, "uploads", error);
    if (fd < 0) {
        return NULL;
    }
    close(fd);
    return g_build_filename(data, "uploads", NULL);
}

gboolean upload_check_space(Library *library, gint64 bytes, GError **error)
{
    struct statvfs info;
    int fd = open_folder(library_data_folder(library), PARTIAL, error);
    if (fd < 0) {
        return FALSE;
    }
    int result = fstatvfs(fd, &info);
    int saved_errno = errno;
    close(fd);
    if (result != 0) {
        return error_set_errno(error, saved_errno, "see how much room the disk has");
    }
    double room = (double)info.f_bavail * (double)info.f_frsize;
    if (room < (double)bytes + (double)LIMIT_UPLOAD_SPARE_BYTES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                            "The server's disk has no room for this file");
        return FALSE;
    }
    return TRUE;
}

/* --- the partial file --- */

/* Let go of when the file is closed, so also when this process dies. */
static gboolean lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

static UploadFile *file_new(Library *library, const char *id, int flags, GError **error)
{
    int folder = open_folder(library_data_folder(library), PARTIAL, error);
    if (folder < 0) {
        return NULL;
    }
    g_autoptr(UploadFile) file = g_new0(UploadFile, 1);
    file->data_folder = g_strdup(library_data_folder(library));
    file->folder = folder;
    file->id = g_strdup(id);
    file->fd = openat(folder, id, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
    struct stat info;
    if (file->fd < 0 || fstat(file->fd, &info) != 0) {
        fail_io(error, "open the upload");
        return NULL;
    }
    if (!lock(file->fd)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "Another request is sending this file at the moment");
        return NULL;
    }
    file->bytes = info.st_size;
    return g_steal_pointer(&file);
}

UploadFile *upload_file_make(Library *library, const char *id, GError **error)
{
    return file_new(library, id, O_CREAT | O_EXCL, error);
}

UploadFile *upload_file_open(Library *library, const char *id, GError **error)
{
    return file_new(library, id, 0, error);
}

void upload_file_free(UploadFile *file)
{
    if (!file) {
        return;
    }
    if (file->fd >= 0) {
        close(file->fd);
    }
    close(file->folder);
    g_free(file->id);
    g_free(file->data_folder);
    g_free(file);
}

gboolean upload_file_rename(UploadFile *file, const char *id, GError **error)
{
    if (renameat(file->folder, file->id, file->folder, id) != 0) {
        return fail_io(error, "keep what was sent");
    }
    g_free(file->id);
    file->id = g_strdup(id);
    return TRUE;
}

gint64 upload_file_look(Library *library, const char *id)
{
    struct stat info;
    g_autofree char *path = g_build_filename(library_data_folder(library), PARTIAL, id, NULL);
    return lstat(path, &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : -1;
}

gint64 upload_file_bytes(const UploadFile *file)
{
    return file->bytes;
}

gboolean upload_file_append(UploadFile *file, const guint8 *bytes, gsize length, GError **error)
{
    if (file->bytes + (gint64)length > LIMIT_PICTURE_FILE_BYTES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The file is too large for a picture");
        return FALSE;
    }
    while (length > 0) {
        ssize_t written = pwrite(file->fd, bytes, length, file->bytes);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return fail_io(error, "keep what was sent");
        }
        file->bytes += written;
        bytes += written;
        length -= (gsize)written;
    }
    return TRUE;
}

gboolean upload_file_sync(UploadFile *file, GError **error)
{
    return fdatasync(file->fd) == 0 || fail_io(error, "keep what was sent");
}

int upload_file_descriptor(const UploadFile *file)
{
    return file->fd;
}

gboolean upload_file_hash(const UploadFile *file, ContentHash *ret_hash, GError **error)
{
    return hash_file(file->fd, ret_hash, NULL, error);
}

void upload_file_delete(UploadFile *file)
{
    unlinkat(file->folder, file->id, 0);
}

/* --- its place --- */

/* A second name for the same file, so that it is in neither place or in both, whatever dies
 * between; file systems without that (FAT) get it moved. */
static gboolean put_name(UploadFile *file, int month, const char *name)
{
    if (linkat(file->folder, file->id, month, name, 0) == 0) {
        return TRUE;
    }
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK) {
        return renameat2(file->folder, file->id, month, name, RENAME_NOREPLACE) == 0;
    }
    return FALSE;
}

/* The name it got; owned by the caller. */
static char *put_some_name(UploadFile *file, int month, const char *name, GError **error)
{
    for (int number = 1; number <= NUMBERED_NAMES + 10; number++) {
        g_autofree char *tried = numbered(name, number);
        if (put_name(file, month, tried)) {
            return g_steal_pointer(&tried);
        }
        if (errno != EEXIST) {
            break;
        }
    }
    fail_io(error, "bring the file to its place");
    return NULL;
}

static void set_time(UploadFile *file, gint64 modified_ms)
{
    if (modified_ms > 0) {
        struct timespec time = {.tv_sec = modified_ms / 1000,
                                .tv_nsec = modified_ms % 1000 * 1000000};
        struct timespec times[2] = {time, time};
        futimens(file->fd, times); /* a file with another time is still the file */
    }
}

char *upload_file_place(UploadFile *file, const char *name, gint64 arrived_ms, gint64 modified_ms,
                        GError **error)
{
    struct stat info;
    if (fstat(file->fd, &info) == 0 && info.st_nlink > 1) {
        return g_strdup(""); /* somebody died after this, and before saying so */
    }
    set_time(file, modified_ms);
    if (fsync(file->fd) != 0) {
        fail_io(error, "keep what was sent");
        return NULL;
    }
    g_autoptr(GDateTime) day = g_date_time_new_from_unix_local(arrived_ms / 1000);
    g_autofree char *folder = g_date_time_format(day, "uploads/%Y/%m");
    int month = open_folder(file->data_folder, folder, error);
    if (month < 0) {
        return NULL;
    }
    g_autofree char *placed = put_some_name(file, month, name, error);
    gboolean kept = placed && (fsync(month) == 0 || fail_io(error, "keep the folder of uploads"));
    close(month);
    if (!kept) {
        return NULL;
    }
    g_autofree char *path = g_build_filename(file->data_folder, folder, placed, NULL);
    return path_to_text(path);
}

void upload_files_sweep(Library *library, gint64 before_ms, gint64 put_before_ms)
{
    int fd = open_folder(library_data_folder(library), PARTIAL, NULL);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder) {
        return;
    }
    struct stat info;
    for (struct dirent *entry; (entry = readdir(folder));) {
        gboolean was_put = g_str_has_prefix(entry->d_name, UPLOAD_PUT_PREFIX);
        gint64 before = (was_put ? put_before_ms : before_ms) / 1000;
        if (entry->d_name[0] != '.' &&
            fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
            info.st_mtim.tv_sec < before && info.st_ctim.tv_sec < before) {
            unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
    closedir(folder);
}
