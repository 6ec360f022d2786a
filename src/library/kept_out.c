#include "library/kept_out.h"

void kept_out_free(KeptOut *photo)
{
    if (!photo) {
        return;
    }
    g_free(photo->path);
    g_free(photo->name);
    g_free(photo->format);
    g_free(photo->by);
    g_free(photo);
}

/* A folder of the viewer's, or beneath one. */
static void add_folders(StoreSql *sql, const char *const *folders)
{
    store_sql_add(sql, " AND (1 = 0");
    for (; *folders; folders++) {
        g_autofree char *first = g_strconcat(*folders, "/", NULL);
        g_autofree char *last = g_strconcat(*folders, "0", NULL); /* the character after '/' */
        store_sql_add(sql, " OR f.path = ");
        store_sql_value_text(sql, *folders);
        store_sql_add(sql, " OR (f.path >= ");
        store_sql_value_text(sql, first);
        store_sql_add(sql, " AND f.path < ");
        store_sql_value_text(sql, last);
        store_sql_add(sql, ")");
    }
    store_sql_add(sql, ")");
}

StoreSql *kept_out_select(const char *columns, const Principal *viewer, KeptOutState state)
{
    static const char *const conditions[] = {
        [KEPT_OUT_NOT] = "p.kept_out IS NULL AND p.state = 'present' AND s.removed_ms IS NULL",
        [KEPT_OUT_TRASH] = "p.kept_out = 'trash'",
        [KEPT_OUT_REMOVED] = "p.kept_out = 'removed'",
    };
    StoreSql *sql = store_sql_new();
    store_sql_add_constant(sql, columns);
    store_sql_add(sql, " FROM photo p JOIN folder f ON f.id = p.folder_id "
                       "JOIN source s ON s.id = f.source_id WHERE ");
    store_sql_add_constant(sql, conditions[state]);
    if (!principal_sees_library(viewer)) {
        store_sql_add(sql, " AND 1 = 0");
    } else if (principal_directories(viewer)) {
        add_folders(sql, principal_directories(viewer));
    }
    return sql;
}

/* Of a stack that was thrown away as one, the photo that stood for it. */
static void add_leads(StoreSql *sql)
{
    store_sql_add(sql, " AND NOT EXISTS (SELECT 1 FROM photo l WHERE l.id = p.stack_of "
                       "AND l.kept_out = p.kept_out)");
}

static KeptOut *from_row(const StoreStatement *row)
{
    KeptOut *photo = g_new0(KeptOut, 1);
    photo->id = store_column_int(row, 0);
    g_strlcpy(photo->uuid, store_column_text(row, 1), sizeof photo->uuid);
    photo->name = g_strdup(store_column_text(row, 3));
    photo->path = g_build_filename(store_column_text(row, 2), photo->name, NULL);
    photo->width = store_column_int(row, 4);
    photo->height = store_column_int(row, 5);
    photo->file_bytes = store_column_int(row, 6);
    photo->format = g_strdup(store_column_text(row, 7));
    photo->kept_out_ms = store_column_int(row, 8);
    photo->by = g_strdup(store_column_text(row, 9));
    return photo;
}

GPtrArray *kept_out_list(StoreTx *tx, const Principal *viewer, KeptOutState state, gint64 after_ms,
                         gint64 after_id, gint64 limit, GError **error)
{
    g_autoptr(StoreSql) sql = kept_out_select(
        "SELECT p.id, p.uuid, f.path, p.name, p.width, p.height, p.file_bytes, p.format, "
        "p.kept_out_ms, (SELECT a.display_name FROM account a WHERE a.id = p.kept_out_by "
        "AND a.id > 0)",
        viewer, state);
    add_leads(sql);
    store_sql_add(sql, " AND (p.kept_out_ms < ");
    store_sql_value_int(sql, after_ms);
    store_sql_add(sql, " OR (p.kept_out_ms = ");
    store_sql_value_int(sql, after_ms);
    store_sql_add(sql, " AND p.id < ");
    store_sql_value_int(sql, after_id);
    store_sql_add(sql, ")) ORDER BY p.kept_out_ms DESC, p.id DESC LIMIT ");
    store_sql_value_int(sql, limit);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    if (!row) {
        return NULL;
    }
    g_autoptr(GPtrArray) photos = g_ptr_array_new_with_free_func((GDestroyNotify)kept_out_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(photos, from_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&photos) : NULL;
}

gint64 kept_out_count(StoreTx *tx, const Principal *viewer, KeptOutState state, GError **error)
{
    g_autoptr(StoreSql) sql = kept_out_select("SELECT count(*)", viewer, state);
    add_leads(sql);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    gint64 count = -1;
    return row && store_step_int(row, &count, error) ? count : -1;
}
