#include "library/check.h"

#include "base/beneath.h"
#include "base/file_move.h"
#include "base/lock.h"
#include "base/path_text.h"
#include "library/originals.h"
#include "library/photo_rows.h"
#include "library/trash.h"
#include "library/trash_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_ROWS "500"

typedef struct {
    const CheckOptions *options;
    CheckCounts *counts;
    GHashTable *unreachable; /* paths of sources that are not there */
    GMutex lock;             /* of the counts, and of `found` */
} Checking;

/* Findings */

/* What a kill between two steps leaves, or a change of a file: known to be of no use to anybody. */
static gboolean is_left_over(const char *kind)
{
    static const char *const kinds[] = {"thumbnail_orphan", "upload_orphan", "trash_unfinished",
                                        NULL};
    return g_strv_contains(kinds, kind);
}

G_GNUC_PRINTF(5, 6)
static void report(Checking *checking, const char *kind, const char *path, gboolean repaired,
                   const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const CheckFinding finding = {kind, path, sentence, repaired, is_left_over(kind)};
    LOCK_UNTIL_END(&checking->lock);
    CheckCounts *counts = checking->counts;
    ++*(repaired               ? &counts->repaired
        : finding.is_left_over ? &counts->left_over
                               : &counts->findings);
    checking->options->found(&finding, checking->options->data);
}

static void count(Checking *checking, gint64 *counter)
{
    LOCK_UNTIL_END(&checking->lock);
    ++*counter;
}

/* Rows */

typedef struct {
    Checking *checking;
    gint64 id, version;
    char *uuid, *path, *name, *folder, *source; /* texts */
    char *kept_out;                             /* NULL: it is not */
    char *tags;
    gint64 file_bytes, modified_ns;
    ContentHash hash;
    gboolean is_present;
} CheckRow;

static void check_row_free(CheckRow *row)
{
    g_free(row->uuid);
    g_free(row->path);
    g_free(row->name);
    g_free(row->folder);
    g_free(row->source);
    g_free(row->kept_out);
    g_free(row->tags);
    g_free(row);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckRow, check_row_free)

static CheckRow *row_read(Checking *checking, const StoreStatement *statement)
{
    CheckRow *row = g_new0(CheckRow, 1);
    int at = 0;
    row->checking = checking;
    row->id = store_column_int(statement, at++);
    row->version = store_column_int(statement, at++);
    row->uuid = g_strdup(store_column_text(statement, at++));
    row->path = g_strdup(store_column_text(statement, at++));
    row->name = g_strdup(store_column_text(statement, at++));
    row->folder = g_strdup(store_column_text(statement, at++));
    row->source = g_strdup(store_column_text(statement, at++));
    row->kept_out = g_strdup(store_column_text(statement, at++));
    row->tags = g_strdup(store_column_text(statement, at++));
    row->file_bytes = store_column_int(statement, at++);
    row->modified_ns = store_column_int(statement, at++);
    gsize length = 0;
    gconstpointer hash = store_column_blob(statement, at++, &length);
    if (length == HASH_BYTES) {
        memcpy(row->hash.bytes, hash, HASH_BYTES);
    }
    row->is_present = strcmp(store_column_text(statement, at), "present") == 0;
    return row;
}

static GPtrArray *next_page(Checking *checking, gint64 after_id, GError **error)
{
    static const StoreQuery query = {
        .name = "check_page",
        .sql = "SELECT p.id, p.version, p.uuid, p.path, p.name, f.path, s.path, p.kept_out, "
               "p.tags, p.file_bytes, p.modified_ns, p.content_hash, p.state "
               "FROM photo p JOIN folder f ON f.id = p.folder_id "
               "JOIN source s ON s.id = f.source_id "
               "WHERE p.id > ?1 AND (s.removed_ms IS NULL OR p.kept_out = 'trash') "
               "ORDER BY p.id LIMIT " PAGE_ROWS,
    };
    g_autoptr(StoreTx) tx = store_read(library_store(checking->options->library), error);
    StoreStatement *statement = tx ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return NULL;
    }
    store_bind_int(statement, 1, after_id);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)check_row_free);
    StoreStep step;
    while ((step = store_step(statement, error)) == STORE_ROW) {
        g_ptr_array_add(rows, row_read(checking, statement));
    }
    return step == STORE_DONE ? g_steal_pointer(&rows) : NULL;
}

