#include "base/limits.h"
#include "shape_scene.h"

#include <math.h>
#include <string.h>

static const AnnotationsSave any = {.expected = ANNOTATIONS_ANY_REVISION};
static const AnnotationsSave drawn = {.expected = ANNOTATIONS_ANY_REVISION, .drawn = TRUE};
static const AnnotationsSave standing = {.which = ANNOTATIONS_STANDING,
                                         .expected = ANNOTATIONS_ANY_REVISION};

static void check_shapes(StudioScene *scene, guint index, AnnotationsWhich which,
                         const char *expected)
{
    g_autofree char *found = scene_read(scene, index, which);
    g_assert_cmpstr(found, ==, expected);
}

/* Refused with the code; what was there stays. Takes the shapes. */
static AnnotationsProblem refuse(StudioScene *scene, const AnnotationsSave *how, GPtrArray *taken,
                                 int code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) shapes = taken;
    g_autoptr(Item) item = studio_scene_read(scene, 0);
    g_autofree char *before = scene_read(scene, 0, ANNOTATIONS_ALL);
    AnnotationsSaved saved = {0};
    AnnotationsProblem problem = {0};
    {
        g_autoptr(StoreTx) tx = studio_scene_change(scene);
        g_assert_false(
            annotations_save(tx, scene->owner, item, shapes, how, &saved, &problem, &error));
        g_assert_error(error, ALBUMEN_ERROR, code);
        fixture_commit(tx); /* whatever was refused has written nothing */
    }
    check_shapes(scene, 0, ANNOTATIONS_ALL, before);
    return problem;
}

static void test_a_set_is_saved_and_read(StoreFixture *fixture, gconstpointer unused)
{
    static const ShapePoint ring[] = {{0, 0}, {40, 0}, {40.25, 30}};
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    Shape *polygon = shape_new(SHAPE_POLYGON, "roof");
    shape_add_ring(polygon, ring, 3);
    shape_add_ring(polygon, ring, 3);
    polygon->confidence = 0.5;
    polygon->attributes = g_strdup("{\"a\":1}");
    AnnotationsSaved saved =
        scene_save(&scene, NULL, 0, NULL, scene_shapes(scene_box("b", "cat", 1), polygon, NULL));
    g_assert_cmpint(saved.revision, ==, 1);
    g_assert_cmpint(saved.previous_count, ==, 0);
    g_assert_cmpint(saved.new_count, ==, 2);
    g_assert_cmpint(saved.status, ==, ITEM_NEW);

    g_autoptr(GError) error = NULL;
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_assert_cmpint(item->revision, ==, 1);
    g_assert_cmpint(item->annotation_count, ==, 2);
    g_assert_cmpfloat(item->min_confidence, ==, 0.5);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) shapes =
        annotations_load(tx, item->project_id, item->id, ANNOTATIONS_ALL, &error);
    g_assert_no_error(error);
    const Shape *back = g_ptr_array_index(shapes, 1);
    g_assert_cmpuint(back->ring_count, ==, 2);
    g_assert_cmpfloat(back->points[5].x, ==, 40.25);
    g_assert_cmpfloat(back->box.w, ==, 40.25);
    g_assert_cmpstr(back->attributes, ==, "{\"a\":1}");
    g_assert_cmpint((gint64)strlen(back->uid), ==, UUID_CHARS);
    const Dataset *dataset = studio_scene_reload(&scene);
    g_assert_cmpint(dataset->annotation_count, ==, 2);
}

static void test_revisions_are_compared(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    AnnotationsSave how = {.expected = 0};
    scene_save(&scene, NULL, 0, &how, scene_shapes(scene_box("a", "cat", 1), NULL));
    refuse(&scene, &how, scene_shapes(NULL, NULL), ALBUMEN_ERROR_CONFLICT);
    how.expected = 1;
    AnnotationsSaved saved = scene_save(&scene, NULL, 0, &how, scene_shapes(NULL, NULL));
    g_assert_cmpint(saved.revision, ==, 2);
    g_assert_cmpint(saved.previous_count, ==, 1);
    g_assert_cmpint(saved.new_count, ==, 0);
}

static void test_unchanged_sets_make_no_revision(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    const AnnotationsSave how = {.expected = ANNOTATIONS_ANY_REVISION, .keep_unchanged = TRUE};
    scene_save(&scene, NULL, 0, &how, scene_shapes(scene_box("a", "cat", 1), NULL));
    AnnotationsSaved saved =
        scene_save(&scene, NULL, 0, &how, scene_shapes(scene_box("a", "cat", 1), NULL));
    g_assert_cmpint(saved.revision, ==, 1);
    g_assert_cmpint(saved.new_count, ==, 1);
    saved = scene_save(&scene, NULL, 0, &how, scene_shapes(scene_box("a", "cat", 2), NULL));
    g_assert_cmpint(saved.revision, ==, 2);
}

