/* The files of imports: imports/UUID in the data folder. */
#include "studio/import_parts.h"

#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "imports"

struct ImportFile {
    int folder, fd;
    gint64 bytes;
    char uuid[UUID_CHARS + 1];
    gboolean is_kept;
};

/* Of the files, made when it is missing; -1 with an error. */
static int open_folder(Library *library, GError **error)
{
    int data = open(library_data_folder(library), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (data < 0) {
        error_set_errno(error, errno, "open the data folder");
        return -1;
    }
    int folder = -1;
    if (mkdirat(data, FOLDER, 0700) == 0 || errno == EEXIST) {
        folder = openat(data, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (folder < 0) {
        error_set_errno(error, errno, "open the folder of imports");
    }
    close(data);
    return folder;
}

ImportFile *import_file_new(Library *library, GError **error)
{
    int folder = open_folder(library, error);
    if (folder < 0) {
        return NULL;
    }
    ImportFile *file = g_new0(ImportFile, 1);
    file->folder = folder;
    uuid_new(file->uuid);
    file->fd = openat(folder, file->uuid, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file->fd < 0) {
        error_set_errno(error, errno, "make the file of an import");
        import_file_free(file);
        return NULL;
    }
    return file;
}

void import_file_free(ImportFile *file)
{
    if (!file) {
        return;
    }
    if (file->fd >= 0) {
        close(file->fd);
        if (!file->is_kept) {
            unlinkat(file->folder, file->uuid, 0);
        }
    }
    close(file->folder);
    g_free(file);
}

gboolean import_file_append(ImportFile *file, const guint8 *bytes, gsize length, GError **error)
{
    if (file->bytes + (gint64)length > LIMIT_IMPORT_FILE_BYTES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The file is larger than an import may be");
        return FALSE;
    }
    for (gsize at = 0; at < length;) {
        ssize_t wrote = write(file->fd, bytes + at, length - at);
        if (wrote < 0 && errno != EINTR) {
            return error_set_errno(error, errno, "keep the import");
        }
        at += (gsize)MAX(wrote, 0);
    }
    file->bytes += (gint64)length;
    return TRUE;
}

void import_file_keep(ImportFile *file)
{
    file->is_kept = TRUE;
}

const char *import_file_uuid(const ImportFile *file)
{
    return file->uuid;
}

gint64 import_file_bytes(const ImportFile *file)
{
    return file->bytes;
}

void import_file_delete(Library *library, const char *uuid)
{
    int folder = open_folder(library, NULL);
    if (folder >= 0) {
        unlinkat(folder, uuid, 0);
        close(folder);
    }
}

int import_file_open(Library *library, const char *uuid, GError **error)
{
    int folder = open_folder(library, error);
    if (folder < 0) {
        return -1;
    }
    int fd = openat(folder, uuid, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(error, errno, "open the import");
    }
    close(folder);
    return fd;
}

int import_scratch_open(Library *library, GError **error)
{
    char name[UUID_CHARS + 1];
    int folder = open_folder(library, error);
    if (folder < 0) {
        return -1;
    }
    uuid_new(name);
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        error_set_errno(error, errno, "make a file for the import");
    } else {
        unlinkat(folder, name, 0);
    }
    close(folder);
    return fd;
}

void import_files_sweep(Library *library, gint64 before_ms)
{
    int folder = open_folder(library, NULL);
    DIR *dir = folder >= 0 ? fdopendir(folder) : NULL;
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        struct stat status;
        if (fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode) && (gint64)status.st_mtime * 1000 < before_ms) {
            unlinkat(folder, entry->d_name, 0);
        }
    }
    if (dir) {
        closedir(dir);
    } else if (folder >= 0) {
        close(folder);
    }
}
