#include "library/people_cloud.h"

#include "library/people_group.h"

#include <string.h>

/* Vectors of so many faces in one block of memory. */
#define BLOCK_FACES 1024

void people_cloud_clear(PeopleCloud *cloud)
{
    g_clear_pointer(&cloud->model, g_free);
    g_clear_pointer(&cloud->inputs, g_array_unref);
    g_clear_pointer(&cloud->owners, g_array_unref);
    g_clear_pointer(&cloud->known, g_hash_table_unref);
    g_clear_pointer(&cloud->vectors, g_ptr_array_unref);
    g_clear_pointer(&cloud->refused, g_hash_table_unref);
}

gboolean people_cloud_init(PeopleCloud *cloud, Library *library, StoreTx *tx, GError **error)
{
    *cloud = (PeopleCloud){
        .inputs = g_array_new(FALSE, FALSE, sizeof(FaceInput)),
        .owners = ids_new(),
        .known = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
        .vectors = g_ptr_array_new_with_free_func(g_free),
        .refused = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                         (GDestroyNotify)g_array_unref),
    };
    return people_rule(library, tx, &cloud->rule, &cloud->model, error);
}

/* A copy of the vector, as the rule wants it; NULL when it cannot be compared. */
static const float *keep_vector(PeopleCloud *cloud, const StoreStatement *row)
{
    gsize bytes = 0;
    gconstpointer vector = store_column_blob(row, 2, &bytes);
    if (!vector || g_strcmp0(store_column_text(row, 3), cloud->model) != 0) {
        return NULL;
    }
    if (cloud->floats == 0) {
        cloud->floats = (guint)(bytes / sizeof(float));
    }
    if (bytes == 0 || bytes != cloud->floats * sizeof(float)) {
        return NULL;
    }
    if (cloud->inputs->len / BLOCK_FACES >= cloud->vectors->len) {
        g_ptr_array_set_size(cloud->vectors, (gint)(cloud->inputs->len / BLOCK_FACES + 1));
    }
    float **block = (float **)&g_ptr_array_index(cloud->vectors, cloud->vectors->len - 1);
    if (!*block) {
        *block = g_new(float, (gsize)BLOCK_FACES * cloud->floats);
    }
    float *kept = *block + (gsize)(cloud->inputs->len % BLOCK_FACES) * cloud->floats;
    memcpy(kept, vector, bytes);
    return face_rule_ready(&cloud->rule, kept, cloud->floats) ? kept : NULL;
}

gboolean people_cloud_read(PeopleCloud *cloud, StoreStatement *rows, GError **error)
{
    StoreStep step;
    while ((step = store_step(rows, error)) == STORE_ROW) {
        gint64 id = store_column_int(rows, 0);
        if (g_hash_table_contains(cloud->known, &id)) {
            continue;
        }
        gint64 owner = store_column_int(rows, 4);
        const FaceInput input = {
            .id = id,
            .photo = store_column_int(rows, 1),
            .vector = keep_vector(cloud, rows),
            .person = store_column_int(rows, 5) != 0 ? owner : 0,
        };
        g_hash_table_add(cloud->known, g_memdup2(&id, sizeof id));
        g_array_append_val(cloud->inputs, input);
        g_array_append_val(cloud->owners, owner);
    }
    return step == STORE_DONE;
}

/* Few are: so all of them are read. */
gboolean people_cloud_read_refused(PeopleCloud *cloud, StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "people_refused",
        .sql = "SELECT face_id, person_id FROM face_not_person ORDER BY face_id, person_id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        gint64 face = store_column_int(row, 0);
        gint64 person = store_column_int(row, 1);
        GArray *persons = g_hash_table_lookup(cloud->refused, &face);
        if (!persons && g_hash_table_contains(cloud->known, &face)) {
            persons = ids_new();
            g_hash_table_insert(cloud->refused, g_memdup2(&face, sizeof face), persons);
        }
        if (persons) {
            g_array_append_val(persons, person);
        }
    }
    for (guint i = 0; i < cloud->inputs->len; i++) {
        FaceInput *input = &g_array_index(cloud->inputs, FaceInput, i);
        const GArray *persons = g_hash_table_lookup(cloud->refused, &input->id);
        input->refused = persons ? (const gint64 *)(void *)persons->data : NULL;
        input->refused_count = persons ? persons->len : 0;
    }
    return step == STORE_DONE;
}
