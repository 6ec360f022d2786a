#include "library/similar.h"

#include "base/limits.h"
#include "library/catalog.h"
#include "library/vectors.h"

#include <math.h>
#include <string.h>

static gint by_similarity(gconstpointer a, gconstpointer b)
{
    const SimilarPhoto *one = a, *other = b;
    if (one->similarity != other->similarity) {
        return one->similarity < other->similarity ? 1 : -1;
    }
    return (one->photo_id > other->photo_id) - (one->photo_id < other->photo_id);
}

static void keep_best(GArray *photos)
{
    g_array_sort(photos, by_similarity);
    if (photos->len > LIMIT_SIMILAR_PHOTOS) {
        g_array_set_size(photos, LIMIT_SIMILAR_PHOTOS);
    }
}

static guint32 row_of(const CatalogView *view, gint64 photo_id, GError **error)
{
    guint32 row = catalog_row_of_id(view, photo_id);
    if (row == CATALOG_NO_ROW) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Photo not found");
    }
    return row;
}

/* By look */

typedef struct {
    const CatalogView *view;
    VectorIndex *index; /* NULL: there are no vectors */
    float *vector;      /* of the photo that is asked for; NULL: it has none */
    double least;
    GArray *found; /* of SimilarPhoto, sorted */
} Look;

/* The rows that may be found, those first whose hashes differ the least; `starts[d]` is where those
 * begin that differ in d bits. */
static guint32 *rows_by_difference(const CatalogView *view, guint32 source,
                                   guint32 starts[SIMILAR_HASH_BITS + 2])
{
    const CatalogColumns *columns = catalog_columns(view);
    g_autofree guint8 *differences = g_new(guint8, MAX(columns->rows, 1));
    guint64 phash = columns->phash[source];
    memset(starts, 0, (SIMILAR_HASH_BITS + 2) * sizeof *starts);
    for (guint32 row = 0; row < columns->rows; row++) {
        gboolean may_be = row != source && catalog_lists(view, row);
        differences[row] =
            may_be ? (guint8)__builtin_popcountll(columns->phash[row] ^ phash) : G_MAXUINT8;
        starts[may_be ? differences[row] + 1 : 0]++;
    }
    starts[0] = 0;
    for (guint d = 1; d < SIMILAR_HASH_BITS + 2; d++) {
        starts[d] += starts[d - 1];
    }
    guint32 *rows = g_new(guint32, MAX(starts[SIMILAR_HASH_BITS + 1], 1));
    guint32 next[SIMILAR_HASH_BITS + 1];
    memcpy(next, starts, sizeof next);
    for (guint32 row = 0; row < columns->rows; row++) {
        if (differences[row] != G_MAXUINT8) {
            rows[next[differences[row]]++] = row;
        }
    }
    return rows;
}

static double similarity_of(const Look *look, double hashes, float cosine)
{
    if (!look->vector) {
        return hashes;
    }
    return SIMILAR_HASH_WEIGHT * hashes +
           SIMILAR_VECTOR_WEIGHT * (isnan(cosine) ? 0 : fmax(0, (double)cosine));
}

/* What a photo of this likeness of hashes must have to be found. */
static double needed(const Look *look)
{
    gboolean is_full = look->found->len == LIMIT_SIMILAR_PHOTOS;
    return is_full ? g_array_index(look->found, SimilarPhoto, look->found->len - 1).similarity
                   : look->least;
}

static void add_rows(Look *look, const guint32 *rows, guint32 count, double hashes)
{
    const CatalogColumns *columns = catalog_columns(look->view);
    g_autofree gint64 *ids = g_new(gint64, MAX(count, 1));
    g_autofree float *cosines = g_new(float, MAX(count, 1));
    double least = needed(look);
    for (guint32 i = 0; i < count; i++) {
        ids[i] = columns->id[rows[i]];
        cosines[i] = NAN;
    }
    if (look->vector) {
        /* None is nearer than 1, whatever it takes. */
        float cosine =
            (float)fmin(1, (least - SIMILAR_HASH_WEIGHT * hashes) / SIMILAR_VECTOR_WEIGHT);
        vector_index_compare(look->index, look->vector, ids, count, cosine > 0 ? cosine : -1,
                             cosines);
    }
    for (guint32 i = 0; i < count; i++) {
        const SimilarPhoto photo = {ids[i], similarity_of(look, hashes, cosines[i])};
        if (photo.similarity >= least) {
            g_array_append_val(look->found, photo);
        }
    }
    keep_best(look->found);
}

