#include "library/trash.h"

#include "base/path_text.h"
#include "library/grant.h"
#include "library/originals.h"
#include "library/source.h"
#include "library_fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A library over a folder of photos; the folder lies on another file system when it says so. */
typedef struct {
    StoreFixture *fixture;
    Library *library;
    Principal *owner;
    char *photos;
    gint64 source;
} Scene;

static Scene scene_at(StoreFixture *fixture, const char *photos)
{
    g_autoptr(GError) error = NULL;
    Scene scene = {.fixture = fixture, .photos = g_strdup(photos)};
    g_assert_cmpint(g_mkdir_with_parents(photos, 0700), ==, 0);
    scene.owner = principal_new_owner();
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    scene.library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    source_add(tx, photos, &scene.source, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return scene;
}

static Scene scene_new(StoreFixture *fixture)
{
    g_autofree char *photos = g_build_filename(fixture->folder, "photos", NULL);
    return scene_at(fixture, photos);
}

static void scene_clear(Scene *scene)
{
    library_close(scene->library);
    principal_unref(scene->owner);
    g_free(scene->photos);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static char *place(const Scene *scene, const char *name)
{
    return g_build_filename(scene->photos, name, NULL);
}

static void put_file(const Scene *scene, const char *name, const char *text)
{
    g_autofree char *path = place(scene, name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* A file of this text, indexed as if it were a picture. */
static gint64 add(const Scene *scene, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaPicture) picture = fixture_picture();
    hash_data(text, strlen(text), &picture->hash);
    picture->format = g_str_has_suffix(name, ".nef") ? MEDIA_RAW : MEDIA_JPEG;
    put_file(scene, name, text);
    g_autofree char *bytes = place(scene, name);
    g_autofree char *path = path_to_text(bytes);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *last = g_path_get_basename(path);
    const IngestFile file = {scene->source, folder, last, (gint64)strlen(text), 1};
    g_autoptr(StoreTx) tx = fixture_write(scene->fixture);
    library_touch(tx, &error);
    ingest_photo(tx, &file, picture, &error);
    g_assert_no_error(error);
    g_autoptr(Photo) photo = photo_get_by_path(tx, scene->owner, path, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return photo->id;
}

static void assert_holds(const char *path, const char *text)
{
    g_autofree char *found = NULL;
    g_file_get_contents(path, &found, NULL, NULL);
    g_assert_cmpstr(found, ==, text); /* NULL: there is none */
}

static void assert_file(const Scene *scene, const char *name, const char *text)
{
    g_autofree char *path = place(scene, name);
    assert_holds(path, text);
}

static char *uuid_of(const Scene *scene, gint64 id)
{
    static const StoreQuery query = {.name = "uuid", .sql = "SELECT uuid FROM photo WHERE id = ?1"};
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    StoreStatement *row = store_prepare(tx, &query, NULL);
    store_bind_int(row, 1, id);
    g_assert_true(store_step_one(row, NULL));
    return g_strdup(store_column_text(row, 0));
}

static char *kept_path(const Scene *scene, gint64 id, const char *name)
{
    g_autofree char *uuid = uuid_of(scene, id);
    return g_build_filename(library_data_folder(scene->library), "trash", uuid, name, NULL);
}

static void assert_kept(const Scene *scene, gint64 id, const char *name, const char *text)
{
    g_autofree char *path = kept_path(scene, id, name);
    assert_holds(path, text);
}

static gboolean is_shown(const Scene *scene, gint64 id)
{
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(Photo) photo = photo_get(tx, scene->owner, id, NULL);
    return photo != NULL;
}

/* Names of what is kept out, the latest first. */
static char *listed(const Scene *scene, KeptOutState state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) photos =
        kept_out_list(tx, scene->owner, state, G_MAXINT64, G_MAXINT64, 100, &error);
    g_assert_no_error(error);
    g_assert_cmpint(kept_out_count(tx, scene->owner, state, &error), ==, photos->len);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < photos->len; i++) {
        const KeptOut *photo = g_ptr_array_index(photos, i);
        g_string_append_printf(names, "%s%s", i ? " " : "", photo->name);
    }
    return g_string_free(names, FALSE);
}

#define assert_listed(scene, state, names)                                                         \
    do {                                                                                           \
        g_autofree char *listed_ = listed(scene, state);                                           \
        g_assert_cmpstr(listed_, ==, names);                                                       \
    } while (0)

typedef gboolean (*One)(Library *, const Principal *, gint64, GError **);

static void does(const Scene *scene, One one, gint64 id)
{
    g_autoptr(GError) error = NULL;
    gboolean done = one(scene->library, scene->owner, id, &error);
    g_assert_no_error(error);
    g_assert_true(done);
}

static void fails(const Scene *scene, One one, gint64 id, AlbumenError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(one(scene->library, scene->owner, id, &error));
    g_assert_error(error, ALBUMEN_ERROR, (int)code);
}

static void run_sql(const Scene *scene, const StoreQuery *query, gint64 first, gint64 second)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(scene->fixture);
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, first);
    store_bind_int(statement, 2, second);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static gint64 leader_of(const Scene *scene, gint64 id)
{
    static const StoreQuery query = {
        .name = "leader",
        .sql = "SELECT stack_of FROM photo WHERE id = ?1",
    };
    gint64 leader = -1;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    StoreStatement *row = store_prepare(tx, &query, NULL);
    store_bind_int(row, 1, id);
    g_assert_true(store_step_int(row, &leader, NULL));
    return leader;
}

static void stack(const Scene *scene, gint64 member, gint64 lead)
{
    static const StoreQuery query = {
        .name = "stack",
        .sql = "UPDATE photo SET stack_of = ?2 WHERE id = ?1",
    };
    run_sql(scene, &query, member, lead);
}

static void check_there_and_back(Scene *scene)
{
    gint64 id = add(scene, "a/b.jpg", "picture");
    put_file(scene, "a/b.jpg.xmp", "of the file");
    put_file(scene, "a/b.xmp", "of the shot");
    does(scene, trash_put, id);
    assert_file(scene, "a/b.jpg", NULL);
    assert_file(scene, "a/b.xmp", NULL);
    assert_kept(scene, id, "b.jpg", "picture");
    assert_kept(scene, id, "b.xmp", "of the shot");
    g_assert_false(is_shown(scene, id));
    assert_listed(scene, KEPT_OUT_TRASH, "b.jpg");
    fails(scene, trash_put, id, ALBUMEN_ERROR_NOT_FOUND);

    g_autofree char *folder = place(scene, "a");
    g_assert_cmpint(g_rmdir(folder), ==, 0); /* it is made again */
    does(scene, trash_restore, id);
    assert_file(scene, "a/b.jpg", "picture");
    assert_file(scene, "a/b.jpg.xmp", "of the file");
    assert_file(scene, "a/b.xmp", "of the shot");
    g_assert_true(is_shown(scene, id));
    assert_listed(scene, KEPT_OUT_TRASH, "");
    g_autofree char *kept = kept_path(scene, id, NULL);
    g_assert_false(g_file_test(kept, G_FILE_TEST_EXISTS));
    fails(scene, trash_restore, id, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_there_and_back(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    check_there_and_back(&scene);
}

static char *folder_elsewhere(void)
{
    struct stat here;
    struct stat there;
    g_assert_cmpint(stat(g_get_tmp_dir(), &here), ==, 0);
    if (stat("/dev/shm", &there) != 0 || here.st_dev == there.st_dev) {
        g_test_skip("there is no second file system");
        return NULL;
    }
    char *folder = g_strdup("/dev/shm/albumen-trash-XXXXXX");
    g_assert_nonnull(g_mkdtemp(folder));
    return folder;
}

static void test_between_file_systems(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *folder = folder_elsewhere();
    if (!folder) {
        return;
    }
    {
        g_auto(Scene) scene = scene_at(fixture, folder);
        check_there_and_back(&scene);
    }
    store_fixture_remove_folder(folder);
}

static void test_a_taken_place(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 first = add(&scene, "b.jpg", "first");
    put_file(&scene, "b.xmp", "first's");
    does(&scene, trash_put, first);
    gint64 second = add(&scene, "b.jpg", "second"); /* a row of its own */
    put_file(&scene, "b.xmp", "second's");
    g_assert_cmpint(second, !=, first);
    does(&scene, trash_put, second);
    gint64 third = add(&scene, "b.jpg", "third");
    does(&scene, trash_restore, first);
    does(&scene, trash_restore, second);
    g_assert_true(is_shown(&scene, first) && is_shown(&scene, second) && is_shown(&scene, third));
    assert_file(&scene, "b.jpg", "third");
    assert_file(&scene, "b (restored).jpg", "first");
    assert_file(&scene, "b (restored).xmp", "first's");
    assert_file(&scene, "b (restored 2).jpg", "second");
    assert_file(&scene, "b (restored 2).xmp", "second's");
}

static void test_a_stack(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 lead = add(&scene, "b.jpg", "lead");
    gint64 raw = add(&scene, "b.nef", "raw"); /* behind b.jpg, as of one shot */
    put_file(&scene, "b.xmp", "shared");
    does(&scene, trash_put, lead);
    assert_listed(&scene, KEPT_OUT_TRASH, "b.jpg");
    assert_file(&scene, "b.nef", NULL);
    assert_file(&scene, "b.xmp", NULL);
    does(&scene, trash_restore, lead);
    assert_file(&scene, "b.nef", "raw");
    assert_file(&scene, "b.xmp", "shared");
    g_assert_true(is_shown(&scene, raw));

    does(&scene, trash_put, lead);
    does(&scene, trash_delete, lead);
    assert_listed(&scene, KEPT_OUT_TRASH, "");
    fails(&scene, trash_restore, raw, ALBUMEN_ERROR_NOT_FOUND);
}

/* Each stands for itself where the other is not shown. */
static void test_half_a_stack(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 lead = add(&scene, "b.jpg", "lead");
    gint64 raw = add(&scene, "b.nef", "raw");
    put_file(&scene, "b.xmp", "shared");
    does(&scene, trash_put, raw); /* what is shared stays with the other */
    assert_file(&scene, "b.jpg", "lead");
    assert_file(&scene, "b.xmp", "shared");
    does(&scene, removed_put, lead);
    does(&scene, trash_restore, raw);
    g_assert_true(is_shown(&scene, raw));
    g_assert_cmpint(leader_of(&scene, raw), ==, 0);
    does(&scene, removed_restore, lead);
    g_assert_cmpint(leader_of(&scene, raw), ==, lead);
}

static void test_for_good(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery gone = {
        .name = "gone",
        .sql = "SELECT count(*) FROM photo_gone",
    };
    g_auto(Scene) scene = scene_new(fixture);
    g_autoptr(GError) error = NULL;
    gint64 id = add(&scene, "b.jpg", "picture");
    fails(&scene, trash_delete, id, ALBUMEN_ERROR_NOT_FOUND); /* only from the trash */
    does(&scene, trash_put, id);
    g_autofree char *kept = kept_path(&scene, id, NULL);
    does(&scene, trash_delete, id);
    g_assert_false(g_file_test(kept, G_FILE_TEST_EXISTS));
    fails(&scene, trash_restore, id, ALBUMEN_ERROR_NOT_FOUND);
    gint64 count = 0;
    {
        g_autoptr(StoreTx) tx = fixture_read(fixture);
        store_step_int(store_prepare(tx, &gone, NULL), &count, &error);
        g_assert_cmpint(count, ==, 1);
    }
    gint64 old = add(&scene, "old.jpg", "old");
    does(&scene, trash_put, old);
    trash_empty_before(scene.library, library_now_ms() - 60000, &count, &error);
    g_assert_cmpint(count, ==, 0);
    trash_empty_before(scene.library, library_now_ms() + 60000, &count, &error);
    g_assert_no_error(error);
    g_assert_cmpint(count, ==, 1);
    assert_listed(&scene, KEPT_OUT_TRASH, "");
}

static void test_what_cannot_be_moved(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 gone = add(&scene, "gone.jpg", "gone");
    gint64 link = add(&scene, "link.jpg", "link");
    g_autofree char *gone_path = place(&scene, "gone.jpg");
    g_autofree char *link_path = place(&scene, "link.jpg");
    put_file(&scene, "target", "link");
    g_unlink(gone_path);
    g_unlink(link_path);
    g_assert_cmpint(symlink("target", link_path), ==, 0);
    fails(&scene, trash_put, gone, ALBUMEN_ERROR_NOT_FOUND);
    fails(&scene, trash_put, link, ALBUMEN_ERROR_FORBIDDEN);
    g_assert_true(is_shown(&scene, gone) && is_shown(&scene, link));
    fails(&scene, trash_put, 12345, ALBUMEN_ERROR_NOT_FOUND);
    assert_listed(&scene, KEPT_OUT_TRASH, "");

    /* One of a stack that cannot go holds the others back. */
    gint64 lead = add(&scene, "lead.jpg", "lead");
    stack(&scene, gone, lead);
    put_file(&scene, "lead.xmp", "lead's");
    fails(&scene, trash_put, lead, ALBUMEN_ERROR_NOT_FOUND);
    assert_file(&scene, "lead.jpg", "lead");
    assert_file(&scene, "lead.xmp", "lead's");
    g_assert_true(is_shown(&scene, lead));
}

static void test_a_folder_to_read_only(StoreFixture *fixture, gconstpointer unused)
{
    if (geteuid() == 0) {
        g_test_skip("root may write everywhere");
        return;
    }
    g_auto(Scene) scene = scene_new(fixture);
    g_autoptr(GError) error = NULL;
    gint64 id = add(&scene, "b.jpg", "picture");
    g_assert_cmpint(g_chmod(scene.photos, 0500), ==, 0);
    g_assert_false(trash_put(scene.library, scene.owner, id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN);
    g_assert_nonnull(strstr(error->message, "remove it from the library instead"));
    g_assert_cmpint(g_chmod(scene.photos, 0700), ==, 0);
    assert_file(&scene, "b.jpg", "picture");
    g_assert_true(is_shown(&scene, id));
}

static void test_removed(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 id = add(&scene, "b.jpg", "picture");
    does(&scene, removed_put, id);
    g_assert_false(is_shown(&scene, id));
    assert_file(&scene, "b.jpg", "picture");
    assert_listed(&scene, KEPT_OUT_REMOVED, "b.jpg");
    assert_listed(&scene, KEPT_OUT_TRASH, "");
    fails(&scene, trash_put, id, ALBUMEN_ERROR_NOT_FOUND);
    fails(&scene, trash_restore, id, ALBUMEN_ERROR_NOT_FOUND);
    does(&scene, removed_restore, id);
    g_assert_true(is_shown(&scene, id));
    fails(&scene, removed_restore, id, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_only_editors_see_the_trash(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) nobody = principal_new_anonymous();
    gint64 id = add(&scene, "b.jpg", "picture");
    g_assert_false(trash_put(scene.library, nobody, id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    does(&scene, trash_put, id);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_null(access_grant_kept_out(tx, nobody, id, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED);
    g_clear_error(&error);
    g_assert_null(access_grant_photo(scene.library, scene.owner, id, NULL));
    g_autoptr(Grant) grant = access_grant_kept_out(tx, scene.owner, id, &error);
    g_assert_no_error(error);
    int fd = -1;
    gint64 bytes = 0;
    g_assert_false(original_open(tx, grant, &fd, &bytes, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

/* Recovery. Each begins with what a kill at one moment leaves. */

static TrashRecovery recover(const Scene *scene)
{
    g_autoptr(GError) error = NULL;
    TrashRecovery recovery;
    g_assert_true(trash_recover(scene->library, &recovery, &error));
    g_assert_no_error(error);
    return recovery;
}

static void say_trash(const Scene *scene, gint64 id)
{
    static const StoreQuery query = {
        .name = "say_trash",
        .sql = "UPDATE photo SET kept_out = 'trash', kept_out_ms = 1, "
               "path = 'trash/' || uuid || '/' || name WHERE id = ?1 AND ?2 = 0",
    };
    run_sql(scene, &query, id, 0);
}

static void test_only_the_row_was_written(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 id = add(&scene, "b.jpg", "picture");
    gint64 changed = add(&scene, "c.jpg", "changed");
    gint64 gone = add(&scene, "d.jpg", "gone");
    put_file(&scene, "b.xmp", "sidecar");
    put_file(&scene, "c.jpg", "since");
    g_autofree char *path = place(&scene, "d.jpg");
    g_unlink(path);
    say_trash(&scene, id);
    say_trash(&scene, changed);
    say_trash(&scene, gone);
    TrashRecovery recovery = recover(&scene);
    g_assert_cmpint(recovery.finished, ==, 1);
    g_assert_cmpint(recovery.undone, ==, 1);
    g_assert_cmpint(recovery.missing, ==, 1);
    g_assert_false(is_shown(&scene, gone));
    assert_listed(&scene, KEPT_OUT_TRASH, "b.jpg");
    assert_kept(&scene, id, "b.jpg", "picture");
    assert_kept(&scene, id, "b.xmp", "sidecar");
    assert_file(&scene, "c.jpg", "since");
    g_assert_true(is_shown(&scene, changed));
    does(&scene, trash_restore, id);
    assert_file(&scene, "b.jpg", "picture");
    recovery = recover(&scene);
    g_assert_cmpint(recovery.finished + recovery.undone + recovery.strange, ==, 0);
}

/* Nothing is known of what lies on a disk that is not there. */
static void test_the_source_is_away(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 id = add(&scene, "b.jpg", "picture");
    say_trash(&scene, id);
    g_autofree char *away = g_strconcat(scene.photos, "-away", NULL);
    g_assert_cmpint(g_rename(scene.photos, away), ==, 0);
    TrashRecovery recovery = recover(&scene);
    g_assert_cmpint(recovery.lost, ==, 1);
    assert_listed(&scene, KEPT_OUT_TRASH, "b.jpg");
    g_assert_cmpint(g_rename(away, scene.photos), ==, 0);
    recovery = recover(&scene);
    g_assert_cmpint(recovery.finished, ==, 1);
    assert_kept(&scene, id, "b.jpg", "picture");
}

static void write_kept(const Scene *scene, gint64 id, const char *name, const char *text)
{
    g_autofree char *path = kept_path(scene, id, name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void test_half_a_copy(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 half = add(&scene, "half.jpg", "picture");
    gint64 whole = add(&scene, "whole.jpg", "another");
    g_autofree char *path = place(&scene, "whole.jpg");
    write_kept(&scene, half, ".moving", "pict");
    write_kept(&scene, whole, ".moving", "another");
    g_unlink(path);
    say_trash(&scene, half);
    say_trash(&scene, whole);
    /* A restore was under way: the copy beside its place is as good as none. */
    g_autofree char *uuid = uuid_of(&scene, half);
    g_autofree char *hidden = g_strconcat(".albumen-", uuid, NULL);
    put_file(&scene, hidden, "picture");
    TrashRecovery recovery = recover(&scene);
    g_assert_cmpint(recovery.finished, ==, 2);
    assert_kept(&scene, half, "half.jpg", "picture");
    assert_kept(&scene, half, ".moving", NULL);
    assert_kept(&scene, whole, "whole.jpg", "another");
    assert_file(&scene, hidden, NULL);
    assert_file(&scene, "half.jpg", NULL);
}

static void rename_kept(const Scene *scene, gint64 id, const char *prefix)
{
    g_autofree char *uuid = uuid_of(scene, id);
    g_autofree char *from =
        g_build_filename(library_data_folder(scene->library), "trash", uuid, NULL);
    g_autofree char *name = g_strconcat(prefix, uuid, NULL);
    g_autofree char *to =
        g_build_filename(library_data_folder(scene->library), "trash", name, NULL);
    g_assert_cmpint(g_rename(from, to), ==, 0);
}

static void test_set_aside(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery forget = {
        .name = "forget",
        .sql = "DELETE FROM photo WHERE id = ?1 AND ?2 = 0",
    };
    g_auto(Scene) scene = scene_new(fixture);
    gint64 stays = add(&scene, "stays.jpg", "stays");
    gint64 goes = add(&scene, "goes.jpg", "goes");
    does(&scene, trash_put, stays);
    does(&scene, trash_put, goes);
    rename_kept(&scene, stays, ".deleting-");
    rename_kept(&scene, goes, ".deleting-");
    g_autofree char *uuid = uuid_of(&scene, goes);
    run_sql(&scene, &forget, goes, 0);
    TrashRecovery recovery = recover(&scene);
    g_assert_cmpint(recovery.deleted, ==, 1);
    g_assert_cmpint(recovery.lost, ==, 0);
    assert_kept(&scene, stays, "stays.jpg", "stays");
    g_autofree char *aside =
        g_strdup_printf("%s/trash/.deleting-%s", library_data_folder(scene.library), uuid);
    g_assert_false(g_file_test(aside, G_FILE_TEST_EXISTS));
}

/* After a power cut the move may have outlived its row; and what no row knows is left alone. */
static void test_folders_without_a_row(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    gint64 id = add(&scene, "b.jpg", "picture");
    g_autofree char *path = place(&scene, "b.jpg");
    write_kept(&scene, id, "b.jpg", "picture");
    g_unlink(path);
    g_autofree char *other = g_build_filename(library_data_folder(scene.library), "trash",
                                              "01890000-0000-7000-8000-000000000000", NULL);
    g_autofree char *inside = g_build_filename(other, "c.jpg", NULL);
    g_assert_cmpint(g_mkdir(other, 0700), ==, 0);
    g_assert_true(g_file_set_contents(inside, "unknown", -1, NULL));
    TrashRecovery recovery = recover(&scene);
    g_assert_cmpint(recovery.undone, ==, 1);
    g_assert_cmpint(recovery.strange, ==, 1);
    assert_file(&scene, "b.jpg", "picture");
    assert_holds(inside, "unknown");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/trash/there-and-back", test_there_and_back);
    store_fixture_add("/trash/between-file-systems", test_between_file_systems);
    store_fixture_add("/trash/taken", test_a_taken_place);
    store_fixture_add("/trash/stack", test_a_stack);
    store_fixture_add("/trash/half-a-stack", test_half_a_stack);
    store_fixture_add("/trash/for-good", test_for_good);
    store_fixture_add("/trash/cannot", test_what_cannot_be_moved);
    store_fixture_add("/trash/read-only", test_a_folder_to_read_only);
    store_fixture_add("/trash/removed", test_removed);
    store_fixture_add("/trash/editors", test_only_editors_see_the_trash);
    store_fixture_add("/trash/recover/row", test_only_the_row_was_written);
    store_fixture_add("/trash/recover/away", test_the_source_is_away);
    store_fixture_add("/trash/recover/copy", test_half_a_copy);
    store_fixture_add("/trash/recover/aside", test_set_aside);
    store_fixture_add("/trash/recover/no-row", test_folders_without_a_row);
    return g_test_run();
}
