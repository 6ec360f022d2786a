#include "library/vectors.h"

#include "base/lock.h"
#include "library/library.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    GMutex refreshing;
    char *told;         /* the model in use; NULL: nobody said */
    char *model;        /* whose vectors these are; NULL: not looked yet, or there are none */
    VectorIndex *index; /* NULL: no vector of the model up to the version */
    gint64 version;     /* library_version it shows */
} Space;

struct Vectors {
    Store *store;
    char *folder;
    Space spaces[VECTOR_SPACES];
};

/* What differs from space to space. Rows are an owner, a key (NULL: the owner has none) and a
 * vector, an owner's together. Parameters: ?1 the space (which faces do not need), ?2 the model, ?3
 * a version. */
typedef struct {
    const char *name;
    VectorMetric metric;
    StoreQuery latest;  /* the model of the last vector */
    StoreQuery first;   /* a vector of the model, of photos younger than the version */
    StoreQuery all;     /* all rows of the model */
    StoreQuery changed; /* of photos younger than the version */
} SpaceKind;

/* ?1 has a type of its own on PostgreSQL even where nothing else tells it. */
#define OF_FACES "CAST(?1 AS TEXT) IS NOT NULL AND "

#define PHOTO_SPACE(space)                                                                         \
    {                                                                                              \
        .name = space, .metric = VECTOR_COSINE,                                                    \
        .latest = {.name = "vectors_latest",                                                       \
                   .sql = "SELECT model FROM photo_vector WHERE space = ?1 "                       \
                          "ORDER BY photo_id DESC LIMIT 1"},                                       \
        .first = {.name = "vectors_first",                                                         \
                  .sql = "SELECT v.photo_id, v.photo_id, v.vector FROM photo p "                   \
                         "JOIN photo_vector v ON v.photo_id = p.id "                               \
                         "WHERE v.space = ?1 AND v.model = ?2 AND p.version > ?3 LIMIT 1"},        \
        .all = {.name = "vectors_all",                                                             \
                .sql = "SELECT photo_id, photo_id, vector FROM photo_vector "                      \
                       "WHERE space = ?1 AND model = ?2 ORDER BY photo_id"},                       \
        .changed = {.name = "vectors_changed",                                                     \
                    .sql = "SELECT p.id, v.photo_id, v.vector FROM photo p "                       \
                           "LEFT JOIN photo_vector v "                                             \
                           "ON v.photo_id = p.id AND v.space = ?1 AND v.model = ?2 "               \
                           "WHERE p.version > ?3 ORDER BY p.id"},                                  \
    }

static const SpaceKind kinds[VECTOR_SPACES] = {
    [VECTORS_SIMILAR] = PHOTO_SPACE("similar"),
    [VECTORS_WORDS] = PHOTO_SPACE("words"),
    [VECTORS_FACES] =
        {
            .name = "faces",
            .metric = VECTOR_EUCLIDEAN,
            .latest = {.name = "vectors_latest_face",
                       .sql = "SELECT vector_model FROM face WHERE " OF_FACES
                              "vector IS NOT NULL AND vector_model IS NOT NULL "
                              "ORDER BY id DESC LIMIT 1"},
            .first = {.name = "vectors_first_face",
                      .sql = "SELECT f.photo_id, f.id, f.vector FROM photo p "
                             "JOIN face f ON f.photo_id = p.id WHERE " OF_FACES
                             "f.vector IS NOT NULL AND f.vector_model = ?2 AND f.is_ignored = 0 "
                             "AND p.version > ?3 LIMIT 1"},
            .all = {.name = "vectors_all_faces",
                    .sql = "SELECT photo_id, id, vector FROM face WHERE " OF_FACES
                           "vector IS NOT NULL AND vector_model = ?2 AND is_ignored = 0 "
                           "ORDER BY photo_id, face_index"},
            .changed = {.name = "vectors_changed_faces",
                        .sql = "SELECT p.id, f.id, f.vector FROM photo p LEFT JOIN face f "
                               "ON f.photo_id = p.id AND f.vector IS NOT NULL "
                               "AND f.vector_model = ?2 AND f.is_ignored = 0 WHERE " OF_FACES
                               "p.version > ?3 ORDER BY p.id, f.face_index"},
        },
};

Vectors *vectors_new(Store *store, const char *folder)
{
    Vectors *vectors = g_new0(Vectors, 1);
    vectors->store = store;
    vectors->folder = g_strdup(folder);
    for (guint i = 0; i < VECTOR_SPACES; i++) {
        g_mutex_init(&vectors->spaces[i].refreshing);
    }
    return vectors;
}

