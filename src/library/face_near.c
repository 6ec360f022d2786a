#include "library/face_near.h"

#include <math.h>

/* Eight floats at a time, at any address; the compiler makes of it what the processor has. */
typedef float Lanes __attribute__((vector_size(32), aligned(4), may_alias));

#define LANES 8
/* After so many floats it is worth looking whether it is enough already. */
#define STRIDE 64

/* By its address: how such a value is passed depends on the processor that is built for. */
static float sum_of(const Lanes *lanes)
{
    float sum = 0;
    for (int i = 0; i < LANES; i++) {
        sum += (*lanes)[i];
    }
    return sum;
}

float face_square(const float *a, const float *b, guint floats, float enough)
{
    float square = 0;
    guint at = 0;
    while (at + LANES <= floats && square <= enough) {
        Lanes sum = {0};
        guint stop = MIN(at + STRIDE, floats - floats % LANES);
        for (; at < stop; at += LANES) {
            Lanes apart = *(const Lanes *)(a + at) - *(const Lanes *)(b + at);
            sum += apart * apart;
        }
        square += sum_of(&sum);
    }
    for (; at < floats && square <= enough; at++) {
        square += (a[at] - b[at]) * (a[at] - b[at]);
    }
    return square;
}

static gboolean may_go_on(FaceProgress progress, gsize done, gsize total, gpointer data)
{
    return !progress || done % 256 != 0 || progress(done, total, data);
}

static void add_edge(GArray *edges, guint32 a, guint32 b, float square)
{
    const FaceEdge edge = {sqrtf(square), MIN(a, b), MAX(a, b)};
    g_array_append_val(edges, edge);
}

static gboolean all_pairs(GArray *edges, const float *const *vectors, guint32 count, guint floats,
                          float enough, FaceProgress progress, gpointer data)
{
    for (guint32 a = 0; a < count; a++) {
        if (!may_go_on(progress, a, count, data)) {
            return FALSE;
        }
        for (guint32 b = a + 1; b < count; b++) {
            float square = face_square(vectors[a], vectors[b], floats, enough);
            if (square <= enough) {
                add_edge(edges, a, b, square);
            }
        }
    }
    return TRUE;
}

/* The nearest of a kind, nearest first. */
typedef struct {
    guint32 count, most;
    struct {
        float square;
        guint32 at;
    } items[FACE_NEAR_KEPT];
} Nearest;

G_STATIC_ASSERT(FACE_NEAR_KEPT >= FACE_NEAR_LANDMARKS);

/* The square that the next one must stay below. */
static float nearest_bound(const Nearest *nearest, float enough)
{
    return nearest->count < nearest->most ? enough : nearest->items[nearest->count - 1].square;
}

static void nearest_offer(Nearest *nearest, float square, guint32 at)
{
    guint32 place = nearest->count < nearest->most ? nearest->count++ : nearest->count - 1;
    for (; place > 0 && nearest->items[place - 1].square > square; place--) {
        nearest->items[place] = nearest->items[place - 1];
    }
    nearest->items[place].square = square;
    nearest->items[place].at = at;
}

/* Landmarks: faces at even steps, and around each those whose nearest it is. */
typedef struct {
    const float *const *vectors;
    guint32 count, landmarks;
    guint floats;
    guint32 *near;   /* FACE_NEAR_LANDMARKS for each face, nearest first */
    guint32 *begins; /* of each landmark's faces in `around`; one more than landmarks */
    guint32 *around;
} Map;

static guint32 landmark_face(const Map *map, guint32 landmark)
{
    return (guint32)((guint64)landmark * map->count / map->landmarks);
}

static void find_landmarks(Map *map, guint32 face)
{
    Nearest nearest = {.most = FACE_NEAR_LANDMARKS};
    for (guint32 i = 0; i < map->landmarks; i++) {
        float bound = nearest_bound(&nearest, G_MAXFLOAT);
        float square = face_square(map->vectors[face], map->vectors[landmark_face(map, i)],
                                   map->floats, bound);
        if (square < bound) {
            nearest_offer(&nearest, square, i);
        }
    }
    for (guint32 i = 0; i < FACE_NEAR_LANDMARKS; i++) {
        map->near[(gsize)face * FACE_NEAR_LANDMARKS + i] =
            nearest.items[MIN(i, nearest.count - 1)].at;
    }
}

/* Faces around each landmark, in their order. */
static void fill_around(Map *map)
{
    for (guint32 face = 0; face < map->count; face++) {
        map->begins[map->near[(gsize)face * FACE_NEAR_LANDMARKS] + 1]++;
    }
    for (guint32 i = 0; i < map->landmarks; i++) {
        map->begins[i + 1] += map->begins[i];
    }
    g_autofree guint32 *filled = g_new0(guint32, map->landmarks);
    for (guint32 face = 0; face < map->count; face++) {
        guint32 landmark = map->near[(gsize)face * FACE_NEAR_LANDMARKS];
        map->around[map->begins[landmark] + filled[landmark]++] = face;
    }
}

static void look_around(const Map *map, GArray *edges, guint32 face, float enough)
{
    Nearest nearest = {.most = FACE_NEAR_KEPT};
    const guint32 *near = map->near + (gsize)face * FACE_NEAR_LANDMARKS;
    for (guint32 i = 0; i < FACE_NEAR_LANDMARKS && (i == 0 || near[i] != near[i - 1]); i++) {
        guint32 begin = map->begins[near[i]];
        guint32 end = MIN(map->begins[near[i] + 1], begin + FACE_NEAR_LOOKED);
        for (guint32 at = begin; at < end; at++) {
            guint32 other = map->around[at];
            float bound = nearest_bound(&nearest, enough);
            float square = face_square(map->vectors[face], map->vectors[other], map->floats, bound);
            if (other != face && square <= bound) {
                nearest_offer(&nearest, square, other);
            }
        }
    }
    for (guint32 i = 0; i < nearest.count; i++) {
        add_edge(edges, face, nearest.items[i].at, nearest.items[i].square);
    }
}

/* A face looks at landmarks and at what is around some of them: together least when there are
 * root(8 n) landmarks. */
static gboolean mapped_pairs(GArray *edges, const float *const *vectors, guint32 count,
                             guint floats, float enough, FaceProgress progress, gpointer data)
{
    guint32 landmarks = (guint32)sqrt((double)FACE_NEAR_LANDMARKS * count);
    g_autofree guint32 *near = g_new(guint32, (gsize)count * FACE_NEAR_LANDMARKS);
    g_autofree guint32 *begins = g_new0(guint32, (gsize)landmarks + 1);
    g_autofree guint32 *around = g_new(guint32, count);
    Map map = {vectors, count, landmarks, floats, near, begins, around};
    for (guint32 face = 0; face < count; face++) {
        if (!may_go_on(progress, face / 2, count, data)) {
            return FALSE;
        }
        find_landmarks(&map, face);
    }
    fill_around(&map);
    for (guint32 face = 0; face < count; face++) {
        if (!may_go_on(progress, count / 2 + face / 2, count, data)) {
            return FALSE;
        }
        look_around(&map, edges, face, enough);
    }
    return TRUE;
}

GArray *face_near_edges(const float *const *vectors, guint32 count, guint floats, float radius,
                        FaceProgress progress, gpointer data)
{
    g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(FaceEdge));
    float enough = radius * radius;
    gboolean done = count <= FACE_GROUPS_EXACT
                        ? all_pairs(edges, vectors, count, floats, enough, progress, data)
                        : mapped_pairs(edges, vectors, count, floats, enough, progress, data);
    return done ? g_steal_pointer(&edges) : NULL;
}
