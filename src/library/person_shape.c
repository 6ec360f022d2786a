#include "library/person_shape.h"

#include "library/face_near.h"

#include <math.h>
#include <string.h>

static PersonShape *shape_new(guint floats)
{
    PersonShape *shape = g_malloc0(sizeof *shape + floats * sizeof(float));
    shape->floats = floats;
    return shape;
}

static gsize shape_bytes(const PersonShape *shape)
{
    return shape ? sizeof *shape + shape->floats * sizeof(float) : 0;
}

typedef struct {
    double *sum;
    double squares;
    guint floats, faces;
} Sum;

static void add_face(Sum *sum, const FaceRule *rule, gconstpointer vector, gsize bytes)
{
    if (!sum->sum && bytes >= sizeof(float)) {
        sum->floats = (guint)(bytes / sizeof(float));
        sum->sum = g_new0(double, sum->floats);
    }
    if (!sum->sum || bytes != sum->floats * sizeof(float)) {
        return;
    }
    g_autofree float *face = g_memdup2(vector, bytes);
    if (!face_rule_ready(rule, face, sum->floats)) {
        return;
    }
    for (guint i = 0; i < sum->floats; i++) {
        sum->sum[i] += face[i];
        sum->squares += (double)face[i] * face[i];
    }
    sum->faces++;
}

static PersonShape *shape_of(const Sum *sum)
{
    if (sum->faces == 0) {
        return NULL;
    }
    PersonShape *shape = shape_new(sum->floats);
    double length = 0;
    for (guint i = 0; i < sum->floats; i++) {
        double mean = sum->sum[i] / sum->faces;
        shape->centre[i] = (float)mean;
        length += mean * mean;
    }
    shape->spread = (float)MAX(sum->squares / sum->faces - length, 0);
    return shape;
}

static gboolean read_shape(StoreTx *tx, gint64 person, const FaceRule *rule, const char *model,
                           PersonShape **ret_shape, GError **error)
{
    static const StoreQuery query = {
        .name = "person_shape",
        .sql = "SELECT vector FROM face WHERE person_id = ?1 AND vector_model = ?2 AND vector IS "
               "NOT NULL ORDER BY id LIMIT ?3",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, person);
    store_bind_text(row, 2, model);
    store_bind_int(row, 3, PERSON_SHAPE_FACES);
    Sum sum = {0};
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gsize bytes = 0;
        gconstpointer vector = store_column_blob(row, 0, &bytes);
        add_face(&sum, rule, vector, bytes);
    }
    *ret_shape = step == STORE_DONE ? shape_of(&sum) : NULL;
    g_free(sum.sum);
    return step == STORE_DONE;
}

static gboolean read_version(StoreTx *tx, gint64 person, gint64 *ret_version, GError **error)
{
    static const StoreQuery query = {
        .name = "person_version",
        .sql = "SELECT max(version) FROM person WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, person);
    return store_step_int(row, ret_version, error);
}

gboolean person_shape_get(Library *library, StoreTx *tx, gint64 person, const FaceRule *rule,
                          const char *model, PersonShape **ret_shape, GError **error)
{
    gint64 version = 0;
    *ret_shape = NULL;
    if (!model) {
        return TRUE;
    }
    if (!read_version(tx, person, &version, error)) {
        return FALSE;
    }
    g_autofree char *key = g_strdup_printf("shape %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s",
                                           person, version, model);
    g_autoptr(GBytes) kept = lru_cache_get(library_summaries(library), key);
    if (!kept) {
        g_autofree PersonShape *shape = NULL;
        if (!read_shape(tx, person, rule, model, &shape, error)) {
            return FALSE;
        }
        kept = g_bytes_new(shape, shape_bytes(shape));
        lru_cache_put(library_summaries(library), key, kept, g_bytes_get_size(kept) + 1);
    }
    gsize bytes = g_bytes_get_size(kept);
    *ret_shape = bytes > 0 ? g_memdup2(g_bytes_get_data(kept, NULL), bytes) : NULL;
    return TRUE;
}

float person_shape_distance(const PersonShape *a, const PersonShape *b)
{
    if (a->floats != b->floats) {
        return G_MAXFLOAT;
    }
    float between = face_square(a->centre, b->centre, a->floats, G_MAXFLOAT);
    return sqrtf(between + a->spread + b->spread);
}

float person_shape_face_distance(const PersonShape *shape, const float *face)
{
    return sqrtf(face_square(shape->centre, face, shape->floats, G_MAXFLOAT) + shape->spread);
}
