#include "library/face_links.h"

#include "library/person_edit.h"
#include "people_scene.h"

#include <math.h>

/* A face whose vector points so; its id. Two are one person's within 19.9 degrees (cosine 0.94). */
static gint64 face(LibraryScene *scene, gint64 photo, double degrees)
{
    return people_scene_face(scene, photo, tan(degrees * G_PI / 180));
}

static FaceLinks *read_links(LibraryScene *scene)
{
    g_autoptr(GError) error = NULL;
    FaceLinks *links = face_links_read(scene->library, scene->owner, &error);
    g_assert_no_error(error);
    return links;
}

static void assert_groups(LibraryScene *scene, const char *expected)
{
    g_autoptr(FaceLinks) links = read_links(scene);
    g_autofree int *groups = face_links_groups(links, face_links_same(links));
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < face_links_count(links); i++) {
        g_string_append_printf(text, "%s%d", i ? " " : "", groups[i]);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void assert_related(const FaceLinks *links, const char *path, const char *expected)
{
    g_autoptr(GArray) list = face_links_related(links, path, face_links_same(links));
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++) {
        g_string_append_printf(text, "%s%s", i ? " " : "", g_array_index(list, FaceNear, i).path);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

typedef struct {
    gint64 a, b, c, d; /* faces on photos of these names */
} Faces;

/* a, b and c in a chain, d far away. */
static Faces make_faces(LibraryScene *scene)
{
    return (Faces){
        .a = face(scene, library_scene_add(scene, "/photos/a", NULL), 0),
        .b = face(scene, library_scene_add(scene, "/photos/b", NULL), 10),
        .c = face(scene, library_scene_add(scene, "/photos/c", NULL), 28),
        .d = face(scene, library_scene_add(scene, "/photos/d", NULL), 80),
    };
}

static void test_pairs_are_of_the_most_similar_faces(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    make_faces(&scene);
    gint64 e = library_scene_add(&scene, "/photos/e", NULL);
    face(&scene, e, 15); /* 5 degrees from b */
    face(&scene, e, -12);
    g_autoptr(FaceLinks) links = read_links(&scene);
    gboolean cut = TRUE;
    g_autoptr(GArray) pairs = face_links_pairs(links, face_links_same(links), 100, &cut);
    g_assert_false(cut);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < pairs->len; i++) {
        const FacePair *pair = &g_array_index(pairs, FacePair, i);
        g_string_append_printf(text, "%s-%s %.3f ", pair->path1 + 8, pair->path2 + 8,
                               pair->similarity);
    }
    g_assert_cmpstr(text->str, ==, "b-e 0.996 a-b 0.985 a-e 0.978 c-e 0.974 b-c 0.951 ");
    g_autoptr(GArray) best = face_links_pairs(links, face_links_same(links), 2, &cut);
    g_assert_true(cut);
    g_assert_cmpuint(best->len, ==, 2);
    g_assert_cmpstr(g_array_index(best, FacePair, 1).path2, ==, "/photos/b");
}

static void test_groups_are_what_hangs_together(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    assert_groups(&scene, "");
    make_faces(&scene);
    assert_groups(&scene, "0 0 0 -1");
    face(&scene, library_scene_add(&scene, "/photos/e", NULL), 70);
    assert_groups(&scene, "0 0 0 1 1");
    g_autoptr(FaceLinks) links = read_links(&scene);
    assert_related(links, "/photos/a", "/photos/b");
    assert_related(links, "/photos/b", "/photos/a /photos/c");
    assert_related(links, "/photos/none", "");
}

static void test_what_users_said_comes_first(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    Faces faces = make_faces(&scene);
    g_autoptr(GError) error = NULL;
    PersonEdit edit;
    const gint64 zoe[] = {faces.a, faces.c, faces.d};
    g_assert_true(
        face_assign(scene.library, scene.owner, zoe, G_N_ELEMENTS(zoe), 0, "Zoë", &edit, &error));
    assert_groups(&scene, "0 0 0 0");
    g_assert_true(
        face_unassign(scene.library, scene.owner, &faces.c, 1, TRUE, FALSE, &edit, &error));
    assert_groups(&scene, "0 0 -1 0");
    g_assert_true(face_assign(scene.library, scene.owner, &faces.b, 1, 0, "Max", &edit, &error));
    assert_groups(&scene, "0 1 1 0"); /* c is nearer to b, and not refused to Max */
    g_assert_true(face_ignore(scene.library, scene.owner, &faces.b, 1, TRUE, &edit, &error));
    assert_groups(&scene, "0 -1 0");
}

static void test_near_a_face_that_is_on_no_photo(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    make_faces(&scene);
    g_autoptr(FaceLinks) links = read_links(&scene);
    float vector[SCENE_FLOATS] = {[0] = 0, [1] = 7};
    g_autoptr(GArray) near = face_links_nearest(links, vector, SCENE_FLOATS, 0.94);
    g_assert_cmpuint(near->len, ==, 2);
    g_assert_cmpstr(g_array_index(near, FaceNear, 0).path, ==, "/photos/a");
    g_assert_cmpfloat_with_epsilon(g_array_index(near, FaceNear, 0).similarity, 1, 1e-6);
    g_autoptr(GArray) other = face_links_nearest(links, vector, 64, 0.94);
    g_assert_cmpuint(other->len, ==, 0);
    float nothing[SCENE_FLOATS] = {0};
    g_autoptr(GArray) none = face_links_nearest(links, nothing, SCENE_FLOATS, 0.94);
    g_assert_cmpuint(none->len, ==, 0);
}

static void test_nobody_sees_faces(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    make_faces(&scene);
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_autoptr(FaceLinks) links = face_links_read(scene.library, nobody, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(face_links_count(links), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/face-links/pairs", test_pairs_are_of_the_most_similar_faces);
    store_fixture_add("/face-links/groups", test_groups_are_what_hangs_together);
    store_fixture_add("/face-links/users", test_what_users_said_comes_first);
    store_fixture_add("/face-links/nearest", test_near_a_face_that_is_on_no_photo);
    store_fixture_add("/face-links/visibility", test_nobody_sees_faces);
    return g_test_run();
}
