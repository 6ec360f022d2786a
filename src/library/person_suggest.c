#include "library/person_suggest.h"

#include "library/people_cloud.h"
#include "library/people_group.h"
#include "library/person_shape.h"

#include <math.h>
#include <string.h>

static double similarity_of(const FaceRule *rule, float distance)
{
    return 1 - 0.4 * distance / rule->suggest;
}

static void pair_free(PersonPair *pair)
{
    g_clear_pointer(&pair->a, person_free);
    g_clear_pointer(&pair->b, person_free);
    g_free(pair);
}

/* Pairs of numbers: persons apart, a person and a photo. */

static GHashTable *pairs_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static char *pair_key(gint64 a, gint64 b)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, a, b);
}

static gboolean has_pair(GHashTable *pairs, gint64 a, gint64 b)
{
    g_autofree char *key = pair_key(a, b);
    return g_hash_table_contains(pairs, key);
}

static GHashTable *read_pairs(StoreTx *tx, const StoreQuery *query, GError **error)
{
    g_autoptr(GHashTable) pairs = pairs_new();
    StoreStatement *row = store_prepare(tx, query, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        g_hash_table_add(pairs, pair_key(store_column_int(row, 0), store_column_int(row, 1)));
    }
    return step == STORE_DONE ? g_steal_pointer(&pairs) : NULL;
}

static const StoreQuery apart_query = {
    .name = "suggest_apart",
    .sql = "SELECT person_a, person_b FROM person_apart",
};

/* Persons and what they look like */

typedef struct {
    GPtrArray *persons; /* Person, by falling faces */
    GPtrArray *shapes;  /* PersonShape of each; NULL: none can be told */
    FaceRule rule;
    char *model;
} Looks;