static void look_at_all(Look *look, guint32 source)
{
    guint32 starts[SIMILAR_HASH_BITS + 2];
    g_autofree guint32 *rows = rows_by_difference(look->view, source, starts);
    for (guint d = 0; d <= SIMILAR_HASH_BITS; d++) {
        double hashes = 1 - (double)d / SIMILAR_HASH_BITS;
        if (similarity_of(look, hashes, 1) < needed(look)) {
            return; /* nor does any that differs more */
        }
        add_rows(look, rows + starts[d], starts[d + 1] - starts[d], hashes);
    }
}

GArray *similar_by_look(Library *library, const Principal *viewer, gint64 photo_id, double least,
                        gboolean *ret_has_vector, GError **error)
{
    g_autoptr(VectorIndex) index = NULL;
    if (!vectors_index(library_vectors(library), VECTORS_SIMILAR, &index, error)) {
        return NULL;
    }
    g_autofree float *vector = index ? g_new(float, vector_index_floats(index)) : NULL;
    gboolean has_vector = index && vector_index_get(index, photo_id, vector);
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    guint32 source = view ? row_of(view, photo_id, error) : CATALOG_NO_ROW;
    if (source == CATALOG_NO_ROW) {
        return NULL;
    }
    Look look = {view, index, has_vector ? vector : NULL, least,
                 g_array_new(FALSE, FALSE, sizeof(SimilarPhoto))};
    look_at_all(&look, source);
    *ret_has_vector = has_vector;
    return look.found;
}

/* By words */

static gboolean is_listed(gint64 owner, gpointer data)
{
    const CatalogView *view = data;
    return catalog_lists(view, catalog_row_of_id(view, owner));
}

GArray *similar_to_words(Library *library, const Principal *viewer, const GArray *vector,
                         double least, guint limit, GError **error)
{
    g_autoptr(VectorIndex) index = NULL;
    if (!vectors_index(library_vectors(library), VECTORS_WORDS, &index, error)) {
        return NULL;
    }
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    GArray *found = g_array_new(FALSE, FALSE, sizeof(SimilarPhoto));
    if (!index || vector_index_floats(index) != vector->len) {
        return found;
    }
    g_autoptr(GArray) matches = vector_index_search(index, (const float *)(gpointer)vector->data,
                                                    limit, (float)least, is_listed, view);
    for (guint i = 0; i < matches->len; i++) {
        const VectorMatch *match = &g_array_index(matches, VectorMatch, i);
        const SimilarPhoto photo = {match->owner, (double)match->nearness};
        g_array_append_val(found, photo);
    }
    return found;
}

/* By faces */

typedef struct {
    GArray *faces;   /* of gint64: face.id */
    GArray *persons; /* of gint64: person.id */
} Faces;

static gboolean read_faces(StoreTx *tx, gint64 photo_id, const Faces *faces, GError **error)
{
    static const StoreQuery query = {
        .name = "similar_faces",
        .sql = "SELECT id, person_id FROM face WHERE photo_id = ?1 AND is_ignored = 0",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, photo_id);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 face = store_column_int(row, 0), person = store_column_int(row, 1);
        g_array_append_val(faces->faces, face);
        if (person) {
            g_array_append_val(faces->persons, person);
        }
    }
    return step == STORE_DONE;
}

/* Ids of photos, some of them more than once. */
static gboolean read_photos_of(StoreTx *tx, gint64 person, GArray *photos, GError **error)
{
    static const StoreQuery query = {
        .name = "similar_photos_of_person",
        .sql = "SELECT photo_id FROM face WHERE person_id = ?1 AND is_ignored = 0",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, person);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 photo = store_column_int(row, 0);
        g_array_append_val(photos, photo);
    }
    return step == STORE_DONE;
}

static gboolean read_known(Library *library, gint64 photo_id, const Faces *faces, GArray *photos,
                           GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    gboolean read = tx && read_faces(tx, photo_id, faces, error);
    for (guint i = 0; read && i < faces->persons->len; i++) {
        read = read_photos_of(tx, g_array_index(faces->persons, gint64, i), photos, error);
    }
    return read;
}

