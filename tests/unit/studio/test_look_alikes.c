#include "studio/look_alikes.h"

#include "studio_fixture.h"
#include "vector_fixture.h"

#define FLOATS 4

static const float east[FLOATS] = {2, 0, 0, 0}, north[FLOATS] = {0, 1, 0, 0};

/* An item whose photo's hash differs from 0 in so many bits; its place. */
static guint add(StudioScene *scene, const char *name, const char *directory, guint bits)
{
    g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%s.jpg", name);
    MediaPicture *picture = fixture_picture();
    picture->phash = bits == 0 ? 0 : G_MAXUINT64 >> (64 - bits);
    studio_scene_add(scene, path, directory, picture);
    return scene->items->len - 1;
}

static void put_vector(StudioScene *scene, guint index, const float *vector)
{
    g_autoptr(Item) item = studio_scene_read(scene, index);
    vector_fixture_put(scene->fixture, item->photo_id, "similar", "m", vector, FLOATS);
}

static void expect(StudioScene *scene, const LookAlikesWanted *wanted, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Item) item = studio_scene_read(scene, 0);
    g_autoptr(GArray) found = look_alikes_of(fixture_library(scene->fixture), item, wanted, &error);
    g_assert_no_error(error);
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        const LookAlike *alike = &g_array_index(found, LookAlike, i);
        g_autoptr(Item) one = item_find(tx, scene->owner, alike->uuid, &error);
        g_assert_no_error(error);
        g_string_append_printf(text, "%s%s:%.3f", i ? " " : "", one->filename, alike->similarity);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_alike(StoreFixture *fixture, gconstpointer unused)
{
    LookAlikesWanted wanted = {.threshold = 0.5, .limit = 10, .directory = "/"};
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 0);
    add(&scene, "a", "/", 0);
    expect(&scene, &wanted, "");
    guint b = add(&scene, "b", "/x", 16);
    guint c = add(&scene, "c", "/x/y", 8);
    add(&scene, "d", "/xy", 8);
    add(&scene, "e", "/", 60);
    expect(&scene, &wanted, "c.jpg:0.875 d.jpg:0.875 b.jpg:0.750");
    wanted.limit = 1;
    expect(&scene, &wanted, "c.jpg:0.875");
    wanted.limit = 10;
    wanted.directory = "/x";
    expect(&scene, &wanted, "c.jpg:0.875 b.jpg:0.750");
    put_vector(&scene, 0, east);
    put_vector(&scene, b, east);
    put_vector(&scene, c, north);
    expect(&scene, &wanted, "b.jpg:0.825 c.jpg:0.612");
    wanted.threshold = 0.8;
    expect(&scene, &wanted, "b.jpg:0.825");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/look_alikes/alike", test_alike);
    return g_test_run();
}
