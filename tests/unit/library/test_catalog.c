#include "library/catalog.h"

#include "library/facets.h"
#include "library/grant.h"
#include "library/library.h"
#include "library/principal.h"
#include "library/selection.h"
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
    g_assert_cmpstr(columns->tags.sets.texts[columns->tag_set[row]], ==, tags ? tags : "");
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

static Principal *viewer_of(const char *directory)
{
    char *directories[] = {(char *)directory, NULL};
    const Principal values = {
        .kind = PRINCIPAL_ACCOUNT,
        .account_id = OTHER_ACCOUNT,
        .role = ROLE_USER,
        .directories = directories,
    };
    return principal_new(&values);
}

/* What the catalogue shows a viewer is what queries show the same. */
static void assert_sees_like_queries(StoreFixture *fixture, Catalog *catalog,
                                     const Principal *viewer)
{
    g_autoptr(GError) error = NULL;
    gint64 ids[MOST_PHOTOS];
    gboolean seen[MOST_PHOTOS];
    CatalogMarks marks[MOST_PHOTOS];
    CatalogView *view = catalog_view(catalog, viewer, &error);
    g_assert_no_error(error);
    for (int i = 0; i < MOST_PHOTOS; i++) {
        ids[i] = i + 1;
        guint32 row = catalog_row_of_id(view, ids[i]);
        seen[i] = row != CATALOG_NO_ROW;
        marks[i] = seen[i] ? catalog_marks(view, row) : (CatalogMarks){0};
    }
    catalog_view_end(view);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    for (int i = 0; i < MOST_PHOTOS; i++) {
        g_autoptr(Photo) photo = photo_get(tx, viewer, ids[i], NULL);
        g_assert_cmpint(seen[i], ==, photo != NULL);
        if (photo) {
            g_assert_cmpint(marks[i].stars, ==, photo->stars);
            g_assert_cmpint(marks[i].favorite, ==, photo->is_favorite);
            g_assert_cmpint(marks[i].rejected, ==, photo->is_rejected);
        }
        g_clear_pointer(&tx, store_tx_free); /* a step that fails ends a transaction */
        tx = fixture_read(fixture);
    }
}

static void append_value(const char *text, double number, gint64 count, gpointer data)
{
    g_string_append_printf(data, "%s %g: %d\n", text ? text : "", number, (int)count);
}

static void append_selection(GString *told, Library *library, const Principal *viewer,
                             const PhotoFilter *filter, const char *sort, gboolean ascending)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Selection) selection = selection_get(library, viewer, filter, photo_sort_find(sort),
                                                   ascending, SELECTION_LAYOUT, &error);
    g_assert_no_error(error);
    const PhotoLayout *layout = selection_layout(selection);
    g_string_append_printf(told, "%s %d:", sort, ascending);
    for (guint32 i = 0; i < layout->count; i++) {
        g_string_append_printf(told, " %u %d", layout->ids[i], layout->days[i]);
    }
    g_string_append_c(told, '\n');
}

/* Every order and every count. Owned by the caller. */
static char *tell(Library *library, const Principal *viewer)
{
    static const char *const sorts[] = {"aggregate",   "date_taken",   "iso",
                                        "f_stop",      "star_rating",  "is_favorite",
                                        "is_rejected", "focal_length", "shutter_speed"};
    g_autoptr(GError) error = NULL;
    GString *told = g_string_new(NULL);
    PhotoFilter filter;
    photo_filter_init(&filter);
    for (gsize i = 0; i < G_N_ELEMENTS(sorts); i++) {
        append_selection(told, library, viewer, &filter, sorts[i], TRUE);
        append_selection(told, library, viewer, &filter, sorts[i], FALSE);
    }
    filter.hide_duplicates = TRUE;
    append_selection(told, library, viewer, &filter, "date_taken", FALSE);
    filter = (PhotoFilter){0};
    photo_filter_init(&filter);
    filter.search = "SE";
    append_selection(told, library, viewer, &filter, "aggregate", FALSE);
    for (Facet facet = FACET_CAMERAS; facet <= FACET_DAYS; facet++) {
        g_assert_true(facet_list(library, viewer, facet, 1000, append_value, told, &error));
        g_assert_no_error(error);
    }
    return g_string_free(told, FALSE);
}

static Library *open_another(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "another", NULL);
    Library *library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
    return library;
}

