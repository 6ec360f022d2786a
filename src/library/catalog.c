#include "library/catalog.h"

#include "base/lock.h"
#include "library/catalog_parts.h"
#include "library/catalog_tally.h"
#include "library/library.h"

#define GLANCE_US G_USEC_PER_SEC

static void parts_new(Catalog *catalog)
{
    catalog_rows_new(catalog);
    catalog_orders_new(catalog);
    catalog_audiences_new(catalog);
}

static void parts_free(Catalog *catalog)
{
    catalog_audiences_free(catalog);
    catalog_orders_free(catalog);
    catalog_rows_free(catalog);
}

Catalog *catalog_new(Store *store)
{
    Catalog *catalog = g_new0(Catalog, 1);
    catalog->store = store;
    g_mutex_init(&catalog->refreshing);
    g_mutex_init(&catalog->gate);
    g_rw_lock_init(&catalog->lock);
    g_mutex_init(&catalog->working_out);
    parts_new(catalog);
    return catalog;
}

void catalog_free(Catalog *catalog)
{
    if (!catalog) {
        return;
    }
    parts_free(catalog);
    g_mutex_clear(&catalog->working_out);
    g_rw_lock_clear(&catalog->lock);
    g_mutex_clear(&catalog->gate);
    g_mutex_clear(&catalog->refreshing);
    g_free(catalog);
}

void catalog_changed(Catalog *catalog)
{
    atomic_fetch_add(&catalog->changes, 1);
}

/* Following the database */

static void lock_alone(Catalog *catalog)
{
    g_mutex_lock(&catalog->gate);
    g_rw_lock_writer_lock(&catalog->lock);
    g_mutex_unlock(&catalog->gate);
}

static gboolean load(Catalog *catalog, StoreTx *tx, gint64 version, GError **error)
{
    lock_alone(catalog);
    parts_free(catalog);
    parts_new(catalog);
    gboolean loaded = catalog_load(catalog, tx, error);
    if (loaded) {
        catalog_rows_publish(catalog, version);
        atomic_store(&catalog->version, version);
    } else {
        parts_free(catalog);
        parts_new(catalog);
        atomic_store(&catalog->version, 0);
    }
    g_rw_lock_writer_unlock(&catalog->lock);
    return loaded;
}

/* Reads while others look on, and shuts them out only to apply what was read. */
static gboolean apply(Catalog *catalog, StoreTx *tx, gint64 version, GError **error)
{
    g_autoptr(CatalogChange) change =
        catalog_change_read(tx, atomic_load(&catalog->version), error);
    if (!change) {
        return FALSE;
    }
    lock_alone(catalog);
    catalog_rows_apply(catalog, change);
    catalog_rows_publish(catalog, version);
    atomic_store(&catalog->version, version);
    g_rw_lock_writer_unlock(&catalog->lock);
    return TRUE;
}

/* A version before ours tells that another database took the place of the one we knew. */
static gboolean refresh(Catalog *catalog, GError **error)
{
    LOCK_UNTIL_END(&catalog->refreshing);
    g_autoptr(StoreTx) tx = store_read(catalog->store, error);
    gint64 version = tx ? library_version(tx, error) : 0;
    gint64 shown = atomic_load(&catalog->version);
    if (version == 0) {
        return FALSE;
    }
    if (version == shown) {
        return TRUE;
    }
    return shown == 0 || version < shown ? load(catalog, tx, version, error)
                                         : apply(catalog, tx, version, error);
}

static gboolean is_current(Catalog *catalog, gboolean *ret_current, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(catalog->store, error);
    gint64 version = tx ? library_version(tx, error) : 0;
    *ret_current = version == atomic_load(&catalog->version);
    return version != 0;
}

static gboolean follow(Catalog *catalog, GError **error)
{
    gboolean current = FALSE;
    int changes = atomic_load(&catalog->changes);
    gint64 now_us = g_get_monotonic_time();
    if (!is_current(catalog, &current, error) || (!current && !refresh(catalog, error))) {
        return FALSE;
    }
    atomic_store(&catalog->changes_seen, changes);
    atomic_store(&catalog->asked_us, now_us);
    return TRUE;
}

gboolean catalog_prepare(Catalog *catalog, GError **error)
{
    return follow(catalog, error);
}

static gboolean needs_asking(Catalog *catalog)
{
    return atomic_load(&catalog->version) == 0 ||
           atomic_load(&catalog->changes) != atomic_load(&catalog->changes_seen) ||
           g_get_monotonic_time() - atomic_load(&catalog->asked_us) > GLANCE_US;
}

/* Looking */