static void test_problems_tell_their_shape(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    scene_save(&scene, NULL, 0, NULL, scene_shapes(scene_box("a", "cat", 1), NULL));
    AnnotationsProblem problem =
        refuse(&scene, &any, scene_shapes(scene_box("a", "cat", 1), scene_box("a", "dog", 1), NULL),
               ALBUMEN_ERROR_INVALID);
    g_assert_cmpint(problem.index, ==, 1);
    g_assert_cmpstr(problem.field, ==, "id");
    g_free(problem.field);
    problem =
        refuse(&scene, &any, scene_shapes(scene_box("b", "cat", NAN), NULL), ALBUMEN_ERROR_INVALID);
    g_assert_cmpstr(problem.field, ==, "bounding_box.x");
    g_free(problem.field);
    problem = refuse(&scene, &drawn, scene_shapes(scene_box("b", "cat", 1000), NULL),
                     ALBUMEN_ERROR_INVALID);
    g_assert_cmpstr(problem.field, ==, "bounding_box.x");
    g_free(problem.field);
}

/* Who draws may save again what another client stored outside of the picture. */
static void test_what_was_there_is_not_checked_anew(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    scene_save(&scene, NULL, 0, NULL, scene_shapes(scene_box("far", "cat", 1000), NULL));
    AnnotationsSaved saved =
        scene_save(&scene, NULL, 0, &drawn,
                   scene_shapes(scene_box("far", "cat", 1000), scene_box("b", "cat", 5), NULL));
    g_assert_cmpint(saved.status, ==, ITEM_ANNOTATE);
    AnnotationsProblem problem = refuse(
        &scene, &drawn, scene_shapes(scene_box("far", "cat", 1001), NULL), ALBUMEN_ERROR_INVALID);
    g_free(problem.field);
}

static void test_an_open_project_takes_new_classes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    scene_save(&scene, NULL, 0, NULL,
               scene_shapes(scene_box("a", "cat", 1), scene_box("b", "dog", 1),
                            scene_box("c", "cat", 1), NULL));
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) classes = class_list(tx, scene.dataset->project_id, &error);
    g_assert_cmpuint(classes->len, ==, 2);
    const AnnotationClass *cat = g_ptr_array_index(classes, 0);
    const AnnotationClass *dog = g_ptr_array_index(classes, 1);
    g_assert_cmpstr(cat->name, ==, "cat");
    g_assert_cmpint(cat->kind, ==, SHAPE_BBOX);
    g_assert_nonnull(cat->color);
    g_assert_cmpstr(cat->color, !=, dog->color);
}

