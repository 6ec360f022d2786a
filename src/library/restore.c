#include "base/beneath.h"
#include "base/path_text.h"
#include "library/backup.h"
#include "library/backup_archive.h"
#include "library/backup_format.h"
#include "store/dump.h"
#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES       (256U << 10)
#define MEMBER_BYTES_MAX (512LL << 20) /* of one that is read into memory: rows, settings */
#define TREE_DESCRIPTORS 16
#define NS_PER_SECOND    1000000000

typedef struct {
    const char *path;
    const RestoreOptions *options;
    BackupCounts *counts;
    json_t *manifest;
    char *target;  /* the data folder, absolute */
    char *making;  /* beside it: what becomes the data folder */
    int data;      /* it, opened */
    int originals; /* -1: they are passed over */
    Store *store;
    StoreTx *tx;       /* in which rows are loaded */
    GPtrArray *tables; /* of the new database */
} Restore;

/* The first reading */

static json_t *read_member(BackupReader *reader, gint64 bytes, GError **error)
{
    if (bytes > MEMBER_BYTES_MAX) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "a part of the backup is too large");
        return NULL;
    }
    g_autofree char *text = g_malloc((gsize)bytes + 1);
    gsize length = 0;
    gssize got = 0;
    while ((got = backup_reader_read(reader, text + length, (gsize)bytes - length, error)) > 0) {
        length += (gsize)got;
    }
    json_t *json = got == 0 ? json_loadb(text, length, 0, NULL) : NULL;
    if (got == 0 && !json) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                            "a part of the backup is no JSON");
    }
    return json;
}

static gboolean read_manifest(Restore *restore, GError **error)
{
    const char *name = NULL;
    gint64 bytes = 0;
    g_autoptr(BackupReader) reader = backup_reader_open(restore->path, error);
    if (!reader || !backup_reader_next(reader, &name, &bytes, error)) {
        return FALSE;
    }
    if (g_strcmp0(name, BACKUP_MANIFEST) != 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "%s: this is no backup of Albumen",
                    restore->path);
        return FALSE;
    }
    restore->manifest = read_member(reader, bytes, error);
    gint64 format = json_integer_value(json_object_get(restore->manifest, "format"));
    if (restore->manifest && format != BACKUP_FORMAT) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "%s was made by another version of Albumen (%s), whose backups this one does "
                    "not know",
                    restore->path,
                    json_string_value(json_object_get(restore->manifest, "program")));
        return FALSE;
    }
    return restore->manifest != NULL;
}

/* The place */

static gboolean is_empty_folder(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    return !folder || !g_dir_read_name(folder);
}

static gboolean check_place(const Restore *restore, GError **error)
{
    if (!restore->options->force && g_file_test(restore->target, G_FILE_TEST_EXISTS) &&
        !is_empty_folder(restore->target)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "there is something in %s already: choose another --data, or set it aside by "
                    "--force",
                    restore->target);
        return FALSE;
    }
    const char *originals = restore->options->originals_folder;
    if (originals && !is_empty_folder(originals)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "%s is not empty: the originals go into a folder of their own", originals);
        return FALSE;
    }
    return TRUE;
}

static int open_new_folder(const char *path, GError **error)
{
    int fd =
        g_mkdir_with_parents(path, 0700) == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0) {
        int saved_errno = errno;
        g_autofree char *what = g_strdup_printf("make the folder %s", path);
        error_set_errno(error, saved_errno, what);
    }
    return fd;
}

static gboolean make_place(Restore *restore, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(restore->target);
    g_autofree char *making = g_strconcat(restore->target, ".restoring-XXXXXX", NULL);
    if (g_mkdir_with_parents(parent, 0700) != 0 || !g_mkdtemp_full(making, 0700)) {
        return error_set_errno(error, errno, "make the new data folder");
    }
    restore->making = g_steal_pointer(&making);
    restore->data = open_new_folder(restore->making, error);
    const char *originals = restore->options->originals_folder;
    if (restore->data >= 0 && originals) {
        restore->originals = open_new_folder(originals, error);
    }
    return restore->data >= 0 && (!originals || restore->originals >= 0);
}

/* The database: of the backup's schema first */