static CatalogView *look(Catalog *catalog, const Principal *viewer)
{
    g_mutex_lock(&catalog->gate);
    g_rw_lock_reader_lock(&catalog->lock);
    g_mutex_unlock(&catalog->gate);
    gint64 id = principal_account(viewer);
    const CatalogAccount *account = g_hash_table_lookup(catalog->accounts, &id);
    CatalogView *view = g_new0(CatalogView, 1);
    view->catalog = catalog;
    view->audience = catalog_audience_of(catalog, viewer);
    view->marks = account ? account->marks : catalog->table.marks;
    view->account = account ? id : -1;
    return view;
}

CatalogView *catalog_look(Catalog *catalog, const Principal *viewer)
{
    return atomic_load(&catalog->version) ? look(catalog, viewer) : NULL;
}

CatalogView *catalog_view(Catalog *catalog, const Principal *viewer, GError **error)
{
    return follow(catalog, error) ? look(catalog, viewer) : NULL;
}

CatalogView *catalog_glance(Catalog *catalog, const Principal *viewer, GError **error)
{
    return !needs_asking(catalog) || follow(catalog, error) ? look(catalog, viewer) : NULL;
}

void catalog_view_end(CatalogView *view)
{
    if (!view) {
        return;
    }
    catalog_audience_end(view->audience);
    g_rw_lock_reader_unlock(&view->catalog->lock);
    g_free(view->key);
    g_free(view);
}

const CatalogColumns *catalog_columns(const CatalogView *view)
{
    return &view->catalog->columns;
}

gboolean catalog_sees(const CatalogView *view, guint32 row)
{
    return catalog_audience_sees(view->audience, view->catalog, row);
}

gboolean catalog_lists(const CatalogView *view, guint32 row)
{
    return row < view->catalog->columns.rows && catalog_audience_listed(view->audience)[row];
}

CatalogMarks catalog_marks(const CatalogView *view, guint32 row)
{
    guint8 marks = view->marks[row];
    return (CatalogMarks){
        .stars = marks & CATALOG_MARK_STARS,
        .favorite = (marks & CATALOG_MARK_FAVORITE) != 0,
        .rejected = (marks & CATALOG_MARK_REJECTED) != 0,
    };
}

static guint32 row_seen(const CatalogView *view, guint32 row)
{
    return catalog_sees(view, row) ? row : CATALOG_NO_ROW;
}

guint32 catalog_row_of_id(const CatalogView *view, gint64 photo_id)
{
    if (photo_id <= 0 || photo_id > G_MAXUINT32) {
        return CATALOG_NO_ROW;
    }
    return row_seen(view, catalog_rows_find(view->catalog, (guint32)photo_id));
}

guint32 catalog_row_of_path(const CatalogView *view, const char *path)
{
    return row_seen(view, catalog_rows_find_path(view->catalog, path));
}

char *catalog_path(const CatalogView *view, guint32 row)
{
    const Catalog *catalog = view->catalog;
    const char *folder = dictionary_texts(catalog->folders)[catalog->table.folder[row]];
    const char *slash = g_str_has_suffix(folder, "/") ? "" : "/";
    return g_strconcat(folder, slash, catalog_row_name(catalog, row), NULL);
}

const char *catalog_name(const CatalogView *view, guint32 row)
{
    return catalog_row_name(view->catalog, row);
}

guint32 catalog_copies(const CatalogView *view, guint32 row)
{
    guint32 copies = 0;
    guint32 copy = catalog_rows_first_copy(view->catalog, row);
    for (; copy != CATALOG_NO_ROW; copy = view->catalog->table.next_copy[copy]) {
        copies += copy != row && catalog_sees(view, copy);
    }
    return copies;
}

gint64 catalog_duplicate_group(const CatalogView *view, guint32 row)
{
    guint32 lead_id = 0;
    gboolean may_be =
        (view->catalog->table.flags[row] & CATALOG_HAS_COPIES) != 0 && catalog_lists(view, row);
    return may_be && catalog_audience_copies(view->audience, view->catalog, row, &lead_id) > 1
               ? lead_id
               : 0;
}

const char *catalog_view_key(const CatalogView *view)
{
    CatalogView *mutable_view = (CatalogView *)view;
    if (!view->key) {
        mutable_view->key = g_strdup_printf("%" G_GINT64_FORMAT "/%s/%" G_GINT64_FORMAT,
                                            view->catalog->columns.version,
                                            catalog_audience_key(view->audience), view->account);
    }
    return view->key;
}

const CatalogPerson *catalog_person(const CatalogView *view, guint32 number)
{
    const Catalog *catalog = view->catalog;
    return g_hash_table_lookup(catalog->people, catalog->columns.persons.names.texts[number]);
}
