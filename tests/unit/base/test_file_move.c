#include "base/file_move.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *root;
    int folder, other; /* on one file system */
    char *elsewhere;   /* NULL: there is no second file system */
    int apart;
} Fixture;

static int open_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    return fd;
}

static void set_up(Fixture *fixture, gconstpointer data)
{
    struct stat here;
    struct stat there;
    fixture->root = g_dir_make_tmp("albumen-XXXXXX", NULL);
    g_autofree char *other = g_build_filename(fixture->root, "other", NULL);
    g_assert_cmpint(g_mkdir(other, 0700), ==, 0);
    fixture->folder = open_folder(fixture->root);
    fixture->other = open_folder(other);
    fixture->apart = -1;
    if (stat("/dev/shm", &there) == 0 && stat(fixture->root, &here) == 0 &&
        here.st_dev != there.st_dev) {
        fixture->elsewhere = g_strdup("/dev/shm/albumen-XXXXXX");
        g_assert_nonnull(g_mkdtemp(fixture->elsewhere));
        fixture->apart = open_folder(fixture->elsewhere);
    }
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    const char *argv[] = {"rm", "-rf", fixture->root, fixture->elsewhere, NULL};
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
    close(fixture->folder);
    close(fixture->other);
    if (fixture->apart >= 0) {
        close(fixture->apart);
    }
    g_free(fixture->root);
    g_free(fixture->elsewhere);
}

static void put(int folder, const char *name, const char *text)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, strlen(text));
    close(fd);
}

static void assert_holds(int folder, const char *name, const char *text)
{
    ContentHash hash;
    hash_data(text, strlen(text), &hash);
    g_assert_true(file_has_hash(folder, name, &hash));
}

static void test_a_rename_replaces_nothing(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gboolean apart = TRUE;
    put(fixture->folder, "a", "one");
    put(fixture->other, "b", "two");
    g_assert_false(file_rename(fixture->folder, "a", fixture->other, "b", &apart, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_false(apart);
    assert_holds(fixture->folder, "a", "one");
    assert_holds(fixture->other, "b", "two");
    g_assert_true(file_rename(fixture->folder, "a", fixture->other, "c", &apart, &error));
    g_assert_no_error(error);
    assert_holds(fixture->other, "c", "one");
    g_assert_false(file_is_there(fixture->folder, "a"));
    g_assert_false(file_rename(fixture->folder, "a", fixture->other, "d", &apart, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_two_file_systems(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gboolean apart = FALSE;
    if (fixture->apart < 0) {
        g_test_skip("there is no second file system");
        return;
    }
    put(fixture->folder, "a", "one");
    g_assert_false(file_rename(fixture->folder, "a", fixture->apart, "a", &apart, &error));
    g_assert_no_error(error);
    g_assert_true(apart);
    g_assert_true(file_copy_proven(fixture->folder, "a", fixture->apart, "a", &error));
    g_assert_no_error(error);
    assert_holds(fixture->apart, "a", "one");
    assert_holds(fixture->folder, "a", "one");
}

static void test_a_copy_is_the_same_file(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    const struct timespec times[2] = {{1000, 1}, {1234567890, 123456789}};
    struct stat info;
    put(fixture->folder, "a", "one");
    g_assert_cmpint(utimensat(fixture->folder, "a", times, 0), ==, 0);
    g_assert_true(file_copy_proven(fixture->folder, "a", fixture->other, "b", &error));
    g_assert_no_error(error);
    g_assert_cmpint(fstatat(fixture->other, "b", &info, 0), ==, 0);
    g_assert_cmpint(info.st_mtim.tv_sec, ==, 1234567890);
    g_assert_cmpint(info.st_mtim.tv_nsec, ==, 123456789);
    g_assert_cmpint(info.st_mode & 0777, ==, 0640);
    g_assert_false(file_copy_proven(fixture->folder, "a", fixture->other, "b", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
}

static void test_links_are_no_files(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    ContentHash hash;
    hash_data("one", 3, &hash);
    put(fixture->folder, "a", "one");
    g_assert_cmpint(symlinkat("a", fixture->folder, "link"), ==, 0);
    g_assert_false(file_is_there(fixture->folder, "link"));
    g_assert_false(file_has_hash(fixture->folder, "link", &hash));
    g_assert_true(file_has_hash(fixture->folder, "a", &hash));
    g_assert_false(file_copy_proven(fixture->folder, "link", fixture->other, "b", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN);
    g_assert_false(file_is_there(fixture->other, "b"));
}

static void test_removing_what_is_not_there(Fixture *fixture, gconstpointer data)
{
    put(fixture->folder, "a", "one");
    for (int i = 0; i < 2; i++) {
        g_assert_true(file_remove(fixture->folder, "a", NULL));
        g_assert_false(file_is_there(fixture->folder, "a"));
    }
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    ADD("/file_move/rename", test_a_rename_replaces_nothing);
    ADD("/file_move/apart", test_two_file_systems);
    ADD("/file_move/copy", test_a_copy_is_the_same_file);
    ADD("/file_move/links", test_links_are_no_files);
    ADD("/file_move/remove", test_removing_what_is_not_there);
    return g_test_run();
}
