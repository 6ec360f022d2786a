#include "library/trash.h"

#include "library/face_crop.h"
#include "library/originals.h"
#include "library/stack.h"
#include "library/trash_rows.h"

#include <string.h>

#define TRIES_OF_A_NAME 1000

/* The photo, first, and those that stand behind it, all in the same state. */
static GPtrArray *group_of(StoreTx *tx, const Principal *viewer, KeptOutState state, gint64 id,
                           GError **error)
{
    g_autoptr(StoreSql) sql = kept_out_select(TRASH_ROW_COLUMNS, viewer, state);
    store_sql_add(sql, " AND (p.id = ");
    store_sql_value_int(sql, id);
    store_sql_add(sql, " OR p.stack_of = ");
    store_sql_value_int(sql, id);
    store_sql_add(sql, ") ORDER BY CASE WHEN p.id = ");
    store_sql_value_int(sql, id);
    store_sql_add(sql, " THEN 0 ELSE 1 END, p.id");
    g_autoptr(GPtrArray) rows = trash_rows_read(tx, sql, error);
    if (rows && (rows->len == 0 || ((TrashRow *)g_ptr_array_index(rows, 0))->id != id)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            state == KEPT_OUT_NOT     ? "Photo not found"
                            : state == KEPT_OUT_TRASH ? "The photo is not in the trash"
                                                      : "The photo is not among the removed ones");
        return NULL;
    }
    return g_steal_pointer(&rows);
}

/* One call, from its first transaction to its last. */
typedef struct {
    Library *library;
    const Principal *viewer;
    gint64 id;
    GPtrArray *rows; /* of TrashRow */
} Call;

