#include "library/catalog.h"

#include "library/library.h"
#include "library_fixture.h"

#include <math.h>
#include <string.h>

#define ROUNDS        60
#define MOST_CHANGES  12
#define MOST_PHOTOS   40
#define OTHER_ACCOUNT 7

/* Runs one statement with whole numbers as its values. */
static void run(StoreTx *tx, const StoreQuery *query, const gint64 *values, int count)
{
    g_autoptr(GError) error = NULL;
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    for (int i = 0; i < count; i++) {
        store_bind_int(statement, i + 1, values[i]);
    }
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
}

#define RUN(tx, text, ...)                                                                         \
    do {                                                                                           \
        static const StoreQuery query_ = {.name = "test", .sql = text};                            \
        const gint64 values_[] = {__VA_ARGS__};                                                    \
        run(tx, &query_, values_, (int)G_N_ELEMENTS(values_));                                     \
    } while (0)

#define STAMPED "version = " LIBRARY_VERSION_SQL " "

/* Random changes */

static void add_photo(StoreTx *tx, GRand *random)
{
    static const char *const folders[] = {"/photos", "/photos/a", "/photos/a/b", "/photos/a-b",
                                          "/photos/B"};
    static const char *const names[] = {"a", "a-", "b", "c.jpg", "\xC3\xA4", "z"};
    static const char *const cameras[] = {NULL, "X100", "D750", "d750"};
    g_autoptr(GError) error = NULL;
    g_autoptr(MediaPicture) picture = fixture_picture();
    MediaFacts *facts = picture->facts;
    const char *camera = cameras[g_rand_int_range(random, 0, G_N_ELEMENTS(cameras))];
    facts->camera_model = g_strdup(camera);
    facts->taken_local_ms =
        g_rand_int_range(random, 0, 4) ? g_rand_int_range(random, -5, 5) * 43200000LL : FACT_NONE;
    facts->iso = g_rand_int_range(random, 0, 3) ? g_rand_int_range(random, 1, 5) * 100 : FACT_NONE;
    facts->f_stop = g_rand_int_range(random, 0, 3) ? g_rand_int_range(random, 2, 6) / 2.0 : NAN;
    facts->rating = g_rand_int_range(random, 0, 2) ? g_rand_int_range(random, -1, 6) : FACT_NONE;
    if (g_rand_int_range(random, 0, 2)) {
        fixture_tag(picture, g_rand_int_range(random, 0, 2) ? "sea" : "tree");
    }
    if (g_rand_int_range(random, 0, 3) == 0) {
        memset(picture->hash.bytes, g_rand_int_range(random, 1, 4), HASH_BYTES);
    }
    const IngestFile file = {
        .source_id = fixture_source(tx),
        .folder_path = folders[g_rand_int_range(random, 0, G_N_ELEMENTS(folders))],
        .name = names[g_rand_int_range(random, 0, G_N_ELEMENTS(names))],
        .file_bytes = 1000,
        .modified_ns = 1700000000123456789,
    };
    ingest_photo(tx, &file, picture, &error);
    g_assert_no_error(error);
}

static void rate(StoreTx *tx, GRand *random, gint64 id)
{
    gint64 account = g_rand_int_range(random, 0, 2) ? OTHER_ACCOUNT : 0;
    RUN(tx,
        "INSERT INTO rating (account_id, photo_id, stars, favorite, rejected, changed_ms, version) "
        "SELECT ?1, p.id, ?3, ?4, ?5, 0, " LIBRARY_VERSION_SQL " FROM photo p WHERE p.id = ?2 "
        "ON CONFLICT (account_id, photo_id) DO UPDATE SET stars = excluded.stars, "
        "favorite = excluded.favorite, rejected = excluded.rejected, version = excluded.version",
        account, id, g_rand_int_range(random, 0, 6), g_rand_int_range(random, 0, 2),
        g_rand_int_range(random, 0, 2));
}

