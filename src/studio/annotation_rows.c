#include "studio/annotation_rows.h"

#include "base/limits.h"
#include "studio/shape_pack.h"

#include <math.h>

/* Saves of one person that follow each other so closely are steps of one drawing. */
#define STEP_MS (5 * 60 * 1000)

gboolean item_work_get(StoreTx *tx, gint64 project_id, gint64 item_id, ItemWork *ret_work,
                       GError **error)
{
    static const StoreQuery query = {
        .name = "item_work_get",
        .sql = "SELECT revision, COALESCE(saved_ms, changed_ms), saved_by, annotation_count, "
               "status FROM project_item "
               "WHERE project_id = ?1 AND item_id = ?2",
    };
    *ret_work = (ItemWork){0};
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, project_id);
    store_bind_int(row, 2, item_id);
    StoreStep step = store_step(row, error);
    if (step == STORE_ROW) {
        ret_work->revision = store_column_int(row, 0);
        ret_work->saved_ms = store_column_int(row, 1);
        ret_work->saved_by = store_column_int(row, 2);
        ret_work->annotation_count = store_column_int(row, 3);
        item_status_from_name(store_column_text(row, 4), &ret_work->status);
    }
    return step != STORE_ERROR;
}

/* A kept state, as far as thinning out looks at it. */
typedef struct {
    gint64 revision, saved_by, saved_ms;
} Kept;

static GArray *kept_states(StoreTx *tx, gint64 project_id, gint64 item_id, GError **error)
{
    static const StoreQuery query = {
        .name = "annotation_kept_states",
        .sql = "SELECT revision, account_id, saved_ms FROM annotation_revision "
               "WHERE project_id = ?1 AND item_id = ?2 ORDER BY revision",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, project_id);
    store_bind_int(row, 2, item_id);
    g_autoptr(GArray) states = g_array_new(FALSE, FALSE, sizeof(Kept));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const Kept kept = {store_column_int(row, 0), store_column_int(row, 1),
                           store_column_int(row, 2)};
        g_array_append_val(states, kept);
    }
    return step == STORE_DONE ? g_steal_pointer(&states) : NULL;
}

/* The oldest state that the same person's next one followed closely; else the oldest. */
static gint64 least_missed(const GArray *states)
{
    const Kept *kept = &g_array_index(states, Kept, 0);
    for (guint i = 0; i + 1 < states->len; i++) {
        if (kept[i].saved_by == kept[i + 1].saved_by &&
            kept[i + 1].saved_ms - kept[i].saved_ms < STEP_MS) {
            return kept[i].revision;
        }
    }
    return kept[0].revision;
}

static gboolean thin_out(StoreTx *tx, gint64 project_id, gint64 item_id, GError **error)
{
    static const StoreQuery query = {
        .name = "annotation_revision_thin",
        .sql = "DELETE FROM annotation_revision "
               "WHERE project_id = ?1 AND item_id = ?2 AND revision = ?3",
    };
    g_autoptr(GArray) states = kept_states(tx, project_id, item_id, error);
    if (!states || states->len <= LIMIT_REVISIONS_PER_ITEM) {
        return states != NULL;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, project_id);
    store_bind_int(statement, 2, item_id);
    store_bind_int(statement, 3, least_missed(states));
    return store_run(statement, NULL, error);
}

static void bind_account(StoreStatement *statement, int index, gint64 account)
{
    if (account > 0) {
        store_bind_int(statement, index, account);
    } else {
        store_bind_null(statement, index);
    }
}

