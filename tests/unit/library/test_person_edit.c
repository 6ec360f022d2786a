#include "library/person_edit.h"

#include "library/catalog.h"
#include "library/people_group.h"
#include "library/person.h"
#include "library/person_change.h"
#include "people_scene.h"

#include <math.h>
#include <string.h>

typedef struct {
    LibraryScene scene;
    gint64 photos[8];
    gint64 faces[8]; /* 0..3 near each other, 4..6 likewise, 7 alone */
    gint64 ada, bob;
    PersonEdit edit;
} Family;

static void family_close(Family *family)
{
    library_scene_close(&family->scene);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Family, family_close)

static void family_open(Family *family, StoreFixture *fixture)
{
    static const double places[] = {0, 0.1, 0.2, 0.3, 5, 5.1, 5.2, 20};
    g_autoptr(GError) error = NULL;
    library_scene_open(&family->scene, fixture);
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%u/%u.jpg", i / 4, i);
        g_autofree char *day = g_strdup_printf("2020-01-%02u", i + 1);
        family->photos[i] = library_scene_add(&family->scene, path, day);
        family->faces[i] = people_scene_face(&family->scene, family->photos[i], places[i]);
    }
    g_assert_true(people_group_all(family->scene.library, NULL, NULL, NULL, &error));
    g_assert_no_error(error);
    family->ada = people_scene_owner(&family->scene, family->faces[0]);
    family->bob = people_scene_owner(&family->scene, family->faces[4]);
    g_assert_cmpint(family->ada, !=, family->bob);
}

static void name(Family *family, gint64 person, const char *text)
{
    g_autoptr(GError) error = NULL;
    const PersonUpdate update = {.sets_name = TRUE, .name = text, .is_hidden = -1};
    person_update(family->scene.library, family->scene.owner, &person, 1, &update, &family->edit,
                  &error);
    g_assert_no_error(error);
}

static void undo(Family *family, gint64 change)
{
    g_autoptr(GError) error = NULL;
    person_change_undo(family->scene.library, change, NULL, &error);
    g_assert_no_error(error);
}

static void undo_fails(Family *family, gint64 change, AlbumenError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(person_change_undo(family->scene.library, change, NULL, &error));
    g_assert_error(error, ALBUMEN_ERROR, (int)code);
}

static gint64 owner(Family *family, int face)
{
    return people_scene_owner(&family->scene, family->faces[face]);
}

typedef gboolean (*Do)(Family *family, GError **error);

static gboolean do_create(Family *family, GError **error)
{
    return person_create(family->scene.library, family->scene.owner, " Cleo ", family->faces + 6, 2,
                         &family->edit, error);
}

static gboolean do_hide(Family *family, GError **error)
{
    const gint64 both[] = {family->ada, family->bob};
    const PersonUpdate update = {.is_hidden = 1};
    return person_update(family->scene.library, family->scene.owner, both, 2, &update,
                         &family->edit, error);
}

static gboolean do_avatar(Family *family, GError **error)
{
    const PersonUpdate update = {.is_hidden = -1, .avatar_face = family->faces[2]};
    return person_update(family->scene.library, family->scene.owner, &family->ada, 1, &update,
                         &family->edit, error);
}

static gboolean do_delete(Family *family, GError **error)
{
    const gint64 both[] = {family->bob, family->ada};
    return person_delete(family->scene.library, family->scene.owner, both, 2, &family->edit, error);
}

static gboolean do_merge(Family *family, GError **error)
{
    return person_merge(family->scene.library, family->scene.owner, family->ada, &family->bob, 1,
                        &family->edit, error);
}

static gboolean do_split(Family *family, GError **error)
{
    return person_split(family->scene.library, family->scene.owner, family->ada, "Half",
                        family->faces, 2, &family->edit, error);
}

static gboolean do_split_all(Family *family, GError **error)
{
    return person_split(family->scene.library, family->scene.owner, family->bob, NULL,
                        family->faces, 8, &family->edit, error);
}

static gboolean do_assign(Family *family, GError **error)
{
    return face_assign(family->scene.library, family->scene.owner, family->faces + 3, 5, 0, "Dora",
                       &family->edit, error);
}

static gboolean do_unassign(Family *family, GError **error)
{
    return face_unassign(family->scene.library, family->scene.owner, family->faces, 5, TRUE, TRUE,
                         &family->edit, error);
}

static gboolean do_ignore(Family *family, GError **error)
{
    return face_ignore(family->scene.library, family->scene.owner, family->faces + 4, 4, TRUE,
                       &family->edit, error);
}

static gboolean do_apart(Family *family, GError **error)
{
    return person_set_apart(family->scene.library, family->scene.owner, family->bob, family->ada,
                            &family->edit, error);
}

