#include "studio/export.h"

#include "studio/export_write.h"
#include "studio_fixture.h"
#include "zip_fixture.h"

#include <string.h>
#include <unistd.h>

typedef struct {
    StudioScene studio;
    Library *library;
} Scene;

static void scene_open(Scene *scene, StoreFixture *fixture, guint photos)
{
    scene->library = fixture_library(fixture);
    studio_scene_open(&scene->studio, fixture, photos);
}

static void scene_close(Scene *scene)
{
    studio_scene_close(&scene->studio);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_close)

static void draw(Scene *scene, guint index, Shape *first, Shape *second)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) shapes = shapes_new();
    g_ptr_array_add(shapes, first);
    if (second) {
        g_ptr_array_add(shapes, second);
    }
    g_autoptr(Item) item = studio_scene_read(&scene->studio, index);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene->studio);
    const AnnotationsSave how = {.which = ANNOTATIONS_ALL, .expected = ANNOTATIONS_ANY_REVISION};
    AnnotationsSaved saved;
    annotations_save(tx, scene->studio.owner, item, shapes, &how, &saved, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static Shape *box_new(const char *name, double x)
{
    Shape *shape = shape_new(SHAPE_BBOX, name);
    shape->box = (ShapeBox){x, 1, 20, 10};
    return shape;
}

static DatasetExport *create(Scene *scene, const ExportNew *values, GError **error)
{
    g_autoptr(StoreTx) tx = studio_scene_change(&scene->studio);
    DatasetExport *value =
        export_create(tx, scene->studio.owner, scene->studio.dataset, values, error);
    if (value) {
        fixture_commit(tx);
    }
    return value;
}

static ExportWritten write_export(Scene *scene, const DatasetExport *value)
{
    g_autoptr(GError) error = NULL;
    const ExportOptions options = {.base_url = "https://example.org"};
    ExportWritten written = {0};
    export_write(scene->library, value->id, &options, &written, &error);
    g_assert_no_error(error);
    g_autoptr(StoreTx) tx = fixture_change(scene->studio.fixture);
    g_assert_true(export_set_completed(tx, value->id, &written, &error));
    fixture_commit(tx);
    return written;
}

static DatasetExport *find(const Scene *scene, const char *uuid)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->studio.fixture);
    DatasetExport *value = export_find(tx, scene->studio.owner, uuid, &error);
    g_assert_no_error(error);
    return value;
}

static GHashTable *read_file(const Scene *scene, const DatasetExport *value)
{
    g_autoptr(GError) error = NULL;
    int fd = -1;
    gint64 bytes = 0;
    g_assert_true(export_open(scene->library, value, &fd, &bytes, &error));
    g_assert_cmpint(bytes, ==, value->file_bytes);
    GHashTable *files = zip_fixture_read(fd);
    close(fd);
    return files;
}

static void test_whole(StoreFixture *fixture, gconstpointer data)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture, 3);
    Shape *proposed = box_new("dog", 50);
    proposed->is_proposed = TRUE;
    draw(&scene, 0, box_new("cat", 1), proposed);
    draw(&scene, 2, box_new("owl", 2), shape_new(SHAPE_TAG, "night"));
    g_autoptr(DatasetExport) value =
        create(&scene, &(ExportNew){.format = format_find("coco")}, NULL);
    g_assert_cmpint(value->state, ==, EXPORT_PENDING);
    g_assert_cmpstr(value->name, ==, "Street COCO");
    g_assert_cmpint(value->file_bytes, ==, -1);
    ExportWritten written = write_export(&scene, value);
    g_assert_cmpint(written.images, ==, 3);
    g_assert_cmpint(written.annotations, ==, 2);
    g_assert_cmpstr(written.report, ==,
                    "[{\"what\":\"tags of whole pictures are left out\",\"count\":1}]");
    g_free(written.report);
    g_autoptr(DatasetExport) complete = find(&scene, value->uuid);
    g_assert_cmpint(complete->state, ==, EXPORT_COMPLETED);
    g_assert_cmpint(complete->image_count, ==, 3);
    g_assert_cmpint(complete->expires_ms, >, complete->finished_ms);
    g_autoptr(GHashTable) files = read_file(&scene, complete);
    g_assert_cmpuint(g_hash_table_size(files), ==, 2);
    const char *text = g_hash_table_lookup(files, "annotations.json");
    g_assert_nonnull(strstr(text, "\"file_name\":\"p001.jpg\""));
    g_assert_nonnull(strstr(text, "\"categories\":[{\"id\":1,\"name\":\"cat\""));
    g_assert_null(strstr(text, "\"bbox\":[50.0"));
    const char *readme = g_hash_table_lookup(files, "README.txt");
    g_assert_nonnull(strstr(readme, "3 images, 2 annotations."));
    g_assert_nonnull(strstr(readme, "- tags of whole pictures are left out (1)"));
}