static void close_policy(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    dataset_update(tx, scene->dataset, &(DatasetChange){.policy = CLASS_POLICY_CLOSED}, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void test_a_closed_project_takes_none(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    scene_save(&scene, NULL, 0, NULL, scene_shapes(scene_box("a", "cat", 1), NULL));
    close_policy(&scene);
    AnnotationsProblem problem =
        refuse(&scene, &any, scene_shapes(scene_box("a", "cat", 1), scene_box("b", "dog", 1), NULL),
               ALBUMEN_ERROR_INVALID);
    g_assert_true(problem.by_policy);
    g_assert_cmpint(problem.index, ==, 1);
    g_free(problem.field);
    scene_save(&scene, NULL, 0, NULL,
               scene_shapes(scene_box("a", "cat", 1), scene_box("b", "cat", 1), NULL));

    /* A class that was taken off: what has its name may keep it, others may not have it. */
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    {
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_assert_true(class_replace(tx, scene.dataset->project_id, none, &error));
        fixture_commit(tx);
    }
    scene_save(&scene, NULL, 0, &drawn, scene_shapes(scene_box("a", "cat", 7), NULL));
    problem = refuse(&scene, &drawn,
                     scene_shapes(scene_box("a", "cat", 7), scene_box("c", "cat", 7), NULL),
                     ALBUMEN_ERROR_INVALID);
    g_assert_cmpint(problem.index, ==, 1);
    g_free(problem.field);
    problem = refuse(&scene, &standing, scene_shapes(scene_box("a", "cat", 7), NULL),
                     ALBUMEN_ERROR_INVALID);
    g_assert_true(problem.by_policy);
    g_free(problem.field);
}

/* A dialect that knows neither proposals nor tags replaces what it knows. */
static void test_the_rest_stays(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    Shape *proposal = scene_box("p", "cat", 50);
    proposal->is_proposed = TRUE;
    proposal->source = SHAPE_BY_MODEL;
    proposal->confidence = 0.25;
    Shape *tag = shape_new(SHAPE_TAG, "blurred");
    tag->uid = g_strdup("t");
    Shape *box = scene_box("a", "cat", 1);
    box->source = SHAPE_BY_MODEL;
    box->model = g_strdup("yolo");
    box->answers = g_strdup("{\"q\":1}");
    scene_save(&scene, NULL, 0, NULL, scene_shapes(proposal, box, tag, NULL));
    check_shapes(&scene, 0, ANNOTATIONS_STANDING, "a:cat");
    {
        g_autoptr(Item) item = studio_scene_read(&scene, 0);
        g_assert_cmpint(item->annotation_count, ==, 1);
        g_assert_cmpint(item->proposal_count, ==, 1);
        g_assert_cmpfloat(item->min_confidence, ==, 1);
    }

    AnnotationsSaved saved =
        scene_save(&scene, NULL, 0, &standing,
                   scene_shapes(scene_box("n", "cat", 4), scene_box("a", "cat", 2), NULL));
    g_assert_cmpint(saved.previous_count, ==, 1);
    g_assert_cmpint(saved.new_count, ==, 2);
    check_shapes(&scene, 0, ANNOTATIONS_ALL, "n:cat a:cat p:cat t:blurred");
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    {
        g_autoptr(StoreTx) tx = fixture_read(fixture);
        g_autoptr(GPtrArray) shapes =
            annotations_load(tx, item->project_id, item->id, ANNOTATIONS_ALL, &error);
        const Shape *kept = g_ptr_array_index(shapes, 1);
        g_assert_cmpstr(kept->answers, ==, "{\"q\":1}");
        g_assert_cmpstr(kept->model, ==, "yolo");
        g_assert_cmpint(kept->source, ==, SHAPE_BY_MODEL);
    }

    /* A uid that one of the others had. */
    scene_save(&scene, NULL, 0, &standing, scene_shapes(scene_box("p", "cat", 4), NULL));
    check_shapes(&scene, 0, ANNOTATIONS_STANDING, "p:cat");
    g_autoptr(Item) after = studio_scene_read(&scene, 0);
    g_assert_cmpint(after->proposal_count, ==, 1);
}

static void test_authors(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(Principal) eva = studio_scene_member(&scene, "eva", MEMBER_MEMBER);
    g_autoptr(Principal) tom = studio_scene_member(&scene, "tom", MEMBER_ANNOTATOR);
    Shape *told = scene_box("told", "cat", 1);
    told->author = g_strdup("someone");
    Shape *found = scene_box("found", "cat", 1);
    found->source = SHAPE_BY_MODEL;
    scene_save(&scene, eva, 0, NULL, scene_shapes(scene_box("a", "cat", 1), told, found, NULL));
    scene_save(&scene, tom, 0, NULL,
               scene_shapes(scene_box("a", "cat", 9), scene_box("b", "cat", 1),
                            scene_box("told", "cat", 1), scene_box("found", "cat", 1), NULL));
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_assert_cmpstr(item->annotator, ==, "tom");
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) shapes =
        annotations_load(tx, item->project_id, item->id, ANNOTATIONS_ALL, &error);
    static const char *const expected[] = {"eva", "tom", "someone", NULL};
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        g_assert_cmpstr(shape->author, ==, expected[i]);
    }
}

static GPtrArray *history(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Item) item = studio_scene_read(scene, 0);
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    GPtrArray *revisions = annotations_history(tx, item, &error);
    g_assert_no_error(error);
    return revisions;
}

static void free_history(GPtrArray *revisions)
{
    for (guint i = 0; i < revisions->len; i++) {
        g_assert_nonnull(g_ptr_array_index(revisions, i));
    }
    g_ptr_array_unref(revisions);
}

