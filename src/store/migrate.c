#include "store/migrate.h"

#include "store/driver.h"
#include "store/store_migrations.h"

#include <string.h>

#define RESOURCE_FOLDER "/albumen/store/migrations"

static const StoreQuery lock_schema = {
    .name = "lock_schema",
    .sql = "SELECT 1", /* a writing transaction of SQLite is alone already */
    .postgres = "SELECT pg_advisory_xact_lock(4718829127091539557)",
};

static const StoreQuery has_versions = {
    .name = "has_versions",
    .sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
    .postgres = "SELECT count(to_regclass('schema_migration'))",
};

static const StoreQuery newest_version = {
    .name = "newest_version",
    .sql = "SELECT coalesce(max(version), 0) FROM schema_migration",
};

static const StoreQuery make_versions = {
    .name = "make_versions",
    .sql = "CREATE TABLE schema_migration ("
           " version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_ms INTEGER NOT NULL) STRICT",
    .postgres = "CREATE TABLE schema_migration ("
                " version BIGINT PRIMARY KEY, name TEXT COLLATE \"C\" NOT NULL,"
                " applied_ms BIGINT NOT NULL)",
};

static const StoreQuery add_version = {
    .name = "add_version",
    .sql = "INSERT INTO schema_migration (version, name, applied_ms) VALUES (?1, ?2, ?3)",
};

static void migration_free(gpointer data)
{
    StoreMigration *migration = data;
    g_free(migration->name);
    g_bytes_unref(migration->sql);
    g_free(migration);
}

GPtrArray *migrations_new(void)
{
    return g_ptr_array_new_with_free_func(migration_free);
}

void migrations_add(GPtrArray *migrations, const char *name, GBytes *sql)
{
    StoreMigration *migration = g_new0(StoreMigration, 1);
    migration->version = (int)migrations->len + 1;
    migration->name = g_strdup(name);
    migration->sql = g_bytes_ref(sql);
    g_ptr_array_add(migrations, migration);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *migrations_load(StoreEngine engine)
{
    const StoreDriver *driver = engine == STORE_POSTGRES ? &postgres_driver : &sqlite_driver;
    GResource *resource = store_migrations_get_resource();
    g_autofree char *folder = g_strdup_printf(RESOURCE_FOLDER "/%s", driver->migrations);
    g_auto(GStrv) names = g_resource_enumerate_children(resource, folder, 0, NULL);
    g_assert(names);
    qsort(names, g_strv_length(names), sizeof *names, compare_names);

    GPtrArray *migrations = migrations_new();
    for (char **name = names; *name; name++) {
        g_autofree char *path = g_strdup_printf("%s/%s", folder, *name);
        g_autoptr(GBytes) sql = g_resource_lookup_data(resource, path, 0, NULL);
        g_assert(sql);
        migrations_add(migrations, *name, sql);
        /* The number in the name is the place in the order. */
        g_assert(g_ascii_strtoull(*name, NULL, 10) == migrations->len);
    }
    return migrations;
}

static gboolean read_int(StoreTx *tx, const StoreQuery *query, gint64 *ret_value, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement || !store_step_one(statement, error)) {
        return FALSE;
    }
    *ret_value = store_column_int(statement, 0);
    return TRUE;
}

static gboolean read_version(StoreTx *tx, gint64 *ret_version, GError **error)
{
    gint64 tables = 0;
    if (!read_int(tx, &has_versions, &tables, error)) {
        return FALSE;
    }
    *ret_version = 0;
    return tables == 0 || read_int(tx, &newest_version, ret_version, error);
}

static gboolean run_query(StoreTx *tx, const StoreQuery *query, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    return statement && store_run(statement, NULL, error);
}

static gboolean record(StoreTx *tx, const StoreMigration *migration, GError **error)
{
    StoreStatement *statement = store_prepare(tx, &add_version, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, migration->version);
    store_bind_text(statement, 2, migration->name);
    store_bind_int(statement, 3, g_get_real_time() / 1000);
    return store_run(statement, NULL, error);
}

static gboolean apply_one(Store *store, StoreTx *tx, const StoreMigration *migration,
                          GError **error)
{
    StoreConnection *connection = store_tx_connection(tx, error);
    const char *sql = g_bytes_get_data(migration->sql, NULL);
    if (!connection || (migration->version == 1 && !run_query(tx, &make_versions, error))) {
        return FALSE;
    }
    /* A statement that stands on a row keeps SQLite from dropping a table. */
    connection_reset_statements(connection);
    if (!store_driver(store)->run_script(connection, sql, error)) {
        g_prefix_error(error,
                       "the database cannot be brought to version %d (%s): ", migration->version,
                       migration->name);
        return FALSE;
    }
    return record(tx, migration, error) && store_commit(tx, error);
}

/* One migration in one transaction. Whoever holds the lock reads the version anew, so that of two
 * processes one does the work and the other finds it done. */
static gboolean apply_next(Store *store, const GPtrArray *migrations, gboolean *ret_done,
                           GError **error)
{
    g_autoptr(StoreTx) tx = store_migrating(store, error);
    gint64 version = 0;
    if (!tx || !run_query(tx, &lock_schema, error) || !read_version(tx, &version, error)) {
        return FALSE;
    }
    if (version > migrations->len) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "the database is of a newer Albumen (its schema is version %" G_GINT64_FORMAT
                    ", this program knows %u); use that one, or another data folder",
                    version, migrations->len);
        return FALSE;
    }
    *ret_done = version == migrations->len;
    return *ret_done || apply_one(store, tx, g_ptr_array_index(migrations, version), error);
}

gboolean migrations_apply(Store *store, const GPtrArray *migrations, GError **error)
{
    gboolean done = FALSE;
    while (!done) {
        if (!apply_next(store, migrations, &done, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean store_migrate(Store *store, GError **error)
{
    g_autoptr(GPtrArray) migrations = migrations_load(store_engine(store));
    return migrations_apply(store, migrations, error);
}

int store_schema_version(Store *store, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(store, error);
    gint64 version = 0;
    return tx && read_version(tx, &version, error) ? (int)version : -1;
}
