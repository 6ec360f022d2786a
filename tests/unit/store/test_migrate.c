#include "store/migrate.h"

#include "store_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

static Store *open_store(StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(fixture->url, &error);
    g_assert_no_error(error);
    return store;
}

static void run(Store *store, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_write(store, &error);
    g_assert_no_error(error);
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    store_run(statement, NULL, &error);
    g_assert_no_error(error);
    store_commit(tx, &error);
    g_assert_no_error(error);
}

/* The rows of a query of one text column, in lines. */
static char *lines(Store *store, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreTx) tx = store_read(store, &error);
    g_assert_no_error(error);
    StoreStatement *statement = store_prepare(tx, query, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    StoreStep step = STORE_ROW;
    while ((step = store_step(statement, &error)) == STORE_ROW) {
        g_string_append_printf(text, "%s\n", store_column_text(statement, 0));
    }
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}

static const StoreQuery applied = {
    .name = "applied",
    .sql = "SELECT version || ' ' || name FROM schema_migration ORDER BY version",
};

static void test_from_empty(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) own = migrations_load(fixture->engine);
    g_autoptr(Store) store = open_store(fixture);
    g_assert_cmpint(store_schema_version(store, &error), ==, 0);
    for (int i = 0; i < 2; i++) { /* the second time there is nothing to do */
        g_assert_true(store_migrate(store, &error));
        g_assert_no_error(error);
        g_assert_cmpint(store_schema_version(store, &error), ==, own->len);
    }
    g_autofree char *names = lines(store, &applied);
    g_assert_true(g_str_has_prefix(names, "1 0001-library.sql\n"));
}

static void add_migration(GPtrArray *migrations, const char *name, const char *sql)
{
    g_autoptr(GBytes) text = g_bytes_new_static(sql, strlen(sql) + 1);
    migrations_add(migrations, name, text);
}

static void test_upgrade_and_failure(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery add = {.name = "add", .sql = "INSERT INTO a (x) VALUES ('kept')"};
    static const StoreQuery read = {.name = "read", .sql = "SELECT x || ' ' || y FROM a"};
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) store = open_store(fixture);
    g_autoptr(GPtrArray) first = migrations_new();
    add_migration(first, "0001-a.sql",
                  "CREATE TABLE a (x TEXT); -- one;\nCREATE TABLE b (x TEXT);");
    g_assert_true(migrations_apply(store, first, &error));
    run(store, &add);

    g_autoptr(GPtrArray) later = migrations_new();
    add_migration(later, "0001-a.sql", "this is done already");
    add_migration(later, "0002-b.sql", "ALTER TABLE a ADD COLUMN y TEXT DEFAULT 'new';");
    add_migration(later, "0003-c.sql", "DROP TABLE b; CREATE TABLE a (x TEXT);");
    g_assert_false(migrations_apply(store, later, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "0003-c.sql"));
    g_clear_error(&error);

    /* The second stays, the third left nothing, and may be tried again. */
    static const StoreQuery rest = {.name = "rest", .sql = "SELECT x FROM b"};
    g_assert_cmpint(store_schema_version(store, &error), ==, 2);
    g_autofree char *rows = lines(store, &read);
    g_assert_cmpstr(rows, ==, "kept new\n");
    g_autofree char *none = lines(store, &rest);
    g_assert_cmpstr(none, ==, "");
}

