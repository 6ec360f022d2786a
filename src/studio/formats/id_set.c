#include "studio/formats/id_set.h"

#define FIRST_SLOTS 1024

/* 64 neighbours; no bits: the slot is free. */
typedef struct {
    guint64 key, bits;
} Slot;

struct IdSet {
    Slot *slots;
    gsize capacity, used; /* the capacity is a power of two */
};

IdSet *id_set_new(void)
{
    IdSet *set = g_new0(IdSet, 1);
    set->capacity = FIRST_SLOTS;
    set->slots = g_new0(Slot, set->capacity);
    return set;
}

void id_set_free(IdSet *set)
{
    if (set) {
        g_free(set->slots);
        g_free(set);
    }
}

/* Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4). */
static Slot *find(Slot *slots, gsize capacity, guint64 key)
{
    gsize at = (gsize)((key * 0x9e3779b97f4a7c15U) >> 20) & (capacity - 1);
    while (slots[at].bits && slots[at].key != key) {
        at = (at + 1) & (capacity - 1);
    }
    return &slots[at];
}

static void grow(IdSet *set)
{
    gsize capacity = set->capacity * 2;
    Slot *slots = g_new0(Slot, capacity);
    for (gsize i = 0; i < set->capacity; i++) {
        if (set->slots[i].bits) {
            *find(slots, capacity, set->slots[i].key) = set->slots[i];
        }
    }
    g_free(set->slots);
    set->slots = slots;
    set->capacity = capacity;
}

gboolean id_set_add(IdSet *set, gint64 id)
{
    guint64 key = (guint64)id >> 6;
    guint64 bit = (guint64)1 << ((guint64)id & 63);
    Slot *slot = find(set->slots, set->capacity, key);
    if (slot->bits & bit) {
        return FALSE;
    }
    set->used += slot->bits == 0;
    slot->key = key;
    slot->bits |= bit;
    if (set->used * 4 > set->capacity * 3) {
        grow(set);
    }
    return TRUE;
}