/* Whether nobody changed the row since it was read: else what was found is of another time. */
static gboolean is_still_so(const CheckRow *row)
{
    static const StoreQuery query = {
        .name = "check_version",
        .sql = "SELECT version FROM photo WHERE id = ?1",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(row->checking->options->library), NULL);
    StoreStatement *statement = tx ? store_prepare(tx, &query, NULL) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, row->id);
    return store_step(statement, NULL) == STORE_ROW &&
           store_column_int(statement, 0) == row->version;
}

#define REPORT_ROW(row, kind, repaired, ...)                                                       \
    do {                                                                                           \
        if (is_still_so(row)) {                                                                    \
            report((row)->checking, kind, (row)->path, repaired, __VA_ARGS__);                     \
        }                                                                                          \
    } while (0)

/* Originals */

static gint64 modified_ns(const struct stat *info)
{
    return (gint64)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
}

static int open_original(const CheckRow *row, GError **error)
{
    g_autofree char *source = path_from_text(row->source);
    g_autofree char *path = path_from_text(row->path);
    const char *relative = source && path ? beneath_relative(source, path) : NULL;
    if (!relative) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                            "its row has a path that is not beneath its source");
        return -1;
    }
    return beneath_open(source, relative, error);
}

/* TRUE when the file is what the row says it is. */
static gboolean check_original(const CheckRow *row, int fd)
{
    struct stat info;
    ContentHash hash;
    g_autoptr(GError) failure = NULL;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        REPORT_ROW(row, "file_missing", FALSE, "%s is no file any more", row->path);
        return FALSE;
    }
    if (info.st_size != row->file_bytes || modified_ns(&info) != row->modified_ns) {
        REPORT_ROW(row, "file_changed", FALSE,
                   "%s has changed since it was read; a scan reads it again", row->path);
        return FALSE;
    }
    count(row->checking, &row->checking->counts->files);
    if (!hash_file(fd, &hash, NULL, &failure)) {
        REPORT_ROW(row, "file_unreadable", FALSE, "%s: %s", row->path, failure->message);
        return FALSE;
    }
    if (memcmp(hash.bytes, row->hash.bytes, HASH_BYTES) != 0) {
        REPORT_ROW(row, "file_damaged", FALSE,
                   "%s has other bytes than when it was read, though its size and time are the "
                   "same: the disk may have damaged it",
                   row->path);
        return FALSE;
    }
    return TRUE;
}

/* Thumbnails */

static gboolean thumbnail_is_whole(const CheckRow *row, ThumbnailSize size)
{
    const CheckOptions *options = row->checking->options;
    char content[HASH_HEX_CHARS + 1];
    hash_to_hex(&row->hash, content);
    g_autofree char *key = thumbnail_key(content, size);
    g_autoptr(GBytes) jpeg = blobs_get(library_thumbnails(options->library), key, NULL);
    count(row->checking, &row->checking->counts->thumbnails);
    return jpeg && options->is_whole_jpeg(jpeg, options->data);
}

static gboolean remake_thumbnails(const CheckRow *row, int fd, GError **error)
{
    const CheckOptions *options = row->checking->options;
    g_autoptr(MediaPicture) picture = options->read(fd, row->name, options->data, error);
    if (!picture) {
        return FALSE;
    }
    if (memcmp(picture->hash.bytes, row->hash.bytes, HASH_BYTES) != 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "the file has changed");
        return FALSE;
    }
    return thumbnails_put(options->library, picture, error);
}

