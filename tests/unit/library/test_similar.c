#include "library/similar.h"

#include "base/limits.h"
#include "vector_fixture.h"

#include <math.h>

#define FLOATS 4

static const float east[FLOATS] = {1, 0, 0, 0}, north[FLOATS] = {0, 2, 0, 0},
                   north_east[FLOATS] = {1, 1, 0, 0}, west[FLOATS] = {-1, 0, 0, 0};

/* A photo whose hash differs from 0 in so many bits; ids of a fresh database begin at 1. */
static gint64 add(StoreFixture *fixture, const char *name, guint bits)
{
    g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%s.jpg", name);
    MediaPicture *picture = fixture_picture();
    picture->phash = bits == 0 ? 0 : G_MAXUINT64 >> (64 - bits);
    return fixture_add(fixture, path, picture);
}

static char *text_of(GArray *found)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        const SimilarPhoto *photo = &g_array_index(found, SimilarPhoto, i);
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT ":%.3f", i ? " " : "", photo->photo_id,
                               photo->similarity);
    }
    g_array_unref(found);
    return g_string_free(text, FALSE);
}

static void expect_look(StoreFixture *fixture, const Principal *viewer, gint64 id, double least,
                        gboolean has_vector, const char *expected)
{
    g_autoptr(GError) error = NULL;
    gboolean had_vector = !has_vector;
    GArray *found =
        similar_by_look(fixture_library(fixture), viewer, id, least, &had_vector, &error);
    g_assert_no_error(error);
    g_autofree char *text = text_of(found);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpint(had_vector, ==, has_vector);
}

static void expect_faces(StoreFixture *fixture, const Principal *viewer, gint64 id, double least,
                         gboolean has_faces, const char *expected)
{
    g_autoptr(GError) error = NULL;
    gboolean had_faces = !has_faces;
    GArray *found =
        similar_by_faces(fixture_library(fixture), viewer, id, least, &had_faces, &error);
    g_assert_no_error(error);
    g_autofree char *text = text_of(found);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpint(had_faces, ==, has_faces);
}

static void test_look(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    add(fixture, "a", 0);
    add(fixture, "b", 16);
    add(fixture, "c", 0);
    add(fixture, "d", 64);
    expect_look(fixture, owner, 1, 0, FALSE, "3:1.000 2:0.750 4:0.000");
    expect_look(fixture, owner, 1, 0.75, FALSE, "3:1.000 2:0.750");
    expect_look(fixture, owner, 2, 0.1, FALSE, "1:0.750 3:0.750 4:0.250");

    vector_fixture_put(fixture, 1, "similar", "m", east, FLOATS);
    expect_look(fixture, owner, 1, 0, TRUE, "3:0.700 2:0.525 4:0.000");
    vector_fixture_put(fixture, 2, "similar", "m", east, FLOATS);
    vector_fixture_put(fixture, 3, "similar", "m", west, FLOATS); /* no less than nothing */
    vector_fixture_put(fixture, 4, "similar", "m", north_east, FLOATS);
    expect_look(fixture, owner, 1, 0, TRUE, "2:0.825 3:0.700 4:0.212");
    expect_look(fixture, owner, 1, 0.7, TRUE, "2:0.825 3:0.700");
    vector_fixture_remove(fixture, 1, "similar");
    expect_look(fixture, owner, 1, 0.7, FALSE, "3:1.000 2:0.750");
}