static void call_clear(Call *call)
{
    g_clear_pointer(&call->rows, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, call_clear)

static gboolean read_group(StoreTx *tx, Call *call, KeptOutState state, GError **error)
{
    g_clear_pointer(&call->rows, g_ptr_array_unref);
    call->rows = group_of(tx, call->viewer, state, call->id, error);
    return call->rows != NULL;
}

static TrashRow *row_at(const Call *call, guint index)
{
    return g_ptr_array_index(call->rows, index);
}

/* Who stands for whom among the pictures of the same shots, now that some came or went. */
static gboolean refresh_stacks(StoreTx *tx, const Call *call, GError **error)
{
    for (guint i = 0; i < call->rows->len; i++) {
        const TrashRow *row = row_at(call, i);
        if (!stack_refresh(tx, row->folder_id, row->name, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Into the trash */

static gboolean mark_trashed(StoreTx *tx, gpointer data, GError **error)
{
    Call *call = data;
    if (!read_group(tx, call, KEPT_OUT_NOT, error)) {
        return FALSE;
    }
    for (guint i = 0; i < call->rows->len; i++) {
        TrashRow *row = row_at(call, i);
        g_autofree char *path = g_strdup_printf("trash/%s/%s", row->uuid, row->name);
        if (!trash_row_mark(tx, row, "trash", principal_account(call->viewer), path, error)) {
            return FALSE;
        }
        g_free(row->path);
        row->path = g_steal_pointer(&path);
    }
    return refresh_stacks(tx, call, error);
}

static gboolean show_all(StoreTx *tx, gpointer data, GError **error)
{
    const Call *call = data;
    for (guint i = 0; i < call->rows->len; i++) {
        const TrashRow *row = row_at(call, i);
        g_autofree char *path = trash_row_place(row->folder, row->name);
        if (!row->moved && !trash_row_show(tx, row, path, "present", error)) {
            return FALSE;
        }
    }
    return refresh_stacks(tx, call, error);
}

static gboolean put_files(Call *call, GError **error)
{
    for (guint i = 0; i < call->rows->len; i++) {
        TrashRow *row = row_at(call, i);
        g_auto(TrashRowFiles) files = trash_row_files(call->library, row);
        files.files.takes_shared = trash_row_takes_shared(call->library, row);
        if (!trash_files_put(&files.files, error)) {
            return FALSE;
        }
        row->moved = TRUE;
    }
    return TRUE;
}

/* All of them or none: what was moved goes back. What cannot go back stays in the trash. */
static void undo_put(Call *call)
{
    for (guint i = 0; i < call->rows->len; i++) {
        TrashRow *row = row_at(call, i);
        g_auto(TrashRowFiles) files = trash_row_files(call->library, row);
        row->moved = row->moved && !trash_files_take_back(&files.files, NULL);
    }
    trash_change(call->library, show_all, call, NULL);
}

/* Before any row says so: what cannot be moved is refused without a trace. */
static gboolean check_files(Call *call, GError **error)
{
    {
        g_autoptr(StoreTx) tx = store_read(library_store(call->library), error);
        if (!tx || !read_group(tx, call, KEPT_OUT_NOT, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < call->rows->len; i++) {
        g_auto(TrashRowFiles) files = trash_row_files(call->library, row_at(call, i));
        if (!trash_files_check(&files.files, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean put_group(Call *call, GError **error)
{
    if (!check_files(call, error) || !trash_change(call->library, mark_trashed, call, error)) {
        return FALSE;
    }
    if (put_files(call, error)) {
        return TRUE;
    }
    undo_put(call);
    return FALSE;
}

gboolean trash_put(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    g_autoptr(GError) failure = NULL;
    HOLD_TRASH(library, lock, error);
    if (put_group(&call, &failure)) {
        return TRUE;
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                    "Its file cannot be moved to the trash (%s); remove it from the library "
                    "instead, and the file stays where it is",
                    failure->message);
    } else {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    return FALSE;
}

/* Out of the trash */

/* "IMG (restored).jpg", "IMG (restored 2).jpg" ... */
static char *other_name(const char *name, int number)
{
    const char *dot = strrchr(name, '.');
    gsize stem = dot && dot != name ? (gsize)(dot - name) : strlen(name);
    if (number == 1) {
        return g_strdup_printf("%.*s (restored)%s", (int)stem, name, name + stem);
    }
    return g_strdup_printf("%.*s (restored %d)%s", (int)stem, name, number, name + stem);
}

/* Gives the row a name that neither a file nor another row has. */
static gboolean find_name(StoreTx *tx, Library *library, TrashRow *row, GError **error)
{
    g_autofree char *wanted = g_strdup(row->name);
    for (int number = 0; number < TRIES_OF_A_NAME; number++) {
        g_free(row->name);
        row->name = number == 0 ? g_strdup(wanted) : other_name(wanted, number);
        g_autofree char *path = trash_row_place(row->folder, row->name);
        g_auto(TrashRowFiles) files = trash_row_files(library, row);
        gboolean is_free = FALSE;
        if (!trash_path_is_free(tx, path, &is_free, error)) {
            return FALSE;
        }
        if (is_free && !trash_files_place_is_taken(&files.files)) {
            return number == 0 || trash_row_rename(tx, row, row->name, error);
        }
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                        "There are too many files of its name in its folder");
    return FALSE;
}

static gboolean name_restored(StoreTx *tx, gpointer data, GError **error)
{
    Call *call = data;
    if (!read_group(tx, call, KEPT_OUT_TRASH, error)) {
        return FALSE;
    }
    for (guint i = 0; i < call->rows->len; i++) {
        if (!find_name(tx, call->library, row_at(call, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean show_moved(StoreTx *tx, gpointer data, GError **error)
{
    const Call *call = data;
    for (guint i = 0; i < call->rows->len; i++) {
        const TrashRow *row = row_at(call, i);
        g_autofree char *path = trash_row_place(row->folder, row->name);
        if (row->moved && !trash_row_show(tx, row, path, "present", error)) {
            return FALSE;
        }
    }
    return refresh_stacks(tx, call, error);
}

gboolean trash_restore(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    g_autoptr(GError) failure = NULL;
    HOLD_TRASH(library, lock, error);
    if (!trash_change(library, name_restored, &call, error)) {
        return FALSE;
    }
    for (guint i = 0; i < call.rows->len && !failure; i++) {
        TrashRow *row = row_at(&call, i);
        g_auto(TrashRowFiles) files = trash_row_files(library, row);
        row->moved = trash_files_take_back(&files.files, &failure);
    }
    /* What is back is shown, even when something behind it is not. */
    if (row_at(&call, 0)->moved && !trash_change(library, show_moved, &call, error)) {
        return FALSE;
    }
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return TRUE;
}

/* For good */

static gboolean read_trashed(Call *call, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(call->library), error);
    return tx && read_group(tx, call, KEPT_OUT_TRASH, error);
}

static gboolean forget_group(StoreTx *tx, gpointer data, GError **error)
{
    const Call *call = data;
    for (guint i = 0; i < call->rows->len; i++) {
        if (!trash_row_forget(tx, row_at(call, i), error)) {
            return FALSE;
        }
    }
    return refresh_stacks(tx, call, error);
}

static gboolean set_aside(const Call *call, GError **error)
{
    for (guint i = 0; i < call->rows->len; i++) {
        if (!trash_folder_set_aside(library_trash(call->library), row_at(call, i)->uuid, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* While there are rows that name them. */
static void read_face_crops(const Call *call)
{
    for (guint i = 0; i < call->rows->len; i++) {
        TrashRow *row = row_at(call, i);
        row->face_crops = face_crop_keys(call->library, row->id, &row->hash);
    }
}

/* The thumbnails and faces of a content that no photo has any more. */
static void drop_thumbnails(Library *library, const TrashRow *row)
{
    static const StoreQuery query = {
        .name = "photo_has_content",
        .sql = "SELECT count(*) FROM photo WHERE content_hash = ?1",
    };
    gint64 photos = 1;
    {
        g_autoptr(StoreTx) tx = store_read(library_store(library), NULL);
        StoreStatement *statement = tx ? store_prepare(tx, &query, NULL) : NULL;
        if (statement) {
            store_bind_blob(statement, 1, row->hash.bytes, HASH_BYTES);
            store_step_int(statement, &photos, NULL);
        }
    }
    if (photos == 0) {
        thumbnails_drop(library, &row->hash);
        face_crops_drop(library, row->face_crops);
    }
}

gboolean trash_delete(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    HOLD_TRASH(library, lock, error);
    if (!read_trashed(&call, error)) {
        return FALSE;
    }
    read_face_crops(&call);
    gboolean gone = set_aside(&call, error) && trash_change(library, forget_group, &call, error);
    for (guint i = 0; i < call.rows->len; i++) {
        const char *uuid = row_at(&call, i)->uuid;
        if (gone) {
            trash_folder_forget(library_trash(library), uuid, NULL); /* or at the next start */
            drop_thumbnails(library, row_at(&call, i));
        } else {
            trash_folder_bring_back(library_trash(library), uuid, NULL);
        }
    }
    return gone;
}

gboolean trash_empty_before(Library *library, gint64 before_ms, gint64 *ret_photos, GError **error)
{
    static const StoreQuery query = {
        .name = "trash_before",
        .sql = "SELECT id FROM photo WHERE kept_out = 'trash' AND kept_out_ms < ?1 ORDER BY id",
    };
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    StoreStatement *row = tx ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, before_ms);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        g_array_append_val(ids, id);
    }
    g_clear_pointer(&tx, store_tx_free);
    *ret_photos = 0;
    for (guint i = 0; step == STORE_DONE && i < ids->len; i++) {
        g_autoptr(GError) failure = NULL;
        /* One that went with the photo before it is not there any more. */
        if (trash_delete(library, owner, g_array_index(ids, gint64, i), &failure)) {
            ++*ret_photos;
        } else if (!g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return step == STORE_DONE;
}

/* Removed */

static gboolean mark_removed(StoreTx *tx, gpointer data, GError **error)
{
    Call *call = data;
    if (!read_group(tx, call, KEPT_OUT_NOT, error)) {
        return FALSE;
    }
    for (guint i = 0; i < call->rows->len; i++) {
        const TrashRow *row = row_at(call, i);
        if (!trash_row_mark(tx, row, "removed", principal_account(call->viewer), row->path,
                            error)) {
            return FALSE;
        }
    }
    return refresh_stacks(tx, call, error);
}

static gboolean mark_restored(StoreTx *tx, gpointer data, GError **error)
{
    Call *call = data;
    return read_group(tx, call, KEPT_OUT_REMOVED, error) && show_all(tx, call, error);
}

gboolean removed_put(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    return trash_change(library, mark_removed, &call, error);
}

gboolean removed_restore(Library *library, const Principal *viewer, gint64 photo_id, GError **error)
{
    g_auto(Call) call = {library, viewer, photo_id, NULL};
    return trash_change(library, mark_restored, &call, error);
}