static void forget(Space *space)
{
    g_clear_pointer(&space->index, vector_index_unref);
    g_clear_pointer(&space->model, g_free);
    space->version = 0;
}

void vectors_free(Vectors *vectors)
{
    if (!vectors) {
        return;
    }
    for (guint i = 0; i < VECTOR_SPACES; i++) {
        forget(&vectors->spaces[i]);
        g_free(vectors->spaces[i].told);
        g_mutex_clear(&vectors->spaces[i].refreshing);
    }
    g_free(vectors->folder);
    g_free(vectors);
}

void vectors_use(Vectors *vectors, VectorSpace space, const char *model)
{
    Space *one = &vectors->spaces[space];
    LOCK_UNTIL_END(&one->refreshing);
    g_free(one->told);
    one->told = g_strdup(model);
}

/* Reading */

#define NO_VERSION (-1) /* less than any */

static StoreStatement *prepare(StoreTx *tx, const StoreQuery *query, const SpaceKind *kind,
                               const char *model, gint64 version, GError **error)
{
    StoreStatement *row = store_prepare(tx, query, error);
    if (row) {
        store_bind_text(row, 1, kind->name);
    }
    if (row && model) {
        store_bind_text(row, 2, model);
    }
    if (row && version != NO_VERSION) {
        store_bind_int(row, 3, version);
    }
    return row;
}

static gboolean read_model(StoreTx *tx, const SpaceKind *kind, const Space *space, char **ret_model,
                           GError **error)
{
    if (space->told) {
        *ret_model = g_strdup(space->told);
        return TRUE;
    }
    StoreStatement *row = prepare(tx, &kind->latest, kind, NULL, NO_VERSION, error);
    StoreStep step = row ? store_step(row, error) : STORE_ERROR;
    *ret_model = step == STORE_ROW ? g_strdup(store_column_text(row, 0)) : NULL;
    return step != STORE_ERROR;
}

/* How long the model's vectors are; 0: no photo younger than what is shown has one. */
static gboolean read_floats(StoreTx *tx, const SpaceKind *kind, const Space *space,
                            guint *ret_floats, GError **error)
{
    StoreStatement *row = prepare(tx, &kind->first, kind, space->model, space->version, error);
    StoreStep step = row ? store_step(row, error) : STORE_ERROR;
    gsize bytes = 0;
    if (step == STORE_ROW) {
        store_column_blob(row, 2, &bytes);
    }
    *ret_floats = (guint)(bytes / sizeof(float));
    return step != STORE_ERROR;
}

/* Filling: the vectors of one owner at a time. */

typedef struct {
    VectorIndex *index;
    gint64 owner; /* 0: none yet */
    GArray *keys; /* of gint64 */
    GArray *vectors;
} Filling;

static gboolean put_owner(Filling *filling, GError **error)
{
    gboolean put = filling->owner == 0 ||
                   vector_index_set(
                       filling->index, filling->owner, (const gint64 *)filling->keys->data,
                       (const float *)(gpointer)filling->vectors->data, filling->keys->len, error);
    g_array_set_size(filling->keys, 0);
    g_array_set_size(filling->vectors, 0);
    return put;
}

static void take_row(const Filling *filling, const StoreStatement *row)
{
    guint floats = vector_index_floats(filling->index);
    gsize bytes = 0;
    gint64 key = store_column_int(row, 1);
    gconstpointer vector = store_column_blob(row, 2, &bytes);
    if (!store_column_is_null(row, 1) && vector && bytes == floats * sizeof(float)) {
        g_autofree float *numbers = g_memdup2(vector, bytes); /* aligned */
        g_array_append_val(filling->keys, key);
        g_array_append_vals(filling->vectors, numbers, floats);
    }
}

static gboolean fill_from(StoreStatement *row, Filling *filling, GError **error)
{
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 owner = store_column_int(row, 0);
        if (owner != filling->owner && !put_owner(filling, error)) {
            return FALSE;
        }
        filling->owner = owner;
        take_row(filling, row);
    }
    return step == STORE_DONE && put_owner(filling, error);
}

static gboolean fill(StoreStatement *row, VectorIndex *index, GError **error)
{
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) vectors = g_array_new(FALSE, FALSE, sizeof(float));
    Filling filling = {.index = index, .keys = keys, .vectors = vectors};
    return row && fill_from(row, &filling, error);
}

