#include "library/people_group.h"

#include "library/person.h"
#include "library/person_edit.h"
#include "people_scene.h"

#include <math.h>

static PeopleGrouped group(LibraryScene *scene, gint64 photo)
{
    g_autoptr(GError) error = NULL;
    PeopleGrouped grouped = {0};
    people_group_new(scene->library, &photo, 1, &grouped, &error);
    g_assert_no_error(error);
    return grouped;
}

static PeopleGrouped group_all(LibraryScene *scene)
{
    g_autoptr(GError) error = NULL;
    PeopleGrouped grouped = {0};
    people_group_all(scene->library, NULL, NULL, &grouped, &error);
    g_assert_no_error(error);
    return grouped;
}

/* A photo with one face, brought in as a scan would. */
static gint64 come(LibraryScene *scene, const char *name, double place)
{
    g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%s.jpg", name);
    gint64 photo = library_scene_add(scene, path, "2020-05-01");
    gint64 face = people_scene_face(scene, photo, place);
    group(scene, photo);
    return face;
}

static void test_as_they_come(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 first = come(&scene, "a", 0);
    g_assert_cmpint(people_scene_owner(&scene, first), ==, 0);
    gint64 far = come(&scene, "b", 5);
    gint64 second = come(&scene, "c", 0.2);
    gint64 ada = people_scene_owner(&scene, first);
    g_assert_cmpint(ada, >, 0);
    g_assert_cmpint(people_scene_owner(&scene, second), ==, ada);
    g_assert_cmpint(people_scene_owner(&scene, far), ==, 0);
    gint64 third = come(&scene, "d", 0.1);
    g_assert_cmpint(people_scene_owner(&scene, third), ==, ada);
    gint64 none = come(&scene, "e", NAN);
    g_assert_cmpint(people_scene_owner(&scene, none), ==, 0);

    /* Two on one picture are two people, however alike. */
    gint64 photo = library_scene_add(&scene, FIXTURE_SOURCE "/f.jpg", NULL);
    gint64 left = people_scene_face(&scene, photo, 0.1);
    gint64 right = people_scene_face(&scene, photo, 0.1);
    group(&scene, photo);
    g_assert_true((people_scene_owner(&scene, left) == ada) !=
                  (people_scene_owner(&scene, right) == ada));
}

static void test_what_people_said_stays(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 a = come(&scene, "a", 0);
    gint64 b = come(&scene, "b", 0.1);
    gint64 c = come(&scene, "c", 0.2);
    gint64 far = come(&scene, "far", 9);
    gint64 person = people_scene_owner(&scene, a);

    PersonEdit edit;
    g_assert_true(face_unassign(scene.library, scene.owner, &c, 1, TRUE, FALSE, &edit, &error));
    g_assert_true(face_assign(scene.library, scene.owner, &far, 1, person, NULL, &edit, &error));
    const PersonUpdate name = {.sets_name = TRUE, .name = "Ada", .is_hidden = -1};
    g_assert_true(person_update(scene.library, scene.owner, &person, 1, &name, &edit, &error));
    g_assert_no_error(error);
    for (int i = 0; i < 2; i++) {
        group_all(&scene);
        g_assert_cmpint(people_scene_owner(&scene, a), ==, person);
        g_assert_cmpint(people_scene_owner(&scene, b), ==, person);
        g_assert_cmpint(people_scene_owner(&scene, far), ==, person);
        g_assert_cmpint(people_scene_owner(&scene, c), ==, 0);
    }
    gint64 d = come(&scene, "d", 0.15);
    g_assert_cmpint(people_scene_owner(&scene, d), !=, 0);
}

/* What the machine alone made is made again, the same from any start, and keeps its numbers. */
static void test_all(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 faces[12];
    for (int i = 0; i < 12; i++) {
        g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%d.jpg", i);
        gint64 photo = library_scene_add(&scene, path, NULL);
        faces[i] = people_scene_face(&scene, photo, i % 3 * 5 + i * 0.02);
    }
    PeopleGrouped grouped = group_all(&scene);
    g_assert_cmpint(grouped.faces, ==, 12);
    g_assert_cmpint(grouped.persons, ==, 3);
    g_assert_cmpint(grouped.joined, ==, 12);
    gint64 owners[12];
    for (int i = 0; i < 12; i++) {
        owners[i] = people_scene_owner(&scene, faces[i]);
        g_assert_cmpint(owners[i], ==, owners[i % 3]);
        g_assert_cmpint(owners[i], >, 0);
    }
    g_assert_cmpint(owners[0], !=, owners[1]);
    grouped = group_all(&scene);
    g_assert_cmpint(grouped.persons, ==, 0);
    g_assert_cmpint(grouped.joined, ==, 0);
    for (int i = 0; i < 12; i++) {
        g_assert_cmpint(people_scene_owner(&scene, faces[i]), ==, owners[i]);
    }
}

static gboolean stop(gint64 done, gint64 total, gpointer data)
{
    return FALSE;
}

static void test_stopped(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    g_assert_true(people_group_all(scene.library, stop, NULL, NULL, &error) || error);
    g_clear_error(&error);
    come(&scene, "a", 0);
    g_assert_false(people_group_all(scene.library, stop, NULL, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED);
}

/* Vectors of another model are not compared with those of the one in use. */
static void test_other_model(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery query = {
        .name = "other_model",
        .sql = "UPDATE face SET vector_model = 'older' WHERE id = ?1 RETURNING id",
    };
    g_autoptr(GError) error = NULL;
    g_auto(LibraryScene) scene = {0};
    library_scene_open(&scene, fixture);
    gint64 old = come(&scene, "a", 0);
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    store_bind_int(statement, 1, old);
    g_assert_true(store_step_one(statement, &error));
    fixture_commit(tx);
    gint64 new = come(&scene, "b", 0);
    group_all(&scene);
    g_assert_cmpint(people_scene_owner(&scene, old), ==, 0);
    g_assert_cmpint(people_scene_owner(&scene, new), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/people-group/come", test_as_they_come);
    store_fixture_add("/people-group/said", test_what_people_said_stays);
    store_fixture_add("/people-group/all", test_all);
    store_fixture_add("/people-group/stop", test_stopped);
    store_fixture_add("/people-group/model", test_other_model);
    return g_test_run();
}
