/* Uploads on the disk: names and places. */
#include "library/upload_file.h"

#include "base/limits.h"
#include "store_fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "00112233445566778899aabbccddeeff"

static void test_names(void)
{
    static const struct {
        const char *sent, *kept; /* NULL: refused */
    } cases[] = {
        {"a.jpg", "a.jpg"},
        {"IMG 1.JPEG", "IMG 1.JPEG"},
        {"a.jpg.xmp", "a.jpg.xmp"},
        {"a.XMP", "a.XMP"},
        {"../../a.jpg", "a.jpg"},
        {"..\\..\\a.jpg", "a.jpg"},
        {"/etc/passwd/a.jpg", "a.jpg"},
        {"a\nb\tc.jpg", "abc.jpg"},
        {"a\x7f.jpg", "a.jpg"},
        {"a:b<c>\"d|e?f*.jpg", "a_b_c__d_e_f_.jpg"},
        {"  a.jpg  ", "a.jpg"},
        {"a\xcc\x88.jpg", "\xc3\xa4.jpg"},     /* composed */
        {"a\xe2\x80\xaegpj.jpg", "a_gpj.jpg"}, /* turns text round */
        {"\xff.jpg", "_.jpg"},                 /* no UTF-8 */
        {"..jpg", NULL},
        {".a.jpg", NULL},
        {"._a.jpg", NULL},
        {"  .a.jpg", NULL},
        {".jpg", NULL},
        {"jpg", NULL},
        {"", NULL},
        {"a/", NULL},
        {"a.jpg/", NULL},
        {"a.jpg.exe", NULL},
        {"a.html", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *kept = upload_clean_name(cases[i].sent, &error);
        g_assert_cmpstr(kept, ==, cases[i].kept);
        g_assert_true(kept || g_error_matches(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED));
    }
    for (int repeat = 90; repeat < 300; repeat++) { /* cut at a whole character */
        g_autoptr(GString) name = g_string_new(NULL);
        for (int i = 0; i < repeat; i++) {
            g_string_append(name, "\xc3\xa4");
        }
        g_string_append(name, ".jpeg");
        g_autofree char *kept = upload_clean_name(name->str, NULL);
        g_assert_cmpuint(strlen(kept), <=, LIMIT_UPLOAD_NAME_BYTES);
        g_assert_true(g_utf8_validate(kept, -1, NULL));
        g_assert_true(g_str_has_suffix(kept, "\xc3\xa4.jpeg"));
    }
}

static Library *open_library(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    Library *library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
    return library;
}

static char *place(Library *library, const char *name, const char *content)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UploadFile) file = upload_file_make(library, ID, &error);
    g_assert_no_error(error);
    g_assert_true(upload_file_append(file, (const guint8 *)content, strlen(content), &error));
    char *path = upload_file_place(file, name, 1577934245000, 946684800500, &error);
    g_assert_no_error(error);
    /* Whoever comes after somebody that died here does it no second time. */
    g_autofree char *again = upload_file_place(file, name, 1577934245000, 0, &error);
    g_assert_cmpstr(again, ==, "");
    upload_file_delete(file);
    return path;
}

static void test_places(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Library) library = open_library(fixture);
    static const char *const names[] = {"a.jpg", "a (2).jpg", "a (3).jpg"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = place(library, "a.jpg", names[i]);
        g_autofree char *suffix = g_strconcat("/uploads/2020/01/", names[i], NULL);
        g_autofree char *content = NULL;
        g_assert_true(g_str_has_suffix(path, suffix));
        g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
        g_assert_cmpstr(content, ==, names[i]);
        struct stat info;
        g_assert_cmpint(stat(path, &info), ==, 0);
        g_assert_cmpint(info.st_mtim.tv_sec, ==, 946684800);
        g_assert_cmpint(info.st_mtim.tv_nsec, ==, 500000000);
        g_assert_cmpint(info.st_nlink, ==, 1);
    }
}

