/* The history of an item: revisions listed and read again. */
#include "studio/annotation_rows.h"
#include "studio/shape_pack.h"

void annotations_revision_free(AnnotationsRevision *revision)
{
    if (!revision) {
        return;
    }
    g_free(revision->author);
    g_free(revision);
}

static void free_revision(gpointer revision)
{
    annotations_revision_free(revision);
}

GPtrArray *annotations_history(StoreTx *tx, const Item *item, GError **error)
{
    static const StoreQuery query = {
        .name = "annotations_history",
        .sql = "SELECT w.revision AS revision, COALESCE(w.saved_ms, w.changed_ms), "
               "w.annotation_count, COALESCE(a.display_name, a.username) "
               "FROM project_item w LEFT JOIN account a ON a.id = w.saved_by "
               "WHERE w.project_id = ?1 AND w.item_id = ?2 AND w.revision > 0 UNION ALL "
               "SELECT r.revision, r.saved_ms, r.annotation_count, "
               "COALESCE(a.display_name, a.username) "
               "FROM annotation_revision r LEFT JOIN account a ON a.id = r.account_id "
               "WHERE r.project_id = ?1 AND r.item_id = ?2 ORDER BY revision DESC",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, item->project_id);
    store_bind_int(row, 2, item->id);
    g_autoptr(GPtrArray) history = g_ptr_array_new_with_free_func(free_revision);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        AnnotationsRevision *revision = g_new0(AnnotationsRevision, 1);
        revision->revision = store_column_int(row, 0);
        revision->saved_ms = store_column_int(row, 1);
        revision->annotation_count = store_column_int(row, 2);
        revision->author = g_strdup(store_column_text(row, 3));
        g_ptr_array_add(history, revision);
    }
    return step == STORE_DONE ? g_steal_pointer(&history) : NULL;
}

GPtrArray *annotations_at(StoreTx *tx, const Item *item, gint64 revision, GError **error)
{
    static const StoreQuery query = {
        .name = "annotations_at",
        .sql = "SELECT shapes FROM annotation_revision "
               "WHERE project_id = ?1 AND item_id = ?2 AND revision = ?3",
    };
    ItemWork work = {0};
    if (!item_work_get(tx, item->project_id, item->id, &work, error)) {
        return NULL;
    }
    if (revision == work.revision) {
        return annotations_load(tx, item->project_id, item->id, ANNOTATIONS_ALL, error);
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, item->project_id);
    store_bind_int(row, 2, item->id);
    store_bind_int(row, 3, revision);
    switch (store_step(row, error)) {
    case STORE_ROW: {
        gsize length = 0;
        gconstpointer data = store_column_blob(row, 0, &length);
        return shapes_unpack(data, length, error);
    }
    case STORE_DONE:
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "This revision is not in the history");
        return NULL;
    case STORE_ERROR:
        break;
    }
    return NULL;
}