/* What SQLite cannot alter is made anew and takes the old one's place; what refers to it stays. */
static void test_tables_can_be_rebuilt(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery children = {.name = "children",
                                        .sql = "SELECT x || ' ' || old FROM child"
                                               " JOIN parent ON parent.id = child.parent_id"};
    static const StoreQuery orphan = {.name = "orphan", .sql = "INSERT INTO child VALUES (9, 'z')"};
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) store = open_store(fixture);
    g_autoptr(GPtrArray) migrations = migrations_new();
    add_migration(migrations, "0001-a.sql",
                  "CREATE TABLE parent (id INTEGER PRIMARY KEY, old TEXT);"
                  "CREATE TABLE child (parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE,"
                  " x TEXT);"
                  "INSERT INTO parent VALUES (1, 'p');"
                  "INSERT INTO child VALUES (1, 'c');");
    add_migration(migrations, "0002-b.sql",
                  "CREATE TABLE made_anew (id INTEGER PRIMARY KEY, old TEXT NOT NULL);"
                  "INSERT INTO made_anew SELECT id, old FROM parent;"
                  "DROP TABLE parent;"
                  "ALTER TABLE made_anew RENAME TO parent;");
    g_assert_true(migrations_apply(store, migrations, &error));
    g_assert_no_error(error);
    g_autofree char *rows = lines(store, &children);
    g_assert_cmpstr(rows, ==, "c p\n");

    add_migration(migrations, "0003-c.sql", "DELETE FROM parent;");
    g_assert_false(migrations_apply(store, migrations, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_autofree char *after = lines(store, &children);
    g_assert_cmpstr(after, ==, "c p\n");

    g_autoptr(StoreTx) tx = store_write(store, NULL); /* references are checked at once again */
    g_assert_cmpint(store_step(store_prepare(tx, &orphan, NULL), NULL), ==, STORE_ERROR);
}

static void test_newer_is_refused(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery newer = {
        .name = "newer",
        .sql = "INSERT INTO schema_migration (version, name, applied_ms)"
               " VALUES (9999, '9999-future.sql', 0)",
    };
    g_autoptr(GError) error = NULL;
    run(fixture->store, &newer);
    g_autofree char *before = lines(fixture->store, &applied);
    g_assert_false(store_migrate(fixture->store, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED);
    g_assert_nonnull(strstr(error->message, "9999"));
    g_autofree char *after = lines(fixture->store, &applied);
    g_assert_cmpstr(before, ==, after);
    g_assert_cmpint(store_schema_version(fixture->store, NULL), ==, 9999);
}

static int migrate_in_child(StoreFixture *fixture, int start)
{
    char go = 0;
    g_autoptr(GError) error = NULL;
    if (read(start, &go, 1) != 0) { /* ends when the parent closes its side */
        return 2;
    }
    g_autoptr(Store) store = store_open(fixture->url, &error);
    if (!store || !store_migrate(store, &error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    return 0;
}

static void test_processes_at_once(StoreFixture *fixture, gconstpointer unused)
{
    enum { CHILDREN = 4 };
    pid_t children[CHILDREN];
    int start[2];
    g_assert_cmpint(pipe(start), ==, 0);
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            close(start[1]);
            _exit(migrate_in_child(fixture, start[0]));
        }
    }
    close(start[0]);
    close(start[1]);
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;
        g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
        g_assert_cmpint(status, ==, 0);
    }
    g_autoptr(GPtrArray) own = migrations_load(fixture->engine);
    g_autoptr(Store) store = open_store(fixture);
    g_assert_cmpint(store_schema_version(store, NULL), ==, own->len);
}

/* One line a column: table, name, type, whether it may be NULL. A primary key of INTEGER is the row
 * number in SQLite, and never NULL without being told so. */
static const StoreQuery columns = {
    .name = "columns",
    .sql = "SELECT s.name || ' ' || c.name || ' ' || c.type || ' ' ||"
           "  CASE WHEN c.\"notnull\" = 1 OR (c.pk = 1 AND c.type = 'INTEGER') THEN 'never'"
           "  ELSE 'may be' END || ' NULL' AS line"
           " FROM sqlite_schema s JOIN pragma_table_info(s.name) c"
           " WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY line",
    .postgres = "SELECT table_name || ' ' || column_name || ' ' ||"
                "  CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT'"
                "   WHEN 'double precision' THEN 'REAL' WHEN 'bytea' THEN 'BLOB'"
                "   ELSE data_type END || ' ' ||"
                "  CASE is_nullable WHEN 'NO' THEN 'never' ELSE 'may be' END || ' NULL'"
                "  COLLATE \"C\" AS line"
                " FROM information_schema.columns WHERE table_schema = current_schema()"
                " ORDER BY line",
};

static const StoreQuery indexes = {
    .name = "indexes",
    .sql = "SELECT tbl_name || ' ' || name AS line FROM sqlite_schema"
           " WHERE type = 'index' AND sql IS NOT NULL ORDER BY line",
    .postgres = "SELECT tablename || ' ' || indexname COLLATE \"C\" AS line FROM pg_indexes"
                " WHERE schemaname = current_schema() AND indexname NOT IN"
                "  (SELECT conname FROM pg_constraint) ORDER BY line",
};

static void test_engines_have_the_same_schema(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(fixture->folder, "beside.db", NULL);
    g_autoptr(Store) sqlite = store_open(path, &error);
    g_assert_no_error(error);
    g_assert_true(store_migrate(sqlite, &error));
    const StoreQuery *const catalogues[] = {&columns, &indexes};
    for (gsize i = 0; i < G_N_ELEMENTS(catalogues); i++) {
        g_autofree char *here = lines(sqlite, catalogues[i]);
        g_autofree char *there = lines(fixture->store, catalogues[i]);
        g_assert_nonnull(strstr(here, "photo "));
        g_assert_cmpstr(here, ==, there);
    }
}

/* Text that the server's language sorts would not come in the order of SQLite. */
static void test_texts_are_sorted_bytewise(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery sorted_otherwise = {
        .name = "sorted_otherwise",
        .postgres = "SELECT table_name || '.' || column_name FROM information_schema.columns"
                    " WHERE table_schema = current_schema() AND data_type = 'text'"
                    " AND collation_name IS DISTINCT FROM 'C'",
    };
    g_autofree char *names = lines(fixture->store, &sorted_otherwise);
    g_assert_cmpstr(names, ==, "");
}

/* A row in every table of schema 1, as its release wrote them: what a library that is upgraded
 * holds. Never changed, as the schema is not. */
static const StoreQuery rows_of_schema_1[] = {
    {.name = "source", .sql = "INSERT INTO source VALUES (1, '/photos', 10, 20)"},
    {.name = "folder", .sql = "INSERT INTO folder VALUES (1, 1, '/photos/a')"},
    {.name = "photo",
     .sql = "INSERT INTO photo (id, uuid, folder_id, path, name, file_bytes, modified_ns, "
            "content_hash, format, width, height, orientation, phash, taken_local_ms, "
            "camera_model, iso, f_stop, latitude, file_rating, tags, indexed_ms, state, state_ms) "
            "VALUES (7, '01890000-0000-7000-8000-000000000007', 1, '/photos/a/b.jpg', 'b.jpg', "
            "1000, 1700000000123456789, x'0102', 'jpeg', 400, 300, 6, -9223372036854775807, "
            "-86400000, 'Camera \"X\"', 100, 2.8, -33.0458, 4, 'sea', 30, 'present', 30), "
            "(8, '01890000-0000-7000-8000-000000000008', 1, '/photos/a/c.jpg', 'c.jpg', 1, 2, "
            "x'', 'png', 1, 1, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 31, 'missing', 32)",
     .postgres =
         "INSERT INTO photo (id, uuid, folder_id, path, name, file_bytes, modified_ns, "
         "content_hash, format, width, height, orientation, phash, taken_local_ms, "
         "camera_model, iso, f_stop, latitude, file_rating, tags, indexed_ms, state, state_ms) "
         "VALUES (7, '01890000-0000-7000-8000-000000000007', 1, '/photos/a/b.jpg', 'b.jpg', "
         "1000, 1700000000123456789, '\\x0102', 'jpeg', 400, 300, 6, -9223372036854775807, "
         "-86400000, 'Camera \"X\"', 100, 2.8, -33.0458, 4, 'sea', 30, 'present', 30), "
         "(8, '01890000-0000-7000-8000-000000000008', 1, '/photos/a/c.jpg', 'c.jpg', 1, 2, "
         "'\\x', 'png', 1, 1, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 31, 'missing', 32)"},
    {.name = "tag", .sql = "INSERT INTO tag VALUES (1, 'sea')"},
    {.name = "photo_tag", .sql = "INSERT INTO photo_tag VALUES (7, 1, 0)"},
    {.name = "failure",
     .sql = "INSERT INTO failure VALUES ('/photos/a/bad.jpg', 1, 'bad.jpg', 5, 6, 'corrupt', "
            "'It ends too early', 33)"},
    {.name = "job",
     .sql = "INSERT INTO job VALUES (3, 'scan', 'done', '{}', '{\"found\":2}', NULL, 'node', 40, "
            "41, 42, 43)"},
    {.name = "library_version", .sql = "UPDATE library_version SET version = 1234567"},
};

static const StoreQuery tables_now = {
    .name = "tables",
    .sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
           "ESCAPE '\\' AND name <> 'schema_migration' ORDER BY name",
    .postgres = "SELECT table_name COLLATE \"C\" AS name FROM information_schema.tables "
                "WHERE table_schema = current_schema() AND table_name <> 'schema_migration' "
                "ORDER BY name",
};

/* Every row, with the columns that schema 1 had. */
static const StoreQuery kept_of_schema_1 = {
    .name = "kept",
    .sql = "SELECT 'source ' || id || path || added_ms || scanned_ms AS line FROM source "
           "UNION ALL SELECT 'folder ' || id || source_id || path FROM folder "
           "UNION ALL SELECT 'photo ' || id || uuid || folder_id || path || name || file_bytes || "
           "modified_ns || hex(content_hash) || format || width || height || orientation || phash "
           "|| coalesce(taken_local_ms, 0) || coalesce(camera_model, '-') || coalesce(iso, 0) || "
           "coalesce(CAST(f_stop * 10 AS INTEGER), 0) || "
           "coalesce(CAST(latitude * 10000 AS INTEGER), 0) || coalesce(file_rating, -9) || "
           "coalesce(tags, '-') || indexed_ms || state || state_ms FROM photo "
           "UNION ALL SELECT 'tag ' || id || name FROM tag "
           "UNION ALL SELECT 'photo_tag ' || photo_id || tag_id || position FROM photo_tag "
           "UNION ALL SELECT 'failure ' || path || folder_id || name || file_bytes || modified_ns "
           "|| code || reason || failed_ms FROM failure "
           "UNION ALL SELECT 'job ' || id || kind || state || payload || progress || "
           "coalesce(error, '-') || node || lease_until_ms || created_ms || started_ms || "
           "finished_ms FROM job "
           "UNION ALL SELECT 'library_version ' || version FROM library_version ORDER BY line",
    .postgres =
        "SELECT 'source ' || id || path || added_ms || scanned_ms AS line FROM source "
        "UNION ALL SELECT 'folder ' || id || source_id || path FROM folder "
        "UNION ALL SELECT 'photo ' || id || uuid || folder_id || path || name || file_bytes || "
        "modified_ns || upper(encode(content_hash, 'hex')) || format || width || height || "
        "orientation || phash "
        "|| coalesce(taken_local_ms, 0) || coalesce(camera_model, '-') || coalesce(iso, 0) || "
        "coalesce(CAST(trunc(f_stop * 10) AS BIGINT), 0) || "
        "coalesce(CAST(trunc(latitude * 10000) AS BIGINT), 0) || coalesce(file_rating, -9) || "
        "coalesce(tags, '-') || indexed_ms || state || state_ms FROM photo "
        "UNION ALL SELECT 'tag ' || id || name FROM tag "
        "UNION ALL SELECT 'photo_tag ' || photo_id || tag_id || position FROM photo_tag "
        "UNION ALL SELECT 'failure ' || path || folder_id || name || file_bytes || modified_ns "
        "|| code || reason || failed_ms FROM failure "
        "UNION ALL SELECT 'job ' || id || kind || state || payload || progress || "
        "coalesce(error, '-') || node || lease_until_ms || created_ms || started_ms || "
        "finished_ms FROM job "
        "UNION ALL SELECT 'library_version ' || version FROM library_version ORDER BY line",
};

/* What schema 2 added, as its release wrote it. Never changed either. */
static const StoreQuery rows_of_schema_2[] = {
    {.name = "setting", .sql = "INSERT INTO setting VALUES ('share_secret', 'abc')"},
    {.name = "account",
     .sql = "INSERT INTO account (id, username, display_name, email, password_hash, session_epoch, "
            "role, disabled, settings, created_ms) VALUES (5, 'ada', 'Ada', 'a@example.org', "
            "'$argon2id$x', 7, 'admin', 1, '{\"a\":1}', 50)"},
    {.name = "account_directory", .sql = "INSERT INTO account_directory VALUES (5, '/photos/a')"},
    {.name = "shared_directory", .sql = "INSERT INTO shared_directory VALUES ('/photos/all')"},
    {.name = "credential",
     .sql =
         "INSERT INTO credential VALUES (3, 5, 'key', 'k', x'aabb', 'write', NULL, 51, 52, NULL)",
     .postgres = "INSERT INTO credential VALUES (3, 5, 'key', 'k', '\\xaabb', 'write', NULL, 51, "
                 "52, NULL)"},
    {.name = "rating", .sql = "INSERT INTO rating VALUES (5, 7, 4, 1, 0, 53, 99)"},
    {.name = "photo_gone", .sql = "INSERT INTO photo_gone VALUES (6, 98)"},
    {.name = "upload",
     .sql = "INSERT INTO upload VALUES ('0123', 5, 'u.jpg', 10, NULL, 'm', 'open', NULL, 54, 55)"},
    {.name = "photo, as it is now",
     .sql = "UPDATE photo SET version = 97, kept_out = 'trash', kept_out_ms = 56, kept_out_by = 5, "
            "stack_of = 7, sidecar_bytes = 57, sidecar_modified_ns = 58 WHERE id = 8"},
    {.name = "source, as it is now",
     .sql = "UPDATE source SET removed_ms = 59, is_uploads = 1, root_identity = 'r' WHERE id = 1"},
};

static const StoreQuery kept_of_schema_2 = {
    .name = "kept",
    .sql =
        "SELECT 'setting ' || name || value AS line FROM setting "
        "UNION ALL SELECT 'account ' || id || username || display_name || coalesce(email, '-') || "
        "coalesce(password_hash, '-') || session_epoch || role || disabled || settings || "
        "created_ms FROM account "
        "UNION ALL SELECT 'account_directory ' || account_id || path FROM account_directory "
        "UNION ALL SELECT 'shared_directory ' || path FROM shared_directory "
        "UNION ALL SELECT 'credential ' || id || account_id || kind || name || scope || created_ms "
        "|| expires_ms || coalesce(used_ms, -1) FROM credential "
        "UNION ALL SELECT 'rating ' || account_id || photo_id || stars || favorite || rejected || "
        "changed_ms || version FROM rating "
        "UNION ALL SELECT 'photo_gone ' || photo_id || version FROM photo_gone "
        "UNION ALL SELECT 'upload ' || id || account_id || name || file_bytes || metadata || state "
        "|| created_ms || expires_ms FROM upload "
        "UNION ALL SELECT 'photo ' || id || path || version || coalesce(kept_out, '-') || "
        "coalesce(kept_out_ms, 0) || coalesce(kept_out_by, 0) || coalesce(stack_of, 0) || "
        "coalesce(sidecar_bytes, 0) || coalesce(sidecar_modified_ns, 0) FROM photo "
        "UNION ALL SELECT 'source ' || id || path || removed_ms || is_uploads || root_identity "
        "FROM source "
        "UNION ALL SELECT 'library_version ' || version FROM library_version ORDER BY line",
};

/* Writes these rows, and checks that with those before no table is left empty. */
static void fill(Store *store, const StoreQuery *rows, gsize count, GString *names)
{
    for (gsize i = 0; i < count; i++) {
        run(store, &rows[i]);
        g_string_append_printf(names, "%s\n", rows[i].name);
    }
    g_autofree char *tables = lines(store, &tables_now);
    g_auto(GStrv) filled = g_strsplit(names->str, "\n", -1);
    g_auto(GStrv) all = g_strsplit(tables, "\n", -1);
    for (char **table = all; **table; table++) {
        g_assert_true(g_strv_contains((const char *const *)filled, *table));
    }
}

static void migrate_to(Store *store, StoreFixture *fixture, int version)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) migrations = migrations_load(fixture->engine);
    g_assert_cmpint(migrations->len, >, version);
    g_ptr_array_set_size(migrations, version);
    g_assert_true(migrations_apply(store, migrations, &error));
    g_assert_no_error(error);
    g_assert_cmpint(store_schema_version(store, &error), ==, version);
}

