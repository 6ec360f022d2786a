#include "library/rating.h"

#include "library/photo_rows.h"

/* A photo among those wished for, and what the viewer thinks of it so far. */
typedef struct {
    gint64 id;
    char *path;
    Rating rating;
    gboolean changed;
} Rated;

static void rated_free(Rated *rated)
{
    g_free(rated->path);
    g_free(rated);
}

/* Every one by its id and, in by_path, by its path. */
typedef struct {
    GHashTable *by_id; /* owns them */
    GHashTable *by_path;
} RatedTable;

static void rated_table_clear(RatedTable *table)
{
    g_clear_pointer(&table->by_path, g_hash_table_unref);
    g_clear_pointer(&table->by_id, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RatedTable, rated_table_clear)

static Rating rating_of_file(gint64 file_rating)
{
    return (Rating){
        .stars = (int)CLAMP(file_rating, 0, RATING_STARS_MOST),
        .rejected = file_rating < 0,
    };
}

static void add_rated(RatedTable *table, const StoreStatement *row)
{
    Rated *rated = g_new0(Rated, 1);
    rated->id = store_column_int(row, 0);
    rated->path = g_strdup(store_column_text(row, 1));
    rated->rating = rating_of_file(store_column_int(row, 2));
    g_hash_table_insert(table->by_id, &rated->id, rated);
    g_hash_table_insert(table->by_path, rated->path, rated);
}

static StoreSql *wished_sql(const Principal *viewer, const RatingWish *wishes, gsize count)
{
    StoreSql *sql = photo_visible("SELECT p.id, p.path, p.file_rating", viewer);
    store_sql_add(sql, " AND (p.id IN (0"); /* no id is 0, no path empty */
    for (gsize i = 0; i < count; i++) {
        if (!wishes[i].path) {
            store_sql_add(sql, ", ");
            store_sql_value_int(sql, wishes[i].photo_id);
        }
    }
    store_sql_add(sql, ") OR p.path IN (''");
    for (gsize i = 0; i < count; i++) {
        if (wishes[i].path) {
            store_sql_add(sql, ", ");
            store_sql_value_text(sql, wishes[i].path);
        }
    }
    store_sql_add(sql, "))");
    return sql;
}

static gboolean read_photos(StoreTx *tx, const Principal *viewer, const RatingWish *wishes,
                            gsize count, RatedTable *table, GError **error)
{
    table->by_id =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)rated_free);
    table->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(StoreSql) sql = wished_sql(viewer, wishes, count);
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        add_rated(table, row);
    }
    return step == STORE_DONE;
}

/* What the viewer has said, in place of what the files say. */
static gboolean read_ratings(StoreTx *tx, const Principal *viewer, RatedTable *table,
                             GError **error)
{
    g_autoptr(StoreSql) sql = store_sql_new();
    store_sql_add(sql,
                  "SELECT photo_id, stars, favorite, rejected FROM rating WHERE account_id = ");
    store_sql_value_int(sql, principal_account(viewer));
    store_sql_add(sql, " AND photo_id IN (0");
    GHashTableIter iter;
    Rated *rated = NULL;
    g_hash_table_iter_init(&iter, table->by_id);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&rated)) {
        store_sql_add(sql, ", ");
        store_sql_value_int(sql, rated->id);
    }
    store_sql_add(sql, ")");
    StoreStatement *row = store_prepare_sql(tx, sql, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        rated = g_hash_table_lookup(table->by_id, &id);
        rated->rating = (Rating){
            .stars = (int)store_column_int(row, 1),
            .favorite = store_column_int(row, 2) != 0,
            .rejected = store_column_int(row, 3) != 0,
        };
    }
    return step == STORE_DONE;
}

static gboolean marked(RatingMark mark, gboolean before)
{
    switch (mark) {
    case RATING_SET:
        return TRUE;
    case RATING_CLEAR:
        return FALSE;
    case RATING_TOGGLE:
        return !before;
    case RATING_KEEP:
        break;
    }
    return before;
}

static Rating changed(Rating rating, const RatingChange *change)
{
    if (change->rejected != RATING_KEEP) {
        rating.rejected = marked(change->rejected, rating.rejected);
        if (rating.rejected) {
            rating.stars = 0;
            rating.favorite = FALSE;
        }
    }
    if (change->favorite != RATING_KEEP) {
        rating.favorite = marked(change->favorite, rating.favorite);
        rating.rejected = rating.rejected && !rating.favorite;
    }
    if (change->stars >= 0) {
        g_assert(change->stars <= RATING_STARS_MOST);
        rating.stars = change->stars;
    }
    return rating;
}

static gboolean save(StoreTx *tx, gint64 account, const RatingResult *result, GError **error)
{
    static const StoreQuery query = {
        .name = "rating_save",
        .sql = "INSERT INTO rating (account_id, photo_id, stars, favorite, rejected, changed_ms, "
               "version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, " LIBRARY_VERSION_SQL ") "
               "ON CONFLICT (account_id, photo_id) DO UPDATE SET stars = excluded.stars, "
               "favorite = excluded.favorite, rejected = excluded.rejected, "
               "changed_ms = excluded.changed_ms, version = excluded.version",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, account);
    store_bind_int(statement, 2, result->photo_id);
    store_bind_int(statement, 3, result->now.stars);
    store_bind_int(statement, 4, result->now.favorite);
    store_bind_int(statement, 5, result->now.rejected);
    store_bind_int(statement, 6, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean apply_wish(StoreTx *tx, gint64 account, const RatedTable *table,
                           const RatingWish *wish, GArray *results, GError **error)
{
    Rated *rated = wish->path ? g_hash_table_lookup(table->by_path, wish->path)
                              : g_hash_table_lookup(table->by_id, &wish->photo_id);
    if (!rated || rated->changed) {
        return TRUE;
    }
    rated->changed = TRUE;
    const RatingResult result = {
        .photo_id = rated->id,
        .before = rated->rating,
        .now = changed(rated->rating, &wish->change),
    };
    g_array_append_val(results, result);
    return save(tx, account, &result, error);
}

GArray *rating_apply(Library *library, const Principal *viewer, const RatingWish *wishes,
                     gsize count, GError **error)
{
    g_auto(RatedTable) table = {0};
    g_autoptr(GArray) results = g_array_new(FALSE, FALSE, sizeof(RatingResult));
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    if (!tx || !library_touch(tx, error) ||
        !read_photos(tx, viewer, wishes, count, &table, error) ||
        !read_ratings(tx, viewer, &table, error)) {
        return NULL;
    }
    for (gsize i = 0; i < count; i++) {
        if (!apply_wish(tx, principal_account(viewer), &table, &wishes[i], results, error)) {
            return NULL;
        }
    }
    gboolean kept = results->len == 0 || library_commit(library, tx, error);
    return kept ? g_steal_pointer(&results) : NULL;
}
