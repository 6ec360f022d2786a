#include "base/beneath.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *root;
    char *inside;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    fixture->root = g_dir_make_tmp("albumen-XXXXXX", NULL);
    fixture->inside = g_build_filename(fixture->root, "in", NULL);
    g_assert_cmpint(g_mkdir(fixture->inside, 0700), ==, 0);
    g_autofree char *file = g_build_filename(fixture->inside, "file", NULL);
    g_autofree char *secret = g_build_filename(fixture->root, "secret", NULL);
    g_assert_true(g_file_set_contents(file, "f", 1, NULL));
    g_assert_true(g_file_set_contents(secret, "s", 1, NULL));
}

static void link_to(const Fixture *fixture, const char *target, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->inside, name, NULL);
    g_assert_cmpint(symlink(target, path), ==, 0);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    const char *argv[] = {"rm", "-rf", fixture->root, NULL};
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
    g_free(fixture->inside);
    g_free(fixture->root);
}

static void check_opens(const Fixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    int fd = beneath_open(fixture->inside, name, &error);
    g_assert_no_error(error);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
}

static void check_refused(const Fixture *fixture, const char *name, int code)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(beneath_open(fixture->inside, name, &error), ==, -1);
    g_assert_error(error, ALBUMEN_ERROR, code);
}

static void test_what_lies_beneath_opens(Fixture *fixture, gconstpointer data)
{
    g_autofree char *file = g_build_filename(fixture->inside, "file", NULL);
    link_to(fixture, "file", "link");
    link_to(fixture, file, "absolute");
    check_opens(fixture, "file");
    check_opens(fixture, "link");
    check_opens(fixture, "absolute");
}

static void test_what_leads_out_does_not(Fixture *fixture, gconstpointer data)
{
    g_autofree char *secret = g_build_filename(fixture->root, "secret", NULL);
    link_to(fixture, "../secret", "relative");
    link_to(fixture, secret, "absolute");
    link_to(fixture, "circle", "circle");
    check_refused(fixture, "../secret", ALBUMEN_ERROR_FORBIDDEN);
    check_refused(fixture, "relative", ALBUMEN_ERROR_FORBIDDEN);
    check_refused(fixture, "absolute", ALBUMEN_ERROR_FORBIDDEN);
    check_refused(fixture, "circle", ALBUMEN_ERROR_FORBIDDEN);
    check_refused(fixture, "nothing", ALBUMEN_ERROR_NOT_FOUND);
}

static void test_no_link_is_followed_when_asked(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_build_filename(fixture->inside, "folder", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_assert_true(g_file_set_contents(file, "f", 1, NULL));
    link_to(fixture, "folder", "link");
    int root = open(fixture->inside, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = beneath_open_at(root, "folder/file", O_NOFOLLOW, &error);
    g_assert_no_error(error);
    close(fd);
    fd = beneath_open_at(root, "link/file", 0, &error);
    g_assert_no_error(error);
    close(fd);
    g_assert_cmpint(beneath_open_at(root, "link/file", O_NOFOLLOW, &error), ==, -1);
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN);
    close(root);
}

static void test_a_fifo_does_not_block(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->inside, "fifo", NULL);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    check_opens(fixture, "fifo");
}

static void test_relative(void)
{
    g_assert_cmpstr(beneath_relative("/a/b", "/a/b/c/d"), ==, "c/d");
    g_assert_cmpstr(beneath_relative("/a/b/", "/a/b/c"), ==, "c");
    g_assert_cmpstr(beneath_relative("/", "/c"), ==, "c");
    g_assert_null(beneath_relative("/a/b", "/a/bc"));
    g_assert_null(beneath_relative("/a/b", "/a/b"));
    g_assert_null(beneath_relative("/a/b", "/a/b/"));
}

static void check_parent(int root, const char *relative, gboolean make, const char *expected)
{
    g_autoptr(GError) error = NULL;
    const char *name = NULL;
    int folder = beneath_open_parent(root, relative, make, &name, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(name, ==, expected);
    close(folder);
}

static void check_no_parent(int root, const char *relative, gboolean make, int code)
{
    g_autoptr(GError) error = NULL;
    const char *name = NULL;
    g_assert_cmpint(beneath_open_parent(root, relative, make, &name, &error), ==, -1);
    g_assert_error(error, ALBUMEN_ERROR, code);
}

static void test_the_folder_of_a_file(Fixture *fixture, gconstpointer data)
{
    int root = open(fixture->inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check_parent(root, "file", FALSE, "file");
    check_no_parent(root, "a/b/c", FALSE, ALBUMEN_ERROR_NOT_FOUND);
    check_parent(root, "a/b/c", TRUE, "c");
    check_parent(root, "a/b/c", FALSE, "c");
    link_to(fixture, "a", "link");
    check_no_parent(root, "link/b/c", TRUE, ALBUMEN_ERROR_FORBIDDEN);
    check_no_parent(root, "../secret", TRUE, ALBUMEN_ERROR_FORBIDDEN);
    check_no_parent(root, "a/../../secret", TRUE, ALBUMEN_ERROR_FORBIDDEN);
    check_no_parent(root, "file/b", TRUE, ALBUMEN_ERROR_FORBIDDEN);
    close(root);
}

/* The same folder by another name is the same; another folder is not. */
static void test_identity(Fixture *fixture, gconstpointer data)
{
    struct stat inside, again, elsewhere;
    g_autofree char *dotted = g_build_filename(fixture->inside, ".", NULL);
    g_assert_cmpint(stat(fixture->inside, &inside), ==, 0);
    g_assert_cmpint(stat(dotted, &again), ==, 0);
    g_assert_cmpint(stat("/", &elsewhere), ==, 0);
    g_autofree char *one = beneath_identity(&inside);
    g_autofree char *same = beneath_identity(&again);
    g_autofree char *other = beneath_identity(&elsewhere);
    g_assert_cmpstr(one, ==, same);
    g_assert_cmpstr(one, !=, other);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add(name, Fixture, NULL, set_up, test, tear_down)
    ADD("/beneath/opens", test_what_lies_beneath_opens);
    ADD("/beneath/leads-out", test_what_leads_out_does_not);
    ADD("/beneath/no-link", test_no_link_is_followed_when_asked);
    ADD("/beneath/fifo", test_a_fifo_does_not_block);
    ADD("/beneath/parent", test_the_folder_of_a_file);
    ADD("/beneath/identity", test_identity);
    g_test_add_func("/beneath/relative", test_relative);
    return g_test_run();
}