static void looks_clear(Looks *looks)
{
    g_clear_pointer(&looks->persons, g_ptr_array_unref);
    g_clear_pointer(&looks->shapes, g_ptr_array_unref);
    g_clear_pointer(&looks->model, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Looks, looks_clear)

static gboolean looks_init(Looks *looks, Library *library, const Principal *viewer, GError **error)
{
    const PersonFilter filter = {.sort = PERSON_BY_COUNT};
    looks->persons = person_list(library, viewer, &filter, 0, SUGGEST_PERSONS, NULL, error);
    looks->shapes = g_ptr_array_new_with_free_func(g_free);
    return looks->persons != NULL;
}

static gboolean read_shapes(Looks *looks, Library *library, StoreTx *tx, GError **error)
{
    if (!people_rule(library, tx, &looks->rule, &looks->model, error)) {
        return FALSE;
    }
    for (guint i = 0; i < looks->persons->len; i++) {
        const Person *person = g_ptr_array_index(looks->persons, i);
        PersonShape *shape = NULL;
        if (!person_shape_get(library, tx, person->id, &looks->rule, looks->model, &shape, error)) {
            return FALSE;
        }
        g_ptr_array_add(looks->shapes, shape);
    }
    return TRUE;
}

static Person *copy_person(const Person *person)
{
    Person *copy = g_memdup2(person, sizeof *person);
    copy->name = g_strdup(person->name);
    return copy;
}

static gint compare_pairs(gconstpointer one, gconstpointer other)
{
    const PersonPair *a = *(const PersonPair *const *)one;
    const PersonPair *b = *(const PersonPair *const *)other;
    if (a->similarity != b->similarity) {
        return a->similarity > b->similarity ? -1 : 1;
    }
    return (a->a->id > b->a->id) - (a->a->id < b->a->id);
}

static gboolean are_on_one_photo(StoreTx *tx, gint64 a, gint64 b, gboolean *ret_are, GError **error)
{
    static const StoreQuery query = {
        .name = "suggest_on_one_photo",
        .sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM face f JOIN face g ON g.photo_id = "
               "f.photo_id WHERE f.person_id = ?1 AND g.person_id = ?2) THEN 1 ELSE 0 END",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    gint64 are = 0;
    if (row) {
        store_bind_int(row, 1, a);
        store_bind_int(row, 2, b);
    }
    gboolean read = row && store_step_int(row, &are, error);
    *ret_are = are != 0;
    return read;
}

/* Adds the pair unless something speaks against it. */
static gboolean offer(const Looks *looks, StoreTx *tx, GHashTable *apart, guint i, guint j,
                      double similarity, GPtrArray *pairs, GError **error)
{
    const Person *a = g_ptr_array_index(looks->persons, i);
    const Person *b = g_ptr_array_index(looks->persons, j);
    gboolean are_two = has_pair(apart, MIN(a->id, b->id), MAX(a->id, b->id));
    if (!are_two && !are_on_one_photo(tx, a->id, b->id, &are_two, error)) {
        return FALSE;
    }
    if (!are_two) {
        PersonPair *pair = g_new0(PersonPair, 1);
        pair->a = copy_person(a);
        pair->b = copy_person(b);
        pair->similarity = similarity;
        g_ptr_array_add(pairs, pair);
    }
    return TRUE;
}

static gboolean find_pairs(const Looks *looks, StoreTx *tx, double threshold, GPtrArray *pairs,
                           GError **error)
{
    g_autoptr(GHashTable) apart = read_pairs(tx, &apart_query, error);
    for (guint i = 0; apart && i < looks->persons->len; i++) {
        const PersonShape *one = g_ptr_array_index(looks->shapes, i);
        for (guint j = i + 1; one && j < looks->persons->len; j++) {
            const PersonShape *other = g_ptr_array_index(looks->shapes, j);
            double similarity =
                other ? similarity_of(&looks->rule, person_shape_distance(one, other)) : -1;
            if (other && similarity >= threshold &&
                !offer(looks, tx, apart, i, j, similarity, pairs, error)) {
                return FALSE;
            }
        }
    }
    return apart != NULL;
}

GPtrArray *person_suggestions(Library *library, const Principal *viewer, double threshold,
                              GError **error)
{
    g_auto(Looks) looks = {0};
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func((GDestroyNotify)pair_free);
    if (!looks_init(&looks, library, viewer, error)) {
        return NULL;
    }
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    if (!tx || !read_shapes(&looks, library, tx, error) ||
        !find_pairs(&looks, tx, threshold, pairs, error)) {
        return NULL;
    }
    g_ptr_array_sort(pairs, compare_pairs);
    return g_steal_pointer(&pairs);
}

/* Faces to be asked about */

static void candidate_free(FaceCandidate *candidate)
{
    g_free(candidate->name);
    g_free(candidate);
}

static void review_free(FaceReview *review)
{
    g_clear_pointer(&review->face, face_free);
    g_ptr_array_unref(review->candidates);
    g_free(review);
}

static gint compare_candidates(gconstpointer one, gconstpointer other)
{
    const FaceCandidate *a = *(const FaceCandidate *const *)one;
    const FaceCandidate *b = *(const FaceCandidate *const *)other;
    return a->distance != b->distance ? (a->distance < b->distance ? -1 : 1)
                                      : (a->person > b->person) - (a->person < b->person);
}

static gboolean is_refused(const FaceInput *face, gint64 person)
{
    for (gsize i = 0; i < face->refused_count; i++) {
        if (face->refused[i] == person) {
            return TRUE;
        }
    }
    return FALSE;
}

static GPtrArray *find_candidates(const Looks *looks, const FaceInput *face, guint floats,
                                  GHashTable *beside)
{
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)candidate_free);
    for (guint i = 0; face->vector && i < looks->persons->len; i++) {
        const Person *person = g_ptr_array_index(looks->persons, i);
        const PersonShape *shape = g_ptr_array_index(looks->shapes, i);
        float distance = shape && shape->floats == floats
                             ? person_shape_face_distance(shape, face->vector)
                             : G_MAXFLOAT;
        if (distance <= looks->rule.suggest && !is_refused(face, person->id) &&
            !has_pair(beside, face->photo, person->id)) {
            FaceCandidate *candidate = g_new0(FaceCandidate, 1);
            candidate->person = person->id;
            candidate->name = g_strdup(person->name);
            candidate->distance = distance;
            g_ptr_array_add(found, candidate);
        }
    }
    g_ptr_array_sort(found, compare_candidates);
    g_ptr_array_set_size(found, (gint)MIN(found->len, REVIEW_CANDIDATES));
    return found;
}

