#include "studio/proposals.h"

#include "found_fixture.h"
#include "shape_scene.h"

#include <string.h>

typedef struct {
    gint64 items, shapes;
} Made;

static Made make(StudioScene *scene, const GArray *items, const ProposalsWanted *wanted)
{
    g_autoptr(GError) error = NULL;
    Made made = {0};
    studio_scene_reload(scene);
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    proposals_make(tx, scene->owner, scene->dataset, items, wanted, &made.items, &made.shapes,
                   &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return made;
}

static gint64 decide(StudioScene *scene, const GArray *items, double least, gboolean accept)
{
    g_autoptr(GError) error = NULL;
    gint64 shapes = 0;
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    proposals_decide(tx, scene->owner, scene->dataset, items, least, accept, &shapes, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    return shapes;
}

/* The names of an item's shapes, "?" after those that are proposed. */
static void check(StudioScene *scene, guint index, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Item) item = studio_scene_read(scene, index);
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) shapes =
        annotations_load(tx, item->project_id, item->id, ANNOTATIONS_ALL, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        g_string_append_printf(text, "%s%s%s", i > 0 ? " " : "", shape->name,
                               shape->is_proposed ? "?" : "");
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static gint64 photo(const StudioScene *scene, guint index)
{
    return g_array_index(scene->photos, gint64, index);
}

/* Of the first a dog and two faces, of the second a cat. */
static void find(StudioScene *scene)
{
    fixture_object(scene->fixture, photo(scene, 0), "dog");
    fixture_face(scene->fixture, photo(scene, 0), fixture_person(scene->fixture, "Eva"), 0.3);
    fixture_face(scene->fixture, photo(scene, 0), 0, 0.3);
    fixture_object(scene->fixture, photo(scene, 1), "cat");
}

static void test_what_was_found_is_proposed(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    find(&scene);
    Made made = make(&scene, NULL, &(ProposalsWanted){.objects = TRUE});
    g_assert_cmpint(made.items, ==, 2);
    g_assert_cmpint(made.shapes, ==, 2);
    check(&scene, 0, "dog?");
    check(&scene, 1, "cat?");
    check(&scene, 2, "");
    made = make(&scene, NULL, &(ProposalsWanted){.faces = TRUE, .names = TRUE});
    g_assert_cmpint(made.items, ==, 2); /* with those of before */
    check(&scene, 0, "dog? Eva? face?");

    /* Made again: the same, and no new revision. */
    g_autoptr(Item) before = studio_scene_read(&scene, 0);
    g_assert_cmpint(before->proposal_count, ==, 3);
    g_assert_cmpint(before->annotation_count, ==, 0);
    make(&scene, NULL, &(ProposalsWanted){.objects = TRUE, .faces = TRUE, .names = TRUE});
    g_autoptr(Item) after = studio_scene_read(&scene, 0);
    check(&scene, 0, "dog? Eva? face?");
    g_assert_cmpint(after->revision, ==, before->revision);
    g_assert_cmpint(studio_scene_reload(&scene)->proposal_count, ==, 4);

    /* Other wishes replace them. */
    make(&scene, NULL, &(ProposalsWanted){.faces = TRUE});
    check(&scene, 0, "dog? face? face?");
    make(&scene, NULL,
         &(ProposalsWanted){.objects = TRUE, .classes = (const char *const[]){"cat", NULL}});
    check(&scene, 0, "face? face?");
}

static void test_what_is_known_is_left_out(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    find(&scene);
    make(&scene, NULL, &(ProposalsWanted){.objects = TRUE});
    g_assert_cmpint(decide(&scene, NULL, 0, TRUE), ==, 2);
    check(&scene, 0, "dog");
    g_autoptr(Item) item = studio_scene_read(&scene, 0);
    g_assert_cmpint(item->status, ==, ITEM_ANNOTATE);
    make(&scene, NULL, &(ProposalsWanted){.objects = TRUE});
    check(&scene, 0, "dog");

    /* Drawn by somebody, a pixel beside it. */
    g_autoptr(GError) error = NULL;
    Shape *drawn = NULL;
    {
        g_autoptr(StoreTx) tx = fixture_read(fixture);
        g_autoptr(GPtrArray) shapes =
            annotations_load(tx, item->project_id, item->id, ANNOTATIONS_ALL, &error);
        drawn = shape_copy(g_ptr_array_index(shapes, 0));
    }
    g_free(drawn->uid);
    drawn->uid = g_strdup("mine");
    drawn->box.x += drawn->box.w / 20;
    scene_save(&scene, NULL, 0, NULL, scene_shapes(drawn, NULL));
    make(&scene, NULL, &(ProposalsWanted){.objects = TRUE});
    check(&scene, 0, "dog");
}

static void test_confidence_and_items(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    find(&scene);
    Made made = make(&scene, NULL, &(ProposalsWanted){.objects = TRUE, .min_confidence = 1});
    g_assert_cmpint(made.shapes, ==, 0);
    g_autoptr(GArray) second = g_array_new(FALSE, FALSE, sizeof(gint64));
    gint64 id = studio_scene_item(&scene, 1);
    g_array_append_val(second, id);
    made = make(&scene, second, &(ProposalsWanted){.objects = TRUE});
    g_assert_cmpint(made.items, ==, 1);
    check(&scene, 0, "");
    check(&scene, 1, "cat?");
    make(&scene, NULL, &(ProposalsWanted){.objects = TRUE});
    g_assert_cmpint(decide(&scene, second, 0, FALSE), ==, 1);
    check(&scene, 0, "dog?");
    check(&scene, 1, "");
    g_assert_cmpint(decide(&scene, NULL, 1, TRUE), ==, 0);
    check(&scene, 0, "dog?");

    /* What was thrown away is in the history. */
    g_autoptr(GError) error = NULL;
    g_autoptr(Item) item = studio_scene_read(&scene, 1);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(GPtrArray) before = annotations_at(tx, item, item->revision - 1, &error);
    g_assert_cmpuint(before->len, ==, 1);
}

static void test_a_closed_project_takes_its_classes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    find(&scene);
    {
        g_autoptr(GPtrArray) classes = g_ptr_array_new();
        g_autoptr(AnnotationClass) cat = class_new("cat", SHAPE_BBOX);
        g_ptr_array_add(classes, cat);
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_assert_true(class_replace(tx, scene.dataset->project_id, classes, &error));
        dataset_update(tx, scene.dataset, &(DatasetChange){.policy = CLASS_POLICY_CLOSED}, &error);
        g_assert_no_error(error);
        fixture_commit(tx);
    }
    Made made = make(&scene, NULL, &(ProposalsWanted){.objects = TRUE, .faces = TRUE});
    g_assert_cmpint(made.shapes, ==, 1);
    check(&scene, 0, "");
    check(&scene, 1, "cat?");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/proposals/found", test_what_was_found_is_proposed);
    store_fixture_add("/proposals/known", test_what_is_known_is_left_out);
    store_fixture_add("/proposals/some", test_confidence_and_items);
    store_fixture_add("/proposals/closed", test_a_closed_project_takes_its_classes);
    return g_test_run();
}