static gboolean check_empty(Store *store, GError **error)
{
    static const StoreQuery query = {
        .name = "restore_is_empty",
        .sql = "SELECT (SELECT count(*) FROM source) + (SELECT count(*) FROM photo)",
    };
    g_autoptr(StoreTx) tx = store_read(store, error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    gint64 rows = 0;
    if (!row || !store_step_int(row, &rows, error)) {
        return FALSE;
    }
    if (rows > 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "there is a library in the database already: use an empty one");
        return FALSE;
    }
    return TRUE;
}

static gboolean make_schema(Store *store, gint64 wanted, GError **error)
{
    g_autoptr(GPtrArray) migrations = migrations_load(store_engine(store));
    int now = store_schema_version(store, error);
    if (now < 0 || (now > 0 && !check_empty(store, error))) {
        return FALSE;
    }
    if (wanted < 1 || wanted > (gint64)migrations->len) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                            "the backup was made by a newer version of Albumen: restore it with "
                            "that version, or a newer one");
        return FALSE;
    }
    if (now > wanted) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "the database has tables of a newer version than the backup: use an "
                            "empty one");
        return FALSE;
    }
    g_ptr_array_set_size(migrations, (gint)wanted);
    return migrations_apply(store, migrations, error);
}

static gboolean open_database(Restore *restore, GError **error)
{
    g_autofree char *own = g_build_filename(restore->making, "albumen.db", NULL);
    const char *url = restore->options->database_url;
    gint64 schema = json_integer_value(json_object_get(restore->manifest, "schema"));
    restore->store = store_open(url ? url : own, error);
    if (!restore->store || !make_schema(restore->store, schema, error)) {
        return FALSE;
    }
    restore->tx = store_load_begin(restore->store, error);
    restore->tables = restore->tx ? store_tables(restore->tx, error) : NULL;
    return restore->tables != NULL;
}

/* Rows */

static StoreTable *find_table(const Restore *restore, const char *name)
{
    for (guint i = 0; i < restore->tables->len; i++) {
        StoreTable *table = g_ptr_array_index(restore->tables, i);
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return NULL;
}

static const json_t *find_listed(const Restore *restore, const char *name)
{
    const json_t *listed = json_object_get(restore->manifest, "tables");
    for (gsize i = 0; i < json_array_size(listed); i++) {
        const json_t *table = json_array_get(listed, i);
        if (g_strcmp0(json_string_value(json_object_get(table, "name")), name) == 0) {
            return table;
        }
    }
    return NULL;
}

/* Both engines name the same columns, in the same order. */
static gboolean has_columns(const StoreTable *table, const json_t *listed)
{
    const json_t *columns = json_object_get(listed, "columns");
    gboolean same = json_array_size(columns) == table->columns->len;
    for (guint i = 0; same && i < table->columns->len; i++) {
        const char *name = json_string_value(json_array_get(columns, i));
        same = g_strcmp0(name, g_array_index(table->columns, StoreColumn, i).name) == 0;
    }
    return same;
}

static gboolean bind_cell(StoreStatement *row, int at, StoreType type, const json_t *cell)
{
    if (json_is_null(cell)) {
        store_bind_null(row, at);
    } else if (type == STORE_TYPE_INT && json_is_integer(cell)) {
        store_bind_int(row, at, json_integer_value(cell));
    } else if (type == STORE_TYPE_DOUBLE && json_is_number(cell)) {
        store_bind_double(row, at, json_number_value(cell));
    } else if (type == STORE_TYPE_TEXT && json_is_string(cell)) {
        store_bind_text(row, at, json_string_value(cell));
    } else if (type == STORE_TYPE_BLOB && json_is_string(cell)) {
        gsize length = 0;
        g_autofree guchar *bytes = g_base64_decode(json_string_value(cell), &length);
        store_bind_blob(row, at, bytes, length);
    } else {
        return FALSE;
    }
    return TRUE;
}

static gboolean load_row(Restore *restore, const StoreTable *table, const json_t *cells,
                         GError **error)
{
    StoreStatement *row = store_load_row(restore->tx, table, error);
    if (!row) {
        return FALSE;
    }
    gboolean fits = json_array_size(cells) == table->columns->len;
    for (guint i = 0; fits && i < table->columns->len; i++) {
        fits = bind_cell(row, (int)i + 1, g_array_index(table->columns, StoreColumn, i).type,
                         json_array_get(cells, i));
    }
    if (!fits) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "a row of %s in the backup does not fit its table", table->name);
        return FALSE;
    }
    restore->counts->rows++;
    return store_run(row, NULL, error);
}

