#include "studio/duplicates.h"

#include "studio/directory.h"

#include "studio_fixture.h"
#include "vector_fixture.h"

#define FLOATS 4

static const float east[FLOATS] = {2, 0, 0, 0}, north[FLOATS] = {0, 1, 0, 0},
                   northeast[FLOATS] = {1, 1, 0, 0};

/* A photo in the dataset whose hash differs from 0 in so many bits. */
static gint64 add(StudioScene *scene, const char *name, const char *directory, guint bits)
{
    g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%s.jpg", name);
    MediaPicture *picture = fixture_picture();
    picture->phash = bits == 0 ? 0 : G_MAXUINT64 >> (64 - bits);
    return studio_scene_add(scene, path, directory, picture);
}

/* "a b:0.98, c d e:0.95": names in the order of the sample. The caller's. */
static char *text_of(const Duplicates *found)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < found->groups->len; i++) {
        const DuplicatesGroup *group = g_ptr_array_index(found->groups, i);
        for (guint k = 0; k < group->items->len; k++) {
            const Item *item = g_ptr_array_index(group->items, k);
            g_string_append_printf(text, "%s%s", k ? " " : i ? ", " : "", item->filename);
        }
        g_string_append_printf(text, ":%.2f", group->similarity);
    }
    return g_string_free(text, FALSE);
}

static Duplicates *find(StudioScene *scene, const DuplicatesWanted *wanted, const char *expected)
{
    g_autoptr(GError) error = NULL;
    studio_scene_reload(scene);
    Duplicates *found =
        duplicates_find(fixture_library(scene->fixture), scene->dataset, wanted, &error);
    g_assert_no_error(error);
    g_autofree char *text = text_of(found);
    g_assert_cmpstr(text, ==, expected);
    return found;
}

static const DuplicatesWanted usual = {
    .threshold = 0.9, .sample = 100, .neighbors = 10, .max_pairs = 100};

static void test_hashes(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    duplicates_free(find(&scene, &usual, ""));
    add(&scene, "a", "/", 0);
    add(&scene, "b", "/x", 4); /* near a */
    add(&scene, "c", "/x", 8); /* near b */
    add(&scene, "d", "/", 32);
    add(&scene, "e", "/", 34);
    add(&scene, "f", "/y", 64);
    g_autoptr(Duplicates) all = find(&scene, &usual, "c.jpg b.jpg a.jpg:0.94, e.jpg d.jpg:0.97");
    g_assert_cmpint(all->total, ==, 6);
    g_assert_cmpint(all->analyzed, ==, 6);
    g_assert_false(all->sample_capped || all->pairs_capped);

    DuplicatesWanted wanted = usual;
    wanted.threshold = 0.95;
    duplicates_free(find(&scene, &wanted, "e.jpg d.jpg:0.97"));
    wanted = usual;
    wanted.directory = "/x";
    duplicates_free(find(&scene, &wanted, "c.jpg b.jpg:0.94"));
    wanted = usual;
    wanted.max_pairs = 1;
    g_autoptr(Duplicates) one = find(&scene, &wanted, "e.jpg d.jpg:0.97");
    g_assert_true(one->pairs_capped);
    wanted = usual;
    wanted.sample = 2; /* the newest: f and e */
    g_autoptr(Duplicates) two = find(&scene, &wanted, "");
    g_assert_true(two->sample_capped);
    g_assert_cmpint(two->analyzed, ==, 2);
    g_assert_cmpint(two->total, ==, 6);
}

/* Of photos that look alike by their hashes, the vectors tell those that are not. */
static void test_vectors(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    const float *const vectors[] = {east, northeast, north};
    const char *const names[] = {"a", "b", "c"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        add(&scene, names[i], "/", 0);
        Item *item = studio_scene_read(&scene, scene.items->len - 1);
        vector_fixture_put(fixture, item->photo_id, "similar", "m", vectors[i], FLOATS);
        item_free(item);
    }
    /* 0.7 + 0.3 x 0.707 for neighbours, 0.7 for a and c: b joins them. */
    duplicates_free(find(&scene, &usual, "c.jpg b.jpg a.jpg:0.91"));
    DuplicatesWanted wanted = usual;
    wanted.threshold = 0.92;
    duplicates_free(find(&scene, &wanted, ""));
    add(&scene, "d", "/", 2); /* has no vector: the hash alone */
    duplicates_free(find(&scene, &wanted, "d.jpg c.jpg b.jpg a.jpg:0.97"));
}

/* The same content is the same picture, also of a photo that is in no library any more. */
static void test_copies(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    g_autoptr(StoreTx) tx = studio_scene_change(&scene);
    gint64 id = studio_scene_item(&scene, 0), copied = 0, renamed = 0;
    item_copy(tx, scene.owner, scene.dataset, &id, 1, "/copies", COPY_RENAME, FALSE, &copied,
              &renamed, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
    g_clear_pointer(&tx, store_tx_free);
    DuplicatesWanted wanted = usual;
    wanted.threshold = 1;
    g_autoptr(Duplicates) found = find(&scene, &wanted, "p000.jpg p000.jpg:1.00");
    g_assert_cmpint(found->total, ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/duplicates/hashes", test_hashes);
    store_fixture_add("/duplicates/vectors", test_vectors);
    store_fixture_add("/duplicates/copies", test_copies);
    return g_test_run();
}
