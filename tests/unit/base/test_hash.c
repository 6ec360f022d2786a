#include "base/hash.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* BLAKE2b-256 of nothing, as every implementation prints it. */
#define EMPTY_HEX "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"

static void test_known_value(void)
{
    ContentHash hash;
    char hex[HASH_HEX_CHARS + 1];
    hash_data("", 0, &hash);
    hash_to_hex(&hash, hex);
    g_assert_cmpstr(hex, ==, EMPTY_HEX);
}

static void test_file_equals_data_and_keeps_the_offset(void)
{
    gsize length = 1000003;
    g_autofree char *data = g_malloc(length);
    for (gsize i = 0; i < length; i++) {
        data[i] = (char)(i * 31);
    }
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    int fd = g_file_open_tmp(NULL, &path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(write(fd, data, length), ==, length);
    g_assert_cmpint(lseek(fd, 5, SEEK_SET), ==, 5);

    ContentHash of_file, of_data;
    gint64 bytes = 0;
    g_assert_true(hash_file(fd, &of_file, &bytes, &error));
    hash_data(data, length, &of_data);
    g_assert_cmpint(bytes, ==, length);
    g_assert_cmpmem(of_file.bytes, HASH_BYTES, of_data.bytes, HASH_BYTES);
    g_assert_cmpint(lseek(fd, 0, SEEK_CUR), ==, 5);
    close(fd);
    g_unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    g_test_add_func("/hash/known", test_known_value);
    g_test_add_func("/hash/file", test_file_equals_data_and_keeps_the_offset);
    return g_test_run();
}