static void test_history_and_restore(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(Principal) eva = studio_scene_member(&scene, "eva", MEMBER_MEMBER);
    GPtrArray *none = history(&scene);
    g_assert_cmpuint(none->len, ==, 0);
    free_history(none);
    scene_save(&scene, eva, 0, NULL, scene_shapes(scene_box("a", "cat", 1), NULL));
    scene_save(&scene, NULL, 0, NULL,
               scene_shapes(scene_box("a", "cat", 2), scene_box("b", "dog", 2), NULL));
    scene_save(&scene, NULL, 0, NULL, scene_shapes(NULL, NULL));

    g_autoptr(GPtrArray) revisions = history(&scene);
    g_assert_cmpuint(revisions->len, ==, 3);
    const AnnotationsRevision *last = g_ptr_array_index(revisions, 0);
    const AnnotationsRevision *first = g_ptr_array_index(revisions, 2);
    g_assert_cmpint(last->revision, ==, 3);
    g_assert_cmpint(last->annotation_count, ==, 0);
    g_assert_null(last->author);
    g_assert_cmpint(first->revision, ==, 1);
    g_assert_cmpint(first->annotation_count, ==, 1);
    g_assert_cmpstr(first->author, ==, "eva");
    g_assert_cmpint(first->saved_ms, >, 0);

    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    {
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_autoptr(GPtrArray) gone = annotations_at(tx, item, 9, &error);
        g_assert_null(gone);
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
        g_clear_error(&error);
        AnnotationsSaved saved = {0};
        g_assert_false(annotations_restore(tx, scene.owner, item, 2, 2, &saved, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
        g_clear_error(&error);
        g_assert_true(annotations_restore(tx, scene.owner, item, 2, 3, &saved, &error));
        g_assert_cmpint(saved.revision, ==, 4);
        g_assert_cmpint(saved.new_count, ==, 2);
        fixture_commit(tx);
    }
    check_shapes(&scene, 0, ANNOTATIONS_ALL, "a:cat b:dog");
}

/* The oldest state that one person's next step replaced goes; others' stay. */
static void test_history_is_thinned_out(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(Principal) eva = studio_scene_member(&scene, "eva", MEMBER_MEMBER);
    scene_save(&scene, eva, 0, NULL, scene_shapes(scene_box("eva", "cat", 1), NULL));
    for (guint i = 0; i < LIMIT_REVISIONS_PER_ITEM + 2; i++) {
        scene_save(&scene, NULL, 0, NULL, scene_shapes(scene_box("a", "cat", i), NULL));
    }
    g_autoptr(GPtrArray) revisions = history(&scene);
    g_assert_cmpuint(revisions->len, ==, LIMIT_REVISIONS_PER_ITEM + 1);
    const AnnotationsRevision *oldest = g_ptr_array_index(revisions, revisions->len - 1);
    const AnnotationsRevision *next = g_ptr_array_index(revisions, revisions->len - 2);
    g_assert_cmpint(oldest->revision, ==, 1);
    g_assert_cmpstr(oldest->author, ==, "eva");
    g_assert_cmpint(next->revision, ==, 4);
}

static void test_time_is_added(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery query = {
        .name = "test_time_spent",
        .sql = "SELECT CAST(sum(time_spent_ms) AS BIGINT) FROM project_item",
    };
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    const AnnotationsSave how = {
        .expected = ANNOTATIONS_ANY_REVISION, .keep_unchanged = TRUE, .time_spent_ms = 1500};
    scene_save(&scene, NULL, 0, &how, scene_shapes(NULL, NULL));
    scene_save(&scene, NULL, 0, &how, scene_shapes(scene_box("a", "cat", 1), NULL));
    gint64 spent = 0;
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    StoreStatement *row = store_prepare(tx, &query, &error);
    g_assert_true(store_step_int(row, &spent, &error));
    g_assert_cmpint(spent, ==, 3000);
}

static void test_too_many_are_refused(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    GPtrArray *many = shapes_new();
    for (guint i = 0; i <= LIMIT_SHAPES_PER_ITEM; i++) {
        g_ptr_array_add(many, scene_box(NULL, "cat", 1));
    }
    refuse(&scene, &any, many, ALBUMEN_ERROR_TOO_LARGE);
}

static void test_rows_written_otherwise_are_counted(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery accept = {
        .name = "test_accept",
        .sql = "UPDATE annotation SET is_proposed = 0",
    };
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    Shape *proposal = scene_box("p", "cat", 50);
    proposal->is_proposed = TRUE;
    proposal->confidence = 0.75;
    scene_save(&scene, NULL, 0, NULL, scene_shapes(proposal, NULL));
    {
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_assert_true(store_run(store_prepare(tx, &accept, &error), NULL, &error));
        g_assert_true(annotations_recount(tx, scene.dataset->project_id,
                                          studio_scene_item(&scene, 0), &error));
        fixture_commit(tx);
    }
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_assert_cmpint(item->annotation_count, ==, 1);
    g_assert_cmpint(item->proposal_count, ==, 0);
    g_assert_cmpfloat(item->min_confidence, ==, 0.75);
    const Dataset *dataset = studio_scene_reload(&scene);
    g_assert_cmpint(dataset->annotation_count, ==, 1);
    g_assert_cmpint(dataset->proposal_count, ==, 0);
}

/* "DIRECTORY/FILENAME=shapes " of every item, as it comes. */
static char *walk(StudioScene *scene, const AnnotationsWalkOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(AnnotationsWalk) walk = annotations_walk(tx, options, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    const Item *item = NULL;
    const GPtrArray *shapes = NULL;
    while (annotations_walk_next(walk, &item, &shapes, &error)) {
        g_string_append_printf(text, "%s|%s=%u ", item->directory, item->filename, shapes->len);
    }
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}

static void test_walk(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    studio_scene_add(&scene, FIXTURE_SOURCE "/z.jpg", "/a", NULL);
    studio_scene_add(&scene, FIXTURE_SOURCE "/b.jpg", "/a/b", NULL);
    Shape *proposal = scene_box("p", "cat", 50);
    proposal->is_proposed = TRUE;
    scene_save(&scene, NULL, 1, NULL,
               scene_shapes(scene_box("a", "cat", 1), proposal, scene_box("b", "cat", 1), NULL));
    scene_save(&scene, NULL, 2, &drawn, scene_shapes(scene_box("a", "cat", 1), NULL));

    AnnotationsWalkOptions options = {.dataset = scene.dataset};
    g_autofree char *all = walk(&scene, &options);
    g_assert_cmpstr(all, ==, "/|p000.jpg=0 /|p001.jpg=3 /a|z.jpg=1 /a/b|b.jpg=0 ");
    options.which = ANNOTATIONS_STANDING;
    options.status = "annotate";
    g_autofree char *begun = walk(&scene, &options);
    g_assert_cmpstr(begun, ==, "/a|z.jpg=1 ");
    options.status = NULL;
    {
        gint64 archived = studio_scene_item(&scene, 1);
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_assert_true(item_set_archived(tx, scene.dataset, &archived, 1, TRUE, &error));
        fixture_commit(tx);
    }
    g_autofree char *in_use = walk(&scene, &options);
    g_assert_cmpstr(in_use, ==, "/|p000.jpg=0 /a|z.jpg=1 /a/b|b.jpg=0 ");
    options.archived = TRUE;
    g_autofree char *archived_too = walk(&scene, &options);
    g_assert_cmpstr(archived_too, ==, "/|p000.jpg=0 /|p001.jpg=2 /a|z.jpg=1 /a/b|b.jpg=0 ");
}

/* More than a page, and than a batch of shapes. */
static void test_walk_of_many(StoreFixture *fixture, gconstpointer unused)
{
    enum { ITEMS = 600, DENSE = 3000 };
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, ITEMS);
    for (guint i = 300; i < 303; i++) {
        GPtrArray *many = shapes_new();
        for (guint k = 0; k < DENSE; k++) {
            g_ptr_array_add(many, scene_box(NULL, "cat", k));
        }
        scene_save(&scene, NULL, i, NULL, many);
    }
    const AnnotationsWalkOptions options = {.dataset = scene.dataset};
    g_autofree char *all = walk(&scene, &options);
    GString *expected = g_string_new(NULL);
    for (guint i = 0; i < ITEMS; i++) {
        g_string_append_printf(expected, "/|p%03u.jpg=%d ", i, i >= 300 && i < 303 ? DENSE : 0);
    }
    g_assert_cmpstr(all, ==, expected->str);
    g_string_free(expected, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/annotations/save", test_a_set_is_saved_and_read);
    store_fixture_add("/annotations/revisions", test_revisions_are_compared);
    store_fixture_add("/annotations/unchanged", test_unchanged_sets_make_no_revision);
    store_fixture_add("/annotations/problems", test_problems_tell_their_shape);
    store_fixture_add("/annotations/not_anew", test_what_was_there_is_not_checked_anew);
    store_fixture_add("/annotations/policy/open", test_an_open_project_takes_new_classes);
    store_fixture_add("/annotations/policy/closed", test_a_closed_project_takes_none);
    store_fixture_add("/annotations/rest", test_the_rest_stays);
    store_fixture_add("/annotations/authors", test_authors);
    store_fixture_add("/annotations/history", test_history_and_restore);
    store_fixture_add("/annotations/history/thin", test_history_is_thinned_out);
    store_fixture_add("/annotations/time", test_time_is_added);
    store_fixture_add("/annotations/too_many", test_too_many_are_refused);
    store_fixture_add("/annotations/recount", test_rows_written_otherwise_are_counted);
    store_fixture_add("/annotations/walk", test_walk);
    store_fixture_add("/annotations/walk/many", test_walk_of_many);
    return g_test_run();
}
