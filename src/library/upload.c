#include "library/upload.h"

#include "base/ids.h"
#include "base/limits.h"
#include "base/path_text.h"
#include "library/grant.h"
#include "library/source.h"

#include <string.h>

#define HOUR_MS     G_GINT64_CONSTANT(3600000)
#define KEPT_MS     (LIMIT_UPLOAD_HOURS * HOUR_MS)
#define PUT_KEPT_MS (LIMIT_UPLOAD_PUT_HOURS * HOUR_MS)

void upload_free(Upload *upload)
{
    if (!upload) {
        return;
    }
    g_free(upload->id);
    g_free(upload->name);
    g_free(upload->metadata);
    g_free(upload->path);
    g_free(upload);
}

/* --- rows --- */

static gboolean count_open(StoreTx *tx, gint64 account, gint64 *ret_count, GError **error)
{
    static const StoreQuery query = {
        .name = "upload_count_open",
        .sql = "SELECT count(*) FROM upload WHERE account_id = ?1 AND state = 'open'",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, account);
    return store_step_int(row, ret_count, error);
}

static gboolean insert(StoreTx *tx, gint64 account, const Upload *upload, GError **error)
{
    static const StoreQuery query = {
        .name = "upload_insert",
        .sql = "INSERT INTO upload (id, account_id, name, file_bytes, modified_ms, metadata, "
               "state, created_ms, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7, ?8)",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, upload->id);
    store_bind_int(statement, 2, account);
    store_bind_text(statement, 3, upload->name);
    store_bind_int(statement, 4, upload->file_bytes);
    if (upload->modified_ms > 0) {
        store_bind_int(statement, 5, upload->modified_ms);
    } else {
        store_bind_null(statement, 5);
    }
    store_bind_text(statement, 6, upload->metadata);
    store_bind_int(statement, 7, upload->created_ms);
    store_bind_int(statement, 8, upload->expires_ms);
    return store_run(statement, NULL, error);
}

static gboolean mark_done(StoreTx *tx, const Upload *upload, GError **error)
{
    static const StoreQuery query = {
        .name = "upload_done",
        .sql = "UPDATE upload SET state = 'done', path = ?2 WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, upload->id);
    store_bind_text(statement, 2, upload->path);
    return store_run(statement, NULL, error);
}

static gboolean delete_row(StoreTx *tx, const char *id, GError **error)
{
    static const StoreQuery query = {
        .name = "upload_delete",
        .sql = "DELETE FROM upload WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_text(statement, 1, id);
    return store_run(statement, NULL, error);
}

static Upload *upload_from_row(const StoreStatement *row)
{
    Upload *upload = g_new0(Upload, 1);
    upload->id = g_strdup(store_column_text(row, 0));
    upload->name = g_strdup(store_column_text(row, 1));
    upload->file_bytes = store_column_int(row, 2);
    upload->modified_ms = store_column_int(row, 3);
    upload->metadata = g_strdup(store_column_text(row, 4));
    upload->done = strcmp(store_column_text(row, 5), "done") == 0;
    upload->path = g_strdup(store_column_text(row, 6));
    upload->created_ms = store_column_int(row, 7);
    upload->expires_ms = store_column_int(row, 8);
    return upload;
}

Upload *upload_find(Library *library, const Principal *viewer, const char *id, GError **error)
{
    static const StoreQuery query = {
        .name = "upload_find",
        .sql = "SELECT id, name, file_bytes, modified_ms, metadata, state, path, created_ms, "
               "expires_ms FROM upload WHERE id = ?1 AND account_id = ?2 AND expires_ms > ?3",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return NULL;
    }
    store_bind_text(row, 1, id);
    store_bind_int(row, 2, principal_account(viewer));
    store_bind_int(row, 3, library_now_ms());
    StoreStep step = store_step(row, error);
    if (step == STORE_DONE) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "There is no such upload, or it has expired");
    }
    return step == STORE_ROW ? upload_from_row(row) : NULL;
}

gint64 upload_offset(Library *library, const Upload *upload)
{
    return upload->done ? upload->file_bytes : upload_file_look(library, upload->id);
}

/* --- beginning --- */

gboolean upload_sweep(Library *library, GError **error)
{
    static const StoreQuery query = {
        .name = "upload_expire",
        .sql = "DELETE FROM upload WHERE expires_ms <= ?1",
    };
    gint64 now_ms = library_now_ms();
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    StoreStatement *statement = tx ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, now_ms);
    if (!store_run(statement, NULL, error) || !store_commit(tx, error)) {
        return FALSE;
    }
    /* A row outlives its file's last change: what is older than every row is nobody's. */
    upload_files_sweep(library, now_ms - KEPT_MS, now_ms - PUT_KEPT_MS);
    return TRUE;
}

static gboolean check_offer(Library *library, const UploadOffer *offer, GError **error)
{
    if (offer->file_bytes > LIMIT_PICTURE_FILE_BYTES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "The file is too large for a picture");
        return FALSE;
    }
    return upload_check_space(library, offer->file_bytes, error);
}

static gboolean keep_row(Library *library, gint64 account, const Upload *upload, GError **error)
{
    gint64 open = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    if (!tx || !count_open(tx, account, &open, error)) {
        return FALSE;
    }
    if (open >= LIMIT_UPLOADS_OPEN) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY,
                            "Too many files are on their way already");
        return FALSE;
    }
    return insert(tx, account, upload, error) && store_commit(tx, error);
}