static gboolean keep_state(StoreTx *tx, gint64 project_id, gint64 item_id, const ItemWork *work,
                           const GPtrArray *shapes, GError **error)
{
    static const StoreQuery query = {
        .name = "annotation_revision_keep",
        .sql = "INSERT INTO annotation_revision (project_id, item_id, revision, account_id, "
               "saved_ms, annotation_count, shapes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    g_autoptr(GBytes) packed = shapes_pack(shapes);
    gsize length = 0;
    gconstpointer data = g_bytes_get_data(packed, &length);
    store_bind_int(statement, 1, project_id);
    store_bind_int(statement, 2, item_id);
    store_bind_int(statement, 3, work->revision);
    bind_account(statement, 4, work->saved_by);
    store_bind_int(statement, 5, work->saved_ms);
    store_bind_int(statement, 6, work->annotation_count);
    store_bind_blob(statement, 7, data, length);
    return store_run(statement, NULL, error) && thin_out(tx, project_id, item_id, error);
}

gboolean item_work_advance_by(StoreTx *tx, gint64 account, gint64 project_id, gint64 item_id,
                              const ItemWork *work, const GPtrArray *shapes, GError **error)
{
    static const StoreQuery query = {
        .name = "item_work_advance",
        .sql = "INSERT INTO project_item (project_id, item_id, revision, saved_ms, saved_by, "
               "annotator_id, changed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?4) "
               "ON CONFLICT (project_id, item_id) DO UPDATE SET revision = excluded.revision, "
               "saved_ms = excluded.saved_ms, saved_by = excluded.saved_by, "
               "annotator_id = excluded.annotator_id, changed_ms = excluded.changed_ms",
    };
    if ((work->revision > 0 || shapes->len > 0) &&
        !keep_state(tx, project_id, item_id, work, shapes, error)) {
        return FALSE;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, project_id);
    store_bind_int(statement, 2, item_id);
    store_bind_int(statement, 3, work->revision + 1);
    store_bind_int(statement, 4, library_now_ms());
    bind_account(statement, 5, account);
    return store_run(statement, NULL, error);
}

gboolean item_work_advance(StoreTx *tx, const Principal *viewer, gint64 project_id, gint64 item_id,
                           const ItemWork *work, const GPtrArray *shapes, GError **error)
{
    return item_work_advance_by(tx, principal_account(viewer), project_id, item_id, work, shapes,
                                error);
}

gboolean item_work_recount(StoreTx *tx, gint64 project_id, gint64 item_id, GError **error)
{
    static const StoreQuery query = {
        .name = "item_work_recount",
        .sql = "INSERT INTO project_item (project_id, item_id, annotation_count, proposal_count, "
               "min_confidence, changed_ms) SELECT CAST(?1 AS BIGINT), CAST(?2 AS BIGINT), "
               "count(CASE WHEN " SHAPE_STANDS " THEN 1 END), "
               "count(CASE WHEN is_proposed = 1 THEN 1 END), "
               "min(CASE WHEN " SHAPE_STANDS " THEN confidence END), CAST(?3 AS BIGINT) "
               "FROM annotation WHERE item_id = ?2 AND project_id = ?1 "
               "ON CONFLICT (project_id, item_id) DO UPDATE SET "
               "annotation_count = excluded.annotation_count, "
               "proposal_count = excluded.proposal_count, "
               "min_confidence = excluded.min_confidence, changed_ms = excluded.changed_ms",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, project_id);
    store_bind_int(statement, 2, item_id);
    store_bind_int(statement, 3, library_now_ms());
    return store_run(statement, NULL, error);
}

Shape *annotation_rows_read(const StoreStatement *row, int first, GError **error)
{
    g_autoptr(Shape) shape =
        shape_new(shape_kind_from_name(store_column_text(row, first + 1)), NULL);
    shape->uid = g_strdup(store_column_text(row, first));
    shape->name = g_strdup(store_column_text(row, first + 2));
    shape->box = (ShapeBox){
        store_column_double(row, first + 3),
        store_column_double(row, first + 4),
        store_column_double(row, first + 5),
        store_column_double(row, first + 6),
    };
    gsize length = 0;
    gconstpointer geometry =
        store_column_is_null(row, first + 7) ? NULL : store_column_blob(row, first + 7, &length);
    shape->confidence = store_column_double(row, first + 8);
    shape->source = shape_source_from_name(store_column_text(row, first + 9));
    shape->model = g_strdup(store_column_text(row, first + 10));
    shape->is_proposed = store_column_int(row, first + 11) != 0;
    shape->instance_id = store_column_int(row, first + 12);
    shape->attributes = g_strdup(store_column_text(row, first + 13));
    shape->answers = g_strdup(store_column_text(row, first + 14));
    shape->author = g_strdup(store_column_text(row, first + 15));
    return shape_unpack_geometry(shape, geometry, length, error) ? g_steal_pointer(&shape) : NULL;
}

GPtrArray *annotations_load(StoreTx *tx, gint64 project_id, gint64 item_id, AnnotationsWhich which,
                            GError **error)
{
    static const StoreQuery all = {
        .name = "annotations_load",
        .sql = "SELECT " SHAPE_COLUMNS " FROM annotation WHERE item_id = ?1 AND project_id = ?2 "
               "ORDER BY position",
    };
    static const StoreQuery standing = {
        .name = "annotations_load_standing",
        .sql = "SELECT " SHAPE_COLUMNS " FROM annotation WHERE item_id = ?1 AND project_id = ?2 "
               "AND " SHAPE_STANDS " ORDER BY position",
    };
    StoreStatement *row = store_prepare(tx, which == ANNOTATIONS_ALL ? &all : &standing, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, item_id);
    store_bind_int(row, 2, project_id);
    g_autoptr(GPtrArray) shapes = shapes_new();
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        Shape *shape = annotation_rows_read(row, 0, error);
        if (!shape) {
            return NULL;
        }
        g_ptr_array_add(shapes, shape);
    }
    return step == STORE_DONE ? g_steal_pointer(&shapes) : NULL;
}