/* Whatever was done, undoing it leaves everything as it was, to the last column. */
static void test_undo_is_exact(StoreFixture *fixture, gconstpointer unused)
{
    static const Do all[] = {do_create,    do_hide,   do_avatar,   do_delete, do_merge, do_split,
                             do_split_all, do_assign, do_unassign, do_ignore, do_apart};
    g_autoptr(GError) error = NULL;
    g_auto(Family) family = {0};
    family_open(&family, fixture);
    gint64 foreign = family.faces[7];
    PersonEdit edit;
    g_assert_true(face_assign(family.scene.library, family.scene.owner, &foreign, 1, family.bob,
                              NULL, &edit, &error));
    g_assert_true(face_unassign(family.scene.library, family.scene.owner, &foreign, 1, TRUE, FALSE,
                                &edit, &error));
    name(&family, family.bob, "Bob");
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        g_test_message("edit %" G_GSIZE_FORMAT, i);
        g_autofree char *before = people_scene_dump(&family.scene);
        g_assert_true(all[i](&family, &error));
        g_assert_no_error(error);
        g_assert_cmpint(family.edit.change, >, 0);
        g_autofree char *meanwhile = people_scene_dump(&family.scene);
        g_assert_cmpstr(before, !=, meanwhile);
        undo(&family, family.edit.change);
        g_autofree char *after = people_scene_dump(&family.scene);
        g_assert_cmpstr(before, ==, after);
        undo_fails(&family, family.edit.change, ALBUMEN_ERROR_CONFLICT);
    }
    undo_fails(&family, 99999, ALBUMEN_ERROR_NOT_FOUND);
}

/* What was changed otherwise since stays; what the undoing would take back does not let it. */
static void test_undo_after_other_changes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Family) family = {0};
    family_open(&family, fixture);
    g_assert_true(do_merge(&family, &error));
    gint64 merge = family.edit.change;
    g_assert_cmpint(family.edit.faces, ==, 3);
    g_assert_cmpint(owner(&family, 4), ==, family.ada);
    name(&family, family.ada, "Ada");
    g_assert_true(face_assign(family.scene.library, family.scene.owner, family.faces + 7, 1,
                              family.ada, NULL, &family.edit, &error));
    undo(&family, merge);
    g_assert_cmpint(owner(&family, 4), ==, family.bob);
    g_assert_cmpint(owner(&family, 7), ==, family.ada);
    g_autoptr(Person) ada =
        person_get(family.scene.library, family.scene.owner, family.ada, &error);
    g_assert_cmpstr(ada->name, ==, "Ada");

    g_assert_true(do_merge(&family, &error));
    merge = family.edit.change;
    g_assert_true(face_assign(family.scene.library, family.scene.owner, family.faces + 4, 1, 0,
                              "Eve", &family.edit, &error));
    gint64 assign = family.edit.change;
    undo_fails(&family, merge, ALBUMEN_ERROR_CONFLICT);
    g_assert_cmpint(owner(&family, 5), ==, family.ada);
    undo(&family, assign);
    undo(&family, merge);
    g_assert_cmpint(owner(&family, 5), ==, family.bob);

    g_assert_true(do_split(&family, &error));
    gint64 split = family.edit.change;
    name(&family, family.edit.person, "Else");
    undo_fails(&family, split, ALBUMEN_ERROR_CONFLICT);
}

