/* Private to studio/: how rows of dataset_item are selected, read and named. */
#pragma once

#include "studio/item.h"

/* How many ids a query names at most: longer lists are taken in turns. */
#define ITEMS_AT_ONCE 500

/* " WHERE ..." of the rows of "dataset d" that the viewer finds; the caller goes on with " AND". */
void dataset_add_found(StoreSql *sql, const Principal *viewer);

/* " = ?" or " IN (?, ...)" */
void item_rows_among(StoreSql *sql, const gint64 *ids, gsize count);
/* After a condition that names rows one by one: those of a dataset. The sign keeps either engine
 * from looking through the whole dataset for them. */
#define ITEM_OF_DATASET " AND +dataset_id = "
/* The first column of all rows; of gint64. */
GArray *item_rows_read_ids(StoreStatement *row, GError **error);

/* Every column of an Item, of "dataset_item i" and the rows about it; followed by the id of the
 * project whose work on them is told, and then by " WHERE ...". */
#define ITEM_SELECT                                                                                \
    "SELECT i.id, i.uuid, i.dataset_id, d.uuid, i.directory_id, r.path, i.filename, i.photo_id, "  \
    "CASE WHEN ph.state = 'present' AND ph.kept_out IS NULL AND s.removed_ms IS NULL "             \
    "THEN 0 ELSE 1 END, CASE WHEN ph.content_hash <> i.content_hash THEN 1 ELSE 0 END, "           \
    "i.content_hash, i.format, i.file_bytes, i.width, i.height, i.tags, i.archived_ms, "           \
    "i.created_ms, COALESCE(w.changed_ms, i.created_ms), w.status, w.is_reviewed, "                \
    "w.review_note, a.username, w.split, w.revision, w.annotation_count, w.proposal_count, "       \
    "w.min_confidence FROM dataset_item i JOIN dataset d ON d.id = i.dataset_id "                  \
    "JOIN dataset_directory r ON r.id = i.directory_id "                                           \
    "LEFT JOIN photo ph ON ph.id = i.photo_id LEFT JOIN folder f ON f.id = ph.folder_id "          \
    "LEFT JOIN source s ON s.id = f.source_id LEFT JOIN project_item w ON w.item_id = i.id "       \
    "AND w.project_id = "
/* Ends what ITEM_SELECT begins. */
#define ITEM_SELECT_END " LEFT JOIN account a ON a.id = w.annotator_id"

Item *item_rows_read(const StoreStatement *row, gint64 project_id);

/* The names of items by number, where theirs are taken: how far each has come, so that thousands of
 * one name take no longer than others. Of one directory. */
typedef struct {
    guint first; /* 1: "NAME-1.jpg" comes first */
    GHashTable *next;
} ItemNames;
void item_names_init(ItemNames *names, guint first);
void item_names_clear(ItemNames *names);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ItemNames, item_names_clear)
/* A name to try after the one before it, or after the filename itself, was taken; the caller's. */
char *item_names_next(ItemNames *names, const char *filename);

/* Moves rows into a directory; `ret_renamed` (may be NULL): how many lost their name by it. */
gboolean item_rows_move(StoreTx *tx, const gint64 *ids, gsize count, gint64 directory_id,
                        gint64 *ret_renamed, GError **error);