static void check_thumbnails(const CheckRow *row, int fd)
{
    if (thumbnail_is_whole(row, THUMBNAIL_SMALL) && thumbnail_is_whole(row, THUMBNAIL_LARGE)) {
        return;
    }
    gboolean repaired =
        row->checking->options->repair && fd >= 0 && remake_thumbnails(row, fd, NULL);
    REPORT_ROW(row, "thumbnail_lost", repaired,
               "The thumbnails of %s are missing or damaged; they are made again %s", row->path,
               repaired ? "now" : "when somebody looks at it");
}

static void check_shown(const CheckRow *row)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *expected = g_build_filename(row->folder, row->name, NULL);
    if (strcmp(expected, row->path) != 0) {
        REPORT_ROW(row, "row_inconsistent", FALSE, "The row of %s says that it lies in %s",
                   row->path, row->folder);
        return;
    }
    int fd = open_original(row, &failure);
    if (fd < 0) {
        REPORT_ROW(row, "file_missing", FALSE, "%s is shown, but its file is not there: %s",
                   row->path, failure->message);
        return;
    }
    if (check_original(row, fd)) {
        check_thumbnails(row, fd);
    }
    close(fd);
}

/* The trash */

static void check_trashed(const CheckRow *row)
{
    Checking *checking = row->checking;
    g_autofree char *start = g_strdup_printf("trash/%s/", row->uuid);
    g_autofree char *path = path_from_text(row->path);
    if (!path || !g_str_has_prefix(path, start)) {
        REPORT_ROW(row, "row_inconsistent", FALSE,
                   "%s of %s is in the trash, and its row says otherwise", row->name, row->folder);
        return;
    }
    g_autoptr(GError) failure = NULL;
    int fd = beneath_open_at(library_trash(checking->options->library), path + strlen("trash/"),
                             O_NOFOLLOW, &failure);
    ContentHash hash;
    if (fd < 0) {
        REPORT_ROW(row, "trash_lost", FALSE, "%s of %s is in the trash, but its file is not there",
                   row->name, row->folder);
        return;
    }
    count(checking, &checking->counts->files);
    if (!hash_file(fd, &hash, NULL, NULL) || memcmp(hash.bytes, row->hash.bytes, HASH_BYTES) != 0) {
        REPORT_ROW(row, "file_damaged", FALSE,
                   "%s of %s, in the trash, has other bytes than when it was read", row->name,
                   row->folder);
    }
    close(fd);
}

static void check_row(gpointer data, gpointer unused)
{
    const CheckRow *row = data;
    if (g_strcmp0(row->kept_out, "trash") == 0) {
        check_trashed(row);
    } else if (row->is_present && !row->kept_out &&
               !g_hash_table_contains(row->checking->unreachable, row->source)) {
        check_shown(row);
    }
}

/* Tags: each row's text against the rows of photo_tag */

static GHashTable *tags_of(Checking *checking, gint64 first_id, gint64 last_id, GError **error)
{
    static const StoreQuery query = {
        .name = "check_tags",
        .sql = "SELECT pt.photo_id, t.name FROM photo_tag pt JOIN tag t ON t.id = pt.tag_id "
               "WHERE pt.photo_id BETWEEN ?1 AND ?2 ORDER BY pt.photo_id, pt.position",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(checking->options->library), error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, first_id);
    store_bind_int(row, 2, last_id);
    g_autoptr(GHashTable) tags = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        const char *before = g_hash_table_lookup(tags, &id);
        char *all = before
                        ? g_strconcat(before, PHOTO_TAG_SEPARATOR, store_column_text(row, 1), NULL)
                        : g_strdup(store_column_text(row, 1));
        g_hash_table_insert(tags, g_memdup2(&id, sizeof id), all);
    }
    return step == STORE_DONE ? g_steal_pointer(&tags) : NULL;
}

