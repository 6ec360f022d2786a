#include "studio/comments.h"

#include "base/limits.h"

#include <string.h>

void comment_free(Comment *comment)
{
    if (!comment) {
        return;
    }
    g_free(comment->annotation_uid);
    g_free(comment->username);
    g_free(comment->author);
    g_free(comment->body);
    g_free(comment);
}

static void free_comment(gpointer comment)
{
    comment_free(comment);
}

#define SELECT_COMMENTS                                                                            \
    "SELECT c.id, c.uuid, i.uuid, i.dataset_id, c.annotation_uid, p.uuid, c.account_id, "          \
    "a.username, a.display_name, c.body, c.is_resolved, c.is_edited, c.created_ms, c.changed_ms "  \
    "FROM annotation_comment c JOIN dataset_item i ON i.id = c.item_id "                           \
    "LEFT JOIN annotation_comment p ON p.id = c.parent_id "                                        \
    "LEFT JOIN account a ON a.id = c.account_id "

static Comment *read_comment(const StoreStatement *row)
{
    Comment *comment = g_new0(Comment, 1);
    const char *parent = store_column_text(row, 5);
    comment->id = store_column_int(row, 0);
    g_strlcpy(comment->uuid, store_column_text(row, 1), sizeof comment->uuid);
    g_strlcpy(comment->item_uuid, store_column_text(row, 2), sizeof comment->item_uuid);
    comment->dataset_id = store_column_int(row, 3);
    comment->annotation_uid = g_strdup(store_column_text(row, 4));
    g_strlcpy(comment->parent_uuid, parent ? parent : "", sizeof comment->parent_uuid);
    comment->account_id = store_column_is_null(row, 6) ? -1 : store_column_int(row, 6);
    comment->username = g_strdup(store_column_text(row, 7));
    comment->author = g_strdup(store_column_text(row, 8));
    comment->body = g_strdup(store_column_text(row, 9));
    comment->is_resolved = store_column_int(row, 10) != 0;
    comment->is_edited = store_column_int(row, 11) != 0;
    comment->created_ms = store_column_int(row, 12);
    comment->changed_ms = store_column_int(row, 13);
    return comment;
}

GPtrArray *comment_list(StoreTx *tx, const Item *item, GError **error)
{
    static const StoreQuery query = {
        .name = "comment_list",
        .sql = SELECT_COMMENTS "WHERE c.item_id = ?1 AND c.project_id = ?2 ORDER BY c.id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, item->id);
    store_bind_int(row, 2, item->project_id);
    g_autoptr(GPtrArray) comments = g_ptr_array_new_with_free_func(free_comment);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(comments, read_comment(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&comments) : NULL;
}

static Comment *set_not_found(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Comment not found");
    return NULL;
}

Comment *comment_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error)
{
    static const StoreQuery query = {
        .name = "comment_find",
        .sql = SELECT_COMMENTS "WHERE c.uuid = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_text(row, 1, uuid);
    StoreStep step = store_step(row, error);
    if (step != STORE_ROW) {
        return step == STORE_DONE ? set_not_found(error) : NULL;
    }
    g_autoptr(Comment) comment = read_comment(row);
    g_autoptr(Item) item = item_find(tx, viewer, comment->item_uuid, error);
    return item ? g_steal_pointer(&comment) : NULL;
}

/* Of a query of an item and, unless NULL, a text. */
static gboolean count(StoreTx *tx, const StoreQuery *query, const Item *item, const char *text,
                      gint64 *ret_count, GError **error)
{
    StoreStatement *row = store_prepare(tx, query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, item->id);
    store_bind_int(row, 2, item->project_id);
    if (text) {
        store_bind_text(row, 3, text);
    }
    return store_step_int(row, ret_count, error);
}

static gboolean check_body(const char *body, GError **error)
{
    g_autofree char *bare = g_strdup(body);
    if (*g_strstrip(bare) == '\0' || g_utf8_strlen(body, -1) > LIMIT_COMMENT_CHARACTERS) {
        g_set_error_literal(
            error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
            "A comment has 1 to " G_STRINGIFY(LIMIT_COMMENT_CHARACTERS) " characters");
        return FALSE;
    }
    return TRUE;
}

static gboolean check_new(StoreTx *tx, const Item *item, const CommentNew *values, GError **error)
{
    static const StoreQuery comments = {
        .name = "comment_count",
        .sql = "SELECT count(*) FROM annotation_comment WHERE item_id = ?1 AND project_id = ?2",
    };
    static const StoreQuery shapes = {
        .name = "comment_shape",
        .sql = "SELECT count(*) FROM annotation WHERE item_id = ?1 AND project_id = ?2 "
               "AND uid = ?3",
    };
    gint64 number = 0;
    if (!check_body(values->body, error) || !count(tx, &comments, item, NULL, &number, error)) {
        return FALSE;
    }
    if (number >= LIMIT_COMMENTS_PER_ITEM) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "There are too many comments on this picture");
        return FALSE;
    }
    if (values->annotation_uid) {
        if (!count(tx, &shapes, item, values->annotation_uid, &number, error)) {
            return FALSE;
        }
        if (number == 0) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                                "Annotation not found");
            return FALSE;
        }
    }
    return TRUE;
}

