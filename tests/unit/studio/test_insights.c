#include "studio/insights.h"

#include "studio/tally.h"

#include "studio_fixture.h"

#include <math.h>

static void put_shape(StoreTx *tx, const StudioScene *scene, guint index, const char *uid,
                      const char *name, ShapeKind kind, gboolean is_proposed)
{
    static const StoreQuery query = {
        .name = "test_shape",
        .sql = "INSERT INTO annotation (project_id, item_id, uid, position, kind, name, x, y, w, "
               "h, source, is_proposed) VALUES (?1, ?2, ?3, 0, ?4, ?5, 1, 1, 2, 2, 'user', ?6)",
    };
    g_autoptr(GError) error = NULL;
    StoreStatement *statement = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, scene->dataset->project_id);
    store_bind_int(statement, 2, studio_scene_item(scene, index));
    store_bind_text(statement, 3, uid);
    store_bind_text(statement, 4, shape_kind_name(kind));
    store_bind_text(statement, 5, name);
    store_bind_int(statement, 6, is_proposed);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
}

/* What saving shapes writes of them. */
static void put_work(StoreTx *tx, const StudioScene *scene, guint index, gint64 shapes,
                     gint64 proposals, double confidence)
{
    static const StoreQuery query = {
        .name = "test_work",
        .sql = "INSERT INTO project_item (project_id, item_id, revision, annotation_count, "
               "proposal_count, min_confidence, changed_ms) VALUES (?1, ?2, 1, ?3, ?4, ?5, 0)",
    };
    g_autoptr(GError) error = NULL;
    gint64 id = studio_scene_item(scene, index);
    tally_take_off(tx, scene->dataset->id, &id, 1, &error);
    g_assert_no_error(error);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, scene->dataset->project_id);
    store_bind_int(statement, 2, id);
    store_bind_int(statement, 3, shapes);
    store_bind_int(statement, 4, proposals);
    store_bind_double(statement, 5, confidence);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    tally_add(tx, scene->dataset->id, &id, 1, &error);
    g_assert_no_error(error);
}

static MediaPicture *picture_of_size(int width, int height)
{
    MediaPicture *picture = fixture_picture();
    picture->width = width;
    picture->height = height;
    return picture;
}

static Insights *read_insights(StudioScene *scene)
{
    g_autoptr(GError) error = NULL;
    studio_scene_reload(scene);
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    Insights *insights = insights_of(tx, scene->dataset, &error);
    g_assert_no_error(error);
    return insights;
}

static void test_of_nothing(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    g_autoptr(Insights) insights = read_insights(&scene);
    g_assert_cmpint(insights->images, ==, 0);
    g_assert_cmpint(insights->min_width, ==, 0);
    g_assert_cmpfloat(insights->avg_width, ==, 0);
    g_assert_true(isnan(insights->lowest));
    g_assert_cmpuint(insights->classes->len, ==, 0);
}

static void test_of_shapes_and_sizes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 3);
    studio_scene_add(&scene, "/photos/tall.jpg", "/", picture_of_size(100, 200));
    studio_scene_add(&scene, "/photos/square.jpg", "/", picture_of_size(300, 300));
    studio_scene_add(&scene, "/photos/away.jpg", "/", picture_of_size(9, 9));
    gint64 away = studio_scene_item(&scene, 5);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    put_shape(tx, &scene, 0, "1", "car", SHAPE_BBOX, FALSE);
    put_shape(tx, &scene, 0, "2", "car", SHAPE_POLYGON, FALSE);
    put_shape(tx, &scene, 0, "3", "bus", SHAPE_BBOX, FALSE);
    put_shape(tx, &scene, 0, "4", "dog", SHAPE_BBOX, TRUE);
    put_shape(tx, &scene, 1, "1", "car", SHAPE_BBOX, FALSE);
    put_shape(tx, &scene, 5, "1", "cat", SHAPE_BBOX, FALSE);
    put_work(tx, &scene, 0, 3, 1, 0.6);
    put_work(tx, &scene, 1, 1, 0, 1);
    put_work(tx, &scene, 5, 1, 0, 0.1);
    g_assert_true(item_set_archived(tx, scene.dataset, &away, 1, TRUE, &error));
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);

    g_autoptr(Insights) insights = read_insights(&scene);
    g_assert_cmpint(insights->images, ==, 5);
    g_assert_cmpint(insights->annotations, ==, 4);
    g_assert_cmpint(scene.dataset->proposal_count, ==, 1);
    g_assert_cmpint(insights->annotated, ==, 2);
    g_assert_cmpint(insights->kinds[SHAPE_BBOX], ==, 3);
    g_assert_cmpint(insights->kinds[SHAPE_POLYGON], ==, 1);
    g_assert_cmpint(insights->density[0], ==, 3);
    g_assert_cmpint(insights->density[1], ==, 1);
    g_assert_cmpint(insights->density[2], ==, 1);
    g_assert_cmpuint(insights->classes->len, ==, 2);
    const InsightsClass *car = g_ptr_array_index(insights->classes, 1);
    g_assert_cmpstr(car->name, ==, "car");
    g_assert_cmpint(car->annotations, ==, 3);
    g_assert_cmpint(car->images, ==, 2);
    g_assert_cmpint(insights->size_count, ==, 3);
    g_assert_cmpint(g_array_index(insights->sizes, InsightsSize, 0).count, ==, 3);
    g_assert_cmpint(insights->min_width, ==, 100);
    g_assert_cmpint(insights->max_height, ==, 300);
    g_assert_cmpfloat(insights->avg_width, ==, (3 * 400 + 100 + 300) / 5.0);
    g_assert_cmpint(insights->landscape, ==, 3);
    g_assert_cmpint(insights->portrait, ==, 1);
    g_assert_cmpint(insights->square, ==, 1);
    g_assert_cmpint(insights->flagged, ==, 1);
    g_assert_cmpfloat(insights->lowest, ==, 0.6);
    g_assert_cmpint(insights->confidence[1], ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/insights/nothing", test_of_nothing);
    store_fixture_add("/insights/shapes", test_of_shapes_and_sizes);
    return g_test_run();
}
