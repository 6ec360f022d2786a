#include "library/face_links.h"

#include "library/face_groups.h"
#include "library/face_near.h"

#include <math.h>
#include <string.h>

typedef struct {
    gint64 id, photo;
    gint64 person; /* whom users say it is; 0: they say nothing */
    guint path;    /* in `paths` */
} Face;

/* A user said that a face is not somebody's. */
typedef struct {
    gint64 face, person;
} Refusal;

struct FaceLinks {
    GArray *faces;    /* Face, by id */
    GArray *refusals; /* Refusal, by face */
    GPtrArray *paths;
    char *model;
    GArray *vectors; /* of float: `floats` of each face, of length 1 */
    guint floats;
};

static const FaceRule cosine = {.metric = VECTOR_COSINE};

/* As a distance between vectors of length 1, squared. */
static float square_of(double same)
{
    return (float)(2 * (1 - same));
}

static double similarity_of(float square)
{
    return 1 - (double)square / 2;
}

static const float *vector_of(const FaceLinks *links, guint face)
{
    return &g_array_index(links->vectors, float, (gsize)face * links->floats);
}

static const Face *face_at(const FaceLinks *links, guint face)
{
    return &g_array_index(links->faces, Face, face);
}

/* Reading */

static gboolean find_model(StoreTx *tx, char **ret_model, GError **error)
{
    static const StoreQuery query = {
        .name = "face_links_model",
        .sql = "SELECT vector_model FROM face WHERE vector IS NOT NULL AND is_ignored = 0 "
               "GROUP BY vector_model ORDER BY count(*) DESC, vector_model LIMIT 1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = row ? store_step(row, error) : STORE_ERROR;
    *ret_model = step == STORE_ROW ? g_strdup(store_column_text(row, 0)) : NULL;
    return step != STORE_ERROR;
}

/* FALSE for a vector of another length, or of none. */
static gboolean add_vector(FaceLinks *links, const StoreStatement *row, int column)
{
    gsize bytes = 0;
    const void *blob = store_column_blob(row, column, &bytes);
    guint floats = (guint)(bytes / sizeof(float));
    links->floats = links->floats ? links->floats : floats;
    if (floats == 0 || floats != links->floats) {
        return FALSE;
    }
    guint at = links->vectors->len;
    g_array_append_vals(links->vectors, blob, floats);
    gboolean ready = face_rule_ready(&cosine, &g_array_index(links->vectors, float, at), floats);
    if (!ready) {
        g_array_set_size(links->vectors, at);
    }
    return ready;
}

static guint path_number(FaceLinks *links, GHashTable *numbers, const char *path)
{
    gpointer known = g_hash_table_lookup(numbers, path);
    if (!known) {
        char *kept = g_strdup(path);
        g_ptr_array_add(links->paths, kept);
        known = GUINT_TO_POINTER(links->paths->len);
        g_hash_table_insert(numbers, kept, known);
    }
    return GPOINTER_TO_UINT(known) - 1;
}

static gboolean read_faces(StoreTx *tx, const Principal *viewer, FaceLinks *links, GError **error)
{
    static const StoreQuery query = {
        .name = "face_links_read",
        .sql = "SELECT f.id, f.photo_id, p.path, f.vector, CASE WHEN f.assigned_by = 'user' "
               "OR n.name IS NOT NULL THEN f.person_id ELSE 0 END "
               "FROM face f JOIN photo p ON p.id = f.photo_id "
               "JOIN folder d ON d.id = p.folder_id JOIN source s ON s.id = d.source_id "
               "LEFT JOIN person n ON n.id = f.person_id "
               "WHERE f.vector IS NOT NULL AND f.vector_model = ?1 AND f.is_ignored = 0 "
               "AND p.state = 'present' AND p.kept_out IS NULL AND s.removed_ms IS NULL "
               "ORDER BY f.id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
    store_bind_text(row, 1, links->model);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const char *path = store_column_text(row, 2);
        if (principal_sees_path(viewer, path) && add_vector(links, row, 3)) {
            Face face = {
                .id = store_column_int(row, 0),
                .photo = store_column_int(row, 1),
                .person = store_column_int(row, 4),
                .path = path_number(links, numbers, path),
            };
            g_array_append_val(links->faces, face);
        }
    }
    return step == STORE_DONE;
}

static gboolean read_refusals(StoreTx *tx, FaceLinks *links, GError **error)
{
    static const StoreQuery query = {
        .name = "face_links_refusals",
        .sql = "SELECT face_id, person_id FROM face_not_person ORDER BY face_id, person_id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        Refusal refusal = {store_column_int(row, 0), store_column_int(row, 1)};
        g_array_append_val(links->refusals, refusal);
    }
    return step == STORE_DONE;
}

FaceLinks *face_links_read(Library *library, const Principal *viewer, GError **error)
{
    g_autoptr(FaceLinks) links = g_new0(FaceLinks, 1);
    links->faces = g_array_new(FALSE, TRUE, sizeof(Face));
    links->refusals = g_array_new(FALSE, TRUE, sizeof(Refusal));
    links->paths = g_ptr_array_new_with_free_func(g_free);
    links->vectors = g_array_new(FALSE, FALSE, sizeof(float));
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    if (!tx || !find_model(tx, &links->model, error) ||
        (links->model && principal_sees_library(viewer) &&
         (!read_faces(tx, viewer, links, error) || !read_refusals(tx, links, error)))) {
        return NULL;
    }
    return g_steal_pointer(&links);
}

void face_links_free(FaceLinks *links)
{
    if (!links) {
        return;
    }
    g_array_unref(links->faces);
    g_array_unref(links->refusals);
    g_ptr_array_unref(links->paths);
    g_array_unref(links->vectors);
    g_free(links->model);
    g_free(links);
}

const char *face_links_model(const FaceLinks *links)
{
    return links->model;
}

guint face_links_count(const FaceLinks *links)
{
    return links->faces->len;
}

double face_links_same(const FaceLinks *links)
{
    return links->floats == FACE_LINKS_FACENET_FLOATS ? FACE_LINKS_FACENET_SAME : FACE_LINKS_SAME;
}

const char *face_links_path(const FaceLinks *links, guint face)
{
    return g_ptr_array_index(links->paths, face_at(links, face)->path);
}

/* Many faces: only near ones. `a` and `b` are faces' places. */
static GArray *near_edges(const FaceLinks *links, float square)
{
    guint count = links->faces->len;
    g_autofree const float **vectors = g_new(const float *, count);
    for (guint i = 0; i < count; i++) {
        vectors[i] = vector_of(links, i);
    }
    return face_near_edges(vectors, count, links->floats, sqrtf(square), NULL, NULL);
}

/* Pairs */

/* The most similar pairs so far, the least similar on top. */
typedef struct {
    const FaceLinks *links;
    GArray *pairs; /* of FacePair, a heap */
    guint limit;
    gboolean cut;
} Best;

/* The more similar first, then by path. */
static int compare_pairs(gconstpointer a, gconstpointer b)
{
    const FacePair *one = a, *other = b;
    if (one->similarity != other->similarity) {
        return one->similarity > other->similarity ? -1 : 1;
    }
    int order = strcmp(one->path1, other->path1);
    return order ? order : strcmp(one->path2, other->path2);
}

static void swap_pairs(FacePair *a, FacePair *b)
{
    FacePair kept = *a;
    *a = *b;
    *b = kept;
}

static void sift_up(FacePair *heap, guint at)
{
    while (at > 0 && compare_pairs(&heap[at], &heap[(at - 1) / 2]) > 0) {
        swap_pairs(&heap[at], &heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static void sift_down(FacePair *heap, guint count)
{
    for (guint at = 0, child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && compare_pairs(&heap[child + 1], &heap[child]) > 0) {
            child++;
        }
        if (compare_pairs(&heap[child], &heap[at]) <= 0) {
            return;
        }
        swap_pairs(&heap[child], &heap[at]);
    }
}

static void offer(Best *best, FacePair pair)
{
    if (best->pairs->len < best->limit) {
        g_array_append_val(best->pairs, pair);
        sift_up((FacePair *)(gpointer)best->pairs->data, best->pairs->len - 1);
        return;
    }
    best->cut = TRUE;
    FacePair *heap = (FacePair *)(gpointer)best->pairs->data;
    if (best->limit > 0 && compare_pairs(&pair, &heap[0]) < 0) {
        heap[0] = pair;
        sift_down(heap, best->pairs->len);
    }
}

/* Places of faces, those of a photo together, photos in the order in which they came. */
static int compare_photos(gconstpointer a, gconstpointer b, gpointer data)
{
    const Face *one = face_at(data, *(const guint *)a), *other = face_at(data, *(const guint *)b);
    if (one->photo != other->photo) {
        return one->photo < other->photo ? -1 : 1;
    }
    return (one->id > other->id) - (one->id < other->id);
}

static GArray *faces_by_photo(const FaceLinks *links)
{
    GArray *order = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < links->faces->len; i++) {
        g_array_append_val(order, i);
    }
    g_array_sort_with_data(order, compare_photos, (gpointer)links);
    return order;
}

/* Where in the order the next photo begins. */
static guint photo_end(const FaceLinks *links, const GArray *order, guint begin)
{
    gint64 photo = face_at(links, g_array_index(order, guint, begin))->photo;
    guint end = begin + 1;
    while (end < order->len && face_at(links, g_array_index(order, guint, end))->photo == photo) {
        end++;
    }
    return end;
}

/* The square of the least distance between faces of two photos; more than `enough` when it is. */
static float least_square(const FaceLinks *links, const GArray *order, guint a, guint a_end,
                          guint b, guint b_end, float enough)
{
    float least = INFINITY;
    for (guint i = a; i < a_end; i++) {
        const float *one = vector_of(links, g_array_index(order, guint, i));
        for (guint j = b; j < b_end; j++) {
            const float *other = vector_of(links, g_array_index(order, guint, j));
            least = MIN(least, face_square(one, other, links->floats, MIN(enough, least)));
        }
    }
    return least;
}

static void offer_all(Best *best, float square)
{
    const FaceLinks *links = best->links;
    g_autoptr(GArray) order = faces_by_photo(links);
    for (guint a = 0, a_end; a < order->len; a = a_end) {
        a_end = photo_end(links, order, a);
        for (guint b = a_end, b_end; b < order->len; b = b_end) {
            b_end = photo_end(links, order, b);
            float least = least_square(links, order, a, a_end, b, b_end, square);
            if (least <= square) {
                offer(best, (FacePair){
                                face_links_path(links, g_array_index(order, guint, a)),
                                face_links_path(links, g_array_index(order, guint, b)),
                                similarity_of(least),
                            });
            }
        }
    }
}

typedef struct {
    gint64 first, second; /* photos */
    guint a, b;           /* faces */
    float distance;
} PhotoEdge;

static int compare_edges(gconstpointer a, gconstpointer b)
{
    const PhotoEdge *one = a, *other = b;
    if (one->first != other->first) {
        return one->first < other->first ? -1 : 1;
    }
    if (one->second != other->second) {
        return one->second < other->second ? -1 : 1;
    }
    return (one->distance > other->distance) - (one->distance < other->distance);
}

/* Edges between faces as edges between photos, the shortest of two photos first. */
static GArray *photo_edges(const FaceLinks *links, const GArray *edges)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(PhotoEdge));
    for (guint i = 0; i < edges->len; i++) {
        const FaceEdge *edge = &g_array_index(edges, FaceEdge, i);
        gint64 a = face_at(links, edge->a)->photo, b = face_at(links, edge->b)->photo;
        PhotoEdge found = {a, b, edge->a, edge->b, edge->distance};
        if (a > b) {
            found = (PhotoEdge){b, a, edge->b, edge->a, edge->distance};
        }
        if (a != b) {
            g_array_append_val(list, found);
        }
    }
    g_array_sort(list, compare_edges);
    return list;
}

