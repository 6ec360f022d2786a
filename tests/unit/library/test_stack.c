#include "library/stack.h"

#include "library/library.h"
#include "library_fixture.h"

#include <string.h>

#define SHOT_MS 1700000000000

static gint64 add(StoreFixture *fixture, const char *path, MediaFormat format, gint64 taken_ms)
{
    MediaPicture *picture = fixture_picture();
    picture->format = format;
    picture->facts->taken_local_ms = taken_ms;
    return fixture_add(fixture, path, picture);
}

static gint64 number(StoreFixture *fixture, const StoreQuery *query, gint64 id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    StoreStatement *row = store_prepare(tx, query, &error);
    store_bind_int(row, 1, id);
    gint64 value = -1;
    store_step_int(row, &value, &error);
    g_assert_no_error(error);
    return value;
}

static gint64 leader(StoreFixture *fixture, gint64 id)
{
    static const StoreQuery query = {
        .name = "test_leader",
        .sql = "SELECT stack_of FROM photo WHERE id = ?1",
    };
    return number(fixture, &query, id);
}

static void run_on(StoreFixture *fixture, const StoreQuery *query, gint64 id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    library_touch(tx, &error);
    StoreStatement *statement = store_prepare(tx, query, &error);
    store_bind_int(statement, 1, id);
    store_run(statement, NULL, &error);
    g_assert_true(stack_refresh_photo(tx, id, &error));
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void test_raw_and_jpeg(StoreFixture *fixture, gconstpointer unused)
{
    gint64 raw = add(fixture, "/photos/IMG_1.CR2", MEDIA_RAW, SHOT_MS);
    g_assert_cmpint(leader(fixture, raw), ==, 0);
    gint64 heic = add(fixture, "/photos/img_1.heic", MEDIA_HEIF, FACT_NONE);
    g_assert_cmpint(leader(fixture, raw), ==, heic);
    gint64 jpeg = add(fixture, "/photos/IMG_1.jpg", MEDIA_JPEG, SHOT_MS + 2000);
    g_assert_cmpint(leader(fixture, jpeg), ==, 0);
    g_assert_cmpint(leader(fixture, raw), ==, jpeg);
    g_assert_cmpint(leader(fixture, heic), ==, jpeg);
}

static void test_what_does_not_belong(StoreFixture *fixture, gconstpointer unused)
{
    gint64 raw = add(fixture, "/photos/a.dng", MEDIA_RAW, SHOT_MS);
    static const char *const others[] = {
        "/photos/a-edited.jpg",
        "/photos/a(1).jpg",
        "/photos/a.edited.jpg",
        "/photos/ab.jpg",
        "/photos/b/a.jpg",
        "/photos/a_.jpg",
        "/photos/a",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        add(fixture, others[i], MEDIA_JPEG, SHOT_MS);
    }
    add(fixture, "/photos/a.png", MEDIA_PNG, SHOT_MS);
    g_assert_cmpint(leader(fixture, raw), ==, 0);
    gint64 late = add(fixture, "/photos/a.jpg", MEDIA_JPEG, SHOT_MS + 2001);
    g_assert_cmpint(leader(fixture, raw), ==, 0);
    g_assert_cmpint(leader(fixture, late), ==, 0);

    gint64 one = add(fixture, "/photos/c.jpg", MEDIA_JPEG, SHOT_MS);
    gint64 other = add(fixture, "/photos/c.heic", MEDIA_HEIF, SHOT_MS); /* without RAW: two */
    g_assert_cmpint(leader(fixture, one), ==, 0);
    g_assert_cmpint(leader(fixture, other), ==, 0);
}

static void test_members_step_forward(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery trash = {
        .name = "test_trash",
        .sql = "UPDATE photo SET kept_out = 'trash' WHERE id = ?1",
    };
    static const StoreQuery back = {
        .name = "test_back",
        .sql = "UPDATE photo SET kept_out = NULL WHERE id = ?1",
    };
    static const StoreQuery version = {
        .name = "test_version",
        .sql = "SELECT version FROM photo WHERE id = ?1",
    };
    gint64 raw = add(fixture, "/photos/a.nef", MEDIA_RAW, SHOT_MS);
    gint64 jpeg = add(fixture, "/photos/a.jpg", MEDIA_JPEG, SHOT_MS);
    g_assert_cmpint(leader(fixture, raw), ==, jpeg);
    fixture_lose(fixture, "/photos/a.jpg");
    g_assert_cmpint(leader(fixture, raw), ==, 0);
    add(fixture, "/photos/a.jpg", MEDIA_JPEG, SHOT_MS);
    g_assert_cmpint(leader(fixture, raw), ==, jpeg);

    gint64 before = number(fixture, &version, raw);
    run_on(fixture, &trash, jpeg);
    g_assert_cmpint(leader(fixture, raw), ==, 0);
    g_assert_cmpint(number(fixture, &version, raw), >, before);
    run_on(fixture, &back, jpeg);
    g_assert_cmpint(leader(fixture, raw), ==, jpeg);
    run_on(fixture, &trash, raw); /* what is hidden stays in its stack */
    g_assert_cmpint(leader(fixture, raw), ==, jpeg);
}

static void test_a_renamed_leader(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    gint64 raw = add(fixture, "/photos/a.nef", MEDIA_RAW, SHOT_MS);
    MediaPicture *picture = fixture_picture();
    const ContentHash content = picture->hash;
    gint64 jpeg = fixture_add(fixture, "/photos/a.jpg", picture);
    g_assert_cmpint(leader(fixture, raw), ==, jpeg);
    IngestMoved moved;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    library_touch(tx, &error);
    const IngestFile file = {fixture_source(tx), FIXTURE_SOURCE, "b.jpg", 1000, 1};
    g_assert_true(ingest_move(tx, &file, jpeg, &content, &moved, &error));
    g_assert_no_error(error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_assert_true(moved.moved);
    g_assert_cmpint(leader(fixture, raw), ==, 0);
}

static void test_a_whole_folder(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery spoil = {
        .name = "test_spoil",
        .sql = "UPDATE photo SET stack_of = NULL WHERE folder_id = "
               "(SELECT folder_id FROM photo WHERE id = ?1)",
    };
    static const StoreQuery folder = {
        .name = "test_folder",
        .sql = "SELECT folder_id FROM photo WHERE id = ?1",
    };
    g_autoptr(GError) error = NULL;
    gint64 a = add(fixture, "/photos/a.nef", MEDIA_RAW, SHOT_MS);
    gint64 b = add(fixture, "/photos/b.nef", MEDIA_RAW, SHOT_MS);
    gint64 a_jpeg = add(fixture, "/photos/a.jpg", MEDIA_JPEG, SHOT_MS);
    gint64 b_jpeg = add(fixture, "/photos/b.jpg", MEDIA_JPEG, SHOT_MS);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    StoreStatement *statement = store_prepare(tx, &spoil, &error);
    store_bind_int(statement, 1, a);
    store_run(statement, NULL, &error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    gint64 folder_id = number(fixture, &folder, a);
    g_autoptr(StoreTx) next = fixture_write(fixture);
    library_touch(next, &error);
    g_assert_true(stack_refresh_folder(next, folder_id, &error));
    fixture_commit(next);
    g_clear_pointer(&next, store_tx_free);
    g_assert_cmpint(leader(fixture, a), ==, a_jpeg);
    g_assert_cmpint(leader(fixture, b), ==, b_jpeg);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/stack/raw_and_jpeg", test_raw_and_jpeg);
    store_fixture_add("/stack/apart", test_what_does_not_belong);
    store_fixture_add("/stack/leader_goes", test_members_step_forward);
    store_fixture_add("/stack/renamed", test_a_renamed_leader);
    store_fixture_add("/stack/folder", test_a_whole_folder);
    return g_test_run();
}
