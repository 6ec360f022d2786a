#include "vision/vector_file.h"

#include "vision/vector_codes.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the largest pages there are, so that segments can be mapped one by one. */
#define PAGE_BYTES   (64U << 10)
#define FORMAT       1
#define DIGEST_BYTES 32
#define BOOT_CHARS   36
#define BOOT_FILE    "/proc/sys/kernel/random/boot_id"

/* What the file is; written once. */
typedef struct {
    char magic[8];
    guint32 format, floats, metric, segment_slots;
    guint8 space[DIGEST_BYTES];
    guint8 digest[DIGEST_BYTES]; /* of all before it */
} FileShape;

/* How far it is filled. Two of them, written in turn; the one with the higher number counts. */
typedef struct {
    guint64 number;
    gint64 version;
    guint64 segments;
    char boot[BOOT_CHARS];
    guint32 closed; /* all of it is on the disk */
    guint8 digest[DIGEST_BYTES];
} FileRecord;

typedef struct {
    FileShape shape;
    FileRecord records[2];
} FileHeader;

G_STATIC_ASSERT(sizeof(FileHeader) <= PAGE_BYTES);

struct VectorFile {
    int fd; /* -1: memory alone */
    guint floats;
    gsize segment_bytes;
    FileHeader *header;
    GArray *segments; /* of VectorSegment; `keys` is where the mapping begins */
    FileRecord record;
    char boot[BOOT_CHARS];
};

static void digest(const void *data, gsize length, guint8 *ret_digest)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize bytes = DIGEST_BYTES;
    g_checksum_update(sum, data, (gssize)length);
    g_checksum_get_digest(sum, ret_digest, &bytes);
}

/* Where the kernel does not tell, every boot is another. */
static void read_boot(char *ret_boot)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(BOOT_FILE, &text, &length, NULL) || length < BOOT_CHARS) {
        g_free(text);
        text = g_uuid_string_random();
    }
    memcpy(ret_boot, text, BOOT_CHARS);
}

static FileShape shape_of(const VectorShape *shape)
{
    FileShape wanted = {.magic = "albvect",
                        .format = FORMAT,
                        .floats = shape->floats,
                        .metric = shape->metric,
                        .segment_slots = VECTOR_SEGMENT_SLOTS};
    digest(shape->space, strlen(shape->space), wanted.space);
    digest(&wanted, offsetof(FileShape, digest), wanted.digest);
    return wanted;
}

/* Records */

static gboolean record_holds(const FileRecord *record)
{
    guint8 expected[DIGEST_BYTES];
    digest(record, offsetof(FileRecord, digest), expected);
    return memcmp(expected, record->digest, DIGEST_BYTES) == 0;
}

static void write_record(VectorFile *file, gint64 version, gboolean closed)
{
    FileRecord record = {.number = file->record.number + 1,
                         .version = version,
                         .segments = file->segments->len,
                         .closed = closed ? 1 : 0};
    memcpy(record.boot, file->boot, BOOT_CHARS);
    digest(&record, offsetof(FileRecord, digest), record.digest);
    file->header->records[record.number % 2] = record;
    file->record = record;
}

static gboolean sync_header(VectorFile *file)
{
    return file->fd < 0 || msync(file->header, PAGE_BYTES, MS_SYNC) == 0;
}

/* The latest record that holds and can be believed. */
static gboolean read_record(VectorFile *file)
{
    file->record = (FileRecord){0};
    for (guint i = 0; i < 2; i++) {
        FileRecord record = file->header->records[i];
        if (record_holds(&record) && record.number > file->record.number) {
            file->record = record;
        }
    }
    return file->record.number != 0 &&
           (file->record.closed || memcmp(file->record.boot, file->boot, BOOT_CHARS) == 0);
}

/* Segments */

