/* Private to vector_index: finds the slots of a key or an owner. A hash table of slot numbers by
 * open addressing; the numbers they are found by stay where they are, in the index's file. */
#pragma once

#include <glib.h>

#define SLOT_NONE G_MAXUINT32

typedef gint64 (*SlotId)(gconstpointer data, guint32 slot);

typedef struct {
    SlotId id; /* the number of a slot that is in the table */
    gconstpointer data;
    guint32 *slots_plus_1; /* 0: free */
    gsize size;            /* a power of two, or 0 */
    gsize used;
} SlotTable;

void slot_table_init(SlotTable *table, SlotId id, gconstpointer data);
void slot_table_clear(SlotTable *table);
void slot_table_add(SlotTable *table, guint32 slot);
/* While its id is still what it was added with. */
void slot_table_remove(SlotTable *table, guint32 slot);
/* A slot of this id: the first for `after` SLOT_NONE, else the one after that; SLOT_NONE: no more.
 */
guint32 slot_table_find(const SlotTable *table, gint64 id, guint32 after);
