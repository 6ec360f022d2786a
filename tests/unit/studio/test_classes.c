#include "studio/classes.h"

#include "base/limits.h"
#include "shape_scene.h"

#include <string.h>

static GPtrArray *classes_of(AnnotationClass *first, ...) G_GNUC_NULL_TERMINATED;

static void free_class(gpointer class_)
{
    class_free(class_);
}

static GPtrArray *classes_of(AnnotationClass *first, ...)
{
    GPtrArray *classes = g_ptr_array_new_with_free_func(free_class);
    va_list more;
    va_start(more, first);
    for (AnnotationClass *class_ = first; class_; class_ = va_arg(more, AnnotationClass *)) {
        g_ptr_array_add(classes, class_);
    }
    va_end(more);
    return classes;
}

static AnnotationClass *colored(const char *name, ShapeKind kind, const char *color)
{
    AnnotationClass *class_ = class_new(name, kind);
    class_->color = g_strdup(color);
    return class_;
}

/* Takes the classes. */
static void replace(StudioScene *scene, GPtrArray *taken)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) classes = taken;
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    class_replace(tx, scene->dataset->project_id, classes, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

/* "name/kind=shapes@images" of each, in the list's order. */
static void check(StudioScene *scene, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) classes = class_list_counted(tx, scene->dataset->project_id, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(classes, i);
        g_string_append_printf(text, "%s%s/%s=%d@%d%s", i > 0 ? " " : "", class_->name,
                               class_->kind ? shape_kind_name(class_->kind) : "any",
                               (int)class_->annotation_count, (int)class_->image_count,
                               class_->id == 0 ? "*" : "");
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_replace_keeps_what_is_not_told(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    AnnotationClass *person = colored("person", SHAPE_KEYPOINT, "#112233");
    person->skeleton = g_strdup("{\"nodes\":[]}");
    person->attributes = g_strdup("[]");
    replace(&scene, classes_of(person, class_new("cat", SHAPE_BBOX), class_new("cat", 0), NULL));
    replace(&scene, classes_of(class_new("cat", 0), class_new("person", SHAPE_KEYPOINT),
                               colored("person", SHAPE_BBOX, "#445566"), NULL));
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) classes = class_list(tx, scene.dataset->project_id, &error);
    g_assert_cmpuint(classes->len, ==, 3);
    const AnnotationClass *kept = g_ptr_array_index(classes, 1);
    g_assert_cmpstr(kept->name, ==, "person");
    g_assert_cmpstr(kept->skeleton, ==, "{\"nodes\":[]}");
    g_assert_cmpstr(kept->attributes, ==, "[]");
    g_assert_cmpstr(kept->color, ==, "#112233");
    const AnnotationClass *other = g_ptr_array_index(classes, 2);
    g_assert_null(other->skeleton);
    g_assert_cmpstr(other->color, ==, "#445566");
}

static void test_lists_that_are_refused(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    g_autoptr(GPtrArray) twice =
        classes_of(class_new("cat", SHAPE_BBOX), class_new("cat", SHAPE_BBOX), NULL);
    g_autoptr(GPtrArray) many = g_ptr_array_new_with_free_func(free_class);
    for (guint i = 0; i <= LIMIT_CLASSES_PER_PROJECT; i++) {
        g_autofree char *name = g_strdup_printf("c%u", i);
        g_ptr_array_add(many, class_new(name, 0));
    }
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    g_autoptr(GError) error = NULL;
    g_assert_false(class_replace(tx, scene.dataset->project_id, twice, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_false(class_replace(tx, scene.dataset->project_id, many, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE);
}

static void check_field(AnnotationClass *taken, const char *field)
{
    g_autoptr(AnnotationClass) class_ = taken;
    g_autoptr(GError) error = NULL;
    g_autofree char *found = NULL;
    g_assert_cmpint(class_check(class_, &found, &error), ==, field == NULL);
    g_assert_cmpstr(found, ==, field);
}

static void test_check(void)
{
    check_field(class_new("cat", SHAPE_BBOX), NULL);
    check_field(class_new(" ", SHAPE_BBOX), "name");
    check_field(class_new(NULL, SHAPE_BBOX), "name");
    g_autofree char *name = g_strnfill(LIMIT_CLASS_NAME_CHARACTERS + 1, 'a');
    check_field(class_new(name, 0), "name");
    check_field(colored("cat", 0, "#12AbcF"), NULL);
    check_field(colored("cat", 0, "red"), "color");
    check_field(colored("cat", 0, "#12345g"), "color");
    check_field(colored("cat", 0, "#1234567"), "color");
}

static void test_colors(void)
{
    g_autoptr(GPtrArray) classes = g_ptr_array_new_with_free_func(free_class);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < 24; i++) {
        const char *color = class_next_color(classes);
        g_assert_true(g_hash_table_add(seen, (gpointer)color));
        g_ptr_array_add(classes, colored("c", 0, color));
    }
    g_assert_nonnull(class_next_color(classes));
}

/* Two images with cats, dogs and a proposal. */
static void draw(StudioScene *scene)
{
    Shape *proposal = scene_box("p", "cat", 50);
    proposal->is_proposed = TRUE;
    Shape *line = shape_new(SHAPE_POLYLINE, "cat");
    line->uid = g_strdup("l");
    shape_add_ring(line, (const ShapePoint[]){{0, 0}, {5, 5}}, 2);
    scene_save(scene, NULL, 0, NULL,
               scene_shapes(scene_box("a", "cat", 1), scene_box("b", "cat", 2), proposal,
                            scene_box("d", "dog", 3), NULL));
    scene_save(scene, NULL, 1, NULL, scene_shapes(scene_box("a", "cat", 1), line, NULL));
}

static void test_counts(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    draw(&scene);
    check(&scene, "cat/bbox=3@2 dog/bbox=1@1 cat/polyline=1@1*");
    replace(&scene, classes_of(class_new("cat", 0), NULL));
    check(&scene, "cat/any=4@2 dog/bbox=1@1*");
}

static void test_rename(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    draw(&scene);
    ClassChanged changed = {0};
    gint64 project = scene.dataset->project_id;
    {
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_assert_false(class_rename(tx, scene.owner, project, "cat", "dog", &changed, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
        g_clear_error(&error);
        g_assert_false(class_rename(tx, scene.owner, project, "cow", "ox", &changed, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
        g_clear_error(&error);
        g_assert_false(class_rename(tx, scene.owner, project, "cat", " ", &changed, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_clear_error(&error);
        g_assert_true(class_rename(tx, scene.owner, project, "cat", "Kätzchen", &changed, &error));
        fixture_commit(tx);
    }
    g_assert_cmpint(changed.images, ==, 2);
    g_assert_cmpint(changed.annotations, ==, 5);
    g_assert_true(changed.config);
    check(&scene, "Kätzchen/bbox=3@2 dog/bbox=1@1 Kätzchen/polyline=1@1*");

    /* One revision each, and the state before it in the history. */
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_assert_cmpint(item->revision, ==, 2);
    g_autoptr(Item) untouched = studio_scene_read(&scene, 2);
    g_assert_cmpint(untouched->revision, ==, 0);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) before = annotations_at(tx, item, 1, &error);
    const Shape *shape = g_ptr_array_index(before, 0);
    g_assert_cmpstr(shape->name, ==, "cat");
}

static void test_merge(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    draw(&scene);
    replace(&scene, classes_of(class_new("dog", SHAPE_BBOX), class_new("cat", SHAPE_BBOX),
                               class_new("cat", SHAPE_POLYLINE), NULL));
    ClassChanged changed = {0};
    gint64 project = scene.dataset->project_id;
    {
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_assert_false(class_merge(tx, scene.owner, project, "cat", "cow", &changed, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
        g_clear_error(&error);
        g_assert_false(class_merge(tx, scene.owner, project, "cow", "dog", &changed, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
        g_clear_error(&error);
        g_assert_false(class_merge(tx, scene.owner, project, "cat", "cat", &changed, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_clear_error(&error);
        g_assert_true(class_merge(tx, scene.owner, project, "cat", "dog", &changed, &error));
        fixture_commit(tx);
    }
    g_assert_cmpint(changed.images, ==, 2);
    g_assert_cmpint(changed.annotations, ==, 5);
    g_assert_true(changed.config);
    check(&scene, "dog/bbox=4@2 dog/polyline=1@1");
}

static void test_delete(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    draw(&scene);
    ClassChanged changed = {0};
    gint64 project = scene.dataset->project_id;
    {
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_assert_true(class_delete(tx, scene.owner, project, "dog", 0, FALSE, &changed, &error));
        g_assert_cmpint(changed.images, ==, 0);
        g_assert_true(changed.config);
        g_assert_true(
            class_delete(tx, scene.owner, project, "cat", SHAPE_BBOX, TRUE, &changed, &error));
        g_assert_cmpint(changed.images, ==, 2);
        g_assert_cmpint(changed.annotations, ==, 4);
        g_assert_false(class_delete(tx, scene.owner, project, "cow", 0, TRUE, &changed, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
        fixture_commit(tx);
    }
    check(&scene, "cat/polyline=1@1* dog/bbox=1@1*");
    const Dataset *dataset = studio_scene_reload(&scene);
    g_assert_cmpint(dataset->annotation_count, ==, 2);
    g_assert_cmpint(dataset->proposal_count, ==, 0);
    g_autofree char *left = scene_read(&scene, 0, ANNOTATIONS_ALL);
    g_assert_cmpstr(left, ==, "d:dog");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/classes/check", test_check);
    g_test_add_func("/classes/colors", test_colors);
    store_fixture_add("/classes/replace", test_replace_keeps_what_is_not_told);
    store_fixture_add("/classes/refused", test_lists_that_are_refused);
    store_fixture_add("/classes/counts", test_counts);
    store_fixture_add("/classes/rename", test_rename);
    store_fixture_add("/classes/merge", test_merge);
    store_fixture_add("/classes/delete", test_delete);
    return g_test_run();
}
