#include "library/people_group.h"

#include "library/people_cloud.h"
#include "library/person_change.h"
#include "library/person_rows.h"
#include "library/person_shape.h"
#include "library/vectors.h"
#include "vision/model.h"

/* Neighbours that a new face is asked about. */
#define NEAR_FACES 64
/* Photos of unknown faces that are looked at together. */
#define BATCH_PHOTOS 100
/* Faces of a full grouping that are written in one transaction. */
#define WRITE_FACES 2000

/* The rule */

static gboolean find_model(StoreTx *tx, char **ret_model, GError **error)
{
    static const StoreQuery query = {
        .name = "people_model",
        .sql = "SELECT vector_model FROM face WHERE id = (SELECT max(id) FROM face WHERE "
               "vector IS NOT NULL AND vector_model IS NOT NULL)",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = row ? store_step(row, error) : STORE_ERROR;
    *ret_model = step == STORE_ROW ? g_strdup(store_column_text(row, 0)) : NULL;
    return step != STORE_ERROR;
}

gboolean people_rule(Library *library, StoreTx *tx, FaceRule *ret_rule, char **ret_model,
                     GError **error)
{
    g_autofree char *folder = g_build_filename(library_data_folder(library), "models", NULL);
    g_autoptr(ModelSet) models = model_set_read(folder, NULL);
    const Model *model = models ? model_set_of(models, MODEL_FACE_VECTOR) : NULL;
    *ret_rule = face_rule_of_options(model ? model->options : NULL);
    return find_model(tx, ret_model, error);
}

/* New faces */

static gboolean read_photos(PeopleCloud *cloud, StoreTx *tx, const GArray *photos, GError **error)
{
    static const StoreQuery query = {
        .name = "people_new_faces",
        WITH_IDS(PEOPLE_CLOUD_COLUMNS "1 FROM face f WHERE f.is_ignored = 0 AND f.photo_id IN ",
                 " ORDER BY f.id"),
    };
    StoreStatement *rows = store_prepare(tx, &query, error);
    g_autofree char *ids = ids_text(photos);
    if (rows) {
        store_bind_text(rows, 1, ids);
    }
    return rows && people_cloud_read(cloud, rows, error);
}

static gboolean is_loose(const PeopleCloud *cloud, guint i)
{
    const FaceInput *input = &g_array_index(cloud->inputs, FaceInput, i);
    return input->vector && input->person == 0;
}

static guint count_loose(const PeopleCloud *cloud)
{
    guint loose = 0;
    for (guint i = 0; i < cloud->inputs->len; i++) {
        loose += is_loose(cloud, i);
    }
    return loose;
}

/* Faces that are near to one of the loose ones, wherever they are. */
static GArray *find_near(Library *library, const PeopleCloud *cloud, GError **error)
{
    g_autoptr(VectorIndex) index = NULL;
    if (!vectors_index(library_vectors(library), VECTORS_FACES, &index, error)) {
        return NULL;
    }
    g_autoptr(GArray) near = ids_new();
    for (guint i = 0; index && i < cloud->inputs->len; i++) {
        if (!is_loose(cloud, i) || vector_index_floats(index) != cloud->floats) {
            continue;
        }
        const FaceInput *input = &g_array_index(cloud->inputs, FaceInput, i);
        float least = cloud->rule.metric == VECTOR_EUCLIDEAN ? -cloud->rule.join : -G_MAXFLOAT;
        g_autoptr(GArray) found =
            vector_index_search(index, input->vector, NEAR_FACES, least, NULL, NULL);
        for (guint at = 0; at < found->len; at++) {
            g_array_append_val(near, g_array_index(found, VectorMatch, at).key);
        }
    }
    return g_steal_pointer(&near);
}

static gboolean read_with(PeopleCloud *cloud, StoreTx *tx, const StoreQuery *query,
                          const GArray *ids, GError **error)
{
    StoreStatement *rows = store_prepare(tx, query, error);
    g_autofree char *text = ids_text(ids);
    if (rows) {
        store_bind_text(rows, 1, text);
    }
    return rows && people_cloud_read(cloud, rows, error);
}

static gboolean read_sample(PeopleCloud *cloud, StoreTx *tx, gint64 person, GError **error)
{
    static const StoreQuery query = {
        .name = "people_sample",
        .sql = PEOPLE_CLOUD_COLUMNS "1 FROM face f WHERE f.person_id = ?1 AND f.vector_model = ?2 "
                                    "AND f.vector IS NOT NULL ORDER BY f.id LIMIT ?3",
    };
    StoreStatement *rows = store_prepare(tx, &query, error);
    if (!rows) {
        return FALSE;
    }
    store_bind_int(rows, 1, person);
    store_bind_text(rows, 2, cloud->model);
    store_bind_int(rows, 3, PERSON_SHAPE_FACES);
    return people_cloud_read(cloud, rows, error);
}

/* The faces near by, who they are, and who else is on the pictures of any of them: nobody is twice
 * on one. */
static gboolean read_near(PeopleCloud *cloud, StoreTx *tx, const GArray *near, GError **error)
{
    static const StoreQuery persons_of = {
        .name = "people_near_persons",
        WITH_IDS("SELECT DISTINCT person_id FROM face WHERE person_id IS NOT NULL AND id IN ",
                 " ORDER BY person_id"),
    };
    static const StoreQuery faces_of = {
        .name = "people_near_faces",
        WITH_IDS(PEOPLE_CLOUD_COLUMNS
                 "1 FROM face f WHERE f.is_ignored = 0 AND f.person_id IS NULL AND f.id IN ",
                 " ORDER BY f.id"),
    };
    static const StoreQuery beside = {
        .name = "people_beside",
        WITH_IDS(PEOPLE_CLOUD_COLUMNS
                 "1 FROM face f WHERE f.person_id IS NOT NULL AND f.photo_id IN (SELECT g.photo_id "
                 "FROM face g WHERE g.person_id IS NULL AND g.id IN ",
                 ") ORDER BY f.id"),
    };
    g_autoptr(GArray) persons = ids_select(tx, &persons_of, near, error);
    if (!persons || !read_with(cloud, tx, &faces_of, near, error) ||
        !read_with(cloud, tx, &beside, near, error)) {
        return FALSE;
    }
    for (guint i = 0; i < persons->len; i++) {
        if (!read_sample(cloud, tx, g_array_index(persons, gint64, i), error)) {
            return FALSE;
        }
    }
    return people_cloud_read_refused(cloud, tx, error);
}

/* Writing what came out */

typedef struct {
    StoreTx *tx;
    GArray *persons, *photos; /* that changed */
    PeopleGrouped *grouped;
} Writing;

static void writing_clear(Writing *writing)
{
    g_clear_pointer(&writing->tx, store_tx_free);
    g_clear_pointer(&writing->persons, g_array_unref);
    g_clear_pointer(&writing->photos, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Writing, writing_clear)

static gboolean writing_begin(Writing *writing, Library *library, PeopleGrouped *grouped,
                              GError **error)
{
    *writing = (Writing){
        .tx = store_write(library_store(library), error),
        .persons = ids_new(),
        .photos = ids_new(),
        .grouped = grouped,
    };
    return writing->tx && library_touch(writing->tx, error);
}

static gint compare_ids(gconstpointer one, gconstpointer other)
{
    gint64 a = *(const gint64 *)one, b = *(const gint64 *)other;
    return (a > b) - (a < b);
}

static void sort_once(GArray *ids)
{
    g_array_sort(ids, compare_ids);
    guint kept = 0;
    for (guint i = 0; i < ids->len; i++) {
        gint64 id = g_array_index(ids, gint64, i);
        if (kept == 0 || g_array_index(ids, gint64, kept - 1) != id) {
            g_array_index(ids, gint64, kept++) = id;
        }
    }
    g_array_set_size(ids, kept);
}

static gboolean writing_end(Writing *writing, Library *library, GError **error)
{
    if (writing->photos->len == 0) {
        return TRUE;
    }
    sort_once(writing->photos);
    sort_once(writing->persons);
    return person_stamp(writing->tx, writing->persons, writing->photos, error) &&
           library_commit(library, writing->tx, error);
}

/* Unless somebody gave it away meanwhile, or the person went. */
static gboolean move_face(Writing *writing, const FaceInput *face, gint64 from, gint64 to,
                          GError **error)
{
    static const StoreQuery query = {
        .name = "people_move_face",
        .sql = "UPDATE face SET person_id = (SELECT id FROM person WHERE id = ?3), assigned_by = "
               "(SELECT 'machine' FROM person WHERE id = ?3) WHERE id = ?1 AND "
               "coalesce(person_id, 0) = ?2 AND coalesce(assigned_by, 'machine') = 'machine' AND "
               "is_ignored = 0",
    };
    StoreStatement *statement = store_prepare(writing->tx, &query, error);
    gint64 moved = 0;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, face->id);
    store_bind_int(statement, 2, from);
    store_bind_int(statement, 3, to);
    if (!store_run(statement, &moved, error)) {
        return FALSE;
    }
    if (moved > 0) {
        g_array_append_val(writing->photos, face->photo);
        g_array_append_val(writing->persons, to);
        g_array_append_val(writing->persons, from);
        writing->grouped->joined += to != 0;
    }
    return TRUE;
}

/* Who a group is: a person, else one that is made for it. */
static gint64 person_of_group(Writing *writing, GHashTable *made, const FacePlace *place,
                              GError **error)
{
    if (place->group == 0 || place->person) {
        return place->person;
    }
    gint64 *known = g_hash_table_lookup(made, GUINT_TO_POINTER(place->group));
    if (known) {
        return *known;
    }
    gint64 person = person_rows_add(writing->tx, NULL, ASSIGNED_BY_MACHINE, error);
    if (person) {
        writing->grouped->persons++;
        g_hash_table_insert(made, GUINT_TO_POINTER(place->group),
                            g_memdup2(&person, sizeof person));
    }
    return person ? person : -1;
}

static gboolean write_places(Writing *writing, const PeopleCloud *cloud, const FacePlace *places,
                             GHashTable *made, guint begin, guint end, GError **error)
{
    for (guint i = begin; i < end; i++) {
        const FaceInput *face = &g_array_index(cloud->inputs, FaceInput, i);
        gint64 from = g_array_index(cloud->owners, gint64, i);
        if (face->person || !face->vector) {
            continue;
        }
        gint64 to = person_of_group(writing, made, &places[i], error);
        if (to < 0 || (to != from && !move_face(writing, face, from, to, error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static GHashTable *made_new(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

static gboolean group_near(Library *library, const GArray *photos, const GArray *near,
                           PeopleGrouped *grouped, GError **error)
{
    g_auto(Writing) writing = {0};
    g_auto(PeopleCloud) cloud = {0};
    if (!writing_begin(&writing, library, grouped, error) ||
        !people_cloud_init(&cloud, library, writing.tx, error) ||
        !read_photos(&cloud, writing.tx, photos, error) ||
        !read_near(&cloud, writing.tx, near, error)) {
        return FALSE;
    }
    g_autofree FacePlace *places =
        face_groups_make((const FaceInput *)(void *)cloud.inputs->data, cloud.inputs->len,
                         cloud.floats, &cloud.rule, NULL, NULL);
    g_autoptr(GHashTable) made = made_new();
    return write_places(&writing, &cloud, places, made, 0, cloud.inputs->len, error) &&
           writing_end(&writing, library, error);
}

/* What is new on these photos, and what lies near to it. */
static GArray *look_for_near(Library *library, const GArray *photos, PeopleGrouped *grouped,
                             GError **error)
{
    g_auto(PeopleCloud) cloud = {0};
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    if (!tx || !people_cloud_init(&cloud, library, tx, error) ||
        !read_photos(&cloud, tx, photos, error)) {
        return NULL;
    }
    g_clear_pointer(&tx, store_tx_free); /* the index reads in a transaction of its own */
    grouped->faces = count_loose(&cloud);
    return grouped->faces > 0 ? find_near(library, &cloud, error) : ids_new();
}

gboolean people_group_new(Library *library, const gint64 *photo_ids, gsize count,
                          PeopleGrouped *ret_grouped, GError **error)
{
    PeopleGrouped grouped = {0};
    g_autoptr(GArray) photos = ids_of(photo_ids, count);
    g_autoptr(GArray) near = look_for_near(library, photos, &grouped, error);
    if (!near || (grouped.faces > 0 && !group_near(library, photos, near, &grouped, error))) {
        return FALSE;
    }
    if (ret_grouped) {
        *ret_grouped = grouped;
    }
    return TRUE;
}

/* Photos with unknown faces, those after an id. */
static GArray *next_unknown(Library *library, gint64 after, GError **error)
{
    static const StoreQuery query = {
        .name = "people_next_unknown",
        .sql = "SELECT DISTINCT photo_id FROM face WHERE person_id IS NULL AND is_ignored = 0 AND "
               "vector IS NOT NULL AND photo_id > ?1 ORDER BY photo_id LIMIT ?2",
    };
    g_autoptr(GArray) photos = ids_new();
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, after);
    store_bind_int(row, 2, BATCH_PHOTOS);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(photos, id);
    }
    return step == STORE_DONE ? g_steal_pointer(&photos) : NULL;
}

static gboolean count_unknown(Library *library, gint64 *ret_count, GError **error)
{
    static const StoreQuery query = {
        .name = "people_count_unknown",
        .sql =
            "SELECT count(DISTINCT photo_id) FROM face WHERE person_id IS NULL AND is_ignored = 0 "
            "AND vector IS NOT NULL",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    return row && store_step_int(row, ret_count, error);
}

static gboolean set_stopped(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED,
                        "The grouping of faces was stopped");
    return FALSE;
}

gboolean people_group_unknown(Library *library, PeopleProgress progress, gpointer data,
                              PeopleGrouped *ret_grouped, GError **error)
{
    PeopleGrouped all = {0};
    gint64 total = 0, done = 0, after = 0;
    if (!count_unknown(library, &total, error)) {
        return FALSE;
    }
    g_autoptr(GArray) photos = NULL;
    while ((photos = next_unknown(library, after, error)) && photos->len > 0) {
        PeopleGrouped grouped = {0};
        if (progress && !progress(MIN(done, total), total, data)) {
            return set_stopped(error);
        }
        if (!people_group_new(library, (const gint64 *)(void *)photos->data, photos->len, &grouped,
                              error)) {
            return FALSE;
        }
        all.faces += grouped.faces;
        all.joined += grouped.joined;
        all.persons += grouped.persons;
        done += photos->len;
        after = g_array_index(photos, gint64, photos->len - 1);
        g_clear_pointer(&photos, g_array_unref);
    }
    if (ret_grouped) {
        *ret_grouped = all;
    }
    return photos != NULL;
}

/* All faces */

/* A person is the machine's as long as nobody had a hand in it. */
#define IS_USERS                                                                                   \
    "(n.name IS NOT NULL OR n.made_by = 'user' OR n.is_hidden = 1 OR n.avatar_face_id IS NOT "     \
    "NULL OR EXISTS (SELECT 1 FROM face g WHERE g.person_id = n.id AND g.assigned_by = 'user'))"

static gboolean read_all(PeopleCloud *cloud, Library *library, GError **error)
{
    static const StoreQuery query = {
        .name = "people_all_faces",
        .sql = PEOPLE_CLOUD_COLUMNS
        "CASE WHEN f.person_id IN (SELECT n.id FROM person n WHERE " IS_USERS
        ") THEN 1 ELSE 0 END FROM face f WHERE f.is_ignored = 0 AND (f.vector IS NOT NULL OR "
        "f.person_id IS NOT NULL) ORDER BY f.id",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    StoreStatement *rows = tx && people_cloud_init(cloud, library, tx, error)
                               ? store_prepare(tx, &query, error)
                               : NULL;
    return rows && people_cloud_read(cloud, rows, error) &&
           people_cloud_read_refused(cloud, tx, error);
}

/* A group that is made again keeps the number of the person of whom it has most. */
typedef struct {
    gint64 person;
    guint32 group;
    guint faces;
} Overlap;

static gint compare_overlaps(gconstpointer one, gconstpointer other)
{
    const Overlap *a = one;
    const Overlap *b = other;
    if (a->faces != b->faces) {
        return a->faces > b->faces ? -1 : 1;
    }
    if (a->person != b->person) {
        return a->person < b->person ? -1 : 1;
    }
    return (a->group > b->group) - (a->group < b->group);
}

static gint compare_pairs(gconstpointer one, gconstpointer other)
{
    const Overlap *a = one;
    const Overlap *b = other;
    if (a->group != b->group) {
        return a->group < b->group ? -1 : 1;
    }
    return (a->person > b->person) - (a->person < b->person);
}

static GArray *list_overlaps(const PeopleCloud *cloud, const FacePlace *places)
{
    GArray *overlaps = g_array_new(FALSE, FALSE, sizeof(Overlap));
    for (guint i = 0; i < cloud->inputs->len; i++) {
        const Overlap one = {g_array_index(cloud->owners, gint64, i), places[i].group, 1};
        if (one.person && one.group && !places[i].person) {
            g_array_append_val(overlaps, one);
        }
    }
    g_array_sort(overlaps, compare_pairs);
    guint kept = 0;
    for (guint i = 0; i < overlaps->len; i++) {
        Overlap *last = kept > 0 ? &g_array_index(overlaps, Overlap, kept - 1) : NULL;
        const Overlap *one = &g_array_index(overlaps, Overlap, i);
        if (last && compare_pairs(last, one) == 0) {
            last->faces++;
        } else {
            g_array_index(overlaps, Overlap, kept++) = *one;
        }
    }
    g_array_set_size(overlaps, kept);
    g_array_sort(overlaps, compare_overlaps);
    return overlaps;
}

/* group -> person, of those that keep one. */
static GHashTable *keep_numbers(const PeopleCloud *cloud, const FacePlace *places)
{
    GHashTable *kept = made_new();
    g_autoptr(GHashTable) taken = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GArray) overlaps = list_overlaps(cloud, places);
    for (guint i = 0; i < overlaps->len; i++) {
        const Overlap *one = &g_array_index(overlaps, Overlap, i);
        if (!g_hash_table_contains(kept, GUINT_TO_POINTER(one->group)) &&
            !g_hash_table_contains(taken, &one->person)) {
            gint64 *person = g_memdup2(&one->person, sizeof one->person);
            g_hash_table_insert(kept, GUINT_TO_POINTER(one->group), person);
            g_hash_table_add(taken, person);
        }
    }
    return kept;
}

static gboolean write_all(Library *library, const PeopleCloud *cloud, const FacePlace *places,
                          PeopleGrouped *grouped, GError **error)
{
    g_autoptr(GHashTable) made = keep_numbers(cloud, places);
    for (guint begin = 0; begin < cloud->inputs->len; begin += WRITE_FACES) {
        guint end = MIN(begin + WRITE_FACES, cloud->inputs->len);
        g_auto(Writing) writing = {0};
        if (!writing_begin(&writing, library, grouped, error) ||
            !write_places(&writing, cloud, places, made, begin, end, error) ||
            !writing_end(&writing, library, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean drop_empty(Library *library, GError **error)
{
    static const StoreQuery query = {
        .name = "people_drop_empty",
        .sql = "DELETE FROM person WHERE name IS NULL AND made_by = 'machine' AND is_hidden = 0 "
               "AND avatar_face_id IS NULL AND NOT EXISTS (SELECT 1 FROM face f WHERE "
               "f.person_id = person.id)",
    };
    gint64 dropped = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    StoreStatement *statement =
        tx && library_touch(tx, error) ? store_prepare(tx, &query, error) : NULL;
    return statement && store_run(statement, &dropped, error) &&
           (dropped == 0 || library_commit(library, tx, error));
}

typedef struct {
    PeopleProgress progress;
    gpointer data;
} Told;

static gboolean tell(gsize done, gsize total, gpointer data)
{
    const Told *told = data;
    return !told->progress || told->progress((gint64)done, (gint64)total, told->data);
}

gboolean people_group_all(Library *library, PeopleProgress progress, gpointer data,
                          PeopleGrouped *ret_grouped, GError **error)
{
    PeopleGrouped grouped = {0};
    Told told = {progress, data};
    g_auto(PeopleCloud) cloud = {0};
    if (!read_all(&cloud, library, error)) {
        return FALSE;
    }
    grouped.faces = count_loose(&cloud);
    g_autofree FacePlace *places =
        face_groups_make((const FaceInput *)(void *)cloud.inputs->data, cloud.inputs->len,
                         cloud.floats, &cloud.rule, tell, &told);
    if (!places) {
        return set_stopped(error);
    }
    if (!write_all(library, &cloud, places, &grouped, error) || !drop_empty(library, error)) {
        return FALSE;
    }
    if (ret_grouped) {
        *ret_grouped = grouped;
    }
    return TRUE;
}
