#include "library/row_index.h"

#define LEAST_SLOTS 64

void row_index_clear(RowIndex *index)
{
    g_free(index->slots);
    *index = (RowIndex){0};
}

static void put(RowIndex *index, RowSlot slot)
{
    gsize at = slot.hash & (index->size - 1);
    while (index->slots[at].row_plus_1) {
        at = (at + 1) & (index->size - 1);
    }
    index->slots[at] = slot;
}

static void grow(RowIndex *index)
{
    RowIndex larger = {.size = MAX(index->size * 2, LEAST_SLOTS), .used = index->used};
    larger.slots = g_new0(RowSlot, larger.size);
    for (gsize i = 0; i < index->size; i++) {
        if (index->slots[i].row_plus_1) {
            put(&larger, index->slots[i]);
        }
    }
    g_free(index->slots);
    *index = larger;
}

void row_index_add(RowIndex *index, guint32 hash, guint32 row)
{
    if (index->used * 4 >= index->size * 3) {
        grow(index);
    }
    put(index, (RowSlot){hash, row + 1});
    index->used++;
}

static gsize slot_of(const RowIndex *index, guint32 hash, guint32 row)
{
    g_assert(index->size > 0);
    gsize at = hash & (index->size - 1);
    while (index->slots[at].row_plus_1 != row + 1) {
        g_assert(index->slots[at].row_plus_1); /* it was added */
        at = (at + 1) & (index->size - 1);
    }
    return at;
}

/* What follows moves up unless it already stands at or after its own place: so no search ends too
 * early, and nothing is left to mark what is gone. */
void row_index_remove(RowIndex *index, guint32 hash, guint32 row)
{
    gsize mask = index->size - 1;
    gsize hole = slot_of(index, hash, row);
    for (gsize at = (hole + 1) & mask; index->slots[at].row_plus_1; at = (at + 1) & mask) {
        gsize home = index->slots[at].hash & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            index->slots[hole] = index->slots[at];
            hole = at;
        }
    }
    index->slots[hole] = (RowSlot){0};
    index->used--;
}

void row_index_replace(RowIndex *index, guint32 hash, guint32 row, guint32 other)
{
    index->slots[slot_of(index, hash, row)].row_plus_1 = other + 1;
}

guint32 row_index_find(const RowIndex *index, guint32 hash, RowMatches matches, gconstpointer data)
{
    if (index->size == 0) {
        return G_MAXUINT32;
    }
    gsize at = hash & (index->size - 1);
    for (; index->slots[at].row_plus_1; at = (at + 1) & (index->size - 1)) {
        guint32 row = index->slots[at].row_plus_1 - 1;
        if (index->slots[at].hash == hash && matches(data, row)) {
            return row;
        }
    }
    return G_MAXUINT32;
}

guint32 row_hash_number(guint64 number)
{
    return (guint32)((number * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15)) >> 32); /* 2^64 / phi */
}
