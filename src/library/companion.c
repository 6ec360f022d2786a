#include "library/companion.h"

#include "library/photo_rows.h"

#include <string.h>

/* In Facet's order; of each, the lower-case form comes first. */
static const char *const raw_endings[] = {"cr2", "cr3", "nef", "arw", "raf",
                                          "rw2", "dng", "orf", "srw", "pef"};

/* The path with another ending, of which there are two for each of raw_endings. */
static char *candidate(const char *path, gsize number)
{
    const char *ending = raw_endings[number / 2];
    g_autofree char *upper = number % 2 ? g_ascii_strup(ending, -1) : NULL;
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(path, '.');
    gsize stem = dot && dot > slash + 1 ? (gsize)(dot - path) : strlen(path);
    return g_strdup_printf("%.*s.%s", (int)stem, path, upper ? upper : ending);
}

/* "SELECT" of those in the stack, or those with one of the names. */
static StoreSql *companions_sql(const Principal *viewer, const Grant *photo)
{
    StoreSql *sql = photo_visible("SELECT p.id, p.path", viewer);
    store_sql_add(sql, " AND p.format = 'raw' AND (p.stack_of = ");
    store_sql_value_int(sql, grant_photo_id(photo));
    store_sql_add(sql, " OR p.path IN (''");
    for (gsize i = 0; i < 2 * G_N_ELEMENTS(raw_endings); i++) {
        g_autofree char *path = candidate(grant_path(photo), i);
        store_sql_add(sql, ", ");
        store_sql_value_text(sql, path);
    }
    store_sql_add(sql, ")) ORDER BY p.path");
    return sql;
}

/* How far behind a companion of this path stands: one that only the stack knows comes first. */
static gsize rank_of(const char *photo_path, const char *path)
{
    for (gsize i = 0; i < 2 * G_N_ELEMENTS(raw_endings); i++) {
        g_autofree char *named = candidate(photo_path, i);
        if (strcmp(named, path) == 0) {
            return 1 + i;
        }
    }
    return 0;
}

/* The best companion's id, 0 for none; -1 on error. */
static gint64 find_companion(Library *library, const Principal *viewer, const Grant *photo,
                             GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    g_autoptr(StoreSql) sql = companions_sql(viewer, photo);
    StoreStatement *row = tx ? store_prepare_sql(tx, sql, error) : NULL;
    gint64 best = 0;
    gsize best_rank = G_MAXSIZE;
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        gsize rank = rank_of(grant_path(photo), store_column_text(row, 1));
        if (rank < best_rank) {
            best = store_column_int(row, 0);
            best_rank = rank;
        }
    }
    return step == STORE_ERROR ? -1 : best;
}

Grant *companion_raw(Library *library, const Principal *viewer, const Grant *photo, GError **error)
{
    gint64 id = strcmp(grant_format(photo), "raw") == 0
                    ? grant_photo_id(photo)
                    : find_companion(library, viewer, photo, error);
    return id < 0 ? NULL : access_grant_photo(library, viewer, id, error); /* no id is 0 */
}
