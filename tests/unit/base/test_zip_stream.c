#include "base/zip_stream.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Contents are made up as they are read: byte i of entry n is (i * 7 + n), or 0 in large ones. */
typedef struct {
    const ZipEntry *entries;
    guint64 at;  /* in the entry that is read */
    gsize entry; /* which that is */
    gsize step;  /* bytes at most in one answer */
    gsize fails; /* 1 + the entry that ends too early */
} Source;

static gssize read_source(gpointer data, gsize entry, guint8 *buffer, gsize most, GError **error)
{
    Source *source = data;
    if (source->entry != entry) {
        g_assert_cmpuint(source->at, ==, source->entries[source->entry].bytes);
        source->entry = entry;
        source->at = 0;
    }
    gsize given = MIN(most, source->step);
    g_assert_cmpuint(source->at + given, <=, source->entries[entry].bytes);
    if (source->fails == entry + 1 && source->at > 0) {
        return 0;
    }
    if (source->entries[entry].bytes > G_MAXUINT32 / 2) {
        memset(buffer, 0, given);
    } else {
        for (gsize i = 0; i < given; i++) {
            buffer[i] = (guint8)((source->at + i) * 7 + entry);
        }
    }
    source->at += given;
    return (gssize)given;
}

static char *work_folder;

static char *in_folder(const char *name)
{
    return g_build_filename(work_folder, name, NULL);
}

/* What a tool says; it must be content. */
static char *run(const char *tool, const char *option, const char *file)
{
    const char *arguments[] = {tool, option, file, NULL};
    g_autoptr(GError) error = NULL;
    char *out = NULL, *complaints = NULL;
    int status = 0;
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &complaints,
                 &status, &error);
    g_assert_no_error(error);
    if (!g_spawn_check_wait_status(status, &error)) {
        g_error("%s %s: %s%s", tool, option, out, complaints);
    }
    g_free(complaints);
    return out;
}

static gboolean is_zero(const guint8 *bytes, gsize count)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

/* The archive in a file of this name, its zeros as holes; its length is as foretold. */
static char *archive(const char *name, const ZipEntry *entries, gsize count, gsize step)
{
    g_autoptr(GError) error = NULL;
    char *path = in_folder(name);
    int fd = g_open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
    g_assert_cmpint(fd, >=, 0);
    Source source = {.entries = entries, .step = step};
    g_autoptr(ZipStream) stream = zip_stream_new(entries, count, read_source, &source);
    static guint8 buffer[1 << 20];
    guint64 length = 0;
    gssize given = 0;
    while ((given = zip_stream_pull(stream, buffer, MIN(step, sizeof buffer), &error)) > 0) {
        if (!is_zero(buffer, (gsize)given)) {
            g_assert_cmpint(pwrite(fd, buffer, (gsize)given, (off_t)length), ==, given);
        }
        length += (guint64)given;
    }
    g_assert_no_error(error);
    g_assert_cmpint(given, ==, 0);
    g_assert_cmpint(zip_stream_pull(stream, buffer, 1, &error), ==, 0);
    g_assert_cmpint(ftruncate(fd, (off_t)length), ==, 0);
    g_assert_cmpuint(length, ==, zip_stream_bytes(entries, count));
    close(fd);
    return path;
}

static void test_entries(void)
{
    const ZipEntry entries[] = {
        {"first.jpg", 100000, 1700000000},
        {"empty", 0, 0},
        {"\xC3\xA9t\xC3\xA9/\xE6\x97\xA5\xE6\x9C\xAC.jpg", 1, -5},
        {"later than any of us.tif", 70000, 99999999999},
    };
    static const gsize steps[] = {1 << 20, 4096, 7, 1};
    const gsize first_content = 30 + strlen("first.jpg") + 9;
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autofree char *path = archive("entries.zip", entries, G_N_ELEMENTS(entries), steps[i]);
        g_autofree char *verdict = run("unzip", "-tqq", path);
        g_autofree char *content = NULL;
        gsize length = 0;
        g_assert_true(g_file_get_contents(path, &content, &length, NULL));
        g_autofree char *names = run("zipinfo", "-1", path);
        g_auto(GStrv) lines = g_strsplit(g_strchomp(names), "\n", -1);
        g_assert_cmpuint(g_strv_length(lines), ==, 4);
        g_assert_cmpstr(lines[0], ==, "first.jpg");
        g_assert_cmpuint((guint8)content[first_content], ==, 0);
        g_assert_cmpuint((guint8)content[first_content + 1], ==, 7);
    }
}

static void test_times(void)
{
    const ZipEntry entries[] = {{"a", 1, 1700000000}, {"b", 1, 0}};
    g_autofree char *path = archive("times.zip", entries, G_N_ELEMENTS(entries), 100);
    g_autofree char *listed = run("zipinfo", "-T", path);
    g_assert_nonnull(strstr(listed, "20231114.221320")); /* the tests run in UTC */
    g_assert_nonnull(strstr(listed, "-rw-r--r--"));
    g_assert_nonnull(strstr(listed, " stor "));
}

static void test_nothing(void)
{
    g_autoptr(GError) error = NULL;
    guint8 buffer[100];
    g_autoptr(ZipStream) stream = zip_stream_new(NULL, 0, read_source, NULL);
    g_assert_cmpuint(zip_stream_bytes(NULL, 0), ==, 22);
    g_assert_cmpint(zip_stream_pull(stream, buffer, sizeof buffer, &error), ==, 22);
    g_assert_cmpmem(buffer, 4, "PK\5\6", 4);
    g_assert_cmpint(zip_stream_pull(stream, buffer, sizeof buffer, &error), ==, 0);
}

