#include "library/grant.h"
#include "library/source.h"

#include "library_fixture.h"

static void test_a_grant_names_the_picture(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    MediaPicture *picture = fixture_picture();
    char content[HASH_HEX_CHARS + 1];
    hash_to_hex(&picture->hash, content);
    gint64 id = fixture_add(fixture, "/photos/a/b.jpg", picture);
    g_autoptr(Grant) by_id = access_grant_photo(fixture_library(fixture), owner, id, &error);
    g_assert_no_error(error);
    g_assert_cmpint(grant_photo_id(by_id), ==, id);
    g_assert_cmpstr(grant_path(by_id), ==, "/photos/a/b.jpg");
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autofree char *source = source_of_photo(tx, id, &error);
    g_assert_cmpstr(source, ==, "/photos");
    g_assert_cmpstr(grant_format(by_id), ==, "jpeg");
    g_assert_cmpstr(grant_content(by_id), ==, content);
    g_clear_pointer(&tx, store_tx_free);
    g_autoptr(Grant) by_path =
        access_grant_path(fixture_library(fixture), owner, "/photos/a/b.jpg", &error);
    g_assert_no_error(error);
    g_assert_cmpint(grant_photo_id(by_path), ==, id);
}

static void assert_no_grant(StoreFixture *fixture, const Principal *viewer, gint64 id,
                            const char *path)
{
    g_autoptr(GError) by_id = NULL;
    g_autoptr(GError) by_path = NULL;
    Library *library = fixture_library(fixture);
    g_assert_null(access_grant_photo(library, viewer, id, &by_id));
    g_assert_error(by_id, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_assert_null(access_grant_path(library, viewer, path, &by_path));
    g_assert_error(by_path, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_assert_cmpstr(by_id->message, ==, by_path->message); /* tells nothing of why */
}

static void test_grants_are_refused(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) nobody = principal_new_anonymous();
    gint64 id = fixture_add(fixture, "/photos/a.jpg", NULL);
    assert_no_grant(fixture, nobody, id, "/photos/a.jpg");
    assert_no_grant(fixture, owner, id + 1, "/photos/./a.jpg");
    assert_no_grant(fixture, owner, 0, "/etc/passwd");
    fixture_lose(fixture, "/photos/a.jpg");
    assert_no_grant(fixture, owner, id, "/photos/a.jpg");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/grant/names", test_a_grant_names_the_picture);
    store_fixture_add("/grant/refused", test_grants_are_refused);
    return g_test_run();
}