static void test_no_link_is_followed(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Library) library = open_library(fixture);
    g_autofree char *folder = upload_folder(library, &error);
    g_autofree char *year = g_build_filename(folder, "2020", NULL);
    g_assert_cmpint(symlink("/tmp", year), ==, 0);
    g_autoptr(UploadFile) file = upload_file_make(library, ID, &error);
    g_assert_null(upload_file_place(file, "a.jpg", 1577934245000, 0, &error));
    g_assert_nonnull(error);
}

static void test_making_and_opening(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Library) library = open_library(fixture);
    g_assert_cmpint(upload_file_look(library, ID), ==, -1);
    g_assert_null(upload_file_open(library, ID, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_autoptr(UploadFile) file = upload_file_make(library, ID, &error);
    g_assert_true(upload_file_append(file, (const guint8 *)"abc", 3, &error));
    g_assert_true(upload_file_sync(file, &error));
    g_assert_cmpint(upload_file_look(library, ID), ==, 3);
    g_assert_null(upload_file_make(library, ID, NULL));
    g_clear_pointer(&file, upload_file_free);
    file = upload_file_open(library, ID, &error);
    g_assert_no_error(error);
    g_assert_cmpint(upload_file_bytes(file), ==, 3);
    ContentHash hash, expected;
    hash_data("abc", 3, &expected);
    g_assert_true(upload_file_hash(file, &hash, &error));
    g_assert_cmpmem(hash.bytes, HASH_BYTES, expected.bytes, HASH_BYTES);
}

static void put(Library *library, const char *id, const char *as, const char *content)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UploadFile) file = upload_file_make(library, id, &error);
    upload_file_append(file, (const guint8 *)content, strlen(content), &error);
    g_assert_true(upload_file_rename(file, as, &error));
    g_assert_no_error(error);
    g_assert_cmpint(upload_file_look(library, id), ==, -1);
}

#define PUT_ID UPLOAD_PUT_PREFIX ID

static void test_what_was_put_last_counts(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Library) library = open_library(fixture);
    put(library, UPLOAD_PUT_PREFIX "1", PUT_ID, "first");
    put(library, UPLOAD_PUT_PREFIX "2", PUT_ID, "the second");
    g_assert_cmpint(upload_file_look(library, PUT_ID), ==, 10);
    g_autoptr(UploadFile) file = upload_file_open(library, PUT_ID, NULL);
    g_assert_cmpint(upload_file_bytes(file), ==, 10);
    upload_file_delete(file);
    g_assert_cmpint(upload_file_look(library, PUT_ID), ==, -1);
}

/* Each kind by its own age. */
static void test_sweeping(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Library) library = open_library(fixture);
    gint64 later_ms = library_now_ms() + 5000;
    g_autoptr(UploadFile) begun = upload_file_make(library, ID, &error);
    put(library, UPLOAD_PUT_PREFIX "1", PUT_ID, "abc");
    upload_files_sweep(library, 0, 0);
    g_assert_cmpint(upload_file_look(library, PUT_ID), ==, 3);
    upload_files_sweep(library, 0, later_ms);
    g_assert_cmpint(upload_file_look(library, PUT_ID), ==, -1);
    g_assert_cmpint(upload_file_look(library, ID), ==, 0);
    put(library, UPLOAD_PUT_PREFIX "1", PUT_ID, "abc");
    upload_files_sweep(library, later_ms, 0);
    g_assert_cmpint(upload_file_look(library, PUT_ID), ==, 3);
    g_assert_cmpint(upload_file_look(library, ID), ==, -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    g_test_add_func("/library/upload-file/names", test_names);
    store_fixture_add_for(STORE_SQLITE, "/library/upload-file/places", test_places);
    store_fixture_add_for(STORE_SQLITE, "/library/upload-file/links", test_no_link_is_followed);
    store_fixture_add_for(STORE_SQLITE, "/library/upload-file/open", test_making_and_opening);
    store_fixture_add_for(STORE_SQLITE, "/library/upload-file/put", test_what_was_put_last_counts);
    store_fixture_add_for(STORE_SQLITE, "/library/upload-file/sweeping", test_sweeping);
    return g_test_run();
}