/* What the rows are stays while the schema becomes this program's. */
static void upgrade_keeps(Store *store, StoreFixture *fixture, const StoreQuery *kept,
                          const char *among)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) own = migrations_load(fixture->engine);
    g_autofree char *before = lines(store, kept);
    g_assert_true(store_migrate(store, &error));
    g_assert_no_error(error);
    g_assert_cmpint(store_schema_version(store, &error), ==, own->len);
    g_autofree char *after = lines(store, kept);
    g_assert_nonnull(strstr(before, among));
    g_assert_cmpstr(before, ==, after);
}

static void test_schema_1_is_upgraded(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(Store) store = open_store(fixture);
    GString *names = g_string_new(NULL);
    migrate_to(store, fixture, 1);
    fill(store, rows_of_schema_1, G_N_ELEMENTS(rows_of_schema_1), names);
    upgrade_keeps(store, fixture, &kept_of_schema_1, "0102");
    g_string_free(names, TRUE);
}

/* And nobody has looked for faces or things on what was there before. */
static void test_schema_2_is_upgraded(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery looked = {
        .name = "looked",
        .sql = "SELECT id || coalesce(persons, '-') || coalesce(objects, '-') || "
               "coalesce(face_count, -1) || coalesce(faces_unknown, -1) FROM photo ORDER BY id",
    };
    g_autoptr(Store) store = open_store(fixture);
    GString *names = g_string_new(NULL);
    migrate_to(store, fixture, 1);
    fill(store, rows_of_schema_1, G_N_ELEMENTS(rows_of_schema_1), names);
    migrate_to(store, fixture, 2);
    fill(store, rows_of_schema_2, G_N_ELEMENTS(rows_of_schema_2), names);
    upgrade_keeps(store, fixture, &kept_of_schema_2, "a@example.org");
    g_autofree char *photos = lines(store, &looked);
    g_assert_cmpstr(photos, ==, "7---1-1\n8---1-1\n");
    g_string_free(names, TRUE);
}