static void change_some(StoreFixture *fixture, GRand *random)
{
    g_autoptr(StoreTx) tx = fixture_change(fixture);
    int changes = g_rand_int_range(random, 1, MOST_CHANGES);
    for (int i = 0; i < changes; i++) {
        change(tx, random);
    }
    if (g_rand_int_range(random, 0, 6) == 0) {
        remove_source(tx, random);
    }
    fixture_commit(tx);
}

/* Whatever changes, the catalogue is what SQL says, and what a fresh one would be. */
static void test_follows_random_changes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) other = viewer_of("/photos/a");
    g_autoptr(GRand) random = g_rand_new_with_seed(20261121);
    Library *kept = fixture_library(fixture);
    add_account(fixture);
    for (int round = 0; round < ROUNDS; round++) {
        change_some(fixture, random);
        assert_like_sql(fixture, library_catalog(kept), owner);
        assert_sees_like_queries(fixture, library_catalog(kept), other);
        if (round % 6 == 5) {
            g_autoptr(Library) fresh = open_another(fixture);
            g_autofree char *owners = tell(kept, owner);
            g_autofree char *owners_fresh = tell(fresh, owner);
            g_assert_cmpstr(owners, ==, owners_fresh);
            g_autofree char *others = tell(kept, other);
            g_autofree char *others_fresh = tell(fresh, other);
            g_assert_cmpstr(others, ==, others_fresh);
        }
    }
}

static void assert_seen(StoreFixture *fixture, const Principal *viewer, const char *expected)
{
    PhotoFilter filter;
    photo_filter_init(&filter);
    g_autoptr(GPtrArray) photos =
        fixture_list(fixture, viewer, &filter, photo_sort_find("aggregate"), TRUE, 0, 100);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < photos->len; i++) {
        g_string_append(names, ((Photo *)g_ptr_array_index(photos, i))->name);
    }
    g_assert_cmpstr(names->str, ==, expected);
    g_assert_cmpint(fixture_count(fixture, viewer, &filter), ==, photos->len);
}

/* Literally, by case, and only at a slash. */
static void test_directories(StoreFixture *fixture, gconstpointer unused)
{
    static const char *const paths[] = {"/photos/_a/1", "/photos/_a/b/2", "/photos/_ab/3",
                                        "/photos/_A/4", "/photos/xa/5",   "/photos/_a%/6",
                                        "/photos/7"};
    static const struct {
        const char *directory, *seen; /* in any order */
    } cases[] = {{"/photos/_a", "12"}, {"/photos/_a%", "6"}, {"/photos", "1234567"},
                 {"/photos/_", ""},    {"/photos/7", ""},    {"", "1234567"}};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        fixture_add(fixture, paths[i], NULL);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Principal) viewer = viewer_of(cases[i].directory);
        PhotoFilter filter;
        photo_filter_init(&filter);
        g_assert_cmpint(fixture_count(fixture, viewer, &filter), ==, strlen(cases[i].seen));
    }
    g_autoptr(Principal) viewer = viewer_of("/photos/_a");
    assert_seen(fixture, viewer, "12");
    fixture_add(fixture, "/photos/_a/c/8", NULL); /* a folder that was not there before */
    assert_seen(fixture, viewer, "128");
}

static gboolean grants(Library *library, const Principal *viewer, gint64 id)
{
    g_autoptr(Grant) grant = access_grant_photo(library, viewer, id, NULL);
    return grant != NULL;
}

static void lose(Library *library, const char *folder, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(library_store(library), &error);
    library_touch(tx, &error);
    ingest_missing(tx, folder, name, NULL, &error);
    g_assert_true(library_commit(library, tx, &error));
    g_assert_no_error(error);
}

/* As two servers do, or a server and a scan. */
static void test_two_libraries_follow_each_other(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Library) here = open_another(fixture);
    Library *there = fixture_library(fixture);
    gint64 id = fixture_add(fixture, "/photos/a", NULL);
    fixture_add(fixture, "/photos/b", NULL);
    PhotoFilter filter;
    photo_filter_init(&filter);
    g_assert_cmpint(photo_count(here, owner, &filter, NULL), ==, 2);
    g_assert_cmpint(photo_count(there, owner, &filter, NULL), ==, 2);
    g_assert_true(grants(here, owner, id) && grants(there, owner, id));
    lose(here, "/photos", "a");
    g_assert_false(grants(here, owner, id));                          /* its own change: at once */
    g_assert_cmpint(photo_count(there, owner, &filter, NULL), ==, 1); /* lists: at once */
    lose(there, "/photos", "b");
    g_assert_cmpint(photo_count(here, owner, &filter, NULL), ==, 0);
}

