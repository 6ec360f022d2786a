#include "studio/splits.h"

#include "studio_fixture.h"

static Split *plan(StudioScene *scene, const SplitRule *rule)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    Split *splits = splits_plan(tx, scene->dataset, (const gint64 *)(gpointer)scene->items->data,
                                scene->items->len, rule, &error);
    g_assert_no_error(error);
    return splits;
}

/* "tvx": a letter an item. The caller's. */
static char *letters(StudioScene *scene, const SplitRule *rule)
{
    g_autofree Split *splits = plan(scene, rule);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < scene->items->len; i++) {
        g_string_append_c(text, "-tvx"[splits[i]]);
    }
    return g_string_free(text, FALSE);
}

static int count_of(const char *text, char letter)
{
    int count = 0;
    for (; *text; text++) {
        count += *text == letter;
    }
    return count;
}

static void test_shares_and_seeds(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 37);
    const SplitRule rule = {.train = 70, .val = 15, .test = 15, .seed = 42};
    g_autofree char *first = letters(&scene, &rule);
    g_assert_cmpint(count_of(first, 'v'), ==, 5); /* the floor of 5.55 */
    g_assert_cmpint(count_of(first, 'x'), ==, 5);
    g_assert_cmpint(count_of(first, 't'), ==, 27);
    g_autofree char *again = letters(&scene, &rule);
    g_assert_cmpstr(first, ==, again);
    SplitRule other = rule;
    other.seed = 43;
    g_autofree char *second = letters(&scene, &other);
    g_assert_cmpstr(first, !=, second);
    /* The same on every database and machine. */
    g_assert_cmpstr(first, ==, "ttvtvtttxtxtttttvxtttxttvtxvttttttttt");
    const SplitRule all = {.train = 0, .val = 0, .test = 100, .seed = 1};
    g_autofree char *test = letters(&scene, &all);
    g_assert_cmpint(count_of(test, 'x'), ==, 37);
}

static void test_bad_shares(StoreFixture *fixture, gconstpointer unused)
{
    static const SplitRule bad[] = {{.train = 50, .val = 20, .test = 20},
                                    {.train = 120, .val = -10, .test = -10}};
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    const gint64 id = studio_scene_item(&scene, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(splits_plan(tx, scene.dataset, &id, 1, &bad[i], &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    }
}

static MediaPicture *taken(const char *camera, gint64 ms)
{
    MediaPicture *picture = fixture_picture();
    picture->facts->camera_model = g_strdup(camera);
    picture->facts->taken_local_ms = ms;
    return picture;
}

static gint64 add(StudioScene *scene, const char *name, MediaPicture *picture)
{
    g_autofree char *path = g_strconcat(FIXTURE_SOURCE "/", name, ".jpg", NULL);
    return studio_scene_add(scene, path, "/", picture);
}

/* Whether items a and b are together under every one of a hundred seeds. */
static gboolean always_together(StudioScene *scene, SplitGrouping grouping, guint a, guint b)
{
    for (gint64 seed = 0; seed < 100; seed++) {
        const SplitRule rule = {
            .train = 40, .val = 30, .test = 30, .seed = seed, .grouping = grouping};
        g_autofree Split *splits = plan(scene, &rule);
        if (splits[a] != splits[b]) {
            return FALSE;
        }
    }
    return TRUE;
}

static void test_copies_stay_together(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 10);
    MediaPicture *copy = fixture_picture();
    g_autoptr(Item) first = studio_scene_read(&scene, 0);
    copy->hash = first->content_hash;
    add(&scene, "copy", copy);
    g_assert_true(always_together(&scene, SPLIT_BY_IMAGE, 0, 10));
    g_assert_true(always_together(&scene, SPLIT_BY_FOLDER, 0, 10));
    g_assert_false(always_together(&scene, SPLIT_BY_IMAGE, 1, 2));
}

static void test_bursts_stay_together(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 6);
    add(&scene, "a", taken("Nikon", 100000));
    add(&scene, "b", taken("Nikon", 102000));
    add(&scene, "c", taken("Nikon", 103500)); /* by b, not by a */
    add(&scene, "d", taken("Nikon", 105501));
    add(&scene, "e", taken("Canon", 100000));
    g_assert_true(always_together(&scene, SPLIT_BY_BURST, 6, 7));
    g_assert_true(always_together(&scene, SPLIT_BY_BURST, 6, 8));
    g_assert_false(always_together(&scene, SPLIT_BY_BURST, 8, 9));
    g_assert_false(always_together(&scene, SPLIT_BY_BURST, 6, 10));
    g_assert_false(always_together(&scene, SPLIT_BY_IMAGE, 6, 7));
    g_assert_false(always_together(&scene, SPLIT_BY_BURST, 0, 1)); /* undated ones are no burst */
}

