#include "library/ingest.h"

#include "library/failures.h"
#include "library_fixture.h"

#include <string.h>

static GHashTable *known_files(StoreFixture *fixture, const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    GHashTable *known = ingest_known_files(tx, folder, &error);
    g_assert_no_error(error);
    return known;
}

static void assert_known(StoreFixture *fixture, const char *folder, const char *name,
                         KnownFile expected)
{
    g_autoptr(GHashTable) known = known_files(fixture, folder);
    const KnownFile *file = g_hash_table_lookup(known, name);
    g_assert_nonnull(file);
    g_assert_cmpint(file->file_bytes, ==, expected.file_bytes);
    g_assert_cmpint(file->modified_ns, ==, expected.modified_ns);
    g_assert_cmpint(file->is_photo, ==, expected.is_photo);
    g_assert_cmpint(file->failed, ==, expected.failed);
    g_assert_cmpint(file->retry, ==, expected.retry);
    g_assert_cmpint(file->present, ==, expected.present);
}

static void ingest(StoreFixture *fixture, const char *name, gint64 file_bytes, gint64 modified_ns,
                   MediaPicture *picture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaPicture) owned = picture;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    const IngestFile file = {fixture_source(tx), FIXTURE_SOURCE, name, file_bytes, modified_ns};
    ingest_photo(tx, &file, picture, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void fail(StoreFixture *fixture, const char *name, gint64 file_bytes, gint64 modified_ns,
                 AlbumenError code, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) failure = g_error_new_literal(ALBUMEN_ERROR, (gint)code, reason);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    const IngestFile file = {fixture_source(tx), FIXTURE_SOURCE, name, file_bytes, modified_ns};
    ingest_failure(tx, &file, failure, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void bring_back(StoreFixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    ingest_returned(tx, FIXTURE_SOURCE, name, FALSE, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static Photo *get(StoreFixture *fixture, const char *path, GError **error)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    return photo_get_by_path(tx, owner, path, error);
}

static Photo *get_well(StoreFixture *fixture, const char *path)
{
    g_autoptr(GError) error = NULL;
    Photo *photo = get(fixture, path, &error);
    g_assert_no_error(error);
    return photo;
}

static void assert_gone(StoreFixture *fixture, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(get(fixture, path, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static gint64 failures(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    gint64 count = failure_count(tx, owner, &error);
    g_assert_no_error(error);
    return count;
}

static void test_a_change_keeps_the_identity(StoreFixture *fixture, gconstpointer unused)
{
    MediaPicture *first = fixture_picture();
    first->facts->iso = 100;
    first->facts->title = g_strdup("Old");
    ingest(fixture, "a.jpg", 1, 2, first);
    g_autoptr(Photo) before = get_well(fixture, "/photos/a.jpg");
    g_assert_cmpint(before->file_bytes, ==, 1);

    MediaPicture *second = fixture_picture();
    ContentHash hash = second->hash;
    second->format = MEDIA_PNG;
    second->width = 7;
    second->height = 8;
    second->facts->iso = FACT_NONE;
    ingest(fixture, "a.jpg", 3, 4, second);
    g_autoptr(Photo) after = get_well(fixture, "/photos/a.jpg");
    g_assert_cmpint(after->id, ==, before->id);
    g_assert_cmpstr(after->uuid, ==, before->uuid);
    g_assert_cmpint(after->file_bytes, ==, 3);
    g_assert_cmpint(after->modified_ns, ==, 4);
    g_assert_cmpstr(after->format, ==, "png");
    g_assert_cmpint(after->width, ==, 7);
    g_assert_cmpint(after->height, ==, 8);
    g_assert_cmpmem(after->content_hash.bytes, HASH_BYTES, hash.bytes, HASH_BYTES);
    g_assert_cmpint(after->facts->iso, ==, FACT_NONE);
    g_assert_null(after->facts->title);
}

static void assert_tags(StoreFixture *fixture, const char *path, const char *expected)
{
    g_autoptr(Photo) photo = get_well(fixture, path);
    GString *tags = g_string_new(NULL);
    for (guint i = 0; photo->facts->keywords && i < photo->facts->keywords->len; i++) {
        g_string_append_printf(tags, "%s;", (char *)g_ptr_array_index(photo->facts->keywords, i));
    }
    g_assert_cmpstr(tags->str, ==, expected);
    g_string_free(tags, TRUE);
}

static MediaPicture *tagged(const char *const *tags)
{
    MediaPicture *picture = fixture_picture();
    for (; *tags; tags++) {
        fixture_tag(picture, *tags);
    }
    return picture;
}

static void test_tags_are_replaced(StoreFixture *fixture, gconstpointer unused)
{
    ingest(fixture, "a", 1, 1, tagged((const char *[]){"z", "a", "m", NULL}));
    ingest(fixture, "b", 1, 1, tagged((const char *[]){"m", NULL}));
    assert_tags(fixture, "/photos/a", "z;a;m;");
    ingest(fixture, "a", 1, 2, tagged((const char *[]){"new, with comma", "Z", "m", NULL}));
    assert_tags(fixture, "/photos/a", "new, with comma;Z;m;");
    assert_tags(fixture, "/photos/b", "m;");
    ingest(fixture, "a", 1, 3, fixture_picture());
    assert_tags(fixture, "/photos/a", "");
    assert_tags(fixture, "/photos/b", "m;");
}

static void test_a_failure_is_recorded_and_cleared(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    fail(fixture, "a.jpg", 5, 6, ALBUMEN_ERROR_CORRUPT, "the file ends in the middle");
    fail(fixture, "a.jpg", 7, 8, ALBUMEN_ERROR_TOO_LARGE, "the picture is too large");
    g_assert_cmpint(failures(fixture), ==, 1);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) list = failure_list(tx, owner, NULL, 10, &error);
    g_assert_no_error(error);
    const Failure *failure = g_ptr_array_index(list, 0);
    g_assert_cmpstr(failure->path, ==, "/photos/a.jpg");
    g_assert_cmpstr(failure->name, ==, "a.jpg");
    g_assert_cmpstr(failure->code, ==, "too_large");
    g_assert_cmpstr(failure->reason, ==, "the picture is too large");
    g_assert_cmpint(failure->file_bytes, ==, 7);
    g_assert_cmpint(failure->failed_ms, >, 0);
    g_clear_pointer(&tx, store_tx_free);

    ingest(fixture, "a.jpg", 9, 10, fixture_picture());
    g_assert_cmpint(failures(fixture), ==, 0);
}

static void test_a_reason_may_be_any_bytes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    fail(fixture, "a.jpg", 5, 6, ALBUMEN_ERROR_CORRUPT, "bad tag \xFF\xFE here");
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) list = failure_list(tx, owner, NULL, 10, &error);
    g_assert_no_error(error);
    const Failure *failure = g_ptr_array_index(list, 0);
    g_assert_cmpstr(failure->reason, ==, "bad tag \xEF\xBF\xBD\xEF\xBF\xBD here");
}

static void test_a_photo_stays_when_its_file_breaks(StoreFixture *fixture, gconstpointer unused)
{
    ingest(fixture, "a.jpg", 1, 2, fixture_picture());
    g_autoptr(Photo) before = get_well(fixture, "/photos/a.jpg");
    fail(fixture, "a.jpg", 3, 4, ALBUMEN_ERROR_CORRUPT, "broken");
    g_autoptr(Photo) after = get_well(fixture, "/photos/a.jpg");
    g_assert_cmpint(after->id, ==, before->id);
    g_assert_cmpint(after->file_bytes, ==, 1);
    /* What the file is now is the failure. */
    assert_known(fixture, FIXTURE_SOURCE, "a.jpg",
                 (KnownFile){3, 4, .is_photo = TRUE, .failed = TRUE, .present = TRUE});
}

static void test_known_files(StoreFixture *fixture, gconstpointer unused)
{
    ingest(fixture, "good.jpg", 1, 2, fixture_picture());
    ingest(fixture, "gone.jpg", 3, 4, fixture_picture());
    fixture_lose(fixture, "/photos/gone.jpg");
    fail(fixture, "bad.jpg", 5, 6, ALBUMEN_ERROR_CRASHED, "crashed");
    fail(fixture, "locked.jpg", 7, 8, ALBUMEN_ERROR_FORBIDDEN, "may not be read");
    fail(fixture, "disk.jpg", 9, 10, ALBUMEN_ERROR_IO, "the disk refuses");
    fixture_add(fixture, "/photos/beneath/other.jpg", NULL);
    g_autoptr(GHashTable) known = known_files(fixture, FIXTURE_SOURCE);
    g_assert_cmpuint(g_hash_table_size(known), ==, 5);
    assert_known(fixture, FIXTURE_SOURCE, "good.jpg",
                 (KnownFile){1, 2, .is_photo = TRUE, .present = TRUE});
    assert_known(fixture, FIXTURE_SOURCE, "gone.jpg", (KnownFile){3, 4, .is_photo = TRUE});
    assert_known(fixture, FIXTURE_SOURCE, "bad.jpg", (KnownFile){5, 6, .failed = TRUE});
    /* These may pass without the file changing. */
    assert_known(fixture, FIXTURE_SOURCE, "locked.jpg",
                 (KnownFile){7, 8, .failed = TRUE, .retry = TRUE});
    assert_known(fixture, FIXTURE_SOURCE, "disk.jpg",
                 (KnownFile){9, 10, .failed = TRUE, .retry = TRUE});
    g_autoptr(GHashTable) unknown = known_files(fixture, "/photos/nothing");
    g_assert_cmpuint(g_hash_table_size(unknown), ==, 0);
}

static void test_missing_and_returned(StoreFixture *fixture, gconstpointer unused)
{
    ingest(fixture, "a.jpg", 1, 2, tagged((const char *[]){"kept", NULL}));
    fail(fixture, "b.jpg", 3, 4, ALBUMEN_ERROR_CORRUPT, "broken");
    g_autoptr(Photo) before = get_well(fixture, "/photos/a.jpg");
    fixture_lose(fixture, "/photos/a.jpg");
    fixture_lose(fixture, "/photos/b.jpg");
    fixture_lose(fixture, "/photos/never.jpg");
    assert_gone(fixture, "/photos/a.jpg");
    g_assert_cmpint(failures(fixture), ==, 0);

    bring_back(fixture, "a.jpg");
    bring_back(fixture, "b.jpg"); /* no photo: nothing to bring back */
    g_autoptr(Photo) after = get_well(fixture, "/photos/a.jpg");
    g_assert_cmpint(after->id, ==, before->id);
    assert_tags(fixture, "/photos/a.jpg", "kept;");
    assert_gone(fixture, "/photos/b.jpg");

    fixture_lose(fixture, "/photos/a.jpg");
    ingest(fixture, "a.jpg", 5, 6, fixture_picture());
    g_autoptr(Photo) changed = get_well(fixture, "/photos/a.jpg");
    g_assert_cmpint(changed->id, ==, before->id);
    g_assert_cmpstr(changed->uuid, ==, before->uuid);
}

static GHashTable *known_folders(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    GHashTable *folders = ingest_known_folders(tx, fixture_source(tx), &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return folders;
}

static gint64 lose_folder(StoreFixture *fixture, gint64 id)
{
    g_autoptr(GError) error = NULL;
    gint64 photos = -1;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    ingest_folder_missing(tx, id, &photos, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return photos;
}

static void test_a_folder_goes(StoreFixture *fixture, gconstpointer unused)
{
    fixture_add(fixture, "/photos/a/1", NULL);
    fixture_add(fixture, "/photos/a/2", NULL);
    fixture_add(fixture, "/photos/a/b/3", NULL);
    fixture_add(fixture, "/photos/a/lost", NULL);
    fixture_lose(fixture, "/photos/a/lost");
    fixture_add_failure(fixture, "/photos/a/bad", ALBUMEN_ERROR_CORRUPT, "broken");
    fixture_add_failure(fixture, "/photos/c/bad", ALBUMEN_ERROR_CORRUPT, "broken");

    g_autoptr(GHashTable) folders = known_folders(fixture);
    g_assert_cmpuint(g_hash_table_size(folders), ==, 3);
    const gint64 *a = g_hash_table_lookup(folders, "/photos/a");
    g_assert_cmpint(lose_folder(fixture, *a), ==, 2);
    g_assert_cmpint(lose_folder(fixture, *a), ==, 0);
    assert_gone(fixture, "/photos/a/1");
    assert_gone(fixture, "/photos/a/2");
    g_autoptr(Photo) deeper = get_well(fixture, "/photos/a/b/3");
    g_assert_cmpint(failures(fixture), ==, 1);

    g_autoptr(GHashTable) left = known_folders(fixture);
    g_assert_cmpuint(g_hash_table_size(left), ==, 2);
    g_assert_true(g_hash_table_contains(left, "/photos/a/b"));
    g_assert_true(g_hash_table_contains(left, "/photos/c"));
}

static void test_files_at_the_root_of_the_disk(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaPicture) picture = fixture_picture();
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    const IngestFile file = {fixture_source(tx), "/", "a.jpg", 1, 1};
    ingest_photo(tx, &file, picture, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_autoptr(Photo) photo = get_well(fixture, "/a.jpg");
    g_assert_cmpstr(photo->name, ==, "a.jpg");
}

/* Two scans that write the same pictures in the same order wait for each other, whatever tags the
 * pictures share: neither is ever refused. */
typedef struct {
    StoreFixture *fixture;
    gint64 source;
    const char *const *tags;
} Writing;

static void write_batch(const Writing *writing)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(writing->fixture);
    for (int i = 0; i < 20; i++) {
        g_autofree char *name = g_strdup_printf("%02d", i);
        g_autoptr(MediaPicture) picture = tagged(writing->tags);
        const IngestFile file = {writing->source, FIXTURE_SOURCE, name, 1, 1};
        ingest_photo(tx, &file, picture, &error);
        g_assert_no_error(error);
    }
    fixture_commit(tx);
}

static gpointer write_batches(gpointer data)
{
    for (int round = 0; round < 5; round++) {
        write_batch(data);
    }
    return NULL;
}

static void test_two_write_the_same(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    gint64 source = fixture_source(tx);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    Writing one = {fixture, source, (const char *[]){"a", "b", NULL}};
    Writing other = {fixture, source, (const char *[]){"b", "a", NULL}};
    write_batch(&one); /* the tags are there */
    GThread *thread = g_thread_new("writer", write_batches, &one);
    write_batches(&other);
    g_thread_join(thread);
    PhotoFilter filter;
    photo_filter_init(&filter);
    filter.require_tags = "a";
    g_autofree char *names = fixture_names(fixture, &filter, "aggregate", TRUE);
    g_assert_cmpuint(strlen(names), ==, 20 * 3 - 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/ingest/change", test_a_change_keeps_the_identity);
    store_fixture_add("/ingest/tags", test_tags_are_replaced);
    store_fixture_add("/ingest/failure", test_a_failure_is_recorded_and_cleared);
    store_fixture_add("/ingest/reason", test_a_reason_may_be_any_bytes);
    store_fixture_add("/ingest/broken_photo", test_a_photo_stays_when_its_file_breaks);
    store_fixture_add("/ingest/known_files", test_known_files);
    store_fixture_add("/ingest/missing", test_missing_and_returned);
    store_fixture_add("/ingest/folder", test_a_folder_goes);
    store_fixture_add("/ingest/root", test_files_at_the_root_of_the_disk);
    store_fixture_add("/ingest/two_writers", test_two_write_the_same);
    return g_test_run();
}