static void offer_near(Best *best, float square)
{
    g_autoptr(GArray) edges = near_edges(best->links, square);
    g_autoptr(GArray) between = photo_edges(best->links, edges);
    const PhotoEdge *last = NULL;
    for (guint i = 0; i < between->len; i++) {
        const PhotoEdge *edge = &g_array_index(between, PhotoEdge, i);
        if (!last || last->first != edge->first || last->second != edge->second) {
            offer(best, (FacePair){face_links_path(best->links, edge->a),
                                   face_links_path(best->links, edge->b),
                                   similarity_of(edge->distance * edge->distance)});
        }
        last = edge;
    }
}

GArray *face_links_pairs(const FaceLinks *links, double same, guint limit, gboolean *ret_cut)
{
    Best best = {links, g_array_new(FALSE, FALSE, sizeof(FacePair)), limit, FALSE};
    if (links->faces->len <= FACE_GROUPS_EXACT) {
        offer_all(&best, square_of(same));
    } else {
        offer_near(&best, square_of(same));
    }
    g_array_sort(best.pairs, compare_pairs);
    *ret_cut = best.cut;
    return best.pairs;
}

/* Groups */

/* A forest of faces; a root knows whom users say its group is, and whom not. */
typedef struct {
    const FaceLinks *links;
    guint *parent;
    guint *size;
    gint64 *person;
    GArray **refused; /* of gint64; NULL: nobody */
} Forest;

