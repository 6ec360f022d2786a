#include "library/stack.h"
#include "library/trash.h"
#include "library/trash_rows.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct {
    Library *library;
    TrashRecovery *recovery;
} Recovering;

static gboolean let_go(StoreTx *tx, const TrashRow *row, const char *state, GError **error)
{
    g_autofree char *path = trash_row_place(row->folder, row->name);
    gboolean is_free = FALSE;
    if (!trash_path_is_free(tx, path, &is_free, error)) {
        return FALSE;
    }
    if (!is_free) { /* what lies there now has a row of its own */
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT, "the place is taken");
        return FALSE;
    }
    return trash_row_show(tx, row, path, state, error) &&
           stack_refresh(tx, row->folder_id, row->name, error);
}

static gboolean undo_row(StoreTx *tx, gpointer row, GError **error)
{
    return let_go(tx, row, "present", error);
}

static gboolean miss_row(StoreTx *tx, gpointer row, GError **error)
{
    return let_go(tx, row, "missing", error);
}

static void settle(Recovering *recovering, TrashRow *row)
{
    TrashRecovery *recovery = recovering->recovery;
    g_auto(TrashRowFiles) files = trash_row_files(recovering->library, row);
    files.files.takes_shared = trash_row_takes_shared(recovering->library, row);
    switch (trash_files_settle(&files.files)) {
    case TRASH_SETTLED:
        break;
    case TRASH_FINISHED:
        recovery->finished++;
        break;
    case TRASH_UNDONE:
        ++*(trash_change(recovering->library, undo_row, row, NULL) ? &recovery->undone
                                                                   : &recovery->lost);
        break;
    case TRASH_GONE:
        ++*(trash_change(recovering->library, miss_row, row, NULL) ? &recovery->missing
                                                                   : &recovery->lost);
        break;
    case TRASH_UNKNOWN:
        recovery->lost++;
        break;
    }
}

static GPtrArray *next_rows(Library *library, gint64 after_id, GError **error)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(StoreSql) sql = kept_out_select(TRASH_ROW_COLUMNS, owner, KEPT_OUT_TRASH);
    store_sql_add(sql, " AND p.id > ");
    store_sql_value_int(sql, after_id);
    store_sql_add(sql, " ORDER BY p.id LIMIT 500");
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    return tx ? trash_rows_read(tx, sql, error) : NULL;
}

static gboolean settle_rows(Recovering *recovering, GError **error)
{
    gint64 after_id = 0;
    for (;;) {
        g_autoptr(GPtrArray) rows = next_rows(recovering->library, after_id, error);
        if (!rows || rows->len == 0) {
            return rows != NULL;
        }
        for (guint i = 0; i < rows->len; i++) {
            TrashRow *row = g_ptr_array_index(rows, i);
            settle(recovering, row);
            after_id = row->id;
        }
    }
}

/* The row of this uuid, whatever its state; NULL without an error when there is none. */
static TrashRow *row_of_uuid(Library *library, const char *uuid, KeptOutState *ret_state,
                             GError **error)
{
    static const StoreQuery query = {
        .name = "trash_row_of_uuid",
        .sql = TRASH_ROW_COLUMNS ", p.kept_out FROM photo p JOIN folder f ON f.id = p.folder_id "
                                 "JOIN source s ON s.id = f.source_id WHERE p.uuid = ?1",
    };
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    StoreStatement *statement = tx ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return NULL;
    }
    store_bind_text(statement, 1, uuid);
    if (store_step(statement, error) != STORE_ROW) {
        return NULL;
    }
    const char *kept_out = store_column_text(statement, 9);
    *ret_state = !kept_out                        ? KEPT_OUT_NOT
                 : g_str_equal(kept_out, "trash") ? KEPT_OUT_TRASH
                                                  : KEPT_OUT_REMOVED;
    return trash_row_read(statement);
}

/* A power cut may take the row's last trash_change and leave the move: the file goes where the row
 * says.
 */
static gboolean take_back_unknown(Library *library, const TrashRow *row)
{
    g_auto(TrashRowFiles) files = trash_row_files(library, row);
    return !trash_files_place_is_taken(&files.files) && trash_files_take_back(&files.files, NULL);
}

static gboolean settle_folder(const char *uuid, gboolean is_aside, gpointer data, GError **error)
{
    const Recovering *recovering = data;
    TrashRecovery *recovery = recovering->recovery;
    int trash = library_trash(recovering->library);
    GError *failure = NULL;
    KeptOutState state = KEPT_OUT_NOT;
    TrashRow *row = row_of_uuid(recovering->library, uuid, &state, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (is_aside && !row) {
        recovery->deleted += trash_folder_forget(trash, uuid, NULL);
    } else if (is_aside) {
        trash_folder_bring_back(trash, uuid, NULL);
    } else if (state != KEPT_OUT_TRASH && unlinkat(trash, uuid, AT_REMOVEDIR) != 0) {
        if (row && take_back_unknown(recovering->library, row)) {
            recovery->undone++;
        } else {
            recovery->strange++;
        }
    }
    g_clear_pointer(&row, trash_row_free);
    return TRUE;
}

gboolean trash_recover(Library *library, TrashRecovery *ret_recovery, GError **error)
{
    *ret_recovery = (TrashRecovery){0};
    Recovering recovering = {library, ret_recovery};
    HOLD_TRASH(library, lock, error);
    /* The folders first: one that was set aside is where its row expects it afterwards. */
    return trash_folder_each(library_trash(library), settle_folder, &recovering, error) &&
           settle_rows(&recovering, error);
}
