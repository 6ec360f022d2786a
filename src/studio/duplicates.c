#include "studio/duplicates.h"

#include "base/limits.h"
#include "library/similar.h"
#include "library/vectors.h"

#include <math.h>
#include <string.h>

/* What an item of the sample looks like. */
typedef struct {
    guint64 phash;
    gboolean has_photo;
    const float *vector; /* of length 1; NULL: there is none */
} Look;

typedef struct {
    guint a, b; /* places in the sample */
    double similarity;
} Pair;

typedef struct {
    const DuplicatesWanted *wanted;
    Duplicates *found;
    Look *looks; /* of each item */
    float *vectors;
    guint floats;  /* of a vector */
    GArray *pairs; /* of Pair */
} Search;

static void search_clear(Search *search)
{
    g_clear_pointer(&search->looks, g_free);
    g_clear_pointer(&search->vectors, g_free);
    g_clear_pointer(&search->pairs, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

static void group_free(gpointer data)
{
    DuplicatesGroup *group = data;
    g_ptr_array_unref(group->items);
    g_free(group);
}

void duplicates_free(Duplicates *duplicates)
{
    if (!duplicates) {
        return;
    }
    g_clear_pointer(&duplicates->groups, g_ptr_array_unref);
    g_clear_pointer(&duplicates->items, g_ptr_array_unref);
    g_free(duplicates);
}

/* --- the sample --- */

/* The newest: copies come close after one another. */
static gboolean read_items(StoreTx *tx, const Dataset *dataset, Search *search, GError **error)
{
    const ItemFilter filter = {.beneath = search->wanted->directory, .order = ITEM_NEWEST};
    Duplicates *found = search->found;
    gint64 most = CLAMP(search->wanted->sample, 1, LIMIT_DUPLICATES_SAMPLE);
    found->items = item_list(tx, dataset, &filter, 0, most, &found->total, error);
    found->sample_capped = found->total > most;
    return found->items != NULL;
}

static gboolean read_hashes(StoreTx *tx, Search *search, GError **error)
{
    static const StoreQuery phash_of_photo = {
        .name = "phash_of_photo",
        .sql = "SELECT phash FROM photo WHERE id = ?1",
    };
    Duplicates *found = search->found;
    search->looks = g_new0(Look, MAX(found->items->len, 1));
    for (guint i = 0; i < found->items->len; i++) {
        const Item *item = g_ptr_array_index(found->items, i);
        StoreStatement *statement =
            item->photo_id ? store_prepare(tx, &phash_of_photo, error) : NULL;
        if (!item->photo_id) {
            continue;
        }
        if (!statement) {
            return FALSE;
        }
        store_bind_int(statement, 1, item->photo_id);
        StoreStep step = store_step(statement, error);
        if (step == STORE_ERROR) {
            return FALSE;
        }
        search->looks[i].has_photo = step == STORE_ROW;
        search->looks[i].phash = step == STORE_ROW ? (guint64)store_column_int(statement, 0) : 0;
        found->analyzed += step == STORE_ROW;
    }
    return TRUE;
}

static void scale_to_one(float *vector, guint floats)
{
    double sum = 0;
    for (guint i = 0; i < floats; i++) {
        sum += (double)vector[i] * (double)vector[i];
    }
    float factor = sum > 0 ? (float)(1 / sqrt(sum)) : 0;
    for (guint i = 0; i < floats; i++) {
        vector[i] *= factor;
    }
}

static gboolean read_vectors(Library *library, Search *search, GError **error)
{
    g_autoptr(VectorIndex) index = NULL;
    if (!vectors_index(library_vectors(library), VECTORS_SIMILAR, &index, error)) {
        return FALSE;
    }
    if (!index) {
        return TRUE; /* no model has looked at any photo */
    }
    guint count = search->found->items->len;
    search->floats = vector_index_floats(index);
    search->vectors = g_new(float, MAX((gsize)count * search->floats, 1));
    for (guint i = 0; i < count; i++) {
        const Item *item = g_ptr_array_index(search->found->items, i);
        float *vector = search->vectors + (gsize)i * search->floats;
        if (search->looks[i].has_photo && vector_index_get(index, item->photo_id, vector)) {
            scale_to_one(vector, search->floats);
            search->looks[i].vector = vector;
        }
    }
    return TRUE;
}

/* --- pairs --- */

static double cosine_of(const float *a, const float *b, guint floats)
{
    float sum = 0;
    for (guint i = 0; i < floats; i++) {
        sum += a[i] * b[i];
    }
    return CLAMP((double)sum, 0, 1);
}

/* -1 when they are less alike than is asked for. */
static double similarity_of(const Search *search, guint a, guint b)
{
    const Look *one = &search->looks[a], *other = &search->looks[b];
    const Item *item = g_ptr_array_index(search->found->items, a);
    const Item *twin = g_ptr_array_index(search->found->items, b);
    if (memcmp(&item->content_hash, &twin->content_hash, sizeof item->content_hash) == 0) {
        return 1;
    }
    if (!one->has_photo || !other->has_photo) {
        return -1;
    }
    double hashes = 1 - (double)__builtin_popcountll(one->phash ^ other->phash) / SIMILAR_HASH_BITS;
    gboolean both = one->vector && other->vector;
    double best = both ? SIMILAR_HASH_WEIGHT * hashes + SIMILAR_VECTOR_WEIGHT : hashes;
    if (best < search->wanted->threshold) {
        return -1;
    }
    double similarity =
        both ? SIMILAR_HASH_WEIGHT * hashes +
                   SIMILAR_VECTOR_WEIGHT * cosine_of(one->vector, other->vector, search->floats)
             : hashes;
    return similarity >= search->wanted->threshold ? similarity : -1;
}

static gint by_similarity(gconstpointer a, gconstpointer b)
{
    const Pair *one = a, *other = b;
    if (one->similarity != other->similarity) {
        return one->similarity < other->similarity ? 1 : -1;
    }
    return one->a != other->a ? (one->a < other->a ? -1 : 1)
                              : (one->b > other->b) - (one->b < other->b);
}

/* The nearest neighbours of each item, each pair once: with the one that comes first. */
static void find_pairs(Search *search)
{
    guint count = search->found->items->len;
    guint most = (guint)MAX(search->wanted->neighbors, 1);
    g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(Pair));
    search->pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    for (guint a = 0; a < count; a++) {
        g_array_set_size(near, 0);
        for (guint b = a + 1; b < count; b++) {
            const Pair pair = {a, b, similarity_of(search, a, b)};
            if (pair.similarity >= 0) {
                g_array_append_val(near, pair);
            }
        }
        g_array_sort(near, by_similarity);
        g_array_append_vals(search->pairs, near->data, MIN(near->len, most));
    }
    g_array_sort(search->pairs, by_similarity);
    gint64 pairs = MAX(search->wanted->max_pairs, 1);
    search->found->pairs_capped = search->pairs->len > pairs;
    if (search->found->pairs_capped) {
        g_array_set_size(search->pairs, (guint)pairs);
    }
}

/* --- groups --- */

static guint leader_of(guint *leaders, guint place)
{
    while (leaders[place] != place) {
        leaders[place] = leaders[leaders[place]];
        place = leaders[place];
    }
    return place;
}

static gint by_size(gconstpointer a, gconstpointer b)
{
    const DuplicatesGroup *one = *(DuplicatesGroup *const *)a,
                          *other = *(DuplicatesGroup *const *)b;
    if (one->items->len != other->items->len) {
        return one->items->len < other->items->len ? 1 : -1;
    }
    const Item *first = g_ptr_array_index(one->items, 0),
               *second = g_ptr_array_index(other->items, 0);
    return (first->id > second->id) - (first->id < second->id);
}

static void make_groups(Search *search)
{
    guint count = search->found->items->len;
    g_autofree guint *leaders = g_new(guint, MAX(count, 1));
    g_autofree DuplicatesGroup **groups = g_new0(DuplicatesGroup *, MAX(count, 1));
    for (guint i = 0; i < count; i++) {
        leaders[i] = i;
    }
    for (guint i = 0; i < search->pairs->len; i++) {
        const Pair *pair = &g_array_index(search->pairs, Pair, i);
        guint a = leader_of(leaders, pair->a), b = leader_of(leaders, pair->b);
        leaders[MAX(a, b)] = MIN(a, b); /* the first of a group leads it */
    }
    for (guint i = 0; i < search->pairs->len; i++) {
        const Pair *pair = &g_array_index(search->pairs, Pair, i);
        guint leader = leader_of(leaders, pair->a);
        if (!groups[leader]) {
            groups[leader] = g_new0(DuplicatesGroup, 1);
            groups[leader]->items = g_ptr_array_new();
            groups[leader]->similarity = pair->similarity; /* the most similar pairs come first */
            g_ptr_array_add(search->found->groups, groups[leader]);
        }
    }
    for (guint i = 0; i < count; i++) {
        DuplicatesGroup *group = groups[leader_of(leaders, i)];
        if (group) {
            g_ptr_array_add(group->items, g_ptr_array_index(search->found->items, i));
        }
    }
    g_ptr_array_sort(search->found->groups, by_size);
}

static gboolean read_sample(Library *library, const Dataset *dataset, Search *search,
                            GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    return tx && read_items(tx, dataset, search, error) && read_hashes(tx, search, error);
}

Duplicates *duplicates_find(Library *library, const Dataset *dataset,
                            const DuplicatesWanted *wanted, GError **error)
{
    g_autoptr(Duplicates) found = g_new0(Duplicates, 1);
    g_auto(Search) search = {.wanted = wanted, .found = found};
    found->groups = g_ptr_array_new_with_free_func(group_free);
    if (!read_sample(library, dataset, &search, error) || !read_vectors(library, &search, error)) {
        return NULL;
    }
    find_pairs(&search);
    make_groups(&search);
    return g_steal_pointer(&found);
}
