#include "library/ingest.h"

#include "base/limits.h"
#include "library/ingest_rows.h"
#include "library/item_link.h"
#include "library/library.h"
#include "library/photo_rows.h"
#include "library/source.h"
#include "library/stack.h"

#include <string.h>

static KnownFile *known_file(GHashTable *known, const char *name)
{
    KnownFile *file = g_hash_table_lookup(known, name);
    if (!file) {
        file = g_new0(KnownFile, 1);
        g_hash_table_insert(known, g_strdup(name), file);
    }
    return file;
}

GHashTable *ingest_known_files(StoreTx *tx, const char *folder_path, GError **error)
{
    /* A failure comes after the photo of the same name, so that its size and time win: it is what
     * the file is now. */
    static const StoreQuery query = {
        .name = "ingest_known_files",
        .sql = "SELECT p.name, p.file_bytes, p.modified_ns, 1 AS is_photo, "
               "CASE WHEN p.state = 'present' THEN 1 ELSE 0 END, 0, "
               "CASE WHEN p.kept_out IS NULL THEN 0 ELSE 1 END, p.sidecar_bytes, "
               "p.sidecar_modified_ns FROM photo p "
               "JOIN folder f ON f.id = p.folder_id WHERE f.path = ?1 "
               "AND p.kept_out IS DISTINCT FROM 'trash' UNION ALL SELECT x.name, x.file_bytes, "
               "x.modified_ns, 0, 0, "
               "CASE WHEN x.code IN ('forbidden', 'io') THEN 1 ELSE 0 END, 0, NULL, NULL "
               "FROM failure x "
               "JOIN folder f ON f.id = x.folder_id WHERE f.path = ?1 ORDER BY is_photo DESC",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_text(row, 1, folder_path);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        KnownFile *file = known_file(known, store_column_text(row, 0));
        file->file_bytes = store_column_int(row, 1);
        file->modified_ns = store_column_int(row, 2);
        if (store_column_int(row, 3)) {
            file->is_photo = TRUE;
            file->present = store_column_int(row, 4) != 0;
            file->kept_out = store_column_int(row, 6) != 0;
            file->has_sidecar = !store_column_is_null(row, 7);
            file->sidecar_bytes = store_column_int(row, 7);
            file->sidecar_modified_ns = store_column_int(row, 8);
        } else {
            file->failed = TRUE;
            file->retry = store_column_int(row, 5) != 0;
        }
    }
    return step == STORE_DONE ? g_steal_pointer(&known) : NULL;
}

GHashTable *ingest_known_folders(StoreTx *tx, gint64 source_id, GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_known_folders",
        .sql = "SELECT f.id, f.path FROM folder f WHERE f.source_id = ?1 AND "
               "(EXISTS (SELECT 1 FROM photo p WHERE p.folder_id = f.id AND p.state = 'present' "
               "AND p.kept_out IS DISTINCT FROM 'trash') "
               "OR EXISTS (SELECT 1 FROM failure x WHERE x.folder_id = f.id))",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, source_id);
    g_autoptr(GHashTable) folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 *id = g_new(gint64, 1);
        *id = store_column_int(row, 0);
        g_hash_table_insert(folders, g_strdup(store_column_text(row, 1)), id);
    }
    return step == STORE_DONE ? g_steal_pointer(&folders) : NULL;
}

char *ingest_file_path(const char *folder_path, const char *name)
{
    const char *slash = !*name || g_str_has_suffix(folder_path, "/") ? "" : "/";
    return g_strconcat(folder_path, slash, name, NULL);
}

#define FACT_EXCLUDED_(column, member, type) #column " = excluded." #column ", "