static guint root_of(Forest *forest, guint face)
{
    while (forest->parent[face] != face) {
        forest->parent[face] = forest->parent[forest->parent[face]];
        face = forest->parent[face];
    }
    return face;
}

static gboolean refuses(const Forest *forest, guint root, gint64 person)
{
    const GArray *refused = forest->refused[root];
    for (guint i = 0; refused && person && i < refused->len; i++) {
        if (g_array_index(refused, gint64, i) == person) {
            return TRUE;
        }
    }
    return FALSE;
}

static void take_refusals(Forest *forest, guint root, guint other)
{
    GArray *more = g_steal_pointer(&forest->refused[other]);
    if (!forest->refused[root]) {
        forest->refused[root] = more;
    } else if (more) {
        g_array_append_vals(forest->refused[root], more->data, more->len);
        g_array_unref(more);
    }
}

/* What users said stands between them, or not. */
static void join(Forest *forest, guint a, guint b)
{
    guint one = root_of(forest, a), other = root_of(forest, b);
    gint64 person = forest->person[one], another = forest->person[other];
    if (one == other || (person && another && person != another) || refuses(forest, one, another) ||
        refuses(forest, other, person)) {
        return;
    }
    if (forest->size[one] < forest->size[other]) {
        guint kept = one;
        one = other;
        other = kept;
    }
    forest->parent[other] = one;
    forest->size[one] += forest->size[other];
    forest->person[one] = person ? person : another;
    take_refusals(forest, one, other);
}

