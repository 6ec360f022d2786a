#include "studio/item.h"

#include "studio/directory.h"

static gboolean is_taken(StoreTx *tx, gint64 id, const char *filename, gboolean *ret_taken,
                         GError **error)
{
    static const StoreQuery name_taken = {
        .name = "item_name_taken",
        .sql = "SELECT count(*) FROM dataset_item o JOIN dataset_item i "
               "ON i.directory_id = o.directory_id AND i.id = ?1 "
               "WHERE o.filename = ?2 AND o.id <> i.id",
    };
    gint64 count = 0;
    StoreStatement *statement = store_prepare(tx, &name_taken, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, filename);
    gboolean known = store_step_int(statement, &count, error);
    *ret_taken = count > 0;
    return known;
}

gboolean item_rename(StoreTx *tx, const Dataset *dataset, gint64 id, const char *filename,
                     GError **error)
{
    static const StoreQuery rename_item = {
        .name = "item_rename",
        .sql = "UPDATE dataset_item SET filename = ?2 WHERE id = ?1 AND dataset_id = ?3",
    };
    gboolean taken = FALSE;
    g_autofree char *clean = directory_clean_filename(filename, error);
    if (!clean || !is_taken(tx, id, clean, &taken, error)) {
        return FALSE;
    }
    if (taken) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "There is an image called '%s' in the directory already", clean);
        return FALSE;
    }
    StoreStatement *statement = store_prepare(tx, &rename_item, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, clean);
    store_bind_int(statement, 3, dataset->id);
    return store_run(statement, NULL, error);
}
