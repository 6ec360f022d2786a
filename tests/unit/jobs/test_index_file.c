/* Single files brought in at once, by real workers, as which this program serves too
 * (scan_scene.h). */
#include "jobs/index_file.h"

#include "base/ids.h"
#include "base/path_text.h"
#include "jobs/scan.h"
#include "library/failures.h"
#include "library/originals.h"
#include "library/source.h"
#include "library/trash.h"
#include "library_fixture.h"
#include "scan_scene.h"

#include <string.h>

typedef struct {
    Scene scene;
    Indexer *indexer;
    Principal *owner;
} Bench;

static void bench_open(Bench *bench, StoreFixture *fixture)
{
    scene_open(&bench->scene, fixture);
    bench->indexer = indexer_new(bench->scene.library, bench->scene.workers);
    bench->owner = principal_new_owner();
}

static void bench_close(Bench *bench)
{
    indexer_free(bench->indexer);
    principal_unref(bench->owner);
    scene_close(&bench->scene);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bench, bench_close)

static gint64 count_photos(const Bench *bench)
{
    PhotoFilter filter;
    photo_filter_init(&filter);
    return fixture_count(bench->scene.store, bench->owner, &filter);
}

static gint64 count_failures(const Bench *bench)
{
    g_autoptr(StoreTx) tx = fixture_read(bench->scene.store);
    return failure_count(tx, bench->owner, NULL);
}

static ScanProgress scan(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    const ScanOptions options = {.library = bench->scene.library, .workers = bench->scene.workers};
    ScanProgress progress;
    scan_run(&options, &progress, &error);
    g_assert_no_error(error);
    return progress;
}

static gint64 try_index(const Bench *bench, const char *name, GError **error)
{
    g_autofree char *path = scene_path(&bench->scene, name);
    g_autofree char *text = path_to_text(path);
    return index_file(bench->indexer, text, NULL, error);
}

static gint64 index_one(const Bench *bench, const char *name)
{
    g_autoptr(GError) error = NULL;
    gint64 id = try_index(bench, name, &error);
    g_assert_no_error(error);
    g_assert_cmpint(id, >, 0);
    return id;
}

static void assert_refused(const Bench *bench, const char *name, AlbumenError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(try_index(bench, name, &error), ==, 0);
    g_assert_error(error, ALBUMEN_ERROR, (int)code);
}

static void assert_thumbnails(const Bench *bench, gint64 id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grant) grant = access_grant_photo(bench->scene.library, bench->owner, id, &error);
    g_assert_no_error(error);
    for (ThumbnailSize size = THUMBNAIL_SMALL; size <= THUMBNAIL_LARGE; size++) {
        g_autoptr(GBytes) bytes = thumbnail_get(bench->scene.library, grant, size, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_bytes_get_size(bytes), >, 100);
    }
}

static gint64 width_of(const Bench *bench, gint64 id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(bench->scene.store);
    g_autoptr(Photo) photo = photo_get(tx, bench->owner, id, &error);
    g_assert_no_error(error);
    return photo->width;
}

/* --- files that lie in a source --- */

static void test_one_file(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    scene_put(&bench.scene, "a/b.jpg", 70);
    scene_put(&bench.scene, "a/c.jpg", 71);
    scene_add_source(&bench.scene, bench.scene.photos);
    gint64 id = index_one(&bench, "a/b.jpg");
    g_assert_cmpint(width_of(&bench, id), ==, 70);
    assert_thumbnails(&bench, id);
    g_assert_cmpint(count_photos(&bench), ==, 1);
    /* The scan after it has nothing more to do with it. */
    ScanProgress progress = scan(&bench);
    g_assert_cmpint(progress.unchanged, ==, 1);
    g_assert_cmpint(progress.indexed, ==, 1);
    g_assert_cmpint(index_one(&bench, "a/b.jpg"), ==, id);
    scene_put(&bench.scene, "a/b.jpg", 90);
    g_assert_cmpint(index_one(&bench, "a/b.jpg"), ==, id);
    g_assert_cmpint(width_of(&bench, id), ==, 90);
}

static void test_no_picture(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    scene_put(&bench.scene, "good.jpg", 50);
    scene_put_bytes(&bench.scene, "text.jpg", "no picture", 10);
    scene_put_bytes(&bench.scene, "empty.jpg", "", 0);
    scene_put_bytes(&bench.scene, "cut.jpg", "\xff\xd8\xff\xe0", 4);
    scene_put(&bench.scene, "crash.jpg", 50);
    scene_add_source(&bench.scene, bench.scene.photos);
    const char *const names[] = {"text.jpg", "empty.jpg", "cut.jpg", "crash.jpg"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_refused(&bench, names[i], ALBUMEN_ERROR_UNSUPPORTED);
    }
    g_assert_cmpint(count_failures(&bench), ==, G_N_ELEMENTS(names));
    assert_refused(&bench, "nowhere.jpg", ALBUMEN_ERROR_NOT_FOUND);
    index_one(&bench, "good.jpg");
    scene_put(&bench.scene, "text.jpg", 60); /* better now */
    g_assert_cmpint(width_of(&bench, index_one(&bench, "text.jpg")), ==, 60);
    g_assert_cmpint(count_failures(&bench), ==, G_N_ELEMENTS(names) - 1);
}

