#include "library/face_groups.h"

#include "base/limits.h"
#include "library/face_near.h"

#include <math.h>
#include <string.h>

/* Rules */

float face_distance(const float *a, const float *b, guint floats)
{
    return sqrtf(face_square(a, b, floats, G_MAXFLOAT));
}

gboolean face_rule_ready(const FaceRule *rule, float *vector, guint floats)
{
    double square = 0;
    for (guint i = 0; i < floats; i++) {
        square += (double)vector[i] * vector[i];
    }
    if (!isfinite(square) || square <= 0) {
        return FALSE;
    }
    double scale = rule->metric == VECTOR_COSINE ? 1 / sqrt(square) : 1;
    for (guint i = 0; i < floats; i++) {
        vector[i] = (float)(vector[i] * scale);
    }
    return TRUE;
}

/* Groups as they grow: a forest, the root of a tree stands for the group. A group of one face keeps
 * nothing beside the face's vector. */
typedef struct {
    guint32 parent;
    guint32 next, last; /* of its members, a ring's thread: the next one, and the root's last */
    guint32 faces;      /* with a vector */
    guint32 age;        /* how often it grew */
    gint64 person;
    double *sum;         /* of its vectors; NULL: of its one face */
    double squares;      /* the sum of their squared lengths */
    GHashTable *photos;  /* NULL: that of its one face */
    GHashTable *refused; /* persons; NULL: those of its one face */
} Group;

#define NO_MEMBER G_MAXUINT32

typedef struct {
    const FaceInput *faces; /* the caller's */
    guint32 *order;         /* faces that count, by what they look like: place -> index */
    guint32 count;
    const float **vectors; /* by place; those with one stand first */
    guint32 with_vector;
    guint floats;
    float join;
    Group *groups;      /* by place */
    GArray *edges;      /* FaceEdge, sorted */
    guint32 *edges_of;  /* where those of a place begin in `beside`; one more than with_vector */
    guint32 *beside;    /* places at the other end */
    GArray *heap;       /* FaceEdge: those looked at again, as far apart as they are by now */
    GHashTable *queued; /* pairs of roots in `heap`: the ages they had, for what comes twice */
    gint64 steps;
} Work;

static const FaceInput *face_at(const Work *work, guint32 place)
{
    return &work->faces[work->order[place]];
}

/* Order: by the bytes of the vector, so that neither numbers nor arrival decide. */

typedef struct {
    const FaceInput *faces;
    gsize bytes;
} Looks;

static gint compare_looks(gconstpointer one, gconstpointer other, gpointer data)
{
    const Looks *looks = data;
    const FaceInput *a = &looks->faces[*(const guint32 *)one];
    const FaceInput *b = &looks->faces[*(const guint32 *)other];
    if (!a->vector || !b->vector) {
        return a->vector ? -1 : b->vector ? 1 : (a->id > b->id) - (a->id < b->id);
    }
    int order = memcmp(a->vector, b->vector, looks->bytes);
    return order ? order : (a->id > b->id) - (a->id < b->id);
}

static void put_in_order(Work *work, gsize count)
{
    work->order = g_new(guint32, MAX(count, 1));
    for (gsize i = 0; i < count; i++) {
        work->order[work->count++] = (guint32)i;
    }
    Looks looks = {work->faces, work->floats * sizeof(float)};
    g_qsort_with_data(work->order, (gint)work->count, sizeof(guint32), compare_looks, &looks);
    work->vectors = g_new(const float *, MAX(work->count, 1));
    while (work->with_vector < work->count && face_at(work, work->with_vector)->vector) {
        work->vectors[work->with_vector] = face_at(work, work->with_vector)->vector;
        work->with_vector++;
    }
}

/* Groups */

static double square_length(const float *vector, guint floats)
{
    double square = 0;
    for (guint i = 0; i < floats; i++) {
        square += (double)vector[i] * vector[i];
    }
    return square;
}

