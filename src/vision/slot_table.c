#include "vision/slot_table.h"

#define LEAST_SIZE 64

void slot_table_init(SlotTable *table, SlotId id, gconstpointer data)
{
    *table = (SlotTable){.id = id, .data = data};
}

void slot_table_clear(SlotTable *table)
{
    g_clear_pointer(&table->slots_plus_1, g_free);
    table->size = 0;
    table->used = 0;
}

/* Ids count upwards: multiplied by a large odd number (2^64 over the golden ratio) their upper bits
 * are spread evenly. */
static gsize home_of(const SlotTable *table, gint64 id)
{
    guint64 hash = (guint64)id * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return (gsize)(hash >> 32) & (table->size - 1);
}

static gint64 id_at(const SlotTable *table, gsize place)
{
    return table->id(table->data, table->slots_plus_1[place] - 1);
}

static gsize next_of(const SlotTable *table, gsize place)
{
    return (place + 1) & (table->size - 1);
}

static void insert(SlotTable *table, guint32 slot)
{
    gsize place = home_of(table, table->id(table->data, slot));
    while (table->slots_plus_1[place]) {
        place = next_of(table, place);
    }
    table->slots_plus_1[place] = slot + 1;
}

static void grow(SlotTable *table)
{
    g_autofree guint32 *old = table->slots_plus_1;
    gsize old_size = table->size;
    table->size = MAX(LEAST_SIZE, old_size * 2);
    table->slots_plus_1 = g_new0(guint32, table->size);
    for (gsize i = 0; i < old_size; i++) {
        if (old[i]) {
            insert(table, old[i] - 1);
        }
    }
}

void slot_table_add(SlotTable *table, guint32 slot)
{
    if ((table->used + 1) * 2 > table->size) {
        grow(table);
    }
    insert(table, slot);
    table->used++;
}

/* Whether an entry that is at home in `home` and lies at `place` may move to `hole`: it is found by
 * walking from its home on. */
static gboolean may_move(gsize home, gsize place, gsize hole)
{
    return place >= hole ? home <= hole || home > place : home <= hole && home > place;
}

/* Those behind it that are there only because it was in their way move up. */
void slot_table_remove(SlotTable *table, guint32 slot)
{
    if (table->size == 0) {
        return;
    }
    gsize hole = home_of(table, table->id(table->data, slot));
    while (table->slots_plus_1[hole] && table->slots_plus_1[hole] != slot + 1) {
        hole = next_of(table, hole);
    }
    if (!table->slots_plus_1[hole]) {
        return;
    }
    for (gsize place = next_of(table, hole); table->slots_plus_1[place];
         place = next_of(table, place)) {
        if (may_move(home_of(table, id_at(table, place)), place, hole)) {
            table->slots_plus_1[hole] = table->slots_plus_1[place];
            hole = place;
        }
    }
    table->slots_plus_1[hole] = 0;
    table->used--;
}

guint32 slot_table_find(const SlotTable *table, gint64 id, guint32 after)
{
    if (table->size == 0) {
        return SLOT_NONE;
    }
    gboolean passed = after == SLOT_NONE;
    for (gsize place = home_of(table, id); table->slots_plus_1[place];
         place = next_of(table, place)) {
        guint32 slot = table->slots_plus_1[place] - 1;
        if (passed && id_at(table, place) == id) {
            return slot;
        }
        passed = passed || slot == after;
    }
    return SLOT_NONE;
}