static void delete_photo(StoreTx *tx, gint64 id)
{
    RUN(tx,
        "INSERT INTO photo_gone (photo_id, version) SELECT id, " LIBRARY_VERSION_SQL
        " FROM photo WHERE id = ?1 "
        "ON CONFLICT (photo_id) DO UPDATE SET version = excluded.version",
        id);
    RUN(tx, "UPDATE photo SET stack_of = NULL, " STAMPED "WHERE stack_of = ?1", id);
    RUN(tx, "DELETE FROM photo WHERE id = ?1", id);
}

static void stack(StoreTx *tx, GRand *random, gint64 id)
{
    RUN(tx,
        "UPDATE photo SET stack_of = (SELECT x.id FROM photo x WHERE x.id = ?2 AND x.id <> ?1 "
        "AND x.stack_of IS NULL), " STAMPED "WHERE id = ?1",
        id, g_rand_int_range(random, 1, MOST_PHOTOS));
}

/* The folder of a photo gets another name, and so do all in it. */
static void rename_folder(StoreTx *tx, gint64 id)
{
    RUN(tx,
        "UPDATE folder SET path = path || '-moved' WHERE id = (SELECT folder_id FROM photo "
        "WHERE id = ?1) AND NOT EXISTS (SELECT 1 FROM folder o WHERE o.path = folder.path || "
        "'-moved')",
        id);
    RUN(tx,
        "UPDATE photo SET path = (SELECT f.path FROM folder f WHERE f.id = photo.folder_id) "
        "|| '/' || name, " STAMPED
        "WHERE folder_id = (SELECT p.folder_id FROM photo p WHERE p.id = ?1)",
        id);
}

static void change(StoreTx *tx, GRand *random)
{
    gint64 id = g_rand_int_range(random, 1, MOST_PHOTOS);
    switch (g_rand_int_range(random, 0, 14)) {
    case 0:
        RUN(tx, "UPDATE photo SET state = 'missing', " STAMPED "WHERE id = ?1", id);
        break;
    case 1:
        RUN(tx, "UPDATE photo SET state = 'present', " STAMPED "WHERE id = ?1", id);
        break;
    case 2:
        RUN(tx, "UPDATE photo SET kept_out = 'trash', " STAMPED "WHERE id = ?1", id);
        break;
    case 3:
        RUN(tx, "UPDATE photo SET kept_out = NULL, " STAMPED "WHERE id = ?1", id);
        break;
    case 4:
        delete_photo(tx, id);
        break;
    case 5:
    case 6:
        stack(tx, random, id);
        break;
    case 7:
    case 8:
        rate(tx, random, id);
        break;
    case 9:
        rename_folder(tx, id);
        break;
    default:
        add_photo(tx, random);
    }
}

static void remove_source(StoreTx *tx, GRand *random)
{
    RUN(tx, "UPDATE source SET removed_ms = CASE WHEN ?1 = 0 THEN 1 END",
        g_rand_int_range(random, 0, 3));
    RUN(tx, "UPDATE photo SET " STAMPED);
}

/* The model: what SQL says */

#define SHOWN                                                                                      \
    "x.state = 'present' AND x.kept_out IS NULL AND x.folder_id NOT IN (SELECT f.id FROM folder "  \
    "f "                                                                                           \
    "JOIN source s ON s.id = f.source_id WHERE s.removed_ms IS NOT NULL) "

static void assert_row(const CatalogView *view, guint32 row, const StoreStatement *told)
{
    const CatalogColumns *columns = catalog_columns(view);
    g_autofree char *path = catalog_path(view, row);
    g_assert_cmpstr(path, ==, store_column_text(told, 1));
    g_assert_cmpuint(catalog_row_of_path(view, path), ==, row);
    const char *camera = store_column_text(told, 2);
    g_assert_cmpstr(columns->cameras.texts[columns->camera[row]], ==, camera ? camera : "");
    const char *tags = store_column_text(told, 3);
    g_assert_cmpstr(columns->tag_sets.texts[columns->tag_set[row]], ==, tags ? tags : "");
    gint64 taken = store_column_is_null(told, 4) ? CATALOG_NO_DATE : store_column_int(told, 4);
    g_assert_cmpint(columns->taken_ms[row], ==, taken);
    g_assert_cmpint(catalog_lists(view, row), ==, store_column_int(told, 5));
    CatalogMarks marks = catalog_marks(view, row);
    g_assert_cmpint(marks.stars, ==, store_column_int(told, 6));
    g_assert_cmpint(marks.favorite, ==, store_column_int(told, 7));
    g_assert_cmpint(marks.rejected, ==, store_column_int(told, 8));
    gboolean has_copies = (columns->flags[row] & CATALOG_HAS_COPIES) != 0;
    g_assert_cmpint(has_copies, ==, store_column_int(told, 9) > 1);
}