/* A path that is known keeps its id and uuid, and with them all that people did to the photo. */
/* clang-format off */
#define UPSERT_PHOTO                                                                               \
    "INSERT INTO photo (uuid, folder_id, path, name, file_bytes, modified_ns, content_hash, "      \
    "format, width, height, phash, indexed_ms, state_ms, " PHOTO_FACT_COLUMNS                      \
    "tags, state, version, sidecar_bytes, sidecar_modified_ns) "                                   \
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, "                             \
    PHOTO_FACT_VALUES "?35, 'present', " LIBRARY_VERSION_SQL ", ?36, ?37) "                        \
    "ON CONFLICT (path) DO UPDATE SET folder_id = excluded.folder_id, name = excluded.name, "      \
    "file_bytes = excluded.file_bytes, modified_ns = excluded.modified_ns, "                       \
    "content_hash = excluded.content_hash, format = excluded.format, width = excluded.width, "     \
    "height = excluded.height, phash = excluded.phash, indexed_ms = excluded.indexed_ms, "         \
    "state_ms = excluded.state_ms, " PHOTO_FACTS(FACT_EXCLUDED_) "tags = excluded.tags, "          \
    "state = 'present', version = excluded.version, "                                              \
    "kept_out = CASE WHEN photo.content_hash = excluded.content_hash AND ?38 = 0 "                 \
    "THEN photo.kept_out END, sidecar_bytes = excluded.sidecar_bytes, "                            \
    "sidecar_modified_ns = excluded.sidecar_modified_ns "                                          \
    "RETURNING id"
/* clang-format on */

/* NULL when there are none. */
static char *tags_text(const GPtrArray *names)
{
    if (!names || names->len == 0) {
        return NULL;
    }
    GString *text = g_string_new(g_ptr_array_index(names, 0));
    for (guint i = 1; i < names->len; i++) {
        g_string_append(text, PHOTO_TAG_SEPARATOR);
        g_string_append(text, g_ptr_array_index(names, i));
    }
    return g_string_free(text, FALSE);
}

/* Parameters `first` and the next: what is not bound is NULL. */
static void bind_sidecar(StoreStatement *statement, int first, const IngestFile *file)
{
    if (file->has_sidecar) {
        store_bind_int(statement, first, file->sidecar_bytes);
        store_bind_int(statement, first + 1, file->sidecar_modified_ns);
    }
}

static gboolean write_photo(StoreTx *tx, gint64 folder_id, const IngestFile *file,
                            const MediaPicture *picture, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {.name = "ingest_photo", .sql = UPSERT_PHOTO};
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    g_autofree char *path = ingest_file_path(file->folder_path, file->name);
    int at = 1;
    store_bind_text(row, at++, uuid);
    store_bind_int(row, at++, folder_id);
    store_bind_text(row, at++, path);
    store_bind_text(row, at++, file->name);
    store_bind_int(row, at++, file->file_bytes);
    store_bind_int(row, at++, file->modified_ns);
    store_bind_blob(row, at++, picture->hash.bytes, HASH_BYTES);
    store_bind_text(row, at++, media_format_name(picture->format));
    store_bind_int(row, at++, picture->width);
    store_bind_int(row, at++, picture->height);
    store_bind_int(row, at++, (gint64)picture->phash);
    store_bind_int(row, at++, library_now_ms());
    at = photo_bind_facts(row, at, picture->facts);
    g_autofree char *tags = tags_text(picture->facts->keywords);
    store_bind_text(row, at++, tags);
    bind_sidecar(row, at, file);
    store_bind_int(row, at + 2, file->take_back);
    return store_step_int(row, ret_id, error);
}