/* 0 without a parent. */
static gboolean find_parent(StoreTx *tx, const Principal *viewer, const Item *item,
                            const char *uuid, gint64 *ret_parent, GError **error)
{
    *ret_parent = 0;
    if (!uuid) {
        return TRUE;
    }
    g_autoptr(Comment) parent = comment_find(tx, viewer, uuid, error);
    if (parent && strcmp(parent->item_uuid, item->uuid) != 0) {
        return set_not_found(error) != NULL;
    }
    *ret_parent = parent ? parent->id : 0;
    return parent != NULL;
}

Comment *comment_add(StoreTx *tx, const Principal *viewer, const Item *item,
                     const CommentNew *values, GError **error)
{
    static const StoreQuery query = {
        .name = "comment_add",
        .sql = "INSERT INTO annotation_comment (uuid, project_id, item_id, annotation_uid, "
               "parent_id, account_id, body, created_ms, changed_ms) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
    };
    gint64 parent = 0;
    if (!check_new(tx, item, values, error) ||
        !find_parent(tx, viewer, item, values->parent, &parent, error)) {
        return NULL;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return NULL;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_text(statement, 1, uuid);
    store_bind_int(statement, 2, item->project_id);
    store_bind_int(statement, 3, item->id);
    store_bind_text(statement, 4, values->annotation_uid);
    if (parent) {
        store_bind_int(statement, 5, parent);
    } else {
        store_bind_null(statement, 5);
    }
    store_bind_int(statement, 6, principal_account(viewer));
    store_bind_text(statement, 7, values->body);
    store_bind_int(statement, 8, library_now_ms());
    return store_run(statement, NULL, error) ? comment_find(tx, viewer, uuid, error) : NULL;
}

gboolean comment_is_of(const Comment *comment, const Principal *viewer)
{
    return comment->account_id == principal_account(viewer);
}

static gboolean refuse(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                        "This comment is somebody else's");
    return FALSE;
}

gboolean comment_change(StoreTx *tx, const Principal *viewer, const Comment *comment,
                        const char *body, int resolved, GError **error)
{
    static const StoreQuery query = {
        .name = "comment_change",
        .sql = "UPDATE annotation_comment SET body = ?2, is_resolved = ?3, is_edited = ?4, "
               "changed_ms = ?5 WHERE id = ?1",
    };
    if (body && !comment_is_of(comment, viewer)) {
        return refuse(error);
    }
    if (body && !check_body(body, error)) {
        return FALSE;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, comment->id);
    store_bind_text(statement, 2, body ? body : comment->body);
    store_bind_int(statement, 3, resolved >= 0 ? resolved != 0 : comment->is_resolved != 0);
    store_bind_int(statement, 4, comment->is_edited || body ? 1 : 0);
    store_bind_int(statement, 5, library_now_ms());
    return store_run(statement, NULL, error);
}

gboolean comment_delete(StoreTx *tx, const Principal *viewer, const Comment *comment,
                        GError **error)
{
    static const StoreQuery query = {
        .name = "comment_delete",
        .sql = "DELETE FROM annotation_comment WHERE id = ?1",
    };
    if (!comment_is_of(comment, viewer) && principal_member_role(viewer) < MEMBER_ADMIN) {
        return refuse(error);
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, comment->id);
    return store_run(statement, NULL, error);
}