/* A face of this person on a photo. */
static void put_face(StudioScene *scene, guint photo, gint64 person)
{
    static const StoreQuery people = {
        .name = "test_person",
        .sql = "INSERT INTO person (id, made_by, created_ms, version) VALUES (?1, 'user', 0, 0) "
               "ON CONFLICT (id) DO NOTHING",
    };
    static const StoreQuery faces = {
        .name = "test_face",
        .sql = "INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin, person_id) "
               "VALUES (?1, ?2, 0, 0, 9, 9, 'user', ?2)",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(scene->fixture);
    StoreStatement *statement = store_prepare(tx, &people, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, person);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    statement = store_prepare(tx, &faces, &error);
    g_assert_no_error(error);
    store_bind_int(statement, 1, g_array_index(scene->photos, gint64, photo));
    store_bind_int(statement, 2, person);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void test_persons_stay_together(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 9);
    put_face(&scene, 0, 1);
    put_face(&scene, 4, 1);
    put_face(&scene, 4, 2);
    put_face(&scene, 7, 2); /* shares nobody with 0, but with who does */
    put_face(&scene, 8, 3);
    g_assert_true(always_together(&scene, SPLIT_BY_PERSON, 0, 4));
    g_assert_true(always_together(&scene, SPLIT_BY_PERSON, 0, 7));
    g_assert_false(always_together(&scene, SPLIT_BY_PERSON, 0, 8));
    g_assert_false(always_together(&scene, SPLIT_BY_BURST, 0, 4));
}

static void test_folders_stay_together(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 4);
    studio_scene_add(&scene, "/photos/x.jpg", "/a", NULL);
    studio_scene_add(&scene, "/photos/y.jpg", "/a", NULL);
    studio_scene_add(&scene, "/photos/z.jpg", "/b", NULL);
    g_assert_true(always_together(&scene, SPLIT_BY_FOLDER, 4, 5));
    g_assert_true(always_together(&scene, SPLIT_BY_FOLDER, 0, 3));
    g_assert_false(always_together(&scene, SPLIT_BY_FOLDER, 4, 6));
}

static void test_assigning(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 10);
    gint64 archived = studio_scene_item(&scene, 9);
    gint64 counts[SPLITS] = {0};
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    item_set_archived(tx, scene.dataset, &archived, 1, TRUE, &error);
    const SplitRule rule = {.train = 50, .val = 25, .test = 25};
    splits_assign(tx, scene.dataset, &rule, counts, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    g_assert_cmpint(counts[SPLIT_TRAIN], ==, 5);
    g_assert_cmpint(counts[SPLIT_VAL], ==, 2);
    g_assert_cmpint(counts[SPLIT_TEST], ==, 2);
    g_assert_cmpint(counts[SPLIT_NONE], ==, 0);
    g_autoptr(Item) left = studio_scene_read(&scene, 9);
    g_assert_cmpint(left->split, ==, SPLIT_NONE);
    g_autoptr(Item) used = studio_scene_read(&scene, 0);
    g_assert_cmpint(used->split, !=, SPLIT_NONE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/splits/shares", test_shares_and_seeds);
    store_fixture_add("/splits/refuses", test_bad_shares);
    store_fixture_add("/splits/copies", test_copies_stay_together);
    store_fixture_add("/splits/bursts", test_bursts_stay_together);
    store_fixture_add("/splits/persons", test_persons_stay_together);
    store_fixture_add("/splits/folders", test_folders_stay_together);
    store_fixture_add("/splits/assigns", test_assigning);
    return g_test_run();
}