static void assert_like_sql(StoreFixture *fixture, Catalog *catalog, const Principal *viewer)
{
    static const StoreQuery query = {
        .name = "test_model",
        .sql = "SELECT x.id, x.path, x.camera_model, x.tags, x.taken_local_ms, "
               "CASE WHEN x.stack_of IS NULL OR x.stack_of NOT IN (SELECT x.id FROM photo x "
               "WHERE " SHOWN ") THEN 1 ELSE 0 END, "
               "COALESCE(r.stars, CASE WHEN x.file_rating > 0 THEN x.file_rating ELSE 0 END), "
               "COALESCE(r.favorite, 0), "
               "COALESCE(r.rejected, CASE WHEN x.file_rating = -1 THEN 1 ELSE 0 END), "
               "(SELECT count(*) FROM photo y WHERE y.content_hash = x.content_hash AND y.id IN "
               "(SELECT x.id FROM photo x WHERE " SHOWN ")) "
               "FROM photo x LEFT JOIN rating r ON r.photo_id = x.id AND r.account_id = 0 "
               "WHERE " SHOWN "ORDER BY x.path",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(CatalogView) view = catalog_view(catalog, viewer, &error);
    g_assert_no_error(error);
    const CatalogColumns *columns = catalog_columns(view);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    StoreStatement *told = store_prepare(tx, &query, &error);
    g_assert_no_error(error);
    guint32 count = 0;
    gint64 last_rank = -1;
    while (store_step(told, &error) == STORE_ROW) {
        guint32 row = catalog_row_of_id(view, store_column_int(told, 0));
        g_assert_cmpuint(row, <, columns->rows);
        g_assert_cmpuint(columns->id[row], ==, store_column_int(told, 0));
        assert_row(view, row, told);
        g_assert_cmpint(columns->path_rank[row], >, last_rank);
        last_rank = columns->path_rank[row];
        count++;
    }
    g_assert_no_error(error);
    guint32 seen = 0;
    for (guint32 row = 0; row < columns->rows; row++) {
        seen += catalog_sees(view, row);
    }
    g_assert_cmpuint(seen, ==, count);
}

static void add_account(StoreFixture *fixture)
{
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    RUN(tx,
        "INSERT INTO account (id, username, display_name, role, created_ms) "
        "VALUES (?1, 'other', '', 'user', 0)",
        OTHER_ACCOUNT);
    fixture_commit(tx);
}

/* Whatever changes, the catalogue is what a fresh one would be. */
static void test_follows_random_changes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(GRand) random = g_rand_new_with_seed(20261121);
    Catalog *kept = catalog_new(fixture->store);
    add_account(fixture);
    for (int round = 0; round < ROUNDS; round++) {
        g_autoptr(StoreTx) tx = fixture_change(fixture);
        int changes = g_rand_int_range(random, 1, MOST_CHANGES);
        for (int i = 0; i < changes; i++) {
            change(tx, random);
        }
        if (g_rand_int_range(random, 0, 6) == 0) {
            remove_source(tx, random);
        }
        fixture_commit(tx);
        assert_like_sql(fixture, kept, owner);
    }
    Catalog *fresh = catalog_new(fixture->store);
    assert_like_sql(fixture, fresh, owner);
    catalog_free(fresh);
    catalog_free(kept);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/catalog/random", test_follows_random_changes);
    return g_test_run();
}