static gboolean clear_tags(StoreTx *tx, gint64 photo_id, GError **error)
{
    static const StoreQuery query = {
        .name = "photo_tag_clear",
        .sql = "DELETE FROM photo_tag WHERE photo_id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo_id);
    return store_run(statement, NULL, error);
}

static gboolean find_tag(StoreTx *tx, const char *name, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "tag_find",
        .sql = "SELECT id FROM tag WHERE name = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, name);
    StoreStep step = store_step(row, error);
    *ret_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

/* Nearly every tag is there already, and looking locks nobody out. The insert waits for whoever
 * makes the same tag, and then gives its id too. */
static gboolean ensure_tag(StoreTx *tx, const char *name, gint64 *ret_id, GError **error)
{
    static const StoreQuery query = {
        .name = "tag_ensure",
        .sql = "INSERT INTO tag (name) VALUES (?1) "
               "ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
    };
    if (!find_tag(tx, name, ret_id, error)) {
        return FALSE;
    }
    if (*ret_id) {
        return TRUE;
    }
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, name);
    return store_step_int(row, ret_id, error);
}

static gboolean write_tags(StoreTx *tx, gint64 photo_id, const GPtrArray *names, GError **error)
{
    static const StoreQuery query = {
        .name = "photo_tag_insert",
        .sql = "INSERT INTO photo_tag (photo_id, tag_id, position) VALUES (?1, ?2, ?3) "
               "ON CONFLICT (photo_id, tag_id) DO NOTHING",
    };
    if (!clear_tags(tx, photo_id, error)) {
        return FALSE;
    }
    for (guint i = 0; names && i < names->len; i++) {
        gint64 tag_id = 0;
        if (!ensure_tag(tx, g_ptr_array_index(names, i), &tag_id, error)) {
            return FALSE;
        }
        StoreStatement *statement = store_prepare(tx, &query, error);
        if (!statement) {
            return FALSE;
        }
        store_bind_int(statement, 1, photo_id);
        store_bind_int(statement, 2, tag_id);
        store_bind_int(statement, 3, i);
        if (!store_run(statement, NULL, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Runs a statement whose one parameter is the file's path. */
static gboolean run_on_path(StoreTx *tx, const StoreQuery *query, const char *path, GError **error)
{
    StoreStatement *statement = store_prepare(tx, query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, path);
    return store_run(statement, NULL, error);
}

gboolean ingest_clear_failure(StoreTx *tx, const char *path, GError **error)
{
    static const StoreQuery query = {
        .name = "failure_clear",
        .sql = "DELETE FROM failure WHERE path = ?1",
    };
    return run_on_path(tx, &query, path, error);
}

gboolean ingest_photo(StoreTx *tx, const IngestFile *file, const MediaPicture *picture,
                      GError **error)
{
    g_autofree char *path = ingest_file_path(file->folder_path, file->name);
    gint64 folder_id = 0;
    gint64 photo_id = 0;
    return folder_ensure(tx, file->source_id, file->folder_path, &folder_id, error) &&
           write_photo(tx, folder_id, file, picture, &photo_id, error) &&
           write_tags(tx, photo_id, picture->facts->keywords, error) &&
           item_link_content(tx, &picture->hash, error) && ingest_clear_failure(tx, path, error) &&
           stack_refresh(tx, folder_id, file->name, error);
}

gboolean ingest_failure(StoreTx *tx, const IngestFile *file, const GError *failure, GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_failure",
        .sql = "INSERT INTO failure (path, folder_id, name, file_bytes, modified_ns, code, reason, "
               "failed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (path) DO UPDATE "
               "SET folder_id = excluded.folder_id, file_bytes = excluded.file_bytes, "
               "modified_ns = excluded.modified_ns, code = excluded.code, "
               "reason = excluded.reason, failed_ms = excluded.failed_ms",
    };
    gint64 folder_id = 0;
    if (!folder_ensure(tx, file->source_id, file->folder_path, &folder_id, error)) {
        return FALSE;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    AlbumenError code =
        failure->domain == ALBUMEN_ERROR ? (AlbumenError)failure->code : ALBUMEN_ERROR_INTERNAL;
    g_autofree char *path = ingest_file_path(file->folder_path, file->name);
    g_autofree char *reason = g_utf8_make_valid(failure->message, -1);
    store_bind_text(statement, 1, path);
    store_bind_int(statement, 2, folder_id);
    store_bind_text(statement, 3, file->name);
    store_bind_int(statement, 4, file->file_bytes);
    store_bind_int(statement, 5, file->modified_ns);
    store_bind_text(statement, 6, albumen_error_name(code));
    store_bind_text(statement, 7, reason);
    store_bind_int(statement, 8, library_now_ms());
    return store_run(statement, NULL, error);
}

static gboolean set_failure(const StoreStatement *row, GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, albumen_error_from_name(store_column_text(row, 1)),
                        store_column_text(row, 2));
    return FALSE;
}

gboolean ingest_outcome(StoreTx *tx, const char *path, gint64 *ret_photo_id, GError **error)
{
    /* A photo that its file was before keeps its row: the failure is newer. */
    static const StoreQuery query = {
        .name = "ingest_outcome",
        .sql = "SELECT 0, code, reason FROM failure WHERE path = ?1 UNION ALL "
               "SELECT id, '', '' FROM photo WHERE path = ?1 AND state = 'present' AND "
               "kept_out IS NULL ORDER BY 1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, path);
    StoreStep step = store_step(row, error);
    if (step == STORE_DONE) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "The file changed while it was read");
    }
    if (step != STORE_ROW) {
        return FALSE;
    }
    *ret_photo_id = store_column_int(row, 0);
    return *ret_photo_id > 0 || set_failure(row, error);
}

/* The folder of a photo whose state changed, to be asked for its stacks; 0: none did. */
static gboolean run_state(StoreTx *tx, const StoreQuery *query, const char *path, int take_back,
                          gint64 *ret_folder_id, GError **error)
{
    StoreStatement *row = store_prepare(tx, query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, path);
    store_bind_int(row, 2, library_now_ms());
    if (take_back >= 0) {
        store_bind_int(row, 3, take_back);
    }
    StoreStep step = store_step(row, error);
    *ret_folder_id = step == STORE_ROW ? store_column_int(row, 0) : 0;
    return step != STORE_ERROR;
}

gboolean ingest_missing(StoreTx *tx, const char *folder_path, const char *name, gint64 *ret_photos,
                        GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_missing",
        .sql = "UPDATE photo SET state = 'missing', state_ms = ?2, "
               "version = " LIBRARY_VERSION_SQL
               " WHERE path = ?1 AND state = 'present' RETURNING folder_id",
    };
    g_autofree char *path = ingest_file_path(folder_path, name);
    gint64 folder_id = 0;
    if (!run_state(tx, &query, path, -1, &folder_id, error)) {
        return FALSE;
    }
    if (ret_photos) {
        *ret_photos = folder_id != 0;
    }
    return (!folder_id || stack_refresh(tx, folder_id, name, error)) &&
           ingest_clear_failure(tx, path, error);
}

gboolean ingest_returned(StoreTx *tx, const char *folder_path, const char *name, gboolean take_back,
                         GError **error)
{
    static const StoreQuery query = {
        .name = "ingest_returned",
        .sql = "UPDATE photo SET state = 'present', state_ms = ?2, "
               "kept_out = CASE WHEN ?3 = 0 THEN kept_out END, "
               "version = " LIBRARY_VERSION_SQL " WHERE path = ?1 AND "
               "(state = 'missing' OR kept_out IS NOT NULL) RETURNING folder_id",
    };
    g_autofree char *path = ingest_file_path(folder_path, name);
    gint64 folder_id = 0;
    return run_state(tx, &query, path, take_back, &folder_id, error) &&
           (!folder_id || stack_refresh(tx, folder_id, name, error));
}

gboolean ingest_folder_missing(StoreTx *tx, gint64 folder_id, gint64 *ret_photos, GError **error)
{
    static const StoreQuery photos = {
        .name = "ingest_folder_missing",
        .sql = "UPDATE photo SET state = 'missing', state_ms = ?2, "
               "version = " LIBRARY_VERSION_SQL " "
               "WHERE folder_id = ?1 AND state = 'present' "
               "AND kept_out IS DISTINCT FROM 'trash'",
    };
    static const StoreQuery failures = {
        .name = "failure_clear_folder",
        .sql = "DELETE FROM failure WHERE folder_id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &photos, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, folder_id);
    store_bind_int(statement, 2, library_now_ms());
    if (!store_run(statement, ret_photos, error)) {
        return FALSE;
    }
    statement = store_prepare(tx, &failures, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, folder_id);
    return store_run(statement, NULL, error);
}