static void plant(Forest *forest, const FaceLinks *links)
{
    guint count = links->faces->len;
    forest->links = links;
    forest->parent = g_new(guint, count);
    forest->size = g_new(guint, count);
    forest->person = g_new(gint64, count);
    forest->refused = g_new0(GArray *, count);
    guint next = 0;
    for (guint i = 0; i < count; i++) {
        const Face *face = face_at(links, i);
        forest->parent[i] = i;
        forest->size[i] = 1;
        forest->person[i] = face->person;
        for (; next < links->refusals->len; next++) { /* both are in the order of faces */
            const Refusal *refusal = &g_array_index(links->refusals, Refusal, next);
            if (refusal->face > face->id) {
                break;
            }
            if (refusal->face == face->id) {
                forest->refused[i] = forest->refused[i] ? forest->refused[i]
                                                        : g_array_new(FALSE, FALSE, sizeof(gint64));
                g_array_append_val(forest->refused[i], refusal->person);
            }
        }
    }
}

static void forest_clear(Forest *forest)
{
    for (guint i = 0; i < forest->links->faces->len; i++) {
        g_clear_pointer(&forest->refused[i], g_array_unref);
    }
    g_free(forest->parent);
    g_free(forest->size);
    g_free(forest->person);
    g_free(forest->refused);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Forest, forest_clear)

static void join_persons(Forest *forest)
{
    g_autoptr(GHashTable) first = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < forest->links->faces->len; i++) {
        const Face *face = face_at(forest->links, i);
        if (face->person) {
            gpointer known = g_hash_table_lookup(first, &face->person);
            if (known) {
                join(forest, GPOINTER_TO_UINT(known) - 1, i);
            } else {
                g_hash_table_insert(first, (gpointer)&face->person, GUINT_TO_POINTER(i + 1));
            }
        }
    }
}

/* The shortest tree that spans all faces (Prim): its edges connect whatever all edges up to a
 * length connect. Of FaceEdge. */