static gboolean check_tags(Checking *checking, const GPtrArray *rows, GError **error)
{
    const CheckRow *first = g_ptr_array_index(rows, 0);
    const CheckRow *last = g_ptr_array_index(rows, rows->len - 1);
    g_autoptr(GHashTable) tags = tags_of(checking, first->id, last->id, error);
    for (guint i = 0; tags && i < rows->len; i++) {
        const CheckRow *row = g_ptr_array_index(rows, i);
        if (g_strcmp0(row->tags, g_hash_table_lookup(tags, &row->id)) != 0) {
            REPORT_ROW(row, "row_inconsistent", FALSE,
                       "The tags of %s in its own row are not those it is found by", row->path);
        }
    }
    return tags != NULL;
}

static gboolean check_page(Checking *checking, GPtrArray *rows, GError **error)
{
    GThreadPool *pool = g_thread_pool_new(check_row, NULL, checking->options->threads, FALSE, NULL);
    for (guint i = 0; i < rows->len; i++) {
        g_thread_pool_push(pool, g_ptr_array_index(rows, i), NULL);
    }
    gboolean good = check_tags(checking, rows, error);
    g_thread_pool_free(pool, FALSE, TRUE);
    checking->counts->photos += rows->len;
    return good;
}

static gboolean check_photos(Checking *checking, GError **error)
{
    gint64 after_id = 0;
    for (;;) {
        g_autoptr(GPtrArray) rows = next_page(checking, after_id, error);
        if (!rows || rows->len == 0) {
            return rows != NULL;
        }
        if (!check_page(checking, rows, error)) {
            return FALSE;
        }
        after_id = ((CheckRow *)g_ptr_array_index(rows, rows->len - 1))->id;
    }
}

/* The database by itself. Each query gives one text a finding. */

typedef struct {
    StoreQuery query;
    const char *sentence; /* with one %s */
} RowCheck;

static const RowCheck row_checks[] = {
    {{.name = "check_integrity",
      .sql = "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
      .postgres = "SELECT '' WHERE 1 = 0"},
     "The database is damaged: %s"},
    {{.name = "check_references",
      .sql = "SELECT \"table\" || ' ' || rowid FROM pragma_foreign_key_check",
      .postgres = "SELECT '' WHERE 1 = 0"},
     "A row refers to nothing: %s"},
    {{.name = "check_stacks",
      .sql = "SELECT m.path FROM photo m JOIN photo l ON l.id = m.stack_of "
             "WHERE l.stack_of IS NOT NULL OR l.id = m.id"},
     "%s stands behind a photo that stands behind another itself"},
    {{.name = "check_hidden",
      .sql = "SELECT m.path FROM photo m JOIN photo l ON l.id = m.stack_of "
             "WHERE m.kept_out IS NULL AND m.state = 'present' "
             "AND (l.kept_out IS NOT NULL OR l.state <> 'present')"},
     "%s stands behind a photo that is not shown, and so is not shown itself"},
    {{.name = "check_gone",
      .sql = "SELECT p.path FROM photo p JOIN photo_gone g ON g.photo_id = p.id "
             "WHERE g.version > p.version"},
     "%s is shown and was deleted"},
    {{.name = "check_items",
      .sql = "SELECT i.filename FROM dataset_item i JOIN dataset_directory r "
             "ON r.id = i.directory_id WHERE r.dataset_id <> i.dataset_id"},
     "%s lies in a directory of another dataset"},
    {{.name = "check_directories",
      .sql = "SELECT r.path FROM dataset_directory r LEFT JOIN dataset_directory p "
             "ON p.id = r.parent_id WHERE r.path <> CASE WHEN p.id IS NULL THEN '/' "
             "WHEN p.path = '/' THEN '/' || r.name ELSE p.path || '/' || r.name END"},
     "The directory %s of a dataset does not lie where its path says"},
    {{.name = "check_work",
      .sql = "SELECT i.filename FROM project_item w JOIN dataset_item i ON i.id = w.item_id "
             "WHERE w.annotation_count <> (SELECT count(*) FROM annotation n "
             "WHERE n.item_id = w.item_id AND n.project_id = w.project_id "
             "AND n.is_proposed = 0 AND n.kind <> 'tag') "
             "OR w.proposal_count <> (SELECT count(*) FROM annotation n "
             "WHERE n.item_id = w.item_id AND n.project_id = w.project_id "
             "AND n.is_proposed = 1)"},
     "The number of annotations that is told of %s is not how many there are"},
    {{.name = "check_shapes",
      .sql = "SELECT DISTINCT i.filename FROM annotation n JOIN dataset_item i ON i.id = n.item_id "
             "LEFT JOIN project_item w ON w.item_id = n.item_id AND w.project_id = n.project_id "
             "WHERE w.item_id IS NULL"},
     "%s has annotations, and nothing tells of the work on it"},
    {{.name = "check_tally",
      .sql = "SELECT d.name FROM project p JOIN dataset d ON d.id = p.dataset_id "
             "WHERE (SELECT COALESCE(sum(t.new_items + t.annotate_items + t.review_items + "
             "t.complete_items), 0) FROM project_tally t WHERE t.project_id = p.id) <> "
             "(SELECT count(*) FROM dataset_item i WHERE i.dataset_id = d.id "
             "AND i.archived_ms IS NULL) OR (SELECT COALESCE(sum(t.annotations), 0) "
             "FROM project_tally t WHERE t.project_id = p.id) <> "
             "(SELECT COALESCE(sum(w.annotation_count), 0) FROM project_item w "
             "JOIN dataset_item i ON i.id = w.item_id WHERE w.project_id = p.id "
             "AND i.archived_ms IS NULL)"},
     "The numbers that are told of the dataset %s are not what is in it"},
};