/* More than are kept: the best of all of them. */
static void test_many(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    add(fixture, "a", 0);
    for (guint i = 0; i < LIMIT_SIMILAR_PHOTOS + 40; i++) {
        g_autofree char *name = g_strdup_printf("b%u", i);
        add(fixture, name, i % 64);
    }
    gboolean has_vector = FALSE;
    g_autoptr(GArray) found =
        similar_by_look(fixture_library(fixture), owner, 1, 0, &has_vector, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(found->len, ==, LIMIT_SIMILAR_PHOTOS);
    double last = 1;
    for (guint i = 0; i < found->len; i++) {
        double similarity = g_array_index(found, SimilarPhoto, i).similarity;
        g_assert_cmpfloat(similarity, <=, last);
        last = similarity;
    }
    /* 8 or 9 of each: those that are left out differ the most. */
    g_assert_cmpfloat(last, >, 0.06);
}

static void test_faces(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    for (guint i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("%u", i);
        add(fixture, name, 0);
    }
    expect_faces(fixture, owner, 1, 0, FALSE, "");
    gint64 nobody = vector_fixture_face(fixture, 1, 0, NULL, NULL, 0);
    expect_faces(fixture, owner, 1, 0, FALSE, "");
    vector_fixture_ignore(fixture, 1, nobody);
    gint64 first = vector_fixture_face(fixture, 1, 1, "m", east, FLOATS);
    vector_fixture_face(fixture, 2, 0, "m", north_east, FLOATS);
    vector_fixture_face(fixture, 3, 0, "m", north, FLOATS);
    vector_fixture_face(fixture, 3, 1, "m", north_east, FLOATS);
    gint64 known = vector_fixture_face(fixture, 4, 0, "m", west, FLOATS);
    expect_faces(fixture, owner, 1, 0.1, TRUE, "2:0.707 3:0.707");
    expect_faces(fixture, owner, 1, 0.8, TRUE, "");

    vector_fixture_person(fixture, "Zoe", 1, first);
    expect_faces(fixture, owner, 1, 0.8, TRUE, "");
    vector_fixture_person(fixture, "Max", 4, known);
    expect_faces(fixture, owner, 4, 0.8, TRUE, "");
}

static void assign(StoreFixture *fixture, gint64 photo_id, gint64 face_id, gint64 person_id)
{
    static const StoreQuery query = {
        .name = "test_assign",
        .sql = "UPDATE face SET person_id = ?1, assigned_by = 'user' WHERE id = ?2",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    StoreStatement *statement = store_prepare(tx, &query, &error);
    store_bind_int(statement, 1, person_id);
    store_bind_int(statement, 2, face_id);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void test_persons(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    gint64 person = 0;
    for (guint i = 0; i < 4; i++) {
        g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%u.jpg", i);
        MediaPicture *picture = fixture_picture();
        picture->facts->taken_local_ms = i == 3 ? FACT_NONE : (gint64)i * 1000;
        gint64 photo = fixture_add(fixture, path, picture);
        gint64 face = vector_fixture_face(fixture, photo, 0, NULL, NULL, 0);
        if (i == 0) {
            person = vector_fixture_person(fixture, "Zoe", photo, face);
        } else {
            assign(fixture, photo, face, person);
        }
    }
    expect_faces(fixture, owner, 1, 0.8, TRUE, "3:1.000 2:1.000 4:1.000");
}

static void test_words(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) nobody = principal_new_anonymous();
    Library *library = fixture_library(fixture);
    g_autoptr(GArray) text = g_array_new(FALSE, FALSE, sizeof(float));
    g_array_append_vals(text, east, FLOATS);
    g_autofree char *none = text_of(similar_to_words(library, owner, text, 0, 10, &error));
    g_assert_cmpstr(none, ==, "");
    for (guint i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("%u", i);
        add(fixture, name, 0);
    }
    vector_fixture_put(fixture, 1, "words", "m", north_east, FLOATS);
    vector_fixture_put(fixture, 2, "words", "m", east, FLOATS);
    vector_fixture_put(fixture, 3, "words", "m", north, FLOATS);
    vector_fixture_put(fixture, 4, "similar", "m", east, FLOATS);
    g_autofree char *near = text_of(similar_to_words(library, owner, text, 0.5, 10, &error));
    g_assert_cmpstr(near, ==, "2:1.000 1:0.707");
    g_autofree char *one = text_of(similar_to_words(library, owner, text, -1, 1, &error));
    g_assert_cmpstr(one, ==, "2:1.000");
    g_autofree char *unseen = text_of(similar_to_words(library, nobody, text, -1, 9, &error));
    g_assert_cmpstr(unseen, ==, "");
    g_array_set_size(text, FLOATS - 1); /* of another model */
    g_autofree char *other = text_of(similar_to_words(library, owner, text, -1, 9, &error));
    g_assert_cmpstr(other, ==, "");
    g_assert_no_error(error);
}

static void test_hidden(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) nobody = principal_new_anonymous();
    add(fixture, "a", 0);
    add(fixture, "b", 0);
    fixture_lose(fixture, FIXTURE_SOURCE "/b.jpg");
    expect_look(fixture, owner, 1, 0, FALSE, "");
    gboolean told = FALSE;
    g_assert_null(similar_by_look(fixture_library(fixture), owner, 2, 0, &told, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(similar_by_faces(fixture_library(fixture), nobody, 1, 0, &told, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/similar/look", test_look);
    store_fixture_add("/similar/many", test_many);
    store_fixture_add("/similar/faces", test_faces);
    store_fixture_add("/similar/persons", test_persons);
    store_fixture_add("/similar/words", test_words);
    store_fixture_add("/similar/hidden", test_hidden);
    return g_test_run();
}