/* What is made anew has the schema that an upgrade leads to. */
static void test_upgraded_is_as_new(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) store = open_store(fixture);
    migrate_to(store, fixture, 1);
    g_assert_true(store_migrate(store, &error));
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(fixture->folder, "new.db", NULL);
    g_autoptr(Store) sqlite = store_open(path, &error);
    g_assert_true(store_migrate(sqlite, &error));
    const StoreQuery *const catalogues[] = {&columns, &indexes};
    for (gsize i = 0; i < G_N_ELEMENTS(catalogues); i++) {
        g_autofree char *here = lines(sqlite, catalogues[i]);
        g_autofree char *there = lines(store, catalogues[i]);
        g_assert_cmpstr(here, ==, there);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add_empty("/migrate/empty", test_from_empty);
    store_fixture_add_empty("/migrate/upgrade", test_upgrade_and_failure);
    store_fixture_add_empty_for(STORE_SQLITE, "/migrate/rebuild", test_tables_can_be_rebuilt);
    store_fixture_add_empty("/migrate/schema-1", test_schema_1_is_upgraded);
    store_fixture_add_empty("/migrate/schema-2", test_schema_2_is_upgraded);
    store_fixture_add_empty("/migrate/as-new", test_upgraded_is_as_new);
    store_fixture_add("/migrate/newer", test_newer_is_refused);
    store_fixture_add_empty("/migrate/at-once", test_processes_at_once);
    store_fixture_add_for(STORE_POSTGRES, "/migrate/same", test_engines_have_the_same_schema);
    store_fixture_add_for(STORE_POSTGRES, "/migrate/bytewise", test_texts_are_sorted_bytewise);
    return g_test_run();
}