static gint latest_first(gconstpointer a, gconstpointer b, gpointer data)
{
    const CatalogView *view = data;
    const CatalogColumns *columns = catalog_columns(view);
    guint32 one = catalog_row_of_id(view, ((const SimilarPhoto *)a)->photo_id);
    guint32 other = catalog_row_of_id(view, ((const SimilarPhoto *)b)->photo_id);
    gint64 ones = columns->taken_ms[one], others = columns->taken_ms[other];
    if (ones != others) { /* one without a date has the least there is */
        return ones < others ? 1 : -1;
    }
    return (columns->path_rank[one] > columns->path_rank[other]) -
           (columns->path_rank[one] < columns->path_rank[other]);
}

static gboolean may_be_found(const CatalogView *view, gint64 photo_id, gint64 source_id)
{
    return photo_id != source_id && catalog_lists(view, catalog_row_of_id(view, photo_id));
}

static GArray *photos_of_persons(const CatalogView *view, gint64 source_id, const GArray *photos)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(SimilarPhoto));
    for (guint i = 0; i < photos->len; i++) {
        gint64 *id = &g_array_index(photos, gint64, i);
        if (may_be_found(view, *id, source_id) && g_hash_table_add(seen, id)) {
            const SimilarPhoto photo = {*id, 1};
            g_array_append_val(found, photo);
        }
    }
    g_array_sort_with_data(found, latest_first, (gpointer)view);
    if (found->len > LIMIT_SIMILAR_PHOTOS) {
        g_array_set_size(found, LIMIT_SIMILAR_PHOTOS);
    }
    return found;
}

typedef struct {
    const CatalogView *view;
    gint64 source_id;
} Others;

static gboolean is_other(gint64 owner, gpointer data)
{
    const Others *others = data;
    return may_be_found(others->view, owner, others->source_id);
}

/* The greatest cosine of each photo with any of the faces. */
static void add_face(VectorIndex *index, gint64 face, double least, Others *others,
                     GHashTable *best, gboolean *ret_usable)
{
    g_autofree float *vector = g_new(float, vector_index_floats(index));
    if (!vector_index_get(index, face, vector)) {
        return;
    }
    *ret_usable = TRUE;
    g_autoptr(GArray) matches = vector_index_search_by(
        index, VECTOR_COSINE, vector, LIMIT_SIMILAR_FACES, (float)fmax(least, 0), is_other, others);
    for (guint i = 0; i < matches->len; i++) {
        const VectorMatch *match = &g_array_index(matches, VectorMatch, i);
        const double *known = g_hash_table_lookup(best, &match->owner);
        double nearness = (double)match->nearness;
        if (!known || *known < nearness) {
            g_hash_table_replace(best, g_memdup2(&match->owner, sizeof match->owner),
                                 g_memdup2(&nearness, sizeof nearness));
        }
    }
}

static GArray *photos_of_faces(VectorIndex *index, const CatalogView *view, gint64 source_id,
                               const GArray *faces, double least, gboolean *ret_usable)
{
    g_autoptr(GHashTable) best = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    Others others = {view, source_id};
    *ret_usable = FALSE;
    for (guint i = 0; index && i < faces->len; i++) {
        add_face(index, g_array_index(faces, gint64, i), least, &others, best, ret_usable);
    }
    GArray *found = g_array_new(FALSE, FALSE, sizeof(SimilarPhoto));
    GHashTableIter iter;
    gpointer id = NULL, similarity = NULL;
    g_hash_table_iter_init(&iter, best);
    while (g_hash_table_iter_next(&iter, &id, &similarity)) {
        const SimilarPhoto photo = {*(gint64 *)id, *(double *)similarity};
        g_array_append_val(found, photo);
    }
    keep_best(found);
    return found;
}

GArray *similar_by_faces(Library *library, const Principal *viewer, gint64 photo_id, double least,
                         gboolean *ret_has_faces, GError **error)
{
    g_autoptr(GArray) face_ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) persons = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) photos = g_array_new(FALSE, FALSE, sizeof(gint64));
    const Faces faces = {face_ids, persons};
    g_autoptr(VectorIndex) index = NULL;
    if (!read_known(library, photo_id, &faces, photos, error) ||
        !vectors_index(library_vectors(library), VECTORS_FACES, &index, error)) {
        return NULL;
    }
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view || row_of(view, photo_id, error) == CATALOG_NO_ROW) {
        return NULL;
    }
    *ret_has_faces = persons->len > 0;
    return persons->len > 0
               ? photos_of_persons(view, photo_id, photos)
               : photos_of_faces(index, view, photo_id, face_ids, least, ret_has_faces);
}