/* A filter by class leaves out shapes, one by status images; archived ones never come. */
static void test_filters(StoreFixture *fixture, gconstpointer data)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture, 3);
    draw(&scene, 0, box_new("cat", 1), box_new("dog", 3));
    draw(&scene, 1, box_new("dog", 1), NULL);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene.studio);
    gint64 last = studio_scene_item(&scene.studio, 2), first = studio_scene_item(&scene.studio, 0);
    g_assert_true(item_set_archived(tx, scene.studio.dataset, &last, 1, TRUE, NULL));
    g_assert_true(item_set_status(tx, scene.studio.owner, scene.studio.dataset, &first, 1,
                                  ITEM_COMPLETE, NULL));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    const char *const classes[] = {"cat", NULL};
    g_autoptr(DatasetExport) by_class =
        create(&scene, &(ExportNew){.format = format_find("csv"), .class_filter = classes}, NULL);
    ExportWritten written = write_export(&scene, by_class);
    g_assert_cmpint(written.images, ==, 2);
    g_assert_cmpint(written.annotations, ==, 1);
    g_free(written.report);
    g_autoptr(DatasetExport) by_status = create(
        &scene, &(ExportNew){.format = format_find("csv"), .status_filter = "complete"}, NULL);
    written = write_export(&scene, by_status);
    g_assert_cmpint(written.images, ==, 1);
    g_assert_cmpint(written.annotations, ==, 2);
    g_free(written.report);
}

static void test_refused(StoreFixture *fixture, gconstpointer data)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture, 1);
    const Format *coco = format_find("coco");
    g_autoptr(GError) error = NULL;
    g_autoptr(DatasetExport) one = create(&scene, &(ExportNew){.name = "a", .format = coco}, NULL);
    g_assert_null(create(&scene, &(ExportNew){.name = "a", .format = coco}, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_null(create(&scene, &(ExportNew){.name = " ", .format = coco}, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_null(create(&scene, &(ExportNew){.format = coco, .status_filter = "done"}, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    int fd = -1;
    gint64 bytes = 0;
    g_assert_false(export_open(scene.library, one, &fd, &bytes, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_autoptr(Principal) stranger = studio_scene_stranger(&scene.studio);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_null(export_find(tx, stranger, one->uuid, NULL));
}

static gboolean stop(gint64 done, gint64 total, gpointer data)
{
    return done == 0;
}

/* What is stopped leaves nothing behind, and can be written again. */
static void test_stopped(StoreFixture *fixture, gconstpointer data)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture, 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(DatasetExport) value =
        create(&scene, &(ExportNew){.format = format_find("yolo")}, NULL);
    ExportWritten written = {0};
    const ExportOptions options = {.base_url = "", .progress = stop};
    g_assert_false(export_write(scene.library, value->id, &options, &written, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED);
    g_autofree char *folder = g_build_filename(library_data_folder(scene.library), "exports", NULL);
    g_autoptr(GDir) listing = g_dir_open(folder, 0, NULL);
    g_assert_null(g_dir_read_name(listing));
    written = write_export(&scene, value);
    g_assert_cmpint(written.images, ==, 2);
    g_free(written.report);
}

/* Pictures whose file is not there are named, and fail nothing. */
static void test_missing_pictures(StoreFixture *fixture, gconstpointer data)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture, 1);
    g_autoptr(DatasetExport) value =
        create(&scene, &(ExportNew){.format = format_find("coco"), .include_images = TRUE}, NULL);
    ExportWritten written = write_export(&scene, value);
    g_assert_nonnull(strstr(written.report, "pictures whose file cannot be had are left out"));
    g_free(written.report);
    g_autoptr(DatasetExport) complete = find(&scene, value->uuid);
    g_autoptr(GHashTable) files = read_file(&scene, complete);
    const char *text = g_hash_table_lookup(files, "not in this archive.txt");
    g_assert_true(g_str_has_prefix(text, "images/p000.jpg: "));
}

static void test_sweep(StoreFixture *fixture, gconstpointer data)
{
    g_auto(Scene) scene = {0};
    scene_open(&scene, fixture, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(DatasetExport) kept =
        create(&scene, &(ExportNew){.format = format_find("coco")}, NULL);
    g_autoptr(DatasetExport) dropped =
        create(&scene, &(ExportNew){.format = format_find("coco")}, NULL);
    g_assert_cmpstr(dropped->name, ==, "Street COCO 2");
    g_free(write_export(&scene, kept).report);
    g_free(write_export(&scene, dropped).report);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene.studio);
    g_assert_true(export_delete(tx, dropped, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_assert_true(export_sweep(scene.library, &error));
    g_assert_no_error(error);
    g_autofree char *name = export_file_name(dropped->uuid);
    g_autofree char *gone =
        g_build_filename(library_data_folder(scene.library), "exports", name, NULL);
    g_assert_false(g_file_test(gone, G_FILE_TEST_EXISTS));
    g_autoptr(DatasetExport) complete = find(&scene, kept->uuid);
    g_autoptr(GHashTable) files = read_file(&scene, complete);
    g_assert_cmpuint(g_hash_table_size(files), ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/studio/export/whole", test_whole);
    store_fixture_add("/studio/export/filters", test_filters);
    store_fixture_add("/studio/export/refused", test_refused);
    store_fixture_add("/studio/export/stopped", test_stopped);
    store_fixture_add("/studio/export/missing_pictures", test_missing_pictures);
    store_fixture_add("/studio/export/sweep", test_sweep);
    return g_test_run();
}
