#include "studio/version.h"

#include "studio_fixture.h"

#include <string.h>

static void draw(StudioScene *scene, guint index, const char *name, gboolean proposed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) shapes = shapes_new();
    Shape *shape = shape_new(SHAPE_BBOX, name);
    shape->box = (ShapeBox){1, 2, 30, 40};
    shape->is_proposed = proposed;
    g_ptr_array_add(shapes, shape);
    g_autoptr(Item) item = studio_scene_read(scene, index);
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    const AnnotationsSave how = {.which = ANNOTATIONS_ALL, .expected = ANNOTATIONS_ANY_REVISION};
    AnnotationsSaved saved;
    annotations_save(tx, scene->owner, item, shapes, &how, &saved, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static Version *freeze(StudioScene *scene, const VersionNew *values, GError **error)
{
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    Version *version = version_create(tx, scene->owner, scene->dataset, values, error);
    if (version) {
        fixture_commit(tx);
    }
    return version;
}

/* "p000.jpg:train:cat p001.jpg:: " of all items. */
static char *tell(StudioScene *scene, const Version *version)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(VersionWalk) walk = version_walk(tx, version->id);
    GString *text = g_string_new(NULL);
    const Item *item = NULL;
    const GPtrArray *shapes = NULL;
    while (version_walk_next(walk, &item, &shapes, &error)) {
        const char *split = split_name(item->split);
        g_string_append_printf(text, "%s%s:%s:", text->len ? " " : "", item->filename,
                               split ? split : "");
        for (guint i = 0; i < shapes->len; i++) {
            g_string_append(text, ((const Shape *)g_ptr_array_index(shapes, i))->name);
        }
    }
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}

/* What comes after leaves it as it is. */
static void test_frozen(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    draw(&scene, 0, "cat", FALSE);
    draw(&scene, 1, "dog", TRUE);
    g_autoptr(Version) version = freeze(&scene, &(VersionNew){.note = "first"}, NULL);
    g_assert_cmpint(version->number, ==, 1);
    g_assert_cmpstr(version->name, ==, "v1");
    g_assert_cmpstr(version->note, ==, "first");
    g_assert_cmpint(version->item_count, ==, 3);
    g_assert_cmpint(version->annotation_count, ==, 1);
    g_assert_cmpint(version->split_counts[SPLIT_NONE], ==, 3);
    draw(&scene, 0, "owl", FALSE);
    gint64 last = studio_scene_item(&scene, 2);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(item_delete(tx, scene.dataset, &last, 1, NULL));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_autofree char *text = tell(&scene, version);
    g_assert_cmpstr(text, ==, "p000.jpg::cat p001.jpg:: p002.jpg::");
}

static void test_classes(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) classes = g_ptr_array_new_with_free_func((GDestroyNotify)class_free);
    AnnotationClass *body = class_new("body", SHAPE_KEYPOINT);
    body->skeleton = g_strdup("{\"nodes\":[{\"name\":\"a\",\"x\":0,\"y\":0}],\"edges\":[]}");
    body->color = g_strdup("#00ff00");
    g_ptr_array_add(classes, body);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_assert_true(class_replace(tx, scene.dataset->project_id, classes, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_autoptr(Version) version = freeze(&scene, &(VersionNew){0}, NULL);
    tx = fixture_read(fixture);
    g_autoptr(GPtrArray) kept = version_classes(tx, version->id, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(kept->len, ==, 1);
    const AnnotationClass *class_ = g_ptr_array_index(kept, 0);
    g_assert_cmpstr(class_->name, ==, "body");
    g_assert_cmpint(class_->kind, ==, SHAPE_KEYPOINT);
    g_assert_cmpstr(class_->color, ==, "#00ff00");
    g_assert_nonnull(strstr(class_->skeleton, "\"name\":\"a\""));
}

static void test_splits(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 10);
    const SplitRule rule = {50, 30, 20, 7, SPLIT_BY_IMAGE};
    g_autoptr(Version) version = freeze(&scene, &(VersionNew){.rule = &rule}, NULL);
    g_assert_cmpint(version->split_counts[SPLIT_TRAIN], ==, 5);
    g_assert_cmpint(version->split_counts[SPLIT_VAL], ==, 3);
    g_assert_cmpint(version->split_counts[SPLIT_TEST], ==, 2);
    g_assert_cmpstr(version->split_rule, ==,
                    "{\"train\":50,\"val\":30,\"test\":20,\"seed\":7,\"by\":\"image\"}");
    g_autoptr(Version) again = freeze(&scene, &(VersionNew){.rule = &rule}, NULL);
    g_autofree char *first = tell(&scene, version), *second = tell(&scene, again);
    g_assert_cmpstr(first, ==, second);
    g_assert_cmpmem(version->content_hash.bytes, HASH_BYTES, again->content_hash.bytes, HASH_BYTES);
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_assert_cmpint(item->split, ==, SPLIT_NONE); /* the items stay as they are */
}

static void test_refused(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(freeze(&scene, &(VersionNew){0}, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    studio_scene_add(&scene, FIXTURE_SOURCE "/new.jpg", "/", NULL);
    g_autoptr(Version) version = freeze(&scene, &(VersionNew){.name = "v2"}, &error);
    g_assert_no_error(error);
    g_assert_null(freeze(&scene, &(VersionNew){.name = "v2"}, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_autoptr(Version) second = freeze(&scene, &(VersionNew){0}, &error); /* "v2" is taken */
    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(second->name, "v2 "));
    g_autoptr(Principal) stranger = studio_scene_stranger(&scene);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_null(version_find(tx, stranger, version->uuid, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/studio/version/frozen", test_frozen);
    store_fixture_add("/studio/version/classes", test_classes);
    store_fixture_add("/studio/version/splits", test_splits);
    store_fixture_add("/studio/version/refused", test_refused);
    return g_test_run();
}