static gboolean forget_gone(StoreTx *tx, VectorIndex *index, gint64 version, GError **error)
{
    static const StoreQuery query = {
        .name = "vectors_gone",
        .sql = "SELECT photo_id FROM photo_gone WHERE version > ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, version);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        if (!vector_index_set(index, store_column_int(row, 0), NULL, NULL, 0, error)) {
            return FALSE;
        }
    }
    return step == STORE_DONE;
}

/* From the version that the index shows to the one of the transaction. Photos that are gone first:
 * an id may be somebody else's by now. */
static gboolean catch_up(StoreTx *tx, const SpaceKind *kind, Space *space, gint64 version,
                         GError **error)
{
    gint64 shown = vector_index_version(space->index);
    gboolean begins =
        shown == 0 || shown > version; /* another database, or a fill that broke off */
    gboolean filled = begins
                          ? vector_index_clear(space->index, error) &&
                                fill(prepare(tx, &kind->all, kind, space->model, NO_VERSION, error),
                                     space->index, error)
                          : forget_gone(tx, space->index, shown, error) &&
                                fill(prepare(tx, &kind->changed, kind, space->model, shown, error),
                                     space->index, error);
    if (filled) {
        vector_index_commit(space->index, version);
    }
    return filled;
}

/* Opening */

/* A restored library, or another one at the same address, has photos of other ids: the index of the
 * one before is not this one's. */
static gboolean name_of_space(StoreTx *tx, const char *model, char **ret_name, GError **error)
{
    static const StoreQuery query = {
        .name = "vectors_database",
        .sql = "SELECT min(applied_ms) FROM schema_migration",
    };
    gint64 made_ms = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row || !store_step_int(row, &made_ms, error)) {
        return FALSE;
    }
    *ret_name = g_strdup_printf("%s %" G_GINT64_FORMAT, model, made_ms);
    return TRUE;
}

/* A file that another process keeps, or that cannot be made, is done without. */
static gboolean open_index(const Vectors *vectors, StoreTx *tx, const SpaceKind *kind, Space *space,
                           guint floats, GError **error)
{
    g_autofree char *name = NULL;
    if (!name_of_space(tx, space->model, &name, error)) {
        return FALSE;
    }
    g_autofree char *file = g_strconcat(kind->name, ".vectors", NULL);
    g_autofree char *path = g_build_filename(vectors->folder, file, NULL);
    gboolean made = g_mkdir(vectors->folder, 0700) == 0 || errno == EEXIST;
    space->index = made ? vector_index_open(path, name, kind->metric, floats, NULL) : NULL;
    if (!space->index) {
        space->index = vector_index_open(NULL, name, kind->metric, floats, error);
    }
    return space->index != NULL;
}

static gboolean open_when_there(const Vectors *vectors, StoreTx *tx, const SpaceKind *kind,
                                Space *space, GError **error)
{
    guint floats = 0;
    return read_floats(tx, kind, space, &floats, error) &&
           (floats == 0 || open_index(vectors, tx, kind, space, floats, error));
}

static gboolean refresh(const Vectors *vectors, StoreTx *tx, const SpaceKind *kind, Space *space,
                        gint64 version, GError **error)
{
    if (!space->index && !open_when_there(vectors, tx, kind, space, error)) {
        return FALSE;
    }
    if (space->index && !catch_up(tx, kind, space, version, error)) {
        return FALSE;
    }
    space->version = version;
    return TRUE;
}

gboolean vectors_index(Vectors *vectors, VectorSpace which, VectorIndex **ret_index, GError **error)
{
    const SpaceKind *kind = &kinds[which];
    Space *space = &vectors->spaces[which];
    LOCK_UNTIL_END(&space->refreshing);
    g_autoptr(StoreTx) tx = store_read(vectors->store, error);
    gint64 version = tx ? library_version(tx, error) : 0;
    g_autofree char *model = NULL;
    if (version == 0 || !read_model(tx, kind, space, &model, error)) {
        return FALSE;
    }
    if (g_strcmp0(model, space->model) != 0 || version < space->version) {
        forget(space);
        space->model = g_steal_pointer(&model);
    }
    gboolean is_current = !space->model || version == space->version;
    if (!is_current && !refresh(vectors, tx, kind, space, version, error)) {
        return FALSE;
    }
    *ret_index = space->index ? vector_index_ref(space->index) : NULL;
    return TRUE;
}
