#include "base/memory_file.h"

#include <unistd.h>

static void test_reads_back(void)
{
    g_autoptr(GError) error = NULL;
    gsize length = 1 << 20;
    g_autofree char *bytes = g_strnfill(length, 'x');
    g_autofree char *read_back = g_malloc0(length + 1);
    int fd = memory_file_new(bytes, length, &error);
    g_assert_no_error(error);
    g_assert_cmpint(pread(fd, read_back, length + 1, 0), ==, (gssize)length);
    g_assert_cmpmem(read_back, length, bytes, length);
    close(fd);
    fd = memory_file_new("", 0, &error);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(read(fd, read_back, 1), ==, 0);
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/memory-file/reads-back", test_reads_back);
    return g_test_run();
}