static gboolean load_rows(Restore *restore, BackupReader *reader, const char *name, gint64 bytes,
                          GError **error)
{
    const char *rest = name + strlen(BACKUP_TABLES);
    g_autofree char *table_name = g_strndup(rest, strcspn(rest, "/"));
    StoreTable *table = find_table(restore, table_name);
    const json_t *listed = find_listed(restore, table_name);
    if (!table || !listed || !has_columns(table, listed)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "the backup has a table %s that its schema has not", table_name);
        return FALSE;
    }
    table->last_number = json_integer_value(json_object_get(listed, "last_number"));
    json_t *rows = read_member(reader, bytes, error);
    gboolean loaded = rows != NULL;
    for (gsize i = 0; loaded && i < json_array_size(rows); i++) {
        loaded = load_row(restore, table, json_array_get(rows, i), error);
    }
    json_decref(rows);
    return loaded;
}

/* Files */

static gboolean copy_member(BackupReader *reader, int fd, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(COPY_BYTES);
    gssize got = 0;
    while ((got = backup_reader_read(reader, buffer, COPY_BYTES, error)) > 0) {
        for (gssize at = 0; at < got;) {
            ssize_t wrote = write(fd, buffer + at, (gsize)(got - at));
            if (wrote < 0 && errno != EINTR) {
                return error_set_errno(error, errno, "write a file of the backup");
            }
            at += MAX(wrote, 0);
        }
    }
    gint64 modified = backup_reader_modified_ns(reader);
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
                                      {modified / NS_PER_SECOND, modified % NS_PER_SECOND}};
    return got == 0 &&
           (futimens(fd, times) == 0 || error_set_errno(error, errno, "set the time of a file"));
}

/* The name can lead nowhere but beneath the folder. A second one of a name is the same
 * sidecar, of two photos. */
static gboolean write_file(Restore *restore, BackupReader *reader, int root, const char *name,
                           gint64 bytes, GError **error)
{
    const char *last = NULL;
    int folder = beneath_open_parent(root, name, TRUE, &last, error);
    if (folder < 0) {
        return FALSE;
    }
    int fd = openat(folder, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int saved_errno = errno;
    close(folder);
    if (fd < 0) {
        return saved_errno == EEXIST ||
               error_set_errno(error, saved_errno, "make a file of the backup");
    }
    gboolean written = copy_member(reader, fd, error);
    if (close(fd) != 0 && written) {
        written = error_set_errno(error, errno, "write a file of the backup");
    }
    restore->counts->files++;
    restore->counts->bytes += bytes;
    return written;
}

/* The database that it names is the one it was: what is restored lies where it was told to. */
static gboolean clean_configuration(const Restore *restore, GError **error)
{
    g_autofree char *path = g_build_filename(restore->making, "albumen.conf", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    GKeyFileFlags flags = G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS;
    if (!g_key_file_load_from_file(file, path, flags, NULL) ||
        !g_key_file_remove_key(file, "store", "database", NULL)) {
        return TRUE;
    }
    g_autoptr(GError) failure = NULL;
    if (!g_key_file_save_to_file(file, path, &failure)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO, failure->message);
        return FALSE;
    }
    return g_chmod(path, 0600) == 0 || error_set_errno(error, errno, "write albumen.conf");
}

static gboolean take_member(Restore *restore, BackupReader *reader, const char *name, gint64 bytes,
                            GError **error)
{
    if (g_str_has_prefix(name, BACKUP_TABLES)) {
        return load_rows(restore, reader, name, bytes, error);
    }
    if (g_str_has_prefix(name, BACKUP_ORIGINALS)) {
        return restore->originals < 0 || write_file(restore, reader, restore->originals,
                                                    name + strlen(BACKUP_ORIGINALS), bytes, error);
    }
    if (g_str_has_prefix(name, BACKUP_SETTINGS)) {
        return write_file(restore, reader, restore->data, name + strlen(BACKUP_SETTINGS), bytes,
                          error);
    }
    if (g_str_has_prefix(name, BACKUP_TRASH) || g_str_has_prefix(name, BACKUP_UPLOADS) ||
        g_str_has_prefix(name, BACKUP_THUMBNAILS)) {
        return write_file(restore, reader, restore->data, name, bytes, error);
    }
    return TRUE; /* the manifest, and what a later version may add */
}

/* The second reading, which proves once more what it takes. */
static gboolean take_all(Restore *restore, GError **error)
{
    const char *name = NULL;
    gint64 bytes = 0;
    g_autoptr(BackupReader) reader = backup_reader_open(restore->path, error);
    if (!reader) {
        return FALSE;
    }
    do {
        if (!backup_reader_next(reader, &name, &bytes, error) ||
            (name && !take_member(restore, reader, name, bytes, error))) {
            return FALSE;
        }
    } while (name);
    return clean_configuration(restore, error);
}

/* Paths: what lies elsewhere now */

static gboolean repoint_by(StoreTx *tx, const StoreQuery *query, gint64 source_id, const char *from,
                           const char *to, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, source_id);
    store_bind_text(statement, 2, to);
    store_bind_int(statement, 3, g_utf8_strlen(from, -1) + 1);
    return store_run(statement, NULL, error);
}