static void bind_shape(StoreStatement *statement, const Shape *shape, guint position)
{
    g_autoptr(GBytes) geometry = shape_pack_geometry(shape);
    store_bind_text(statement, 3, shape->uid);
    store_bind_int(statement, 4, position);
    store_bind_text(statement, 5, shape_kind_name(shape->kind));
    store_bind_text(statement, 6, shape->name);
    store_bind_double(statement, 7, shape->box.x);
    store_bind_double(statement, 8, shape->box.y);
    store_bind_double(statement, 9, shape->box.w);
    store_bind_double(statement, 10, shape->box.h);
    if (geometry) {
        gsize length = 0;
        gconstpointer data = g_bytes_get_data(geometry, &length);
        store_bind_blob(statement, 11, data, length);
    } else {
        store_bind_null(statement, 11);
    }
    store_bind_double(statement, 12, shape->confidence);
    store_bind_text(statement, 13, shape_source_name(shape->source));
    store_bind_text(statement, 14, shape->model);
    store_bind_int(statement, 15, shape->is_proposed ? 1 : 0);
    if (shape->instance_id > 0) {
        store_bind_int(statement, 16, shape->instance_id);
    } else {
        store_bind_null(statement, 16);
    }
    store_bind_text(statement, 17, shape->attributes);
    store_bind_text(statement, 18, shape->answers);
    store_bind_text(statement, 19, shape->author);
}

gboolean annotation_rows_insert(StoreTx *tx, gint64 project_id, gint64 item_id,
                                const GPtrArray *shapes, guint position, GError **error)
{
    static const StoreQuery query = {
        .name = "annotation_insert",
        .sql = "INSERT INTO annotation (project_id, item_id, uid, position, kind, name, x, y, w, "
               "h, geometry, confidence, source, model, is_proposed, instance_id, attributes, "
               "answers, author) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
               "?14, ?15, ?16, ?17, ?18, ?19)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, project_id);
    store_bind_int(statement, 2, item_id);
    for (guint i = 0; i < shapes->len; i++) {
        bind_shape(statement, g_ptr_array_index(shapes, i), position + i);
        if (!store_run(statement, NULL, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean annotation_rows_replace(StoreTx *tx, gint64 project_id, gint64 item_id,
                                 const GPtrArray *shapes, GError **error)
{
    static const StoreQuery query = {
        .name = "annotations_clear",
        .sql = "DELETE FROM annotation WHERE item_id = ?1 AND project_id = ?2",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, item_id);
    store_bind_int(statement, 2, project_id);
    return store_run(statement, NULL, error) &&
           annotation_rows_insert(tx, project_id, item_id, shapes, 0, error);
}
