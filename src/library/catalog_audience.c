/* Audiences: those who see the same folders, with what they see and how many of each kind. Kept for
 * as long as somebody of them asks now and then, and brought up to date row by row. */
#include "base/limits.h"
#include "base/lock.h"
#include "library/catalog_parts.h"
#include "library/catalog_tally.h"

#include <string.h>

struct CatalogAudience {
    gint in_use;        /* views of it; atomic */
    char *key;          /* hex of a digest of the folders */
    char **directories; /* NULL: all */
    guint8 *folders;    /* 1 for each number of `folders` that is seen */
    guint32 folder_count;
    guint8 *listed;        /* 1 for each row that lists show; as long as the table */
    guint8 *copies;        /* 1 for each listed row of which a smaller id has the same content */
    gint64 copies_version; /* when `copies` was worked out */
    CatalogTally *tally;
};

static void audience_free(gpointer data)
{
    CatalogAudience *audience = data;
    g_free(audience->key);
    g_strfreev(audience->directories);
    g_free(audience->folders);
    g_free(audience->listed);
    g_free(audience->copies);
    catalog_tally_free(audience->tally);
    g_free(audience);
}

void catalog_audiences_new(Catalog *catalog)
{
    catalog->audiences = g_ptr_array_new_with_free_func(audience_free);
}

void catalog_audiences_free(Catalog *catalog)
{
    g_clear_pointer(&catalog->audiences, g_ptr_array_unref);
}

/* Whether the folder is the directory or lies beneath it. */
static gboolean lies_beneath(const char *folder, const char *directory)
{
    gsize length = strlen(directory);
    return strncmp(folder, directory, length) == 0 &&
           (folder[length] == '\0' || folder[length] == '/');
}

static gboolean sees_folder(const CatalogAudience *audience, const char *folder)
{
    if (!audience->directories) {
        return TRUE;
    }
    for (char **directory = audience->directories; *directory; directory++) {
        if (lies_beneath(folder, *directory)) {
            return TRUE;
        }
    }
    return FALSE;
}

static void look_at_folder(const Catalog *catalog, CatalogAudience *audience, guint32 folder)
{
    guint32 count = dictionary_count(catalog->folders);
    if (audience->folder_count < count) {
        audience->folders = g_realloc(audience->folders, count);
        memset(audience->folders + audience->folder_count, 0, count - audience->folder_count);
        audience->folder_count = count;
    }
    g_assert(audience->folders && folder < audience->folder_count);
    const char *path = dictionary_texts(catalog->folders)[folder];
    audience->folders[folder] = sees_folder(audience, path) ? 1 : 0;
}

gboolean catalog_audience_sees_folder(const CatalogAudience *audience, guint32 folder)
{
    return audience->folders[folder] != 0;
}

gboolean catalog_audience_sees(const CatalogAudience *audience, const Catalog *catalog, guint32 row)
{
    if (row >= catalog->columns.rows || !catalog->table.id[row]) {
        return FALSE;
    }
    g_assert(audience->folders); /* a photo lies in one */
    return audience->folders[catalog->table.folder[row]] != 0;
}

static gboolean lists(const CatalogAudience *audience, const Catalog *catalog, guint32 row)
{
    const CatalogTable *table = &catalog->table;
    if (!catalog_audience_sees(audience, catalog, row)) {
        return FALSE;
    }
    if (!(table->flags[row] & CATALOG_STACKED)) {
        return TRUE;
    }
    guint32 lead = catalog_rows_find(catalog, table->stack_of[row]);
    return !catalog_audience_sees(audience, catalog, lead);
}

static void audience_enter(const Catalog *catalog, CatalogAudience *audience, guint32 row)
{
    g_assert(audience->listed);
    if (!audience->listed[row] && lists(audience, catalog, row)) {
        audience->listed[row] = 1;
        catalog_tally_add(audience->tally, catalog, row, 1);
    }
}

#define EACH_AUDIENCE(catalog, audience)                                                           \
    for (guint i_ = 0; i_ < (catalog)->audiences->len; i_++)                                       \
        for (CatalogAudience *audience = g_ptr_array_index((catalog)->audiences, i_); audience;    \
             audience = NULL)

void catalog_audiences_enter(Catalog *catalog, guint32 row)
{
    EACH_AUDIENCE(catalog, audience)
    {
        audience_enter(catalog, audience, row);
    }
}

void catalog_audiences_leave(Catalog *catalog, guint32 row)
{
    EACH_AUDIENCE(catalog, audience)
    {
        if (audience->listed[row]) {
            audience->listed[row] = 0;
            catalog_tally_add(audience->tally, catalog, row, -1);
        }
    }
}

void catalog_audiences_folder(Catalog *catalog, guint32 folder)
{
    EACH_AUDIENCE(catalog, audience)
    {
        look_at_folder(catalog, audience, folder);
    }
}

static void grow(const Catalog *catalog, CatalogAudience *audience, guint32 old_capacity)
{
    gsize capacity = MAX(catalog->capacity, 1); /* an empty catalogue has arrays too */
    gsize more = capacity - old_capacity;
    audience->listed = g_renew(guint8, audience->listed, capacity);
    audience->copies = g_renew(guint8, audience->copies, capacity);
    memset(audience->listed + old_capacity, 0, more);
    memset(audience->copies + old_capacity, 0, more);
}

