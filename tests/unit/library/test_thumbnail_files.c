#include "library/thumbnail_files.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void test_writes_and_deletes(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *home = g_dir_make_tmp("albumen-thumbnails-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(home, THUMBNAIL_FILES_FOLDER, NULL);
    g_autofree char *file = g_build_filename(folder, "sub.a.jpg", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static("picture", 7);
    g_assert_true(thumbnail_files_delete(folder, &error)); /* there is none */
    g_assert_true(thumbnail_files_put(folder, "sub.a.jpg", bytes, &error));
    g_assert_true(thumbnail_files_put(folder, "sub.a.jpg", bytes, &error));
    g_assert_no_error(error);
    g_autofree char *read = NULL;
    g_assert_true(g_file_get_contents(file, &read, NULL, NULL));
    g_assert_cmpstr(read, ==, "picture");
    g_assert_false(thumbnail_files_put(folder, "../a.jpg", bytes, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_true(thumbnail_files_delete(folder, &error));
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    g_rmdir(home);
}

static void test_follows_no_link(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *home = g_dir_make_tmp("albumen-thumbnails-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(home, THUMBNAIL_FILES_FOLDER, NULL);
    g_autofree char *elsewhere = g_build_filename(home, "elsewhere", NULL);
    g_autofree char *kept = g_build_filename(elsewhere, "kept", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static("picture", 7);
    g_assert_cmpint(g_mkdir(elsewhere, 0700), ==, 0);
    g_assert_true(g_file_set_contents(kept, "x", 1, NULL));
    g_assert_cmpint(symlink(elsewhere, folder), ==, 0);
    g_assert_false(thumbnail_files_put(folder, "a.jpg", bytes, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_false(thumbnail_files_delete(folder, &error));
    g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
    g_unlink(kept);
    g_unlink(folder);
    g_rmdir(elsewhere);
    g_rmdir(home);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/thumbnail-files/put", test_writes_and_deletes);
    g_test_add_func("/thumbnail-files/links", test_follows_no_link);
    return g_test_run();
}
