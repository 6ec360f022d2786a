#include "library/grant.h"

#include "base/hash.h"
#include "library/catalog_parts.h"
#include "library/kept_out.h"
#include "library/photo_rows.h"
#include "library/signed_address.h"

#include <string.h>

struct Grant {
    gint64 photo_id;
    char *path;
    char *format;
    int orientation;
    gboolean is_trashed;
    char content[HASH_HEX_CHARS + 1];
};

static Grant *grant_of_row(const CatalogView *view, guint32 row, GError **error)
{
    if (row == CATALOG_NO_ROW) {
        photo_set_not_found(error);
        return NULL;
    }
    const Catalog *catalog = view->catalog;
    const CatalogTable *table = &catalog->table;
    Grant *grant = g_new0(Grant, 1);
    grant->photo_id = table->id[row];
    grant->path = catalog_path(view, row);
    grant->format = g_strdup(dictionary_texts(catalog->formats)[table->format[row]]);
    grant->orientation = table->orientation[row];
    hash_to_hex(&table->content[row], grant->content);
    return grant;
}

Grant *access_grant_photo(Library *library, const Principal *viewer, gint64 photo_id,
                          GError **error)
{
    g_autoptr(CatalogView) view = catalog_glance(library_catalog(library), viewer, error);
    return view ? grant_of_row(view, catalog_row_of_id(view, photo_id), error) : NULL;
}

Grant *access_grant_path(Library *library, const Principal *viewer, const char *path,
                         GError **error)
{
    g_autoptr(CatalogView) view = catalog_glance(library_catalog(library), viewer, error);
    return view ? grant_of_row(view, catalog_row_of_path(view, path), error) : NULL;
}

static Grant *grant_from_row(const StoreStatement *row)
{
    Grant *grant = g_new0(Grant, 1);
    grant->photo_id = store_column_int(row, 0);
    grant->path = g_strdup(store_column_text(row, 1));
    grant->format = g_strdup(store_column_text(row, 2));
    grant->orientation = (int)store_column_int(row, 4);
    gsize length = 0;
    gconstpointer bytes = store_column_blob(row, 3, &length);
    g_assert(length == HASH_BYTES);
    ContentHash hash;
    memcpy(hash.bytes, bytes, HASH_BYTES);
    hash_to_hex(&hash, grant->content);
    return grant;
}

static Grant *grant_where(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreStatement *row = photo_step_one(tx, sql, error);
    return row ? grant_from_row(row) : NULL;
}

#define GRANT_COLUMNS "SELECT p.id, p.path, p.format, p.content_hash, COALESCE(p.orientation, 1)"

static Grant *grant_kept_out(StoreTx *tx, const Principal *viewer, KeptOutState state,
                             gint64 photo_id, GError **error)
{
    g_autoptr(StoreSql) sql = kept_out_select(GRANT_COLUMNS, viewer, state);
    store_sql_add(sql, " AND p.id = ");
    store_sql_value_int(sql, photo_id);
    return grant_where(tx, sql, error);
}

Grant *access_grant_kept_out(StoreTx *tx, const Principal *viewer, gint64 photo_id, GError **error)
{
    if (!access_check(viewer, CAPABILITY_EDIT, error)) {
        return NULL;
    }
    g_autoptr(GError) failure = NULL;
    Grant *grant = grant_kept_out(tx, viewer, KEPT_OUT_TRASH, photo_id, &failure);
    if (grant) {
        grant->is_trashed = TRUE;
        return grant;
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        return grant_kept_out(tx, viewer, KEPT_OUT_REMOVED, photo_id, error);
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

/* Of an item whose photo is shown. */
static StoreSql *select_item(const char *item_uuid)
{
    g_autofree char *uuid = g_ascii_strdown(item_uuid, -1);
    StoreSql *sql = store_sql_new();
    store_sql_add(sql, GRANT_COLUMNS " FROM dataset_item i JOIN dataset d ON d.id = i.dataset_id "
                                     "JOIN photo p ON p.id = i.photo_id "
                                     "JOIN folder f ON f.id = p.folder_id "
                                     "JOIN source s ON s.id = f.source_id "
                                     "WHERE p.state = 'present' AND p.kept_out IS NULL "
                                     "AND s.removed_ms IS NULL AND i.uuid = ");
    store_sql_value_text(sql, uuid);
    return sql;
}

Grant *access_grant_item(StoreTx *tx, const Principal *viewer, const char *item_uuid,
                         GError **error)
{
    g_autoptr(StoreSql) sql = select_item(item_uuid);
    store_sql_add(sql, " AND d.organization_id = ");
    store_sql_value_int(sql, principal_organization(viewer));
    if (principal_member_role(viewer) == MEMBER_ANNOTATOR) {
        store_sql_add(sql, " AND d.id IN (SELECT m.dataset_id FROM dataset_member m "
                           "WHERE m.account_id = ");
        store_sql_value_int(sql, principal_account(viewer));
        store_sql_add(sql, ")");
    }
    return grant_where(tx, sql, error);
}

Grant *access_grant_export(StoreTx *tx, gint64 export_id, const ContentHash *content,
                           GError **error)
{
    static const StoreQuery find = {
        .name = "grant_export",
        .sql = GRANT_COLUMNS
        " FROM photo p JOIN folder f ON f.id = p.folder_id JOIN source s ON s.id = f.source_id "
        "WHERE p.content_hash = ?2 AND p.state = 'present' AND p.kept_out IS NULL "
        "AND s.removed_ms IS NULL AND EXISTS (SELECT 1 FROM dataset_export e "
        "JOIN project w ON w.id = e.project_id WHERE e.id = ?1 AND e.include_images = 1 AND ("
        "EXISTS (SELECT 1 FROM dataset_item i WHERE i.dataset_id = w.dataset_id "
        "AND i.content_hash = ?2) OR EXISTS (SELECT 1 FROM dataset_version_item v "
        "WHERE v.version_id = e.version_id AND v.content_hash = ?2))) ORDER BY p.id LIMIT 1",
    };
    StoreStatement *row = store_prepare(tx, &find, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, export_id);
    store_bind_blob(row, 2, content->bytes, HASH_BYTES);
    switch (store_step(row, error)) {
    case STORE_ROW:
        return grant_from_row(row);
    case STORE_DONE:
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "The library has no picture of this content now");
        return NULL;
    default:
        return NULL;
    }
}

Grant *access_grant_signed_item(StoreTx *tx, const char *secret, const char *kind,
                                const char *item_uuid, gint64 expires_seconds,
                                const char *signature, GError **error)
{
    g_autofree char *what = g_strconcat(kind, "/", item_uuid, NULL);
    if (!signed_address_check(secret, "GET", what, expires_seconds, signature,
                              library_now_ms() / 1000, error)) {
        return NULL;
    }
    g_autoptr(StoreSql) sql = select_item(item_uuid);
    return grant_where(tx, sql, error);
}

void grant_free(Grant *grant)
{
    if (!grant) {
        return;
    }
    g_free(grant->path);
    g_free(grant->format);
    g_free(grant);
}

gboolean grant_is_trashed(const Grant *grant)
{
    return grant->is_trashed;
}

gint64 grant_photo_id(const Grant *grant)
{
    return grant->photo_id;
}

const char *grant_path(const Grant *grant)
{
    return grant->path;
}

const char *grant_format(const Grant *grant)
{
    return grant->format;
}

int grant_orientation(const Grant *grant)
{
    return grant->orientation;
}

const char *grant_content(const Grant *grant)
{
    return grant->content;
}