static gboolean check_rows(Checking *checking, const RowCheck *check, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(checking->options->library), error);
    StoreStatement *row = tx ? store_prepare(tx, &check->query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const char *subject = store_column_text(row, 0);
        g_auto(GStrv) parts = g_strsplit(check->sentence, "%s", 2);
        report(checking, "row_inconsistent", NULL, FALSE, "%s%s%s", parts[0], subject, parts[1]);
    }
    return step == STORE_DONE;
}

static gboolean check_database(Checking *checking, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(row_checks); i++) {
        if (!check_rows(checking, &row_checks[i], error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Sources: one finding for the folder, not one for each photo in it. */
static gboolean check_sources(Checking *checking, GError **error)
{
    static const StoreQuery query = {
        .name = "check_sources",
        .sql = "SELECT path FROM source WHERE removed_ms IS NULL",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(checking->options->library), error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const char *text = store_column_text(row, 0);
        g_autofree char *path = path_from_text(text);
        if (!path || access(path, R_OK | X_OK) != 0) {
            g_hash_table_add(checking->unreachable, g_strdup(text));
            report(checking, "source_unreachable", text, FALSE,
                   "The folder %s cannot be reached (%s), so nothing is known of its photos", text,
                   g_strerror(errno));
        }
    }
    return step == STORE_DONE;
}

/* What lies in the data folder without a row */

static gboolean has_row(Checking *checking, const StoreQuery *query, const char *text,
                        const ContentHash *hash, gboolean *ret_has, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(checking->options->library), error);
    StoreStatement *row = tx ? store_prepare(tx, query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    if (hash) {
        store_bind_blob(row, 1, hash->bytes, HASH_BYTES);
    } else {
        store_bind_text(row, 1, text);
    }
    StoreStep step = store_step(row, error);
    *ret_has = step == STORE_ROW;
    return step != STORE_ERROR;
}

static gboolean hash_from_name(const char *name, ContentHash *ret_hash)
{
    for (gsize i = 0; i < HASH_BYTES; i++) {
        int high = g_ascii_xdigit_value(name[2 * i]);
        int low = high < 0 ? -1 : g_ascii_xdigit_value(name[2 * i + 1]);
        if (low < 0) {
            return FALSE;
        }
        ret_hash->bytes[i] = (guint8)(high << 4 | low);
    }
    return TRUE;
}

static gboolean check_thumbnail_file(const char *key, gpointer data, GError **error)
{
    static const StoreQuery query = {
        .name = "check_thumbnail",
        .sql = "SELECT 1 FROM photo WHERE content_hash = ?1 LIMIT 1",
    };
    Checking *checking = data;
    const char *slash = strrchr(key, '/');
    const char *name = slash ? slash + 1 : key;
    ContentHash hash;
    gboolean used = FALSE;
    if (hash_from_name(name, &hash) && !has_row(checking, &query, NULL, &hash, &used, error)) {
        return FALSE;
    }
    if (!used) {
        gboolean repaired = checking->options->repair &&
                            blobs_delete(library_thumbnails(checking->options->library), key, NULL);
        report(checking, "thumbnail_orphan", key, repaired, "The thumbnail %s is of no photo", key);
    }
    return TRUE;
}

static gboolean check_part(Checking *checking, int folder, const char *name, GError **error)
{
    static const StoreQuery query = {
        .name = "check_part",
        .sql = "SELECT 1 FROM upload WHERE id = ?1",
    };
    gboolean known = FALSE;
    if (!has_row(checking, &query, name, NULL, &known, error)) {
        return FALSE;
    }
    if (!known) {
        gboolean repaired = checking->options->repair && file_remove(folder, name, NULL);
        report(checking, "upload_orphan", name, repaired,
               "%s is a part of an upload that nobody goes on with", name);
    }
    return TRUE;
}

static gboolean check_parts(Checking *checking, GError **error)
{
    g_autofree char *path = g_build_filename(library_data_folder(checking->options->library),
                                             "uploads", ".partial", NULL);
    DIR *entries = opendir(path);
    if (!entries) {
        return errno == ENOENT || error_set_errno(error, errno, "read the folder of uploads");
    }
    gboolean good = TRUE;
    const struct dirent *entry = NULL;
    while (good && (entry = readdir(entries))) {
        good =
            entry->d_name[0] == '.' || check_part(checking, dirfd(entries), entry->d_name, error);
    }
    closedir(entries);
    return good;
}

static gboolean check_trash_folder(const char *uuid, gboolean set_aside, gpointer data,
                                   GError **error)
{
    static const StoreQuery query = {
        .name = "check_trash_folder",
        .sql = "SELECT 1 FROM photo WHERE uuid = ?1 AND kept_out = 'trash'",
    };
    Checking *checking = data;
    gboolean known = FALSE;
    if (!has_row(checking, &query, uuid, NULL, &known, error)) {
        return FALSE;
    }
    if (set_aside) {
        report(checking, "trash_unfinished", uuid, FALSE,
               "trash/.deleting-%s was to be deleted; --repair or the next start ends that", uuid);
    } else if (!known) {
        report(checking, "trash_orphan", uuid, FALSE,
               "trash/%s is of no photo in the trash, as after a restore from an older backup; "
               "nothing deletes it: look into it",
               uuid);
    }
    return TRUE;
}

static gboolean check_trash(Checking *checking, GError **error)
{
    Library *library = checking->options->library;
    TrashRecovery recovery = {0};
    if (checking->options->repair) {
        if (!trash_recover(library, &recovery, error)) {
            return FALSE;
        }
        gint64 ended = recovery.finished + recovery.undone + recovery.deleted + recovery.missing;
        if (ended > 0) {
            report(checking, "trash_unfinished", NULL, TRUE,
                   "%" G_GINT64_FORMAT " moves to or from the trash had been interrupted", ended);
        }
    }
    return trash_folder_each(library_trash(library), check_trash_folder, checking, error);
}

gboolean check_library(const CheckOptions *options, CheckCounts *ret_counts, GError **error)
{
    *ret_counts = (CheckCounts){0};
    Checking checking = {
        .options = options,
        .counts = ret_counts,
        .unreachable = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    g_mutex_init(&checking.lock);
    gboolean done =
        check_database(&checking, error) && check_sources(&checking, error) &&
        check_trash(&checking, error) && check_photos(&checking, error) &&
        blobs_each(library_thumbnails(options->library), check_thumbnail_file, &checking, error) &&
        check_parts(&checking, error);
    g_mutex_clear(&checking.lock);
    g_hash_table_unref(checking.unreachable);
    return done;
}
