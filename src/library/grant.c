#include "library/grant.h"

#include "base/hash.h"
#include "library/catalog_parts.h"
#include "library/photo_rows.h"

struct Grant {
    gint64 photo_id;
    char *path;
    char *format;
    int orientation;
    char content[HASH_HEX_CHARS + 1];
};

static Grant *grant_row(const CatalogView *view, guint32 row, GError **error)
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
    return view ? grant_row(view, catalog_row_of_id(view, photo_id), error) : NULL;
}

Grant *access_grant_path(Library *library, const Principal *viewer, const char *path,
                         GError **error)
{
    g_autoptr(CatalogView) view = catalog_glance(library_catalog(library), viewer, error);
    return view ? grant_row(view, catalog_row_of_path(view, path), error) : NULL;
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
