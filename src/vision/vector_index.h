/* Exact nearest neighbours among many vectors with the same number of floats.
 *
 * Memory-mapped from a file that can be made again from the database; a first pass over int8 with
 * the processor's widest kernel (AVX-512, AVX2, NEON, plain C), then the best are ranked again by
 * their floats, with a bound that makes the result exact. Searches go on while vectors are put in
 * and taken out. Thread safe. */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct VectorIndex VectorIndex;

/* What near means. */
typedef enum {
    VECTOR_COSINE = 1, /* nearness: the cosine, -1..1; the vectors' lengths do not matter */
    VECTOR_EUCLIDEAN,  /* nearness: the distance, negated */
} VectorMetric;

/* Opens or makes the file. One that is damaged, of another length, metric or `space` (any text: the
 * model's name) is begun anew, empty: vector_index_version() is 0 then. */
VectorIndex *vector_index_open(const char *path, const char *space, VectorMetric metric,
                               guint floats, GError **error);
void vector_index_close(VectorIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VectorIndex, vector_index_close)

guint vector_index_floats(const VectorIndex *index);
gsize vector_index_count(const VectorIndex *index);
/* A number of the caller's, kept in the file: library_version up to which it is filled. */
gint64 vector_index_version(const VectorIndex *index);

/* Puts a vector under (key, owner), replacing the key's: a face's id with its photo's id, or a
 * photo's id twice. INVALID when the vector has no length (zeros, NaN). */
gboolean vector_index_put(VectorIndex *index, gint64 key, gint64 owner, const float *vector,
                          GError **error);
void vector_index_remove(VectorIndex *index, gint64 key);
/* Removes every key of an owner. */
void vector_index_remove_owner(VectorIndex *index, gint64 owner);
/* Makes what was done so far last, as of that version. */
gboolean vector_index_commit(VectorIndex *index, gint64 version, GError **error);

typedef struct {
    gint64 key, owner;
    float nearness;
} VectorMatch;

/* Whether an owner may be among the results; called from the searching thread. */
typedef gboolean (*VectorFilter)(gint64 owner, gpointer data);

/* The `limit` nearest with a nearness of at least `least`, nearest first, ties by key. `filter`
 * may be NULL. Array of VectorMatch, the caller's. */
GArray *vector_index_search(VectorIndex *index, const float *vector, guint limit, float least,
                            VectorFilter filter, gpointer data);
/* The vector of a key as it was put in, into `ret_vector`; FALSE when there is none. */
gboolean vector_index_get(VectorIndex *index, gint64 key, float *ret_vector);