static GArray *spanning_edges(const FaceLinks *links, float square)
{
    guint count = links->faces->len;
    GArray *edges = g_array_new(FALSE, FALSE, sizeof(FaceEdge));
    g_autofree float *nearest = g_new(float, count);
    g_autofree guint *from = g_new0(guint, count);
    g_autofree guint *left = g_new(guint, count); /* faces that are not in the tree */
    for (guint i = 0; i < count; i++) {
        nearest[i] = INFINITY;
        left[i] = i;
    }
    for (guint at = 0; count > 0; at = 0) {
        for (guint i = 1; i < count; i++) {
            at = nearest[left[i]] < nearest[left[at]] ? i : at;
        }
        guint face = left[at];
        if (nearest[face] <= square) {
            FaceEdge edge = {nearest[face], MIN(face, from[face]), MAX(face, from[face])};
            g_array_append_val(edges, edge);
        }
        left[at] = left[--count];
        for (guint i = 0; i < count; i++) {
            guint other = left[i];
            float found = face_square(vector_of(links, face), vector_of(links, other),
                                      links->floats, MIN(square, nearest[other]));
            if (found < nearest[other]) {
                nearest[other] = found;
                from[other] = face;
            }
        }
    }
    return edges;
}

static int compare_lengths(gconstpointer a, gconstpointer b)
{
    const FaceEdge *one = a, *other = b;
    if (one->distance != other->distance) {
        return one->distance < other->distance ? -1 : 1;
    }
    if (one->a != other->a) {
        return one->a < other->a ? -1 : 1;
    }
    return (one->b > other->b) - (one->b < other->b);
}

/* Groups of one have none. */
static int *number_groups(Forest *forest)
{
    guint count = forest->links->faces->len;
    int *numbers = g_new(int, count);
    g_autofree int *of_root = g_new0(int, count);
    int next = 0;
    for (guint i = 0; i < count; i++) {
        guint root = root_of(forest, i);
        if (forest->size[root] > 1 && of_root[root] == 0) {
            of_root[root] = ++next;
        }
        numbers[i] = of_root[root] - 1;
    }
    return numbers;
}

int *face_links_groups(const FaceLinks *links, double same)
{
    g_auto(Forest) forest = {0};
    float square = square_of(same);
    g_autoptr(GArray) edges = links->faces->len <= FACE_GROUPS_EXACT ? spanning_edges(links, square)
                                                                     : near_edges(links, square);
    plant(&forest, links);
    join_persons(&forest);
    g_array_sort(edges, compare_lengths); /* the nearest first: it may stand between the others */
    for (guint i = 0; i < edges->len; i++) {
        const FaceEdge *edge = &g_array_index(edges, FaceEdge, i);
        join(&forest, edge->a, edge->b);
    }
    return number_groups(&forest);
}

/* Near a face */

static int compare_near(gconstpointer a, gconstpointer b)
{
    const FaceNear *one = a, *other = b;
    if (one->similarity != other->similarity) {
        return one->similarity > other->similarity ? -1 : 1;
    }
    return strcmp(one->path, other->path);
}

/* By photo, the least square of a distance to one of `vectors`. */
static void measure(const FaceLinks *links, const float *vector, float square, float *least)
{
    for (guint i = 0; i < links->faces->len; i++) {
        float *of = &least[face_at(links, i)->path];
        *of = MIN(*of, face_square(vector, vector_of(links, i), links->floats, MIN(square, *of)));
    }
}

static float *measures_new(const FaceLinks *links)
{
    float *least = g_new(float, links->paths->len + 1);
    for (guint i = 0; i < links->paths->len; i++) {
        least[i] = INFINITY;
    }
    return least;
}

static GArray *list_near(const FaceLinks *links, const float *least, float square, const char *but)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(FaceNear));
    for (guint i = 0; i < links->paths->len; i++) {
        FaceNear near = {g_ptr_array_index(links->paths, i), similarity_of(least[i])};
        if (least[i] <= square && g_strcmp0(near.path, but) != 0) {
            g_array_append_val(list, near);
        }
    }
    g_array_sort(list, compare_near);
    return list;
}

GArray *face_links_related(const FaceLinks *links, const char *path, double same)
{
    g_autofree float *least = measures_new(links);
    for (guint i = 0; i < links->faces->len; i++) {
        if (strcmp(face_links_path(links, i), path) == 0) {
            measure(links, vector_of(links, i), square_of(same), least);
        }
    }
    return list_near(links, least, square_of(same), path);
}

GArray *face_links_nearest(const FaceLinks *links, const float *vector, guint floats, double same)
{
    g_autofree float *least = measures_new(links);
    g_autofree float *ready = g_memdup2(vector, floats * sizeof(float));
    if (floats == links->floats && face_rule_ready(&cosine, ready, floats)) {
        measure(links, ready, square_of(same), least);
    }
    return list_near(links, least, square_of(same), NULL);
}
