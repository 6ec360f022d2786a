#include "studio/look_alikes.h"

#include "base/limits.h"
#include "library/similar.h"
#include "library/vectors.h"

#include <math.h>

typedef struct {
    gint64 item_id, photo_id;
    double hashes; /* how alike the hashes are; later how alike they are in all */
} Candidate;

/* FALSE with an error, or without one when there is no such photo. */
static gboolean read_hash(StoreTx *tx, gint64 photo_id, guint64 *ret_hash, GError **error)
{
    static const StoreQuery query = {
        .name = "look_alikes_hash",
        .sql = "SELECT phash FROM photo WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, photo_id);
    StoreStep step = store_step(row, error);
    *ret_hash = step == STORE_ROW ? (guint64)store_column_int(row, 0) : 0;
    return step == STORE_ROW;
}

/* Those that can be alike enough, whatever their vectors say. */
static gboolean read_candidates(StoreTx *tx, const Item *item, guint64 hash,
                                const LookAlikesWanted *wanted, GArray *candidates, GError **error)
{
    static const StoreQuery query = {
        .name = "look_alikes",
        .sql = "SELECT i.id, i.photo_id, ph.phash FROM dataset_item i "
               "JOIN photo ph ON ph.id = i.photo_id "
               "JOIN dataset_directory r ON r.id = i.directory_id "
               "WHERE i.dataset_id = ?1 AND i.id <> ?2 AND i.archived_ms IS NULL "
               "AND (?3 = '/' OR r.path = ?3 "
               "OR substr(r.path, 1, length(?3) + 1) = ?3 || '/')",
    };
    double least =
        fmin(wanted->threshold, (wanted->threshold - SIMILAR_VECTOR_WEIGHT) / SIMILAR_HASH_WEIGHT);
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, item->dataset_id);
    store_bind_int(row, 2, item->id);
    store_bind_text(row, 3, wanted->directory);
    StoreStep step = store_step(row, error);
    for (; step == STORE_ROW; step = store_step(row, error)) {
        guint64 other = (guint64)store_column_int(row, 2);
        const Candidate candidate = {store_column_int(row, 0), store_column_int(row, 1),
                                     1 - (double)__builtin_popcountll(hash ^ other) /
                                             SIMILAR_HASH_BITS};
        if (candidate.hashes >= least) {
            g_array_append_val(candidates, candidate);
        }
    }
    return step != STORE_ERROR;
}

/* Takes the vectors into account where both have one. */
static gboolean weigh_vectors(Library *library, const Item *item, GArray *candidates,
                              GError **error)
{
    g_autoptr(VectorIndex) index = NULL;
    if (!vectors_index(library_vectors(library), VECTORS_SIMILAR, &index, error)) {
        return FALSE;
    }
    g_autofree float *vector = index ? g_new(float, vector_index_floats(index)) : NULL;
    if (!index || !vector_index_get(index, item->photo_id, vector)) {
        return TRUE;
    }
    g_autofree gint64 *keys = g_new(gint64, MAX(candidates->len, 1));
    g_autofree float *cosines = g_new(float, MAX(candidates->len, 1));
    for (guint i = 0; i < candidates->len; i++) {
        keys[i] = g_array_index(candidates, Candidate, i).photo_id;
    }
    vector_index_compare(index, vector, keys, candidates->len, -1, cosines);
    for (guint i = 0; i < candidates->len; i++) {
        Candidate *candidate = &g_array_index(candidates, Candidate, i);
        if (!isnan(cosines[i])) {
            candidate->hashes = SIMILAR_HASH_WEIGHT * candidate->hashes +
                                SIMILAR_VECTOR_WEIGHT * fmax(0, (double)cosines[i]);
        }
    }
    return TRUE;
}

static gint by_likeness(gconstpointer a, gconstpointer b)
{
    const Candidate *one = a, *other = b;
    if (one->hashes != other->hashes) {
        return one->hashes < other->hashes ? 1 : -1;
    }
    return (one->item_id > other->item_id) - (one->item_id < other->item_id);
}

static gboolean add_named(StoreTx *tx, const Candidate *candidate, GArray *found, GError **error)
{
    static const StoreQuery query = {
        .name = "look_alikes_uuid",
        .sql = "SELECT uuid FROM dataset_item WHERE id = ?1",
    };
    LookAlike alike = {.similarity = candidate->hashes};
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, candidate->item_id);
    StoreStep step = store_step(row, error);
    if (step == STORE_ROW) { /* else it was deleted in between */
        g_strlcpy(alike.uuid, store_column_text(row, 0), sizeof alike.uuid);
        g_array_append_val(found, alike);
    }
    return step != STORE_ERROR;
}

static GArray *name_best(Library *library, GArray *candidates, const LookAlikesWanted *wanted,
                         GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(LookAlike));
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    if (!tx) {
        return NULL;
    }
    g_array_sort(candidates, by_likeness);
    for (guint i = 0; i < candidates->len && found->len < wanted->limit; i++) {
        const Candidate *candidate = &g_array_index(candidates, Candidate, i);
        if (candidate->hashes < wanted->threshold) {
            break;
        }
        if (!add_named(tx, candidate, found, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&found);
}

GArray *look_alikes_of(Library *library, const Item *item, const LookAlikesWanted *wanted,
                       GError **error)
{
    g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
    g_autoptr(GError) failure = NULL;
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    guint64 hash = 0;
    if (!tx) {
        return NULL;
    }
    if (read_hash(tx, item->photo_id, &hash, &failure)) {
        read_candidates(tx, item, hash, wanted, candidates, &failure);
    }
    g_clear_pointer(&tx, store_tx_free);
    if (failure || !weigh_vectors(library, item, candidates, &failure)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
    }
    return name_best(library, candidates, wanted, error);
}
