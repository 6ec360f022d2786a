/* What people say about an annotation of an item, or about the item: comments, with answers to
 * them. In the caller's transaction, as studio/dataset.h says. A comment is found by whoever finds
 * its item. */
#pragma once

#include "studio/item.h"

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    char item_uuid[UUID_CHARS + 1];
    gint64 dataset_id;
    char *annotation_uid;             /* NULL: of the item as a whole */
    char parent_uuid[UUID_CHARS + 1]; /* that it answers; "" */
    gint64 account_id;                /* -1: nobody's any more */
    char *username, *author;          /* NULL; the second is the display name */
    char *body;
    gboolean is_resolved, is_edited;
    gint64 created_ms, changed_ms;
} Comment;
void comment_free(Comment *comment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Comment, comment_free)

/* Of an item, the oldest first; of Comment. */
GPtrArray *comment_list(StoreTx *tx, const Item *item, GError **error);
/* NOT_FOUND. */
Comment *comment_find(StoreTx *tx, const Principal *viewer, const char *uuid, GError **error);

typedef struct {
    const char *annotation_uid; /* NULL */
    const char *parent;         /* the UUID of a comment on the same item; NULL */
    const char *body;           /* not blank, at most LIMIT_COMMENT_CHARACTERS */
} CommentNew;
/* NOT_FOUND for an annotation that the item does not have, or such a parent; INVALID for the text;
 * TOO_LARGE beyond LIMIT_COMMENTS_PER_ITEM. */
Comment *comment_add(StoreTx *tx, const Principal *viewer, const Item *item,
                     const CommentNew *values, GError **error);
/* `body` NULL, `resolved` -1: as it is. A text is changed by who wrote it alone: FORBIDDEN. */
gboolean comment_change(StoreTx *tx, const Principal *viewer, const Comment *comment,
                        const char *body, int resolved, GError **error);
/* With the answers to it. By who wrote it, or an admin: FORBIDDEN. */
gboolean comment_delete(StoreTx *tx, const Principal *viewer, const Comment *comment,
                        GError **error);
/* Whether the viewer wrote it. */
gboolean comment_is_of(const Comment *comment, const Principal *viewer);