static void test_not_in_a_source(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    scene_put(&bench.scene, "in/a.jpg", 50);
    scene_put(&bench.scene, "out/a.jpg", 51);
    g_autofree char *in = scene_path(&bench.scene, "in");
    scene_add_source(&bench.scene, in);
    index_one(&bench, "in/a.jpg");
    assert_refused(&bench, "out/a.jpg", ALBUMEN_ERROR_NOT_FOUND);
    assert_refused(&bench, "in", ALBUMEN_ERROR_NOT_FOUND);
}

/* What a scan does with a file that was moved, this does too. */
static void test_moved(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    scene_put(&bench.scene, "a.jpg", 50);
    scene_add_source(&bench.scene, bench.scene.photos);
    gint64 id = index_one(&bench, "a.jpg");
    scene_move(&bench.scene, "a.jpg", "b.jpg");
    g_assert_cmpint(index_one(&bench, "b.jpg"), ==, id);
    g_assert_cmpint(count_photos(&bench), ==, 1);
}

/* --- beside a scan --- */

static gpointer scan_thread(gpointer data)
{
    return GINT_TO_POINTER((int)scan(data).failed);
}

static void test_beside_a_scan(StoreFixture *fixture, gconstpointer unused)
{
    enum { FILES = 24 };
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    scene_put_many(&bench.scene, "p", FILES);
    scene_add_source(&bench.scene, bench.scene.photos);
    GThread *thread = g_thread_new("scan", scan_thread, &bench);
    gint64 ids[FILES];
    for (int i = 0; i < FILES; i++) {
        g_autofree char *name = g_strdup_printf("p%03d.jpg", FILES - 1 - i);
        ids[i] = index_one(&bench, name);
    }
    g_assert_cmpint(GPOINTER_TO_INT(g_thread_join(thread)), ==, 0);
    g_assert_cmpint(count_photos(&bench), ==, FILES);
    for (int i = 0; i < FILES; i++) {
        g_assert_cmpint(width_of(&bench, ids[i]), ==, 40 + FILES - 1 - i);
        assert_thumbnails(&bench, ids[i]);
    }
    g_assert_cmpint(scan(&bench).unchanged, ==, FILES);
}

/* --- what was sent --- */

static UploadFile *send_bytes(const Bench *bench, const void *data, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = random_hex(UPLOAD_ID_CHARS / 2);
    UploadFile *file = upload_file_make(bench->scene.library, id, &error);
    g_assert_no_error(error);
    upload_file_append(file, data, length, &error);
    g_assert_no_error(error);
    return file;
}

static UploadFile *send_jpeg(const Bench *bench, int width)
{
    g_autoptr(GBytes) jpeg = scene_jpeg(width);
    return send_bytes(bench, g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg));
}

static gint64 index_sent(const Bench *bench, int width, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UploadFile) file = send_jpeg(bench, width);
    gint64 id = index_upload(bench->indexer, file, name, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(width_of(bench, id), ==, width);
    assert_thumbnails(bench, id);
    return id;
}

static int count_files(const char *folder)
{
    int count = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        count += g_file_test(path, G_FILE_TEST_IS_DIR) ? count_files(path) : 1;
    }
    return count;
}

/* Of all that lies beneath the folder of uploads. */
static void assert_files(const Bench *bench, int expected)
{
    g_autofree char *uploads =
        g_build_filename(library_data_folder(bench->scene.library), "uploads", NULL);
    g_assert_cmpint(count_files(uploads), ==, expected);
}

static char *name_of(const Bench *bench, gint64 id)
{
    g_autoptr(Grant) grant = access_grant_photo(bench->scene.library, bench->owner, id, NULL);
    return g_path_get_basename(grant_path(grant));
}

static void test_sent(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    gint64 one = index_sent(&bench, 50, "a.jpg");
    gint64 other = index_sent(&bench, 51, "a.jpg");
    g_assert_cmpint(one, !=, other);
    assert_files(&bench, 2);
    g_autofree char *second = name_of(&bench, other);
    g_assert_cmpstr(second, ==, "a (2).jpg");
    /* The same content under another name is the same photo. */
    g_assert_cmpint(index_sent(&bench, 50, "b.png"), ==, one);
    g_assert_cmpint(count_photos(&bench), ==, 2);
    assert_files(&bench, 2);
    ScanProgress progress = scan(&bench);
    g_assert_cmpint(progress.unchanged, ==, 2);
    g_assert_cmpint(progress.indexed, ==, 0);
}

