#include "library/download.h"

#include "base/path_text.h"
#include "library/source.h"
#include "library_fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    StoreFixture *fixture;
    Library *library;
    char *source;
} Scene;

static void scene_open(Scene *scene, StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    scene->fixture = fixture;
    scene->source = g_build_filename(fixture->folder, "photos", NULL);
    scene->library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
}

static void scene_close(Scene *scene)
{
    library_close(scene->library);
    g_free(scene->source);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_close)

static char *file_of(const Scene *scene, const char *name)
{
    return g_build_filename(scene->source, name, NULL);
}

static void write_file(const Scene *scene, const char *name, const char *content)
{
    g_autofree char *file = file_of(scene, name);
    g_autofree char *folder = g_path_get_dirname(file);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(file, content, -1, NULL));
}

static void remove_file(const Scene *scene, const char *name)
{
    g_autofree char *file = file_of(scene, name);
    g_assert_cmpint(g_unlink(file), ==, 0);
}

/* A file of the source, indexed as if it were a picture; its id. */
static gint64 put(const Scene *scene, const char *name, const char *content)
{
    write_file(scene, name, content);
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaPicture) picture = fixture_picture();
    g_autofree char *bytes = file_of(scene, name);
    g_autofree char *path = path_to_text(bytes);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *last = g_path_get_basename(path);
    IngestFile file = {.folder_path = folder, .name = last, .file_bytes = 1, .modified_ns = 1};
    g_autoptr(StoreTx) tx = fixture_write(scene->fixture);
    source_add(tx, scene->source, &file.source_id, &error);
    g_assert_no_error(error);
    ingest_photo(tx, &file, picture, &error);
    g_assert_no_error(error);
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Photo) photo = photo_get_by_path(tx, owner, path, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return photo->id;
}

static Download *begin(const Scene *scene, const gint64 *ids, gsize count)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    Download *download = download_new(scene->library, owner, ids, count, &error);
    g_assert_no_error(error);
    return download;
}

/* Writes the archive to "archive.zip"; FALSE with an error when it broke off. */
static gboolean save(const Scene *scene, Download *download, GError **error)
{
    g_autofree char *path = g_build_filename(scene->fixture->folder, "archive.zip", NULL);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 buffer[37];
    gssize given = 0;
    while ((given = download_pull(download, buffer, sizeof buffer, error)) > 0) {
        g_byte_array_append(bytes, buffer, (guint)given);
    }
    if (given < 0) {
        return FALSE;
    }
    g_assert_cmpint(bytes->len, ==, download_bytes(download));
    g_assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
    return TRUE;
}

/* What unzip says of archive.zip, which must be sound. */
static char *unzip(const Scene *scene, const char *option, const char *entry)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(scene->fixture->folder, "archive.zip", NULL);
    const char *arguments[] = {"unzip", option, path, entry, NULL};
    char *out = NULL;
    int status = 0;
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_true(g_spawn_check_wait_status(status, &error));
    return out;
}

static void assert_content(const Scene *scene, const char *entry, const char *expected)
{
    g_autofree char *content = unzip(scene, "-p", entry);
    g_assert_cmpstr(content, ==, expected);
}

static void test_a_selection(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autoptr(GError) error = NULL;
    const gint64 ids[] = {
        put(&scene, "a/one.jpg", "first"),
        put(&scene, "b/ONE.jpg", "second"),
        put(&scene, "empty.jpg", ""),
        put(&scene, "what?\xFF.jpg", "odd"),
    };
    const gint64 wanted[] = {ids[1], 99999, ids[0], ids[0], ids[3], ids[2]};
    g_autoptr(Download) download = begin(&scene, wanted, G_N_ELEMENTS(wanted));
    g_assert_true(save(&scene, download, &error));
    g_assert_no_error(error);
    g_autofree char *verdict = unzip(&scene, "-tqq", NULL);
    g_autofree char *names = unzip(&scene, "-Z1", NULL);
    g_assert_cmpstr(names, ==, "ONE.jpg\none (2).jpg\nwhat__.jpg\nempty.jpg\n");
    assert_content(&scene, "ONE.jpg", "second");
    assert_content(&scene, "one (2).jpg", "first");
    assert_content(&scene, "what__.jpg", "odd");
    assert_content(&scene, "empty.jpg", "");
}

static void test_what_is_gone_is_named(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autoptr(GError) error = NULL;
    const gint64 ids[] = {put(&scene, "a.jpg", "here"), put(&scene, "b.jpg", "gone")};
    remove_file(&scene, "b.jpg");
    g_autoptr(Download) download = begin(&scene, ids, G_N_ELEMENTS(ids));
    g_assert_true(save(&scene, download, &error));
    g_autofree char *names = unzip(&scene, "-Z1", NULL);
    g_assert_cmpstr(names, ==, "a.jpg\nnot in this archive.txt\n");
    g_autofree char *text = unzip(&scene, "-p", "not in this archive.txt");
    g_autofree char *path = file_of(&scene, "b.jpg");
    g_assert_true(g_str_has_prefix(text, path));
    g_assert_true(g_str_has_suffix(text, "\r\n"));
}

/* The length was promised: who is told less knows that the archive is not whole. */
static void test_what_changes_meanwhile_breaks_it_off(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    const gint64 ids[] = {put(&scene, "a.jpg", "here"), put(&scene, "b.jpg", "here too")};

    g_autoptr(GError) vanished = NULL;
    g_autoptr(Download) first = begin(&scene, ids, G_N_ELEMENTS(ids));
    remove_file(&scene, "b.jpg");
    g_assert_false(save(&scene, first, &vanished));
    g_assert_error(vanished, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);

    g_autoptr(GError) grown = NULL;
    write_file(&scene, "b.jpg", "here too");
    g_autoptr(Download) second = begin(&scene, ids, G_N_ELEMENTS(ids));
    write_file(&scene, "b.jpg", "here too, and more");
    g_assert_false(save(&scene, second, &grown));
    g_assert_error(grown, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_assert_cmpstr(grown->message, ==, "b.jpg changed while it was put into an archive");
}

static void test_only_what_the_viewer_may_have(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_autoptr(Principal) owner = principal_new_owner();
    const gint64 ids[] = {put(&scene, "a.jpg", "here"), 99999};
    g_assert_cmpint(download_count(scene.library, owner, ids, 2, &error), ==, 1);
    g_assert_cmpint(download_count(scene.library, nobody, ids, 2, &error), ==, 0);
    g_assert_no_error(error);
    g_assert_null(download_new(scene.library, nobody, ids, 2, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(download_new(scene.library, owner, ids + 1, 1, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/download/selection", test_a_selection);
    store_fixture_add("/download/gone", test_what_is_gone_is_named);
    store_fixture_add("/download/meanwhile", test_what_changes_meanwhile_breaks_it_off);
    store_fixture_add("/download/viewer", test_only_what_the_viewer_may_have);
    return g_test_run();
}
