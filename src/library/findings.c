#include "library/findings.h"

#include "library/face_crop.h"
#include "library/findings_rows.h"
#include "library/photo_found.h"

static int task_index(VisionTask task)
{
    return __builtin_ctz((unsigned)task);
}

/* TRUE for the photo that was looked at, whose row is held until the end of the transaction. */
static gboolean hold_photo(StoreTx *tx, const PhotoFindings *photo, gboolean *ret_same,
                           GError **error)
{
    static const StoreQuery query = {
        .name = "findings_hold_photo",
        .sql = "UPDATE photo SET version = " LIBRARY_VERSION_SQL
               " WHERE id = ?1 AND content_hash = ?2",
    };
    gint64 changed = 0;
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo->photo_id);
    store_bind_blob(statement, 2, photo->content.bytes, HASH_BYTES);
    if (!store_run(statement, &changed, error)) {
        return FALSE;
    }
    *ret_same = changed == 1;
    return TRUE;
}

static gboolean store_analysis(StoreTx *tx, const PhotoFindings *photo, VisionTask task,
                               GError **error)
{
    static const StoreQuery query = {
        .name = "findings_analysis",
        .sql = "INSERT INTO analysis (photo_id, task, model, content_hash, error, done_ms) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (photo_id, task) DO UPDATE SET "
               "model = excluded.model, content_hash = excluded.content_hash, "
               "error = excluded.error, done_ms = excluded.done_ms",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo->photo_id);
    store_bind_text(statement, 2, vision_task_name(task));
    store_bind_text(statement, 3, photo->names[task_index(task)]);
    store_bind_blob(statement, 4, photo->content.bytes, HASH_BYTES);
    store_bind_text(statement, 5, photo->findings ? NULL : photo->failure);
    store_bind_int(statement, 6, library_now_ms());
    return store_run(statement, NULL, error);
}

/* Objects */

/* The number of a label, which a model may bring for the first time. The row is touched, so that
 * one that another transaction just made is seen. */
static gboolean class_of(StoreTx *tx, const char *label, gint64 *ret_id, GError **error)
{
    static const StoreQuery find = {
        .name = "findings_class",
        .sql = "SELECT id FROM object_class WHERE name = ?1",
    };
    static const StoreQuery add = {
        .name = "findings_class_add",
        .sql = "INSERT INTO object_class (name) VALUES (?1) "
               "ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
    };
    StoreStatement *row = store_prepare(tx, &find, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, label);
    StoreStep step = store_step(row, error);
    if (step == STORE_ROW) {
        *ret_id = store_column_int(row, 0);
        return TRUE;
    }
    row = step == STORE_DONE ? store_prepare(tx, &add, error) : NULL;
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, label);
    return store_step_int(row, ret_id, error);
}

static gboolean add_object(StoreTx *tx, gint64 photo_id, const VisionObject *object, GError **error)
{
    static const StoreQuery query = {
        .name = "findings_object",
        .sql = "INSERT INTO detection (photo_id, class_id, score, x1, y1, x2, y2) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    };
    gint64 class_id = 0;
    if (!class_of(tx, object->label, &class_id, error)) {
        return FALSE;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo_id);
    store_bind_int(statement, 2, class_id);
    store_bind_double(statement, 3, (double)object->score);
    findings_bind_box(statement, 4, &object->box);
    return store_run(statement, NULL, error);
}

static gboolean store_objects(StoreTx *tx, const PhotoFindings *photo, GError **error)
{
    static const StoreQuery query = {
        .name = "findings_drop_objects",
        .sql = "DELETE FROM detection WHERE photo_id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo->photo_id);
    if (!store_run(statement, NULL, error)) {
        return FALSE;
    }
    const GPtrArray *objects = photo->findings->objects;
    for (guint i = 0; i < objects->len; i++) {
        if (!add_object(tx, photo->photo_id, g_ptr_array_index(objects, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

GPtrArray *findings_objects(StoreTx *tx, gint64 photo_id, gboolean *ret_known, GError **error)
{
    static const StoreQuery known = {
        .name = "findings_known",
        .sql = "SELECT count(*) FROM analysis WHERE photo_id = ?1 AND task = 'objects' "
               "AND error IS NULL",
    };
    static const StoreQuery query = {
        .name = "findings_objects",
        .sql = "SELECT c.name, d.score, d.x1, d.y1, d.x2, d.y2 FROM detection d "
               "JOIN object_class c ON c.id = d.class_id WHERE d.photo_id = ?1 "
               "ORDER BY d.score DESC, d.id",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(tx, &known, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, photo_id);
    if (!store_step_int(row, &count, error) || !(row = store_prepare(tx, &query, error))) {
        return NULL;
    }
    store_bind_int(row, 1, photo_id);
    g_autoptr(GPtrArray) objects =
        g_ptr_array_new_with_free_func((GDestroyNotify)vision_object_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        VisionObject *object = g_new0(VisionObject, 1);
        object->label = g_strdup(store_column_text(row, 0));
        object->score = (float)store_column_double(row, 1);
        object->box = findings_column_box(row, 2);
        g_ptr_array_add(objects, object);
    }
    *ret_known = count > 0 || objects->len > 0;
    return step == STORE_DONE ? g_steal_pointer(&objects) : NULL;
}

/* Vectors of the whole */

static gboolean store_vector(StoreTx *tx, const PhotoFindings *photo, VisionTask task,
                             const GArray *vector, GError **error)
{
    static const StoreQuery query = {
        .name = "findings_vector",
        .sql = "INSERT INTO photo_vector (photo_id, space, model, vector) VALUES (?1, ?2, ?3, ?4) "
               "ON CONFLICT (photo_id, space) DO UPDATE SET model = excluded.model, "
               "vector = excluded.vector",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo->photo_id);
    store_bind_text(statement, 2, vision_task_name(task));
    store_bind_text(statement, 3, photo->names[task_index(task)]);
    findings_bind_floats(statement, 4, (const float *)(gpointer)vector->data, vector->len);
    return store_run(statement, NULL, error);
}

/* The whole */

static gboolean store_task(StoreTx *tx, const PhotoFindings *photo, VisionTask task, GError **error)
{
    switch (task) {
    case VISION_OBJECTS:
        return store_objects(tx, photo, error);
    case VISION_FACES:
        return findings_store_faces(tx, photo, error);
    case VISION_SIMILAR:
        return store_vector(tx, photo, task, photo->findings->similar, error);
    case VISION_WORDS:
        return store_vector(tx, photo, task, photo->findings->words, error);
    }
    g_return_val_if_reached(FALSE);
}

gboolean findings_store(StoreTx *tx, const PhotoFindings *photo, gboolean *ret_stored,
                        GError **error)
{
    if (!hold_photo(tx, photo, ret_stored, error)) {
        return FALSE;
    }
    for (int i = 0; *ret_stored && i < VISION_TASKS; i++) {
        VisionTask task = (VisionTask)(1 << i);
        if ((photo->tasks & task) && (!store_analysis(tx, photo, task, error) ||
                                      (photo->findings && !store_task(tx, photo, task, error)))) {
            return FALSE;
        }
    }
    return !*ret_stored || photo_found_refresh(tx, photo->photo_id, error);
}

gboolean findings_store_crops(Library *library, const PhotoFindings *photo, GError **error)
{
    for (guint i = 0; photo->findings && i < photo->findings->faces->len; i++) {
        const VisionFace *face = g_ptr_array_index(photo->findings->faces, i);
        if (face->crop && !face_crop_put(library, &photo->content, &face->box, face->crop, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
