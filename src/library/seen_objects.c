#include "library/seen_objects.h"

#include "library/catalog.h"

static void seen_free(gpointer data)
{
    SeenObjects *seen = data;
    g_free(seen->path);
    g_strfreev(seen->names);
    g_free(seen);
}

/* Ascending; of gint64. */
static GArray *looked_at(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "seen_objects_looked_at",
        .sql = "SELECT photo_id FROM analysis WHERE task = 'objects' ORDER BY photo_id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(ids, id);
    }
    return step == STORE_DONE ? g_steal_pointer(&ids) : NULL;
}

static char **names_of(const CatalogView *view, guint32 row)
{
    const CatalogColumns *columns = catalog_columns(view);
    guint32 set = columns->object_set[row];
    return g_strsplit(set ? columns->objects.sets.texts[set] : "", "\n", -1);
}

GPtrArray *seen_objects_list(Library *library, const Principal *viewer, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    g_autoptr(GArray) ids = tx ? looked_at(tx, error) : NULL;
    g_clear_pointer(&tx, store_tx_free); /* a view of the catalogue stands outside of any */
    g_autoptr(CatalogView) view =
        ids ? catalog_view(library_catalog(library), viewer, error) : NULL;
    if (!view) {
        return NULL;
    }
    GPtrArray *list = g_ptr_array_new_with_free_func(seen_free);
    for (guint i = 0; i < ids->len; i++) {
        guint32 row = catalog_row_of_id(view, g_array_index(ids, gint64, i));
        if (row != CATALOG_NO_ROW) {
            SeenObjects *seen = g_new0(SeenObjects, 1);
            seen->path = catalog_path(view, row);
            seen->names = names_of(view, row);
            g_ptr_array_add(list, seen);
        }
    }
    return list;
}

char **seen_objects_of(Library *library, const Principal *viewer, const char *path, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    guint32 row = view ? catalog_row_of_path(view, path) : CATALOG_NO_ROW;
    if (row == CATALOG_NO_ROW || catalog_columns(view)->object_set[row] == 0) {
        return NULL;
    }
    return names_of(view, row);
}

gboolean seen_any(StoreTx *tx, const char *task, gboolean *ret_any, GError **error)
{
    static const StoreQuery query = {
        .name = "seen_any",
        .sql = "SELECT 1 FROM analysis WHERE task = ?1 LIMIT 1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, task);
    StoreStep step = store_step(row, error);
    *ret_any = step == STORE_ROW;
    return step != STORE_ERROR;
}
