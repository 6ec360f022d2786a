#include "library/originals.h"

#include "base/path_text.h"
#include "library/source.h"
#include "library_fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of these bytes beneath the fixture's own folder. */
static void put(StoreFixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void link_to(StoreFixture *fixture, const char *target, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
    g_assert_cmpint(symlink(target, path), ==, 0);
}

/* The grant of "photos/NAME" in the fixture's folder, indexed as if it were a picture. */
static Grant *grant(StoreFixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(MediaPicture) picture = fixture_picture();
    g_autofree char *source = g_build_filename(fixture->folder, "photos", NULL);
    g_autofree char *bytes = g_build_filename(source, name, NULL);
    g_autofree char *path = path_to_text(bytes);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *last = g_path_get_basename(path);
    IngestFile file = {0, folder, last, 1, 1};
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    source_add(tx, source, &file.source_id, &error);
    g_assert_no_error(error);
    ingest_photo(tx, &file, picture, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    Grant *granted = access_grant_path(fixture_library(fixture), owner, path, &error);
    g_assert_no_error(error);
    return granted;
}

static void assert_opens(StoreFixture *fixture, const char *name, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grant) granted = grant(fixture, name);
    int fd = -1;
    gint64 bytes = 0;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_true(original_open(tx, granted, &fd, &bytes, &error));
    g_assert_no_error(error);
    char text[64] = "";
    g_assert_cmpint(bytes, ==, strlen(expected));
    g_assert_cmpint(read(fd, text, sizeof text), ==, bytes);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpint(write(fd, "x", 1), ==, -1); /* read-only */
    close(fd);
}

static void assert_refused(StoreFixture *fixture, const char *name, AlbumenError code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grant) granted = grant(fixture, name);
    int fd = -1;
    gint64 bytes = 0;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_false(original_open(tx, granted, &fd, &bytes, &error));
    g_assert_error(error, ALBUMEN_ERROR, code);
    g_assert_cmpint(fd, ==, -1);
}

static void test_an_original_is_opened(StoreFixture *fixture, gconstpointer unused)
{
    put(fixture, "photos/a/b.jpg", "picture");
    put(fixture, "photos/\xFF\n.jpg", "odd");
    assert_opens(fixture, "a/b.jpg", "picture");
    assert_opens(fixture, "\xFF\n.jpg", "odd");
}

/* A scan takes such links for pictures (jobs/walk.h), so their bytes must be had. */
static void test_links_within_the_source(StoreFixture *fixture, gconstpointer unused)
{
    put(fixture, "photos/a/b.jpg", "picture");
    g_autofree char *target = g_build_filename(fixture->folder, "photos/a/b.jpg", NULL);
    link_to(fixture, "a/b.jpg", "photos/relative.jpg");
    link_to(fixture, target, "photos/absolute.jpg");
    assert_opens(fixture, "relative.jpg", "picture");
    assert_opens(fixture, "absolute.jpg", "picture");
}

static void test_nothing_outside_is_opened(StoreFixture *fixture, gconstpointer unused)
{
    put(fixture, "photos/a.jpg", "picture");
    put(fixture, "secret", "secret");
    put(fixture, "photos-too/b.jpg", "of another");
    g_autofree char *secret = g_build_filename(fixture->folder, "secret", NULL);
    g_autofree char *beside = g_build_filename(fixture->folder, "photos-too/b.jpg", NULL);
    link_to(fixture, "../secret", "photos/relative.jpg");
    link_to(fixture, secret, "photos/absolute.jpg");
    link_to(fixture, beside, "photos/beside.jpg");
    link_to(fixture, "..", "photos/up");
    link_to(fixture, "/proc/self/environ", "photos/environment.jpg");
    link_to(fixture, "circle.jpg", "photos/circle.jpg");
    assert_refused(fixture, "relative.jpg", ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(fixture, "absolute.jpg", ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(fixture, "beside.jpg", ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(fixture, "up/secret", ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(fixture, "environment.jpg", ALBUMEN_ERROR_FORBIDDEN);
    assert_refused(fixture, "circle.jpg", ALBUMEN_ERROR_FORBIDDEN);
}

static void test_what_is_no_file_any_more(StoreFixture *fixture, gconstpointer unused)
{
    put(fixture, "photos/a.jpg", "picture");
    g_autofree char *folder = g_build_filename(fixture->folder, "photos/folder.jpg", NULL);
    g_autofree char *fifo = g_build_filename(fixture->folder, "photos/fifo.jpg", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    assert_refused(fixture, "gone.jpg", ALBUMEN_ERROR_NOT_FOUND);
    assert_refused(fixture, "folder.jpg", ALBUMEN_ERROR_NOT_FOUND);
    assert_refused(fixture, "fifo.jpg", ALBUMEN_ERROR_NOT_FOUND);
    assert_refused(fixture, "a.jpg/b.jpg", ALBUMEN_ERROR_NOT_FOUND);
}

static void test_thumbnails(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    put(fixture, "photos/a.jpg", "picture");
    g_autoptr(Grant) granted = grant(fixture, "a.jpg");
    g_autoptr(Library) library = library_open(fixture->folder, fixture->url, &error);
    g_assert_no_error(error);
    int fd = -1;
    gint64 bytes = 0;
    g_assert_false(thumbnail_open(library, granted, THUMBNAIL_SMALL, &fd, &bytes, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(thumbnail_get(library, granted, THUMBNAIL_LARGE, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);

    g_autofree char *key = thumbnail_key(grant_content(granted), THUMBNAIL_LARGE);
    g_assert_true(g_str_has_prefix(key + 3, grant_content(granted)));
    g_autoptr(GBytes) large = g_bytes_new_static("large", 5);
    blobs_put(library_thumbnails(library), key, large, FALSE, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) got = thumbnail_get(library, granted, THUMBNAIL_LARGE, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(got, large));
    g_assert_true(thumbnail_open(library, granted, THUMBNAIL_LARGE, &fd, &bytes, &error));
    g_assert_cmpint(bytes, ==, 5);
    close(fd);
    g_assert_null(thumbnail_get(library, granted, THUMBNAIL_SMALL, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/originals/open", test_an_original_is_opened);
    store_fixture_add("/originals/links", test_links_within_the_source);
    store_fixture_add("/originals/outside", test_nothing_outside_is_opened);
    store_fixture_add("/originals/no_file", test_what_is_no_file_any_more);
    store_fixture_add("/originals/thumbnails", test_thumbnails);
    return g_test_run();
}
