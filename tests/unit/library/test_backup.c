#include "library/backup.h"

#include "library/trash.h"
#include "library_fixture.h"
#include "store/dump.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gint compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every row of every table in lines that sort, whatever the engine; without what a restore changes.
 */
static char *all_rows(Store *store)
{
    static const char *const changed[] = {"library_version", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_read(store, &error);
    g_autoptr(GPtrArray) tables = store_tables(tx, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < tables->len; i++) {
        const StoreTable *table = g_ptr_array_index(tables, i);
        StoreStatement *row = store_dump_rows(tx, table, &error);
        g_assert_no_error(error);
        while (!g_strv_contains(changed, table->name) && store_step(row, &error) == STORE_ROW) {
            GString *line = g_string_new(table->name);
            for (guint c = 0; c < table->columns->len; c++) {
                const StoreColumn *column = &g_array_index(table->columns, StoreColumn, c);
                gsize length = 0;
                if (store_column_is_null(row, (int)c)) {
                    g_string_append(line, "|NULL");
                } else if (column->type == STORE_TYPE_BLOB) {
                    gconstpointer bytes = store_column_blob(row, (int)c, &length);
                    g_autofree char *text = g_base64_encode(bytes, length);
                    g_string_append_printf(line, "|%s", text);
                } else if (column->type == STORE_TYPE_DOUBLE) {
                    g_string_append_printf(line, "|%.17g", store_column_double(row, (int)c));
                } else {
                    g_string_append_printf(line, "|%s", store_column_text(row, (int)c));
                }
            }
            g_ptr_array_add(lines, g_string_free(line, FALSE));
        }
        g_assert_no_error(error);
    }
    g_ptr_array_sort(lines, compare_lines);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static void run_sql(StoreFixture *fixture, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

/* Rows of every kind of value, and with references both ways. */
static void fill(StoreFixture *fixture)
{
    static const StoreQuery queries[] = {
        {.name = "account",
         .sql = "INSERT INTO account (id, username, display_name, password_hash, role, created_ms) "
                "VALUES (7, 'ann', 'Ann \"A\" Ü', '$argon2id$x', 'admin', 5)"},
        {.name = "rating",
         .sql = "INSERT INTO rating (account_id, photo_id, stars, favorite, rejected, changed_ms, "
                "version) SELECT 7, id, 4, 1, 0, 9, 1 FROM photo WHERE name = 'a.jpg'"},
        {.name = "stack",
         .sql = "UPDATE photo SET stack_of = (SELECT max(id) FROM photo) WHERE name = 'a.jpg'"},
        {.name = "facts",
         .sql = "UPDATE photo SET latitude = -33.04580000000001, f_stop = 0.1, "
                "shutter_seconds = 1e-300, phash = -9223372036854775807 - 1, "
                "caption = 'two\nlines', altitude = 5"},
        {.name = "setting", .sql = "INSERT INTO setting (name, value) VALUES ('secret', 'xyz')"},
    };
    MediaPicture *tagged = fixture_picture();
    fixture_tag(tagged, "sea");
    fixture_tag(tagged, "été");
    fixture_add(fixture, FIXTURE_SOURCE "/a.jpg", tagged);
    fixture_add(fixture, FIXTURE_SOURCE "/\xEF\x9F\xBF.jpg", NULL);
    fixture_add(fixture, FIXTURE_SOURCE "/deep/b.jpg", NULL);
    fixture_add_failure(fixture, FIXTURE_SOURCE "/bad.jpg", ALBUMEN_ERROR_CORRUPT, "It ends");
    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
        run_sql(fixture, &queries[i]);
    }
}

typedef struct {
    Library *library;
    char *file, *data;
} Scene;

static void scene_clear(Scene *scene)
{
    library_close(scene->library);
    g_free(scene->file);
    g_free(scene->data);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static char *beneath(StoreFixture *fixture, const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static void put_file(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_file(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *found = NULL;
    g_file_get_contents(path, &found, NULL, NULL);
    g_assert_cmpstr(found, ==, text);
}

/* A filled library and a backup of it. */
static Scene scene_new(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    fill(fixture);
    Scene scene = {.file = beneath(fixture, "backup.tar.zst"), .data = beneath(fixture, "data")};
    scene.library = library_open(scene.data, fixture->url, &error);
    g_assert_no_error(error);
    put_file(scene.data, "albumen.conf",
             "[store]\ndatabase=postgresql:///old\n[jobs]\nworkers=3\n");
    put_file(scene.data, "trash/01890000-0000-7000-8000-000000000000/x\xFF.jpg", "thrown away");
    put_file(scene.data, "uploads/2020/u.jpg", "sent");
    put_file(scene.data, "uploads/.partial/0123", "half");
    const BackupOptions options = {.program = "test", .thumbnails = TRUE};
    BackupCounts counts;
    g_assert_true(backup_write(scene.library, &options, scene.file, &counts, &error));
    g_assert_no_error(error);
    g_assert_cmpint(counts.files, ==, 3);
    return scene;
}

static gboolean restore(const Scene *scene, const char *data, const char *url, GError **error)
{
    const RestoreOptions options = {.data_folder = data, .database_url = url};
    BackupCounts counts;
    g_autofree char *aside = NULL;
    gboolean done = backup_restore(scene->file, &options, &counts, &aside, error);
    g_assert_null(aside);
    return done;
}

static Store *open_store(const char *url)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(url, &error);
    g_assert_no_error(error);
    return store;
}

static void assert_same_rows(Store *one, Store *other)
{
    g_autofree char *here = all_rows(one);
    g_autofree char *there = all_rows(other);
    g_assert_nonnull(strstr(here, "Ann"));
    g_assert_cmpstr(here, ==, there);
}

static void test_there_and_back(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = scene_new(fixture);
    struct stat info;
    g_assert_cmpint(stat(scene.file, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0600);

    g_autofree char *data = beneath(fixture, "new");
    g_assert_true(restore(&scene, data, NULL, &error));
    g_assert_no_error(error);
    assert_file(data, "albumen.conf", "[store]\n\n[jobs]\nworkers=3\n"); /* of no database */
    assert_file(data, "trash/01890000-0000-7000-8000-000000000000/x\xFF.jpg", "thrown away");
    assert_file(data, "uploads/2020/u.jpg", "sent");
    assert_file(data, "uploads/.partial/0123", NULL);
    g_autofree char *database = g_build_filename(data, "albumen.db", NULL);
    g_autoptr(Store) other = open_store(database);
    assert_same_rows(fixture->store, other);
    g_assert_false(restore(&scene, data, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
}

static void empty(Store *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_load_begin(store, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_assert_true(store_load_end(tx, none, &error) && store_commit(tx, &error));
    g_assert_no_error(error);
}

/* From PostgreSQL into SQLite, from there a backup, and from that into PostgreSQL. */
static void test_across_engines(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Scene) scene = scene_new(fixture);
    g_autofree char *before = all_rows(fixture->store);
    g_autofree char *first = beneath(fixture, "first");
    g_autofree char *second = beneath(fixture, "second");
    g_assert_true(restore(&scene, first, NULL, &error));
    g_assert_no_error(error);

    g_autoptr(Library) sqlite = library_open(first, NULL, &error);
    const BackupOptions options = {.program = "test"};
    BackupCounts counts;
    g_autofree char *file = beneath(fixture, "of-sqlite");
    g_assert_true(backup_write(sqlite, &options, file, &counts, &error));
    g_assert_no_error(error);
    g_free(scene.file);
    scene.file = g_steal_pointer(&file);

    g_assert_false(restore(&scene, second, fixture->url, &error)); /* there is a library in it */
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_false(g_file_test(second, G_FILE_TEST_EXISTS));
    empty(fixture->store);
    g_assert_true(restore(&scene, second, fixture->url, &error));
    g_assert_no_error(error);
    g_autofree char *after = all_rows(fixture->store);
    g_assert_cmpstr(before, ==, after);
    /* Ids go on where they were. */
    g_assert_cmpint(fixture_add(fixture, FIXTURE_SOURCE "/next.jpg", NULL), ==, 4);
}

static void refused(const Scene *scene, const char *data, const char *said)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(restore(scene, data, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_assert_nonnull(strstr(error->message, said));
    g_assert_false(g_file_test(data, G_FILE_TEST_EXISTS));
}

static void test_what_is_no_backup(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = scene_new(fixture);
    g_autofree char *data = beneath(fixture, "new");
    g_autofree char *whole = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(scene.file, &whole, &length, NULL));
    const gsize last = 64; /* where the end is, each byte */
    for (gsize cut = 0; cut < length; cut += cut + last < length ? length / 13 : 1) {
        g_assert_true(g_file_set_contents(scene.file, whole, (gssize)cut, NULL));
        refused(&scene, data, scene.file);
    }
    for (gsize at = 10; at < length; at += at + last < length ? length / 61 : 1) {
        g_autofree char *altered = g_memdup2(whole, length);
        altered[at] = (char)(altered[at] ^ 0x10);
        g_assert_true(g_file_set_contents(scene.file, altered, (gssize)length, NULL));
        refused(&scene, data, scene.file);
    }
    g_assert_true(g_file_set_contents(scene.file, "a text", -1, NULL));
    refused(&scene, data, scene.file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/backup/there-and-back", test_there_and_back);
    store_fixture_add_for(STORE_POSTGRES, "/backup/across", test_across_engines);
    store_fixture_add_for(STORE_SQLITE, "/backup/refused", test_what_is_no_backup);
    return g_test_run();
}