static void begin_groups(Work *work)
{
    work->groups = g_new0(Group, MAX(work->count, 1));
    for (guint32 i = 0; i < work->count; i++) {
        gboolean has_vector = i < work->with_vector;
        work->groups[i] = (Group){
            .parent = i,
            .next = NO_MEMBER,
            .last = i,
            .faces = has_vector,
            .person = face_at(work, i)->person,
            .squares = has_vector ? square_length(work->vectors[i], work->floats) : 0,
        };
    }
}

static guint32 root_of(Work *work, guint32 place)
{
    while (work->groups[place].parent != place) {
        work->groups[place].parent = work->groups[work->groups[place].parent].parent;
        place = work->groups[place].parent;
    }
    return place;
}

static double mean_at(const Work *work, const Group *group, guint i)
{
    guint32 place = (guint32)(group - work->groups);
    return group->sum ? group->sum[i] / group->faces : work->vectors[place][i];
}

/* The mean square of the distance of their pairs: between the centres, and the spread of both
 * around their centre. */
static float distance_of(Work *work, const Group *a, const Group *b)
{
    work->steps++;
    double between = 0, length_a = 0, length_b = 0;
    for (guint i = 0; i < work->floats; i++) {
        double x = mean_at(work, a, i), y = mean_at(work, b, i);
        between += (x - y) * (x - y);
        length_a += x * x;
        length_b += y * y;
    }
    double spread =
        MAX(a->squares / a->faces - length_a, 0) + MAX(b->squares / b->faces - length_b, 0);
    return (float)sqrt(between + spread);
}

