#include "library/item_link.h"

static StoreStatement *prepare(StoreTx *tx, const StoreQuery *query, const ContentHash *content,
                               GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (statement) {
        store_bind_blob(statement, 1, content->bytes, HASH_BYTES);
    }
    return statement;
}

/* Who shows a dataset looks again. */
static gboolean tell(StoreTx *tx, const ContentHash *content, GError **error)
{
    static const StoreQuery datasets = {
        .name = "item_link_datasets",
        .sql = "UPDATE dataset SET version = version + 1 WHERE id IN "
               "(SELECT dataset_id FROM dataset_item WHERE content_hash = ?1)",
    };
    static const StoreQuery studio = {
        .name = "item_link_studio",
        .sql = "UPDATE library_version SET studio = version",
    };
    StoreStatement *statement = prepare(tx, &datasets, content, error);
    if (!statement || !store_run(statement, NULL, error)) {
        return FALSE;
    }
    statement = store_prepare(tx, &studio, error);
    return statement && store_run(statement, NULL, error);
}

gboolean item_link_content(StoreTx *tx, const ContentHash *content, GError **error)
{
    static const StoreQuery query = {
        .name = "item_link",
        .sql = "UPDATE dataset_item SET photo_id = (SELECT min(p.id) FROM photo p "
               "WHERE p.content_hash = ?1 AND p.state = 'present' AND p.kept_out IS NULL) "
               "WHERE content_hash = ?1 AND photo_id IS NULL AND EXISTS (SELECT 1 FROM photo p "
               "WHERE p.content_hash = ?1 AND p.state = 'present' AND p.kept_out IS NULL)",
    };
    gint64 linked = 0;
    StoreStatement *statement = prepare(tx, &query, content, error);
    return statement && store_run(statement, &linked, error) &&
           (linked == 0 || tell(tx, content, error));
}