void catalog_audiences_grow(Catalog *catalog, guint32 old_capacity)
{
    EACH_AUDIENCE(catalog, audience)
    {
        grow(catalog, audience, old_capacity);
    }
}

static char *key_of(const char *const *directories)
{
    if (!directories) {
        return g_strdup("all");
    }
    g_autofree char *text = g_strjoinv("\n", (char **)directories);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static CatalogAudience *audience_new(const Catalog *catalog, const char *const *directories)
{
    CatalogAudience *audience = g_new0(CatalogAudience, 1);
    audience->key = key_of(directories);
    audience->directories = g_strdupv((char **)directories);
    audience->copies_version = -1;
    audience->tally = catalog_tally_new();
    grow(catalog, audience, 0);
    for (guint32 folder = 0; folder < dictionary_count(catalog->folders); folder++) {
        look_at_folder(catalog, audience, folder);
    }
    for (guint32 row = 0; row < catalog->columns.rows; row++) {
        audience_enter(catalog, audience, row);
    }
    return audience;
}

/* Who was not asked for the longest goes, unless somebody looks just now. */
static void forget_one(Catalog *catalog)
{
    for (guint i = catalog->audiences->len; i-- > 0;) {
        CatalogAudience *audience = g_ptr_array_index(catalog->audiences, i);
        if (g_atomic_int_get(&audience->in_use) == 0) {
            g_ptr_array_remove_index(catalog->audiences, i);
            return;
        }
    }
}

static gboolean same_directories(const CatalogAudience *audience, const char *const *directories)
{
    if (!audience->directories || !directories) {
        return !audience->directories && !directories;
    }
    return g_strv_equal((const char *const *)audience->directories, directories);
}

CatalogAudience *catalog_audience_of(Catalog *catalog, const Principal *viewer)
{
    static const char *const none[] = {NULL};
    const char *const *directories =
        principal_sees_library(viewer) ? principal_directories(viewer) : none;
    LOCK_UNTIL_END(&catalog->working_out);
    CatalogAudience *found = NULL;
    guint at = 0;
    for (; at < catalog->audiences->len && !found; at++) {
        CatalogAudience *audience = g_ptr_array_index(catalog->audiences, at);
        found = same_directories(audience, directories) ? audience : NULL;
    }
    if (!found) {
        if (catalog->audiences->len >= LIMIT_CATALOG_AUDIENCES) {
            forget_one(catalog);
        }
        found = audience_new(catalog, directories);
        g_ptr_array_insert(catalog->audiences, 0, found);
    } else if (at > 1) {
        memmove(catalog->audiences->pdata + 1, catalog->audiences->pdata,
                (at - 1) * sizeof(gpointer));
        catalog->audiences->pdata[0] = found;
    }
    g_atomic_int_inc(&found->in_use);
    return found;
}

void catalog_audience_end(CatalogAudience *audience)
{
    g_atomic_int_dec_and_test(&audience->in_use);
}

const char *catalog_audience_key(const CatalogAudience *audience)
{
    return audience->key;
}

const guint8 *catalog_audience_listed(const CatalogAudience *audience)
{
    return audience->listed;
}

const CatalogTally *catalog_audience_tally(const CatalogAudience *audience)
{
    return audience->tally;
}

guint32 catalog_audience_copies(const CatalogAudience *audience, const Catalog *catalog,
                                guint32 row, guint32 *ret_lead_id)
{
    const CatalogTable *table = &catalog->table;
    guint32 count = 0;
    guint32 lead_id = 0;
    guint32 copy = catalog_rows_first_copy(catalog, row);
    for (; copy != CATALOG_NO_ROW; copy = table->next_copy[copy]) {
        if (audience->listed[copy]) {
            count++;
            lead_id = lead_id == 0 ? table->id[copy] : MIN(lead_id, table->id[copy]);
        }
    }
    *ret_lead_id = lead_id;
    return count;
}

/* Marks all but one of each content; once for a chain, when its first row comes along. */
static void find_copies(const Catalog *catalog, CatalogAudience *audience)
{
    const CatalogTable *table = &catalog->table;
    memset(audience->copies, 0, catalog->columns.rows);
    for (guint32 row = 0; row < catalog->columns.rows; row++) {
        if (!(table->flags[row] & CATALOG_HAS_COPIES) || !table->id[row] ||
            catalog_rows_first_copy(catalog, row) != row) {
            continue;
        }
        guint32 lead_id = 0;
        catalog_audience_copies(audience, catalog, row, &lead_id);
        for (guint32 copy = row; copy != CATALOG_NO_ROW; copy = table->next_copy[copy]) {
            audience->copies[copy] = audience->listed[copy] && table->id[copy] != lead_id;
        }
    }
}

const guint8 *catalog_audience_find_copies(Catalog *catalog, CatalogAudience *audience)
{
    LOCK_UNTIL_END(&catalog->working_out);
    if (audience->copies_version != catalog->columns.version) {
        find_copies(catalog, audience);
        audience->copies_version = catalog->columns.version;
    }
    return audience->copies;
}
