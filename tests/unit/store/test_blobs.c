#include "base/hash.h"
#include "store/blobs.h"
#include "store_fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

typedef struct {
    char *folder;
    Blobs *blobs;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *parent = g_dir_make_tmp("albumen-blobs-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->folder = g_steal_pointer(&parent);
    g_autofree char *beneath = g_build_filename(fixture->folder, "made", "on-demand", NULL);
    fixture->blobs = blobs_open_folder(beneath, &error);
    g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    blobs_free(fixture->blobs);
    store_fixture_remove_folder(fixture->folder);
    g_free(fixture->folder);
}

static char *path_of(Fixture *fixture, const char *key)
{
    return g_build_filename(fixture->folder, "made", "on-demand", key, NULL);
}

static void put(Blobs *blobs, const char *key, const char *text, gboolean durable)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) data = g_bytes_new(text, strlen(text));
    g_assert_true(blobs_put(blobs, key, data, durable, &error));
    g_assert_no_error(error);
}

static void expect(Blobs *blobs, const char *key, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) data = blobs_get(blobs, key, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(data, NULL), g_bytes_get_size(data), text, strlen(text));
}

static void expect_none(Blobs *blobs, const char *key)
{
    g_autoptr(GError) error = NULL;
    int fd = -1;
    gint64 bytes = 0;
    g_assert_null(blobs_get(blobs, key, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(blobs_open(blobs, key, &fd, &bytes, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_assert_false(blobs_exists(blobs, key));
}

static void test_put_get_replace_delete(Fixture *fixture, gconstpointer unused)
{
    Blobs *blobs = fixture->blobs;
    g_autoptr(GError) error = NULL;
    expect_none(blobs, "thumbs/ab/abcd-640.jpg");
    put(blobs, "thumbs/ab/abcd-640.jpg", "first, and longer", FALSE);
    put(blobs, "plain_1", "", TRUE);
    put(blobs, "a/b/c/d", "deep", TRUE);
    expect(blobs, "thumbs/ab/abcd-640.jpg", "first, and longer");
    expect(blobs, "plain_1", "");
    expect(blobs, "a/b/c/d", "deep");
    g_assert_true(blobs_exists(blobs, "plain_1"));

    int fd = -1;
    gint64 bytes = 0;
    char before[32] = "";
    g_assert_true(blobs_open(blobs, "thumbs/ab/abcd-640.jpg", &fd, &bytes, &error));
    put(blobs, "thumbs/ab/abcd-640.jpg", "second", FALSE);
    expect(blobs, "thumbs/ab/abcd-640.jpg", "second");
    /* Who had it open still reads the whole of what was. */
    g_assert_cmpint(bytes, ==, strlen("first, and longer"));
    g_assert_cmpint(read(fd, before, sizeof before - 1), ==, bytes);
    g_assert_cmpstr(before, ==, "first, and longer");
    g_assert_cmpint(write(fd, "x", 1), ==, -1);
    close(fd);

    g_assert_true(blobs_delete(blobs, "plain_1", &error));
    expect_none(blobs, "plain_1");
    g_assert_true(blobs_delete(blobs, "plain_1", &error));
    g_assert_true(blobs_delete(blobs, "no/such/folder", &error));
    g_assert_no_error(error);
    expect_none(blobs, "a/b");           /* a folder is no blob */
    expect_none(blobs, "a/b/c/d/below"); /* nor is a blob a folder */
}

static void test_bad_keys(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *long_key = g_strnfill(600, 'a');
    const char *const keys[] = {"",     "/",    "/a",     "a/",      "a//b",        ".",     "..",
                                "../a", "a/..", "a/../b", ".hidden", "a/.b",        "A",     "a b",
                                "a\nb", "a\\b", "é",      "a:b",     ".unfinished", long_key};
    g_autoptr(GBytes) data = g_bytes_new_static("x", 1);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GError) error = NULL;
        int fd = -1;
        gint64 bytes = 0;
        g_assert_false(blobs_put(fixture->blobs, keys[i], data, FALSE, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_clear_error(&error);
        g_assert_false(blobs_open(fixture->blobs, keys[i], &fd, &bytes, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_clear_error(&error);
        g_assert_false(blobs_delete(fixture->blobs, keys[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_assert_false(blobs_exists(fixture->blobs, keys[i]));
    }
}

static void test_links_are_not_followed(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *outside = g_build_filename(fixture->folder, "outside", NULL);
    g_autofree char *secret = g_build_filename(outside, "secret", NULL);
    g_assert_cmpint(g_mkdir(outside, 0700), ==, 0);
    g_assert_true(g_file_set_contents(secret, "secret", -1, NULL));
    g_autofree char *file_link = path_of(fixture, "file");
    g_autofree char *folder_link = path_of(fixture, "folder");
    g_assert_cmpint(symlink(secret, file_link), ==, 0);
    g_assert_cmpint(symlink(outside, folder_link), ==, 0);

    expect_none(fixture->blobs, "file");
    expect_none(fixture->blobs, "folder/secret");
    g_autoptr(GBytes) data = g_bytes_new_static("new", 3);
    g_assert_false(blobs_put(fixture->blobs, "folder/secret", data, FALSE, NULL));
    g_assert_false(blobs_put(fixture->blobs, "folder/secret", data, TRUE, NULL));
    put(fixture->blobs, "file", "new", FALSE); /* takes the link's place */
    expect(fixture->blobs, "file", "new");
    g_assert_true(blobs_delete(fixture->blobs, "folder/secret", NULL));
    g_autofree char *kept = NULL;
    g_assert_true(g_file_get_contents(secret, &kept, NULL, NULL));
    g_assert_cmpstr(kept, ==, "secret");
}

static void test_pipe_does_not_hang(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *path = path_of(fixture, "pipe");
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    expect_none(fixture->blobs, "pipe");
}

static void test_unfinished_are_swept(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *old = path_of(fixture, ".unfinished/0123");
    g_autofree char *young = path_of(fixture, ".unfinished/4567");
    g_autofree char *root = path_of(fixture, NULL);
    g_assert_true(g_file_set_contents(old, "half", -1, NULL));
    g_assert_true(g_file_set_contents(young, "half", -1, NULL));
    gint64 long_ago = g_get_real_time() / G_USEC_PER_SEC - 3 * 24 * 3600;
    struct utimbuf times = {.actime = long_ago, .modtime = long_ago};
    g_assert_cmpint(utime(old, &times), ==, 0);
    put(fixture->blobs, "kept", "x", FALSE);

    g_autoptr(Blobs) again = blobs_open_folder(root, NULL);
    g_assert_nonnull(again);
    g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(young, G_FILE_TEST_EXISTS)); /* somebody may be writing it */
    expect(again, "kept", "x");
}

/* A write that cannot be finished leaves the blob as it was and nothing beside it. */
static void test_failed_write_shows_nothing(Fixture *fixture, gconstpointer unused)
{
    put(fixture->blobs, "whole", "as it was", FALSE);
    pid_t child = fork();
    if (child == 0) {
        gsize length = 1U << 20;
        g_autoptr(GBytes) large = g_bytes_new_take(g_malloc0(length), length);
        struct rlimit limit = {.rlim_cur = 4096, .rlim_max = 4096};
        signal(SIGXFSZ, SIG_IGN);
        gboolean limited = setrlimit(RLIMIT_FSIZE, &limit) == 0;
        gboolean wrote = blobs_put(fixture->blobs, "whole", large, FALSE, NULL) ||
                         blobs_put(fixture->blobs, "new", large, FALSE, NULL);
        _exit(limited && !wrote ? 0 : 1);
    }
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
    expect(fixture->blobs, "whole", "as it was");
    expect_none(fixture->blobs, "new");
    g_autofree char *unfinished = path_of(fixture, ".unfinished");
    g_autoptr(GDir) left = g_dir_open(unfinished, 0, NULL);
    g_assert_null(g_dir_read_name(left));
}

/* Readers see one whole version or the other while a writer replaces it. */
static gpointer replace_often(gpointer data)
{
    for (int i = 0; i < 300; i++) {
        g_autofree char *text = g_strnfill(20000, i % 2 ? 'a' : 'b');
        put(data, "changing", text, FALSE);
    }
    return NULL;
}

static void test_never_half_visible(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *first = g_strnfill(20000, 'a');
    put(fixture->blobs, "changing", first, FALSE);
    GThread *writer = g_thread_new("writer", replace_often, fixture->blobs);
    for (int i = 0; i < 300; i++) {
        g_autoptr(GBytes) data = blobs_get(fixture->blobs, "changing", NULL);
        g_assert_cmpint(g_bytes_get_size(data), ==, 20000);
        const char *text = g_bytes_get_data(data, NULL);
        g_assert_cmpint(text[0], ==, text[19999]);
    }
    g_thread_join(writer);
}

static void add(const char *path, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

static gboolean note_key(const char *key, gpointer data, GError **error)
{
    g_hash_table_add(data, g_strdup(key));
    return !g_str_has_suffix(key, "stop") ||
           (g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO, "stopped"), FALSE);
}

static void test_each(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *hidden = path_of(fixture, ".hidden");
    put(fixture->blobs, "a", "1", FALSE);
    put(fixture->blobs, "b/c/d", "2", FALSE);
    g_assert_true(g_file_set_contents(hidden, "3", 1, NULL));
    g_assert_true(blobs_each(fixture->blobs, note_key, keys, &error));
    g_assert_no_error(error);
    g_assert_cmpint(g_hash_table_size(keys), ==, 2);
    g_assert_true(g_hash_table_contains(keys, "b/c/d"));
    put(fixture->blobs, "stop", "4", FALSE);
    g_assert_false(blobs_each(fixture->blobs, note_key, keys, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    add("/blobs/life", test_put_get_replace_delete);
    add("/blobs/bad-keys", test_bad_keys);
    add("/blobs/links", test_links_are_not_followed);
    add("/blobs/pipe", test_pipe_does_not_hang);
    add("/blobs/swept", test_unfinished_are_swept);
    add("/blobs/failed-write", test_failed_write_shows_nothing);
    add("/blobs/each", test_each);
    add("/blobs/whole", test_never_half_visible);
    return g_test_run();
}
