/* Uploads: their rows, and their end in the library. */
#include "library/upload.h"

#include "base/limits.h"
#include "library/source.h"
#include "library_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    Library *library;
    Principal *owner;
} Scene;

static Scene scene_new(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    Scene scene = {library_open(data, fixture->url, &error), principal_new_owner()};
    g_assert_no_error(error);
    return scene;
}

static void scene_clear(Scene *scene)
{
    library_close(scene->library);
    principal_unref(scene->owner);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static Upload *begin(const Scene *scene, const char *name, gint64 bytes)
{
    g_autoptr(GError) error = NULL;
    UploadOffer offer = {.name = name, .file_bytes = bytes, .metadata = "as sent"};
    Upload *upload = upload_begin(scene->library, scene->owner, &offer, &error);
    g_assert_no_error(error);
    return upload;
}

static UploadFile *open_with(const Scene *scene, const Upload *upload, const char *bytes)
{
    g_autoptr(GError) error = NULL;
    UploadFile *file = upload_file_open(scene->library, upload->id, &error);
    g_assert_no_error(error);
    g_assert_true(upload_file_append(file, (const guint8 *)bytes, strlen(bytes), &error));
    return file;
}

static void check_gone(const Scene *scene, const char *id)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(upload_find(scene->library, scene->owner, id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static void run_sql(StoreFixture *fixture, const StoreQuery *query)
{
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_assert_true(store_run(store_prepare(tx, query, NULL), NULL, NULL));
    fixture_commit(tx);
}

static void test_from_the_offer_to_the_library(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = scene_new(fixture);
    g_autoptr(Upload) begun = begin(&scene, "dir/a.jpg", 6);
    g_autoptr(Upload) upload = upload_find(scene.library, scene.owner, begun->id, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(upload->name, ==, "a.jpg");
    g_assert_cmpstr(upload->metadata, ==, "as sent");
    g_assert_cmpint(upload_offset(scene.library, upload), ==, 0);
    g_autoptr(UploadFile) file = open_with(&scene, upload, "abc");
    g_assert_cmpint(upload_offset(scene.library, upload), ==, 3);
    g_assert_null(upload_file_open(scene.library, upload->id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_true(upload_file_append(file, (const guint8 *)"def", 3, &error));
    upload_finish(scene.library, scene.owner, upload, file, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *content = NULL;
    g_assert_true(g_file_get_contents(upload->path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "abcdef");
    g_autoptr(Upload) done = upload_find(scene.library, scene.owner, begun->id, &error);
    g_assert_true(done->done);
    g_assert_cmpstr(done->path, ==, upload->path);
    g_assert_cmpint(upload_offset(scene.library, done), ==, 6);
    g_assert_cmpint(upload_file_look(scene.library, begun->id), ==, -1);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) sources = source_list(tx, &error);
    g_assert_cmpuint(sources->len, ==, 1);
    const Source *source = g_ptr_array_index(sources, 0);
    g_assert_true(source->is_uploads);
    g_assert_true(g_str_has_prefix(upload->path, source->path));
}

static void test_others_do_not_see_it(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery account = {
        .name = "test_account",
        .sql = "INSERT INTO account (id, username, display_name, role, created_ms) "
               "VALUES (7, 'seven', '', 'user', 0)",
    };
    static const StoreQuery give = {
        .name = "test_give",
        .sql = "UPDATE upload SET account_id = 7",
    };
    g_auto(Scene) scene = scene_new(fixture);
    g_autoptr(Upload) upload = begin(&scene, "a.jpg", 6);
    run_sql(fixture, &account);
    run_sql(fixture, &give);
    check_gone(&scene, upload->id);
}

static void test_what_expires_is_swept_away(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery expire = {
        .name = "test_expire",
        .sql = "UPDATE upload SET expires_ms = 1",
    };
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = scene_new(fixture);
    g_autoptr(Upload) old = begin(&scene, "a.jpg", 6);
    g_autofree char *path =
        g_build_filename(library_data_folder(scene.library), "uploads/.partial", old->id, NULL);
    run_sql(fixture, &expire);
    check_gone(&scene, old->id);
    g_autoptr(Upload) fresh = begin(&scene, "b.jpg", 6); /* sweeps */
    /* The file has just been written to, so that somebody may have it open. */
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    upload_files_sweep(scene.library, library_now_ms() + 5000, 0);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_true(upload_sweep(scene.library, &error));
}

static void test_giving_up(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = scene_new(fixture);
    g_autoptr(Upload) upload = begin(&scene, "a.jpg", 6);
    g_autoptr(UploadFile) file = open_with(&scene, upload, "abc");
    g_assert_false(upload_cancel(scene.library, upload, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_clear_pointer(&file, upload_file_free);
    upload_cancel(scene.library, upload, &error);
    g_assert_no_error(error);
    g_assert_cmpint(upload_file_look(scene.library, upload->id), ==, -1);
    check_gone(&scene, upload->id);
}

static void test_a_known_content_is_kept_unless_told_otherwise(StoreFixture *fixture,
                                                               gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = scene_new(fixture);
    MediaPicture *picture = fixture_picture();
    hash_data("abcdef", 6, &picture->hash);
    gint64 id = fixture_add(fixture, FIXTURE_SOURCE "/known.jpg", picture);
    for (int i = 0; i < 2; i++) {
        gint64 copy = -1;
        g_autoptr(Upload) upload = begin(&scene, "a.jpg", 6);
        g_autoptr(UploadFile) file = open_with(&scene, upload, "abcdef");
        upload_finish(scene.library, scene.owner, upload, file, i ? &copy : NULL, &error);
        g_assert_no_error(error);
        g_assert_true((upload->path != NULL) == (i == 0));
        g_assert_cmpint(copy, ==, i ? id : -1);
    }
    Principal *nobody = principal_new_anonymous(); /* who sees nothing hears of no copy */
    gint64 copy = -1;
    g_autoptr(UploadFile) file =
        upload_file_make(scene.library, "0123456789abcdef0123456789abcdef", &error);
    g_assert_true(upload_file_append(file, (const guint8 *)"abcdef", 6, &error));
    g_autofree char *path = upload_keep(scene.library, nobody, file, "b.jpg", &copy, &error);
    g_assert_no_error(error);
    g_assert_nonnull(path);
    g_assert_cmpint(copy, ==, 0);
    principal_unref(nobody);
}

static void test_what_is_refused(StoreFixture *fixture, gconstpointer unused)
{
    static const struct {
        const char *name;
        gint64 bytes;
        int code;
    } cases[] = {
        {"a.txt", 6, ALBUMEN_ERROR_UNSUPPORTED},
        {"a.jpg", LIMIT_PICTURE_FILE_BYTES + 1, ALBUMEN_ERROR_TOO_LARGE},
    };
    g_auto(Scene) scene = scene_new(fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        UploadOffer offer = {.name = cases[i].name, .file_bytes = cases[i].bytes, .metadata = ""};
        g_assert_null(upload_begin(scene.library, scene.owner, &offer, &error));
        g_assert_error(error, ALBUMEN_ERROR, cases[i].code);
    }
    g_autoptr(GError) error = NULL;
    g_assert_false(upload_check_space(scene.library, G_MAXINT64 / 2, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/library/upload/whole", test_from_the_offer_to_the_library);
    store_fixture_add("/library/upload/others", test_others_do_not_see_it);
    store_fixture_add("/library/upload/expiry", test_what_expires_is_swept_away);
    store_fixture_add("/library/upload/cancel", test_giving_up);
    store_fixture_add("/library/upload/copies", test_a_known_content_is_kept_unless_told_otherwise);
    store_fixture_add("/library/upload/refused", test_what_is_refused);
    return g_test_run();
}