static void test_sent_names(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const names[][2] = {
        {"photo", "photo.jpeg"},  {".jpg", "picture.jpeg"}, {"..", "picture.jpeg"},
        {"a?b#c/d.JPG", "d.JPG"}, {"x.xmp", "x.xmp.jpeg"},  {"wrong.png", "wrong.png"},
    };
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        gint64 id = index_sent(&bench, 60 + (int)i, names[i][0]);
        g_autofree char *name = name_of(&bench, id);
        g_autofree char *stem = g_strndup(names[i][1], strcspn(names[i][1], "."));
        g_assert_true(g_str_has_prefix(name, stem)); /* "picture" is taken the second time */
        g_assert_true(g_str_has_suffix(name, strrchr(names[i][1], '.')));
    }
}

static void test_sent_no_picture(StoreFixture *fixture, gconstpointer unused)
{
    static const struct {
        const char *name, *bytes;
    } bad[] = {{"text.jpg", "no picture"}, {"empty.jpg", ""}, {"script.html", "<html>"}};
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(UploadFile) file = send_bytes(&bench, bad[i].bytes, strlen(bad[i].bytes));
        g_assert_cmpint(index_upload(bench.indexer, file, bad[i].name, NULL, &error), ==, 0);
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
    }
    assert_files(&bench, 0);
    g_assert_cmpint(count_failures(&bench), ==, 0);
}

/* Whoever sends what was thrown away wants it again. */
static void test_sent_again_from_the_trash(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    g_autoptr(GError) error = NULL;
    gint64 first = index_sent(&bench, 50, "a.jpg");
    trash_put(bench.scene.library, bench.owner, first, &error);
    g_assert_no_error(error);
    g_assert_cmpint(count_photos(&bench), ==, 0);
    index_sent(&bench, 50, "a.jpg");
    g_assert_cmpint(count_photos(&bench), ==, 1);
}

static void test_claims(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Bench) bench = {0};
    g_autoptr(GError) error = NULL;
    bench_open(&bench, fixture);
    g_assert_true(indexer_claim(bench.indexer, "one", NULL));
    g_assert_true(indexer_claim(bench.indexer, "other", NULL));
    g_assert_false(indexer_claim(bench.indexer, "one", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    indexer_let_go(bench.indexer, "one");
    g_assert_true(indexer_claim(bench.indexer, "one", NULL));
    g_assert_false(indexer_claim(bench.indexer, "other", NULL));
}

typedef struct {
    const Bench *bench;
    int number;
} Sender;

static gpointer send_thread(gpointer data)
{
    const Sender *sender = data;
    g_autofree char *name = g_strdup_printf("s%d.jpg", sender->number);
    gint64 id = index_sent(sender->bench, 50 + sender->number % 2, name);
    return g_memdup2(&id, sizeof id);
}

/* Two contents from four at once are two photos. */
static void test_sent_at_once(StoreFixture *fixture, gconstpointer unused)
{
    enum { SENDERS = 4 };
    g_auto(Bench) bench = {0};
    bench_open(&bench, fixture);
    Sender senders[SENDERS];
    GThread *threads[SENDERS];
    gint64 ids[SENDERS];
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (Sender){&bench, i};
        threads[i] = g_thread_new("sender", send_thread, &senders[i]);
    }
    for (int i = 0; i < SENDERS; i++) {
        g_autofree gint64 *id = g_thread_join(threads[i]);
        ids[i] = *id;
    }
    g_assert_cmpint(ids[0], ==, ids[2]);
    g_assert_cmpint(ids[1], ==, ids[3]);
    g_assert_cmpint(ids[0], !=, ids[1]);
    g_assert_cmpint(count_photos(&bench), ==, 2);
    assert_files(&bench, 2);
}

int main(int argc, char **argv)
{
    hash_init();
    if (argc > 1 && g_str_equal(argv[1], "worker")) {
        return scene_worker();
    }
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/index_file/one_file", test_one_file);
    store_fixture_add("/index_file/no_picture", test_no_picture);
    store_fixture_add("/index_file/not_in_a_source", test_not_in_a_source);
    store_fixture_add("/index_file/moved", test_moved);
    store_fixture_add("/index_file/beside_a_scan", test_beside_a_scan);
    store_fixture_add("/index_file/sent", test_sent);
    store_fixture_add("/index_file/sent_names", test_sent_names);
    store_fixture_add("/index_file/sent_no_picture", test_sent_no_picture);
    store_fixture_add("/index_file/sent_again_from_the_trash", test_sent_again_from_the_trash);
    store_fixture_add("/index_file/sent_at_once", test_sent_at_once);
    store_fixture_add("/index_file/claims", test_claims);
    return g_test_run();
}
