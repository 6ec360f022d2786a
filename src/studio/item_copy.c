/* Items once more, in another directory. */
#include "studio/item_rows.h"

#include "base/limits.h"
#include "studio/directory.h"
#include "studio/tally.h"

#include <string.h>

typedef struct {
    StoreTx *tx;
    const Principal *viewer;
    const Dataset *dataset;
    gint64 directory_id;
    CopyCollision collision;
    gboolean with_annotations;
    ItemNames names;
    gint64 made, renamed;
} Copying;

/* NULL: it is there no more, for another copy took its place. */
static gboolean read_name(const Copying *copying, gint64 id, char **ret_name, GError **error)
{
    static const StoreQuery query = {
        .name = "item_copy_name",
        .sql = "SELECT filename FROM dataset_item WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(copying->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, id);
    StoreStep step = store_step(row, error);
    *ret_name = step == STORE_ROW ? g_strdup(store_column_text(row, 0)) : NULL;
    return step != STORE_ERROR;
}

/* Whose the name is; 0: nobody's. */
static gboolean find_holder(const Copying *copying, const char *name, gint64 *ret_id,
                            GError **error)
{
    static const StoreQuery query = {
        .name = "item_copy_holder",
        .sql = "SELECT id FROM dataset_item WHERE directory_id = ?1 AND filename = ?2",
    };
    StoreStatement *row = store_prepare(copying->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, copying->directory_id);
    store_bind_text(row, 2, name);
    StoreStep step = store_step(row, error);
    *ret_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

static gboolean insert_copy(const Copying *copying, gint64 id, const char *name, gint64 *ret_id,
                            GError **error)
{
    static const StoreQuery query = {
        .name = "item_copy",
        .sql = "INSERT INTO dataset_item (uuid, dataset_id, directory_id, filename, photo_id, "
               "content_hash, format, file_bytes, width, height, tags, account_id, created_ms) "
               "SELECT CAST(?2 AS TEXT), dataset_id, ?3, CAST(?4 AS TEXT), photo_id, "
               "content_hash, format, file_bytes, width, height, tags, ?5, ?6 "
               "FROM dataset_item WHERE id = ?1 RETURNING id",
    };
    StoreStatement *row = store_prepare(copying->tx, &query, error);
    if (!row) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_int(row, 1, id);
    store_bind_text(row, 2, uuid);
    store_bind_int(row, 3, copying->directory_id);
    store_bind_text(row, 4, name);
    store_bind_int(row, 5, principal_account(copying->viewer));
    store_bind_int(row, 6, library_now_ms());
    return store_step_int(row, ret_id, error);
}

static gboolean run_pair(const Copying *copying, const StoreQuery *query, gint64 from, gint64 to,
                         GError **error)
{
    StoreStatement *statement = store_prepare(copying->tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, from);
    store_bind_int(statement, 2, to);
    return store_run(statement, NULL, error);
}

/* As they stand; what they were before stays with the first. */
static gboolean copy_annotations(const Copying *copying, gint64 from, gint64 to, GError **error)
{
    static const StoreQuery work = {
        .name = "item_copy_work",
        .sql = "INSERT INTO project_item (project_id, item_id, status, is_reviewed, review_note, "
               "split, time_spent_ms, answers, annotator_id, revision, saved_ms, saved_by, "
               "annotation_count, proposal_count, min_confidence, changed_ms) SELECT project_id, "
               "?2, status, "
               "is_reviewed, review_note, split, time_spent_ms, answers, annotator_id, "
               "CASE WHEN revision > 0 THEN 1 ELSE 0 END, saved_ms, saved_by, "
               "annotation_count, proposal_count, min_confidence, changed_ms FROM project_item "
               "WHERE item_id = ?1",
    };
    static const StoreQuery shapes = {
        .name = "item_copy_shapes",
        .sql = "INSERT INTO annotation (project_id, item_id, uid, position, kind, name, x, y, w, "
               "h, geometry, confidence, source, model, is_proposed, instance_id, attributes, "
               "answers, author) SELECT project_id, ?2, uid, position, kind, name, x, y, w, h, "
               "geometry, confidence, source, model, is_proposed, instance_id, attributes, "
               "answers, author FROM annotation WHERE item_id = ?1",
    };
    return run_pair(copying, &work, from, to, error) && run_pair(copying, &shapes, from, to, error);
}

/* The name that the copy may have; NULL without an error: there is to be none. */
static gboolean choose_name(Copying *copying, gint64 id, const char *own, char **ret_name,
                            GError **error)
{
    g_autofree char *name = g_strdup(own);
    gint64 holder = 0;
    if (!find_holder(copying, name, &holder, error)) {
        return FALSE;
    }
    if (holder && copying->collision == COPY_OVERWRITE && holder != id) {
        if (!item_delete(copying->tx, copying->dataset, &holder, 1, error)) {
            return FALSE;
        }
        holder = 0;
    }
    if (holder && copying->collision != COPY_RENAME) {
        return TRUE; /* is passed over, or would overwrite itself */
    }
    while (holder) {
        g_free(name);
        name = item_names_next(&copying->names, own);
        if (!find_holder(copying, name, &holder, error)) {
            return FALSE;
        }
    }
    *ret_name = g_steal_pointer(&name);
    return TRUE;
}

static gboolean copy_one(Copying *copying, gint64 id, GError **error)
{
    g_autofree char *own = NULL;
    g_autofree char *name = NULL;
    gint64 made = 0;
    if (!read_name(copying, id, &own, error)) {
        return FALSE;
    }
    if (own && !choose_name(copying, id, own, &name, error)) {
        return FALSE;
    }
    if (!name) {
        return TRUE;
    }
    if (!insert_copy(copying, id, name, &made, error) ||
        (copying->with_annotations && !copy_annotations(copying, id, made, error)) ||
        !tally_add(copying->tx, copying->dataset->id, &made, 1, error)) {
        return FALSE;
    }
    copying->made++;
    copying->renamed += strcmp(name, own) != 0;
    return TRUE;
}

static gboolean copy_all(Copying *copying, const gint64 *ids, gsize count, GError **error)
{
    for (gsize i = 0; i < count; i++) {
        if (!copy_one(copying, ids[i], error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean item_copy(StoreTx *tx, const Principal *viewer, const Dataset *dataset, const gint64 *ids,
                   gsize count, const char *directory, CopyCollision collision,
                   gboolean with_annotations, gint64 *ret_copied, gint64 *ret_renamed,
                   GError **error)
{
    Copying copying = {.tx = tx,
                       .viewer = viewer,
                       .dataset = dataset,
                       .collision = collision,
                       .with_annotations = with_annotations};
    if (dataset->image_count + dataset->archived_count + (gint64)count > LIMIT_ITEMS_PER_DATASET) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "A dataset has at most %d pictures", LIMIT_ITEMS_PER_DATASET);
        return FALSE;
    }
    if (!directory_make(tx, viewer, dataset, directory, &copying.directory_id, error)) {
        return FALSE;
    }
    item_names_init(&copying.names, 2);
    gboolean good = copy_all(&copying, ids, count, error);
    item_names_clear(&copying.names);
    *ret_copied = copying.made;
    *ret_renamed = copying.renamed;
    return good;
}
