#include "zip_fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <unistd.h>

static void read_entry(GHashTable *files, struct archive *archive, struct archive_entry *entry)
{
    gsize size = (gsize)archive_entry_size(entry);
    char *text = g_malloc0(size + 1);
    g_assert_cmpint(archive_read_data(archive, text, size), ==, size);
    g_assert_true(g_hash_table_insert(files, g_strdup(archive_entry_pathname(entry)), text));
}

/* Names are read as UTF-8, whatever the locale. */
GHashTable *zip_fixture_read(int fd)
{
    GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = uselocale(utf8);
    struct archive *archive = archive_read_new();
    struct archive_entry *entry = NULL;
    archive_read_support_format_zip(archive);
    g_assert_cmpint(archive_read_open_fd(archive, fd, 10240), ==, ARCHIVE_OK);
    while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        read_entry(files, archive, entry);
    }
    g_assert_cmpint(archive_errno(archive), ==, 0);
    archive_read_free(archive);
    uselocale(before);
    freelocale(utf8);
    return files;
}