/* As many as only ZIP64 can count. */
static void test_many(void)
{
    const gsize count = 70000;
    g_autofree ZipEntry *entries = g_new0(ZipEntry, count);
    g_autoptr(GStringChunk) names = g_string_chunk_new(1 << 16);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("%zu.jpg", i);
        entries[i].name = g_string_chunk_insert(names, name);
        entries[i].bytes = i % 3;
    }
    g_autofree char *path = archive("many.zip", entries, count, 1 << 20);
    g_autofree char *verdict = run("unzip", "-tqq", path);
    g_autofree char *listed = run("zipinfo", "-h", path);
    g_assert_nonnull(strstr(listed, "number of entries: 70000"));
}

static void test_content_that_ends_too_early(void)
{
    const ZipEntry entries[] = {{"a", 100, 0}, {"b", 100, 0}};
    g_autoptr(GError) error = NULL;
    guint8 buffer[64];
    Source source = {.entries = entries, .step = 10, .fails = 2};
    g_autoptr(ZipStream) stream = zip_stream_new(entries, 2, read_source, &source);
    gssize given = 0;
    while ((given = zip_stream_pull(stream, buffer, sizeof buffer, &error)) > 0) {
    }
    g_assert_cmpint(given, ==, -1);
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_assert_cmpstr(error->message, ==, "b changed while it was put into an archive");
}

static guint64 number_at(const guint8 *bytes, gsize count)
{
    guint64 number = 0;
    for (gsize i = 0; i < count; i++) {
        number |= (guint64)bytes[i] << (8 * i);
    }
    return number;
}

#define FIVE_GIB (5ULL << 30)

/* The header of a file of more than 4 GiB, and what the archive will take in all. */
static void test_large_headers(void)
{
    const ZipEntry entries[] = {{"large.tif", FIVE_GIB, 0}, {"small.jpg", 10, 0}};
    g_autoptr(GError) error = NULL;
    Source source = {.entries = entries, .step = 1};
    g_autoptr(ZipStream) stream = zip_stream_new(entries, 2, read_source, &source);
    guint8 header[30 + 9 + 20 + 9];
    g_assert_cmpint(zip_stream_pull(stream, header, sizeof header, &error), ==, sizeof header);
    g_assert_cmpuint(number_at(header + 4, 2), ==, 45);
    g_assert_cmpuint(number_at(header + 6, 2), ==, 0x0808);
    g_assert_cmpuint(number_at(header + 18, 4), ==, 0xffffffff);
    g_assert_cmpuint(number_at(header + 22, 4), ==, 0xffffffff);
    g_assert_cmpuint(number_at(header + 28, 2), ==, 29);
    g_assert_cmpuint(number_at(header + 39, 2), ==, 1);
    g_assert_cmpuint(number_at(header + 43, 8), ==, FIVE_GIB);
    g_assert_cmpuint(number_at(header + 51, 8), ==, FIVE_GIB);
    const guint64 large = sizeof header + FIVE_GIB + 24, small = 30 + 9 + 9 + 10 + 16;
    const guint64 directory = (46 + 9 + 9 + 4 + 16) + (46 + 9 + 9 + 4 + 8);
    g_assert_cmpuint(zip_stream_bytes(entries, 2), ==, large + small + directory + 56 + 20 + 22);
}

/* The whole of it, for those who have the time: sparse on the disk, but read to its end. */
static void test_large_archive(void)
{
    if (!g_test_slow()) {
        g_test_skip("takes some seconds; -m slow runs it");
        return;
    }
    const ZipEntry entries[] = {
        {"small.jpg", 10, 0},
        {"large.tif", FIVE_GIB, 0},
        {"beyond.jpg", 100, 0},
        {"just.tif", G_MAXUINT32 - 1, 0},
        /* the largest without ZIP64 */ {"last.jpg", 7, 0},
    };
    g_autofree char *path = archive("large.zip", entries, G_N_ELEMENTS(entries), 1 << 20);
    g_autofree char *verdict = run("unzip", "-tqq", path);
    g_autofree char *listed = run("zipinfo", "-h", path);
    g_assert_nonnull(strstr(listed, "number of entries: 5"));
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    work_folder = g_dir_make_tmp("albumen-zip-XXXXXX", NULL);
    g_test_add_func("/zip_stream/entries", test_entries);
    g_test_add_func("/zip_stream/times", test_times);
    g_test_add_func("/zip_stream/nothing", test_nothing);
    g_test_add_func("/zip_stream/many", test_many);
    g_test_add_func("/zip_stream/early-end", test_content_that_ends_too_early);
    g_test_add_func("/zip_stream/large-headers", test_large_headers);
    g_test_add_func("/zip_stream/large-archive", test_large_archive);
    int result = g_test_run();
    static const char *const made[] = {"entries.zip", "times.zip", "many.zip", "large.zip"};
    for (gsize i = 0; i < G_N_ELEMENTS(made); i++) {
        g_autofree char *path = in_folder(made[i]);
        g_unlink(path);
    }
    g_rmdir(work_folder);
    g_free(work_folder);
    return result;
}