static void test_grants_follow_others_in_a_while(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Library) here = open_another(fixture);
    Library *there = fixture_library(fixture);
    gint64 id = fixture_add(fixture, "/photos/a", NULL);
    g_assert_true(grants(there, owner, id));
    lose(here, "/photos", "a");
    gint64 until = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;
    while (grants(there, owner, id)) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(20000);
    }
}

typedef struct {
    Library *library;
    gint done; /* atomic */
} Watching;

/* In every look the parts agree with each other. */
static gpointer watch(gpointer data)
{
    Watching *watching = data;
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) other = viewer_of("/photos/a");
    while (!g_atomic_int_get(&watching->done)) {
        g_autoptr(GError) error = NULL;
        CatalogView *view = catalog_view(library_catalog(watching->library), owner, &error);
        g_assert_no_error(error);
        const CatalogColumns *columns = catalog_columns(view);
        for (guint32 row = 0; row < columns->rows; row++) {
            if (catalog_sees(view, row)) {
                g_autofree char *path = catalog_path(view, row);
                g_assert_cmpuint(catalog_row_of_path(view, path), ==, row);
                g_assert_cmpuint(catalog_row_of_id(view, columns->id[row]), ==, row);
            }
        }
        catalog_view_end(view);
        g_free(tell(watching->library, owner));
        g_free(tell(watching->library, other));
        grants(watching->library, owner, 1);
    }
    return NULL;
}

static void test_many_look_while_one_writes(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    Watching watching = {.library = fixture_library(fixture)};
    GThread *threads[3];
    add_account(fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("watching", watch, &watching);
    }
    for (int round = 0; round < ROUNDS; round++) {
        change_some(fixture, random);
    }
    g_atomic_int_set(&watching.done, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
}

/* A stack hides behind its lead only for those to whom the lead is shown. */
static void test_stacks(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) other = viewer_of("/photos/raw");
    gint64 lead = fixture_add(fixture, "/photos/a", NULL);
    gint64 raw = fixture_add(fixture, "/photos/raw/b", NULL);
    StoreTx *tx = fixture_change(fixture);
    RUN(tx, "UPDATE photo SET stack_of = ?2, " STAMPED "WHERE id = ?1", raw, lead);
    fixture_commit(tx);
    store_tx_free(tx);
    assert_seen(fixture, owner, "a");
    assert_seen(fixture, other, "b");
    fixture_lose(fixture, "/photos/a");
    assert_seen(fixture, owner, "b");
}

/* One account's opinion is not another's. */
static void test_ratings_are_ones_own(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(Principal) other = viewer_of("/photos");
    gint64 id = fixture_add(fixture, "/photos/a", NULL);
    add_account(fixture);
    StoreTx *tx = fixture_change(fixture);
    RUN(tx,
        "INSERT INTO rating (account_id, photo_id, stars, favorite, rejected, changed_ms, version) "
        "VALUES (?1, ?2, 4, 1, 0, 0, " LIBRARY_VERSION_SQL ")",
        OTHER_ACCOUNT, id);
    fixture_commit(tx);
    store_tx_free(tx);
    PhotoFilter filter;
    photo_filter_init(&filter);
    filter.only_favorites = TRUE;
    g_assert_cmpint(fixture_count(fixture, owner, &filter), ==, 0);
    g_assert_cmpint(fixture_count(fixture, other, &filter), ==, 1);
    photo_filter_init(&filter);
    filter.min_stars = 4;
    g_assert_cmpint(fixture_count(fixture, owner, &filter), ==, 0);
    g_assert_cmpint(fixture_count(fixture, other, &filter), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hash_init();
    store_fixture_add("/catalog/random", test_follows_random_changes);
    store_fixture_add("/catalog/directories", test_directories);
    store_fixture_add("/catalog/two", test_two_libraries_follow_each_other);
    store_fixture_add("/catalog/grants", test_grants_follow_others_in_a_while);
    store_fixture_add("/catalog/threads", test_many_look_while_one_writes);
    store_fixture_add("/catalog/stacks", test_stacks);
    store_fixture_add("/catalog/ratings", test_ratings_are_ones_own);
    return g_test_run();
}
