#include "library/photo_found.h"

#include "found_fixture.h"
#include "library/facets.h"
#include "library/find.h"
#include "library/selection.h"

#include <math.h>

static void assert_matches(StoreFixture *fixture, const PhotoFilter *filter, const char *expected)
{
    g_autofree char *names = fixture_names(fixture, filter, "aggregate", FALSE);
    g_assert_cmpstr(names, ==, expected);
}

static PhotoFilter everything(void)
{
    PhotoFilter filter;
    photo_filter_init(&filter);
    return filter;
}

static void assert_persons(StoreFixture *fixture, const char *ids, const char *expected)
{
    PhotoFilter filter = everything();
    filter.persons = ids;
    assert_matches(fixture, &filter, expected);
}

static void assert_objects(StoreFixture *fixture, const char *names, const char *expected)
{
    PhotoFilter filter = everything();
    filter.objects = names;
    assert_matches(fixture, &filter, expected);
}

typedef struct {
    gint64 zoe, max, a, b, c;
} Scene;

/* a: Zoe and Max with a dog; b: Zoe and a stranger, with closed eyes; c: nobody has looked. */
static Scene make_scene(StoreFixture *fixture)
{
    Scene scene = {
        .zoe = fixture_person(fixture, "Zoë"),
        .max = fixture_person(fixture, NULL),
        .a = fixture_add(fixture, "/photos/a", NULL),
        .b = fixture_add(fixture, "/photos/b", NULL),
        .c = fixture_add(fixture, "/photos/c", NULL),
    };
    fixture_face(fixture, scene.a, scene.zoe, 0.3);
    fixture_face(fixture, scene.a, scene.max, NAN);
    fixture_object(fixture, scene.a, "dog");
    fixture_object(fixture, scene.a, "dog");
    fixture_object(fixture, scene.a, "person");
    fixture_face(fixture, scene.b, scene.zoe, 0.1);
    fixture_face(fixture, scene.b, 0, 0.4);
    fixture_object(fixture, scene.b, "person");
    return scene;
}

static void test_persons_must_all_be_there(StoreFixture *fixture, gconstpointer unused)
{
    Scene scene = make_scene(fixture);
    g_autofree char *zoe = g_strdup_printf("%" G_GINT64_FORMAT, scene.zoe);
    g_autofree char *both =
        g_strdup_printf(" %" G_GINT64_FORMAT ",x,%" G_GINT64_FORMAT, scene.zoe, scene.max);
    assert_persons(fixture, zoe, "a b");
    assert_persons(fixture, both, "a");
    assert_persons(fixture, "999999", "");
    assert_persons(fixture, "nobody", "a b c");
    PhotoFilter filter = everything();
    filter.search = "zo\xC3\xAB";
    assert_matches(fixture, &filter, "a b");
}

static void test_objects_must_all_be_there(StoreFixture *fixture, gconstpointer unused)
{
    make_scene(fixture);
    assert_objects(fixture, "dog", "a");
    assert_objects(fixture, "person", "a b");
    assert_objects(fixture, "person, dog", "a");
    assert_objects(fixture, "zebra", "");
    assert_objects(fixture, ",", "a b c");
}

static void test_faces_are_counted(StoreFixture *fixture, gconstpointer unused)
{
    make_scene(fixture);
    PhotoFilter filter = everything();
    filter.ranges[PHOTO_RANGE_face_count] = (PhotoBounds){1, NAN};
    assert_matches(fixture, &filter, "a b");
    filter.ranges[PHOTO_RANGE_face_count] = (PhotoBounds){3, NAN};
    assert_matches(fixture, &filter, "");
    filter = everything();
    filter.hide_blinks = TRUE;
    assert_matches(fixture, &filter, "a c");
}

