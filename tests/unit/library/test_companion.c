#include "library/companion.h"

#include "library_fixture.h"

static gint64 add(StoreFixture *fixture, const char *path, MediaFormat format)
{
    MediaPicture *picture = fixture_picture();
    picture->format = format;
    return fixture_add(fixture, path, picture);
}

static void stack(StoreFixture *fixture, gint64 member, gint64 lead)
{
    static const StoreQuery query = {
        .name = "test_stack",
        .sql = "UPDATE photo SET stack_of = ?2 WHERE id = ?1",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, member);
    store_bind_int(statement, 2, lead);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

/* The companion's path; NULL: none. */
static void assert_companion(StoreFixture *fixture, const char *path, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    Library *library = fixture_library(fixture);
    g_autoptr(Grant) photo = access_grant_path(library, owner, path, &error);
    g_assert_no_error(error);
    g_autoptr(Grant) raw = companion_raw(library, owner, photo, &error);
    if (expected) {
        g_assert_no_error(error);
        g_assert_cmpstr(grant_path(raw), ==, expected);
    } else {
        g_assert_null(raw);
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    }
}

static void test_by_name(StoreFixture *fixture, gconstpointer unused)
{
    add(fixture, "/photos/a.jpg", MEDIA_JPEG);
    add(fixture, "/photos/a.dng", MEDIA_RAW);
    add(fixture, "/photos/a.NEF", MEDIA_RAW);
    add(fixture, "/photos/a.nef", MEDIA_RAW);
    add(fixture, "/photos/b.jpg", MEDIA_JPEG);
    add(fixture, "/photos/b.nef", MEDIA_TIFF);     /* calls itself so */
    add(fixture, "/photos/sub/b.cr2", MEDIA_RAW);  /* elsewhere */
    add(fixture, "/photos/c.tar.jpg", MEDIA_JPEG); /* one stem */
    add(fixture, "/photos/c.tar.PEF", MEDIA_RAW);
    add(fixture, "/photos/c.cr2", MEDIA_RAW);
    add(fixture, "/photos/d.jpg", MEDIA_JPEG);
    add(fixture, "/photos/d.cr3", MEDIA_RAW);
    fixture_lose(fixture, "/photos/d.cr3");
    assert_companion(fixture, "/photos/a.jpg", "/photos/a.nef");
    assert_companion(fixture, "/photos/a.dng", "/photos/a.dng");
    assert_companion(fixture, "/photos/b.jpg", NULL);
    assert_companion(fixture, "/photos/c.tar.jpg", "/photos/c.tar.PEF");
    assert_companion(fixture, "/photos/d.jpg", NULL);
    fixture_lose(fixture, "/photos/a.nef");
    assert_companion(fixture, "/photos/a.jpg", "/photos/a.NEF");
}

static void test_by_stack(StoreFixture *fixture, gconstpointer unused)
{
    gint64 lead = add(fixture, "/photos/lead.jpg", MEDIA_JPEG);
    add(fixture, "/photos/lead.cr2", MEDIA_RAW);
    stack(fixture, add(fixture, "/photos/raw/other.orf", MEDIA_RAW), lead);
    stack(fixture, add(fixture, "/photos/edited.jpg", MEDIA_JPEG), lead);
    assert_companion(fixture, "/photos/lead.jpg", "/photos/raw/other.orf");
    assert_companion(fixture, "/photos/edited.jpg", NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/companion/name", test_by_name);
    store_fixture_add("/companion/stack", test_by_stack);
    return g_test_run();
}
