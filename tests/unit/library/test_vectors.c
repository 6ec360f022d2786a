#include "library/vectors.h"

#include "library/library.h"
#include "vector_fixture.h"

#include <glib/gstdio.h>
#include <math.h>

#define FLOATS 4

static const float east[FLOATS] = {1, 0, 0, 0}, north[FLOATS] = {0, 1, 0, 0},
                   north_east[FLOATS] = {1, 1, 0, 0};

static VectorIndex *index_of(Vectors *vectors, VectorSpace space)
{
    g_autoptr(GError) error = NULL;
    VectorIndex *index = NULL;
    g_assert_true(vectors_index(vectors, space, &index, &error));
    g_assert_no_error(error);
    return index;
}

/* The owners in their order, with spaces between them; "none" without an index. */
static char *owners(Vectors *vectors, VectorSpace space, const float *vector)
{
    g_autoptr(VectorIndex) index = index_of(vectors, space);
    if (!index) {
        return g_strdup("none");
    }
    g_autoptr(GArray) found = vector_index_search(index, vector, 100, -INFINITY, NULL, NULL);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i ? " " : "",
                               g_array_index(found, VectorMatch, i).owner);
    }
    return g_string_free(text, FALSE);
}

#define EXPECT(vectors, space, vector, expected)                                                   \
    do {                                                                                           \
        g_autofree char *owners_ = owners(vectors, space, vector);                                 \
        g_assert_cmpstr(owners_, ==, expected);                                                    \
    } while (0)

static gint64 add(StoreFixture *fixture, const char *name)
{
    g_autofree char *path = g_strdup_printf(FIXTURE_SOURCE "/%s.jpg", name);
    return fixture_add(fixture, path, NULL);
}