static void test_photos_tell_who_is_on_them(StoreFixture *fixture, gconstpointer unused)
{
    Scene scene = make_scene(fixture);
    g_autoptr(Principal) owner = principal_new_owner();
    PhotoFilter filter = everything();
    g_autoptr(GPtrArray) photos =
        fixture_list(fixture, owner, &filter, photo_sort_find("aggregate"), FALSE, 0, 10);
    photo_find_relatives(fixture_library(fixture), owner, photos);
    g_assert_cmpuint(photos->len, ==, 3);
    const Photo *a = g_ptr_array_index(photos, 0);
    const Photo *b = g_ptr_array_index(photos, 1);
    const Photo *c = g_ptr_array_index(photos, 2);
    g_assert_cmpuint(a->persons->len, ==, 2);
    const PhotoPerson *first = g_ptr_array_index(a->persons, 0);
    g_assert_cmpint(first->id, ==, scene.zoe);
    g_assert_cmpstr(first->name, ==, "Zo\xC3\xAB");
    g_assert_cmpint(a->faces_unknown, ==, 0);
    g_assert_false(a->blinks);
    g_assert_cmpint(b->face_count, ==, 2);
    g_assert_cmpint(b->faces_unknown, ==, 1);
    g_assert_true(b->blinks);
    g_assert_null(c->persons);
    g_assert_cmpint(c->face_count, ==, -1);
}

static char *hits_text(const GPtrArray *hits)
{
    GString *told = g_string_new(NULL);
    for (guint i = 0; i < hits->len; i++) {
        const FindHit *hit = g_ptr_array_index(hits, i);
        g_string_append_printf(told, "%s=%d;", hit->text, (int)hit->photos);
    }
    return g_string_free(told, FALSE);
}

static void assert_found(StoreFixture *fixture, const char *text, FindKind kind,
                         const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(FindResult) result = find_by_text(fixture_library(fixture), owner, text, 3, &error);
    g_assert_no_error(error);
    g_autofree char *told = hits_text(result->hits[kind]);
    g_assert_cmpstr(told, ==, expected);
}

static void test_few_letters_find(StoreFixture *fixture, gconstpointer unused)
{
    make_scene(fixture);
    fixture_add(fixture, "/photos/Beach/sand dog.jpg", NULL);
    assert_found(fixture, "ZO", FIND_PEOPLE, "Zo\xC3\xAB=2;");
    assert_found(fixture, "max", FIND_PEOPLE, "");
    assert_found(fixture, "o", FIND_OBJECTS, "person=2;dog=1;");
    assert_found(fixture, "do", FIND_OBJECTS, "dog=1;");
    assert_found(fixture, "bea", FIND_FOLDERS, "/photos/Beach=1;");
    assert_found(fixture, "photos", FIND_FOLDERS, "/photos=3;");
    assert_found(fixture, "dog", FIND_FILES, "sand dog.jpg=1;");
    assert_found(fixture, "nothing", FIND_FILES, "");
}

static void append_person(const FacetPerson *person, gpointer data)
{
    g_string_append_printf(data, "%s=%d;", person->name ? person->name : "?", (int)person->photos);
}

static void test_persons_are_counted(StoreFixture *fixture, gconstpointer unused)
{
    make_scene(fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(GString) told = g_string_new(NULL);
    facet_list_persons(fixture_library(fixture), owner, append_person, told, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(told->str, ==, "Zo\xC3\xAB=2;?=1;");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/photo_found/persons_must_all_be_there", test_persons_must_all_be_there);
    store_fixture_add("/photo_found/objects_must_all_be_there", test_objects_must_all_be_there);
    store_fixture_add("/photo_found/faces_are_counted", test_faces_are_counted);
    store_fixture_add("/photo_found/photos_tell_who_is_on_them", test_photos_tell_who_is_on_them);
    store_fixture_add("/photo_found/few_letters_find", test_few_letters_find);
    store_fixture_add("/photo_found/persons_are_counted", test_persons_are_counted);
    return g_test_run();
}
