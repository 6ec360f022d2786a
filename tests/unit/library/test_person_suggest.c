#include "library/person_suggest.h"

#include "library/person_change.h"
#include "library/person_edit.h"
#include "people_scene.h"

#include <math.h>

/* Persons of faces at these places, each face on a photo of its own. */
static gint64 person_at(LibraryScene *scene, const char *name, const double *places, int count)
{
    static int number = 0;
    g_autoptr(GError) error = NULL;
    g_autofree gint64 *faces = g_new(gint64, (gsize)count);
    for (int i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/p%d.jpg", number++);
        faces[i] = people_scene_face(scene, library_scene_add(scene, path, NULL), places[i]);
    }
    PersonEdit edit;
    person_create(scene->library, scene->owner, name, faces, (gsize)count, &edit, &error);
    g_assert_no_error(error);
    return edit.person;
}

static GPtrArray *suggest(LibraryScene *scene, double threshold)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *pairs = person_suggestions(scene->library, scene->owner, threshold, &error);
    g_assert_no_error(error);
    return pairs;
}

static void test_pairs(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 a = person_at(&scene, "A", (double[]){0, 0.1, 0.2}, 3);
    gint64 b = person_at(&scene, "B", (double[]){0.4, 0.5}, 2);
    person_at(&scene, "C", (double[]){5, 5}, 2);
    g_autoptr(GPtrArray) pairs = suggest(&scene, 0.6);
    g_assert_cmpuint(pairs->len, ==, 1);
    const PersonPair *pair = g_ptr_array_index(pairs, 0);
    g_assert_cmpint(pair->a->id, ==, a);
    g_assert_cmpint(pair->b->id, ==, b);
    /* Six pairs of faces, and the root of the mean of their squared distances. */
    double square = (0.16 + 0.25 + 0.09 + 0.16 + 0.04 + 0.09) / 6;
    g_assert_cmpfloat_with_epsilon(pair->similarity, 1 - 0.4 * sqrt(square) / 0.6, 1e-4);
    g_autoptr(GPtrArray) stricter = suggest(&scene, pair->similarity + 0.01);
    g_assert_cmpuint(stricter->len, ==, 0);

    PersonEdit edit;
    g_assert_true(person_set_apart(scene.library, scene.owner, b, a, &edit, &error));
    g_autoptr(GPtrArray) told = suggest(&scene, 0);
    for (guint i = 0; i < told->len; i++) {
        const PersonPair *other = g_ptr_array_index(told, i);
        g_assert_false(other->a->id == a && other->b->id == b);
    }
}

/* Two who are on one picture are not one. */
static void test_on_one_picture(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 photo = library_scene_add(&scene, FIXTURE_SOURCE "/twins.jpg", NULL);
    PersonEdit edit;
    for (int i = 0; i < 2; i++) {
        gint64 face = people_scene_face(&scene, photo, 0);
        g_assert_true(person_create(scene.library, scene.owner, NULL, &face, 1, &edit, &error));
    }
    g_autoptr(GPtrArray) pairs = suggest(&scene, 0.6);
    g_assert_cmpuint(pairs->len, ==, 0);
}

static GPtrArray *review(LibraryScene *scene, gint64 before, gint64 limit, gint64 *ret_total)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *faces = face_review(scene->library, scene->owner, before, limit, ret_total, &error);
    g_assert_no_error(error);
    return faces;
}

static gint64 stray(LibraryScene *scene, const char *name, double place)
{
    g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%s.jpg", name);
    return people_scene_face(scene, library_scene_add(scene, path, NULL), place);
}

static void test_review(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 a = person_at(&scene, "A", (double[]){0, 0}, 2);
    gint64 b = person_at(&scene, "B", (double[]){1, 1}, 2);
    stray(&scene, "far", 8);
    stray(&scene, "small", NAN);
    gint64 between = stray(&scene, "between", 0.52);
    gint64 near = stray(&scene, "near", -0.58);
    gint64 total = 0;
    g_autoptr(GPtrArray) asked = review(&scene, 0, 10, &total);
    g_assert_cmpint(total, ==, 2);
    g_assert_cmpuint(asked->len, ==, 2);
    const FaceReview *first = g_ptr_array_index(asked, 0);
    const FaceReview *second = g_ptr_array_index(asked, 1);
    g_assert_cmpint(first->face->id, ==, near);
    g_assert_cmpuint(first->candidates->len, ==, 1);
    g_assert_cmpint(second->face->id, ==, between);
    g_assert_cmpuint(second->candidates->len, ==, 2);
    const FaceCandidate *nearest = g_ptr_array_index(second->candidates, 0);
    g_assert_cmpint(nearest->person, ==, b);
    g_assert_cmpfloat_with_epsilon(nearest->distance, 0.48, 1e-4);

    g_autoptr(GPtrArray) page = review(&scene, near, 10, &total);
    g_assert_cmpuint(page->len, ==, 1);
    PersonEdit edit;
    g_assert_true(face_refuse(scene.library, scene.owner, &near, 1, a, &edit, &error));
    g_autoptr(GPtrArray) after = review(&scene, 0, 10, &total);
    g_assert_cmpint(total, ==, 1);
    /* One change, and one step back. */
    g_assert_true(person_change_undo(scene.library, edit.change, NULL, &error));
    g_assert_no_error(error);
    g_autoptr(GPtrArray) again = review(&scene, 0, 10, &total);
    g_assert_cmpint(total, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/person-suggest/pairs", test_pairs);
    store_fixture_add("/person-suggest/picture", test_on_one_picture);
    store_fixture_add("/person-suggest/review", test_review);
    return g_test_run();
}
