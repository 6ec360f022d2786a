/* Private to library/: finds rows by what is in them. A hash table of row numbers by open
 * addressing; what is compared stays where it is. */
#pragma once

#include <glib.h>

typedef struct {
    guint32 hash;
    guint32 row_plus_1; /* 0: free */
} RowSlot;

typedef struct {
    RowSlot *slots;
    gsize size; /* a power of two, or 0 */
    gsize used;
} RowIndex;

void row_index_clear(RowIndex *index);
void row_index_add(RowIndex *index, guint32 hash, guint32 row);
void row_index_remove(RowIndex *index, guint32 hash, guint32 row);
/* Has another row stand where `row` stood. */
void row_index_replace(RowIndex *index, guint32 hash, guint32 row, guint32 other);

/* The row of this hash for which `matches` is TRUE; G_MAXUINT32 when there is none. */
typedef gboolean (*RowMatches)(gconstpointer data, guint32 row);
guint32 row_index_find(const RowIndex *index, guint32 hash, RowMatches matches, gconstpointer data);

/* Spreads the bits of a number. */
guint32 row_hash_number(guint64 number);