static gsize segment_bytes_of(guint floats)
{
    gsize slot = 2 * sizeof(gint64) + 3 * sizeof(double) + vector_stride(floats) +
                 (gsize)floats * sizeof(float);
    return (VECTOR_SEGMENT_SLOTS * slot + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

static gpointer map(const VectorFile *file, gsize offset, gsize bytes)
{
    int flags = file->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    gpointer at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, file->fd, (off_t)offset);
    return at == MAP_FAILED ? NULL : at;
}

static gboolean add_segment(VectorFile *file, GError **error)
{
    gsize offset = PAGE_BYTES + file->segments->len * file->segment_bytes;
    gint64 *keys = map(file, offset, file->segment_bytes);
    if (!keys) {
        return error_set_errno(error, errno, "map the file of an index");
    }
    VectorSegment segment = {.keys = keys, .owners = keys + VECTOR_SEGMENT_SLOTS};
    segment.scales = (double *)(gpointer)(segment.owners + VECTOR_SEGMENT_SLOTS);
    segment.errors = segment.scales + VECTOR_SEGMENT_SLOTS;
    segment.norms = segment.errors + VECTOR_SEGMENT_SLOTS;
    segment.floats = (float *)(gpointer)(segment.norms + VECTOR_SEGMENT_SLOTS);
    segment.codes = (guint8 *)(segment.floats + (gsize)VECTOR_SEGMENT_SLOTS * file->floats);
    g_array_append_val(file->segments, segment);
    return TRUE;
}

/* Takes room on the disk now: a page for which there is none would end the process later. */
static gboolean reserve(VectorFile *file, gsize offset, gsize bytes, GError **error)
{
    int failed = file->fd < 0 ? 0 : posix_fallocate(file->fd, (off_t)offset, (off_t)bytes);
    return failed == 0 || error_set_errno(error, failed, "make room for the file of an index");
}

gboolean vector_file_grow(VectorFile *file, GError **error)
{
    gsize offset = PAGE_BYTES + file->segments->len * file->segment_bytes;
    return reserve(file, offset, file->segment_bytes, error) && add_segment(file, error);
}

static void unmap_from(VectorFile *file, guint segments)
{
    while (file->segments->len > segments) {
        guint last = file->segments->len - 1;
        munmap(g_array_index(file->segments, VectorSegment, last).keys, file->segment_bytes);
        g_array_set_size(file->segments, last);
    }
}

void vector_file_shrink(VectorFile *file, guint segments)
{
    unmap_from(file, segments);
    write_record(file, file->record.version, FALSE);
    if (file->fd >= 0) { /* else its empty slots stay */
        G_GNUC_UNUSED int kept =
            ftruncate(file->fd, (off_t)(PAGE_BYTES + segments * file->segment_bytes));
    }
}

guint vector_file_segments(const VectorFile *file)
{
    return file->segments->len;
}

const VectorSegment *vector_file_segment(const VectorFile *file, guint number)
{
    return &g_array_index(file->segments, VectorSegment, number);
}

/* Opening */

static gboolean begin(VectorFile *file, const FileShape *wanted, GError **error)
{
    if (file->fd >= 0 && ftruncate(file->fd, 0) != 0) {
        return error_set_errno(error, errno, "begin the file of an index");
    }
    if (!reserve(file, 0, PAGE_BYTES, error)) {
        return FALSE;
    }
    file->header = map(file, 0, PAGE_BYTES);
    if (!file->header) {
        return error_set_errno(error, errno, "map the file of an index");
    }
    file->header->shape = *wanted;
    write_record(file, 0, FALSE);
    return TRUE;
}

/* Whether the file is what is wanted; its segments are mapped then. */
static gboolean resume(VectorFile *file, const FileShape *wanted)
{
    struct stat status;
    if (file->fd < 0 || fstat(file->fd, &status) != 0 || status.st_size < PAGE_BYTES) {
        return FALSE;
    }
    file->header = map(file, 0, PAGE_BYTES);
    if (!file->header) {
        return FALSE;
    }
    gboolean same = memcmp(&file->header->shape, wanted, sizeof *wanted) == 0 && read_record(file);
    gsize segments = ((gsize)status.st_size - PAGE_BYTES) / file->segment_bytes;
    same = same && segments >= file->record.segments;
    while (same && file->segments->len < segments) {
        same = add_segment(file, NULL);
    }
    if (!same) {
        unmap_from(file, 0);
        munmap(file->header, PAGE_BYTES);
        file->header = NULL;
    }
    return same;
}

static int open_locked(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        error_set_errno(error, errno, "open the file of an index");
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY,
                    "another process keeps this index of vectors");
        return -1;
    }
    return fd;
}

static void file_free(VectorFile *file)
{
    unmap_from(file, 0);
    if (file->header) {
        munmap(file->header, PAGE_BYTES);
    }
    if (file->fd >= 0) {
        close(file->fd);
    }
    g_array_unref(file->segments);
    g_free(file);
}

VectorFile *vector_file_open(const char *path, const VectorShape *shape, GError **error)
{
    int fd = path ? open_locked(path, error) : -1;
    if (path && fd < 0) {
        return NULL;
    }
    VectorFile *file = g_new0(VectorFile, 1);
    file->fd = fd;
    file->floats = shape->floats;
    file->segment_bytes = segment_bytes_of(shape->floats);
    file->segments = g_array_new(FALSE, FALSE, sizeof(VectorSegment));
    read_boot(file->boot);
    FileShape wanted = shape_of(shape);
    if (!resume(file, &wanted) && !begin(file, &wanted, error)) {
        file_free(file);
        return NULL;
    }
    return file;
}

void vector_file_close(VectorFile *file)
{
    if (file->fd >= 0 && !file->record.closed && fsync(file->fd) == 0) {
        write_record(file, file->record.version, TRUE);
        sync_header(file);
    }
    file_free(file);
}

gint64 vector_file_version(const VectorFile *file)
{
    return file->record.version;
}

gboolean vector_file_touch(VectorFile *file, GError **error)
{
    if (!file->record.closed) {
        return TRUE;
    }
    write_record(file, file->record.version, FALSE);
    return sync_header(file) || error_set_errno(error, errno, "write the file of an index");
}

void vector_file_commit(VectorFile *file, gint64 version)
{
    write_record(file, version, FALSE);
}
