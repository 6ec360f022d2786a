/* Finds the nearest: all by their bytes, and those that may be among the best by their floats. */
#include "base/limits.h"
#include "vision/vector_index_parts.h"

#include <math.h>

#define AT_ONCE          256 /* vectors whose bounds are worked out together; divides a segment */
#define LEAST_CANDIDATES 4096

/* The best so many, the worst of them first: a heap. */
typedef struct {
    double value;
    gint64 key, owner;
} Ranked;

typedef struct {
    GArray *ranked; /* of Ranked */
    guint limit;
} Best;

typedef struct {
    double upper; /* bound of the gain */
    guint32 slot;
} Candidate;

typedef struct {
    const VectorIndex *index;
    VectorMetric metric;
    VectorCode query;
    gint8 bytes[LIMIT_VECTOR_FLOATS];
    VectorFilter filter;
    gpointer data;
    double threshold;   /* of the gain: what is surely below it is not among the best */
    Best lowers;        /* the best lower bounds so far */
    GArray *candidates; /* of Candidate */
    guint tidy_at;      /* candidates, when those below the threshold are to be thrown out */
} Search;

static gboolean is_worse(const Ranked *a, const Ranked *b)
{
    return a->value < b->value || (a->value == b->value && a->key > b->key);
}

static Ranked *ranked_at(const Best *best, guint i)
{
    return &g_array_index(best->ranked, Ranked, i);
}

static void swap(Ranked *a, Ranked *b)
{
    Ranked kept = *a;
    *a = *b;
    *b = kept;
}

static void sift_up(const Best *best, guint i)
{
    while (i > 0 && is_worse(ranked_at(best, i), ranked_at(best, (i - 1) / 2))) {
        swap(ranked_at(best, i), ranked_at(best, (i - 1) / 2));
        i = (i - 1) / 2;
    }
}

static void sift_down(const Best *best)
{
    guint i = 0;
    while (2 * i + 1 < best->ranked->len) {
        guint child = 2 * i + 1;
        if (child + 1 < best->ranked->len &&
            is_worse(ranked_at(best, child + 1), ranked_at(best, child))) {
            child++;
        }
        if (!is_worse(ranked_at(best, child), ranked_at(best, i))) {
            return;
        }
        swap(ranked_at(best, child), ranked_at(best, i));
        i = child;
    }
}

static gboolean best_is_full(const Best *best)
{
    return best->ranked->len == best->limit;
}

static void best_add(const Best *best, const Ranked *ranked)
{
    if (!best_is_full(best)) {
        g_array_append_vals(best->ranked, ranked, 1);
        sift_up(best, best->ranked->len - 1);
    } else if (is_worse(ranked_at(best, 0), ranked)) {
        *ranked_at(best, 0) = *ranked;
        sift_down(best);
    }
}

/* First pass */

static void tidy_candidates(Search *search)
{
    guint kept = 0;
    for (guint i = 0; i < search->candidates->len; i++) {
        Candidate candidate = g_array_index(search->candidates, Candidate, i);
        if (candidate.upper >= search->threshold) {
            g_array_index(search->candidates, Candidate, kept++) = candidate;
        }
    }
    g_array_set_size(search->candidates, kept);
    search->tidy_at = MAX(LEAST_CANDIDATES, kept * 2);
}

static void consider(Search *search, guint32 slot, double lower, double upper)
{
    const VectorSegment *segment = vector_segment_of(search->index, slot);
    if (search->filter &&
        !search->filter(segment->owners[slot % VECTOR_SEGMENT_SLOTS], search->data)) {
        return;
    }
    const Candidate candidate = {upper, slot};
    g_array_append_val(search->candidates, candidate);
    const Ranked ranked = {.value = lower};
    best_add(&search->lowers, &ranked);
    if (best_is_full(&search->lowers)) {
        search->threshold = MAX(search->threshold, ranked_at(&search->lowers, 0)->value);
    }
    if (search->candidates->len >= search->tidy_at) {
        tidy_candidates(search);
    }
}

static void look_at(Search *search, guint32 first, guint count)
{
    const VectorIndex *index = search->index;
    const VectorSegment *segment = vector_segment_of(index, first);
    guint place = first % VECTOR_SEGMENT_SLOTS;
    gint32 dots[AT_ONCE];
    double lower[AT_ONCE], upper[AT_ONCE];
    index->kernel->dots(search->bytes, segment->codes + place * index->stride, index->stride, count,
                        dots);
    vector_bounds(search->metric, &search->query, dots, segment->scales + place,
                  segment->errors + place, segment->norms + place, count, lower, upper);
    for (guint i = 0; i < count; i++) {
        if (upper[i] >= search->threshold) { /* never for NaN: an empty slot */
            consider(search, first + i, lower[i], upper[i]);
        }
    }
}

/* Second pass */

static gint by_upper(gconstpointer a, gconstpointer b)
{
    double one = ((const Candidate *)a)->upper, other = ((const Candidate *)b)->upper;
    return (one < other) - (one > other);
}

