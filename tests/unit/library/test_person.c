#include "library/person.h"

#include "library/catalog.h"
#include "library/people_group.h"
#include "library/person_edit.h"
#include "library/principal.h"
#include "people_scene.h"

#include <math.h>

/* Two pictures of Ada in each of two folders, one of Bob in the second. */
typedef struct {
    LibraryScene scene;
    gint64 photos[5], faces[5];
    gint64 ada, bob;
    Principal *guest; /* sees the first folder alone */
} House;

static void house_close(House *house)
{
    g_clear_pointer(&house->guest, principal_unref);
    library_scene_close(&house->scene);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(House, house_close)

static gint64 create(House *house, const char *name, const gint64 *faces, gsize count)
{
    g_autoptr(GError) error = NULL;
    PersonEdit edit;
    person_create(house->scene.library, house->scene.owner, name, faces, count, &edit, &error);
    g_assert_no_error(error);
    return edit.person;
}

static void house_open(House *house, StoreFixture *fixture)
{
    static char *const folders[] = {(char *)FIXTURE_SOURCE "/one", NULL};
    library_scene_open(&house->scene, fixture);
    for (int i = 0; i < 5; i++) {
        g_autofree char *path =
            g_strdup_printf(FIXTURE_SOURCE "/%s/%d.jpg", i < 2 ? "one" : "two", i);
        g_autofree char *day = g_strdup_printf("2021-03-%02d", i + 1);
        house->photos[i] = library_scene_add(&house->scene, path, i == 1 ? NULL : day);
        house->faces[i] = people_scene_face(&house->scene, house->photos[i], i * 10);
    }
    house->ada = create(house, "Ada", house->faces, 4);
    house->bob = create(house, NULL, house->faces + 4, 1);
    const Principal guest = {
        .kind = PRINCIPAL_ACCOUNT,
        .account_id = 7,
        .role = ROLE_ADMIN,
        .directories = (char **)folders,
    };
    house->guest = principal_new(&guest);
}

static void test_counts_are_the_viewers(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(House) house = {0};
    house_open(&house, fixture);
    Library *library = house.scene.library;
    g_autoptr(Person) ada = person_get(library, house.scene.owner, house.ada, &error);
    g_assert_cmpint(ada->faces, ==, 4);
    g_assert_cmpint(ada->photos, ==, 4);
    g_assert_cmpint(ada->last_taken_ms - ada->first_taken_ms, ==, 3 * 86400000LL);
    g_autoptr(Person) seen = person_get(library, house.guest, house.ada, &error);
    g_assert_cmpint(seen->faces, ==, 2);
    g_assert_cmpint(seen->last_taken_ms, ==, seen->first_taken_ms);
    g_assert_null(person_get(library, house.guest, house.bob, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    gint64 total = 0;
    const PersonFilter filter = {0};
    g_autoptr(GPtrArray) list = person_list(library, house.guest, &filter, 0, 10, &total, &error);
    g_assert_cmpint(total, ==, 1);
    g_assert_cmpuint(list->len, ==, 1);
    g_autoptr(Principal) nobody = principal_new_anonymous();
    g_autoptr(GPtrArray) none = person_list(library, nobody, &filter, 0, 10, &total, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len, ==, 0);
}

/* The avatar is the chosen face where it can be seen, else the best that can. */
static void test_avatar(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(House) house = {0};
    house_open(&house, fixture);
    PersonEdit edit;
    const PersonUpdate update = {.is_hidden = -1, .avatar_face = house.faces[3]};
    g_assert_true(person_update(house.scene.library, house.scene.owner, &house.ada, 1, &update,
                                &edit, &error));
    g_autoptr(Person) ada = person_get(house.scene.library, house.scene.owner, house.ada, &error);
    g_assert_cmpint(ada->avatar_face, ==, house.faces[3]);
    g_autoptr(Person) seen = person_get(house.scene.library, house.guest, house.ada, &error);
    g_assert_cmpint(seen->avatar_face, ==, house.faces[0]);
}

/* Whoever sees everything also sees people without a face, as long as somebody made them. */
static void test_people_without_faces(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(House) house = {0};
    house_open(&house, fixture);
    gint64 empty = create(&house, "Nobody yet", NULL, 0);
    g_autoptr(Person) seen = person_get(house.scene.library, house.scene.owner, empty, &error);
    g_assert_cmpint(seen->faces, ==, 0);
    g_assert_cmpint(seen->avatar_face, ==, 0);
    g_assert_cmpint(seen->first_taken_ms, ==, CATALOG_NO_DATE);
    g_assert_null(person_get(house.scene.library, house.guest, empty, &error));
}

static void test_faces(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(House) house = {0};
    house_open(&house, fixture);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    gint64 total = 0;
    g_autoptr(GPtrArray) latest =
        face_list(tx, house.scene.owner, FACES_OF_PERSON, house.ada, 0, 3, &total, &error);
    g_assert_cmpint(total, ==, 4);
    g_assert_cmpuint(latest->len, ==, 3);
    const Face *last = g_ptr_array_index(latest, 2);
    g_autoptr(GPtrArray) rest =
        face_list(tx, house.scene.owner, FACES_OF_PERSON, house.ada, last->id, 3, NULL, &error);
    g_assert_cmpuint(rest->len, ==, 1);
    g_autoptr(GPtrArray) seen =
        face_list(tx, house.guest, FACES_OF_PERSON, house.ada, 0, 10, &total, &error);
    g_assert_cmpint(total, ==, 2);
    const gint64 asked[] = {house.faces[3], house.faces[0], 4711, house.faces[1]};
    g_autoptr(GPtrArray) many = face_get_many(tx, house.guest, asked, 4, &error);
    g_assert_cmpuint(many->len, ==, 2);
    g_assert_cmpint(((const Face *)g_ptr_array_index(many, 0))->id, ==, house.faces[0]);
    g_assert_null(face_get(tx, house.guest, house.faces[4], &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    gboolean looked = FALSE;
    g_assert_true(face_was_looked_for(tx, house.photos[0], &looked, &error));
    g_assert_true(looked);
    g_clear_pointer(&tx, store_tx_free);
    gint64 plain = library_scene_add(&house.scene, FIXTURE_SOURCE "/one/plain.jpg", NULL);
    tx = fixture_read(fixture);
    g_assert_true(face_was_looked_for(tx, plain, &looked, &error));
    g_assert_false(looked);
    g_autoptr(GPtrArray) none = face_of_photo(tx, house.scene.owner, plain, TRUE, &error);
    g_assert_cmpuint(none->len, ==, 0);
}

/* Faces on photos that the viewer may not see cannot be changed either. */
static void test_edits_of_what_is_not_seen(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(House) house = {0};
    house_open(&house, fixture);
    PersonEdit edit;
    g_assert_false(face_unassign(house.scene.library, house.guest, house.faces + 2, 3, FALSE, FALSE,
                                 &edit, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(face_unassign(house.scene.library, house.guest, house.faces, 5, FALSE, FALSE,
                                &edit, &error));
    g_assert_cmpint(edit.faces, ==, 2);
    g_assert_cmpint(people_scene_owner(&house.scene, house.faces[2]), ==, house.ada);
    gint64 face = 0;
    const FaceBox box = {0, 0, 1, 1};
    g_assert_false(
        face_draw(house.scene.library, house.guest, house.photos[4], &box, 0, NULL, &face, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/person/counts", test_counts_are_the_viewers);
    store_fixture_add("/person/avatar", test_avatar);
    store_fixture_add("/person/empty", test_people_without_faces);
    store_fixture_add("/person/faces", test_faces);
    store_fixture_add("/person/unseen", test_edits_of_what_is_not_seen);
    return g_test_run();
}