Upload *upload_begin(Library *library, const Principal *viewer, const UploadOffer *offer,
                     GError **error)
{
    g_autofree char *name = upload_clean_name(offer->name, error);
    if (!name || !check_offer(library, offer, error) || !upload_sweep(library, error)) {
        return NULL;
    }
    g_autoptr(Upload) upload = g_new0(Upload, 1);
    upload->id = random_hex(UPLOAD_ID_CHARS / 2);
    upload->name = g_steal_pointer(&name);
    upload->file_bytes = offer->file_bytes;
    upload->modified_ms = offer->modified_ms;
    upload->metadata = g_strdup(offer->metadata);
    upload->created_ms = library_now_ms();
    upload->expires_ms = upload->created_ms + KEPT_MS;
    /* First the file: a row without one would be an upload that cannot go on. */
    g_autoptr(UploadFile) file = upload_file_make(library, upload->id, error);
    if (!file) {
        return NULL;
    }
    if (!keep_row(library, principal_account(viewer), upload, error)) {
        upload_file_delete(file);
        return NULL;
    }
    return g_steal_pointer(&upload);
}

/* --- the end --- */

/* Photos of this content, of gint64; NULL on failure. */
static GArray *list_copies(Library *library, const ContentHash *hash, GError **error)
{
    static const StoreQuery query = {
        .name = "upload_find_copy",
        .sql = "SELECT id FROM photo WHERE content_hash = ?1 AND state = 'present' ORDER BY id "
               "LIMIT 100",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return NULL;
    }
    store_bind_blob(row, 1, hash->bytes, HASH_BYTES);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(ids, id);
    }
    return step == STORE_DONE ? g_steal_pointer(&ids) : NULL;
}

gboolean upload_find_copy(Library *library, const Principal *viewer, const ContentHash *hash,
                          gint64 *ret_id, GError **error)
{
    *ret_id = 0;
    g_autoptr(GArray) ids = list_copies(library, hash, error);
    for (guint i = 0; ids && i < ids->len && !*ret_id; i++) {
        gint64 id = g_array_index(ids, gint64, i);
        g_autoptr(Grant) grant = access_grant_photo(library, viewer, id, NULL);
        *ret_id = grant ? id : 0;
    }
    return ids != NULL;
}

static gboolean find_copy(Library *library, const Principal *viewer, const UploadFile *file,
                          gint64 *ret_id, GError **error)
{
    ContentHash hash;
    return upload_file_hash(file, &hash, error) &&
           upload_find_copy(library, viewer, &hash, ret_id, error);
}

/* The folder of uploads is a source from its first file on. One that lies in a source of somebody's
 * is looked at with that. */
static gboolean ensure_source(StoreTx *tx, Library *library, GError **error)
{
    static const StoreQuery mark = {
        .name = "upload_mark_source",
        .sql = "UPDATE source SET is_uploads = 1 WHERE id = ?1 AND is_uploads = 0",
    };
    GError *overlap = NULL;
    gint64 id = 0;
    g_autofree char *folder = upload_folder(library, error);
    if (!folder) {
        return FALSE;
    }
    g_autofree char *path = path_to_text(folder);
    if (!source_add(tx, path, &id, &overlap)) {
        if (g_error_matches(overlap, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID)) {
            g_error_free(overlap);
            return TRUE;
        }
        g_propagate_error(error, overlap);
        return FALSE;
    }
    StoreStatement *statement = store_prepare(tx, &mark, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, id);
    return store_run(statement, NULL, error);
}

/* `upload` may be NULL. */
static gboolean record(Library *library, const Upload *upload, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    return tx && library_touch(tx, error) && ensure_source(tx, library, error) &&
           (!upload || mark_done(tx, upload, error)) && library_commit(library, tx, error);
}

gboolean upload_finish(Library *library, const Principal *viewer, Upload *upload, UploadFile *file,
                       gint64 *copy_id, GError **error)
{
    g_assert(!upload->done && upload_file_bytes(file) == upload->file_bytes);
    if (copy_id && !find_copy(library, viewer, file, copy_id, error)) {
        return FALSE;
    }
    if (!copy_id || *copy_id == 0) {
        upload->path =
            upload_file_place(file, upload->name, library_now_ms(), upload->modified_ms, error);
        if (!upload->path) {
            return FALSE;
        }
    }
    if (upload->path && !*upload->path) {
        g_clear_pointer(&upload->path, g_free);
    }
    if (!record(library, upload, error)) {
        return FALSE;
    }
    upload->done = TRUE;
    upload_file_delete(file);
    return TRUE;
}

char *upload_keep(Library *library, const Principal *viewer, UploadFile *file, const char *name,
                  gint64 *copy_id, GError **error)
{
    if (copy_id && (!find_copy(library, viewer, file, copy_id, error) || *copy_id > 0)) {
        upload_file_delete(file);
        return NULL;
    }
    g_autofree char *path = upload_file_place(file, name, library_now_ms(), 0, error);
    upload_file_delete(file);
    return path && record(library, NULL, error) ? g_steal_pointer(&path) : NULL;
}

gboolean upload_cancel(Library *library, const Upload *upload, GError **error)
{
    g_autoptr(UploadFile) file = NULL;
    if (upload_file_look(library, upload->id) >= 0) {
        file = upload_file_open(library, upload->id, error);
        if (!file) {
            return FALSE;
        }
    }
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    if (!tx || !delete_row(tx, upload->id, error) || !store_commit(tx, error)) {
        return FALSE;
    }
    if (file) {
        upload_file_delete(file);
    }
    return TRUE;
}