/* Sets of numbers that do not fit a hash table's pointer everywhere. */
static GHashTable *set_new(void)
{
    return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

static void set_add(GHashTable *set, gint64 number)
{
    g_hash_table_add(set, g_memdup2(&number, sizeof number));
}

static GHashTable *photos_of(Work *work, Group *group)
{
    if (!group->photos) {
        group->photos = set_new();
        set_add(group->photos, face_at(work, (guint32)(group - work->groups))->photo);
    }
    return group->photos;
}

static gboolean has_photo(const Work *work, const Group *group, gint64 photo)
{
    return group->photos ? g_hash_table_contains(group->photos, &photo)
                         : face_at(work, (guint32)(group - work->groups))->photo == photo;
}

static gboolean share_photo(const Work *work, const Group *a, const Group *b)
{
    const Group *small =
        a->photos && (!b->photos || g_hash_table_size(b->photos) < g_hash_table_size(a->photos))
            ? b
            : a;
    const Group *large = small == a ? b : a;
    if (!small->photos) {
        return has_photo(work, large, face_at(work, (guint32)(small - work->groups))->photo);
    }
    GHashTableIter iter;
    const gint64 *photo = NULL;
    g_hash_table_iter_init(&iter, small->photos);
    while (g_hash_table_iter_next(&iter, (gpointer *)&photo, NULL)) {
        if (has_photo(work, large, *photo)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean refuses(const Work *work, const Group *group, gint64 person)
{
    if (group->refused) {
        return g_hash_table_contains(group->refused, &person);
    }
    const FaceInput *face = face_at(work, (guint32)(group - work->groups));
    for (gsize i = 0; i < face->refused_count; i++) {
        if (face->refused[i] == person) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether the machine may make one of them. What may not be now may never be. */
static gboolean may_join(const Work *work, const Group *a, const Group *b)
{
    if ((a->person && b->person) || (a->person && refuses(work, b, a->person)) ||
        (b->person && refuses(work, a, b->person))) {
        return FALSE;
    }
    return !share_photo(work, a, b);
}

static void add_vectors(Work *work, Group *to, const Group *from)
{
    if (from->faces == 0) {
        return;
    }
    if (!to->sum) {
        to->sum = g_new0(double, work->floats);
        for (guint i = 0; to->faces && i < work->floats; i++) {
            to->sum[i] = work->vectors[to - work->groups][i];
        }
    }
    for (guint i = 0; i < work->floats; i++) {
        to->sum[i] += mean_at(work, from, i) * from->faces;
    }
    to->squares += from->squares;
    to->faces += from->faces;
}

/* Consumes `from`. */
static void move_set(GHashTable *to, GHashTable *from)
{
    GHashTableIter iter;
    gint64 *number = NULL;
    g_hash_table_iter_init(&iter, from);
    while (g_hash_table_iter_next(&iter, (gpointer *)&number, NULL)) {
        g_hash_table_iter_steal(&iter);
        g_hash_table_add(to, number);
    }
    g_hash_table_unref(from);
}

static void add_photos(Work *work, Group *to, Group *from)
{
    photos_of(work, to);
    if (!from->photos) {
        set_add(to->photos, face_at(work, (guint32)(from - work->groups))->photo);
        return;
    }
    if (g_hash_table_size(from->photos) > g_hash_table_size(to->photos)) {
        GHashTable *larger = from->photos;
        from->photos = to->photos;
        to->photos = larger;
    }
    move_set(to->photos, g_steal_pointer(&from->photos));
}

static GHashTable *refused_of(Work *work, Group *group)
{
    const FaceInput *face = face_at(work, (guint32)(group - work->groups));
    if (!group->refused) {
        group->refused = set_new();
        for (gsize i = 0; i < face->refused_count; i++) {
            set_add(group->refused, face->refused[i]);
        }
    }
    return group->refused;
}

static gboolean refuses_any(const Work *work, const Group *group)
{
    return group->refused || face_at(work, (guint32)(group - work->groups))->refused_count > 0;
}

/* The one of more faces takes the other; of two alike, the first in order. */
static void join(Work *work, guint32 one, guint32 other)
{
    gboolean keeps_one = work->groups[one].faces != work->groups[other].faces
                             ? work->groups[one].faces > work->groups[other].faces
                             : one < other;
    guint32 kept = keeps_one ? one : other;
    guint32 gone = keeps_one ? other : one;
    Group *to = &work->groups[kept];
    Group *from = &work->groups[gone];
    add_vectors(work, to, from);
    add_photos(work, to, from);
    if (refuses_any(work, to) || refuses_any(work, from)) {
        refused_of(work, to);
        refused_of(work, from);
        move_set(to->refused, g_steal_pointer(&from->refused));
    }
    to->person = to->person ? to->person : from->person;
    to->age += from->age + 1;
    work->groups[to->last].next = gone;
    to->last = from->last;
    from->parent = kept;
    g_clear_pointer(&from->sum, g_free);
    g_clear_pointer(&from->photos, g_hash_table_unref);
}

/* Whom a user put together is together. */
static void join_persons(Work *work)
{
    g_autoptr(GHashTable) first = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, NULL);
    for (guint32 i = 0; i < work->count; i++) {
        const FaceInput *face = face_at(work, i);
        if (face->person == 0) {
            continue;
        }
        gpointer place = NULL;
        if (g_hash_table_lookup_extended(first, &face->person, NULL, &place)) {
            join(work, root_of(work, GPOINTER_TO_UINT(place)), i);
        } else {
            g_hash_table_insert(first, (gpointer)&face->person, GUINT_TO_POINTER(i));
        }
    }
}

/* The queue: sorted edges, and a heap of those that were looked at again. */

static gint compare_edges(gconstpointer one, gconstpointer other)
{
    const FaceEdge *a = one;
    const FaceEdge *b = other;
    if (a->distance != b->distance) {
        return a->distance < b->distance ? -1 : 1;
    }
    if (a->a != b->a) {
        return a->a < b->a ? -1 : 1;
    }
    return (a->b > b->b) - (a->b < b->b);
}

static FaceEdge *heap_at(const Work *work, guint i)
{
    return &g_array_index(work->heap, FaceEdge, i);
}

static void heap_push(Work *work, FaceEdge edge)
{
    g_array_append_val(work->heap, edge);
    guint at = work->heap->len - 1;
    while (at > 0 && compare_edges(&edge, heap_at(work, (at - 1) / 2)) < 0) {
        *heap_at(work, at) = *heap_at(work, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    *heap_at(work, at) = edge;
}

static FaceEdge heap_pop(Work *work)
{
    FaceEdge top = *heap_at(work, 0);
    FaceEdge last = *heap_at(work, work->heap->len - 1);
    g_array_set_size(work->heap, work->heap->len - 1);
    guint at = 0;
    while (2 * at + 1 < work->heap->len) {
        guint child = 2 * at + 1;
        if (child + 1 < work->heap->len &&
            compare_edges(heap_at(work, child + 1), heap_at(work, child)) < 0) {
            child++;
        }
        if (compare_edges(&last, heap_at(work, child)) <= 0) {
            break;
        }
        *heap_at(work, at) = *heap_at(work, child);
        at = child;
    }
    if (work->heap->len > 0) {
        *heap_at(work, at) = last;
    }
    return top;
}

static gboolean next_edge(Work *work, guint *at, FaceEdge *ret_edge)
{
    const FaceEdge *first =
        *at < work->edges->len ? &g_array_index(work->edges, FaceEdge, *at) : NULL;
    if (work->heap->len > 0 && (!first || compare_edges(heap_at(work, 0), first) < 0)) {
        *ret_edge = heap_pop(work);
        return TRUE;
    }
    if (!first) {
        return FALSE;
    }
    *ret_edge = *first;
    (*at)++;
    return TRUE;
}

/* Of several edges between the same two groups one is enough. */
static gboolean is_queued(Work *work, guint32 a, guint32 b)
{
    /* Mixed, because a hash table may look at half of it alone; still another for each pair. */
    guint64 pair = ((guint64)MIN(a, b) << 32 | MAX(a, b)) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    pair ^= pair >> 32;
    guint ages = work->groups[a].age + work->groups[b].age + 1;
    if (GPOINTER_TO_UINT(g_hash_table_lookup(work->queued, &pair)) == ages) {
        return TRUE;
    }
    g_hash_table_insert(work->queued, g_memdup2(&pair, sizeof pair), GUINT_TO_POINTER(ages));
    return FALSE;
}

/* Who else may have it */

static void list_neighbours(Work *work)
{
    work->edges_of = g_new0(guint32, work->with_vector + 2);
    for (guint i = 0; i < work->edges->len; i++) {
        const FaceEdge *edge = &g_array_index(work->edges, FaceEdge, i);
        work->edges_of[edge->a + 1]++;
        work->edges_of[edge->b + 1]++;
    }
    for (guint32 i = 0; i < work->with_vector; i++) {
        work->edges_of[i + 1] += work->edges_of[i];
    }
    work->beside = g_new(guint32, 2 * (gsize)work->edges->len + 1);
    g_autofree guint32 *filled = g_new0(guint32, work->with_vector + 1);
    for (guint i = 0; i < work->edges->len; i++) {
        const FaceEdge *edge = &g_array_index(work->edges, FaceEdge, i);
        work->beside[work->edges_of[edge->a] + filled[edge->a]++] = edge->b;
        work->beside[work->edges_of[edge->b] + filled[edge->b]++] = edge->a;
    }
}

/* Whether a person besides `person` is as near to the group. */
static gboolean has_rival(Work *work, guint32 root, guint32 person, float distance)
{
    float bound = MIN(distance + FACE_GROUPS_MARGIN, work->join);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint32 at = root; at != NO_MEMBER; at = work->groups[at].next) {
        if (at >= work->with_vector) {
            continue;
        }
        for (guint32 i = work->edges_of[at]; i < work->edges_of[at + 1]; i++) {
            guint32 other = root_of(work, work->beside[i]);
            const Group *rival = &work->groups[other];
            if (rival->person && other != person &&
                g_hash_table_add(seen, GUINT_TO_POINTER(other)) &&
                may_join(work, &work->groups[root], rival) &&
                distance_of(work, &work->groups[root], rival) <= bound) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

static gboolean is_ambiguous(Work *work, guint32 a, guint32 b, float distance)
{
    if (!work->groups[a].person && !work->groups[b].person) {
        return FALSE;
    }
    return work->groups[a].person ? has_rival(work, b, a, distance)
                                  : has_rival(work, a, b, distance);
}

/* The distance of an edge is never more than that of the groups at its ends: the queue's first is
 * therefore the nearest once it was looked at with the groups as they are. */
static void take(Work *work, const FaceEdge *edge)
{
    guint32 a = root_of(work, edge->a);
    guint32 b = root_of(work, edge->b);
    if (a == b || !may_join(work, &work->groups[a], &work->groups[b])) {
        return;
    }
    float distance = distance_of(work, &work->groups[a], &work->groups[b]);
    if (distance > work->join) {
        return;
    }
    if (distance > edge->distance) {
        if (!is_queued(work, a, b)) {
            heap_push(work, (FaceEdge){distance, MIN(a, b), MAX(a, b)});
        }
    } else if (!is_ambiguous(work, a, b, distance)) {
        join(work, a, b);
    }
}

static gboolean join_nearest(Work *work, FaceProgress progress, gpointer data)
{
    guint at = 0;
    FaceEdge edge;
    for (gint64 done = 0; work->steps < LIMIT_GROUPING_STEPS && next_edge(work, &at, &edge);
         done++) {
        if (done % 65536 == 0 && progress && !progress(work->count, work->count, data)) {
            return FALSE;
        }
        take(work, &edge);
    }
    return TRUE;
}

/* What comes out */

/* A face that two persons are as near to is nobody's, and founds nobody either. */
static gboolean stays_ambiguous(Work *work, guint32 root)
{
    const Group *group = &work->groups[root];
    if (group->person || group->faces == 0) {
        return FALSE;
    }
    for (guint32 at = root; at != NO_MEMBER; at = work->groups[at].next) {
        for (guint32 i = work->edges_of[at]; i < work->edges_of[at + 1]; i++) {
            guint32 other = root_of(work, work->beside[i]);
            if (work->groups[other].person && may_join(work, group, &work->groups[other]) &&
                distance_of(work, group, &work->groups[other]) <= work->join) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

static FacePlace *tell_places(Work *work)
{
    FacePlace *places = g_new0(FacePlace, MAX(work->count, 1));
    guint32 number = 0;
    for (guint32 root = 0; root < work->count; root++) {
        const Group *group = &work->groups[root];
        if (group->parent != root) {
            continue;
        }
        gboolean is_ambiguous = stays_ambiguous(work, root);
        gboolean is_group = !is_ambiguous && (group->person || group->next != NO_MEMBER);
        number += is_group;
        for (guint32 at = root; at != NO_MEMBER; at = work->groups[at].next) {
            places[work->order[at]] =
                (FacePlace){is_group ? number : 0, group->person, is_ambiguous};
        }
    }
    return places;
}

static void work_clear(Work *work)
{
    for (guint32 i = 0; work->groups && i < work->count; i++) {
        g_free(work->groups[i].sum);
        g_clear_pointer(&work->groups[i].photos, g_hash_table_unref);
        g_clear_pointer(&work->groups[i].refused, g_hash_table_unref);
    }
    g_free(work->groups);
    g_free(work->order);
    g_free(work->vectors);
    g_free(work->edges_of);
    g_free(work->beside);
    g_clear_pointer(&work->edges, g_array_unref);
    g_clear_pointer(&work->heap, g_array_unref);
    g_clear_pointer(&work->queued, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

FacePlace *face_groups_make(const FaceInput *faces, gsize count, guint floats, const FaceRule *rule,
                            FaceProgress progress, gpointer data)
{
    g_assert(count < G_MAXINT32);
    g_auto(Work) work = {.faces = faces, .floats = floats, .join = rule->join};
    put_in_order(&work, count);
    work.edges =
        face_near_edges(work.vectors, work.with_vector, floats, rule->join, progress, data);
    if (!work.edges) {
        return NULL;
    }
    g_array_sort(work.edges, compare_edges);
    work.heap = g_array_new(FALSE, FALSE, sizeof(FaceEdge));
    work.queued = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    begin_groups(&work);
    list_neighbours(&work);
    join_persons(&work);
    return join_nearest(&work, progress, data) ? tell_places(&work) : NULL;
}