static gboolean read_cloud(PeopleCloud *cloud, Library *library, StoreTx *tx,
                           const GPtrArray *faces, GError **error)
{
    static const StoreQuery query = {
        .name = "review_faces",
        WITH_IDS(PEOPLE_CLOUD_COLUMNS "0 FROM face f WHERE f.id IN ", " ORDER BY f.id DESC"),
    };
    g_autoptr(GArray) ids = ids_new();
    for (guint i = 0; i < faces->len; i++) {
        const Face *face = g_ptr_array_index(faces, i);
        g_array_append_val(ids, face->id);
    }
    g_autofree char *text = ids_text(ids);
    if (!people_cloud_init(cloud, library, tx, error)) {
        return FALSE;
    }
    StoreStatement *rows = store_prepare(tx, &query, error);
    if (!rows) {
        return FALSE;
    }
    store_bind_text(rows, 1, text);
    return people_cloud_read(cloud, rows, error) && people_cloud_read_refused(cloud, tx, error);
}

static const StoreQuery beside_query = {
    .name = "review_beside",
    .sql = "SELECT DISTINCT f.photo_id, f.person_id FROM face f JOIN face g ON g.photo_id = "
           "f.photo_id WHERE f.person_id IS NOT NULL AND g.person_id IS NULL AND g.is_ignored = 0",
};

/* Takes the faces that are asked about out of `faces`; both have the same order. */
static GPtrArray *collect(const Looks *looks, const PeopleCloud *cloud, GHashTable *beside,
                          GPtrArray *faces, gint64 before, gint64 limit, gint64 *ret_total)
{
    GPtrArray *reviews = g_ptr_array_new_with_free_func((GDestroyNotify)review_free);
    *ret_total = 0;
    for (guint i = 0; i < faces->len && i < cloud->inputs->len; i++) {
        const FaceInput *input = &g_array_index(cloud->inputs, FaceInput, i);
        g_autoptr(GPtrArray) candidates = find_candidates(looks, input, cloud->floats, beside);
        *ret_total += candidates->len > 0;
        if (candidates->len > 0 && (before == 0 || input->id < before) && reviews->len < limit) {
            FaceReview *review = g_new0(FaceReview, 1);
            review->face = g_steal_pointer(&g_ptr_array_index(faces, i));
            review->candidates = g_steal_pointer(&candidates);
            g_ptr_array_add(reviews, review);
        }
    }
    return reviews;
}

static void free_unless_taken(gpointer face)
{
    if (face) {
        face_free(face);
    }
}

GPtrArray *face_review(Library *library, const Principal *viewer, gint64 before, gint64 limit,
                       gint64 *ret_total, GError **error)
{
    g_auto(Looks) looks = {0};
    g_auto(PeopleCloud) cloud = {0};
    if (!looks_init(&looks, library, viewer, error)) {
        return NULL;
    }
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    g_autoptr(GPtrArray) faces =
        tx ? face_list(tx, viewer, FACES_UNKNOWN, 0, 0, REVIEW_FACES, NULL, error) : NULL;
    if (!faces || !read_shapes(&looks, library, tx, error) ||
        !read_cloud(&cloud, library, tx, faces, error)) {
        return NULL;
    }
    g_autoptr(GHashTable) beside = read_pairs(tx, &beside_query, error);
    g_ptr_array_set_free_func(faces, free_unless_taken);
    return beside ? collect(&looks, &cloud, beside, faces, before, limit, ret_total) : NULL;
}