static gint by_rank(gconstpointer a, gconstpointer b)
{
    return is_worse(a, b) ? 1 : is_worse(b, a) ? -1 : 0;
}

/* In the order of what they may be at best, until none can be better than what was found. */
static void rank(Search *search, const float *vector, float least, const Best *best)
{
    const VectorIndex *index = search->index;
    tidy_candidates(search);
    g_array_sort(search->candidates, by_upper);
    for (guint i = 0; i < search->candidates->len; i++) {
        Candidate candidate = g_array_index(search->candidates, Candidate, i);
        if (best_is_full(best) && candidate.upper < vector_gain(search->metric, &search->query,
                                                                (float)ranked_at(best, 0)->value)) {
            return;
        }
        const VectorSegment *segment = vector_segment_of(index, candidate.slot);
        guint place = candidate.slot % VECTOR_SEGMENT_SLOTS;
        float nearness = vector_nearness(
            search->metric, vector, segment->floats + place * (gsize)index->floats, index->floats);
        const Ranked ranked = {nearness, segment->keys[place], segment->owners[place]};
        if (nearness >= least) {
            best_add(best, &ranked);
        }
    }
}

static GArray *matches_of(GArray *ranked)
{
    GArray *matches = g_array_sized_new(FALSE, FALSE, sizeof(VectorMatch), ranked->len);
    g_array_sort(ranked, by_rank);
    for (guint i = 0; i < ranked->len; i++) {
        const Ranked *one = &g_array_index(ranked, Ranked, i);
        const VectorMatch match = {one->key, one->owner, (float)one->value};
        g_array_append_val(matches, match);
    }
    return matches;
}

static void search_all(Search *search, const float *vector, float least, const Best *best)
{
    guint32 used = search->index->used;
    for (guint32 slot = 0; slot < used; slot += AT_ONCE) {
        look_at(search, slot, MIN(AT_ONCE, used - slot));
    }
    rank(search, vector, least, best);
}

GArray *vector_index_search_by(VectorIndex *index, VectorMetric metric, const float *vector,
                               guint limit, float least, VectorFilter filter, gpointer data)
{
    g_assert(metric == VECTOR_COSINE || index->metric != VECTOR_COSINE);
    g_autoptr(GArray) ranked = g_array_new(FALSE, FALSE, sizeof(Ranked));
    g_autoptr(GArray) lowers = g_array_new(FALSE, FALSE, sizeof(Ranked));
    g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
    const Best best = {ranked, limit};
    Search search = {.index = index,
                     .metric = metric,
                     .filter = filter,
                     .data = data,
                     .lowers = {lowers, limit},
                     .candidates = candidates,
                     .tidy_at = LEAST_CANDIDATES};
    if (limit > 0 && vector_encode(metric, vector, index->floats, &search.query, search.bytes)) {
        search.threshold = vector_gain(metric, &search.query, least);
        vector_index_hold(index);
        search_all(&search, vector, least, &best);
        vector_index_let_go(index);
    }
    return matches_of(ranked);
}

GArray *vector_index_search(VectorIndex *index, const float *vector, guint limit, float least,
                            VectorFilter filter, gpointer data)
{
    return vector_index_search_by(index, index->metric, vector, limit, least, filter, data);
}

/* What a comparison with given vectors needs of the asked one. */
typedef struct {
    const VectorIndex *index;
    const float *vector;
    VectorCode query;
    gint8 bytes[LIMIT_VECTOR_FLOATS];
    double least; /* of the gain */
} Comparison;

static float nearness_of_key(const Comparison *comparison, gint64 key)
{
    const VectorIndex *index = comparison->index;
    guint32 slot = slot_table_find(&index->by_key, key, SLOT_NONE);
    if (slot == SLOT_NONE) {
        return NAN;
    }
    const VectorSegment *segment = vector_segment_of(index, slot);
    guint place = slot % VECTOR_SEGMENT_SLOTS;
    gint32 dot = 0;
    double lower = 0, upper = 0;
    index->kernel->dots(comparison->bytes, segment->codes + place * index->stride, index->stride, 1,
                        &dot);
    vector_bounds(index->metric, &comparison->query, &dot, segment->scales + place,
                  segment->errors + place, segment->norms + place, 1, &lower, &upper);
    return upper < comparison->least
               ? -INFINITY
               : vector_nearness(index->metric, comparison->vector,
                                 segment->floats + place * (gsize)index->floats, index->floats);
}

void vector_index_compare(VectorIndex *index, const float *vector, const gint64 *keys, gsize count,
                          float least, float *ret_nearness)
{
    Comparison comparison = {.index = index, .vector = vector};
    gboolean comparable =
        vector_encode(index->metric, vector, index->floats, &comparison.query, comparison.bytes);
    comparison.least =
        comparable ? vector_gain(index->metric, &comparison.query, least) : (double)least;
    vector_index_hold(index);
    for (gsize i = 0; i < count; i++) {
        ret_nearness[i] = comparable ? nearness_of_key(&comparison, keys[i]) : NAN;
    }
    vector_index_let_go(index);
}