static void test_merging(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Family) family = {0};
    family_open(&family, fixture);
    name(&family, family.bob, "Bob");
    g_assert_true(do_merge(&family, &error));
    g_autoptr(Person) both =
        person_get(family.scene.library, family.scene.owner, family.ada, &error);
    g_assert_cmpstr(both->name, ==, "Bob"); /* the target had none */
    g_assert_cmpint(both->faces, ==, 7);
    g_assert_null(person_get(family.scene.library, family.scene.owner, family.bob, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(people_group_all(family.scene.library, NULL, NULL, NULL, &error));
    for (int i = 0; i < 7; i++) {
        g_assert_cmpint(owner(&family, i), ==, family.ada);
    }
    g_assert_false(person_merge(family.scene.library, family.scene.owner, family.ada, &family.ada,
                                1, &family.edit, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_false(do_merge(&family, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_splitting(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Family) family = {0};
    family_open(&family, fixture);
    g_assert_true(do_split(&family, &error));
    gint64 half = family.edit.person;
    g_assert_true(people_group_all(family.scene.library, NULL, NULL, NULL, &error));
    g_assert_cmpint(owner(&family, 0), ==, half);
    g_assert_cmpint(owner(&family, 1), ==, half);
    g_assert_cmpint(owner(&family, 2), !=, half);
    g_assert_false(person_split(family.scene.library, family.scene.owner, family.bob, NULL,
                                family.faces, 2, &family.edit, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
}

static void test_drawing(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Family) family = {0};
    family_open(&family, fixture);
    Library *library = family.scene.library;
    gint64 face = 0;
    const FaceBox box = {0.5, 0.5, 0.25, 0.5};
    g_assert_true(
        face_draw(library, family.scene.owner, family.photos[0], &box, 0, "Zoe", &face, &error));
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_autoptr(Face) drawn = face_get(tx, family.scene.owner, face, &error);
    g_assert_no_error(error);
    g_assert_cmpint(drawn->x1, ==, 200);
    g_assert_cmpint(drawn->y2, ==, 300);
    g_assert_true(isnan(drawn->confidence));
    g_assert_cmpstr(drawn->person_name, ==, "Zoe");
    g_clear_pointer(&tx, store_tx_free);
    g_assert_true(face_remove(library, family.scene.owner, face, &family.edit, &error));
    g_assert_cmpint(people_scene_owner(&family.scene, family.faces[0]), ==, family.ada);
    g_assert_true(face_remove(library, family.scene.owner, family.faces[0], &family.edit, &error));
    g_assert_cmpint(owner(&family, 0), ==, 0);
    undo(&family, family.edit.change);
    g_assert_cmpint(owner(&family, 0), ==, family.ada);
    const FaceBox wrong[] = {{0.5, 0.5, 0.6, 0.1}, {-0.1, 0, 1, 1}, {0, 0, 0, 1}, {NAN, 0, 1, 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_false(face_draw(library, family.scene.owner, family.photos[0], &wrong[i], 0, NULL,
                                 &face, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
        g_clear_error(&error);
    }
}

static void test_bad_input(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(Family) family = {0};
    family_open(&family, fixture);
    Library *library = family.scene.library;
    g_autofree char *endless = g_strnfill(PERSON_NAME_CHARACTERS + 1, 'x');
    g_assert_false(
        person_create(library, family.scene.owner, endless, NULL, 0, &family.edit, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    const gint64 unknown = 4711;
    g_assert_false(face_assign(library, family.scene.owner, &unknown, 1, family.ada, NULL,
                               &family.edit, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(face_assign(library, family.scene.owner, family.faces, 1, unknown, NULL,
                               &family.edit, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(
        face_assign(library, family.scene.owner, family.faces, 1, 0, "  ", &family.edit, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    const PersonUpdate avatar = {.is_hidden = -1, .avatar_face = family.faces[5]};
    g_assert_false(
        person_update(library, family.scene.owner, &family.ada, 1, &avatar, &family.edit, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static char *list(Family *family, const PersonFilter *filter)
{
    g_autoptr(GError) error = NULL;
    gint64 total = 0;
    g_autoptr(GPtrArray) persons =
        person_list(family->scene.library, family->scene.owner, filter, 0, 10, &total, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < persons->len; i++) {
        const Person *person = g_ptr_array_index(persons, i);
        g_string_append_printf(text, "%s:%d/%d ", person->name ? person->name : "-",
                               (int)person->faces, (int)person->photos);
    }
    g_string_append_printf(text, "of %d", (int)total);
    return g_string_free(text, FALSE);
}

static void assert_list(Family *family, PersonFilter filter, const char *expected)
{
    g_autofree char *text = list(family, &filter);
    g_assert_cmpstr(text, ==, expected);
}

static void test_lists(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Family) family = {0};
    family_open(&family, fixture);
    name(&family, family.ada, "Ada");
    name(&family, family.bob, "\xC3\x84nne");
    assert_list(&family, (PersonFilter){.sort = PERSON_BY_COUNT}, "Ada:4/4 \xC3\x84nne:3/3 of 2");
    assert_list(&family, (PersonFilter){.sort = PERSON_BY_COUNT, .ascending = TRUE},
                "\xC3\x84nne:3/3 Ada:4/4 of 2");
    assert_list(&family, (PersonFilter){.sort = PERSON_BY_RECENT}, "\xC3\x84nne:3/3 Ada:4/4 of 2");
    assert_list(&family, (PersonFilter){.search = " \xC3\xA4NN "}, "\xC3\x84nne:3/3 of 1");
    assert_list(&family, (PersonFilter){.search = "nobody"}, "of 0");
    g_autoptr(GError) error = NULL;
    g_assert_true(do_hide(&family, &error));
    assert_list(&family, (PersonFilter){0}, "of 0");
    assert_list(&family, (PersonFilter){.is_hidden = 1, .sort = PERSON_BY_NAME, .ascending = TRUE},
                "Ada:4/4 \xC3\x84nne:3/3 of 2");

    /* What is thrown away counts no more. */
    fixture_lose(fixture, FIXTURE_SOURCE "/0/0.jpg");
    assert_list(&family, (PersonFilter){.is_hidden = -1, .search = "ada"}, "Ada:3/3 of 1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/person-edit/undo", test_undo_is_exact);
    store_fixture_add("/person-edit/undo-later", test_undo_after_other_changes);
    store_fixture_add("/person-edit/merge", test_merging);
    store_fixture_add("/person-edit/split", test_splitting);
    store_fixture_add("/person-edit/draw", test_drawing);
    store_fixture_add("/person-edit/bad", test_bad_input);
    store_fixture_add("/person-edit/lists", test_lists);
    return g_test_run();
}
