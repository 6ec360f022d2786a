/* Exact nearest neighbours among many vectors with the same number of floats.
 *
 * Memory-mapped from a file that can be made again from the database; a first pass over int8 with
 * the processor's widest kernel (AVX-512, AVX2, NEON, plain C), then those that may be among the
 * best are ranked by their floats, with a bound that makes the result exact. Searches go on side by
 * side; a change waits for them and they for it. Thread safe. docs/internals/vectors.md tells more.
 */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct VectorIndex VectorIndex;

/* What near means. */
typedef enum {
    VECTOR_COSINE = 1, /* nearness: the cosine, -1..1; the vectors' lengths do not matter */
    VECTOR_EUCLIDEAN,  /* nearness: the distance, negated */
} VectorMetric;

/* Opens or makes the file; NULL for one in memory alone. A file that is damaged, of another length,
 * metric or `space` (any text: the model's name) is begun anew, empty: vector_index_version() is 0
 * then. BUSY when another process has it open. INVALID when `floats` is 0 or beyond
 * LIMIT_VECTOR_FLOATS. */
VectorIndex *vector_index_open(const char *path, const char *space, VectorMetric metric,
                               guint floats, GError **error);
VectorIndex *vector_index_ref(VectorIndex *index);
/* The last one closes the file. */
void vector_index_unref(VectorIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VectorIndex, vector_index_unref)

guint vector_index_floats(const VectorIndex *index);
gsize vector_index_count(VectorIndex *index);
/* A number of the caller's, kept in the file: library_version up to which it is filled. */
gint64 vector_index_version(VectorIndex *index);

/* What an owner has from now on: these vectors, `count` times vector_index_floats() one after the
 * other, under these keys, and no others. A face's id with its photo's id as its owner, or a
 * photo's id twice. Keys are not 0; a key of another owner goes over to this one. A vector that
 * cannot be compared is left out: one with a NaN or infinity, and of zeros alone where lengths do
 * not matter. Searches see all of it or nothing. TOO_LARGE beyond LIMIT_VECTORS. */
gboolean vector_index_set(VectorIndex *index, gint64 owner, const gint64 *keys,
                          const float *vectors, gsize count, GError **error);
/* Forgets all there is; the version is 0 again. */
gboolean vector_index_clear(VectorIndex *index, GError **error);
/* What was done so far is as of that version. A process that is killed leaves the version before,
 * and some of what was done after it: who then does it again gets what there should be. */
void vector_index_commit(VectorIndex *index, gint64 version);

typedef struct {
    gint64 key, owner;
    float nearness;
} VectorMatch;

/* Whether an owner may be among the results; called from the searching thread. */
typedef gboolean (*VectorFilter)(gint64 owner, gpointer data);

/* The `limit` nearest with a nearness of at least `least`, nearest first, ties by key. `filter`
 * may be NULL. Array of VectorMatch, the caller's; empty when `vector` itself cannot be compared.
 */
GArray *vector_index_search(VectorIndex *index, const float *vector, guint limit, float least,
                            VectorFilter filter, gpointer data);
/* The same by another metric; one that was opened for VECTOR_COSINE knows no distances. */
GArray *vector_index_search_by(VectorIndex *index, VectorMetric metric, const float *vector,
                               guint limit, float least, VectorFilter filter, gpointer data);
/* How near each of `count` keys is to `vector` by the index's metric. NaN for those it does not
 * have, and for all when `vector` cannot be compared; -INFINITY for some that are not as near as
 * `least`, which need not be looked at closely. */
void vector_index_compare(VectorIndex *index, const float *vector, const gint64 *keys, gsize count,
                          float least, float *ret_nearness);
/* The vector of a key as it was put in, into `ret_vector`; FALSE when there is none. */
gboolean vector_index_get(VectorIndex *index, gint64 key, float *ret_vector);