static void delete_photo(StoreFixture *fixture, gint64 id)
{
    static const StoreQuery remove = {.name = "test_delete",
                                      .sql = "DELETE FROM photo WHERE id = ?1"};
    static const StoreQuery tell = {
        .name = "test_gone",
        .sql = "INSERT INTO photo_gone (photo_id, version) VALUES (?1, " LIBRARY_VERSION_SQL ")",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    const StoreQuery *queries[] = {&remove, &tell};
    for (guint i = 0; i < G_N_ELEMENTS(queries); i++) {
        StoreStatement *statement = store_prepare(tx, queries[i], &error);
        store_bind_int(statement, 1, id);
        store_run(statement, NULL, &error);
        g_assert_no_error(error);
    }
    fixture_commit(tx);
}

/* Ids of a fresh database begin at 1. */
static void test_photos(StoreFixture *fixture, gconstpointer unused)
{
    Vectors *vectors = library_vectors(fixture_library(fixture));
    EXPECT(vectors, VECTORS_SIMILAR, east, "none");
    g_assert_cmpint(add(fixture, "a"), ==, 1);
    add(fixture, "b");
    add(fixture, "c");
    EXPECT(vectors, VECTORS_SIMILAR, east, "none");
    vector_fixture_put(fixture, 1, "similar", "m", north, FLOATS);
    vector_fixture_put(fixture, 2, "similar", "m", east, FLOATS);
    vector_fixture_put(fixture, 3, "words", "w", east, FLOATS);
    EXPECT(vectors, VECTORS_SIMILAR, east, "2 1");
    EXPECT(vectors, VECTORS_WORDS, east, "3");
    vector_fixture_put(fixture, 3, "similar", "m", north_east, FLOATS);
    vector_fixture_put(fixture, 1, "similar", "m", east, FLOATS); /* another one than before */
    EXPECT(vectors, VECTORS_SIMILAR, east, "1 2 3");
    vector_fixture_remove(fixture, 2, "similar");
    EXPECT(vectors, VECTORS_SIMILAR, east, "1 3");
    delete_photo(fixture, 1);
    EXPECT(vectors, VECTORS_SIMILAR, east, "3");
    vector_fixture_put(fixture, 3, "similar", "m", east, 2); /* too short to be the model's */
    EXPECT(vectors, VECTORS_SIMILAR, east, "");
}

static void test_faces(StoreFixture *fixture, gconstpointer unused)
{
    Vectors *vectors = library_vectors(fixture_library(fixture));
    add(fixture, "a");
    add(fixture, "b");
    gint64 first = vector_fixture_face(fixture, 1, 0, "m", east, FLOATS);
    vector_fixture_face(fixture, 1, 1, "m", north, FLOATS);
    vector_fixture_face(fixture, 1, 2, NULL, NULL, 0); /* too small */
    EXPECT(vectors, VECTORS_FACES, east, "1 1");
    vector_fixture_face(fixture, 2, 0, "m", east, FLOATS);
    EXPECT(vectors, VECTORS_FACES, east, "1 2 1");
    vector_fixture_ignore(fixture, 1, first);
    EXPECT(vectors, VECTORS_FACES, east, "2 1");
}

/* A model has an index of its own, of its own length. */
static void test_models(StoreFixture *fixture, gconstpointer unused)
{
    Vectors *vectors = library_vectors(fixture_library(fixture));
    add(fixture, "a");
    add(fixture, "b");
    vector_fixture_put(fixture, 1, "similar", "old", east, FLOATS);
    vector_fixture_put(fixture, 2, "similar", "old", east, FLOATS);
    EXPECT(vectors, VECTORS_SIMILAR, east, "1 2");
    g_autoptr(VectorIndex) before = index_of(vectors, VECTORS_SIMILAR);
    vectors_use(vectors, VECTORS_SIMILAR, "new");
    EXPECT(vectors, VECTORS_SIMILAR, east, "none");
    vector_fixture_put(fixture, 1, "similar", "new", north, 2);
    EXPECT(vectors, VECTORS_SIMILAR, east, "1");
    g_assert_cmpuint(vector_index_count(before), ==, 2); /* whoever has it may go on */
    vectors_use(vectors, VECTORS_SIMILAR, "old");
    EXPECT(vectors, VECTORS_SIMILAR, east, "2");
    vectors_use(vectors, VECTORS_SIMILAR, NULL);
    EXPECT(vectors, VECTORS_SIMILAR, east, "2"); /* the last photo's */
}

/* Another process on the same data folder, and one that comes later. */
static void test_processes(StoreFixture *fixture, gconstpointer unused)
{
    g_autofree char *folder = g_build_filename(fixture->folder, "vectors", NULL);
    add(fixture, "a");
    vector_fixture_put(fixture, 1, "similar", "m", east, FLOATS);
    Vectors *one = vectors_new(fixture->store, folder);
    Vectors *other = vectors_new(fixture->store, folder);
    EXPECT(one, VECTORS_SIMILAR, east, "1");
    EXPECT(other, VECTORS_SIMILAR, east, "1");
    add(fixture, "b");
    vector_fixture_put(fixture, 2, "similar", "m", east, FLOATS);
    EXPECT(other, VECTORS_SIMILAR, east, "1 2");
    EXPECT(one, VECTORS_SIMILAR, east, "1 2");
    vectors_free(one);
    vectors_free(other);

    vector_fixture_remove(fixture, 1, "similar");
    one = vectors_new(fixture->store, folder); /* takes up the file where it was left */
    EXPECT(one, VECTORS_SIMILAR, east, "2");
    vectors_free(one);
    g_autofree char *file = g_build_filename(folder, "similar.vectors", NULL);
    g_assert_cmpint(g_unlink(file), ==, 0);
    one = vectors_new(fixture->store, folder);
    EXPECT(one, VECTORS_SIMILAR, east, "2");
    g_assert_true(g_file_test(file, G_FILE_TEST_IS_REGULAR));
    vectors_free(one);
    g_autofree char *no_folder = g_build_filename(file, "within a file", NULL);
    one = vectors_new(fixture->store, no_folder);
    EXPECT(one, VECTORS_SIMILAR, east, "2");
    vectors_free(one);
}

/* The index of one database is not another's, whatever their versions are. */
static void test_other_database(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery query = {
        .name = "test_made_anew",
        .sql = "UPDATE schema_migration SET applied_ms = applied_ms + 1",
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_build_filename(fixture->folder, "vectors", NULL);
    add(fixture, "a");
    vector_fixture_put(fixture, 1, "similar", "m", east, FLOATS);
    Vectors *vectors = vectors_new(fixture->store, folder);
    EXPECT(vectors, VECTORS_SIMILAR, east, "1");
    vectors_free(vectors);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    store_run(store_prepare(tx, &query, NULL), NULL, &error);
    g_assert_no_error(error);
    static const StoreQuery gone = {.name = "test_gone", .sql = "DELETE FROM photo_vector"};
    store_run(store_prepare(tx, &gone, NULL), NULL, &error); /* which no version tells */
    g_assert_no_error(error);
    fixture_commit(tx);
    add(fixture, "b");
    vector_fixture_put(fixture, 2, "similar", "m", east, FLOATS);
    vectors = vectors_new(fixture->store, folder);
    EXPECT(vectors, VECTORS_SIMILAR, east, "2");
    vectors_free(vectors);
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/vectors/photos", test_photos);
    store_fixture_add("/vectors/faces", test_faces);
    store_fixture_add("/vectors/models", test_models);
    store_fixture_add("/vectors/processes", test_processes);
    store_fixture_add("/vectors/other_database", test_other_database);
    return g_test_run();
}