#define MOVED "CAST(?2 AS TEXT) || substr(path, CAST(?3 AS INTEGER))"

static gboolean repoint(StoreTx *tx, gint64 source_id, const char *from, const char *to,
                        GError **error)
{
    static const StoreQuery queries[] = {
        {.name = "restore_photos",
         .sql = "UPDATE photo SET path = " MOVED " WHERE (kept_out IS NULL OR kept_out <> 'trash') "
                "AND folder_id IN (SELECT id FROM folder WHERE source_id = ?1)"},
        {.name = "restore_failures",
         .sql = "UPDATE failure SET path = " MOVED
                " WHERE folder_id IN (SELECT id FROM folder WHERE source_id = ?1)"},
        {.name = "restore_folders",
         .sql = "UPDATE folder SET path = " MOVED " WHERE source_id = ?1"},
        {.name = "restore_source", .sql = "UPDATE source SET path = " MOVED " WHERE id = ?1"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
        if (!repoint_by(tx, &queries[i], source_id, from, to, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

typedef struct {
    gint64 id;
    char *path;
    gboolean is_uploads;
} Place;

static void place_clear(gpointer place)
{
    g_free(((Place *)place)->path);
}

static GArray *read_places(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "restore_sources",
        .sql = "SELECT id, path, is_uploads FROM source ORDER BY id",
    };
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(Place));
    g_array_set_clear_func(places, place_clear);
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const Place place = {store_column_int(row, 0), g_strdup(store_column_text(row, 1)),
                             store_column_int(row, 2) != 0};
        g_array_append_val(places, place);
    }
    return step == STORE_DONE ? g_steal_pointer(&places) : NULL;
}

/* Where the source's photos are now, as text; NULL: where they were. */
static char *new_place(const Restore *restore, const Place *place)
{
    if (place->is_uploads) {
        g_autofree char *uploads = g_build_filename(restore->target, "uploads", NULL);
        return path_to_text(uploads);
    }
    if (restore->originals < 0) {
        return NULL;
    }
    g_autofree char *folder = g_canonicalize_filename(restore->options->originals_folder, NULL);
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, place->id);
    g_autofree char *path = g_build_filename(folder, number, NULL);
    g_mkdir(path, 0700); /* of a source without any photo */
    return path_to_text(path);
}

static gboolean repoint_all(const Restore *restore, StoreTx *tx, GError **error)
{
    g_autoptr(GArray) places = read_places(tx, error);
    for (guint i = 0; places && i < places->len; i++) {
        const Place *place = &g_array_index(places, Place, i);
        g_autofree char *to = new_place(restore, place);
        const char *from = strcmp(place->path, "/") == 0 ? "" : place->path;
        if (to && strcmp(to, from) != 0 && !repoint(tx, place->id, from, to, error)) {
            return FALSE;
        }
    }
    return places != NULL;
}

/* Uploads under way have no bytes in a backup. What others keep of the library that it was must not
 * fit the one that it becomes. */
static gboolean begin_anew(StoreTx *tx, GError **error)
{
    static const StoreQuery uploads = {
        .name = "restore_uploads",
        .sql = "DELETE FROM upload WHERE state = 'open'",
    };
    static const StoreQuery version = {
        .name = "restore_version",
        .sql = "UPDATE library_version SET version = CASE WHEN version < ?1 THEN ?1 "
               "ELSE version + 1 END",
    };
    StoreStatement *statement = store_prepare(tx, &uploads, error);
    if (!statement || !store_run(statement, NULL, error)) {
        return FALSE;
    }
    statement = store_prepare(tx, &version, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean fit(const Restore *restore, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(restore->store, error);
    return tx && repoint_all(restore, tx, error) && begin_anew(tx, error) &&
           store_commit(tx, error);
}

/* The whole */

static gboolean finish_rows(Restore *restore, GError **error)
{
    gboolean loaded =
        store_load_end(restore->tx, restore->tables, error) && store_commit(restore->tx, error);
    g_clear_pointer(&restore->tx, store_tx_free);
    return loaded && store_migrate(restore->store, error) && fit(restore, error);
}

/* Another process's database cannot be renamed into place: what was loaded goes again. */
static void unload(Restore *restore)
{
    g_clear_pointer(&restore->tx, store_tx_free);
    if (restore->store && restore->options->database_url && restore->tables) {
        g_autoptr(StoreTx) tx = store_load_begin(restore->store, NULL);
        g_autoptr(GPtrArray) none = g_ptr_array_new();
        if (tx && store_load_end(tx, none, NULL)) {
            store_commit(tx, NULL);
        }
    }
}

static gboolean set_aside(const Restore *restore, char **ret_set_aside, GError **error)
{
    if (!g_file_test(restore->target, G_FILE_TEST_EXISTS) || is_empty_folder(restore->target)) {
        return TRUE;
    }
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *when = g_date_time_format(now, ".before-restore-%Y%m%dT%H%M%SZ");
    g_autofree char *aside = g_strconcat(restore->target, when, NULL);
    if (renameat2(AT_FDCWD, restore->target, AT_FDCWD, aside, RENAME_NOREPLACE) != 0) {
        return error_set_errno(error, errno, "set the old data folder aside");
    }
    *ret_set_aside = g_steal_pointer(&aside);
    return TRUE;
}

static gboolean put_in_place(Restore *restore, char **ret_set_aside, GError **error)
{
    g_clear_pointer(&restore->store, store_close);
    if (syncfs(restore->data) != 0 ||
        (restore->originals >= 0 && syncfs(restore->originals) != 0)) {
        return error_set_errno(error, errno, "write the library to the disk");
    }
    if (!set_aside(restore, ret_set_aside, error)) {
        return FALSE;
    }
    /* Over an empty folder, or over nothing. */
    return rename(restore->making, restore->target) == 0 ||
           error_set_errno(error, errno, "give the data folder its name");
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_one, TREE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

static void restore_clear(Restore *restore, gboolean done)
{
    if (!done) {
        unload(restore);
    }
    g_clear_pointer(&restore->store, store_close);
    if (!done && restore->making) {
        remove_tree(restore->making);
    }
    if (restore->data >= 0) {
        close(restore->data);
    }
    if (restore->originals >= 0) {
        close(restore->originals);
    }
    g_clear_pointer(&restore->tables, g_ptr_array_unref);
    json_decref(restore->manifest);
    g_free(restore->making);
    g_free(restore->target);
}

gboolean backup_restore(const char *path, const RestoreOptions *options, BackupCounts *ret_counts,
                        char **ret_set_aside, GError **error)
{
    BackupCounts proven;
    Restore restore = {
        .path = path,
        .options = options,
        .counts = ret_counts,
        .target = g_canonicalize_filename(options->data_folder, NULL),
        .data = -1,
        .originals = -1,
    };
    *ret_counts = (BackupCounts){0};
    *ret_set_aside = NULL;
    gboolean done = check_place(&restore, error) && backup_verify(path, &proven, error) &&
                    read_manifest(&restore, error) && make_place(&restore, error) &&
                    open_database(&restore, error) && take_all(&restore, error) &&
                    finish_rows(&restore, error) && put_in_place(&restore, ret_set_aside, error);
    restore_clear(&restore, done);
    return done;
}
